"""Whether the node can serve, part by part; and the figures that operators watch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from exchange.core.errors import NodeError
from exchange.store import health, jobs, migrate, outbox
from exchange.store.database import Connection
from exchange.store.jobs import JobState

LATELY: Final = timedelta(days=1)
"""For how long a notice that reached nobody (its address is missing or refused) troubles the mail."""

SILENCE: Final = timedelta(minutes=5)
"""After how long (real time) without any success the scheduler counts as standing still."""


class Part(StrEnum):
    """How one part of the node is."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"
    NOT_SEEN = "not_seen"
    OFF = "off"
    """Nobody said over what it goes: nothing of it works."""
    SEALED = "sealed"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits: notices to be sent, and duties past their due moment; `undeliverable` reached nobody lately."""

    notices: int
    undeliverable: int
    overdue: int


async def parts(conn: Connection, real: datetime, *, mails: bool) -> Mapping[str, Part]:
    """Return each part's state; only the database and its migrations keep the node from serving.

    `mails` tells whether there is a relay to send over.
    """
    try:
        pending = await migrate.pending(conn)
    except NodeError:
        return {"database": Part.OK, "migrations": Part.DOWN}
    if pending:
        return {"database": Part.OK, "migrations": Part.DOWN}
    states, sending = await jobs.states(conn), await outbox.trouble(conn, real - LATELY)
    return {
        "database": Part.OK,
        "migrations": Part.OK,
        "scheduler": _scheduler(states, real),
        "mail": Part.OFF if not mails else Part.DEGRADED if sending.failing or sending.dropped else Part.OK,
    }


def _scheduler(states: Sequence[JobState], real: datetime) -> Part:
    """Judge the scheduler by its jobs: standing still when none of them worked lately, troubled when one fails."""
    successes = [state.last_success for state in states if state.last_success is not None]
    if not successes or real - max(successes) > SILENCE:
        return Part.NOT_SEEN
    return Part.DEGRADED if any(state.failures for state in states) else Part.OK


async def waiting(conn: Connection, now: datetime) -> Waiting:
    """Count what waits."""
    sending = await outbox.trouble(conn, now - LATELY)
    return Waiting(sending.waiting, sending.dropped, await health.overdue(conn, now))


async def last_successes(conn: Connection) -> tuple[tuple[str, datetime | None], ...]:
    """Return when each job last did its work (real time)."""
    return tuple((job.name, job.last_success) for job in await jobs.states(conn))
