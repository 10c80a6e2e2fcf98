"""Requests: locked and loaded, and listed by what falls due first."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from asyncpg import Record
from pydantic import TypeAdapter

from exchange.core.request import Request
from exchange.store.audit import Trace
from exchange.store.database import Connection

REQUEST = TypeAdapter(Request)

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The due moment of what has none: it sorts last."""

SELECT_LOCKED = "SELECT document, head FROM lock_request($1, $2)"

SELECT_ONE = "SELECT request_document(r) AS document, r.head FROM request r WHERE r.id = $1"

SELECT_FOR = """
SELECT CASE WHEN p.former IS NULL THEN request_document(r)
            ELSE (p.former -> 'snapshot' || jsonb_build_object(
                'submitted', r.submitted, 'obligations', p.former -> 'obligations'))::text END AS document,
       coalesce(decode(p.former ->> 'head', 'hex'), r.head) AS head
  FROM request r JOIN participant p ON p.request = r.id
 WHERE r.id = $1 AND p.authority = $2
"""

# What is shown is written down in the statement that reads it: no trace, no read, and no round trip more.
SELECT_SHOWN = """
WITH seen AS MATERIALIZED (
    SELECT CASE WHEN p.former IS NULL THEN request_document(r)
                ELSE (p.former -> 'snapshot' || jsonb_build_object(
                    'submitted', r.submitted, 'obligations', p.former -> 'obligations'))::text END AS document,
           coalesce(decode(p.former ->> 'head', 'hex'), r.head) AS head
      FROM request r JOIN participant p ON p.request = r.id
     WHERE r.id = $1 AND p.authority = $2
), noted AS (
    INSERT INTO audit (at, authority, role, who, deed, request, subject, detail)
    SELECT $3, $2, $4, $5, $6, $1, $7, $8::text::jsonb FROM seen
)
SELECT document, head FROM seen
"""

# The page is cut out of the index before anything else is looked at. Conditions on the request's words stand in a
# statement of their own: here they would let the planner, which does not see the arguments, expect so few lines that
# it reads and sorts all of the authority's. Who lists reads words of cases, so that is written down, too.
SELECT_PAGE = """
WITH page AS (
    SELECT authority, request, box, state, urgent, received_number, due_at, due_on, due_kind, suspended, former
      FROM participant
     WHERE authority = $1
       AND ($2::text IS NULL OR box = $2)
       AND ($3::text IS NULL OR state = $3)
       AND ($4::boolean IS NULL OR urgent = $4)
       AND ($5::boolean IS NULL OR suspended = $5)
       AND due_at <= $6
       AND (due_at, request) > ($7::timestamptz, $8::uuid)
       AND ($9::text[] IS NULL OR EXISTS (
            SELECT FROM unnest($9::text[], $10::timestamptz[], $11::timestamptz[]) AS b(zone, low, high)
             WHERE b.zone = due_zone AND due_at > b.low AND due_at <= b.high))
     ORDER BY due_at, request
     LIMIT $12
), noted AS (
    INSERT INTO audit (at, authority, role, who, deed, subject, detail)
    SELECT $13, $1, $14, $15, $16, $17,
           $18::text::jsonb || jsonb_build_object('shown', least($12 - 1, (SELECT count(*) FROM page)))
)
SELECT r.id, r.number, p.received_number, p.box, p.state, p.urgent, p.due_at, p.due_on, p.due_kind, p.suspended,
       p.former IS NOT NULL AS former,
       r.requesting, r.submitted ->> 'requested_authority' AS requested,
       coalesce(p.former -> 'snapshot' -> 'holder' ->> 'code', r.holder) AS holder,
       coalesce(p.former -> 'snapshot', r.snapshot) -> 'holder' ->> 'name' AS holder_name, r.reference,
       r.submitted ->> 'purpose' AS purpose, r.submitted ->> 'handling' AS handling,
       r.snapshot ->> 'submitted_at' AS submitted_at
  FROM page p JOIN request r ON r.id = p.request
 ORDER BY p.due_at, p.request
"""

