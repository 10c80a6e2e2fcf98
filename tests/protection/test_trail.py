"""Who took notice of an item stays written down: whatever becomes of a line of its trail is found, with its place."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from exchange.core.errors import NotThere, Refused, Tampered
from exchange.protection.core.item import Item
from exchange.protection.service import papers, queries, trail
from exchange.protection.service.trail import Deed
from schemas.secrecy import PaperKind, Taken
from schemas.vocabulary import Role
from tests.conftest import Database
from tests.protection.accesses import noted
from tests.protection.house import House, clerk, open_house
from tests.statements import recorded

PLAIN = b"plain"


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database.dsn, tmp_path) as opened:
        yield opened
        assert await opened.faults() == {}


async def item_read(house: House, times: int = 3) -> Item:
    """Return an item whose content was read some times."""
    item = (await house.register(content=PLAIN)).item
    await house.grant(item, "BY-MVD")
    for _ in range(times):
        assert await house.content(item, "BY-MVD") == PLAIN
    return item


async def lines(house: House) -> list[tuple[Any, ...]]:
    return await house.fetch("SELECT seq, taken, given FROM protection.access ORDER BY seq")


DONE = {
    "at": ("UPDATE protection.access SET at = at - interval '1 day' WHERE seq = 2", "access 2: it was changed"),
    "given": ("UPDATE protection.access SET given = false WHERE seq = 2", "access 2: it was changed"),
    "taken": ("UPDATE protection.access SET taken = 'card' WHERE seq = 2", "access 2: it was changed"),
    "body": ("UPDATE protection.access SET body = 'RU-MVD' WHERE seq = 3", "access 3: it was changed"),
    "first gone": ("DELETE FROM protection.access WHERE seq = 1", "access 1: missing, 2 follows"),
    "one gone": ("DELETE FROM protection.access WHERE seq = 2", "access 2: missing, 3 follows"),
    "closed up": (
        "DELETE FROM protection.access WHERE seq = 2; UPDATE protection.access SET seq = 2 WHERE seq = 3",
        "access 2: it does not follow the one before it",
    ),
    "last gone": ("DELETE FROM protection.access WHERE seq = 3", "access 3: it is not the last of the trail"),
    "all gone": ("DELETE FROM protection.access", "access 3: it is not the last of the trail"),
    "cut off": (
        """DELETE FROM protection.access WHERE seq = 3; UPDATE protection.trail t SET seq = 2, digest = a.previous
           FROM public.lines a WHERE a.seq = 3 AND t.subject = a.item""",
        "the head of its trail was changed",
    ),
    "no head": ("DELETE FROM protection.trail", "its trail has no head"),
    "one more": (
        """INSERT INTO protection.access (id, item, body, at, taken, given, detail, seq, previous)
           SELECT gen_random_uuid(), item, body, at, taken, given, detail, 4, sha256(detail)
             FROM protection.access WHERE seq = 3""",
        "access 4: it was changed",
    ),
}
"""What somebody does to the trail, and what a proof says of it."""


@pytest.mark.parametrize("done", DONE)
async def test_a_5_5_a_proof_names_the_place_in_a_trail(house: House, owner: asyncpg.Connection, done: str) -> None:
    item, (change, fault) = await item_read(house), DONE[done]
    assert await house.faults() == {}
    await owner.execute("CREATE TABLE public.lines AS SELECT * FROM protection.access")
    await owner.execute("CREATE TABLE public.heads AS SELECT * FROM protection.trail")
    await owner.execute(change)
    found = await house.faults()
    assert set(found) == {UUID(item.id)}
    assert fault in found[UUID(item.id)]
    await owner.execute("DELETE FROM protection.access; DELETE FROM protection.trail")
    await owner.execute("INSERT INTO protection.access SELECT * FROM public.lines")
    await owner.execute("INSERT INTO protection.trail SELECT * FROM public.heads")


async def test_a_5_5_lines_put_into_another_trail_are_found_in_both(house: House, owner: asyncpg.Connection) -> None:
    one, two = await item_read(house), await item_read(house)
    swap = "UPDATE protection.access SET item = CASE item WHEN $1 THEN $2 ELSE $1 END WHERE seq = 2"
    await owner.execute(swap, UUID(one.id), UUID(two.id))
    found = await house.faults()
    assert {number: "access 2: it was changed" in faults for number, faults in found.items()} == {
        UUID(one.id): True,
        UUID(two.id): True,
    }
    await owner.execute(swap, UUID(one.id), UUID(two.id))


async def test_a_5_5_nothing_is_given_where_the_trail_cannot_go_on(house: House, owner: asyncpg.Connection) -> None:
    item = await item_read(house)
    await owner.execute("UPDATE protection.trail SET seq = 2 WHERE seq = 3")
    with pytest.raises(Tampered):
        await house.content(item, "BY-MVD")
    with pytest.raises(Tampered):
        await house.read(item, "BY-MVD")
    await owner.execute("UPDATE protection.trail SET seq = 3 WHERE seq = 2")
    await owner.execute("CREATE TABLE public.heads AS SELECT * FROM protection.trail")
    await owner.execute("DELETE FROM protection.trail")
    with pytest.raises(Tampered):
        await house.content(item, "BY-MVD")
    await owner.execute("INSERT INTO protection.trail SELECT * FROM public.heads")


async def test_readers_of_one_item_do_not_lose_each_other_s_lines(house: House) -> None:
    item = await item_read(house, times=0)
    many = [house.content(item, "BY-MVD") for _ in range(6)] + [house.read(item, "BY-MVD") for _ in range(10)]
    await asyncio.gather(*many)
    assert [seq for seq, _, _ in await lines(house)] == list(range(1, 17))


async def test_a_line_made_for_a_head_that_moved_meanwhile_is_made_again(house: House) -> None:
    item = (await house.register()).item
    number, caller = UUID(item.id), clerk("BY-MVD")
    async with house.module.pool.connection() as conn:
        seen = await queries.load(conn, house.module, number, caller, house.now)
        await queries.read(conn, house.module, number, caller, house.now)
        deed = Deed(taken=Taken.COPIES, item=number, told={})
        await trail.note(conn, house.module, deed, caller, house.now, seen.trail)
    assert await lines(house) == [(1, "card", True), (2, "copies", True)]


async def test_a_n1_whoever_looks_at_a_card_is_written_down(house: House) -> None:
    item = (await house.register()).item
    number, caller = UUID(item.id), clerk("BY-MVD", Role.OFFICER)
    await house.read(item, "BY-MVD", Role.OFFICER)
    async with house.module.pool.connection() as conn:
        await queries.record_of(conn, house.module, number, caller, house.now)
        await queries.copies_of(conn, house.module, number, caller, house.now)
        await queries.load(conn, house.module, number, caller, house.now)
        await queries.list_items(conn, house.module, caller, house.now, queries.Asked())
    found = await noted(house.module, *Taken)
    assert [(access.taken, access.given, told["who"]) for access, told in found] == [
        ("card", True, "person:by-mvd.officer"),
        ("record", True, "person:by-mvd.officer"),
        ("copies", True, "person:by-mvd.officer"),
    ]


async def test_whom_an_item_does_not_concern_leaves_no_line_on_it(house: House) -> None:
    item = (await house.register()).item
    with pytest.raises(NotThere):
        await house.read(item, "RU-MVD")
    with pytest.raises(NotThere):
        await house.read(uuid4(), "BY-MVD")
    with pytest.raises(Refused):
        await house.read(item, "BY-MVD", Role.OPERATOR)
    assert await lines(house) == []


async def test_a_card_and_its_line_take_two_statements_and_no_transaction(house: House) -> None:
    item = await house.give((await house.register(content=PLAIN)).item, "BY-MVD", "RU-MVD")
    for _ in range(house.module.pool.raw.get_max_size()):
        await house.read(item, "RU-MVD")
    async with recorded(house.module.pool) as recorder:
        await house.read(item, "RU-MVD")
        read, written = recorder.taken()
    assert ("FROM protection.item" in read or "JOIN protection.item" in read, "protection.access" in written) == (
        True,
        True,
    )


async def test_a_body_that_was_left_out_of_the_participants_is_found_in_the_record(
    house: House, owner: asyncpg.Connection
) -> None:
    item = await house.give((await house.register()).item, "BY-MVD", "RU-MVD")
    whole = queries.card(await house.read(item, "BY-MVD"), house.now)
    await owner.execute("CREATE TABLE public.kept AS SELECT * FROM protection.participant")
    await owner.execute("DELETE FROM protection.participant WHERE item = $1", UUID(item.id))
    assert queries.card(await house.read(item, "BY-MVD"), house.now) == whole
    await owner.execute("INSERT INTO protection.participant SELECT * FROM public.kept")


async def test_a_paper_leaves_one_line_and_no_card(house: House) -> None:
    item = (await house.register()).item
    async with house.module.pool.transaction() as conn:
        await papers.paper(conn, house.module, UUID(item.id), (PaperKind.EXTRACT, None), clerk("BY-MVD"), house.now)
    assert await lines(house) == [(1, "paper", True)]
