"""How the scheduler's jobs fare, for every process to see; its instants are real time."""

from dataclasses import dataclass
from datetime import datetime

from exchange.store.database import Connection

INSERT_STATE = """
INSERT INTO job (name, last_success, failures, last_failure, last_error, next_try_at)
VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (name) DO UPDATE
   SET last_success = coalesce(excluded.last_success, job.last_success), failures = excluded.failures,
       last_failure = coalesce(excluded.last_failure, job.last_failure), last_error = excluded.last_error,
       next_try_at = excluded.next_try_at
"""

SELECT_STATES = """
SELECT name, last_success, failures, last_failure, last_error, next_try_at FROM job ORDER BY name
"""


@dataclass(frozen=True, slots=True)
class JobState:
    """How a job fares: `failures` in a row (0: well), and when a failing one is tried again."""

    name: str
    last_success: datetime | None = None
    failures: int = 0
    last_failure: datetime | None = None
    last_error: str | None = None
    next_try_at: datetime | None = None


async def record(conn: Connection, state: JobState) -> None:
    """Write down how a job fares."""
    await conn.execute(
        INSERT_STATE,
        state.name,
        state.last_success,
        state.failures,
        state.last_failure,
        state.last_error,
        state.next_try_at,
    )


async def states(conn: Connection) -> tuple[JobState, ...]:
    """Return how each job fares that ever ran."""
    return tuple(JobState(**row) for row in await conn.fetch(SELECT_STATES))
