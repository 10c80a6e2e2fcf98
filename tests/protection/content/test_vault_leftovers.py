"""What was begun and not ended leaves nothing behind: cut connections, full disks, uploads nobody bound."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from exchange.core.errors import NoRoom, NotHeld
from exchange.protection.content.provider import Owner
from exchange.protection.content.stream import HEAD_BYTES
from exchange.store.pool import Pool
from tests.protection.content.store import BODY, DATA, NOW, Place, age, hand_over, pieces, swept, vault_in

SMALL = 4096  # more than any key file


async def test_a_cut_connection_leaves_nothing(place: Place) -> None:
    async def cut() -> AsyncIterator[bytes]:
        yield DATA
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        async with place.vault.taking_in(cut(), Owner(BODY)):
            pass
    assert place.sealed_files() == place.key_files() == []


async def test_an_upload_that_is_refused_leaves_nothing(place: Place) -> None:
    with pytest.raises(RuntimeError):
        async with place.vault.taking_in(pieces(DATA), Owner(BODY)):
            raise RuntimeError
    assert place.sealed_files() == place.key_files() == []


async def test_a_task_that_is_cancelled_anywhere_leaves_nothing_that_is_not_swept(
    module_pool: Pool, tmp_path: Path
) -> None:
    with vault_in(tmp_path, module_pool) as place:
        for turns in range(0, 60, 3):
            task = asyncio.create_task(place.upload(DATA))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    # What was under way has ended with the vault.
    with vault_in(tmp_path, module_pool) as place:
        for path in [*place.key_files(), *place.sealed_files()]:
            age(path)
        async with place.pool.transaction() as conn:
            await place.vault.abandoned(conn, NOW + timedelta(days=1))
        await place.vault.finish()
        await swept(place)
        assert place.sealed_files() == place.key_files() == []


async def test_a_full_disk_is_said_and_loses_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    item, write = await place.item(DATA), os.write

    def full(descriptor: int, data: bytes) -> int:
        if len(data) > SMALL:
            raise OSError(errno.ENOSPC, "full")
        return write(descriptor, data)

    before = place.sealed_files(), place.key_files()
    with monkeypatch.context() as faulty:
        faulty.setattr(os, "write", full)
        with pytest.raises(NoRoom):
            await place.upload(DATA)
    assert (place.sealed_files(), place.key_files()) == before
    assert await place.read(item) == DATA
    await place.upload(DATA)


async def test_a_full_disk_of_keys_is_said_and_loses_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    item, write = await place.item(DATA), os.write

    def full(descriptor: int, data: bytes) -> int:
        if len(data) < SMALL and len(data) != HEAD_BYTES:
            raise OSError(errno.ENOSPC, "full")
        return write(descriptor, data)

    before = place.sealed_files(), place.key_files()
    with monkeypatch.context() as faulty:
        faulty.setattr(os, "write", full)
        with pytest.raises(NoRoom):
            await place.upload(DATA)
        with pytest.raises(NoRoom):
            await hand_over(place, item)
    assert (place.sealed_files(), place.key_files()) == before
    assert await place.read(item) == DATA


async def test_more_than_the_disk_has_room_for_is_refused_at_once(place: Place) -> None:
    with pytest.raises(NoRoom):
        async with place.vault.taking_in(pieces(DATA), Owner(BODY), expected=2**62):
            pass
    assert place.sealed_files() == place.key_files() == []


async def test_what_is_not_bound_in_time_is_given_up(place: Place) -> None:
    old, item = await place.upload(DATA), await place.item(DATA[:10])
    async with place.pool.transaction() as conn:
        assert await place.vault.abandoned(conn, NOW) == ()
        assert await place.vault.abandoned(conn, NOW + timedelta(seconds=1)) == (old.id,)
        assert await place.vault.find(conn, by=BODY, sha256=old.sha256) is None
        with pytest.raises(NotHeld):
            await place.vault.bind(conn, old.id, item)
    assert await place.vault.finish()
    assert len(place.sealed_files()) == len(place.key_files()) == 1
    assert await place.read(item) == DATA[:10]


async def test_the_sweep_takes_old_files_that_no_row_knows_and_no_others(place: Place) -> None:
    item = await place.item(DATA)
    with suppress(RuntimeError):
        async with place.vault.taking_in(pieces(DATA[:50]), Owner(BODY)) as taken, place.pool.transaction() as conn:
            await place.vault.keep(conn, taken, by=BODY, now=NOW)
            raise RuntimeError  # it is not known whether the commit went through
    assert len(place.sealed_files()) == len(place.key_files()) == 2
    assert await swept(place) == 0
    for path in [*place.key_files(), *place.sealed_files()]:
        age(path)
    stranger = place.key_files()[0].with_name("somebody-else's.txt")
    stranger.write_text("hello")
    age(stranger)
    assert await swept(place) == 2
    stranger.unlink()
    assert len(place.sealed_files()) == len(place.key_files()) == 1
    assert await place.read(item) == DATA
