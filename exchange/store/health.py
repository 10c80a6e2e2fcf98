"""What operators watch: how the jobs fare, what waits, and which migrations stand."""

from dataclasses import dataclass
from datetime import datetime

from exchange.store.database import Connection

SELECT_JOBS = "SELECT name, last_success, failures, last_failure, now() AS now FROM job ORDER BY name"

COUNT_OVERDUE = "SELECT count(*) FROM obligation WHERE state = 'running' AND due_at <= $1"


@dataclass(frozen=True, slots=True)
class Job:
    """How a job fares, and the database's time at which that was read."""

    name: str
    last_success: datetime | None
    failures: int
    last_failure: datetime | None
    now: datetime


async def jobs(conn: Connection) -> tuple[Job, ...]:
    """Return how each job that ever ran fares."""
    return tuple(Job(**row) for row in await conn.fetch(SELECT_JOBS))


async def overdue(conn: Connection, now: datetime) -> int:
    """Count the running duties that are past their due moment."""
    number: int = await conn.fetchval(COUNT_OVERDUE, now)
    return number
