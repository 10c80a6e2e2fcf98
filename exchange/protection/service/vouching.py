"""Rows of the registry in clear, vouched for under the record key: one that was changed behind the module is none."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic_core import to_json

from exchange.core.deadlines import local_day
from exchange.protection.content.safe import Safe
from exchange.protection.core.scene import Binding, Body
from exchange.protection.store.facts import Belonging, Competence, Facts

Row = Body | Binding | Competence | Belonging


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


def require_all(safe: Safe, found: Facts) -> None:
    """Raise Tampered unless every row in clear is as the module wrote it; raise ModuleSealed."""
    for body in found.bodies:
        require(safe, body.row, body.proof)
    for binding in found.bindings:
        require(safe, binding.row, binding.proof)
    for competence in found.competent:
        require(safe, competence.row, competence.proof)
    for person in found.people:
        require(safe, person.row, person.proof)


def competent_at(rows: Iterable[Competence], bodies: Mapping[str, Body], now: datetime) -> dict[tuple[str, str], str]:
    """Return who is competent, by regime and Party: a body counts from its own local day, the last named of a day."""
    begun = [row for row in rows if row.since <= local_day(now, bodies[row.body].zone)]
    return {(row.regime, row.party): row.body for row in sorted(begun, key=lambda row: (row.since, row.id))}
