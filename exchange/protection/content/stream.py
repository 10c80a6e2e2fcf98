"""Sealing a stream chunk by chunk with AES-256-GCM: gigabytes pass at constant memory, nothing unproved comes out.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, Online Authenticated-Encryption, 2015): the nonce of a
chunk is `prefix (7) | number (4) | 1 for the last one, else 0`, the associated data the content's id and the head. A
chunk that is moved, swapped with another content's, cut off or changed does not open. All chunks but the last are full.
"""

import os
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from exchange.core.errors import Tampered
from exchange.protection.content.provider import TAG_BYTES

CHUNK: Final = 256 * 1024
"""Bytes of plaintext in a chunk."""

SEALED: Final = CHUNK + TAG_BYTES
MAGIC: Final = b"sealed1\n"
PREFIX_BYTES: Final = 7
HEAD_BYTES: Final = len(MAGIC) + PREFIX_BYTES


class Chunks:
    """The chunks of one content under its data key, in order; `head` is how the sealed bytes begin."""

    def __init__(self, key: bytes | bytearray, content: UUID, head: bytes | None = None) -> None:
        """Begin with the first chunk; raise Tampered for a head that is none."""
        self.head = MAGIC + os.urandom(PREFIX_BYTES) if head is None else head
        if not self.head.startswith(MAGIC) or len(self.head) != HEAD_BYTES:
            raise Tampered("this is no sealed content")
        self._aead = AESGCM(key)
        self._bound = content.bytes + self.head
        self._number = 0

    def seal(self, chunk: bytes | memoryview, *, last: bool) -> bytes:
        """Return the next chunk, sealed."""
        return self._aead.encrypt(self._nonce(last=last), chunk, self._bound)

    def open(self, sealed: bytes | memoryview, *, last: bool) -> bytes:
        """Return the next chunk's plaintext; raise Tampered."""
        try:
            return self._aead.decrypt(self._nonce(last=last), sealed, self._bound)
        except InvalidTag:
            raise Tampered("a chunk is not the one that was sealed here") from None

    def _nonce(self, *, last: bool) -> bytes:
        number, self._number = self._number, self._number + 1
        return self.head[len(MAGIC) :] + number.to_bytes(4, "big") + bytes((last,))


def chunks_in(size: int) -> int:
    """Return how many chunks a plaintext of so many bytes makes: an empty one makes one."""
    return max(1, -(-size // CHUNK))


def sealed_size(size: int) -> int:
    """Return how many bytes a plaintext takes when it is sealed."""
    return HEAD_BYTES + size + TAG_BYTES * chunks_in(size)
