"""After a rotation: all that was wrapped is wrapped anew, wherever a process dies, and former versions go."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from exchange.core.errors import NodeError, NotHeld, Tampered
from exchange.protection.content import renewal
from exchange.protection.content.provider import RECORD, Owner, Version
from exchange.protection.core.item import Item
from exchange.protection.service import keys, renewing
from exchange.protection.service.renewing import Round
from exchange.protection.service.work import Renew
from exchange.protection.store import former, locked
from exchange.seals import Seals
from exchange.store.pool import Pool, open_pool
from schemas.secrecy import Mark
from tests.conftest import Database
from tests.protection.content.store import pieces
from tests.protection.house import House, open_house

BODY, OTHER = "BY-MVD", "RU-FSB"
ROOT = Path(__file__).resolve().parents[3]
AGED = "UPDATE protection.former_key SET idle_since = idle_since - interval '25 hours'"


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    """Give the module at work over a database of its own."""
    async with open_house(database.dsn, tmp_path) as opened:
        yield opened


@asynccontextmanager
async def owning(dsn: str) -> AsyncIterator[Pool]:
    pool = await open_pool(dsn, size=1, role="none")
    try:
        yield pool
    finally:
        await pool.close()


async def whole_round(house: House, owner: Pool | None = None) -> Round:
    """Do one round from its first step to its last."""
    going = await renewing.begin(house.module, owner=owner)
    assert going is not None
    while not going.over:
        await going.step()
    return going


async def furnished(house: House) -> list[Item]:
    """Register items with content, give their people access, and hand one over that was not received yet."""
    found = [(await house.register(content=f"content {number}".encode())).item for number in range(3)]
    for item in found:
        await house.grant(item, BODY)
    async with house.module.pool.transaction() as conn:
        await house.module.vault.hand_over(conn, UUID(found[0].id), BODY, OTHER, "M-1")
    return found


async def all_open(house: House, items: list[Item]) -> None:
    """Prove that every content, row and seal opens."""
    assert await house.faults() == {}
    for number, item in enumerate(items):
        assert await house.content(item, BODY) == f"content {number}".encode()


async def former_ones(house: House) -> dict[bytes, Version]:
    return {each.id: each for each in await renewing.versions_of(house.module) if each.former}


async def waiting(house: House) -> int:
    counts = await renewing.waiting(house.module)
    return sum(counts[version] for version in await former_ones(house))


async def test_what_was_wrapped_before_a_rotation_is_wrapped_anew_and_the_former_versions_go(
    house: House, database: Database
) -> None:
    items = await furnished(house)
    house.module.provider.rotate_all()
    assert await waiting(house) > 15
    async with owning(database.dsn) as owner:
        first = await whole_round(house, owner)
        assert (first.renewed > 15, first.broken, first.destroyed) == (True, 0, 0)
        assert await waiting(house) == 0
        assert (await whole_round(house, owner)).renewed == 0
        assert (await whole_round(house, owner)).destroyed == 0, "nothing goes before it was idle for a day"
        old = await former_ones(house)
        async with owner.transaction() as conn:
            await conn.execute(AGED)
        assert (await whole_round(house, owner)).destroyed == len(old)
        async with owner.connection() as conn:
            noted = await former.known(conn)
    assert await former_ones(house) == {}
    assert noted.keys() == old.keys()
    assert all(each.destroyed_at for each in noted.values())
    await all_open(house, items)
    async with house.module.pool.transaction() as conn:
        await house.module.vault.take_over(conn, UUID(items[0].id), OTHER, Mark.SECRET)
    await all_open(house, items)


async def test_the_job_does_what_the_role_may_and_leaves_what_only_grows(house: House, database: Database) -> None:
    items = await furnished(house)
    house.module.provider.rotate_all()
    job = Renew(house.module)
    for _ in range(200):
        await job.run(house.now)
    left = await renewing.waiting(house.module)
    old = await former_ones(house)
    assert {old[version].owner for version in old if left[version]} == {RECORD}
    assert await waiting(house) > 0
    await all_open(house, items)
    async with owning(database.dsn) as owner:
        await whole_round(house, owner)
        assert await waiting(house) == 0
        async with owner.transaction() as conn:
            await conn.execute("UPDATE protection.former_key SET idle_since = now()")
            await conn.execute(AGED)
    for _ in range(40):
        await job.run(house.now)
    assert await former_ones(house) == {}
    await all_open(house, items)


async def test_while_the_keys_are_sealed_the_job_waits(house: House) -> None:
    house.module.provider.forget()
    assert not (await Renew(house.module).run(house.now)).did


async def test_a_key_file_that_no_row_names_keeps_its_version(house: House, database: Database) -> None:
    house.module.provider.wrap(Owner(BODY, Mark.SECRET), b"x", b"y")
    async with house.module.vault.taking_in(pieces(b"under way"), Owner(BODY, Mark.SECRET)) as taken:
        house.module.provider.rotate_all(BODY)
        async with owning(database.dsn) as owner:
            for _ in range(2):
                assert (await whole_round(house, owner)).renewed == 0
                async with owner.transaction() as conn:
                    await conn.execute(AGED)
            (kept,) = (each for each in (await former_ones(house)).values() if each.owner == Owner(BODY, Mark.SECRET))
        async with house.module.pool.transaction() as conn:
            await house.module.vault.keep(conn, taken, by=BODY, now=house.now)
        async with owning(database.dsn) as owner:
            assert (await whole_round(house, owner)).renewed >= 1
    assert kept.id in await former_ones(house)
    assert await waiting(house) == 0


async def test_a_key_file_that_does_not_open_keeps_its_version_and_is_counted(house: House, database: Database) -> None:
    items = await furnished(house)
    (name,) = await house.fetch(
        "SELECT h.key FROM protection.holding h JOIN protection.content c ON c.id = h.content WHERE c.item = $1",
        UUID(items[1].id),
    )
    (path,) = (path for path in (house.folder / "keys").rglob("*") if name[0].hex in path.name)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    house.module.provider.rotate_all()
    async with owning(database.dsn) as owner:
        for _ in range(3):
            assert (await whole_round(house, owner)).broken == 1
            async with owner.transaction() as conn:
                await conn.execute(AGED)
    (kept,) = await former_ones(house)
    assert (await renewing.waiting(house.module))[kept] == 1


async def test_a_reader_who_meets_a_key_file_that_was_replaced_reads_by_the_new_one(house: House) -> None:
    (item, *_) = await furnished(house)
    house.module.provider.rotate_all()
    old = await former_ones(house)
    vault = house.module.vault

    async def renewed() -> None:
        for place in range(renewal.PLACES):
            await renewal.renew(vault, place, old, 100)
        await vault.finish()

    async with house.module.pool.connection() as conn:
        get, looked = vault.keys.get, asyncio.get_running_loop()
        first = True

        def late(self: object, name: object) -> bytes:  # noqa: ARG001 - as the folder's own
            nonlocal first
            if first:
                first = False
                asyncio.run_coroutine_threadsafe(renewed(), looked).result(30)
            return get(name)  # type: ignore[arg-type]

        with pytest.MonkeyPatch.context() as slow:
            slow.setattr(type(vault.keys), "get", late)
            opened = await vault.open(conn, UUID(item.id), BODY)
    assert b"".join([piece async for piece in opened]) == b"content 0"
    assert not first


async def test_what_was_destroyed_with_its_version_does_not_open(house: House) -> None:
    provider = house.module.provider
    wrapped = provider.wrap(Owner(BODY), b"x", b"y")
    (present,) = (each for each in provider.versions() if each.owner == Owner(BODY))
    with pytest.raises(NodeError, match="still wraps"):
        provider.destroy(present)
    provider.rotate(Owner(BODY))
    provider.destroy(present)
    provider.destroy(present)
    with pytest.raises(Tampered):
        provider.unwrap(wrapped, b"y")


CRASHING = """
import asyncio, os, signal, sys
from pathlib import Path
from exchange.protection.content.file_provider import FileProvider
from exchange.protection.content.keyfolder import KeyFolder
from exchange.protection.content.vault import Vault
from exchange.protection.store import former, locked
from tests.protection.content.test_renewal import AGED, owning, whole_round
from tests.protection.house import open_house

