"""The vault: what goes in comes out for whoever holds it, and for nobody else; what is shredded stays so."""

import asyncio
import errno
import os
import re
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from exchange.core.errors import ModuleSealed, NoRoom, NotHeld, Tampered, Unavailable
from exchange.protection.content import vault as vaults
from exchange.protection.content.outgoing import Opened
from exchange.protection.content.provider import Owner
from exchange.protection.content.stream import CHUNK, HEAD_BYTES, SEALED
from exchange.store.pool import Pool
from schemas.secrecy import Mark
from tests.conftest import Database
from tests.protection.content.store import BODY, INSERT_ITEM, NOW, OTHER, Place, pieces, vault_in

DATA = b"".join(sha256(number.to_bytes(4, "big")).digest() for number in range(3 * CHUNK // 32)) + b"the end"
ROOT = Path(__file__).resolve().parents[3]
DAY = 24 * 3600
SMALL = 4096  # more than any key file


def flip(path: Path, at: int) -> None:
    whole = bytearray(path.read_bytes())
    whole[at] ^= 1
    path.write_bytes(whole)


async def came_out(opened: Opened) -> int:
    """Return how many bytes came out before the vault found that something is wrong; all that came are right."""
    size = 0
    with suppress(Tampered):
        async for piece in opened:
            assert piece == DATA[size : size + len(piece)]
            size += len(piece)
    assert size < len(DATA)
    return size


async def given(place: Place, item: UUID) -> int:
    async with place.pool.connection() as conn:
        return await came_out(await place.vault.open(conn, item, BODY))


def age(path: Path, seconds: float = DAY + 60) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


# In and out


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7])
async def test_what_goes_in_comes_out(place: Place, size: int) -> None:
    item = await place.item(DATA[:size])
    assert await place.read(item) == DATA[:size]
    assert await place.read(item) == DATA[:size]


async def test_neither_the_plaintext_nor_its_digest_stands_anywhere(place: Place, database: Database) -> None:
    secret = b"where the trains will stop " * 20
    await place.item(secret)
    for path in [*place.sealed_files(), *place.key_files(), place.folder / "protection.keys"]:
        assert b"trains" not in path.read_bytes()
        assert BODY.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o777 == 0o600
    async with place.pool.connection() as conn:
        row = await conn.fetchval("SELECT c::text FROM protection.content c")
    assert sha256(secret).hexdigest() not in row
    assert sha256(place.sealed_files()[0].read_bytes()).hexdigest() in row
    assert database


async def test_each_upload_has_a_key_and_bytes_of_its_own(place: Place) -> None:
    await place.upload(DATA)
    await place.upload(DATA)
    first, second = (path.read_bytes() for path in place.sealed_files())
    assert len(first) == len(second)
    assert first[HEAD_BYTES : HEAD_BYTES + 64] != second[HEAD_BYTES : HEAD_BYTES + 64]


async def test_one_statement_opens_a_content(place: Place) -> None:
    item = await place.item(DATA)
    said: list[str] = []
    async with place.pool.connection() as conn:
        conn.add_query_logger(lambda record: said.append(record.query))
        await place.vault.open(conn, item, BODY)
    assert len(said) == 1


async def test_only_a_holder_opens(place: Place) -> None:
    item = await place.item(DATA)
    for other, body in ((item, OTHER), (uuid4(), BODY)):
        with pytest.raises(NotHeld):
            await place.read(other, body)


async def test_a_body_finds_its_own_unbound_uploads_alone(place: Place) -> None:
    sealed, digest = await place.upload(DATA), sha256(DATA).hexdigest()
    async with place.pool.transaction() as conn:
        assert await place.vault.find(conn, by=BODY, sha256=digest) == sealed
        assert await place.vault.find(conn, by=OTHER, sha256=digest) is None
        assert await place.vault.find(conn, by=BODY, sha256="0" * 64) is None
    await place.item(DATA[:9])
    async with place.pool.transaction() as conn:
        assert await place.vault.find(conn, by=BODY, sha256=sha256(DATA[:9]).hexdigest()) is None


