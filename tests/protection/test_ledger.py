"""What somebody gains who puts rows of the registry back as they were: its ledger and its anchor tell of it."""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from exchange import protecting
from exchange.core.errors import NodeError, Tampered
from exchange.protection.content.anchor import Anchor, AnchorFile
from exchange.protection.content.ledger import Ledger
from exchange.protection.content.safe import Safe
from exchange.protection.core.scene import Binding
from exchange.protection.module import Module
from exchange.protection.service import ledger, registering
from exchange.protection.store import ledger as store
from exchange.protection.store import registry
from exchange.runtime import utc_now
from tests.protection.content.keys import made
from tests.protection.hall import Hall
from tests.protection.test_tampering import granted, held, read

TABLES = ("access_grant", "ledger", "ledger_line")
"""What a dump of the whole registry would bring back, of which a revocation changes something."""


async def keep(owner: asyncpg.Connection, *tables: str) -> None:
    """Keep tables as they are."""
    for table in tables:
        await owner.execute(f"CREATE TABLE public.kept_{table} AS SELECT * FROM protection.{table}")  # noqa: S608 - ours


async def put_back(owner: asyncpg.Connection, *tables: str) -> None:
    """Put tables back as they were kept, in one transaction, as whoever knows the database well would do it."""
    async with owner.transaction():
        for table in ("person", "competent"):
            await owner.execute(f"ALTER TABLE protection.{table} DROP CONSTRAINT IF EXISTS {table}_body_fkey")
        for table in tables:
            await owner.execute(f"DELETE FROM protection.{table}")  # noqa: S608 - ours
            how = "OVERRIDING SYSTEM VALUE" if table == "competent" else ""
            await owner.execute(f"INSERT INTO protection.{table} {how} SELECT * FROM public.kept_{table}")  # noqa: S608


async def where(hall: Hall, module: Module | None = None) -> dict[str, list[str]]:
    """Return what a proof finds wrong with the registry, by place."""
    module = module or hall.module
    anchor = await ledger.anchor_of(module)
    async with hall.module.pool.transaction() as conn:
        book = await ledger.read(conn, module, anchor)
        return {str(place): list(faults) async for place, faults in ledger.faults(conn, module, book)}


def fresh(hall: Hall) -> Ledger:
    """Return the ledger as a process knows it that only starts."""
    return Ledger(hall.module.safe, hall.module.ledger.file)


async def starts(hall: Hall) -> Ledger:
    """Start a process: let its anchor follow."""
    known = fresh(hall)
    await known.anchor(hall.module.pool)
    return known


async def revoked(hall: Hall, owner: asyncpg.Connection, *tables: str) -> tuple[str, UUID]:
    """Revoke a grant of which the former row is kept."""
    item = await held(hall, "secret", b"low")
    grant = await granted(hall, item)
    assert await read(hall, item) == (200, b"low")
    await keep(owner, *tables)
    assert (await hall.post(f"grants/{grant}/revoke", {})).status_code == 200
    assert await read(hall, item) == (403, "no_grant")
    return item, grant


async def test_a_5_5_a_grant_put_back_as_it_was_before_its_revocation_opens_nothing(
    hall: Hall, owner: asyncpg.Connection
) -> None:
    item, grant = await revoked(hall, owner, "access_grant")
    last = hall.module.ledger.seq
    await put_back(owner, "access_grant")
    assert await read(hall, item) == (500, "content_broken")
    assert (await hall.post(f"grants/{grant}/revoke", {})).status_code == 500
    fault = f"it was put back: change {last} of the registry says otherwise"
    assert await where(hall) == {str(grant): [fault]}
    hall.spoilt = True


async def test_a_5_5_a_change_that_is_made_to_look_like_an_operators_word_is_one_all_the_same(
    hall: Hall, owner: asyncpg.Connection
) -> None:
    """What stands beside a line is no part of its digest: its place is."""
    _, grant = await revoked(hall, owner, "access_grant")
    last = hall.module.ledger.seq
    await put_back(owner, "access_grant")
    await owner.execute("UPDATE protection.ledger_line SET detail = 'x' WHERE seq = $1", last)
    assert await where(hall) == {str(grant): [f"it was put back: change {last} of the registry says otherwise"]}
    hall.spoilt = True


