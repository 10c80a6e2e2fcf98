"""What a proof compares with the record: the rows that follow from it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

from exchange.core.record import stamp
from exchange.protection.store.accesses import Access
from exchange.protection.store.facts import ClearanceRow
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
ACCESSES = "SELECT id, item, body, at, given, detail, proceeding FROM protection.access"

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


async def accesses(conn: Connection) -> AsyncIterator[Access]:
    """Yield every reading."""
    async for row in conn.cursor(ACCESSES):
        yield Access(**row)


def _plain(row: Row) -> Row:
    return {name: stamp(value.astimezone(UTC)) if isinstance(value, datetime) else value for name, value in row.items()}