async def test_what_is_bound_is_not_bound_again(place: Place) -> None:
    sealed = await place.upload(DATA)
    for item in (uuid4(), uuid4()):
        async with place.pool.transaction() as conn:
            await conn.execute(INSERT_ITEM, item, BODY)
    async with place.pool.transaction() as conn:
        await place.vault.bind(conn, sealed.id, item)
        with pytest.raises(NotHeld):
            await place.vault.bind(conn, sealed.id, item)


async def test_gigabytes_would_pass_at_constant_memory(place: Place) -> None:
    async def many(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield bytes(CHUNK)

    async def passed(count: int) -> int:
        tracemalloc.start()
        async with place.vault.taking_in(many(count), Owner(BODY)) as taken, place.pool.transaction() as conn:
            sealed, item = await place.vault.keep(conn, taken, by=BODY, now=NOW), uuid4()
            await conn.execute(INSERT_ITEM, item, BODY)
            await place.vault.bind(conn, sealed.id, item)
        async with place.pool.connection() as conn:
            async for _piece in await place.vault.open(conn, item, BODY):
                pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert await passed(4) < 8 * 1024 * 1024
    assert await passed(120) < 8 * 1024 * 1024


# Sealed keys


async def test_while_the_keys_are_sealed_nothing_is_read_nor_written(place: Place) -> None:
    item = await place.item(DATA)
    before = place.sealed_files(), place.key_files()
    place.provider.forget()
    asked = False

    async def never() -> AsyncIterator[bytes]:
        nonlocal asked
        asked = True
        yield DATA

    with pytest.raises(ModuleSealed):
        async with place.vault.taking_in(never(), Owner(BODY)):
            pass
    assert not asked
    with pytest.raises(ModuleSealed):
        await place.read(item)
    for attempt in ("hand_over", "rewrap"):
        more = (BODY, OTHER, "M-AM") if attempt == "hand_over" else (BODY, Mark.SECRET)
        with pytest.raises(ModuleSealed):
            async with place.pool.transaction() as conn:
                await getattr(place.vault, attempt)(conn, item, *more)
    assert (place.sealed_files(), place.key_files()) == before


# What is not what it was


@pytest.mark.parametrize("chunk", [0, 1, 2, 3])
async def test_a_changed_chunk_is_found_before_a_byte_of_it_is_given(place: Place, chunk: int) -> None:
    item = await place.item(DATA)
    flip(place.sealed_files()[0], HEAD_BYTES + chunk * SEALED + 5)
    assert await given(place, item) <= max(0, chunk - 1) * CHUNK


async def test_a_changed_head_is_found(place: Place) -> None:
    item = await place.item(DATA)
    for at in range(HEAD_BYTES):
        flip(place.sealed_files()[0], at)
        assert await given(place, item) == 0
        flip(place.sealed_files()[0], at)
    assert await place.read(item) == DATA


async def test_chunks_swapped_within_a_content_are_found(place: Place) -> None:
    item = await place.item(DATA)
    path = place.sealed_files()[0]
    whole = path.read_bytes()
    first, second = (whole[HEAD_BYTES + n * SEALED : HEAD_BYTES + (n + 1) * SEALED] for n in range(2))
    path.write_bytes(whole[:HEAD_BYTES] + second + first + whole[HEAD_BYTES + 2 * SEALED :])
    assert await given(place, item) == 0


async def test_chunks_swapped_between_contents_are_found(place: Place) -> None:
    items = [await place.item(DATA), await place.item(DATA)]
    one, two = place.sealed_files()
    first, second = one.read_bytes(), two.read_bytes()
    at, end = HEAD_BYTES + SEALED, HEAD_BYTES + 2 * SEALED
    one.write_bytes(first[:at] + second[at:end] + first[end:])
    two.write_bytes(second[:at] + first[at:end] + second[end:])
    for item in items:
        assert await given(place, item) == 0  # the first chunk is held back until the second is proved


async def test_the_bytes_of_another_content_in_its_place_are_found(place: Place) -> None:
    items = [await place.item(DATA), await place.item(DATA)]
    one, two = place.sealed_files()
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    for item in items:
        assert await given(place, item) == 0


@pytest.mark.parametrize("end", [0, HEAD_BYTES, HEAD_BYTES + SEALED, HEAD_BYTES + 3 * SEALED, -1])
async def test_what_is_cut_off_is_found_before_the_first_byte(place: Place, end: int) -> None:
    item = await place.item(DATA)
    path = place.sealed_files()[0]
    path.write_bytes(path.read_bytes()[:end])
    with pytest.raises(Tampered):
        await place.read(item)


async def test_bytes_behind_the_end_are_found(place: Place) -> None:
    item = await place.item(DATA)
    with place.sealed_files()[0].open("ab") as file:
        file.write(b"x")
    with pytest.raises(Tampered):
        await place.read(item)


async def test_what_is_cut_off_while_it_is_read_is_found(place: Place) -> None:
    item = await place.item(DATA)
    async with place.pool.connection() as conn:
        opened = await place.vault.open(conn, item, BODY)
    path = place.sealed_files()[0]
    path.write_bytes(path.read_bytes()[: HEAD_BYTES + 2 * SEALED])
    assert await came_out(opened) <= CHUNK


async def test_missing_bytes_and_keys_are_said(place: Place) -> None:
    item, second = await place.item(DATA), await place.item(DATA)
    for path in place.sealed_files():
        path.unlink()
    with pytest.raises(Tampered):
        await place.read(item)
    for path in place.key_files():
        path.unlink()
    with pytest.raises(Tampered):
        await place.read(second)


async def test_the_key_file_of_another_content_opens_nothing(place: Place) -> None:
    items = [await place.item(DATA), await place.item(DATA)]
    one, two = place.key_files()
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    for item in items:
        with pytest.raises(Tampered):
            await place.read(item)


async def test_every_byte_of_a_key_file_counts(place: Place) -> None:
    item = await place.item(DATA)
    path = place.key_files()[0]
    for at in range(path.stat().st_size):
        flip(path, at)
        with pytest.raises(Tampered):
            await place.read(item)
        flip(path, at)
    assert await place.read(item) == DATA


async def test_a_row_that_names_another_digest_is_found(place: Place, owner: "object") -> None:
    item = await place.item(DATA)
    await owner.execute("UPDATE protection.content SET sha256 = set_byte(sha256, 30, 7)")  # type: ignore[attr-defined]
    with pytest.raises(Tampered):
        await place.read(item)


async def test_a_proof_names_what_is_wrong(place: Place) -> None:
    item, digest = await place.item(DATA), sha256(DATA).hexdigest()
    await hand_over(place, item)

    async def faults(expected: str | None = digest, of: UUID = item) -> tuple[str, ...]:
        async with place.pool.connection() as conn:
            return await place.vault.faults(conn, of, expected)

    assert await faults() == await faults(None, uuid4()) == ()
    assert await faults(digest, uuid4()) == ("its content is not known",)
    assert await faults("0" * 64) == ("its content is not the one that was registered",)
    for path in [*place.key_files(), *place.sealed_files()]:
        path.unlink()
    assert await faults() == (
        f"the key of {OTHER} to its content: the key file is not there",
        f"the key of {BODY} to its content: the key file is not there",
        "the sealed bytes of its content are gone or cut off",
    )
    async with place.pool.transaction() as conn:
        await place.vault.shred(conn, item, BODY)
        await place.vault.shred(conn, item, OTHER)
    assert await faults() == ()


# Handing over, regrading, rotating


async def hand_over(place: Place, item: UUID, means: str | None = "M-AM") -> None:
    async with place.pool.transaction() as conn:
        await place.vault.hand_over(conn, item, BODY, OTHER, means)


async def take_over(place: Place, item: UUID) -> None:
    async with place.pool.transaction() as conn:
        await place.vault.take_over(conn, item, OTHER, Mark.SECRET)


async def test_a_recipient_reads_once_it_confirmed_receipt(place: Place) -> None:
    item = await place.item(DATA)
    await hand_over(place, item)
    with pytest.raises(NotHeld):
        await place.read(item, OTHER)
    await take_over(place, item)
    assert await place.read(item, OTHER) == DATA
    assert len(place.key_files()) == 3
    assert await place.vault.finish()  # what was handed over has done its work
    assert len(place.key_files()) == 2
    assert await place.read(item, OTHER) == await place.read(item) == DATA
    assert len(place.sealed_files()) == 1


async def test_what_is_handed_over_twice_is_received_once(place: Place) -> None:
    item = await place.item(DATA)
    for _ in range(2):
        await hand_over(place, item)
        await hand_over(place, item)
        await take_over(place, item)
        await take_over(place, item)
        await place.vault.finish()
        assert await place.read(item, OTHER) == DATA
        assert len(place.key_files()) == 2


async def test_means_and_recipient_are_bound_to_what_is_handed_over(place: Place, owner: "object") -> None:
    item = await place.item(DATA)
    await hand_over(place, item)
    await owner.execute("UPDATE protection.holding SET means = 'M-LT' WHERE state = 'handed'")  # type: ignore[attr-defined]
    with pytest.raises(Tampered):
        await take_over(place, item)


async def test_nobody_hands_over_what_it_does_not_hold(place: Place) -> None:
    item = await place.item(DATA)
    for giver, recipient in ((OTHER, BODY), ("RU-FSB", OTHER)):
        with pytest.raises(NotHeld):
            async with place.pool.transaction() as conn:
                await place.vault.hand_over(conn, item, giver, recipient, None)
    with pytest.raises(NotHeld):
        await take_over(place, item)


async def test_a_dispatch_that_is_not_committed_hands_nothing_over(place: Place) -> None:
    item = await place.item(DATA)
    with suppress(RuntimeError):
        async with place.pool.transaction() as conn:
            await place.vault.hand_over(conn, item, BODY, OTHER, "M-AM")
            raise RuntimeError
    with pytest.raises(NotHeld):
        await take_over(place, item)


async def test_after_a_regrade_the_new_degrees_key_opens_and_the_old_file_goes(place: Place) -> None:
    item = await place.item(DATA)
    former = place.key_files()[0]
    async with place.pool.transaction() as conn:
        await place.vault.rewrap(conn, item, BODY, Mark.TOP_SECRET)
    assert await place.read(item) == DATA
    assert Owner(BODY, Mark.TOP_SECRET) in place.provider.owners()
    assert await place.vault.finish()
    assert not former.exists()
    assert await place.read(item) == DATA


async def test_a_regrade_that_is_not_committed_changes_nothing(place: Place) -> None:
    item = await place.item(DATA)
    with suppress(RuntimeError):
        async with place.pool.transaction() as conn:
            await place.vault.rewrap(conn, item, BODY, Mark.TOP_SECRET)
            raise RuntimeError
    assert not await place.vault.finish()
    assert await place.read(item) == DATA


async def test_acts_on_what_a_body_does_not_hold_do_nothing(place: Place) -> None:
    item = await place.item(DATA)
    async with place.pool.transaction() as conn:
        for wanted in (item, uuid4()):
            await place.vault.rewrap(conn, wanted, OTHER, Mark.SECRET)
            await place.vault.shred(conn, wanted, OTHER)
    assert not await place.vault.finish()
    assert await place.read(item) == DATA


async def test_contents_open_after_every_key_was_rotated(place: Place) -> None:
    item = await place.item(DATA)
    await hand_over(place, item)
    assert place.provider.rotate_all() == 3
    await take_over(place, item)
    assert await place.read(item) == await place.read(item, OTHER) == DATA


# Shredding


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


# Nothing is left behind


async def swept(place: Place) -> int:
    return sum([await place.vault.sweep(number) for number in range(256)])


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


async def test_a_folder_that_cannot_be_used_is_said(module_pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "contents").write_text("a file")
    with pytest.raises(Unavailable, match=r"FileExistsError|EEXIST"), vault_in(tmp_path, module_pool):
        pass


async def test_the_open_houses_role_sees_none_of_it(database: Database, place: Place) -> None:
    await place.item(DATA)
    import asyncpg

    conn = await asyncpg.connect(database.dsn, server_settings={"role": "exchange_app"})
    try:
        for table in ("content", "holding", "shredding"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.fetch(f"SELECT * FROM protection.{table}")  # noqa: S608 - a name of ours
    finally:
        await conn.close()


def test_nothing_shows_a_key_or_a_phrase(place: Place) -> None:
    assert re.fullmatch(r"Vault\(pool=Pool\(\)\)", repr(place.vault))
    assert vaults.FORGOTTEN_SECONDS == DAY
