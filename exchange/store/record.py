"""The record as it is kept: read for one request, whole or a page of it, or all of them to be proved."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from exchange.core.record import Sealed
from exchange.store.database import Connection

SELECT_RECORD = """
SELECT seq, act, author, at, recorded_at, jws, ruling, previous, digest
  FROM record WHERE request = $1 AND ($2::int IS NULL OR seq <= $2) ORDER BY seq
"""

# A record has no gaps, so that a page is a span of it. Lengths are read without the texts: what bytes leave out is
# not fetched.
SELECT_FOLLOWING = """
SELECT seq, act, author, at, recorded_at, jws, ruling, previous, digest
  FROM (
    SELECT seq, act, author, at, recorded_at, jws, ruling, previous, digest,
           row_number() OVER page AS place, sum(octet_length(jws)) OVER page AS bytes
      FROM record WHERE request = $1 AND seq > $2 AND seq <= $3
    WINDOW page AS (ORDER BY seq)
  ) AS entry
 WHERE place = 1 OR bytes <= $4 ORDER BY seq
"""

SELECT_LATEST = """
SELECT seq, act, author, at, recorded_at, jws, ruling, previous, digest
  FROM (
    SELECT seq, act, author, at, recorded_at, jws, ruling, previous, digest,
           row_number() OVER page AS place, sum(octet_length(jws)) OVER page AS bytes
      FROM record WHERE request = $1 AND seq >= $2 AND seq < $3
    WINDOW page AS (ORDER BY seq DESC)
  ) AS entry
 WHERE place = 1 OR bytes <= $4 ORDER BY seq DESC
"""

SELECT_FIRST = """
SELECT seq, act, author, at, recorded_at, jws, ruling, previous, digest
  FROM record WHERE request = $1 AND act = $2 AND seq <= $3 ORDER BY seq LIMIT 1
"""

SELECT_REQUESTS = "SELECT id FROM request WHERE id > $1 ORDER BY id LIMIT $2"

COUNT_REQUESTS = "SELECT count(*) FROM request"

# A register holds every number from 1 to its last one, and its counter stands at the last one of the last year.
SELECT_REGISTER_GAPS = """
WITH kept AS (
    SELECT authority, year, direction, min(number) AS first, max(number) AS last, count(*) AS given
      FROM register GROUP BY authority, year, direction
), counted AS (
    SELECT authority, out_year AS year, 'out' AS direction, out_number AS last FROM counter
    UNION ALL
    SELECT authority, in_year, 'in', in_number FROM counter
)
SELECT coalesce(k.authority, c.authority) AS authority, coalesce(k.year, c.year) AS year,
       coalesce(k.direction, c.direction) AS direction, greatest(k.last, c.last) AS last, coalesce(k.given, 0) AS given
  FROM kept k FULL JOIN counted c ON (c.authority, c.year, c.direction) = (k.authority, k.year, k.direction)
 WHERE k.first <> 1 OR k.last <> k.given OR coalesce(k.last, 0) <> c.last
    OR c.last IS NULL AND k.year >= coalesce((SELECT max(l.year) FROM counted l
        WHERE (l.authority, l.direction) = (k.authority, k.direction)), 0)
 ORDER BY 1, 2, 3
"""

SELECT_EVENT_GAPS = """
WITH kept AS (
    SELECT authority, min(number) AS first, max(number) AS last, count(*) AS given FROM event GROUP BY authority
)
SELECT coalesce(c.authority, k.authority) AS authority, greatest(c.event, k.last) AS last,
       coalesce(k.given, 0) AS given
  FROM counter c FULL JOIN kept k ON k.authority = c.authority
 WHERE coalesce(k.first, 1) <> 1 OR coalesce(k.last, 0) <> coalesce(c.event, 0)
    OR coalesce(k.given, 0) <> coalesce(c.event, 0)
 ORDER BY 1
"""

MOST_BYTES: Final = 1024 * 1024
"""Where a page of a record ends: bytes of its signed acts. An answer has them signed and in words: 7/4 as much."""

WHOLE_TABLE_SECONDS: Final = 3600.0
"""How long the database may count or sort a whole table."""


async def entries(conn: Connection, request: UUID, *, through: int | None) -> tuple[Sealed, ...]:
    """Return the entries of a request up to a sequence number (None: all), in order."""
    return tuple(_sealed(row) for row in await conn.fetch(SELECT_RECORD, request, through))


async def following(conn: Connection, request: UUID, *, after: int, through: int, limit: int) -> tuple[Sealed, ...]:
    """Return the entries after one, in order: at most so many, and after the first only as many as MOST_BYTES hold."""
    rows = await conn.fetch(SELECT_FOLLOWING, request, after, min(through, after + limit), MOST_BYTES)
    return tuple(_sealed(row) for row in rows)


async def latest(conn: Connection, request: UUID, *, before: int, limit: int) -> tuple[Sealed, ...]:
    """Return the last entries before one, the latest first: as many as of those that follow."""
    rows = await conn.fetch(SELECT_LATEST, request, before - limit, before, MOST_BYTES)
    return tuple(_sealed(row) for row in rows)


async def first(conn: Connection, request: UUID, act: str, *, through: int) -> Sealed | None:
    """Return the first entry of an act, None where there is none."""
    row = await conn.fetchrow(SELECT_FIRST, request, act, through)
    return None if row is None else _sealed(row)


async def count(conn: Connection) -> int:
    """Return how many requests there are."""
    number: int = await conn.fetchval(COUNT_REQUESTS, timeout=WHOLE_TABLE_SECONDS)
    return number


async def each_request(conn: Connection, batch: int = 500) -> AsyncIterator[UUID]:
    """Yield the id of every request, a batch at a time."""
    last = UUID(int=0)
    while rows := await conn.fetch(SELECT_REQUESTS, last, batch):
        for row in rows:
            yield row["id"]
        last = rows[-1]["id"]


async def register_gaps(conn: Connection) -> tuple[str, ...]:
    """Name the registers in which a number is missing."""
    rows = await conn.fetch(SELECT_REGISTER_GAPS, timeout=WHOLE_TABLE_SECONDS)
    return tuple(
        f"{row['authority']} {row['year']} {row['direction']}: {row['given']} of {row['last']}" for row in rows
    )


async def event_gaps(conn: Connection) -> tuple[str, ...]:
    """Name the authorities in whose feed an event is missing."""
    rows = await conn.fetch(SELECT_EVENT_GAPS, timeout=WHOLE_TABLE_SECONDS)
    return tuple(f"{row['authority']}: {row['given']} of {row['last']}" for row in rows)


def _sealed(row: Record) -> Sealed:
    """Read an entry from its row."""
    values: dict[str, str | int | bytes | datetime] = dict(row)
    return Sealed(**values)  # type: ignore[arg-type]  # the columns are the fields
