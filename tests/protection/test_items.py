"""Items over the services and a real database: every act, what it keeps, and that it proves itself."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from exchange.core.errors import NotHeld, NotThere, Refused
from exchange.protection.service import keys, verify
from exchange.protection.store import items as rows
from schemas.secrecy import ItemAct, ItemState
from tests.conftest import Database
from tests.protection.house import PAPER, House, open_house
from tests.statements import recorded

COPYING: dict[str, Any] = {"copy_number": 1, "count": 1, "to_whom": "отдел", "made_by": "by-mvd.secrecy-officer"}


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database.dsn, tmp_path) as opened:
        yield opened
        assert await opened.faults() == {}


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.objections]


async def test_a_7_4_an_item_is_registered_under_the_next_number_of_its_body(house: House) -> None:
    first, second = await house.register(), await house.register()
    other = await house.register("RU-MVD")
    assert [each.item.number for each in (first, second, other)] == [
        "BY-MVD/2026/S-00001",
        "BY-MVD/2026/S-00002",
        "RU-MVD/2026/S-00001",
    ]
    assert first.item.state is ItemState.REGISTERED


async def test_a_refused_registration_takes_no_number(house: House) -> None:
    with pytest.raises(Refused) as refused:
        await house.register(mark="restricted")
    assert codes(refused) == ["mark_not_of_state"]
    assert (await house.register()).item.number == "BY-MVD/2026/S-00001"


async def test_an_item_goes_its_whole_way(house: House) -> None:
    item = (await house.register(copies=2)).item
    item = await house.give(item, "BY-MVD", "RU-MVD")
    assert item.copies[0].holder.code == "RU-MVD"
    item = await house.ask(item, "RU-MVD", "destroy", copies=[1])
    item = await house.consent(item, "BY-MVD")
    item = (
        await house.act(
            item,
            "RU-MVD",
            "destroy",
            copies=[1],
            method="сожжение",
            people=["Иванов"],
            date="2026-03-02",
            document=PAPER,
            irrecoverable=True,
            consent=1,
        )
    ).item
    assert item.state is ItemState.REGISTERED
    assert item.seq == 7
    told = await house.fetch("SELECT body, told FROM protection.notice ORDER BY id")
    assert ("RU-MVD", "dispatch") in told
    assert ("BY-MVD", "destroyed") in told


async def test_a_body_that_an_item_does_not_concern_does_not_know_of_it(house: House) -> None:
    item = (await house.register()).item
    with pytest.raises(NotThere):
        await house.read(item, "KZ-MVD")
    with pytest.raises(NotThere):
        await house.act(item, "KZ-MVD", "declassify", ground="-")


PLAIN = "Содержание, которого никто не видит".encode()
DESTRUCTION: dict[str, Any] = {
    "copies": [1],
    "method": "сожжение",
    "people": ["Иванов"],
    "date": "2026-03-02",
    "document": PAPER,
    "irrecoverable": True,
}


async def test_ka_5_7_kl_6_2_electronic_content_is_handed_over_taken_over_and_gone_with_the_last_copy(
    house: House,
) -> None:
    item = (await house.register("KZ-MVD", mark="restricted", kind="electronic", content=PLAIN)).item
    item = await house.release(item, "KZ-MVD", "LT-CB")
    item = await house.dispatch(item, "KZ-MVD", channel="electronic", means="M-LT", transport=None)
    with pytest.raises(Refused):
        await house.content(item, "LT-CB")
    item = await house.receive(item, "LT-CB")
    await house.grant(item, "LT-CB")
    assert await house.content(item, "LT-CB") == PLAIN
    item = (
        await house.act(item, "LT-CB", "return", copies=[1], channel="electronic", means="M-LT", cover_document=PAPER)
    ).item
    item = await house.receive(item, "KZ-MVD")
    await house.grant(item, "KZ-MVD")
    assert await house.content(item, "KZ-MVD") == PLAIN
    holders = await house.fetch("SELECT body, state FROM protection.holding ORDER BY body")
    assert holders == [("KZ-MVD", "held")]


async def test_kl_6_2_what_came_by_courier_brings_no_content(house: House) -> None:
    item = (await house.register("BY-MVD", kind="electronic", content=PLAIN)).item
    item = await house.give(item, "BY-MVD", "RU-MVD")
    await house.grant(item, "RU-MVD")
    with pytest.raises(NotHeld):
        await house.content(item, "RU-MVD")
    ((number,),) = await house.fetch("SELECT count(*) FROM protection.access WHERE given")
    assert number == 0


async def test_a_7_5_a_regraded_content_is_wrapped_for_its_new_mark(house: House) -> None:
    item = (await house.register(kind="electronic", content=PLAIN)).item
    before = await house.keys()
    item = (await house.act(item, "BY-MVD", "regrade", mark="top_secret", ground="пересмотр")).item
    after = await house.keys()
    assert before.isdisjoint(after)
    assert len(after) == 1
    await house.grant(item, "BY-MVD")
    assert await house.content(item, "BY-MVD") == PLAIN


async def test_a_7_9_a_key_that_a_commit_ordered_destroyed_goes_even_after_a_crash(
    house: House, database: Database
) -> None:
    item = (await house.register(kind="electronic", content=PLAIN)).item
    (key,) = await house.keys()
    item = (await house.act(item, "BY-MVD", "destroy", finish=False, **DESTRUCTION)).item
    assert item.state is ItemState.GONE
    assert await house.keys() == {key}
    async with open_house(database.dsn, house.folder) as after_the_crash:
        assert await after_the_crash.module.vault.finish()
        assert await after_the_crash.keys() == set()
        assert len(await after_the_crash.evidence(item)) == 2  # the one that its registration replaced, too
    with pytest.raises(Refused):
        await house.content(item, "BY-MVD")


async def test_a_7_9_no_key_is_left_anywhere_once_the_last_copy_is_destroyed(house: House) -> None:
    item = (await house.register(kind="electronic", content=PLAIN)).item
    item = await house.give(item, "BY-MVD", "RU-MVD")
    assert len(await house.keys()) == 1  # its maker's, who holds no copy any more
    item = await house.ask(item, "RU-MVD", "destroy", copies=[1])
    item = await house.consent(item, "BY-MVD")
    item = (await house.act(item, "RU-MVD", "destroy", consent=1, **DESTRUCTION)).item
    assert item.state is ItemState.GONE
    assert await house.keys() == set()


async def test_two_acts_at_once_on_one_item_stand_one_after_the_other(house: House) -> None:
    item = (await house.register()).item
    done = await asyncio.gather(*(house.act(item, "BY-MVD", "copy", **COPYING) for _ in range(4)))
    assert sorted(each.item.seq for each in done) == [2, 3, 4, 5]
    assert len(max(done, key=lambda each: each.item.seq).item.copies) == 5


async def test_of_two_acts_on_what_was_read_one_is_stale(house: House) -> None:
    loaded = await house.register()
    seen = loaded.head.hex()
    done = await asyncio.gather(
        *(house.act(loaded.item, "BY-MVD", "copy", seen=seen, **COPYING) for _ in range(2)), return_exceptions=True
    )
    refused = [each for each in done if isinstance(each, Refused)]
    assert [[reason.code for reason in each.objections] for each in refused] == [["stale"]]


async def test_registrations_at_once_take_numbers_without_gaps(house: House) -> None:
    done = await asyncio.gather(*(house.register(by) for by in ("BY-MVD", "RU-MVD") for _ in range(6)))
    assert sorted(each.item.number for each in done) == sorted(
        f"{by}/2026/S-{number:05d}" for by in ("BY-MVD", "RU-MVD") for number in range(1, 7)
    )


async def test_a_5_3_a_consent_used_twice_at_once_is_used_once(house: House) -> None:
    item = (await house.register(copies=2)).item
    item = await house.release(item, "BY-MVD", "RU-MVD", copies=2)
    item = await house.dispatch(item, "BY-MVD", (1, 2))
    item = await house.receive(item, "RU-MVD", (1, 2))
    item = await house.ask(item, "RU-MVD", "destroy", copies=[1, 2])
    item = await house.consent(item, "BY-MVD")
    done = await asyncio.gather(
        *(house.act(item, "RU-MVD", "destroy", consent=1, **{**DESTRUCTION, "copies": [n]}) for n in (1, 2)),
        return_exceptions=True,
    )
    refused = [each for each in done if isinstance(each, Refused)]
    assert len(refused) == 1
    assert {reason.code for reason in refused[0].objections} == {"consent_used"}


async def test_the_year_of_a_register_is_the_body_s_own_and_begins_anew(house: House) -> None:
    await house.register()
    house.now = datetime(2026, 12, 31, 21, 30, tzinfo=UTC)  # after midnight in Minsk
    assert (await house.register()).item.number == "BY-MVD/2027/S-00001"


async def test_a_7_3_what_is_derived_is_marked_no_lower_than_its_source(house: House) -> None:
    source = (await house.register(mark="top_secret")).item
    with pytest.raises(Refused) as refused:
        await house.register(mark="secret", derived_from=[source.id])
    assert codes(refused) == ["mark_below_source"]
    derived = (await house.register(mark="top_secret", derived_from=[source.id])).item
    assert derived.floor == "top_secret"
    for unknown in (str(uuid4()), "не id", source.id):
        with pytest.raises(Refused) as refused:
            await house.register("RU-MVD", derived_from=[unknown])
        assert codes(refused) == ["source_unknown"]


async def test_a_7_6_a_joint_item_waits_for_the_other_maker_s_word(house: House) -> None:
    item = (await house.register(joint_with=["RU-MVD"])).item
    assert item.state is ItemState.PENDING
    assert await house.fetch("SELECT body, asked FROM protection.participant ORDER BY body") == [
        ("BY-MVD", False),
        ("RU-MVD", True),
    ]
    item = await house.consent(item, "RU-MVD")
    assert item.state is ItemState.REGISTERED


async def test_a_10_a_breach_is_told_in_the_act_s_own_transaction_and_its_inquiry_owed(house: House) -> None:
    item = await house.give((await house.register()).item, "BY-MVD", "RU-MVD")
    breach: dict[str, Any] = {
        "kinds": ["loss"],
        "disclosure": False,
        "circumstances": "утрата",
        "happened_on": "2026-03-01",
    }
    item = (await house.act(item, "RU-MVD", "report_breach", **breach)).item
    told = await house.fetch("SELECT body, sender, told, by IS NOT NULL FROM protection.notice WHERE told = 'breach'")
    assert {body for body, *_ in told} >= {"RU-FSB", "BY-MVD", "BY-KGB"}
    ((body, state, due_at, step),) = await house.fetch(
        "SELECT body, state, due_at, next_step_at FROM protection.duty WHERE kind = 'inquiry'"
    )
    assert (body, state) == ("RU-MVD", "running")
    assert house.now < step <= due_at
    await house.act(item, "RU-MVD", "report_inquiry", breach=1, findings="найден")
    assert await house.fetch("SELECT state, next_step_at FROM protection.duty WHERE kind = 'inquiry'") == [
        ("met", None)
    ]


async def test_neither_a_dump_nor_a_row_tells_what_is_secret(house: House, owner: asyncpg.Connection) -> None:
    """Every column of every table of both schemas, as text and as the bytes that stand in it."""
    planted = ("Справка о сети «Заря»", "розыск участников сети", "отдел на Лубянке", "пересмотр-секрета", "top_secret")
    item = (await house.register(mark="top_secret", requirements={"text": "отдел на Лубянке"}, content=PLAIN)).item
    item = await house.give(item, "BY-MVD", "RU-MVD")
    await house.grant(item, "RU-MVD")
    await house.act(item, "BY-MVD", "regrade", mark="secret", ground="пересмотр-секрета")
    tables = await owner.fetch(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('protection', 'public')"
    )
    words = [*planted, PLAIN.decode()]
    for (table,) in tables:
        for (text,) in await owner.fetch(f"SELECT t::text FROM {table} t"):  # noqa: S608 - the catalogue's own names
            read = [
                text,
                *(bytes.fromhex(each).decode(errors="ignore") for each in re.findall(r"\\x([0-9a-f]+)", text)),
            ]
            assert [word for word in words for each in read if word in each] == [], table


async def test_an_act_and_a_read_take_few_statements(house: House) -> None:
    item = (await house.register()).item
    await house.act(item, "BY-MVD", "copy", **COPYING)  # opens the signing key
    async with recorded(house.module.pool) as recorder:
        await house.act(item, "BY-MVD", "copy", **COPYING)
        assert len(recorder.taken()) <= 6  # BEGIN, lock, scene, present signing key, save, COMMIT
        await house.read(item, "BY-MVD")
        assert len(recorder.taken()) <= 2
        await house.register()
        assert len(recorder.taken()) <= 6  # BEGIN, scene, number, present signing key, save, COMMIT


async def test_access_to_a_content_is_decided_in_three_statements(house: House) -> None:
    item = (await house.register(content=PLAIN)).item
    await house.grant(item, "BY-MVD")
    assert await house.content(item, "BY-MVD") == PLAIN
    async with recorded(house.module.pool) as recorder:
        await house.content(item, "BY-MVD")
        said = [each for each in recorder.taken() if each.startswith(("SELECT", "WITH", "INSERT"))]
    noted = next(place for place, each in enumerate(said) if "INSERT INTO protection.access" in each)
    assert noted <= 3
    assert len(said) == noted + 2  # the access is written down, the content opened


async def test_a_broken_row_is_found(house: House, owner: asyncpg.Connection) -> None:
    item = await house.give((await house.register()).item, "BY-MVD", "RU-MVD")
    number = UUID(item.id)
    found = await proved_after(
        house, owner, number, "UPDATE protection.record SET act = 'copy' WHERE item = $1 AND seq = 2"
    )
    assert any("entry 2" in each for each in found)
    other = (await house.register()).item
    swap = "UPDATE protection.item SET snapshot = (SELECT snapshot FROM protection.item WHERE id = $2) WHERE id = $1"
    found = await proved_after(house, owner, number, swap, UUID(other.id))
    assert found
    found = await proved_after(
        house, owner, number, "UPDATE protection.participant SET held = NOT held WHERE item = $1"
    )
    assert any("participants" in each for each in found)
    found = await proved_after(house, owner, number, "UPDATE protection.duty SET due_at = now() WHERE item = $1")
    assert any("duties" in each for each in found)
    found = await proved_after(house, owner, number, "DELETE FROM protection.record WHERE item = $1 AND seq = 4")
    assert any("last" in each for each in found)


async def proved_after(
    house: House, owner: asyncpg.Connection, item: UUID, statement: str, *more: object
) -> tuple[str, ...]:
    """Say what a proof finds after somebody with the owner's rights changed a row, and undo that."""
    undo = owner.transaction()
    await undo.start()
    try:
        await owner.execute(statement, item, *more)
        row = await rows.load(owner, item)
        assert row is not None
        await keys.refresh(owner, house.module)
        return await verify.prove(owner, house.module, row)
    finally:
        await undo.rollback()


