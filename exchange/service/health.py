"""Whether the node can serve, part by part; and the figures that operators watch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from exchange.core.errors import NodeError
from exchange.store import health, migrate, outbox
from exchange.store.database import Connection

SILENCE: Final = timedelta(minutes=5)
"""After how long (real time) without a success a job counts as standing still."""


class Part(StrEnum):
    """How one part of the node is."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"
    NOT_SEEN = "not_seen"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits: notices to be sent, and duties past their due moment."""

    notices: int
    overdue: int


async def parts(conn: Connection) -> Mapping[str, Part]:
    """Return each part's state; only the database and its migrations keep the node from serving."""
    try:
        pending = await migrate.pending(conn)
    except NodeError:
        return {"database": Part.OK, "migrations": Part.DOWN}
    if pending:
        return {"database": Part.OK, "migrations": Part.DOWN}
    jobs = await health.jobs(conn)
    troubled = any(job.last_success is None or job.now - job.last_success > SILENCE for job in jobs)
    sending = await outbox.trouble(conn)
    return {
        "database": Part.OK,
        "migrations": Part.OK,
        "scheduler": Part.NOT_SEEN if not jobs else Part.DEGRADED if troubled else Part.OK,
        "mail": Part.DEGRADED if sending.failing else Part.OK,
    }


async def waiting(conn: Connection, now: datetime) -> Waiting:
    """Count what waits."""
    return Waiting((await outbox.trouble(conn)).waiting, await health.overdue(conn, now))


async def last_successes(conn: Connection) -> tuple[tuple[str, datetime | None], ...]:
    """Return when each job last did its work (real time)."""
    return tuple((job.name, job.last_success) for job in await health.jobs(conn))
