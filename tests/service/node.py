"""A node's delivery for tests: the sandbox's clock, the real sink, the real relay client, the real templates."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from exchange import tongues
from exchange.delivery.mail import Writer
from exchange.delivery.sink import Sink
from exchange.delivery.smtp import Mailer
from exchange.letters.press import Press
from exchange.service import sandbox
from exchange.service.enclosures import Letters
from exchange.service.outbox import Post
from exchange.service.readings import Readings
from exchange.service.sandbox import Mail, Wish, find_sink
from exchange.service.work import Deliver, Purge, Remind, Turn
from exchange.store import sandbox as store
from exchange.store.database import Connection
from exchange.store.sandbox import Clock
from exchange.work import Work
from tests.service.office import NOW, Office, open_office

TEMPLATES = Path(__file__).parents[2] / "templates" / "email"
DOMAIN = "node.test"
SENDER = f"exchange@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Db:
    """A pool as services use it."""

    pool: "asyncpg.Pool[asyncpg.Record]"

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection."""
        async with self.pool.acquire(timeout=20) as conn:
            yield conn

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Open a transaction."""
        async with self.pool.acquire(timeout=20) as conn, conn.transaction():
            yield conn

    async def now(self) -> datetime:
        """Return what the node's clock shows."""
        async with self.connection() as conn:
            return await store.now(conn)


@dataclass(frozen=True, slots=True)
class Node:
    """One process of a sandbox node."""

    db: Db
    office: Office
    sink: Sink
    post: Post

    @property
    def works(self) -> tuple[Work, ...]:
        """What falls due by itself."""
        return (Turn(self.db), Remind(self.db, Readings()), Deliver(self.db, self.post), Purge(self.db))

    async def clock(self, **wish: Any) -> Clock:
        """Move the clock."""
        return await sandbox.move_clock(self.db, self.works, Wish(**wish))

    async def mails(self) -> tuple[Mail, ...]:
        """Return what the sink caught."""
        async with self.db.connection() as conn:
            return await sandbox.mails(conn)

    async def rows(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        """Ask the database."""
        return [tuple(row) for row in await self.db.pool.fetch(sql, *args)]


def post_over(mailer: Mailer, lease: timedelta = sandbox.LEASE, *, letters: Letters | None = None) -> Post:
    """Return the sandbox's post over a mailer; without letters nobody gets an act in writing."""
    writer = Writer(TEMPLATES, tongues.load(), sender=SENDER, domain=DOMAIN)
    return Post(writer=writer, mailer=mailer, lease=lease, letters=letters)


@asynccontextmanager
async def open_node(
    pool: "asyncpg.Pool[asyncpg.Record]", *, first: datetime = NOW, frozen: bool = True
) -> AsyncIterator[Node]:
    """Open a sandbox node whose clock stands at its first moment, with its sink, and nobody ticking."""
    db = Db(pool)
    office = await open_office(pool)
    async with db.connection() as conn:
        await sandbox.open_clock(conn, first)
        await conn.execute("UPDATE sandbox_clock SET frozen_at = CASE WHEN $1 THEN $2::timestamptz END", frozen, first)
    sink = await sandbox.open_sink(db)
    mailer = Mailer(lambda: find_sink(db))
    try:
        letters = Letters(Press(), office.desk.keys, sample=True)
        yield Node(db, office, sink, post_over(mailer, letters=letters))
    finally:
        await mailer.close()
        await sink.stop()
