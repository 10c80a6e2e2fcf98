"""What every store of files offers: bytes under their own SHA-256, written and read piece by piece."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Protocol

CHUNK: Final = 256 * 1024
"""Most bytes that one piece holds, in memory and between threads."""

HEAD: Final = 64 * 1024
"""How many of the first bytes are kept to tell what a file is."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a writer was given: SHA-256 (hex), size in bytes, and the first bytes."""

    sha256: str
    size: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """A file that the store holds; `age` is the seconds of real time since it was last written."""

    sha256: str
    size: int
    age: float


class Writer(Protocol):
    """Takes bytes in; what is not kept when it is closed is gone."""

    async def write(self, data: bytes) -> None:
        """Take the next bytes; raise NoRoom where there is none for them."""

    async def finish(self) -> Stored:
        """Return what was written, once it will survive a power cut."""

    def lend(self) -> int:
        """Return a descriptor that reads what was finished from its beginning; whoever takes it closes it."""

    async def keep(self) -> None:
        """Put what was finished where readers find it, in one step; the same bytes again change nothing."""


class Reader(Protocol):
    """Gives bytes out in pieces, counting and hashing them as they come."""

    @property
    def size(self) -> int:
        """Size in bytes."""

    async def read(self) -> bytes:
        """Return the next piece, empty at the end."""

    @property
    def sha256(self) -> str:
        """The SHA-256 (hex) of what was read since the beginning."""


class Store(Protocol):
    """A place for files. Whoever keeps or removes one holds a lock on its digest meanwhile, from the database."""

    def writer(self, expected: int | None = None) -> AbstractAsyncContextManager[Writer]:
        """Open a writer; raise NoRoom at once where `expected` bytes could not be taken."""

    def reader(self, sha256: str) -> AbstractAsyncContextManager[Reader]:
        """Open a reader; raise FileBroken when there is no such file."""

    async def size_of(self, sha256: str) -> int | None:
        """Return the size of a file, None when it is not there."""

    async def remove(self, sha256: str) -> bool:
        """Remove a file; tell whether it was there."""

    async def held(self, place: int) -> tuple[Held, ...]:
        """List the files whose digests begin with a byte, 0 to 255."""

    async def sweep(self) -> int:
        """Remove what writers left that ended without a word; return how many."""
