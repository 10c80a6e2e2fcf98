"""What waits for a body now: by the open dashboard's buckets, counted in the body's local days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from exchange.core.deadlines import local_day, start_of_day
from exchange.protection.store import waiting as store
from exchange.protection.store.waiting import Owed
from exchange.store.database import Connection
from schemas.vocabulary import DueBucket

BUCKETS: Final = (DueBucket.OVERDUE, DueBucket.TODAY, DueBucket.THREE_DAYS, DueBucket.SEVEN_DAYS, DueBucket.LATER)
"""Those of the open dashboard; terms about protected items are never suspended."""

LONG_AGO: Final = datetime(1900, 1, 1, tzinfo=UTC)
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many duties run in each bucket, how many arrivals are to be confirmed, how many consents are asked.

    `visits` are those it takes part in that wait for their answer.
    """

    buckets: Mapping[DueBucket, int]
    awaiting: int
    asked: int
    visits: int


async def waiting(conn: Connection, body: str, zone: str, now: datetime) -> Waiting:
    """Count what waits for a body."""
    counts = await store.counts(conn, body, _bounds(zone, now))
    return Waiting(dict(zip(BUCKETS, counts.buckets, strict=True)), counts.awaiting, counts.asked, counts.visits)


async def owed(
    conn: Connection, body: str, zone: str, now: datetime, bucket: DueBucket | None, limit: int
) -> tuple[Owed, ...]:
    """Return a body's running duties, of one bucket or all, soonest due first."""
    bounds = _bounds(zone, now)
    if bucket is None:
        return await store.owed(conn, body, bounds[0], bounds[-1], limit)
    place = BUCKETS.index(bucket)
    return await store.owed(conn, body, bounds[place], bounds[place + 1], limit)


def _bounds(zone: str, now: datetime) -> tuple[datetime, ...]:
    """Return the instants between buckets: a due moment is the first that is too late, so midnights belong before."""
    today = local_day(now, zone)
    ends = (start_of_day(today + timedelta(days=days), zone) for days in (1, 4, 8))
    return (LONG_AGO, now, *ends, NEVER)
