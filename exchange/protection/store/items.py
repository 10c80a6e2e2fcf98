"""Items as they stand, and their records: read, locked, listed. What is locked is opened by whoever holds the keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from exchange.store.database import Connection

NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""When whoever owes nothing owes it."""

FIRST: Final = (datetime(1900, 1, 1, tzinfo=UTC), UUID(int=0))
"""Before every item of a list."""

# The row that is returned is the one that was locked, as whoever held it before left it.
SELECT_LOCKED = "SELECT seq, head, snapshot FROM protection.item WHERE id = $1 FOR UPDATE"

SELECT_ITEM = "SELECT seq, head, snapshot FROM protection.item WHERE id = $1"

SELECT_ITEMS = "SELECT id, seq, head, snapshot FROM protection.item WHERE id = ANY($1) ORDER BY id"

SELECT_IDS = "SELECT id FROM protection.item WHERE id > $1 ORDER BY id LIMIT $2"

SELECT_RECORD = """
SELECT seq, act, author, at, recorded_at, jws, ruling, previous, digest FROM protection.record
 WHERE item = $1 AND seq <= $2 AND ($3::int[] IS NULL OR seq = ANY($3)) ORDER BY seq
"""

SELECT_PAGE = """
SELECT i.id, i.seq, i.head, i.snapshot, p.due_at
  FROM protection.participant p JOIN protection.item i ON i.id = p.item
 WHERE p.body = $1
   AND ($2::text IS NULL OR i.state = $2)
   AND ($3::text IS NULL OR CASE $3 WHEN 'made' THEN p.made WHEN 'held' THEN p.held
                                    WHEN 'awaiting' THEN p.awaiting ELSE p.asked END)
   AND p.due_at <= $4 AND (p.due_at, p.item) > ($5::timestamptz, $6::uuid)
 ORDER BY p.due_at, p.item LIMIT $7
"""

# Items of a Party's bodies, for the body that is competent for it.
SELECT_PAGE_OF_PARTIES = """
SELECT i.id, i.seq, i.head, i.snapshot, p.due_at
  FROM (SELECT q.item, min(q.due_at) AS due_at FROM protection.participant q WHERE q.party = ANY($1) GROUP BY q.item) p
  JOIN protection.item i ON i.id = p.item
 WHERE ($2::text IS NULL OR i.state = $2)
   AND p.due_at <= $3 AND (p.due_at, p.item) > ($4::timestamptz, $5::uuid)
 ORDER BY p.due_at, p.item LIMIT $6
"""


@dataclass(frozen=True, slots=True)
class Row:
    """An item's row: its latest sequence number, the digest of that entry, the snapshot locked."""

    id: UUID
    seq: int
    head: bytes
    snapshot: bytes


@dataclass(frozen=True, slots=True)
class Line(Row):
    """A row of a list, with when the reader soonest owes something."""

    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An entry as it is kept: its seal and what was ruled, both locked, and its place in the chain."""

    seq: int
    act: str
    author: str
    at: datetime
    recorded_at: datetime
    jws: bytes
    ruling: bytes
    previous: bytes
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is asked for; None asks for all. `box` is `made`, `held`, `awaiting` or `asked`."""

    state: str | None = None
    box: str | None = None
    due_by: datetime = NEVER
    after: tuple[datetime, UUID] = FIRST
    limit: int


async def lock(conn: Connection, item: UUID) -> Row | None:
    """Lock an item's row and load what stands then; None when it is not there."""
    row = await conn.fetchrow(SELECT_LOCKED, item)
    return None if row is None else Row(item, row["seq"], row["head"], row["snapshot"])


async def load(conn: Connection, item: UUID) -> Row | None:
    """Load an item as it stands; None when it is not there."""
    row = await conn.fetchrow(SELECT_ITEM, item)
    return None if row is None else Row(item, row["seq"], row["head"], row["snapshot"])


async def several(conn: Connection, items: Sequence[UUID]) -> tuple[Row, ...]:
    """Load those of the items that are there."""
    return tuple(Row(**row) for row in await conn.fetch(SELECT_ITEMS, list(items)))


async def ids(conn: Connection, after: UUID, limit: int) -> tuple[UUID, ...]:
    """Return the next items by id, for whoever proves them all."""
    return tuple(row["id"] for row in await conn.fetch(SELECT_IDS, after, limit))


async def record(conn: Connection, item: UUID, *, through: int, only: Sequence[int] | None = None) -> tuple[Kept, ...]:
    """Return the entries of an item up to a sequence number, or those of them that are named."""
    rows = await conn.fetch(SELECT_RECORD, item, through, None if only is None else list(only))
    return tuple(Kept(**row) for row in rows)


async def page(conn: Connection, body: str, wanted: Wanted) -> tuple[Line, ...]:
    """Return one page of the items that concern a body, soonest due first."""
    told = (wanted.state, wanted.box, wanted.due_by, *wanted.after, wanted.limit)
    return tuple(Line(**row) for row in await conn.fetch(SELECT_PAGE, body, *told))


async def page_of_parties(conn: Connection, parties: Sequence[str], wanted: Wanted) -> tuple[Line, ...]:
    """Return one page of the items that concern bodies of the Parties, soonest due first."""
    told = (wanted.state, wanted.due_by, *wanted.after, wanted.limit)
    return tuple(Line(**row) for row in await conn.fetch(SELECT_PAGE_OF_PARTIES, list(parties), *told))
