"""The audit trail: who saw, took out, or changed what; it can only grow."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from exchange.core.access import Actor
from exchange.store.database import Connection
from schemas.vocabulary import Deed

INSERT_DEED = """
INSERT INTO audit (at, authority, role, who, deed, request, subject, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb) RETURNING id
"""

# A refusal is written down at most so many times a minute for each person or program; the last one says that more may
# have followed.
INSERT_DENIED = """
WITH lately AS (
    SELECT count(*) AS number FROM (
        SELECT FROM audit
         WHERE authority = $2 AND deed = $5 AND at > $1::timestamptz - interval '1 minute' AND who = $4 LIMIT $9
    ) AS denied
)
INSERT INTO audit (at, authority, role, who, deed, request, subject, detail)
SELECT $1, $2, $3, $4, $5, $6, $7,
       $8::text::jsonb || CASE WHEN number = $9 - 1 THEN '{"more": true}'::jsonb ELSE '{}' END
  FROM lately WHERE number < $9
"""

# A search is itself written down, in the statement that answers it. The number of a request is told only to an
# authority that may see it: the trail also names what was refused.
FOUND = """     ORDER BY at DESC, id DESC LIMIT $5
), noted AS (
    INSERT INTO audit (at, authority, role, who, deed, subject, detail)
    SELECT $6, $1, $7, $8, $9, $10,
           $11::text::jsonb || jsonb_build_object('shown', least($5 - 1, (SELECT count(*) FROM found)))
)
SELECT f.id, f.at, f.role, f.who, f.deed, f.request, f.subject, f.detail::text AS detail, r.number
  FROM found f LEFT JOIN participant p ON p.authority = $1 AND p.request = f.request
       LEFT JOIN request r ON r.id = p.request
 ORDER BY f.at DESC, f.id DESC
"""

# Each search has an index of its own, which one statement for all of them would not let the planner see.
SELECT_ALL = (
    """
WITH found AS MATERIALIZED (
    SELECT id, at, role, who, deed, request, subject, detail FROM audit
     WHERE authority = $1 AND (at, id) < ($2, $3) AND at >= $4
"""  # noqa: S608 - two constants of ours
    + FOUND
)

SELECT_OF_DEED = (
    """
WITH found AS MATERIALIZED (
    SELECT id, at, role, who, deed, request, subject, detail FROM audit
     WHERE authority = $1 AND deed = $12 AND (at, id) < ($2, $3) AND at >= $4
"""  # noqa: S608 - two constants of ours
    + FOUND
)

SELECT_OF_WHO = (
    """
WITH found AS MATERIALIZED (
    SELECT id, at, role, who, deed, request, subject, detail FROM audit
     WHERE authority = $1 AND who = $12 AND ($13::text IS NULL OR deed = $13) AND (at, id) < ($2, $3) AND at >= $4
"""  # noqa: S608 - two constants of ours
    + FOUND
)

SELECT_OF_REQUEST = (
    """
WITH found AS MATERIALIZED (
    SELECT id, at, role, who, deed, request, subject, detail FROM audit
     WHERE authority = $1 AND request = $12 AND ($13::text IS NULL OR deed = $13) AND ($14::text IS NULL OR who = $14)
       AND (at, id) < ($2, $3) AND at >= $4
"""  # noqa: S608 - two constants of ours
    + FOUND
)

SELECT_EXPORT = """
SELECT id, at, role, who, deed, request, subject, detail::text AS detail, NULL::text AS number FROM audit
 WHERE authority = $1 AND (at, id) > ($2, $3) AND at < $4 AND id < $5 ORDER BY at, id LIMIT $6
"""

INSERT_STRANGER = """
INSERT INTO audit (at, who, deed, subject, detail) VALUES ($1, '', $2, '', $3::text::jsonb)
"""


async def add_stranger(conn: Connection, deed: Deed, at: datetime, detail: Mapping[str, object]) -> None:
    """Write down a deed of somebody of whom nothing is known."""
    await conn.execute(INSERT_STRANGER, at, deed, json.dumps(dict(detail), ensure_ascii=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A deed that is written down with what it tells of: whose it was, and what it was done to.

    `detail` is what else an auditor wants to know: never case content, never a secret.
    """

    actor: Actor
    deed: Deed
    at: datetime
    subject: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[datetime, str, str, str, str, str]:
        """What a statement that reads writes beside: at, role, who, deed, subject, detail."""
        actor = self.actor
        return self.at, actor.role, actor.who, self.deed, self.subject, _told(self.detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the trail is searched for; None asks for all. `before` is where the last page ended, `since` inclusive."""

    deed: str | None = None
    who: str | None = None
    request: UUID | None = None
    since: datetime
    before: tuple[datetime, int]
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One deed as it is kept; `number` is the request's, where the authority may see it."""

    id: int
    at: datetime
    role: str
    who: str
    deed: str
    request: UUID | None
    subject: str
    detail: Mapping[str, Any]
    number: str | None


async def add(conn: Connection, trace: Trace, request: UUID | None = None) -> int:
    """Write one deed down, in the caller's transaction; return its place."""
    actor = trace.actor
    told = _told(trace.detail)
    place: int = await conn.fetchval(
        INSERT_DEED, trace.at, actor.authority, actor.role, actor.who, trace.deed, request, trace.subject, told
    )
    return place


async def add_denied(conn: Connection, trace: Trace, request: UUID | None, *, a_minute: int) -> None:
    """Write a refusal down, unless so many of the same caller's stand there since a minute ago."""
    actor, told = trace.actor, _told(trace.detail)
    named = (trace.at, actor.authority, actor.role, actor.who, trace.deed, request, trace.subject, told)
    await conn.execute(INSERT_DENIED, *named, a_minute)


async def page(conn: Connection, trace: Trace, wanted: Wanted) -> tuple[Kept, ...]:
    """Return one page of the trail of the searcher's authority, newest first, and write the search down."""
    begin = (trace.actor.authority, *wanted.before, wanted.since, wanted.limit, *trace.columns)
    if wanted.request is not None:
        rows = await conn.fetch(SELECT_OF_REQUEST, *begin, wanted.request, wanted.deed, wanted.who)
    elif wanted.who is not None:
        rows = await conn.fetch(SELECT_OF_WHO, *begin, wanted.who, wanted.deed)
    elif wanted.deed is not None:
        rows = await conn.fetch(SELECT_OF_DEED, *begin, wanted.deed)
    else:
        rows = await conn.fetch(SELECT_ALL, *begin)
    return tuple(_kept(row) for row in rows)


async def following(
    conn: Connection, authority: str, after: tuple[datetime, int], until: datetime, below: int, limit: int
) -> tuple[Kept, ...]:
    """Return the deeds of an authority that follow a place, oldest first, up to an instant and a place, both out."""
    return tuple(_kept(row) for row in await conn.fetch(SELECT_EXPORT, authority, *after, until, below, limit))


def _told(detail: Mapping[str, object]) -> str:
    return json.dumps(dict(detail), ensure_ascii=False) if detail else "{}"


def _kept(row: Record) -> Kept:
    return Kept(**{**row, "detail": json.loads(row["detail"])})
