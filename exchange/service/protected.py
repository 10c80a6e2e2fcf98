"""Items of the protection module that requests refer to: what a reference names, and the word to the module."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from exchange.core.access import Actor, Verb, may
from exchange.core.errors import Unavailable
from exchange.protection.gateway import Doors, Known
from exchange.service.database import Database
from exchange.store import protected as store
from exchange.store.database import Connection
from exchange.store.protected import Referring, Use
from exchange.work import Outcome
from schemas.requests import Submission

__all__ = ("Bind", "Referring", "Use", "concerned", "keep", "named", "of_request", "requests_of")


async def named(doors: Doors, body: Submission, authority: str) -> Mapping[str, Known]:
    """Return the items that a request refers to, of those that its authority registered or holds."""
    if not isinstance(body.protected, tuple) or not body.protected:
        return {}
    return await doors.known(authority, body.protected)


async def keep(conn: Connection, request: UUID, items: Mapping[str, Known], now: datetime) -> None:
    """Write down what a request refers to, in the transaction of its submission."""
    if items:
        uses = (Use(reference, known.item, known.number) for reference, known in items.items())
        await store.add(conn, request, uses, now)


async def of_request(conn: Connection, request: UUID) -> tuple[Use, ...]:
    """Return what a request refers to, by register number."""
    return await store.of_request(conn, request)


async def requests_of(conn: Connection, item: UUID, actor: Actor) -> tuple[Referring, ...]:
    """Return the requests that refer to an item, of those that the caller may see."""
    return await store.requests_of(conn, item, actor.authority) if may(actor, Verb.READ) else ()


async def concerned(doors: Doors, uses: Collection[Use], actor: Actor) -> frozenset[UUID]:
    """Return the items among some that concern the caller's body; none while the module is away."""
    try:
        return await doors.concerned(actor.authority, [each.item for each in uses]) if uses else frozenset()
    except Unavailable:
        return frozenset()


@dataclass(frozen=True, slots=True)
class Bind:
    """Telling the module which items are referred to for good, and giving up those that nothing came to refer to."""

    db: Database = field(repr=False)
    doors: Doors = field(repr=False)
    name: str = "protected"

    async def run(self, now: datetime) -> Outcome:
        """Tell the module of every reference that stands; what it hears twice changes nothing."""
        async with self.db.connection() as conn:
            items = await store.unbound(conn)
        if items:
            await self.doors.bind(items)
            async with self.db.transaction() as conn:
                await store.bound(conn, items)
        settled = await self.doors.settle(self._referred, now)
        return Outcome(did=bool(items) or settled)

    async def next_at(self) -> datetime | None:
        """Return the moment of the oldest reference that the module was not told of, or at which it gives one up."""
        async with self.db.connection() as conn:
            soonest = await store.soonest(conn)
        return soonest or await self.doors.settled_next()

    async def _referred(self, items: Collection[UUID]) -> Collection[UUID]:
        async with self.db.connection() as conn:
            return await store.referred(conn, items)
