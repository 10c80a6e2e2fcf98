"""Each authority's event feed: gapless and in order."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exchange.store.database import Connection

SELECT_AFTER = """
SELECT number, request, seq, act, author, at, state
  FROM event WHERE authority = $1 AND number > $2 ORDER BY number LIMIT $3
"""

SELECT_LAST = "SELECT event FROM counter WHERE authority = $1"


@dataclass(frozen=True, slots=True)
class Event:
    """One act in an authority's feed."""

    number: int
    request: UUID
    seq: int
    act: str
    author: str
    at: datetime
    state: str


async def after(conn: Connection, authority: str, number: int, limit: int) -> tuple[Event, ...]:
    """Return the events that follow a number."""
    return tuple(Event(**row) for row in await conn.fetch(SELECT_AFTER, authority, number, limit))


async def last(conn: Connection, authority: str) -> int:
    """Return the number of an authority's last event, 0 before the first."""
    return await conn.fetchval(SELECT_LAST, authority) or 0
