"""Work of the open exchange that falls due by itself."""

from dataclasses import dataclass, field
from datetime import datetime

from exchange.service import notices_of_parties
from exchange.service.database import Database
from exchange.service.outbox import Post, deliver_due
from exchange.service.readings import Readings
from exchange.service.reminders import remind_due
from exchange.store import idempotency, outbox, reminders
from exchange.work import KEYS_KEPT, Outcome


@dataclass(frozen=True, slots=True)
class Remind:
    """Telling debtors of the steps that have come."""

    db: Database = field(repr=False)
    readings: Readings = field(repr=False)
    name: str = "reminders"

    async def run(self, now: datetime) -> Outcome:
        """Tell of every step that has come."""
        return Outcome(did=await remind_due(self.db, self.readings, now) > 0)

    async def next_at(self) -> datetime | None:
        """Return the moment of the next step."""
        async with self.db.connection() as conn:
            return await reminders.soonest(conn)


@dataclass(frozen=True, slots=True)
class Deliver:
    """Sending what the outbox holds."""

    db: Database = field(repr=False)
    post: Post = field(repr=False)
    name: str = "outbox"

    async def run(self, now: datetime) -> Outcome:
        """Send every notice that is due."""
        delivery = await deliver_due(self.db, self.post, now)
        return Outcome(delivery.sent > 0, delivery.trouble)

    async def next_at(self) -> datetime | None:
        """Return when the next notice is due."""
        async with self.db.connection() as conn:
            return await outbox.soonest(conn)


@dataclass(frozen=True, slots=True)
class Turn:
    """Letting the entries of the registry stand whose day has begun."""

    db: Database = field(repr=False)
    name: str = "registry"

    async def run(self, now: datetime) -> Outcome:
        """Let every entry stand whose day has begun."""
        async with self.db.transaction() as conn:
            return Outcome(did=await notices_of_parties.turn(conn, now) > 0)

    async def next_at(self) -> datetime | None:
        """Return when the next entry's day begins."""
        async with self.db.connection() as conn:
            return await notices_of_parties.next_turn(conn)


@dataclass(frozen=True, slots=True)
class Purge:
    """Forgetting the answers to calls whose idempotency keys have had their time."""

    db: Database = field(repr=False)
    name: str = "idempotency"

    async def run(self, now: datetime) -> Outcome:
        """Forget what is older than the keys are kept."""
        async with self.db.transaction() as conn:
            await idempotency.purge(conn, now - KEYS_KEPT)
        return Outcome(did=False)

    async def next_at(self) -> datetime | None:
        """Return None: nobody waits for it."""
        return None
