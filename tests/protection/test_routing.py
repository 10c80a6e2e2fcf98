"""Protected content that comes with a request, and references: what goes where, and what a crash leaves."""

import base64
import json
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from exchange.core.errors import Unavailable
from exchange.main import create_app
from exchange.protection.gateway import Beside, Inside
from exchange.runtime import new_id, utc_now
from exchange.service.protected import Bind
from exchange.settings import Settings
from exchange.store.pool import open_pool
from schemas.vocabulary import Role
from tests.api.drafts import sent, sign, start
from tests.api.files import count
from tests.api.house import SUBMISSION, Node, open_node, problem
from tests.conftest import Database
from tests.protection.house import House, open_house
from tests.web.house import Person

REQUESTS = "/v1/requests"
DESIGNATION = "Справка «Калина-3d0e»"
PLAIN = "СЕКРЕТНО\nКалина-3d0e: этих слов нет в открытом обмене".encode()
INLINE = {
    "mark": "secret",
    "designation": DESIGNATION,
    "kind": "electronic",
    "content": base64.b64encode(PLAIN).decode(),
}
RAW = json.dumps({**SUBMISSION, "protected": INLINE}, ensure_ascii=False)
OPEN_TABLES = ("request", "record", "event", "outbox", "idempotency", "audit", "protected_use")


@dataclass
class Both:
    """A node with the module within it."""

    node: Node
    house: House

    async def submit(
        self, by: str = "KZ-MVD", role: Role = Role.SYSTEM, key: str = "k", **changes: Any
    ) -> httpx.Response:
        """Submit a request; without a change it brings an item with it."""
        value = {**SUBMISSION, "protected": INLINE, **changes}
        return await self.node.call("POST", REQUESTS, by, role, value=value, headers={"Idempotency-Key": key})

    async def items(self) -> list[tuple[str, str, str]]:
        """Return the items that came inline: id, whose, and what became of them."""
        return await self.house.fetch("SELECT item::text, body, state FROM protection.inline ORDER BY item")

    async def kept(self) -> dict[str, int]:
        """Count what the open exchange keeps."""
        return {table: await count(self.node, table) for table in OPEN_TABLES}

    async def tick(self, **later: float) -> bool:
        """Let the job of binding run once, some time later."""
        doors = self.node.runtime.desk.doors
        now = self.node.clock.now + timedelta(**later)
        return (await Bind(self.node.runtime, doors).run(now)).did

    async def everything(self) -> str:
        """Return every row of the open schema, as text."""
        async with self.node.runtime.connection() as conn:
            rows = [
                str(await conn.fetchval(f"SELECT string_agg(t::text, ' ') FROM {table} t"))  # noqa: S608 - a table's name
                for table in OPEN_TABLES
            ]
            records = await conn.fetch("SELECT jws FROM record")
        return "\n".join([*rows, *(_payload(row["jws"]) for row in records)])


def _payload(jws: Any) -> str:
    text = jws if isinstance(jws, str) else bytes(jws).decode()
    part = text.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()


@asynccontextmanager
async def opened(dsn: str, folder: Path) -> AsyncIterator[Both]:
    """Open a node with the module within it."""
    async with open_node(dsn) as node, open_house(dsn, folder) as house:
        doors = Inside(house.module, lambda: new_id(utc_now()))
        runtime = replace(node.runtime, desk=replace(node.runtime.desk, doors=doors))
        transport = httpx.ASGITransport(app=create_app(runtime, Settings(), module=house.module))
        async with httpx.AsyncClient(transport=transport, base_url="http://node") as http:
            node.runtime, node.http = runtime, http
            yield Both(node, house)


@pytest.fixture
async def both(database: Database, tmp_path: Path) -> AsyncIterator[Both]:
    async with opened(database.dsn, tmp_path) as found:
        yield found


# --- inline content ------------------------------------------------------------------------------------------


