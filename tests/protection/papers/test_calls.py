"""Papers over the interface: of acts that the caller sees, written down before they go out."""

import io
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from exchange.core.errors import RecordBroken
from exchange.protection.service import papers, queries
from exchange.store.database import Connection
from schemas.secrecy import PaperKind
from schemas.vocabulary import Role
from tests.api.house import problem
from tests.protection.accesses import noted
from tests.protection.caller import ITEMS, PAPER, Caller
from tests.protection.house import DESIGNATION, PURPOSE, clerk


async def given(calls: Caller) -> dict[str, Any]:
    """Return an item that went from Belarus to Russia: registered, released, sent, received."""
    return await calls.received(await calls.sent(await calls.registered(), "BY-MVD", "RU-MVD"), "RU-MVD")


def at(item: dict[str, Any], kind: str, more: str = "") -> str:
    """Return a paper's address."""
    return f"{ITEMS}/{item['id']}/papers/{kind}.pdf{more}"


def read(content: bytes) -> str:
    """Return the words of a paper."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


async def test_a_paper_is_a_file_for_whoever_may_see_the_item_and_the_same_each_time(calls: Caller) -> None:
    item = await given(calls)
    for kind, by, seq in (("extract", "BY-MVD", 4), ("cover", "RU-MVD", 3), ("receipt", "BY-MVD", 4)):
        answer = await calls.get(at(item, kind), by)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        name = f"{item['register_number'].replace('/', '-')}-{seq}-{kind}.pdf"
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert item["register_number"] in read(answer.content)
        assert (DESIGNATION in read(answer.content)) is (kind == "extract")
        assert (await calls.get(at(item, kind), by)).content == answer.content
    assert (await calls.get(at(item, "cover", "?seq=3"))).status_code == 200


async def test_every_paper_is_written_down_with_who_took_it(calls: Caller) -> None:
    item = await given(calls)
    await calls.get(at(item, "receipt"))
    ((access, told),) = await noted(calls.house.module)
    assert (access.body, access.given) == ("BY-MVD", True)
    assert told == {"who": "person:by-mvd.secrecy-officer", "role": "secrecy_officer", "paper": "receipt", "seq": 4}


async def test_a_paper_that_is_none_or_not_the_callers_is_not_there_and_leaves_no_trace(calls: Caller) -> None:
    item = await given(calls)
    for path in ("destruction", "letter", "extract"):
        more = "?seq=2" if path == "extract" else ""
        problem(await calls.get(at(item, path, more)), 404, "not_there")
    problem(await calls.get(at(item, "cover", "?seq=2")), 404, "not_there")
    problem(await calls.get(at(item, "extract"), "KZ-MVD"), 404, "not_there")
    problem(await calls.get(at(item, "extract"), role=Role.REGISTRAR), 403, "role_may_not")
    problem(await calls.get(at(item, "cover", "?seq=x")), 422, "invalid_query")
    assert await calls.house.fetch("SELECT 1 FROM protection.access") == []


async def test_an_act_of_destruction_is_printed_for_whoever_did_it_a_7_9(calls: Caller) -> None:
    item = await calls.registered()
    fields = {"method": "сожжение", "people": ["А. Коваль"], "date": "2026-02-28", "document": PAPER}
    item = await calls.done(item, "BY-MVD", "destroy", copies=[1], irrecoverable=True, **fields)
    text = read((await calls.get(at(item, "destruction"))).content)
    assert "А. Коваль" in text
    assert "исключает воспроизведение и восстановление" in text
    assert DESIGNATION not in text
    assert PURPOSE not in text


async def test_what_is_offered_can_be_taken_and_nothing_else(calls: Caller) -> None:
    item = await given(calls)
    async with calls.house.module.pool.connection() as conn:
        for body in ("BY-MVD", "RU-MVD", "RU-FSB"):
            offered = papers.offered(await record_of(conn, calls, item, body))
            for kind in PaperKind:
                for seq in (None, 1, 2, 3, 4):
                    path = at(item, kind, f"?seq={seq}" if seq else "")
                    status = (await calls.get(path, body)).status_code
                    expected = (kind, seq) in offered or (seq is None and kind in {each for each, _ in offered})
                    assert status == (200 if expected else 404), (body, kind, seq)


async def record_of(conn: Connection, calls: Caller, item: dict[str, Any], body: str) -> Any:
    """Return the record as a body sees it."""
    house = calls.house
    return (await queries.record_of(conn, house.module, UUID(item["id"]), clerk(body), house.now))[0]


async def test_a_record_that_does_not_prove_itself_gives_no_paper(calls: Caller, owner: Any) -> None:
    item = await given(calls)
    sound = await owner.fetchval("SELECT digest FROM protection.record WHERE seq = 2")
    await owner.execute("UPDATE protection.record SET digest = $1 WHERE seq = 2", bytes(32))
    with pytest.raises(RecordBroken):
        await extract_of(calls, item)
    await owner.execute("UPDATE protection.record SET digest = $1 WHERE seq = 2", sound)
    await extract_of(calls, item)


async def extract_of(calls: Caller, item: dict[str, Any]) -> None:
    """Draw an extract up."""
    house, wanted = calls.house, (PaperKind.EXTRACT, None)
    async with house.module.pool.transaction() as conn:
        await papers.paper(conn, house.module, UUID(item["id"]), wanted, clerk("BY-MVD"), house.now)