def after(place, name, times=1):
    work, left = getattr(place, name), [times]
    def done(*a, **k):
        left[0] -= 1
        if asyncio.iscoroutinefunction(work):
            async def result():
                await work(*a, **k)
                if not left[0]: os.kill(os.getpid(), signal.SIGKILL)
            return result()
        work(*a, **k)
        if not left[0]: os.kill(os.getpid(), signal.SIGKILL)
    setattr(place, name, done)

MOMENTS = {
    "a key put": (KeyFolder, "put", 2),
    "a key committed": (Vault, "replaced", 1),
    "a key overwritten": (os, "unlink", 1),
    "the former ones gone": (Vault, "finish", 1),
    "rows half done": (locked, "replace", 7),
    "noted": (former, "looked", 1),
    "a version destroyed": (FileProvider, "destroy", 1),
}

async def main(folder, dsn, moment):
    async with open_house(dsn, Path(folder)) as house, owning(dsn) as owner:
        place, name, times = MOMENTS[moment]
        if moment == "a key committed":
            finish = Vault.finish
            Vault.finish = lambda self: os.kill(os.getpid(), signal.SIGKILL)
        elif moment == "a key overwritten":
            os.unlink = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
        else:
            after(place, name, times)
        for _ in range(4):
            await whole_round(house, owner)
            async with owner.transaction() as conn:
                await conn.execute(AGED)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "moment",
    [
        "a key put",
        "a key committed",
        "a key overwritten",
        "the former ones gone",
        "rows half done",
        "noted",
        "a version destroyed",
    ],
)
async def test_wherever_it_dies_everything_opens_and_the_next_round_ends_it(
    database: Database, tmp_path: Path, moment: str
) -> None:
    async with open_house(database.dsn, tmp_path) as house:
        items = await furnished(house)
        house.module.provider.rotate_all()
    died = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", CRASHING, str(tmp_path), database.dsn, moment],
        cwd=ROOT,
        timeout=100,
        check=False,
        capture_output=True,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    async with open_house(database.dsn, tmp_path) as house, owning(database.dsn) as owner:
        await house.module.vault.finish()
        await all_open(house, items)
        for path in (house.folder / "keys").rglob("*.*"):
            if path.is_file():
                _long_ago(path)
        for place in range(renewal.PLACES):
            await house.module.vault.sweep(place)
        for _ in range(3):
            going = await renewing.begin(house.module, owner=owner)
            while going is not None and not going.over:
                await going.step()
            async with owner.transaction() as conn:
                await conn.execute(AGED)
        assert await former_ones(house) == {}
        await all_open(house, items)
        with pytest.raises(NotHeld):
            async with house.module.pool.connection() as conn:
                await house.module.vault.open(conn, UUID(items[0].id), "KG-GKNB")


