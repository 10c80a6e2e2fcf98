"""What falls due in the protection module by itself, and what it is told of the open registry."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from exchange.core.designations import Authority, present
from exchange.delivery.sending import Post
from exchange.protection.core.scene import Body
from exchange.protection.gateway import Doors
from exchange.protection.module import Module
from exchange.protection.service import registering
from exchange.protection.service.work import works
from exchange.protection.store.registry import NewBody
from exchange.service.database import Database
from exchange.service.protected import Bind
from exchange.store import designations
from exchange.work import Outcome
from scheduler import Job
from schemas.secrecy import Office
from schemas.vocabulary import AuthorityKind

WAIT: Final = timedelta(hours=24)
"""For how long a content waits for an item to claim it, by the node's clock."""

BINDING_EVERY: Final = 2.0
CONTENTS_EVERY: Final = 5.0
BODIES_EVERY: Final = 30.0


def binding(db: Database, doors: Doors) -> tuple[Job, ...]:
    """Return what the open exchange does by itself for the module."""
    return (Job(Bind(db, doors), BINDING_EVERY),)


def housekeeping(db: Database, module: Module, post: Post) -> tuple[Job, ...]:
    """Return what the module does by itself."""
    own = (Job(Contents(module), CONTENTS_EVERY), Job(Bodies(db, module), BODIES_EVERY))
    return (*own, *(Job(work, every) for work, every in works(module, post)))


@dataclass(frozen=True, slots=True)
class Contents:
    """Destroying the keys that are ordered to be, contents that no item came to claim, and what crashes left."""

    module: Module = field(repr=False)
    places: "count[int]" = field(default_factory=count, repr=False)
    name: str = "protection_contents"

    async def run(self, now: datetime) -> Outcome:
        """Do all of it once; the folders are looked through by one of their 256 parts each time."""
        vault = self.module.vault
        async with self.module.pool.transaction() as conn:
            given_up = await vault.abandoned(conn, now - WAIT)
        did = await vault.finish()
        swept = await vault.sweep(next(self.places) % 256)
        return Outcome(did=bool(given_up) or did or swept > 0)

    async def next_at(self) -> datetime | None:
        """Return None: nobody waits for it."""
        return None


@dataclass(frozen=True, slots=True)
class Bodies:
    """Telling the module what the open registry says of bodies: where they are, what they are called, their mail."""

    db: Database = field(repr=False)
    module: Module = field(repr=False)
    name: str = "protection_bodies"

    async def run(self, now: datetime) -> Outcome:
        """Tell of every body that is new or told otherwise."""
        async with self.db.connection() as conn:
            found = {**await designations.visible(conn, None), **await designations.outside(conn)}
        bodies = [body_of(present(history, now)) for history in found.values()]
        sealed = self.module.provider.sealed
        async with self.module.transaction() as conn:
            return Outcome(did=await registering.tell_bodies(conn, self.module, bodies, sealed=sealed))

    async def next_at(self) -> datetime | None:
        """Wait for nothing: it is looked at now and then."""
        return None


def body_of(authority: Authority) -> NewBody:
    """Return a body of the open registry as the module has it."""
    office = Office.SECRETARIAT if authority.kind is AuthorityKind.SECRETARIAT else None
    party = authority.country or authority.code.split("-", maxsplit=1)[0]
    body = Body(authority.code, party, authority.zone, office)
    return NewBody(body=body, name=authority.name, mailbox=authority.mailbox, language=authority.language)