async def test_p_10_3_what_is_signed_and_kept_is_the_reference_and_the_module_holds_the_content(both: Both) -> None:
    answer = await both.submit()
    assert answer.status_code == 201, answer.text
    (item,) = answer.json()["protected"]
    assert await both.items() == [(item, "KZ-MVD", "unbound")]
    everything = await both.everything()
    assert item in everything
    for word in ("Калина", INLINE["content"], "secret"):
        assert word not in everything
        assert word not in answer.text
    assert await both.tick()
    assert await both.items() == [(item, "KZ-MVD", "bound")]
    assert not await both.tick()
    own = (await both.node.get("/v1/protection/items", "KZ-MVD", Role.SECRECY_OFFICER)).json()["items"]
    assert [(each["id"], each["designation"], each["mark"]) for each in own] == [(item, DESIGNATION, "secret")]


async def test_the_same_call_again_is_the_same_item_and_the_same_bytes(both: Both) -> None:
    first, again = await both.submit(), await both.submit()
    assert (first.json(), again.headers["idempotent-replayed"]) == (again.json(), "true")
    assert len(await both.items()) == await count(both.node, "request") == 1
    other = await both.submit(substance="иное")
    problem(other, 422, "key_reused")
    assert len(await both.items()) == 1


async def test_inline_content_needs_a_key(both: Both) -> None:
    before = await both.kept()
    answer = await both.node.call("POST", REQUESTS, value={**SUBMISSION, "protected": INLINE})
    problem(answer, 400, "idempotency_key_needed")
    assert (await both.kept(), await both.items()) == (before, [])


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"mark": "tres secret"}, "/protected/mark"),
        ({"kind": "голубь"}, "/protected/kind"),
        ({"content": "не base64"}, "/protected/content"),
        ({"content": ""}, "/protected/content"),
        ({"designation": ""}, "/protected/designation"),
    ],
)
async def test_what_is_misshapen_is_named_by_its_place_and_nothing_of_it_stays(
    both: Both, changes: dict[str, str], pointer: str
) -> None:
    await both.node.headers("KZ-MVD")
    before = await both.kept()
    answer = await both.submit(protected={**INLINE, **changes})
    body = problem(answer, 422, "invalid_shape")
    assert pointer in {each["pointer"] for each in body["errors"]}
    assert "Калина" not in answer.text
    assert (await both.kept(), await both.items()) == (before, [])


async def test_what_the_module_refuses_is_refused_and_nothing_of_it_stays(both: Both) -> None:
    await both.node.headers("KZ-MVD")
    before = await both.kept()
    answer = await both.submit(protected={**INLINE, "mark": "confidential"})  # no mark of Kazakhstan's
    assert answer.status_code == 422, answer.text
    assert "Калина" not in answer.text
    assert (await both.kept(), await both.items()) == (before, [])
    problem(await both.submit(role=Role.AUDITOR), 403, "role_may_not")
    assert await both.items() == []


async def test_a_sealed_module_takes_nothing_in_and_the_rest_goes_on(both: Both) -> None:
    both.house.module.provider.forget()
    problem(await both.submit(), 503, "protection_sealed")
    assert await both.items() == []
    await both.node.submitted()


async def test_an_open_mark_beside_inline_content_is_refused_before_anything_is_sealed(both: Both) -> None:
    body = problem(await both.submit(substance="Совершенно\nсекретно"), 422, "state_secret_in_open_field")
    assert [each["pointer"] for each in body["errors"]] == ["/substance"]
    assert await both.items() == []


async def test_a_key_that_is_written_in_escapes_or_twice_hides_nothing(both: Both) -> None:
    await both.node.headers("KZ-MVD")
    text = RAW.replace('"protected"', '"\\u0070rotected"')
    headers = {"Idempotency-Key": "e"}
    answer = await both.node.call("POST", REQUESTS, raw=text.encode(), headers=headers)
    assert answer.status_code == 201, answer.text
    assert len(await both.items()) == 1
    before = await both.kept()
    twice = RAW.replace('"protected"', '"protected": [], "protected"', 1)
    problem(await both.node.call("POST", REQUESTS, raw=twice.encode(), headers=headers), 400, "duplicate_key")
    assert await both.kept() == before
    composed = {**INLINE, "designation": unicodedata.normalize("NFD", "Қазақстан, й")}
    assert (await both.submit(key="nfd", protected=composed)).status_code == 201


