"""A stream on its way into the vault: sealed as it comes, at constant memory, its plaintext hashed and never kept."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias
from uuid import UUID

from exchange.files import Writer
from exchange.protection.content.datakeys import DataKey
from exchange.protection.content.keyset import wipe
from exchange.protection.content.stream import CHUNK, Chunks

Submit: TypeAlias = "Callable[[Callable[[], bytes]], Future[bytes]]"
"""Lets a thread do work."""


@dataclass(frozen=True, slots=True)
class SealedContent:
    """A content: SHA-256 (hex) and size in bytes of its plaintext."""

    id: UUID
    sha256: str
    size: int


async def sealed_into(
    writer: Writer, pieces: AsyncIterator[bytes], key: DataKey, content: UUID, submit: Submit
) -> SealedContent:
    """Seal pieces of any size as they come, and return what came.

    A chunk is sealed in a thread while the one before is written. Raise NoRoom, and what the stream raises: nothing
    stands then but an unfinished file, which goes with its writer.
    """
    chunks, digest, size = Chunks(key.secret, content), sha256(), 0

    def sealed(chunk: bytes, *, last: bool) -> bytes:
        digest.update(chunk)
        return chunks.seal(chunk, last=last)

    async def write(chunk: bytes, *, last: bool) -> None:
        await writer.write(await asyncio.wrap_future(submit(lambda: sealed(chunk, last=last))))

    await writer.write(chunks.head)
    waiting = bytearray()
    async for piece in pieces:
        size += len(piece)
        waiting += piece
        while len(waiting) > CHUNK:  # a full chunk may be the last one
            chunk = bytes(memoryview(waiting)[:CHUNK])
            del waiting[:CHUNK]
            await write(chunk, last=False)
    await write(bytes(waiting), last=True)
    wipe(waiting)
    await writer.finish()
    return SealedContent(content, digest.hexdigest(), size)
