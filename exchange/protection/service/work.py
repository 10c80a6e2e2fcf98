"""Work of the module that falls due by itself, for the scheduler and for a moved clock."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from exchange.delivery.sending import Post
from exchange.protection.module import Module
from exchange.protection.service.outbox import deliver_due
from exchange.protection.service.reminders import remind_due
from exchange.protection.service.renewing import Round, begin
from exchange.protection.store import idempotency, outbox, reminders
from exchange.work import KEYS_KEPT, Outcome, Work

REMINDERS_EVERY: Final = 2.0
OUTBOX_EVERY: Final = 1.0
PURGE_EVERY: Final = 60.0
RENEW_EVERY: Final = 10.0
ANCHOR_EVERY: Final = 5.0
"""Seconds between two looks."""

STEPS: Final = 64
"""Most steps of a round that are done at once; one that wrapped something anew is the last."""


@dataclass(frozen=True, slots=True)
class Remind:
    """Telling debtors of the steps that have come."""

    module: Module = field(repr=False)
    name: str = "protection_reminders"

    async def run(self, now: datetime) -> Outcome:
        """Tell of every step that has come."""
        return Outcome(did=await remind_due(self.module, now) > 0)

    async def next_at(self) -> datetime | None:
        """Return the moment of the next step."""
        async with self.module.pool.connection() as conn:
            return await reminders.soonest(conn)


@dataclass(frozen=True, slots=True)
class Deliver:
    """Sending what the module's outbox holds."""

    module: Module = field(repr=False)
    post: Post = field(repr=False)
    name: str = "protection_outbox"

    async def run(self, now: datetime) -> Outcome:
        """Send every notice that is due."""
        delivery = await deliver_due(self.module, self.post, now)
        return Outcome(delivery.sent > 0, delivery.trouble)

    async def next_at(self) -> datetime | None:
        """Return when the next notice is due."""
        async with self.module.pool.connection() as conn:
            return await outbox.soonest(conn)


@dataclass(frozen=True, slots=True)
class Purge:
    """Forgetting the answers to calls whose idempotency keys have had their time."""

    module: Module = field(repr=False)
    name: str = "protection_idempotency"

    async def run(self, now: datetime) -> Outcome:
        """Forget what is older than the keys are kept."""
        async with self.module.pool.transaction() as conn:
            await idempotency.purge(conn, now - KEYS_KEPT)
        return Outcome(did=False)

    async def next_at(self) -> datetime | None:
        """Return None: nobody waits for it."""
        return None


@dataclass(frozen=True, slots=True)
class Anchoring:
    """Letting the anchor of the registry follow what another process changed, or what it could not follow at once."""

    module: Module = field(repr=False)
    name: str = "protection_anchor"

    async def run(self, now: datetime) -> Outcome:  # noqa: ARG002 - it follows what stands, whenever that is
        """Look whether it can follow; sealed, it waits. Raise Tampered where the registry is older than it."""
        if not self.module.provider.sealed:
            await self.module.ledger.anchor(self.module.pool)
        return Outcome(did=False)

    async def next_at(self) -> datetime | None:
        """Return None: nobody waits for it."""
        return None


class Renew:
    """Wrapping anew what stands under former versions of keys, and destroying those; a part of a round each time."""

    name = "protection_keys"

    def __init__(self, module: Module) -> None:
        """Begin with nothing under way."""
        self._module = module
        self._round: Round | None = None

    async def run(self, now: datetime) -> Outcome:  # noqa: ARG002 - keys wait by the database's clock, not the node's
        """Go on with the round, or begin one where there are former versions; sealed, it does nothing."""
        if self._module.provider.sealed:
            return Outcome(did=False)
        if self._round is None:
            self._round = await begin(self._module)
        for _ in range(STEPS):
            if self._round is None or await self._round.step():
                break
            if self._round.over:
                self._round = None
        return Outcome(did=False)

    async def next_at(self) -> datetime | None:
        """Return None: nobody waits for it."""
        return None


def works(module: Module, post: Post) -> tuple[tuple[Work, float], ...]:
    """Return the module's work, each with the seconds between two looks at it."""
    return (
        (Remind(module), REMINDERS_EVERY),
        (Deliver(module, post), OUTBOX_EVERY),
        (Purge(module), PURGE_EVERY),
        (Renew(module), RENEW_EVERY),
        (Anchoring(module), ANCHOR_EVERY),
    )
