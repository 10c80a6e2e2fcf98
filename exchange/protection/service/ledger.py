"""The registry proved whole against its ledger and its anchor; and one from a backup, which an operator accepts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256
from secrets import token_hex
from typing import Final
from uuid import UUID

from exchange.core.errors import NodeError, Tampered
from exchange.protection.content.anchor import Anchor
from exchange.protection.content.ledger import EMPTY, Change, bound, chained, digest, older
from exchange.protection.module import Module
from exchange.protection.service import agreements, people
from exchange.protection.service.vouching import Kept, require, said
from exchange.protection.store import ledger as store
from exchange.protection.store import proof
from exchange.protection.store.agreements import AgreementRow
from exchange.protection.store.facts import ClearanceRow, Vouched
from exchange.protection.store.ledger import End, Line
from exchange.protection.store.people import GrantRow
from exchange.protection.store.proof import Registered
from exchange.store.database import Connection
from schemas.base import Shape

ACCEPTED: Final = "accepted"
"""The place of a line by which an operator accepted an older registry: it is no row's."""

SALT: Final = 16
LAST: Final = 2**63 - 1


class Accepted(Shape):
    """What an operator said who accepted an older registry: by which document, when, and what it lacked."""

    reference: str
    at: datetime
    trouble: str
    rows: int
    salt: str


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the registry as a proof finds it: where, its place in the ledger, what it says or what is wrong."""

    place: UUID | str
    known_as: str
    row: Kept | None
    fault: str | None = None


@dataclass(slots=True)
class Book:
    """The ledger read whole: what is wrong with it, what is wrong by its anchor, what it last says of rows."""

    end: End
    faults: tuple[str, ...]
    trouble: str | None
    last: dict[str, tuple[int, bytes]] = field(repr=False)

    def met(self, row: Kept) -> str | None:
        """Take a row off the list; say how it is not the last that the registry said, None where it is."""
        change = said(row)
        number, told = self.last.pop(change.place, (0, b""))
        if not number:
            return "no change of the registry brought it"
        return None if told == change.told else f"it was put back: change {number} of the registry says otherwise"

    def fault_of(self, found: Found) -> str | None:
        """Take a row off the list; say what is wrong with it."""
        if found.row is None:
            self.last.pop(found.known_as, None)
            return found.fault
        return self.met(found.row)


async def read(conn: Connection, module: Module, held: Anchor | Tampered | None) -> Book:
    """Read the whole ledger and compare it with its anchor, which was read before; raise ModuleSealed."""
    end, lines = await store.end(conn), await store.lines(conn, 0, LAST)
    faults = [*_faults(lines), *_end(module, end, lines)]
    if isinstance(held, Tampered):
        trouble: str | None = str(held)
    else:
        trouble = None if faults else older(held, [EMPTY, *(line.digest for line in lines)])
    last = {line.place: (line.seq, line.told) for line in lines if line.place != ACCEPTED}
    return Book(end, tuple(faults), trouble, last)


async def anchor_of(module: Module) -> Anchor | Tampered | None:
    """Return the anchor, or how it cannot be read, before what it is compared with is read; raise ModuleSealed."""
    try:
        return await asyncio.to_thread(module.ledger.file.read)
    except Tampered as trouble:
        return trouble


async def rows(conn: Connection, module: Module) -> AsyncIterator[Found]:
    """Yield every row of the registry, proved by itself; the caller opened a transaction. Raise ModuleSealed."""
    async for row in proof.clearances(conn):
        yield _found(row.id, f"clearance/{row.id}", "the clearance was changed", partial(_proved, module, row))
    async for grant in proof.grants(conn):
        yield _found(grant.id, f"access_grant/{grant.id}", "the grant was changed", partial(_proved, module, grant))
    async for agreement_id, agreement in proof.agreements(conn):
        known_as = f"agreement/{agreement_id}"
        yield _found(agreement_id, known_as, "the agreement was changed", partial(_agreed, module, agreement))
    async for place, registered in proof.registered(conn):
        yield _found(place, _known_as(place), "it was changed in the registry", partial(_vouched, module, registered))


async def faults(conn: Connection, module: Module, book: Book) -> AsyncIterator[tuple[UUID | str, tuple[str, ...]]]:
    """Yield what is wrong with the registry: the ledger, rows that were changed, put back, brought in, taken out."""
    if wrong := (*book.faults, *filter(None, [book.trouble])):
        yield "registry", wrong
    async for found in rows(conn, module):
        if (fault := book.fault_of(found)) is not None:
            yield found.place, (fault,)
    for place, (number, _) in book.last.items():
        yield place, (f"it was taken out of the registry after change {number}",)


async def accept(conn: Connection, module: Module, reference: str, at: datetime) -> Accepted | None:
    """Accept a registry that is older than its anchor says; return None where there is nothing to accept.

    Every row must prove itself, and be the last that the ledger says, or be none that it ever told of: a whole backup
    is so, rows that were put back are not. What is accepted is noted in the ledger. The caller lets the anchor follow
    after the commit (`exchange.protection.content.ledger.Ledger.accept`). Raise NodeError, ModuleSealed.
    """
    held = await anchor_of(module)
    await store.lock(conn)
    book = await read(conn, module, held)
    unknown, wrong = [], list(book.faults)
    async for found in rows(conn, module):
        if found.row is not None and found.known_as not in book.last:
            unknown.append(found.row)
        elif (fault := book.fault_of(found)) is not None:
            wrong.append(f"{found.place}: {fault}")
    wrong += [f"{place}: it was taken out" for place in book.last]
    if wrong:
        raise NodeError(f"the registry does not prove itself, so it is no whole backup: {'; '.join(wrong[:20])}")
    if book.trouble is None and not unknown:
        return None
    trouble = book.trouble or "rows are older than the ledger"
    told = Accepted(reference=reference, at=at, trouble=trouble, rows=len(unknown), salt=token_hex(SALT))
    plain = told.model_dump_json().encode()
    seq = book.end.seq + len(unknown) + 1
    detail = module.safe.lock(plain, noted(seq))
    note = Change(ACCEPTED, sha256(plain).digest(), new=False, detail=detail)
    made = chained(book.end, [*(said(row) for row in unknown), note])
    proof_of_it = module.safe.vouch(bound(seq, made[-1].digest))
    await store.append(conn, made, End(seq=seq, digest=made[-1].digest, proof=proof_of_it))
    return told


async def accepted(conn: Connection, module: Module) -> tuple[Accepted, ...]:
    """Return what operators accepted, the first one first; raise ModuleSealed, Tampered."""
    return tuple(
        Accepted.model_validate_json(module.safe.open(line.detail or b"", noted(line.seq)))
        for line in await store.accepted(conn)
    )


def noted(seq: int) -> str:
    """Return what an operator's word is locked to."""
    return f"ledger/{seq}/accepted"


