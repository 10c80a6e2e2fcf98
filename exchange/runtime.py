"""What entry points and jobs stand on: the pool, the clock, one transaction, and who calls."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from exchange.core.access import Actor
from exchange.core.errors import CallerUnknown, Unavailable
from exchange.files import Store
from exchange.letters.press import Press
from exchange.service.acts import Desk
from exchange.service.passwords import Passwords
from exchange.service.people import Gate
from exchange.store import sandbox, tokens
from exchange.store.database import Connection

CONNECT_SECONDS: Final = 5.0
ACQUIRE_SECONDS: Final = 5.0
COMMAND_SECONDS: Final = 20.0

SESSION: Final[Mapping[str, str]] = {
    "role": "exchange_app",  # may not change the record, whatever login the operator gave
    "application_name": "exchange",
    "timezone": "UTC",
    "client_min_messages": "warning",
    "jit": "off",  # its start-up costs more than any of our queries
    "lock_timeout": "10s",
    "statement_timeout": "20s",
    "idle_in_transaction_session_timeout": "30s",
}

TROUBLE: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,  # the connection or the pool is closed
    asyncpg.InternalClientError,
    asyncpg.InsufficientResourcesError,  # disk full, too many connections, out of memory
    asyncpg.OperatorInterventionError,  # shut down, or a statement beyond its time
    asyncpg.PostgresIOError,
    asyncpg.ReadOnlySQLTransactionError,  # a replica that is not the primary yet
    asyncpg.LockNotAvailableError,
    asyncpg.TransactionRollbackError,  # deadlock
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InvalidAuthorizationSpecificationError,
    OSError,
    TimeoutError,
)
"""What passes, or what the operator mends: the same call may succeed in a moment."""


class Mode(StrEnum):
    """What a node is for; a database is made for one of the two and refuses the other."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


PREFIXES: Final = {Mode.SANDBOX: "sx_", Mode.PRODUCTION: "px_"}
"""What a token begins with: a sandbox's is refused in production before anybody asks for it, and the reverse."""

NOTED: Final = timedelta(minutes=1)
"""How exactly it is noted when a token was used last."""


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls, and the node's time at which the call arrived."""

    actor: Actor
    now: datetime
    token: int


def utc_now() -> datetime:
    """Return the real time; only entry points and jobs ask for it."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """One process's hold on the database, with what every act needs beside it."""

    mode: Mode
    pool: "asyncpg.Pool[asyncpg.Record]" = field(repr=False)
    desk: Desk = field(repr=False)
    files: Store = field(repr=False)
    clock: Callable[[], datetime] = utc_now
    passwords: Passwords = field(default_factory=Passwords, repr=False)
    press: Press = field(default_factory=Press, repr=False)

    @property
    def gate(self) -> Gate:
        """What people are proved with."""
        return Gate(self.desk.keys, self.passwords, self.mode is Mode.SANDBOX)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection for reading, each statement by itself; raise Unavailable when there is none."""
        with told_as_unavailable():
            conn = await self._borrowed()
            try:
                yield conn
            finally:
                await self.pool.release(conn)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Open one transaction; it is committed when the block is left, before anybody can answer.

        Raise Unavailable when the database fails; when it fails during the commit, the caller cannot know whether
        that stands, and asks again with its idempotency key.
        """
        with told_as_unavailable():
            conn = await self._borrowed()
            try:
                async with conn.transaction():
                    yield conn
            finally:
                await self.pool.release(conn)

    async def _borrowed(self) -> "PoolConnectionProxy[asyncpg.Record]":
        """Take a connection after a bounded wait; the pool's own bound would be one more task for every call."""
        async with asyncio.timeout(ACQUIRE_SECONDS):
            return await self.pool.acquire()

    async def now(self) -> datetime:
        """Read the node's clock for work that nobody called for; raise Unavailable when it cannot be read."""
        async with self.connection() as conn:
            return await sandbox.now(conn)


@contextmanager
def told_as_unavailable() -> Iterator[None]:
    """Turn trouble with the database into Unavailable, which names its kind and nothing of the statement."""
    try:
        yield
    except asyncpg.DataError:
        raise
    except TROUBLE as trouble:
        raise Unavailable(type(trouble).__name__) from trouble


async def identify(conn: Connection, token: str | None, arrival: datetime, mode: Mode) -> Call:
    """Tell in one statement who calls and what the node's clock said at the arrival, which is real time.

    Raise CallerUnknown for no token, one of another mode, one that is not known, and one expired or revoked. That it
    was used is noted once a minute, by a statement of its own.
    """
    if token is None or not token.startswith(PREFIXES[mode]):
        raise CallerUnknown
    held = await tokens.identify(conn, token_digest(token))
    if held is None:
        raise CallerUnknown
    now = node_time(arrival, held.shift, held.frozen_at)
    if held.revoked_at is not None or (held.expires_at is not None and held.expires_at <= now):
        raise CallerUnknown
    if held.used_at is None or held.used_at + NOTED <= now:
        await tokens.touch(conn, held.id, now)
    return Call(held.actor, now, held.id)


def node_time(real: datetime, shift: timedelta | None, frozen_at: datetime | None) -> datetime:
    """Return what the node's clock says at a real moment; only a sandbox's differs from the real one."""
    return frozen_at or real + (shift or timedelta())


def new_id(real: datetime) -> UUID:
    """Return an id of version 7 (RFC 9562): in order of time, so that indexes grow at their end."""
    milliseconds = int(real.timestamp() * 1000).to_bytes(6, "big")
    noise = bytearray(os.urandom(10))
    noise[0], noise[2] = noise[0] & 0x0F | 0x70, noise[2] & 0x3F | 0x80
    return UUID(bytes=milliseconds + bytes(noise))


def new_token(mode: Mode) -> str:
    """Return a token: 256 random bits behind the mode of the nodes that take it, which the others refuse."""
    return PREFIXES[mode] + token_urlsafe(32)


def token_digest(token: str) -> bytes:
    """Return what is stored of a token; a fast hash, since a token is 256 random bits."""
    return sha256(token.encode()).digest()


async def open_pool(dsn: str, *, size: int) -> "asyncpg.Pool[asyncpg.Record]":
    """Open a pool whose every wait has an end; raise Unavailable when the database cannot be reached."""
    with told_as_unavailable():
        return await asyncpg.create_pool(
            dsn,
            min_size=min(2, size),
            max_size=size,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            max_inactive_connection_lifetime=300,
            server_settings=dict(SESSION),
            reset=_nothing_to_reset,
        )


async def _nothing_to_reset(_conn: Connection) -> None:
    """Leave a returned connection as it is: all our settings and locks end with their transaction.

    asyncpg's own reset is one more round trip for every call.
    """
