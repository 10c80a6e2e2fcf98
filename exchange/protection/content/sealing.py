"""A stream on its way into the vault: sealed as it comes, at constant memory, its plaintext hashed and never kept."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeAlias
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


BLOCK: Final = 2 * CHUNK
"""Bytes that a thread is given at a time: to pass a chunk on takes as long as to seal it."""


async def sealed_into(
    writer: Writer, pieces: AsyncIterator[bytes], key: DataKey, content: UUID, submit: Submit
) -> SealedContent:
    """Seal pieces of any size as they come, and return what came.

    A block of chunks is sealed in a thread while the one before is written. Raise NoRoom, and what the stream raises:
    nothing stands then but an unfinished file, which goes with its writer.
    """
    chunks, digest, size = Chunks(key.secret, content), sha256(), 0

    def sealed(block: bytes, *, last: bool) -> bytes:
        digest.update(block)
        ends = range(CHUNK, len(block), CHUNK)  # of all its chunks but the last
        parts = [chunks.seal(memoryview(block)[end - CHUNK : end], last=False) for end in ends]
        return b"".join((*parts, chunks.seal(memoryview(block)[len(parts) * CHUNK :], last=last)))

    async def write(block: bytes, *, last: bool) -> None:
        await writer.write(await asyncio.wrap_future(submit(lambda: sealed(block, last=last))))

    await writer.write(chunks.head)
    waiting = bytearray()
    async for piece in pieces:
        size += len(piece)
        waiting += piece
        while len(waiting) > BLOCK:  # a full block may be the last one
            block = bytes(memoryview(waiting)[:BLOCK])
            del waiting[:BLOCK]
            await write(block, last=False)
    await write(bytes(waiting), last=True)
    wipe(waiting)
    await writer.finish()
    return SealedContent(content, digest.hexdigest(), size)
