"""What waits for a body: its duties by their due moments, and what it is asked or sent; nothing locked is opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from exchange.store.database import Connection

SELECT_COUNTS: Final = """
WITH running AS (
    SELECT due_at FROM protection.duty WHERE body = $1 AND state = 'running'
     UNION ALL
    SELECT due_at FROM protection.proceeding_duty WHERE body = $1 AND state = 'running'
)
SELECT ARRAY(SELECT count(due_at) FROM unnest($2::timestamptz[], $3::timestamptz[]) AS b (since, until)
               LEFT JOIN running ON due_at > since AND due_at <= until GROUP BY since, until ORDER BY since) AS buckets,
       (SELECT count(*) FROM protection.participant WHERE body = $1 AND awaiting) AS awaiting,
       (SELECT count(*) FROM protection.participant WHERE body = $1 AND asked) AS asked,
       (SELECT count(*) FROM protection.proceeding_body b JOIN protection.proceeding p ON p.id = b.proceeding
         WHERE b.body = $1 AND b.kind = 'visit' AND p.state = 'requested') AS visits
"""

SELECT_OWED: Final = """
SELECT item AS subject, true AS of_item, kind, number, rule, zone, due_at FROM protection.duty
 WHERE body = $1 AND state = 'running' AND due_at > $2 AND due_at <= $3
 UNION ALL
SELECT proceeding, false, kind, number, rule, zone, due_at FROM protection.proceeding_duty
 WHERE body = $1 AND state = 'running' AND due_at > $2 AND due_at <= $3
 ORDER BY due_at, subject, kind LIMIT $4
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many duties fall due between each two bounds, how many arrivals, consents and visits wait."""

    buckets: tuple[int, ...]
    awaiting: int
    asked: int
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A duty that runs: of an item, or of a release."""

    subject: UUID
    of_item: bool
    kind: str
    number: str
    rule: str
    zone: str
    due_at: datetime


async def counts(conn: Connection, body: str, bounds: Sequence[datetime]) -> Counts:
    """Count a body's running duties between bounds in ascending order, and what waits for its word."""
    row = await conn.fetchrow(SELECT_COUNTS, body, list(bounds[:-1]), list(bounds[1:]))
    if row is None:
        return Counts((), 0, 0, 0)
    return Counts(tuple(row["buckets"]), row["awaiting"], row["asked"], row["visits"])


async def owed(conn: Connection, body: str, since: datetime, until: datetime, limit: int) -> tuple[Owed, ...]:
    """Return a body's running duties that fall due after an instant and until another, soonest first."""
    return tuple(Owed(**row) for row in await conn.fetch(SELECT_OWED, body, since, until, limit))
