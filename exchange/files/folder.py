"""A folder as a store: `ab/cd/abcd…`, written under `incoming`, synced to the disk, renamed into place.

Every name is opened relative to an open folder and never through a link. A writer locks its unfinished file; the lock
ends with the process however that ends, so whoever finds an unlocked one knows that nobody will finish it.
"""

import asyncio
import errno
import fcntl
import os
import re
import secrets
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

from exchange.core.errors import FileBroken, NoRoom
from exchange.files.handles import FolderReader, FolderWriter, open_folder, told
from exchange.files.store import Held, Reader, Writer

T = TypeVar("T")
Opened = TypeVar("Opened", FolderWriter, FolderReader)

INCOMING: Final = "incoming"
THREADS: Final = 8
ABANDONED_SECONDS: Final = 24 * 3600.0
"""After how long without a write an unfinished file is given up where the file system knows no locks."""

_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL})
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MAKE: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_BYTE: Final = re.compile(r"[0-9a-f]{2}")


class Folder:
    """A store in a folder of this machine, or of one that several processes mount; `close` it in the end."""

    def __init__(self, path: Path) -> None:
        """Open the folder, making it where it is missing; raise Unavailable when it cannot be used."""
        with told():
            self._root = open_folder(path)
            with self._opened((INCOMING,), make=True):
                pass
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="files")

    def close(self) -> None:
        """Let go of the folder when what is under way has ended."""
        self._threads.shutdown(wait=True)
        os.close(self._root)

    @asynccontextmanager
    async def writer(self, expected: int | None = None, *, name: str | None = None) -> AsyncIterator[Writer]:
        """Open a writer; what is not kept when the block is left is removed.

        With a `name` (64 hexadecimal digits, random) nothing is hashed: whoever reads proves it in another way.
        """
        opened = await self._opening(lambda: self._begin(expected or 0, name))
        try:
            yield opened
        finally:
            await asyncio.shield(asyncio.wrap_future(self._threads.submit(opened.close)))

    @asynccontextmanager
    async def reader(self, sha256: str, *, hashed: bool = True) -> AsyncIterator[Reader]:
        """Open a reader, which hashes what it reads unless told not to; raise FileBroken when there is no such file."""
        opened = await self._opening(lambda: self._open(sha256, hashed=hashed))
        try:
            yield opened
        finally:
            await asyncio.shield(asyncio.wrap_future(self._threads.submit(opened.close)))

    async def size_of(self, sha256: str) -> int | None:
        """Return the size of a file, None when it is not there."""
        return await self._run(self._size, sha256)

    async def remove(self, sha256: str) -> bool:
        """Remove a file; tell whether it was there."""
        return await self._run(self._remove, sha256)

    async def held(self, place: int) -> tuple[Held, ...]:
        """List the files whose digests begin with a byte."""
        return await self._run(lambda: tuple(self._listed(f"{place:02x}")))

    async def sweep(self) -> int:
        """Remove what writers left that ended without a word."""
        return await self._run(self._swept)

    def submit(self, work: Callable[[], T]) -> "Future[T]":
        """Let a thread of the store do blocking work."""
        return self._threads.submit(work)

    def put(self, name: str, digest: str) -> None:
        """Rename a finished file to where its digest belongs, and let that survive a power cut."""
        with self._opened((INCOMING,)) as source, self._opened(_parts(digest), make=True) as target:
            os.rename(name, digest, src_dir_fd=source, dst_dir_fd=target)
            os.fsync(target)

    def drop(self, name: str) -> None:
        """Remove an unfinished file, if it is still there."""
        with suppress(FileNotFoundError), self._opened((INCOMING,)) as folder:
            _unlinked(name, folder)

    async def _opening(self, work: Callable[[], Opened]) -> Opened:
        """Open a file in a thread; where nobody waits for it any more, it is closed at once."""

        def opened() -> Opened:
            with told():
                return work()

        future = self._threads.submit(opened)
        try:
            return await asyncio.shield(asyncio.wrap_future(future))
        except asyncio.CancelledError:
            future.add_done_callback(_closed)
            raise

    async def _run(self, work: Callable[..., T], *arguments: object) -> T:
        """Do blocking work in a thread, and say in our words what the file system objects to."""

        def done() -> T:
            with told():
                return work(*arguments)

        return await asyncio.wrap_future(self._threads.submit(done))

    @contextmanager
    def _opened(self, parts: tuple[str, ...], *, make: bool = False) -> Iterator[int]:
        """Open a folder below the root, one step after the other and through no link."""
        here = os.dup(self._root)
        try:
            for part in parts:
                try:
                    below = os.open(part, _FOLDER, dir_fd=here)
                except FileNotFoundError:
                    if not make:
                        raise
                    with suppress(FileExistsError):
                        os.mkdir(part, 0o700, dir_fd=here)
                        os.fsync(here)
                    below = os.open(part, _FOLDER, dir_fd=here)
                here = _instead(here, below)
            yield here
        finally:
            os.close(here)

    def _begin(self, expected: int, final: str | None) -> FolderWriter:
        """Make an unfinished file and lock it; one that a sweep took before the lock is made anew."""
        space = os.fstatvfs(self._root)
        if expected > space.f_bavail * space.f_frsize:
            raise NoRoom
        while True:
            name = secrets.token_hex(16)
            with self._opened((INCOMING,), make=True) as folder:
                descriptor = os.open(name, _MAKE, 0o600, dir_fd=folder)
                if _locked(descriptor) is not False and _is_there(name, folder):
                    return FolderWriter(self, descriptor, name, final)
            os.close(descriptor)

    def _open(self, digest: str, *, hashed: bool) -> FolderReader:
        try:
            with self._opened(_parts(digest)) as folder:
                descriptor = os.open(digest, _READ, dir_fd=folder)
        except (FileNotFoundError, NotADirectoryError):
            raise FileBroken(f"{digest}: it is not there") from None
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            os.close(descriptor)
            raise FileBroken(f"{digest}: it is no file")
        return FolderReader(self, descriptor, found.st_size, hashed=hashed)

    def _size(self, digest: str) -> int | None:
        try:
            with self._opened(_parts(digest)) as folder:
                found = os.stat(digest, dir_fd=folder, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def _remove(self, digest: str) -> bool:
        with suppress(FileNotFoundError), self._opened(_parts(digest)) as folder:
            os.unlink(digest, dir_fd=folder)
            os.fsync(folder)
            return True
        return False

    def _listed(self, first: str) -> Iterator[Held]:
        """Yield the files of one of the 256 folders; whatever else lies there is nobody's business."""
        now = time.time()
        with suppress(FileNotFoundError, NotADirectoryError), self._opened((first,)) as outer:
            for second in _names(outer):
                if not _BYTE.fullmatch(second):
                    continue
                with suppress(FileNotFoundError, NotADirectoryError), self._opened((first, second)) as folder:
                    for name in _names(folder):
                        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
                        if _DIGEST.fullmatch(name) and stat.S_ISREG(found.st_mode):
                            yield Held(name, found.st_size, max(0.0, now - found.st_mtime))

    def _swept(self) -> int:
        """Remove the unfinished files that nobody holds."""
        with self._opened((INCOMING,), make=True) as folder:
            return sum(_given_up(name, folder) for name in _names(folder))


def _parts(digest: str) -> tuple[str, str]:
    """Return the two folders of a digest; raise FileBroken for what is none."""
    if not _DIGEST.fullmatch(digest):
        raise FileBroken("no digest names it")
    return digest[:2], digest[2:4]


def _instead(former: int, descriptor: int) -> int:
    os.close(former)
    return descriptor


def _locked(descriptor: int) -> bool | None:
    """Lock a file; tell whether that went well, False when somebody holds it, None where no locks are known."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as trouble:
        if trouble.errno in _NO_LOCKS:
            return None
        raise
    return True


def _is_there(name: str, folder: int) -> bool:
    with suppress(FileNotFoundError):
        os.stat(name, dir_fd=folder, follow_symlinks=False)
        return True
    return False


def _closed(opening: "Future[Opened]") -> None:
    """Close what was opened for nobody."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def _given_up(name: str, folder: int) -> bool:
    """Remove an unfinished file that no writer holds; a link is removed itself, never what it leads to."""
    try:
        descriptor = os.open(name, _READ, dir_fd=folder)
    except OSError as trouble:
        if trouble.errno == errno.ELOOP:
            return _unlinked(name, folder)
        if trouble.errno == errno.ENOENT:
            return False
        raise
    try:
        locked, age = _locked(descriptor), time.time() - os.fstat(descriptor).st_mtime
        free = age > ABANDONED_SECONDS if locked is None else locked
        return free and _unlinked(name, folder)
    finally:
        os.close(descriptor)


def _names(folder: int) -> list[str]:
    """Return what lies in an open folder."""
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries]


def _unlinked(name: str, folder: int) -> bool:
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
        return True
    return False
