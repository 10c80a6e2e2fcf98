"""Rows of the registry: each vouched for under the record key, and the last that the ledger knows of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from pydantic_core import to_json

from exchange.core.deadlines import local_day
from exchange.core.errors import Tampered
from exchange.core.record import stamp
from exchange.protection.content.ledger import Change
from exchange.protection.content.safe import REMEMBERED, Safe
from exchange.protection.core.scene import Binding, Body
from exchange.protection.module import Module
from exchange.protection.store.agreements import AgreementRow
from exchange.protection.store.facts import AgreementFact, Belonging, ClearanceRow, Competence, Facts
from exchange.protection.store.ledger import End
from exchange.protection.store.people import GrantRow
from exchange.store.database import Connection

Row = Body | Binding | Competence | Belonging
Kept = Row | ClearanceRow | GrantRow | AgreementFact
"""Every row of the registry that the law reads."""


@lru_cache(maxsize=REMEMBERED)
def bound(row: Row) -> str:
    """Return what the proof of a row is bound to: all of it that the law reads.

    A body's names and mailbox are none of it: the open registry tells of them, and of nothing secret.
    """
    match row:
        case Body():
            told: tuple[object, ...] = (row.code, row.party, row.zone, row.office, row.legal_person)
        case Binding():
            told = (row.regime, row.party, row.since, row.left_on, row.released_on)
        case Competence():
            told = (row.id, row.regime, row.party, row.body, row.since, row.entry)
        case Belonging():
            told = (row.person, row.body)
    return f"{type(row).__name__.lower()}/{to_json(told).decode()}"


def vouch(safe: Safe, row: Row) -> bytes:
    """Return the proof of a row; raise ModuleSealed."""
    return safe.vouch(bound(row))


def require(safe: Safe, row: Row, proof: bytes) -> None:
    """Raise Tampered for a row that the module did not write so; raise ModuleSealed."""
    safe.prove(proof, bound(row))


async def require_all(conn: Connection, module: Module, found: Facts, floor: int) -> None:
    """Raise Tampered unless every row is the last that the module wrote of it, and none is missing that ends another.

    `floor` is the change of the registry that was known before the facts were read. Raise ModuleSealed.
    """
    proved: list[Kept] = [*found.agreements, *found.clearances]
    clear: list[tuple[Row, bytes]] = [(each.row, each.proof) for each in found.bodies]
    clear += [(each.row, each.proof) for each in found.bindings]
    clear += [(each.row, each.proof) for each in found.competent]
    clear += [(each.row, each.proof) for each in found.people]
    for row, proof in clear:
        require(module.safe, row, proof)
        proved.append(row)
    if not await module.ledger.follow(conn, found.end, floor):
        return
    for kept in proved:
        require_last(module, kept, found.end)
    for kind, number in (("binding", len(found.bindings)), ("competent", len(found.competent))):
        if module.ledger.places(kind, found.end.seq) != number:
            raise Tampered(f"a {kind} row was taken out of the registry")


def require_last(module: Module, row: Kept, end: End) -> None:
    """Raise Tampered for a row that is not the last that the ledger says of it, up to an end that was followed."""
    change = said(row)
    if not end.own:
        module.ledger.require(change.place, change.told, end.seq)


@lru_cache(maxsize=REMEMBERED)
def said(row: Kept, *, new: bool = True) -> Change:
    """Return what the ledger says of a row: its place, and the SHA-256 of what it is bound to."""
    match row:
        case Body():
            place, told = f"body/{row.code}", bound(row)
        case Binding():
            place, told = f"binding/{row.regime}/{row.party}/{row.since}", bound(row)
        case Competence():
            place, told = f"competent/{row.id}", bound(row)
        case Belonging():
            place, told = f"person/{row.person}", bound(row)
        case ClearanceRow():
            place, told = f"clearance/{row.id}", clearance_bound(row)
        case GrantRow():
            place, told = f"access_grant/{row.id}", grant_bound(row)
        case AgreementRow(agreed_at=None):  # one proposal takes another's place: the moment tells them apart
            place = f"agreement/{row.id}"
            told = f"{agreement_bound(row, agreed=False)}/{row.proposed_by}/{stamp(row.proposed_at)}"
        case AgreementFact():
            place, told = f"agreement/{row.id}", agreement_bound(row, agreed=True)
    return Change(place, sha256(told.encode()).digest(), new=new)


def competent_at(rows: Iterable[Competence], bodies: Mapping[str, Body], now: datetime) -> dict[tuple[str, str], str]:
    """Return who is competent, by regime and Party: a body counts from its own local day, the last named of a day."""
    begun = [row for row in rows if row.since <= local_day(now, bodies[row.body].zone)]
    return {(row.regime, row.party): row.body for row in sorted(begun, key=lambda row: (row.since, row.id))}


def clearance_bound(row: ClearanceRow) -> str:
    """Return what a clearance is locked to: all that stands beside it."""
    return f"clearance/{row.id}/{row.person}/{row.body}/{row.issuer}/{term_of(row.since, row.until, row.revoked_at)}"


def agreement_bound(row: AgreementFact, *, agreed: bool) -> str:
    """Return what an agreement is locked to: its sides, its term, and whether both said so."""
    sides, parties = ",".join(sorted(row.sides)), ",".join(sorted(row.parties))
    told = f"{row.kind}/{row.code}/{row.regime}/{sides}/{parties}/{row.channel or ''}/{row.since}/{row.until or ''}"
    return f"agreement/{row.id}/{told}/{'agreed' if agreed else 'proposed'}"


def term_of(since: datetime, until: datetime | None, revoked_at: datetime | None) -> str:
    """Write a term for what it is locked to, with the moment at which it was ended, if it was."""
    return "/".join("" if each is None else stamp(each) for each in (since, until, revoked_at))


def grant_bound(row: GrantRow) -> str:
    """Return what a grant is locked to: all that stands beside it."""
    return f"access_grant/{row.id}/{row.person}/{row.body}/{row.item}/{term_of(row.since, row.until, row.revoked_at)}"
