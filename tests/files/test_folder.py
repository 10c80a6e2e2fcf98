"""A folder as a store: whole or not at all, each content once, through no link, whatever is cut off."""

import asyncio
import errno
import multiprocessing
import os
import resource
import signal
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

from exchange.core.errors import FileBroken, NoRoom, Unavailable
from exchange.files import CHUNK, Folder

DATA = b"evidence\n" * 10_000


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    opened = Folder(tmp_path / "files")
    yield opened
    opened.close()


async def put(folder: Folder, data: bytes, piece: int = 50_000) -> str:
    async with folder.writer() as writer:
        for begin in range(0, len(data), piece):
            await writer.write(data[begin : begin + piece])
        stored = await writer.finish()
        await writer.keep()
    return stored.sha256


async def got(folder: Folder, digest: str) -> bytes:
    async with folder.reader(digest) as reader:
        parts = []
        while part := await reader.read():
            assert len(part) <= CHUNK
            parts.append(part)
        assert reader.sha256 == digest
    return b"".join(parts)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())


async def test_what_was_put_in_comes_out(folder: Folder, tmp_path: Path) -> None:
    digest = await put(folder, DATA)
    assert digest == sha256(DATA).hexdigest()
    assert await got(folder, digest) == DATA
    assert await folder.size_of(digest) == len(DATA)
    assert files(tmp_path) == [tmp_path / "files" / digest[:2] / digest[2:4] / digest]


async def test_nobody_else_may_look_into_it(folder: Folder, tmp_path: Path) -> None:
    await put(folder, DATA)
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "files").rglob("*") if path.is_dir()}
    assert modes == {0o700}
    assert (tmp_path / "files").stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in files(tmp_path)] == [0o600]


async def test_the_same_bytes_are_kept_once_even_in_a_race(folder: Folder, tmp_path: Path) -> None:
    digests = await asyncio.gather(*(put(folder, DATA, piece) for piece in (1_000, 7_777, 90_000, 90_001)))
    assert len(set(digests)) == 1
    assert len(files(tmp_path)) == 1


async def test_what_is_not_kept_leaves_nothing(folder: Folder, tmp_path: Path) -> None:
    async with folder.writer() as writer:
        await writer.write(DATA)
    with suppress(asyncio.CancelledError):
        async with folder.writer() as writer:
            await writer.write(DATA)
            raise asyncio.CancelledError
    assert files(tmp_path) == []


async def test_a_task_that_is_cancelled_anywhere_leaves_nothing(folder: Folder, tmp_path: Path) -> None:
    for turns in range(12):
        task = asyncio.create_task(put(folder, DATA * 10))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await asyncio.to_thread(folder.close)
    assert files(tmp_path) == []
    object.__setattr__(folder, "close", lambda: None)


async def test_it_follows_no_link(folder: Folder, tmp_path: Path) -> None:
    digest = await put(folder, DATA)
    place, secret = tmp_path / "files" / digest[:2] / digest[2:4] / digest, tmp_path / "secret"
    secret.write_bytes(b"secret")
    place.unlink()
    place.symlink_to(secret)
    with pytest.raises(Unavailable, match="ELOOP"):
        await got(folder, digest)
    assert await folder.size_of(digest) is None
    assert await folder.held(int(digest[:2], 16)) == ()
    assert await put(folder, DATA) == digest  # takes the link's place
    assert secret.read_bytes() == b"secret"
    assert not place.is_symlink()


async def test_it_enters_no_folder_through_a_link(folder: Folder, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    digest = sha256(DATA).hexdigest()
    (tmp_path / "files" / digest[:2]).symlink_to(elsewhere)
    with pytest.raises(Unavailable):
        await put(folder, DATA)
    assert files(elsewhere) == []


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65, "0" * 63 + "\n"])
async def test_only_digests_are_names(folder: Folder, name: str) -> None:
    with pytest.raises(FileBroken):
        await got(folder, name)
    with pytest.raises(FileBroken):
        await folder.remove(name)


async def test_what_is_not_there_is_said(folder: Folder) -> None:
    with pytest.raises(FileBroken):
        await got(folder, "0" * 64)
    assert await folder.size_of("0" * 64) is None
    assert not await folder.remove("0" * 64)


async def test_files_are_listed_and_removed(folder: Folder, tmp_path: Path) -> None:
    digests = {await put(folder, bytes([n])) for n in range(40)}
    (tmp_path / "files" / "notes.txt").write_text("somebody else's")
    listed = [held for place in range(256) for held in await folder.held(place)]
    assert {held.sha256 for held in listed} == digests
    assert {held.size for held in listed} == {1}
    for digest in digests:
        assert await folder.remove(digest)
    assert [held for place in range(256) for held in await folder.held(place)] == []


async def test_a_sweep_takes_what_the_dead_left_and_nothing_of_the_living(folder: Folder, tmp_path: Path) -> None:
    incoming, other = tmp_path / "files" / "incoming", tmp_path / "other"
    other.write_bytes(b"not ours")
    (incoming / "of-the-dead").write_bytes(DATA)
    (incoming / "link").symlink_to(other)
    async with folder.writer() as writer:
        await writer.write(DATA)
        assert await folder.sweep() == 2
        stored = await writer.finish()
        assert await folder.sweep() == 0
        await writer.keep()
    assert await got(folder, stored.sha256) == DATA
    assert other.read_bytes() == b"not ours"


async def test_sweeps_that_race_with_new_writers_take_none_of_them(folder: Folder) -> None:
    async def sweep() -> None:
        for _ in range(60):
            await folder.sweep()

    async def write(n: int) -> str:
        return await put(folder, DATA + bytes([n]))

    digests, *_ = await asyncio.gather(asyncio.gather(*(write(n) for n in range(60))), sweep(), sweep())
    for digest in digests:
        assert await folder.size_of(digest) == len(DATA) + 1


def die_in_mid_upload(path: Path, ready: "multiprocessing.synchronize.Event") -> None:
    async def upload() -> None:
        folder = Folder(path)
        async with folder.writer() as writer:
            await writer.write(DATA * 10)
            await writer.finish()
            ready.set()
            os.kill(os.getpid(), signal.SIGKILL)

    asyncio.run(upload())


async def test_what_a_killed_process_was_writing_is_swept_by_the_next(folder: Folder, tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    process = context.Process(target=die_in_mid_upload, args=(tmp_path / "files", ready))
    process.start()
    await asyncio.to_thread(process.join, 20)
    assert process.exitcode == -signal.SIGKILL
    assert ready.is_set()
    assert len(files(tmp_path)) == 1
    assert await folder.sweep() == 1
    assert files(tmp_path) == []


async def test_a_full_disk_is_said_and_leaves_nothing(folder: Folder, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    try:
        with pytest.raises(NoRoom):
            await put(folder, b"x" * 900_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files(tmp_path) == []


async def test_more_than_there_is_room_for_is_refused_before_it_comes(folder: Folder) -> None:
    with pytest.raises(NoRoom):
        async with folder.writer(2**62):
            pass


async def test_a_folder_that_cannot_be_used_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(Unavailable, match=errno.errorcode[errno.EEXIST]):
        Folder(tmp_path / "files")


async def test_memory_does_not_grow_with_the_file(folder: Folder) -> None:
    tracemalloc.start()
    try:
        async with folder.writer() as writer:
            for _ in range(400):
                await writer.write(b"x" * 65_536)
            stored = await writer.finish()
            await writer.keep()
        async with folder.reader(stored.sha256) as reader:
            while await reader.read():
                pass
        assert tracemalloc.get_traced_memory()[1] < 4 * 1024**2
    finally:
        tracemalloc.stop()