async def test_every_act_of_the_table_is_kept_and_proves_itself(house: House) -> None:
    """All of them over one joint item and its copies; the fixture proves what they left."""
    breach: dict[str, Any] = {
        "kinds": ["loss"],
        "disclosure": False,
        "circumstances": "утрата",
        "happened_on": "2026-03-01",
    }
    own: dict[str, Any] = {"to_whom": "отдел", "made_by": "by-mvd.secrecy-officer", "copy_number": 2}
    item = await house.give((await house.register(copies=2)).item, "BY-MVD", "RU-MVD")
    await house.act(item, "BY-MVD", "copy", count=1, **own)
    await house.act(item, "BY-MVD", "translate", language="be", **own)
    await house.act(item, "BY-MVD", "extract", part="раздел 2", **own)
    await house.act(item, "BY-MVD", "regrade", mark="top_secret", ground="пересмотр")
    item = await house.ask(item, "RU-MVD", "destroy", copies=[1])
    await house.act(item, "BY-MVD", "deny_consent", consent=1, reason="нет", reference=PAPER)
    item = await house.ask(item, "RU-MVD", "return", copies=[1])
    await house.consent(item, "BY-MVD")
    await house.act(item, "BY-MVD", "withdraw_consent", consent=2, reason="рано", reference=PAPER)
    item = await house.ask(item, "RU-MVD", "return", copies=[1])
    await house.consent(item, "BY-MVD")
    back: dict[str, Any] = {"copies": [1], "channel": "diplomatic", "cover_document": PAPER, "consent": 3}
    item = (await house.act(item, "RU-MVD", "return", **back)).item
    await house.receive(item, "BY-MVD", own_number="BY-MVD/1")
    await house.act(item, "RU-MVD", "report_breach", **breach)
    await house.act(item, "RU-MVD", "report_inquiry", breach=1, findings="найден")
    await house.act(item, "RU-MVD", "close_breach", breach=1, measures="приняты")
    await house.act(item, "BY-MVD", "destroy", **DESTRUCTION)
    item = (await house.act(item, "BY-MVD", "declassify", ground="истёк срок")).item
    done = {act for (act,) in await house.fetch("SELECT act FROM protection.record WHERE item = $1", UUID(item.id))}
    assert done == {act.value for act in ItemAct}
    assert item.state is ItemState.DECLASSIFIED


async def test_two_bodies_that_act_for_the_first_time_at_once_get_a_key_each(house: House) -> None:
    await asyncio.gather(*(house.register(by) for by in ("BY-MVD", "BY-MVD", "RU-MVD", "AM-POL", "AM-POL")))
    keys_made = await house.fetch("SELECT body FROM protection.signing_key ORDER BY body")
    assert keys_made == [("AM-POL",), ("BY-MVD",), ("RU-MVD",)]
