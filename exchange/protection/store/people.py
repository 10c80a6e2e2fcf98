"""People whom bodies let near secrets: clearances and grants, particulars locked; what ends is marked as ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from exchange.protection.store.facts import ClearanceRow
from exchange.protection.store.ledger import End, end_of
from exchange.store.database import Connection

INSERT_CLEARANCE = """
INSERT INTO protection.clearance (id, person, body, issuer, since, until, made_at, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING true
"""

SELECT_CLEARANCES = """
SELECT id, person, body, issuer, since, until, revoked_at, detail FROM protection.clearance
 WHERE body = $1 AND ($2::text IS NULL OR person = $2) AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4
"""

LOCK_CLEARANCE = """
SELECT id, person, body, issuer, since, until, revoked_at, detail FROM protection.clearance
 WHERE id = $1 AND body = $2 FOR UPDATE
"""

UPDATE_CLEARANCE = "UPDATE protection.clearance SET revoked_at = $2, detail = $3 WHERE id = $1"

INSERT_GRANT = """
INSERT INTO protection.access_grant (id, person, body, item, since, until, made_at, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

SELECT_GRANTS = """
SELECT id, person, body, item, since, until, revoked_at, detail FROM protection.access_grant
 WHERE body = $1 AND ($2::text IS NULL OR person = $2) AND ($3::uuid IS NULL OR item = $3)
   AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $5
"""

# The end of the registry's ledger comes in the same row, so that both are of one moment.
SELECT_GRANTS_OF = """
SELECT g.id, g.person, g.body, g.item, g.since, g.until, g.revoked_at, g.detail,
       l.seq AS ledger_seq, l.digest AS ledger_digest, l.proof AS ledger_proof,
       COALESCE(l.xmin = pg_current_xact_id_if_assigned()::xid, false) AS ledger_own
  FROM (SELECT $1::text AS person, $2::uuid AS item) asked
  LEFT JOIN protection.ledger l ON true
  LEFT JOIN protection.access_grant g ON g.person = asked.person AND g.item = asked.item
"""

SELECT_CONCERNED = """
SELECT EXISTS (SELECT FROM protection.participant WHERE body = $1 AND item = $2 AND (made OR held OR awaiting))
"""

LOCK_GRANT = """
SELECT id, person, body, item, since, until, revoked_at, detail FROM protection.access_grant
 WHERE id = $1 AND body = $2 FOR UPDATE
"""

UPDATE_GRANT = "UPDATE protection.access_grant SET revoked_at = $2, detail = $3 WHERE id = $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    """A grant as it is kept."""

    id: UUID
    person: str
    body: str
    item: UUID
    since: datetime
    until: datetime | None
    revoked_at: datetime | None
    detail: bytes


async def add_clearance(conn: Connection, row: ClearanceRow, made_at: datetime) -> bool:
    """Keep a clearance, unless it is there; tell whether it was not."""
    told = (row.id, row.person, row.body, row.issuer, row.since, row.until, made_at, row.detail)
    return bool(await conn.fetchval(INSERT_CLEARANCE, *told))


async def clearances(
    conn: Connection, body: str, *, person: str | None, before: UUID | None, limit: int
) -> tuple[ClearanceRow, ...]:
    """Return one page of the clearances of a body's people, the latest first."""
    rows = await conn.fetch(SELECT_CLEARANCES, body, person, before, limit)
    return tuple(ClearanceRow(**row) for row in rows)


async def lock_clearance(conn: Connection, clearance: UUID, body: str) -> ClearanceRow | None:
    """Lock a clearance until the transaction ends; None when the body has none such."""
    row = await conn.fetchrow(LOCK_CLEARANCE, clearance, body)
    return None if row is None else ClearanceRow(**row)


async def end_clearance(conn: Connection, row: ClearanceRow) -> None:
    """Write down that a clearance was revoked, with what is locked of it by now."""
    await conn.execute(UPDATE_CLEARANCE, row.id, row.revoked_at, row.detail)


async def add_grant(conn: Connection, row: GrantRow, made_at: datetime) -> None:
    """Keep a grant."""
    await conn.execute(INSERT_GRANT, row.id, row.person, row.body, row.item, row.since, row.until, made_at, row.detail)


async def grants(
    conn: Connection, body: str, *, person: str | None, item: UUID | None, before: UUID | None, limit: int
) -> tuple[GrantRow, ...]:
    """Return one page of the grants of a body's people, the latest first."""
    rows = await conn.fetch(SELECT_GRANTS, body, person, item, before, limit)
    return tuple(GrantRow(**row) for row in rows)


async def grants_of(conn: Connection, person: str, item: UUID) -> tuple[End, tuple[GrantRow, ...]]:
    """Return all grants of a person for an item, whether they hold or not; first the end of the ledger then."""
    rows = await conn.fetch(SELECT_GRANTS_OF, person, item)
    first: Mapping[str, Any] = dict(rows[0].items()) if rows else {}
    end = end_of({name: first.get(f"ledger_{name}") for name in ("seq", "digest", "proof", "own")})
    return end, tuple(
        GrantRow(**{name: value for name, value in row.items() if not name.startswith("ledger_")})
        for row in rows
        if row["id"] is not None
    )


async def concerned(conn: Connection, body: str, item: UUID) -> bool:
    """Tell whether a body made an item, holds a copy of it, or awaits one."""
    return bool(await conn.fetchval(SELECT_CONCERNED, body, item))


async def lock_grant(conn: Connection, grant: UUID, body: str) -> GrantRow | None:
    """Lock a grant until the transaction ends; None when the body has none such."""
    row = await conn.fetchrow(LOCK_GRANT, grant, body)
    return None if row is None else GrantRow(**row)


async def end_grant(conn: Connection, row: GrantRow) -> None:
    """Write down that a grant was revoked, with what is locked of it by now."""
    await conn.execute(UPDATE_GRANT, row.id, row.revoked_at, row.detail)
