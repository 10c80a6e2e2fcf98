"""The jobs that are ticked, and how often."""

from dataclasses import dataclass
from typing import Final

from exchange.files import Store
from exchange.service.database import Database
from exchange.service.outbox import Post
from exchange.service.readings import Readings
from exchange.service.sweeping import Sweep
from exchange.service.work import Deliver, Purge, Remind, Turn
from exchange.work import Work

REMINDERS_EVERY: Final = 2.0
OUTBOX_EVERY: Final = 1.0
PURGE_EVERY: Final = 60.0
REGISTRY_EVERY: Final = 5.0
FILES_EVERY: Final = 60.0


@dataclass(frozen=True, slots=True)
class Job:
    """Some work and the seconds between two looks at it."""

    work: Work
    every: float


def jobs(db: Database, readings: Readings, post: Post, files: Store) -> tuple[Job, ...]:
    """Return the jobs of a node."""
    return (
        Job(Remind(db, readings), REMINDERS_EVERY),
        Job(Deliver(db, post), OUTBOX_EVERY),
        Job(Turn(db), REGISTRY_EVERY),
        Job(Purge(db), PURGE_EVERY),
        Job(Sweep(db, files), FILES_EVERY),
    )
