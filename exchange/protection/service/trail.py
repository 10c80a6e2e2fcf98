"""The trail of who took notice of an item: each line is locked to the one before it, the head says which is the last.

The digest of a line covers its words, not how they are locked, so that they can be locked anew under another key; among
them are random ones, so that nobody tries words until the digest fits.
No line is written without moving the head, and nobody without the record key can move it back: a line that was changed,
put elsewhere, taken out or cut off is found.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Final
from uuid import UUID, uuid4

from pydantic_core import to_json

from exchange.core.errors import Tampered
from exchange.core.record import GENESIS, stamp
from exchange.protection.core.scene import Caller
from exchange.protection.module import Module
from exchange.protection.store import accesses
from exchange.protection.store.accesses import Access, Head
from exchange.store.database import Connection
from schemas.secrecy import Taken

SALT: Final = 16
"""Random bytes in each line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is written down: what was taken, or refused, of which item or proceeding; `told` stands locked."""

    taken: Taken
    item: UUID | None = None
    proceeding: UUID | None = None
    told: Mapping[str, object]
    given: bool = True


def begun(module: Module, subject: UUID) -> Head:
    """Return the head of a trail without lines, as something new gets it; raise ModuleSealed."""
    return _vouched(module, Head(subject=subject, seq=0, digest=GENESIS, proof=b""))


async def note(
    conn: Connection, module: Module, deed: Deed, caller: Caller, now: datetime, head: Head | None = None
) -> None:
    """Write down who took something, or was kept from it, after what the trail holds; raise Tampered, ModuleSealed.

    `head` is the trail's as it was read before. Where another wrote meanwhile, it is read again: nobody waits for more
    than that one line.
    """
    subject = deed.item or deed.proceeding or UUID(int=0)
    plain = to_json({"who": caller.who, "role": caller.role, **deed.told, "salt": token_hex(SALT)})
    while True:
        held = head or await accesses.head(conn, subject)
        if held is None:
            raise Tampered("a trail has no head")
        module.safe.prove(held.proof, head_bound(held))
        row = Access(
            id=uuid4(),
            item=deed.item,
            proceeding=deed.proceeding,
            body=caller.body,
            at=now,
            taken=deed.taken,
            given=deed.given,
            detail=b"",
            seq=held.seq + 1,
            previous=held.digest,
        )
        row = replace(row, detail=module.safe.lock(plain, bound(row)))
        after = Head(subject=subject, seq=row.seq, digest=digest(row, plain), proof=b"")
        if await accesses.add(conn, row, _vouched(module, after)):
            return
        head = None


async def faults(conn: Connection, module: Module, subject: UUID) -> AsyncIterator[str]:
    """Yield what is wrong with a trail, line by line; the caller opened a transaction. Raise ModuleSealed."""
    head = await accesses.head(conn, subject)
    if head is None:
        yield "its trail has no head"
    elif _opened(module, head.proof, head_bound(head)) is None:
        yield "the head of its trail was changed"
    expected = 1
    previous: bytes | None = GENESIS
    async for row in accesses.trail(conn, subject):
        if row.seq != expected:
            yield f"access {expected}: missing, {row.seq} follows"
        elif previous is not None and row.previous != previous:
            yield f"access {row.seq}: it does not follow the one before it"
        plain = _opened(module, row.detail, bound(row))
        if plain is None:
            yield f"access {row.seq}: it was changed"
        expected, previous = row.seq + 1, None if plain is None else digest(row, plain)
    if head is not None and (head.seq, head.digest) != (expected - 1, previous):
        yield f"access {max(head.seq, expected - 1)}: it is not the last of the trail"


def bound(access: Access) -> str:
    """Return what a line is locked to: all that stands beside it, and the line before it."""
    place = f"{access.item or ''}/{access.proceeding or ''}/{access.seq}/{access.previous.hex()}"
    how = f"{access.taken}/{'given' if access.given else 'refused'}"
    return f"access/{access.id}/{place}/{access.body}/{stamp(access.at)}/{how}"


def digest(access: Access, plain: bytes) -> bytes:
    """Return the digest of a line: of its place, of all that stands beside it, and of its own words."""
    return sha256(bound(access).encode() + b"\n" + plain).digest()


def head_bound(head: Head) -> str:
    """Return what the proof of a head is bound to."""
    return f"trail/{head.subject}/{head.seq}/{head.digest.hex()}"


def _vouched(module: Module, head: Head) -> Head:
    return replace(head, proof=module.safe.vouch(head_bound(head)))


def _opened(module: Module, locked: bytes, told: str) -> bytes | None:
    """Return what was locked, None for what was changed."""
    try:
        return module.safe.open(locked, told)
    except Tampered:
        return None
