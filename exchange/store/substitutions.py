"""Who signs for whom, by which order and on which days; nothing of it is ever forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from exchange.core.signing import Person, Substitution
from exchange.store.database import Connection
from schemas.vocabulary import ActKind, Role

MOST = 100
"""Substitutions of one person that are looked at: those that go on longest, the revoked ones last."""

SELECT_OF_SUBSTITUTE = """
SELECT s.id, s.absent, s.substitute, s.order_number, s.order_date, s.since, s.until, s.acts,
       s.revoked_at IS NOT NULL AS revoked, a.authority, a.name, a.role, a.disabled_at IS NOT NULL AS disabled
  FROM substitution s JOIN account a ON a.login = s.absent
 WHERE s.substitute = $1 AND s.authority = $2
 ORDER BY s.revoked_at IS NOT NULL, s.until DESC, s.id LIMIT $3
"""

SELECT_OF_AUTHORITY = """
SELECT s.id, s.absent, a.name AS absent_name, s.substitute, b.name AS substitute_name, s.order_number, s.order_date,
       s.since, s.until, s.acts, s.made_at, s.made_by, s.revoked_at, s.revoked_by
  FROM substitution s JOIN account a ON a.login = s.absent JOIN account b ON b.login = s.substitute
 WHERE s.authority = $1 AND ($2::uuid IS NULL OR s.id < $2) ORDER BY s.id DESC LIMIT $3
"""

SELECT_ONE = """
SELECT s.id, s.absent, a.name AS absent_name, s.substitute, b.name AS substitute_name, s.order_number, s.order_date,
       s.since, s.until, s.acts, s.made_at, s.made_by, s.revoked_at, s.revoked_by
  FROM substitution s JOIN account a ON a.login = s.absent JOIN account b ON b.login = s.substitute
 WHERE s.authority = $1 AND s.id = $2
"""

INSERT_SUBSTITUTION = """
INSERT INTO substitution
       (id, authority, absent, substitute, order_number, order_date, since, until, acts, made_at, made_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""

UPDATE_REVOKED = """
UPDATE substitution SET revoked_at = $3, revoked_by = $4
 WHERE id = $1 AND authority = $2 AND revoked_at IS NULL RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A substitution as its authority sees it, with who ordered and who revoked it."""

    id: UUID
    absent: str
    absent_name: str
    substitute: str
    substitute_name: str
    order_number: str
    order_date: date
    since: date
    until: date
    acts: tuple[ActKind, ...] | None
    made_at: datetime
    made_by: str
    revoked_at: datetime | None
    revoked_by: str | None


async def of_substitute(conn: Connection, login: str, authority: str) -> tuple[Substitution, ...]:
    """Return under which orders somebody signs or signed."""
    return tuple(_substitution(row) for row in await conn.fetch(SELECT_OF_SUBSTITUTE, login, authority, MOST))


async def of_authority(conn: Connection, authority: str, *, before: UUID | None, limit: int) -> tuple[Listed, ...]:
    """Return an authority's substitutions, the latest entered first."""
    return tuple(_listed(row) for row in await conn.fetch(SELECT_OF_AUTHORITY, authority, before, limit))


async def find(conn: Connection, authority: str, number: UUID) -> Listed | None:
    """Return one of an authority's substitutions, or None."""
    row = await conn.fetchrow(SELECT_ONE, authority, number)
    return None if row is None else _listed(row)


async def add(
    conn: Connection, of: Substitution, authority: str, acts: Sequence[ActKind] | None, at: datetime, by: str
) -> None:
    """Keep a substitution."""
    await conn.execute(
        INSERT_SUBSTITUTION,
        of.id,
        authority,
        of.absent.login,
        of.substitute,
        of.order_number,
        of.order_date,
        of.since,
        of.until,
        None if acts is None else [str(act) for act in acts],
        at,
        by,
    )


async def revoke(conn: Connection, authority: str, number: UUID, at: datetime, by: str) -> bool:
    """Revoke a substitution; false when it is not there, or was revoked before."""
    return await conn.fetchval(UPDATE_REVOKED, number, authority, at, by) is not None


def _substitution(row: Record) -> Substitution:
    return Substitution(
        id=row["id"],
        absent=Person(
            login=row["absent"],
            authority=row["authority"],
            name=row["name"],
            role=Role(row["role"]),
            disabled=row["disabled"],
        ),
        substitute=row["substitute"],
        order_number=row["order_number"],
        order_date=row["order_date"],
        since=row["since"],
        until=row["until"],
        acts=None if row["acts"] is None else frozenset(ActKind(act) for act in row["acts"]),
        revoked=row["revoked"],
    )


def _listed(row: Record) -> Listed:
    acts = None if row["acts"] is None else tuple(ActKind(act) for act in row["acts"])
    return Listed(**{**row, "acts": acts})
