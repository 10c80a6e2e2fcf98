"""The record as it is kept: read for one request, or all of them to be proved."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from exchange.core.record import Sealed
from exchange.store.database import Connection

SELECT_RECORD = """
SELECT seq, act, author, at, recorded_at, jws, ruling, previous, digest
  FROM record WHERE request = $1 AND ($2::int IS NULL OR seq <= $2) ORDER BY seq
"""

SELECT_REQUESTS = "SELECT id FROM request WHERE id > $1 ORDER BY id LIMIT $2"

COUNT_REQUESTS = "SELECT count(*) FROM request"

SELECT_REGISTER_GAPS = """
SELECT authority, year, direction, max(number) AS last, count(*) AS given
  FROM register GROUP BY authority, year, direction HAVING max(number) <> count(*) OR min(number) <> 1
"""

SELECT_EVENT_GAPS = """
SELECT e.authority, c.event AS last, count(*) AS given
  FROM event e JOIN counter c ON c.authority = e.authority
 GROUP BY e.authority, c.event HAVING count(*) <> c.event OR max(e.number) <> c.event
"""


async def entries(conn: Connection, request: UUID, *, through: int | None) -> tuple[Sealed, ...]:
    """Return the entries of a request up to a sequence number (None: all), in order."""
    return tuple(_sealed(row) for row in await conn.fetch(SELECT_RECORD, request, through))


async def count(conn: Connection) -> int:
    """Return how many requests there are."""
    number: int = await conn.fetchval(COUNT_REQUESTS)
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
    rows = await conn.fetch(SELECT_REGISTER_GAPS)
    return tuple(
        f"{row['authority']} {row['year']} {row['direction']}: {row['given']} of {row['last']}" for row in rows
    )


async def event_gaps(conn: Connection) -> tuple[str, ...]:
    """Name the authorities in whose feed an event is missing."""
    rows = await conn.fetch(SELECT_EVENT_GAPS)
    return tuple(f"{row['authority']}: {row['given']} of {row['last']}" for row in rows)


def _sealed(row: Record) -> Sealed:
    """Read an entry from its row."""
    values: dict[str, str | int | bytes | datetime] = dict(row)
    return Sealed(**values)  # type: ignore[arg-type]  # the columns are the fields