async def test_inline_content_stands_in_no_draft_and_no_act(both: Both) -> None:
    before = await count(both.node, "draft")
    value = {"kind": "submit", "body": {"protected": INLINE}}
    answer = await both.node.call("POST", "/v1/drafts", role=Role.OFFICER, value=value)
    assert answer.status_code == 422
    assert await count(both.node, "draft") == before


# --- what a crash leaves -------------------------------------------------------------------------------------


async def test_killed_between_sealing_and_the_commit_a_retry_goes_on_with_the_same_item(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    await both.node.headers("KZ-MVD")
    before = await both.kept()
    with monkeypatch.context() as broken:
        broken.setattr("exchange.service.protected.keep", _dies)
        assert (await both.submit()).status_code == 503
    assert await both.kept() == before
    ((item, _, state),) = await both.items()
    assert state == "unbound"
    assert (await both.submit()).json()["protected"] == [item]
    assert await both.tick()
    assert await both.items() == [(item, "KZ-MVD", "bound")]


async def _dies(*_: object) -> None:
    raise Unavailable("cut off")


async def test_what_the_open_side_never_came_to_know_is_shredded_after_a_day(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("exchange.service.protected.keep", _dies)
        await both.submit()
    assert not await both.tick(hours=23)
    assert await both.tick(hours=25)
    ((item, _, state),) = await both.items()
    assert state == "abandoned"
    assert await both.house.fetch("SELECT state FROM protection.content") == [("gone",)]
    assert await both.house.fetch("SELECT count(*) FROM protection.shredding WHERE done_at IS NULL") == [(0,)]
    again = await both.submit()
    assert again.json()["protected"] != [item]
    assert [state for _, _, state in await both.items()] == ["abandoned", "unbound"]


async def test_killed_between_the_commit_and_the_binding_it_is_bound_however_late(both: Both) -> None:
    answer = await both.submit()
    doors = both.node.runtime.desk.doors
    assert not await doors.settle(_nothing, both.node.clock.now + timedelta(hours=23))
    assert await both.tick(hours=30)
    assert await both.items() == [(answer.json()["protected"][0], "KZ-MVD", "bound")]
    assert await both.house.fetch("SELECT state FROM protection.content") == [("bound",)]


async def _nothing(_items: object) -> tuple[()]:
    return ()


# --- references ----------------------------------------------------------------------------------------------


async def test_a_reference_is_to_what_the_body_registered_or_holds(both: Both) -> None:
    (item,) = (await both.submit()).json()["protected"]
    ((number,),) = await both.house.fetch("SELECT number FROM protection.item")
    for named in (number, item):
        answer = await both.submit(key=named, protected=[named])
        assert answer.status_code == 201, answer.text
        assert answer.json()["protected"] == [named]
    for strange in ("KZ-MVD/2026/S-00099", "0" * 36, "' OR true"):
        problem(await both.submit(key="x", protected=[strange]), 422, "protected_unknown")
    foreign = await both.submit("BY-MVD", key="y", protected=[item], requested_authority="RU-MVD")
    problem(foreign, 422, "protected_unknown")
    assert await count(both.node, "protected_use") == 3


async def test_the_page_of_a_request_shows_the_register_number_with_the_way_to_it(both: Both) -> None:
    request = (await both.submit()).json()
    ((item, number),) = await both.house.fetch("SELECT id::text, number FROM protection.item")
    assert request["protected"] == [item]
    for role, link in ((Role.SECRECY_OFFICER, True), (Role.OPERATOR, False)):
        async with person(both, role) as browser:
            page = await browser.get(f"/requests/{request['id']}")
            assert number in page.text
            assert bool(page.all("a", href=f"/protection/items/{item}")) is link
            for word in (DESIGNATION, "secret", "Секретно"):
                assert word not in page.text


async def test_p_7_4_whoever_passes_a_request_on_is_told_that_the_item_does_not_go_along(both: Both) -> None:
    request = (await both.submit()).json()
    ((number,),) = await both.house.fetch("SELECT number FROM protection.item")
    path, alone = f"/requests/{request['id']}", "Ссылка предмета не передаёт"
    async with person(both, Role.HEAD, "RU-MVD") as browser:
        page = await browser.get(path)
        assert alone in page.text
        assert "Запрос передаётся без предмета" not in page.text
        form = await browser.get(f"{path}/acts/redirect")
        for words in (number, alone, "Запрос передаётся без предмета", "ст. 6 Соглашения от 18 июня 2004 года"):
            assert words in form.text
        assert alone not in (await browser.get(f"{path}/acts/accept")).text
    passed = await both.node.act(request, "RU-MVD", "redirect", to_authority="RU-FSB", reason="не наше")
    assert passed.status_code == 201, passed.text
    for authority in ("RU-FSB", "KZ-MVD"):
        async with person(both, Role.HEAD, authority) as browser:
            assert "новому исполнителю предмет передаёт отправитель" in (await browser.get(path)).text.lower()


async def test_a_7_8_a_withdrawn_request_says_that_its_copies_stay_protected(both: Both) -> None:
    request = (await both.submit()).json()
    told = "С окончанием запроса защита не кончается"
    async with person(both, Role.HEAD) as browser:
        assert told not in (await browser.get(f"/requests/{request['id']}")).text
        assert told in (await browser.get(f"/requests/{request['id']}/acts/withdraw")).text
    await both.node.act(request, "KZ-MVD", "withdraw", reason="миновало")
    async with person(both, Role.HEAD) as browser:
        assert told in (await browser.get(f"/requests/{request['id']}")).text


@asynccontextmanager
async def person(both: Both, role: Role, authority: str = "KZ-MVD") -> AsyncIterator[Person]:
    """Give somebody of a body at a browser."""
    async with httpx.AsyncClient(transport=both.node.http._transport, base_url="https://node") as http:
        given = Person(http)
        answer = await given.post("/sign-in", {"authority": authority, "role": role, "next": "/"})
        assert answer.status_code == 303
        yield given


async def test_a_draft_may_bear_references_and_is_signed_with_them(both: Both) -> None:
    (item,) = (await both.submit()).json()["protected"]
    words = {name: value for name, value in SUBMISSION.items() if name != "signatory"}
    draft = await start(both.node, {**words, "protected": [item]})
    answer = await sign(both.node, await sent(both.node, draft))
    assert answer.status_code == 201, answer.text
    assert await count(both.node, "protected_use") == 2


async def test_a_module_apart_answers_two_questions_to_a_role_that_may_nothing_else(
    both: Both, database: Database
) -> None:
    (item,) = (await both.submit()).json()["protected"]
    pool = await open_pool(database.dsn, size=2, role="protection_gate")
    try:
        doors = Beside(pool)
        found = await doors.known("KZ-MVD", [item, "?"])
        assert [str(each.item) for each in found.values()] == [item]
        assert await doors.known("BY-MVD", [item]) == {}
        await doors.bind([each.item for each in found.values()])
        assert await both.items() == [(item, "KZ-MVD", "bound")]
        async with pool.connection() as conn:
            for table in ("item", "inline", "content", "body"):
                with pytest.raises(Exception, match="permission denied"):
                    await conn.fetch(f"SELECT * FROM protection.{table}")  # noqa: S608 - a table's name
            with pytest.raises(Exception, match="permission denied"):
                await conn.fetch("SELECT * FROM public.request")
        runtime = replace(both.node.runtime, desk=replace(both.node.runtime.desk, doors=doors))
        transport = httpx.ASGITransport(app=create_app(runtime, Settings()))
        async with httpx.AsyncClient(transport=transport, base_url="http://node") as http:
            both.node.http = http
            problem(await both.submit(key="apart"), 422, "protected_not_here")
            assert (await both.submit(key="ref", protected=[item])).status_code == 201
    finally:
        await pool.close()
