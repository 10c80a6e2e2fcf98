"""A content on its way out of the vault: each chunk is proved before any byte of it goes, the whole before the last."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from hashlib import sha256
from typing import Protocol

from exchange.core.errors import FileBroken, Tampered
from exchange.files import Folder, Reader
from exchange.protection.content.datakeys import DataKey
from exchange.protection.content.sealing import SealedContent
from exchange.protection.content.stream import HEAD_BYTES, SEALED, Chunks, chunks_in, sealed_size


class Digest(Protocol):
    """A hash that is being made."""

    def update(self, data: bytes, /) -> None:
        """Take the next bytes."""


class Opened:
    """A content that was opened: `size` in bytes and `sha256` (hex) are its plaintext's. Iterate over it once."""

    def __init__(self, folder: Folder, file: str, key: DataKey, content: SealedContent) -> None:
        """Stand on the sealed bytes by the name of their file (hex); nothing is read yet."""
        self.size = content.size
        self.sha256 = content.sha256
        self._folder = folder
        self._file = file
        self._key = key
        self._content = content.id

    def __repr__(self) -> str:
        return f"Opened({self._content})"

    async def prove_size(self) -> None:
        """Raise Tampered where the sealed bytes are gone, or are more or fewer than they were."""
        if await self._folder.size_of(self._file) != sealed_size(self.size):
            raise Tampered("the sealed bytes are gone or cut off")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the plaintext in pieces of at most a chunk; raise Tampered, the last piece held back till the end."""
        digest, ahead = sha256(), b""
        try:
            async with self._folder.reader(self._file, hashed=False) as reader:
                async for plain in self._chunks(reader, digest):
                    if ahead:
                        yield ahead
                    ahead = plain
        except FileBroken:
            raise Tampered("the sealed bytes are gone") from None
        finally:
            self._key.wipe()
        if digest.hexdigest() != self.sha256:
            raise Tampered("the whole is not what was sealed")
        if ahead:
            yield ahead

    async def _chunks(self, reader: Reader, digest: Digest) -> AsyncIterator[bytes]:
        """Yield the plaintext chunk by chunk, each opened in a thread."""
        waiting = bytearray()

        async def take(size: int) -> bytes:
            while len(waiting) < size and (piece := await reader.read()):
                waiting.extend(piece)
            taken = bytes(memoryview(waiting)[:size])
            del waiting[:size]
            return taken

        chunks = Chunks(self._key.secret, self._content, await take(HEAD_BYTES))

        def opened(sealed: bytes, *, last: bool) -> bytes:
            plain = chunks.open(sealed, last=last)
            digest.update(plain)
            return plain

        number = chunks_in(self.size)
        for place in range(number):
            last = place == number - 1
            sealed = await take(SEALED + 1 if last else SEALED)  # one byte too many shows
            yield await asyncio.wrap_future(self._folder.submit(partial(opened, sealed, last=last)))