SELECT_FOUND = """
WITH found AS MATERIALIZED (
    SELECT r.id, r.number, p.received_number, p.box, p.state, p.urgent, p.due_at, p.due_on, p.due_kind, p.suspended,
           p.former IS NOT NULL AS former,
           r.requesting, r.submitted ->> 'requested_authority' AS requested,
           coalesce(p.former -> 'snapshot' -> 'holder' ->> 'code', r.holder) AS holder,
           coalesce(p.former -> 'snapshot', r.snapshot) -> 'holder' ->> 'name' AS holder_name, r.reference,
           r.submitted ->> 'purpose' AS purpose, r.submitted ->> 'handling' AS handling,
           r.snapshot ->> 'submitted_at' AS submitted_at
      FROM participant p JOIN request r ON r.id = p.request
     WHERE p.authority = $1
       AND ($2::text IS NULL OR p.box = $2)
       AND ($3::text IS NULL OR p.state = $3)
       AND ($4::boolean IS NULL OR p.urgent = $4)
       AND ($5::boolean IS NULL OR p.suspended = $5)
       AND p.due_at <= $6
       AND (p.due_at, p.request) > ($7::timestamptz, $8::uuid)
       AND ($9::text[] IS NULL OR EXISTS (
            SELECT FROM unnest($9::text[], $10::timestamptz[], $11::timestamptz[]) AS b(zone, low, high)
             WHERE b.zone = p.due_zone AND p.due_at > b.low AND p.due_at <= b.high))
       AND (r.number = $19 OR p.received_number = $19 OR r.reference = $19
            OR r.words @@ websearch_to_tsquery('russian', $19))
     ORDER BY p.due_at, p.request
     LIMIT $12
), noted AS (
    INSERT INTO audit (at, authority, role, who, deed, subject, detail)
    SELECT $13, $1, $14, $15, $16, $17,
           $18::text::jsonb || jsonb_build_object('shown', least($12 - 1, (SELECT count(*) FROM found)))
)
SELECT id, number, received_number, box, state, urgent, due_at, due_on, due_kind, suspended, former, requesting,
       requested, holder, holder_name, reference, purpose, handling, submitted_at
  FROM found ORDER BY due_at, id
"""

LAST = UUID(int=2**128 - 1)
"""After every request that falls due at one moment."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A request with the digest of its last entry."""

    request: Request
    head: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The span of due moments asked for: overall, and each zone's own; `low` exclusive, `high` inclusive."""

    low: datetime
    high: datetime
    zones: tuple[str, ...] | None = None
    lows: tuple[datetime, ...] = ()
    highs: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list of requests is asked for; None asks for all."""

    box: str | None = None
    state: str | None = None
    urgent: bool | None = None
    words: str | None = None
    suspended: bool | None = None
    bounds: Bounds
    after: tuple[datetime, UUID]
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One request of a list."""

    id: UUID
    number: str
    received_number: str | None
    box: str
    state: str
    urgent: bool
    due_at: datetime
    due_on: date | None
    due_kind: str | None
    suspended: bool
    former: bool
    requesting: str
    requested: str
    holder: str
    holder_name: str
    reference: str
    purpose: str
    handling: str
    submitted_at: str


async def lock(conn: Connection, request: UUID, *, skip_locked: bool = False) -> Loaded | None:
    """Lock a request's row and load what stands then; None when it is not there, or locked and to be skipped."""
    return loaded(await conn.fetchrow(SELECT_LOCKED, request, skip_locked))


async def load(conn: Connection, request: UUID) -> Loaded | None:
    """Load a request as it stands, for whoever proves or reminds; None when it is not there."""
    return loaded(await conn.fetchrow(SELECT_ONE, request))


async def load_for(conn: Connection, request: UUID, authority: str) -> Loaded | None:
    """Load a request as an authority may see it, a former holder as it was at its redirect; None if it may not."""
    return loaded(await conn.fetchrow(SELECT_FOR, request, authority))


async def show_to(conn: Connection, request: UUID, trace: Trace) -> Loaded | None:
    """Load a request for somebody who is shown it, as `load_for` does, and write that down; None if it may not."""
    return loaded(await conn.fetchrow(SELECT_SHOWN, request, trace.actor.authority, *trace.columns))


async def page(conn: Connection, trace: Trace, wanted: Wanted) -> tuple[Line, ...]:
    """Return one page of the requests of the reader's authority, soonest due first, and write the reading down."""
    bounds = wanted.bounds
    arguments = (
        trace.actor.authority,
        wanted.box,
        wanted.state,
        wanted.urgent,
        wanted.suspended,
        bounds.high,
        *max(wanted.after, (bounds.low, LAST)),
        bounds.zones,
        bounds.lows,
        bounds.highs,
        wanted.limit,
        *trace.columns,
    )
    if wanted.words is None:
        rows = await conn.fetch(SELECT_PAGE, *arguments)
    else:
        rows = await conn.fetch(SELECT_FOUND, *arguments, wanted.words)
    return tuple(Line(**row) for row in rows)


def loaded(row: Record | None) -> Loaded | None:
    """Read a request from its document, if there is one."""
    return None if row is None else of_row(row)


def of_row(row: Record) -> Loaded:
    """Read a request from its document."""
    return Loaded(REQUEST.validate_json(row["document"]), row["head"])
