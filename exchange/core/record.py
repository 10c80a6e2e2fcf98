"""The record's bytes: what an author signs, and the digest that chains one entry to the last.

An author signs the exact bytes of `{request, act, author, at, seen_digest, body}`; `body` stands in them as it came.
The digest of an entry covers the previous digest, the sequence, the signature and what the node itself added to it:
`SHA-256(previous ‖ seq ‖ len(jws) ‖ jws ‖ recorded_at ‖ ruling)`, numbers as 8 bytes, big-endian.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

GENESIS = bytes(32)
"""The digest before the first entry."""

_WRITER = json.JSONEncoder(ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry as it is kept: its author's JWS over the envelope, the node's ruling, and its place in the chain."""

    seq: int
    act: str
    author: str
    at: datetime
    recorded_at: datetime
    jws: str
    ruling: str
    previous: bytes
    digest: bytes


def stamp(instant: datetime) -> str:
    """Write an instant as RFC 3339 in UTC, without a fraction when whole."""
    return instant.astimezone(UTC).isoformat()[: -len("+00:00")] + "Z"


def envelope(*, request: str, act: str, author: str, at: datetime, seen: bytes, body: bytes) -> bytes:
    """Return the bytes that an author signs; `body` must be one JSON value in UTF-8."""
    head = {"request": request, "act": act, "author": author, "at": stamp(at), "seen_digest": seen.hex()}
    return _WRITER.encode(head)[:-1].encode() + b', "body": ' + body + b"}"


def digest(*, previous: bytes, seq: int, jws: str, recorded_at: datetime, ruling: str) -> bytes:
    """Return the digest of an entry (32 bytes)."""
    signed = jws.encode()
    parts = (previous, seq.to_bytes(8, "big"), len(signed).to_bytes(8, "big"), signed)
    return sha256(b"".join((*parts, stamp(recorded_at).encode(), ruling.encode()))).digest()


def faults(entries: Iterable[Sealed]) -> Iterator[str]:
    """Yield what is wrong with a chain, entry by entry: gaps, changed order, digests that do not follow."""
    previous, expected = GENESIS, 1
    for entry in entries:
        if entry.seq != expected:
            yield f"entry {expected}: missing, {entry.seq} follows"
        if entry.previous != previous:
            yield f"entry {entry.seq}: does not follow the digest of the entry before it"
        own = digest(
            previous=entry.previous,
            seq=entry.seq,
            jws=entry.jws,
            recorded_at=entry.recorded_at,
            ruling=entry.ruling,
        )
        if own != entry.digest:
            yield f"entry {entry.seq}: its digest is not that of its content"
        previous, expected = entry.digest, entry.seq + 1