def _long_ago(path: Path) -> None:
    then = time.time() - 2 * 24 * 3600
    os.utime(path, (then, then))


async def test_a_new_signing_key_seals_new_entries_and_the_former_proves_the_old_ones(
    house: House, owner: asyncpg.Connection
) -> None:
    item = (await house.register()).item
    (former_key,) = await house.fetch("SELECT id, locked FROM protection.signing_key WHERE body = $1", BODY)
    async with owner.transaction():
        assert await keys.rotate(owner, house.module.safe, BODY) == 1
        assert await keys.rotate(owner, house.module.safe, "KZ-NSC") == 0
    await house.act(item, BODY, "copy", copy_number=1, count=1, to_whom="отдел", made_by="by-mvd.secrecy-officer")
    present = await keys.signer(owner, house.module, BODY)
    assert present.sealing(BODY) != former_key[0]
    held = await house.fetch("SELECT id, former_at IS NULL, locked FROM protection.signing_key ORDER BY made_at")
    assert [(name == former_key[0], now) for name, now, _ in held] == [(True, False), (False, True)]
    kept = house.module.safe.open(held[0][2], keys.bound(BODY, held[0][0]))
    assert b"PUBLIC KEY" in kept
    assert b"PRIVATE" not in kept
    assert await house.faults() == {}
    fresh = House(replace(house.module, seals=Seals()), house.folder)  # as a process has it that opened no key yet
    assert await fresh.faults() == {}
    assert (await fresh.row(item)).seq == 2


async def test_a_signing_key_that_was_changed_is_named(house: House, owner: asyncpg.Connection) -> None:
    await house.register()
    await owner.execute("UPDATE protection.signing_key SET public = '{}'")
    (found,) = (await house.faults()).values()
    assert "column public is not its own" in found[0]


IN_CLEAR = {
    "item.head",
    "record.previous",
    "record.digest",
    "proceeding.head",
    "proceeding_record.previous",
    "proceeding_record.digest",
    "access.previous",
    "trail.digest",
    "content.file",
    "former_key.version",
    "ledger.digest",
    "ledger_line.told",
    "ledger_line.digest",
    "idempotency.key",
    "inline.key",
}
"""Digests and names: of all other bytes, those that are locked, no round may forget one."""


async def test_every_locked_column_is_walked_and_counted(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "SELECT table_name || '.' || column_name FROM information_schema.columns"
        " WHERE table_schema = 'protection' AND data_type = 'bytea'"
    )
    wanted = {row[0] for row in rows} - IN_CLEAR
    counted = re.findall(r"substr\((\w+), 2, 8\)(?: AS version)? FROM protection\.(\w+)", locked.SELECT_COUNTS)
    assert {f"{table}.{column}" for column, table in counted} == wanted
    walked = [re.search(r"UPDATE protection\.(\w+) SET (\w+) = \$1", each.update) for each in locked.COLUMNS]
    assert {f"{each[1]}.{each[2]}" for each in walked if each} == wanted
    assert len(walked) == len(wanted)
    assert {each.name for each in locked.COLUMNS} == renewing.BOUND.keys()
