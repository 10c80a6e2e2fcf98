"""Obligations: listed by what falls due first, and counted for the dashboard."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from exchange.core.request import Obligation
from exchange.store.database import Connection
from schemas.vocabulary import ObligationState

OBLIGATION = TypeAdapter(Obligation)

SELECT_IN_STATE = """
WITH mine AS (
    (SELECT id, request, due_at, detail FROM obligation
      WHERE authority = $1 AND state = $2 AND due_at <= $3 AND ($4::text IS NULL OR kind = $4)
        AND ($5::text IS NULL OR authority = $5) AND (due_at, id) > ($6, $7) ORDER BY due_at, id LIMIT $8)
    UNION ALL
    (SELECT id, request, due_at, detail FROM obligation
      WHERE counterpart = $1 AND state = $2 AND due_at <= $3 AND ($4::text IS NULL OR kind = $4)
        AND ($5::text IS NULL OR authority = $5) AND (due_at, id) > ($6, $7) ORDER BY due_at, id LIMIT $8)
    UNION ALL
    (SELECT id, request, due_at, detail FROM obligation
      WHERE steward = $1 AND state = $2 AND due_at <= $3 AND ($4::text IS NULL OR kind = $4)
        AND ($5::text IS NULL OR authority = $5) AND (due_at, id) > ($6, $7) ORDER BY due_at, id LIMIT $8)
)
SELECT request, due_at, detail::text AS detail FROM mine ORDER BY due_at, id LIMIT $8
"""

# The indexes are in the order of the states first: a page of each is cut out, then the page of all.
SELECT_ANY = """
WITH mine AS (
    (SELECT o.id, o.request, o.due_at, o.detail FROM unnest($2::text[]) AS s(state), LATERAL (
        SELECT id, request, due_at, detail FROM obligation
         WHERE authority = $1 AND state = s.state AND ($3::text IS NULL OR kind = $3)
           AND ($4::text IS NULL OR authority = $4) AND (due_at, id) > ($5, $6) ORDER BY due_at, id LIMIT $7) AS o)
    UNION ALL
    (SELECT o.id, o.request, o.due_at, o.detail FROM unnest($2::text[]) AS s(state), LATERAL (
        SELECT id, request, due_at, detail FROM obligation
         WHERE counterpart = $1 AND state = s.state AND ($3::text IS NULL OR kind = $3)
           AND ($4::text IS NULL OR authority = $4) AND (due_at, id) > ($5, $6) ORDER BY due_at, id LIMIT $7) AS o)
    UNION ALL
    (SELECT o.id, o.request, o.due_at, o.detail FROM unnest($2::text[]) AS s(state), LATERAL (
        SELECT id, request, due_at, detail FROM obligation
         WHERE steward = $1 AND state = s.state AND ($3::text IS NULL OR kind = $3)
           AND ($4::text IS NULL OR authority = $4) AND (due_at, id) > ($5, $6) ORDER BY due_at, id LIMIT $7) AS o)
)
SELECT request, due_at, detail::text AS detail FROM mine ORDER BY due_at, id LIMIT $7
"""

COUNT_BUCKETS = """
SELECT CASE WHEN o.state = 'suspended' THEN 'suspended'
            WHEN o.due_at <= $2 THEN 'overdue'
            WHEN o.due_at <= b.today THEN 'today'
            WHEN o.due_at <= b.three THEN '3d'
            WHEN o.due_at <= b.seven THEN '7d'
            ELSE 'later' END AS bucket,
       o.kind, o.authority, count(*) AS number
  FROM obligation o
  JOIN unnest($3::text[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[]) AS b(zone, today, three, seven)
    ON b.zone = o.zone
 WHERE (o.authority = $1 OR o.counterpart = $1 OR o.steward = $1) AND o.state IN ('running', 'suspended')
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list of obligations is asked for; None asks for all."""

    state: str | None = None
    due_by: datetime
    kind: str | None = None
    authority: str | None = None
    after: tuple[datetime, str]
    limit: int


@dataclass(frozen=True, slots=True)
class Line:
    """One obligation of a list; `due_at` is its place in the order."""

    request: UUID
    due_at: datetime
    duty: Obligation


@dataclass(frozen=True, slots=True)
class Count:
    """How many duties of a kind an authority owes in a bucket."""

    bucket: str
    kind: str
    authority: str
    number: int


@dataclass(frozen=True, slots=True)
class Zones:
    """For each zone, the instants at which today, the third and the seventh day after it end."""

    names: tuple[str, ...]
    today: tuple[datetime, ...]
    three: tuple[datetime, ...]
    seven: tuple[datetime, ...]


async def page(conn: Connection, caller: str, wanted: Wanted) -> tuple[Line, ...]:
    """Return one page of the duties that an authority owes or is owed, soonest due first."""
    if wanted.state is None:
        rows = await conn.fetch(
            SELECT_ANY, caller, list(ObligationState), wanted.kind, wanted.authority, *wanted.after, wanted.limit
        )
    else:
        rows = await conn.fetch(
            SELECT_IN_STATE,
            caller,
            wanted.state,
            wanted.due_by,
            wanted.kind,
            wanted.authority,
            *wanted.after,
            wanted.limit,
        )
    return tuple(Line(row["request"], row["due_at"], OBLIGATION.validate_json(row["detail"])) for row in rows)


async def counts(conn: Connection, caller: str, now: datetime, zones: Zones) -> tuple[Count, ...]:
    """Count the open duties that an authority owes or is owed, by bucket, kind and debtor."""
    rows = await conn.fetch(COUNT_BUCKETS, caller, now, zones.names, zones.today, zones.three, zones.seven)
    return tuple(Count(row["bucket"], row["kind"], row["authority"], row["number"]) for row in rows)
