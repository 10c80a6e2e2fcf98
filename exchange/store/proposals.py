"""Proposals of signing power: what an operator asks for, and what the head decided; nothing of it is ever forgotten."""

from dataclasses import dataclass
from datetime import datetime

from asyncpg import Record

from exchange.store.database import Connection

INSERT_PROPOSAL = """
INSERT INTO proposal (authority, wanted, made_at, made_by) VALUES ($1, $2::text::jsonb, $3, $4) RETURNING id
"""

SELECT_OF_AUTHORITY = """
SELECT id, wanted::text AS wanted, made_at, made_by, decided_at, decided_by, confirmed
  FROM proposal WHERE authority = $1 AND id < $2 ORDER BY id DESC LIMIT $3
"""

SELECT_LOCKED = """
SELECT id, wanted::text AS wanted, made_at, made_by, decided_at, decided_by, confirmed
  FROM proposal WHERE authority = $1 AND id = $2 FOR NO KEY UPDATE
"""

UPDATE_DECIDED = """
UPDATE proposal SET decided_at = $2, decided_by = $3, confirmed = $4 WHERE id = $1 AND decided_at IS NULL
"""

SELECT_WAITING = "SELECT count(*) FROM proposal WHERE authority = $1 AND decided_at IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A proposal as it is kept; `wanted` is the JSON of what is asked for."""

    id: int
    wanted: str
    made_at: datetime
    made_by: str
    decided_at: datetime | None
    decided_by: str | None
    confirmed: bool


async def add(conn: Connection, authority: str, wanted: str, at: datetime, by: str) -> int:
    """Keep a proposal, what is wanted as JSON; return its number."""
    number: int = await conn.fetchval(INSERT_PROPOSAL, authority, wanted, at, by)
    return number


async def of_authority(conn: Connection, authority: str, *, before: int, limit: int) -> tuple[Kept, ...]:
    """Return an authority's proposals, the latest first, those before one."""
    return tuple(_kept(row) for row in await conn.fetch(SELECT_OF_AUTHORITY, authority, before, limit))


async def lock(conn: Connection, authority: str, number: int) -> Kept | None:
    """Lock a proposal of an authority until the transaction ends, and return it, or None."""
    row = await conn.fetchrow(SELECT_LOCKED, authority, number)
    return None if row is None else _kept(row)


async def decide(conn: Connection, number: int, at: datetime, by: str, *, confirmed: bool) -> None:
    """Keep what was decided of a proposal that still waits."""
    await conn.execute(UPDATE_DECIDED, number, at, by, confirmed)


async def waiting(conn: Connection, authority: str) -> int:
    """Count the proposals of an authority that nobody decided yet."""
    number: int = await conn.fetchval(SELECT_WAITING, authority)
    return number


def _kept(row: Record) -> Kept:
    return Kept(**row)
