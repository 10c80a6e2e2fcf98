"""Work that falls due by itself, in any house: what the scheduler ticks, and what a moved clock stops for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

KEYS_KEPT: Final = timedelta(days=30)
"""For how long the answer to a call with an idempotency key is kept, in any house."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a pass got anything done; `trouble` names, without content, what it could not do."""

    did: bool
    trouble: str | None = None


class Work(Protocol):
    """One kind of work; passes may overlap, in any number of processes."""

    @property
    def name(self) -> str:
        """What it is called where its state is shown."""

    async def run(self, now: datetime) -> Outcome:
        """Work everything that is due by now."""

    async def next_at(self) -> datetime | None:
        """Return the soonest due moment, of what is claimed or already past too; None when nothing waits."""
