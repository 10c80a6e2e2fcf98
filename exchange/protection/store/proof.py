"""What a proof reads: the rows that follow from a record, and those that are locked or bear a proof themselves."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from functools import partial
from uuid import UUID

from asyncpg import Record

from exchange.core.record import stamp
from exchange.protection.core.scene import Binding, Body
from exchange.protection.store.agreements import AgreementRow, row_of
from exchange.protection.store.facts import Belonging, ClearanceRow, Competence, Vouched, body_of
from exchange.protection.store.people import GrantRow
from exchange.protection.store.saving import Row
from exchange.store.database import Connection

SELECT_PARTICIPANTS = """
SELECT body, party, made, held, awaiting, asked, number, due_at FROM protection.participant
 WHERE item = $1 ORDER BY body COLLATE "C"
"""

SELECT_DUTIES = """
SELECT kind, subject, body, zone, state, rule, started_at, due_at, closed_at, steps FROM protection.duty
 WHERE item = $1 ORDER BY kind COLLATE "C", subject
"""

CLEARANCES = "SELECT id, person, body, issuer, since, until, revoked_at, detail FROM protection.clearance"
GRANTS = "SELECT id, person, body, item, since, until, revoked_at, detail FROM protection.access_grant"

Registered = Body | Binding | Competence | Belonging

AGREEMENTS = """
SELECT id, kind, code, regime, sides, parties, channel, since, until, proposed_by, proposed_at, agreed_at, detail
  FROM protection.agreement
"""
BODIES = "SELECT code, party, zone, office, legal_person, proof FROM protection.body"
BINDINGS = "SELECT regime, party, since, left_on, released_on, proof FROM protection.binding"
COMPETENT = "SELECT id, regime, party, body, since, entry, proof FROM protection.competent"
PERSONS = "SELECT code, body, proof FROM protection.person"

SELECT_FOLLOWING = """
SELECT c.regime, c.body, c.since FROM protection.competent c WHERE c.entry = $1
"""

SELECT_RELEASED = """
SELECT n.released_on FROM protection.binding n JOIN protection.body b ON b.party = n.party
 WHERE n.regime = $1 AND b.code = $2 AND n.since <= $3
"""

HOLD_STILL = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


async def hold_still(conn: Connection) -> None:
    """Let a transaction that read nothing yet see one moment of the database."""
    await conn.execute(HOLD_STILL)


async def participants(conn: Connection, item: UUID) -> list[Row]:
    """Return who an item concerns, as `saving.participants` puts it."""
    return [_plain(dict(row)) for row in await conn.fetch(SELECT_PARTICIPANTS, item)]


async def duties(conn: Connection, item: UUID) -> list[Row]:
    """Return what is owed for an item, as `saving.standing_duties` puts it."""
    return [_plain(dict(row)) for row in await conn.fetch(SELECT_DUTIES, item)]


async def clearances(conn: Connection) -> AsyncIterator[ClearanceRow]:
    """Yield every clearance; the caller opened a transaction, as for those below."""
    async for row in conn.cursor(CLEARANCES):
        yield ClearanceRow(**row)


async def grants(conn: Connection) -> AsyncIterator[GrantRow]:
    """Yield every grant."""
    async for row in conn.cursor(GRANTS):
        yield GrantRow(**row)


async def agreements(conn: Connection) -> AsyncIterator[tuple[UUID, Callable[[], AgreementRow]]]:
    """Yield every agreement, confirmed or not: its id, and what reads it or raises Tampered."""
    async for row in conn.cursor(AGREEMENTS):
        yield row["id"], partial(row_of, row)


async def registered(conn: Connection) -> AsyncIterator[tuple[str, Callable[[], Vouched[Registered]]]]:
    """Yield every row of the registry that stands in clear: its place, and what reads it or raises Tampered."""
    async for row in conn.cursor(BODIES):
        yield f"body {row['code']}", partial(_vouched, body_of, row)
    async for row in conn.cursor(BINDINGS):
        yield f"binding {row['regime']}/{row['party']}/{row['since']}", partial(_vouched, _binding, row)
    async for row in conn.cursor(COMPETENT):
        place = f"competent body {row['regime']}/{row['party']}/{row['id']}"
        yield place, partial(_vouched, _competence, row)
    async for row in conn.cursor(PERSONS):
        yield f"person {row['code']}", partial(_vouched, _belonging, row)


def _vouched(read: Callable[[Record], Registered], row: Record) -> Vouched[Registered]:
    return Vouched(read(row), row["proof"])


def _binding(row: Record) -> Binding:
    return Binding(row["regime"], row["party"], row["since"], row["left_on"], row["released_on"])


def _competence(row: Record) -> Competence:
    return Competence(**{name: value for name, value in row.items() if name != "proof"})


def _belonging(row: Record) -> Belonging:
    return Belonging(row["code"], row["body"])


async def named_by(conn: Connection, entry: UUID) -> list[tuple[str, str, date]]:
    """Return who became competent by a dated entry: under which regime, who, from when."""
    return [(row["regime"], row["body"], row["since"]) for row in await conn.fetch(SELECT_FOLLOWING, entry)]


async def released(conn: Connection, regime: str, author: str, since: date) -> list[date | None]:
    """Return from when the Party of a body is released under a regime that bound it before a day."""
    return [row["released_on"] for row in await conn.fetch(SELECT_RELEASED, regime, author, since)]


def _plain(row: Row) -> Row:
    return {name: stamp(value.astimezone(UTC)) if isinstance(value, datetime) else value for name, value in row.items()}
