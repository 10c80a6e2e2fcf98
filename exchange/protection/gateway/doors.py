"""The doors between the open exchange and the module: what a reference names, items that come inline, their binding."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from exchange.core.access import Actor
from exchange.core.errors import Refused
from exchange.core.objections import object_to
from exchange.protection.core.scene import Caller
from exchange.protection.module import Module
from exchange.protection.service import routing
from exchange.protection.service.routing import PATIENCE, Inline, Referred
from exchange.protection.store import routing as store
from exchange.protection.store.routing import Known
from exchange.store.pool import Pool

__all__ = ("CLOSED", "Beside", "Doors", "Inline", "Inside", "Known")


class Doors(Protocol):
    """What the open exchange may ask of the module; each call is work of its own in the module's database."""

    async def known(self, body: str, references: Sequence[str]) -> Mapping[str, Known]:
        """Return the items that references name, of those that a body registered or holds."""

    async def concerned(self, body: str, items: Collection[UUID]) -> frozenset[UUID]:
        """Return those of the items that concern a body: it may know of them."""

    async def bind(self, items: Iterable[UUID]) -> None:
        """Say that the open exchange carries references to items for good."""

    async def take_in(self, inline: Inline, actor: Actor, now: datetime) -> Known:
        """Take an item in that came with a request; the same call again is the same item. Raise Refused."""

    async def settle(self, referred: Referred, now: datetime) -> bool:
        """Give up what came with no request in the end; tell whether there was any."""

    async def settled_next(self) -> datetime | None:
        """Return when something is to be given up, None where nothing waits."""


@dataclass(frozen=True, slots=True)
class Closed:
    """No module: it knows no item and takes none in."""

    async def known(self, body: str, references: Sequence[str]) -> Mapping[str, Known]:  # noqa: ARG002 - as every door
        """Know nothing."""
        return {}

    async def concerned(self, body: str, items: Collection[UUID]) -> frozenset[UUID]:  # noqa: ARG002 - as every door
        """Know nothing."""
        return frozenset()

    async def bind(self, items: Iterable[UUID]) -> None:
        """Have nothing to bind."""

    async def take_in(self, inline: Inline, actor: Actor, now: datetime) -> Known:  # noqa: ARG002 - as every door
        """Refuse."""
        raise Refused((object_to("protected_not_here", "/protected"),))

    async def settle(self, referred: Referred, now: datetime) -> bool:  # noqa: ARG002 - as every door
        """Have nothing to give up."""
        return False

    async def settled_next(self) -> datetime | None:
        """Have nothing that waits."""
        return None


CLOSED: Final = Closed()


@dataclass(frozen=True, slots=True)
class Beside(Closed):
    """A module that is a process of its own: three questions over a narrow role, and no content (Article 10)."""

    pool: Pool = field(repr=False)

    async def known(self, body: str, references: Sequence[str]) -> Mapping[str, Known]:
        """Ask the module's database."""
        async with self.pool.connection() as conn:
            return await store.known(conn, body, references)

    async def concerned(self, body: str, items: Collection[UUID]) -> frozenset[UUID]:
        """Ask the module's database."""
        async with self.pool.connection() as conn:
            return await store.concerned(conn, body, items)

    async def bind(self, items: Iterable[UUID]) -> None:
        """Tell the module's database."""
        async with self.pool.transaction() as conn:
            await store.bind(conn, items)


@dataclass(frozen=True, slots=True)
class Inside:
    """A module within the node's own process."""

    module: Module
    new_id: Callable[[], UUID]

    async def known(self, body: str, references: Sequence[str]) -> Mapping[str, Known]:
        """Ask the module's database."""
        async with self.module.pool.connection() as conn:
            return await store.known(conn, body, references)

    async def concerned(self, body: str, items: Collection[UUID]) -> frozenset[UUID]:
        """Ask the module's database."""
        async with self.module.pool.connection() as conn:
            return await store.concerned(conn, body, items)

    async def bind(self, items: Iterable[UUID]) -> None:
        """Tell the module's database."""
        async with self.module.pool.transaction() as conn:
            await store.bind(conn, items)

    async def take_in(self, inline: Inline, actor: Actor, now: datetime) -> Known:
        """Seal and register it in a transaction of the module's own."""
        caller = Caller(actor.authority, actor.role, actor.who)
        async with self.module.pool.transaction() as conn:
            return await routing.take_in(conn, self.module, self.new_id(), inline, caller, now)

    async def settle(self, referred: Referred, now: datetime) -> bool:
        """Give up what waited for a day; with the keys sealed, it waits on."""
        return not self.module.provider.sealed and await routing.settle(self.module, referred, now)

    async def settled_next(self) -> datetime | None:
        """Return when the oldest that waits is given up."""
        async with self.module.pool.connection() as conn:
            since = await store.soonest(conn)
        return None if since is None else since + PATIENCE
