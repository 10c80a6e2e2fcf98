"""The duties behind a number of the dashboard: those of a bucket, soonest due first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exchange.store.audit import Trace
from exchange.store.database import Connection

SELECT_BUCKET = """
WITH bucket AS (
    SELECT zone, low, high FROM unnest($3::text[], $4::timestamptz[], $5::timestamptz[]) AS b(zone, low, high)
),
mine AS (
    (SELECT o.id FROM obligation o JOIN bucket b ON b.zone = o.zone
      WHERE o.authority = $1 AND o.state = $2 AND o.due_at > b.low AND o.due_at <= b.high
        AND o.due_at > $10 AND o.due_at <= $11 AND ($6::text IS NULL OR o.kind = $6)
        AND ($7::text IS NULL OR o.authority = $7)
        AND (o.due_at, o.id) > ($8, $9) ORDER BY o.due_at, o.id LIMIT $12)
    UNION
    (SELECT o.id FROM obligation o JOIN bucket b ON b.zone = o.zone
      WHERE o.counterpart = $1 AND o.state = $2 AND o.due_at > b.low AND o.due_at <= b.high
        AND o.due_at > $10 AND o.due_at <= $11 AND ($6::text IS NULL OR o.kind = $6)
        AND ($7::text IS NULL OR o.authority = $7)
        AND (o.due_at, o.id) > ($8, $9) ORDER BY o.due_at, o.id LIMIT $12)
    UNION
    (SELECT o.id FROM obligation o JOIN bucket b ON b.zone = o.zone
      WHERE o.steward = $1 AND o.state = $2 AND o.due_at > b.low AND o.due_at <= b.high
        AND o.due_at > $10 AND o.due_at <= $11 AND ($6::text IS NULL OR o.kind = $6)
        AND ($7::text IS NULL OR o.authority = $7)
        AND (o.due_at, o.id) > ($8, $9) ORDER BY o.due_at, o.id LIMIT $12)
), noted AS (
    INSERT INTO audit (at, authority, role, who, deed, subject, detail)
    SELECT $13, $1, $14, $15, $16, $17,
           $18::text::jsonb || jsonb_build_object('shown', least($12 - 1, (SELECT count(*) FROM mine)))
)
SELECT o.id, o.request, o.kind, o.authority, o.due_at, o.detail ->> 'due_on' AS due_on,
       o.detail -> 'calculation' ->> 'zone' AS term_zone, r.number, r.state, r.requesting, r.holder, r.reference,
       r.submitted ->> 'purpose' AS purpose, r.submitted ->> 'handling' AS handling,
       r.snapshot -> 'holder' ->> 'name' AS holder_name
  FROM mine m JOIN obligation o ON o.id = m.id JOIN request r ON r.id = o.request
 ORDER BY o.due_at, o.id LIMIT $12
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for: each zone's span of due moments (`low` exclusive, `high` inclusive); None asks for all."""

    state: str
    zones: tuple[str, ...]
    lows: tuple[datetime, ...]
    highs: tuple[datetime, ...]
    kind: str | None
    authority: str | None
    after: tuple[datetime, str]
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One duty of a list with the request that it belongs to; `due_on` (ISO 8601) is a day of `term_zone`."""

    id: str
    request: UUID
    kind: str
    authority: str
    due_at: datetime
    due_on: str | None
    term_zone: str
    number: str
    state: str
    requesting: str
    holder: str
    reference: str
    purpose: str
    handling: str
    holder_name: str


async def page(conn: Connection, trace: Trace, wanted: Wanted) -> tuple[Line, ...]:
    """Return one page of the duties that the reader's authority owes or is owed, soonest due first; write it down."""
    rows = await conn.fetch(
        SELECT_BUCKET,
        trace.actor.authority,
        wanted.state,
        wanted.zones,
        wanted.lows,
        wanted.highs,
        wanted.kind,
        wanted.authority,
        *wanted.after,
        min(wanted.lows),
        max(wanted.highs),
        wanted.limit,
        *trace.columns,
    )
    return tuple(Line(**row) for row in rows)
