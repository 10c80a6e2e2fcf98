"""A pool of connections in one role of the database: every wait has an end, and trouble is told as Unavailable."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Final

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from exchange.core.errors import Contended, Unavailable
from exchange.store.database import Connection

CONNECT_SECONDS: Final = 5.0
ACQUIRE_SECONDS: Final = 5.0
COMMAND_SECONDS: Final = 20.0
CLOSING_SECONDS: Final = 2.0

SESSION: Final[Mapping[str, str]] = {
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
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InvalidAuthorizationSpecificationError,
    OSError,
    TimeoutError,
)
"""What passes, or what the operator mends: the same call may succeed in a moment."""


HELD: Final = (asyncpg.LockNotAvailableError, asyncpg.TransactionRollbackError)
"""Somebody else was not done in time, or waited for us while we waited for him."""


@contextmanager
def told_as_unavailable() -> Iterator[None]:
    """Turn trouble with the database into Unavailable, which names its kind and nothing of the statement."""
    try:
        yield
    except asyncpg.DataError:
        raise
    except HELD as trouble:
        raise Contended(type(trouble).__name__) from trouble
    except TROUBLE as trouble:
        raise Unavailable(type(trouble).__name__) from trouble


@dataclass(frozen=True, slots=True)
class Pool:
    """One process's connections in one role."""

    raw: "asyncpg.Pool[asyncpg.Record]" = field(repr=False)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection for reading, each statement by itself; raise Unavailable when there is none."""
        with told_as_unavailable():
            conn = await self._borrowed()
            try:
                yield conn
            finally:
                await self.raw.release(conn)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Open one transaction; it is committed when the block is left, before anybody can answer.

        Raise Unavailable when the database fails; when it fails during the commit, the caller cannot know whether
        that stands, and asks again with its idempotency key.
        """
        async with self.connection() as conn, conn.transaction():
            yield conn

    async def close(self) -> None:
        """Close all connections, by force when they do not close in time."""
        try:
            await asyncio.wait_for(self.raw.close(), CLOSING_SECONDS)
        except TimeoutError:
            self.raw.terminate()

    async def _borrowed(self) -> "PoolConnectionProxy[asyncpg.Record]":
        """Take a connection after a bounded wait; the pool's own bound would be one more task for every call."""
        async with asyncio.timeout(ACQUIRE_SECONDS):
            return await self.raw.acquire()


async def open_pool(dsn: str, *, size: int, role: str, idle: int = 2) -> Pool:
    """Open a pool in a role; raise Unavailable when the database cannot be reached.

    The role may not change the record, whatever login the operator gave.
    With `idle` 0 nothing is reached before it is asked for, and the database may be away meanwhile.
    """
    with told_as_unavailable():
        raw = await asyncpg.create_pool(
            dsn,
            min_size=min(idle, size),
            max_size=size,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            max_inactive_connection_lifetime=300,
            server_settings={**SESSION, "role": role},
            reset=_nothing_to_reset,
        )
    return Pool(raw)


async def _nothing_to_reset(_conn: Connection) -> None:
    """Leave a returned connection as it is: all our settings and locks end with their transaction.

    asyncpg's own reset is one more round trip for every call.
    """