async def test_a_5_5_a_registry_put_back_with_its_ledger_is_older_than_what_the_process_saw(
    hall: Hall, owner: asyncpg.Connection
) -> None:
    item, _ = await revoked(hall, owner, *TABLES)
    await put_back(owner, *TABLES)
    assert await read(hall, item) == (500, "content_broken")
    hall.spoilt = True


async def test_a_5_5_a_registry_put_back_while_the_module_was_down_is_older_than_its_anchor(
    hall: Hall, owner: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    _, grant = await revoked(hall, owner, *TABLES)
    last = hall.module.ledger.seq
    await put_back(owner, *TABLES)
    told = (
        f"the registry is older than its anchor: it ends at change {last - 1} of {last} and lacks access_grant/{grant}"
    )
    with pytest.raises(Tampered, match=told):
        await starts(hall)
    assert await where(hall) == {"registry": [told]}
    object.__setattr__(hall.module, "ledger", fresh(hall))
    await protecting.furnish(hall.module, hall.node.runtime)
    assert told in caplog.text, "the start of the module tells of it, and the node goes on"
    hall.spoilt = True


async def changed(hall: Hall, table: str) -> None:
    """Change a row of a table through the module."""
    if table == "clearance":
        (own,) = await hall.all("clearances?person=kz-mvd.officer")
        assert (await hall.post(f"clearances/{own['id']}/revoke", {})).status_code == 200
        return
    async with hall.module.transaction() as conn:
        if table == "binding":
            left = Binding("kz-lt-2015", "LT", date(2020, 1, 1), date(2026, 1, 1))
            await registering.bind(conn, hall.module, left)
        else:
            kept = (await registry.held(conn, ["KZ-MVD"]))["KZ-MVD"].row
            moved = replace(kept, body=replace(kept.body, zone="Asia/Aqtau"))
            assert await registering.tell_bodies(conn, hall.module, [moved], sealed=False)


@pytest.mark.parametrize("table", ["clearance", "binding", "body"])
async def test_a_4_a_row_put_back_as_it_was_decides_nothing(hall: Hall, owner: asyncpg.Connection, table: str) -> None:
    """A-5.4, KL-14: a clearance that was revoked, a treaty that was left, a body that moved."""
    item = await held(hall, "secret", b"low")
    await granted(hall, item)
    await keep(owner, table)
    await changed(hall, table)
    await put_back(owner, table)
    assert await read(hall, item) == (500, "content_broken")
    found = await where(hall)
    assert [[fault.startswith("it was put back") for fault in faults] for faults in found.values()] == [[True]], found
    hall.spoilt = True


async def test_ka_3_a_successor_taken_out_decides_nothing(hall: Hall, owner: asyncpg.Connection) -> None:
    await keep(owner, "competent")
    async with hall.module.transaction() as conn:
        await registering.add_competent(conn, hall.module, "kz-am-2025", "KZ", "KZ-MVD", date(2026, 1, 1))
    item = {"mark": "secret", "designation": "а", "kind": "document", "purpose": "б"}
    assert (await hall.post("items", item)).status_code == 201
    await put_back(owner, "competent")
    assert (await hall.post("items", item)).status_code == 500
    (faults,) = (await where(hall)).values()
    assert faults[0].startswith("it was taken out of the registry after change ")
    hall.spoilt = True


async def test_a_person_taken_out_is_not_entered_as_another_bodys(hall: Hall, owner: asyncpg.Connection) -> None:
    async with hall.module.transaction() as conn:
        await registering.add_people(conn, hall.module, [("kz-guest", "KZ-MVD")])
    await owner.execute("DELETE FROM protection.person WHERE code = 'kz-guest'")
    with pytest.raises(Tampered, match="person/kz-guest was taken out"):
        async with hall.module.transaction() as conn:
            await registering.add_people(conn, hall.module, [("kz-guest", "RU-FSB")])
    hall.spoilt = True


async def test_a_change_that_does_not_come_to_stand_leaves_nothing_behind(hall: Hall) -> None:
    before = await hall.fetch("SELECT seq, digest FROM protection.ledger")

    async def broken_off() -> None:
        async with hall.module.transaction() as conn:
            await registering.add_people(conn, hall.module, [("kz-guest", "KZ-MVD")])
            await conn.execute("SELECT 1 / 0")

    with pytest.raises(asyncpg.DivisionByZeroError):
        await broken_off()
    assert await hall.fetch("SELECT seq, digest FROM protection.ledger") == before
    async with hall.module.transaction() as conn:
        await registering.add_people(conn, hall.module, [("kz-guest", "RU-FSB")])
    assert hall.module.ledger.seq == before[0][0] + 1


async def test_the_database_may_be_ahead_of_its_anchor_by_what_follows_it(hall: Hall) -> None:
    """A process that dies between the commit and the anchor leaves the anchor behind."""
    behind = hall.module.ledger.file.read()
    async with hall.module.pool.transaction() as conn:
        for person in ("kz-one", "kz-two"):
            await registering.add_people(conn, hall.module, [(person, "KZ-MVD")])
    assert hall.module.ledger.file.read() == behind
    known = await starts(hall)
    moved = hall.module.ledger.file.read()
    assert behind is not None
    assert moved is not None
    assert (moved.seq, known.seq) == (behind.seq + 2, behind.seq + 2)
    assert list(moved.recent.values())[-2:] == ["person/kz-one", "person/kz-two"]
    assert await where(hall) == {}


async def test_what_another_process_changed_is_followed(hall: Hall) -> None:
    item = await held(hall, "secret", b"low")
    grant = await granted(hall, item)
    other = fresh(hall)
    async with hall.module.pool.transaction() as conn:
        await other.hold(conn)
        row = await conn.fetchrow("SELECT place FROM protection.ledger_line ORDER BY seq DESC LIMIT 1")
    assert row is not None
    assert row["place"] == f"access_grant/{grant}"
    assert other.seq == hall.module.ledger.seq
    assert (await hall.post(f"grants/{grant}/revoke", {})).status_code == 200
    assert await other.anchor(hall.module.pool) is True
    assert other.seq == hall.module.ledger.seq


async def test_what_is_changed_while_a_process_starts_is_no_older_registry(hall: Hall) -> None:
    """Between its look at the end and its look at the anchor another process may move both."""
    known = fresh(hall)
    async with hall.module.pool.connection() as conn:
        end = await store.end(conn)
        async with hall.module.transaction() as other:
            await registering.add_people(other, hall.module, [("kz-one", "KZ-MVD")])
        assert await known.follow(conn, end, known.seq)
    assert known.seq == end.seq + 1
    assert known.last("person/kz-one", end.seq) == (0, None)


async def test_changes_that_come_at_once_follow_one_another(hall: Hall) -> None:
    async def one(person: str) -> None:
        async with hall.module.transaction() as conn:
            await registering.add_people(conn, hall.module, [(person, "KZ-MVD")])

    before = hall.module.ledger.seq
    await asyncio.gather(*(one(f"kz-{number}") for number in range(12)))
    await hall.module.ledger.anchor(hall.module.pool)
    assert hall.module.ledger.seq == before + 12
    assert await where(hall) == {}


EMPTIED = """
WITH gone AS (DELETE FROM protection.ledger_line)
UPDATE protection.ledger SET seq = 0, digest = decode(repeat('00', 32), 'hex')
"""
FORGED = {
    "a line": (
        "UPDATE protection.ledger_line SET told = sha256('x') WHERE seq = 5",
        "change 5: it was changed",
    ),
    "a line taken out": ("DELETE FROM protection.ledger_line WHERE seq = 5", "change 5: missing, 6 follows"),
    "the end": ("UPDATE protection.ledger SET seq = seq - 1", "it is not the last"),
    "its proof": ("UPDATE protection.ledger SET proof = '\\x01'", "the end of its ledger was changed"),
    "all of it": (EMPTIED, "the registry is older than its anchor: it ends at change 0"),
}


@pytest.mark.parametrize("name", FORGED)
async def test_a_ledger_that_was_changed_is_found_and_decides_nothing(
    hall: Hall, owner: asyncpg.Connection, name: str
) -> None:
    change, fault = FORGED[name]
    await owner.execute(change)
    with pytest.raises(Tampered):
        await starts(hall)
    assert any(fault in each for each in (await where(hall))["registry"])
    hall.spoilt = True


async def test_without_its_anchor_the_registry_is_not_known_to_be_the_last(hall: Hall, tmp_path: Path) -> None:
    (tmp_path / "protection.anchor").unlink()
    with pytest.raises(Tampered, match="no anchor"):
        await starts(hall)
    assert await where(hall) == {"registry": ["the registry has no anchor beside the keys"]}
    hall.spoilt = True


async def test_an_anchor_that_was_changed_is_none(hall: Hall, tmp_path: Path) -> None:
    path = tmp_path / "protection.anchor"
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    assert list(await where(hall)) == ["registry"]
    hall.spoilt = True


async def accepted(hall: Hall, reference: str = "акт 7") -> ledger.Accepted | None:
    async with hall.module.pool.transaction() as conn:
        told = await ledger.accept(conn, hall.module, reference, utc_now())
    if told is not None:
        await hall.module.ledger.accept(hall.module.pool)
    return told


async def test_an_operator_accepts_a_registry_from_a_backup_and_that_is_noted(
    hall: Hall, owner: asyncpg.Connection
) -> None:
    assert await accepted(hall) is None
    item, grant = await revoked(hall, owner, *TABLES)
    last = hall.module.ledger.seq
    await put_back(owner, *TABLES)
    object.__setattr__(hall.module, "ledger", fresh(hall))  # the module was stopped for the restore
    assert await read(hall, item) == (500, "content_broken")
    told = await accepted(hall)
    assert told is not None
    assert told.trouble.endswith(f"ends at change {last - 1} of {last} and lacks access_grant/{grant}")
    assert await read(hall, item) == (200, b"low"), "the backup knows of no revocation"
    async with hall.module.pool.connection() as conn:
        (noted,) = await ledger.accepted(conn, hall.module)
        (line,) = await store.accepted(conn)
    assert (noted, noted.reference, line.seq) == (told, "акт 7", last)
    assert "акт 7".encode() not in (line.detail or b"")
    assert await accepted(hall) is None


async def test_rows_that_were_put_back_are_no_backup_that_is_accepted(hall: Hall, owner: asyncpg.Connection) -> None:
    _, grant = await revoked(hall, owner, "access_grant")
    await put_back(owner, "access_grant")
    with pytest.raises(NodeError, match=str(grant)):
        await accepted(hall)
    hall.spoilt = True


async def test_rows_older_than_the_ledger_are_accepted_into_it(hall: Hall, owner: asyncpg.Connection) -> None:
    await owner.execute(EMPTIED)
    object.__setattr__(hall.module, "ledger", fresh(hall))
    hall.module.ledger.file.replace(Anchor(seq=0, digest=bytes(32).hex(), recent={}))
    assert all(fault == ["no change of the registry brought it"] for fault in (await where(hall)).values())
    told = await accepted(hall)
    assert told is not None
    assert told.rows > 20
    assert await where(hall) == {}


def test_an_anchor_never_goes_back_by_itself(tmp_path: Path) -> None:
    file = AnchorFile(tmp_path / "protection.anchor", Safe(made(tmp_path / "protection.keys")))
    first, second = (Anchor(seq=seq, digest="00", recent={seq: "body/KZ-MVD"}) for seq in (1, 2))
    assert file.read() is None
    file.begin()
    file.advance(second)
    file.advance(first)
    assert file.read() == second
    file.begin()
    assert file.read() == second
    file.replace(first)
    assert file.read() == first