def _faults(lines: Sequence[Line]) -> list[str]:
    found: list[str] = []
    previous = EMPTY
    for number, line in enumerate(lines, 1):
        if line.seq != number:
            return [*found, f"change {number}: missing, {line.seq} follows"]
        if digest(previous, number, line.place, line.told) != line.digest:
            found.append(f"change {number}: it was changed")
        previous = line.digest
    return found


def _end(module: Module, end: End, lines: Sequence[Line]) -> list[str]:
    last = (lines[-1].seq, lines[-1].digest) if lines else (0, EMPTY)
    if (end.seq, end.digest) != last:
        return [f"change {max(end.seq, last[0])}: it is not the last"]
    try:
        if end.seq:
            module.safe.prove(end.proof, bound(end.seq, end.digest))
    except Tampered:
        return ["the end of its ledger was changed"]
    return []


def _found(place: UUID | str, known_as: str, fault: str, proved: Callable[[], Kept]) -> Found:
    try:
        return Found(place, known_as, proved())
    except Tampered:
        return Found(place, known_as, None, fault)


def _known_as(place: str) -> str:
    """Return the ledger's place of a row that `proof.registered` named."""
    kind, _, rest = place.partition(" ")
    return f"competent/{rest.rpartition('/')[2]}" if kind == "competent" else f"{kind}/{rest}"


def _proved(module: Module, row: ClearanceRow | GrantRow) -> Kept:
    people.prove(module, row)
    return row


def _agreed(module: Module, read_row: Callable[[], AgreementRow]) -> Kept:
    row = read_row()
    agreements.agreement_of(module, row)
    return row


def _vouched(module: Module, read_row: Callable[[], Vouched[Registered]]) -> Kept:
    found = read_row()
    require(module.safe, found.row, found.proof)
    return found.row
