"""Files of a folder while they are open: one that is being written, one that is being read."""

import asyncio
import errno
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol, TypeVar

from exchange.core.errors import NoRoom, Unavailable
from exchange.files.store import CHUNK, HEAD, Stored

T = TypeVar("T")

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Keeping(Protocol):
    """What an open file needs of its folder."""

    def submit(self, work: Callable[[], T]) -> "Future[T]":
        """Let a thread do blocking work."""

    def put(self, name: str, digest: str) -> None:
        """Rename a finished file to where its digest belongs."""

    def drop(self, name: str) -> None:
        """Remove an unfinished file."""


@contextmanager
def told() -> Iterator[None]:
    """Say NoRoom where there is none, and Unavailable, with the kind of trouble alone, of what else a disk refuses."""
    try:
        yield
    except OSError as trouble:
        if trouble.errno in _FULL:
            raise NoRoom from trouble
        raise Unavailable(f"files: {errno.errorcode.get(trouble.errno or 0, 'OSError')}") from trouble


def open_folder(path: Path) -> int:
    """Return the descriptor of a folder that is ours alone, made where it is missing; for within `told`."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    root = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    with suppress(PermissionError):  # somebody else's folder, who gave us rights in it
        os.fchmod(root, 0o700)
    return root


class FolderWriter:
    """An unfinished file of a folder: at most two writes wait in memory, one of them under way.

    `final` is its name for good, else that is the SHA-256 of what was written.
    """

    def __init__(self, folder: Keeping, descriptor: int, name: str, final: str | None = None) -> None:
        self._folder = folder
        self._descriptor = descriptor
        self._name: str | None = name
        self._final = final
        self._parts: list[bytes] = []
        self._waiting = 0
        self._under_way: Future[None] | None = None
        self._digest = sha256()
        self._size = 0
        self._head = b""

    async def write(self, data: bytes) -> None:
        """Take the next bytes; raise NoRoom where there is none for them."""
        self._parts.append(data)
        self._waiting += len(data)
        if self._waiting >= CHUNK:
            await self._passed_on()

    async def finish(self) -> Stored:
        """Return what was written, once it is on the disk."""
        await self._passed_on()
        await self._settled()
        await asyncio.wrap_future(self._folder.submit(self._synced))
        return Stored(self._called, self._size, self._head)

    @property
    def _called(self) -> str:
        return self._final or self._digest.hexdigest()

    def lend(self) -> int:
        """Return a descriptor of the finished file, at its beginning; whoever takes it closes it."""
        with told():
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            return os.dup(self._descriptor)

    async def keep(self) -> None:
        """Rename the file into its place."""
        await asyncio.wrap_future(self._folder.submit(self._kept))

    def close(self) -> None:
        """Let go of the file, and remove it unless it was kept; blocking."""
        if self._under_way is not None:
            wait([self._under_way])
        if self._name is not None:
            with suppress(OSError):
                self._folder.drop(self._name)
        os.close(self._descriptor)

    async def _passed_on(self) -> None:
        """Give what waits to a thread, when the last piece is written."""
        await self._settled()
        parts, self._parts, self._waiting = self._parts, [], 0
        self._under_way = self._folder.submit(lambda: self._put(parts))

    async def _settled(self) -> None:
        if self._under_way is not None:
            await asyncio.wrap_future(self._under_way)

    def _put(self, parts: list[bytes]) -> None:
        with told():
            for part in parts:
                if self._final is None:
                    self._digest.update(part)
                self._size += len(part)
                if len(self._head) < HEAD:
                    self._head += part[: HEAD - len(self._head)]
                left = memoryview(part)
                while left:
                    left = left[os.write(self._descriptor, left) :]

    def _synced(self) -> None:
        with told():
            os.fsync(self._descriptor)

    def _kept(self) -> None:
        with told():
            if self._name is not None:
                self._folder.put(self._name, self._called)
                self._name = None


class FolderReader:
    """A file of a folder, read from its beginning; the next piece is read while the last one is used."""

    def __init__(self, folder: Keeping, descriptor: int, size: int, *, hashed: bool = True) -> None:
        self.size = size
        self._hashed = hashed
        self._folder = folder
        self._descriptor = descriptor
        self._digest = sha256()
        self._ahead: Future[bytes] | None = None

    async def read(self) -> bytes:
        """Return the next piece, empty at the end."""
        here = self._ahead or self._folder.submit(self._piece)
        self._ahead = None
        data = await asyncio.wrap_future(here)
        if data:
            self._ahead = self._folder.submit(self._piece)
        return data

    @property
    def sha256(self) -> str:
        """The SHA-256 (hex) of what was read."""
        return self._digest.hexdigest()

    def close(self) -> None:
        """Let go of the file; blocking."""
        if self._ahead is not None:
            wait([self._ahead])
        os.close(self._descriptor)

    def _piece(self) -> bytes:
        with told():
            data = os.read(self._descriptor, CHUNK)
        if self._hashed:
            self._digest.update(data)
        return data
