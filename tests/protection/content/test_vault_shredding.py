"""What is shredded stays so, whatever a crash or a backup brings back; the evidence is kept."""

import asyncio
import errno
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from exchange.core.errors import NotHeld, Tampered, Unavailable
from exchange.store.pool import Pool
from schemas.secrecy import Mark
from tests.conftest import Database
from tests.protection.content.store import BODY, DATA, OTHER, Place, age, hand_over, swept, take_over, vault_in

ROOT = Path(__file__).resolve().parents[3]


async def test_what_is_shredded_is_unreadable_and_the_evidence_is_kept(place: Place) -> None:
    item = await place.item(DATA)
    key, sealed = place.key_files()[0], place.sealed_files()[0]
    async with place.pool.transaction() as conn:
        await place.vault.shred(conn, item, BODY)
        assert key.exists()  # until the commit
    with pytest.raises(NotHeld):
        await place.read(item)
    assert await place.vault.finish()
    assert not await place.vault.finish()
    assert not key.exists()
    assert not sealed.exists()
    async with place.pool.connection() as conn:
        (evidence,) = await place.vault.evidence(conn, item)
    assert evidence.body == BODY
    assert evidence.done_at is not None
    assert evidence.refusal == "the key file is not there"


async def test_a_key_file_is_overwritten_before_it_is_unlinked(place: Place, tmp_path: Path) -> None:
    item = await place.item(DATA)
    key, link = place.key_files()[0], tmp_path / "link"
    os.link(key, link)
    wrapped = key.read_bytes()
    async with place.pool.transaction() as conn:
        await place.vault.shred(conn, item, BODY)
    await place.vault.finish()
    assert len(link.read_bytes()) == len(wrapped)
    assert wrapped[:9] != link.read_bytes()[:9]
    with pytest.raises(Tampered):
        place.provider.unwrap(link.read_bytes(), b"")


async def test_the_sealed_bytes_stay_as_long_as_anybody_holds_them(place: Place) -> None:
    item = await place.item(DATA)
    await hand_over(place, item)
    await take_over(place, item)
    async with place.pool.transaction() as conn:
        await place.vault.shred(conn, item, BODY)
    await place.vault.finish()
    assert await place.read(item, OTHER) == DATA
    async with place.pool.transaction() as conn:
        await place.vault.shred(conn, item, OTHER)
    await place.vault.finish()
    assert place.sealed_files() == place.key_files() == []


async def test_what_was_never_received_can_be_shredded(place: Place) -> None:
    item = await place.item(DATA)
    await hand_over(place, item)
    async with place.pool.transaction() as conn:
        await place.vault.shred(conn, item, BODY)
        await place.vault.shred(conn, item, OTHER)
    await place.vault.finish()
    assert place.sealed_files() == place.key_files() == []
    with pytest.raises(NotHeld):
        await take_over(place, item)


async def test_a_destruction_that_is_not_committed_destroys_nothing(place: Place) -> None:
    item = await place.item(DATA)
    with suppress(RuntimeError):
        async with place.pool.transaction() as conn:
            await place.vault.shred(conn, item, BODY)
            raise RuntimeError
    assert not await place.vault.finish()
    assert await place.read(item) == DATA


async def test_shredding_takes_also_the_key_files_that_no_commit_named(place: Place) -> None:
    item = await place.item(DATA)
    with suppress(RuntimeError):
        async with place.pool.transaction() as conn:
            await place.vault.rewrap(conn, item, BODY, Mark.TOP_SECRET)
            raise RuntimeError
    assert len(place.key_files()) == 2
    async with place.pool.transaction() as conn:
        await place.vault.shred(conn, item, BODY)
    await place.vault.finish()
    assert place.key_files() == []


async def test_shredding_needs_no_open_keys(place: Place) -> None:
    item = await place.item(DATA)
    place.provider.forget()
    async with place.pool.transaction() as conn:
        await place.vault.shred(conn, item, BODY)
    assert await place.vault.finish()
    assert place.sealed_files() == place.key_files() == []


CRASHING = """
import asyncio, os, signal, sys
from pathlib import Path
from uuid import UUID
from exchange.store.pool import open_pool
from tests.protection.content.store import vault_in

async def main(folder: str, dsn: str, item: str, moment: str) -> None:
    pool = await open_pool(dsn, size=2, role="protection_app")
    with vault_in(Path(folder), pool) as place:
        die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
        if moment == "written over":
            os.unlink = die
        if moment == "unlinked":
            place.vault.folder.remove = die
        async with pool.transaction() as conn:
            await place.vault.shred(conn, UUID(item), "KZ-NSC")
        if moment == "committed":
            die()
        await place.vault.finish()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("moment", ["committed", "written over", "unlinked"])
async def test_a_crash_between_the_commit_and_the_end_of_shredding_is_made_good(
    module_pool: Pool, database: Database, tmp_path: Path, moment: str
) -> None:
    with vault_in(tmp_path, module_pool) as place:
        item = await place.item(DATA)
    died = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", CRASHING, str(tmp_path), database.dsn, str(item), moment],
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    with vault_in(tmp_path, module_pool) as place:
        assert len(place.sealed_files()) == 1
        with pytest.raises(NotHeld):
            await place.read(item)
        assert await place.vault.finish()
        assert place.sealed_files() == place.key_files() == []
        async with place.pool.connection() as conn:
            (evidence,) = await place.vault.evidence(conn, item)
        assert evidence.refusal == "the key file is not there"


async def test_a_key_file_that_cannot_be_destroyed_keeps_no_other_from_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    items, unlink = [await place.item(DATA[:100]) for _ in range(3)], os.unlink
    first = place.key_files()[0].name

    def stuck(name: str, **more: int) -> None:
        if name == first:
            raise OSError(errno.EIO, "stuck")
        unlink(name, **more)

    async with place.pool.transaction() as conn:
        for item in items:
            await place.vault.shred(conn, item, BODY)
    with monkeypatch.context() as faulty:
        faulty.setattr(os, "unlink", stuck)
        with pytest.raises(Unavailable, match="EIO"):
            await place.vault.finish()
    assert [path.name for path in place.key_files()] == [first]
    assert await place.vault.finish()
    assert place.sealed_files() == place.key_files() == []


async def test_two_processes_that_finish_at_once_are_harmless(place: Place) -> None:
    items = [await place.item(DATA[:100]) for _ in range(6)]
    async with place.pool.transaction() as conn:
        for item in items:
            await place.vault.shred(conn, item, BODY)
    await asyncio.gather(*(place.vault.finish() for _ in range(3)))
    assert place.sealed_files() == place.key_files() == []


async def test_what_comes_back_with_a_backup_is_destroyed_again(place: Place) -> None:
    item = await place.item(DATA)
    saved = {path: path.read_bytes() for path in [*place.key_files(), *place.sealed_files()]}
    async with place.pool.transaction() as conn:
        await place.vault.shred(conn, item, BODY)
    await place.vault.finish()
    for path, data in saved.items():
        path.write_bytes(data)
        age(path)
    with pytest.raises(NotHeld):
        await place.read(item)
    await swept(place)
    assert place.sealed_files() == place.key_files() == []
