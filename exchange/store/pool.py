"""A pool of connections in one role of the database: every wait has an end, and trouble is told as Unavailable."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Final, TypeAlias

import asyncpg

from exchange.core.errors import Contended, Unavailable
from exchange.store.database import Connection

CONNECT_SECONDS: Final = 5.0
ACQUIRE_SECONDS: Final = 5.0
COMMAND_SECONDS: Final = 20.0
CLOSING_SECONDS: Final = 2.0
RESTING_SECONDS: Final = 300.0

Raw: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

SESSION: Final[Mapping[str, str]] = {
    "application_name": "exchange",
    "timezone": "UTC",
    "client_min_messages": "warning",
    "jit": "off",  # its start-up costs more than any of our queries
    "plan_cache_mode": "force_generic_plan",  # as docs/speed.md proves them; planning anew costs more than most of them
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


class Pool:
    """One process's connections in one role, at most `size`; the one that came back last is lent first.

    asyncpg's own pool does the same with a proxy, a shield and a task for each loan, which cost more than the loan.
    """

    def __init__(self, connect: Callable[[], Awaitable[Raw]], size: int) -> None:
        """Begin without connections."""
        self.size = size
        self._connect = connect
        self._places = asyncio.Semaphore(size)
        self._resting: list[tuple[float, Raw]] = []
        self._lent: set[Raw] = set()
        self._closed = False

    @property
    def idle(self) -> bool:
        """Whether no connection is lent."""
        return not self._lent

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection for reading, each statement by itself; raise Unavailable when there is none.

        One whose work was cut short, by trouble or by the caller, may be in the middle of it: it is not lent again.
        """
        with told_as_unavailable():
            conn = await self._borrowed()
            try:
                yield conn
            except (asyncpg.PostgresError, *TROUBLE, asyncio.CancelledError):
                conn.terminate()
                raise
            finally:
                self._take_back(conn)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Open one transaction; it is committed when the block is left, before anybody can answer.

        Raise Unavailable when the database fails; when it fails during the commit, the caller cannot know whether
        that stands, and asks again with its idempotency key.
        """
        async with self.connection() as conn, conn.transaction():
            yield conn

    async def close(self) -> None:
        """Close all connections as they come back, by force when that does not end in time; lend none any more."""
        self._closed = True
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                for _ in range(self.size):
                    await self._places.acquire()
                for _, conn in self._resting:
                    await conn.close()
        except TimeoutError:
            for conn in (*self._lent, *(conn for _, conn in self._resting)):
                conn.terminate()

    async def _borrowed(self) -> Raw:
        """Take a connection; what cannot be had at once is waited for, not longer than it may take."""
        if self._closed:
            raise asyncpg.InterfaceError("the pool is closed")
        if self._resting and not self._places.locked():
            return await self._taken()
        async with asyncio.timeout(ACQUIRE_SECONDS):
            return await self._taken()

    async def _taken(self) -> Raw:
        await self._places.acquire()
        try:
            conn = self._rested() or await self._connect()
        except BaseException:
            self._places.release()
            raise
        self._lent.add(conn)
        return conn

    def _rested(self) -> "Raw | None":
        """Return a connection that still stands, None where there is none."""
        while self._resting:
            _, conn = self._resting.pop()
            if not conn.is_closed():
                return conn
        return None

    def _take_back(self, conn: Raw) -> None:
        """Let a connection rest; all our settings and locks end with their transaction, so nothing is undone.

        What nobody needed for long is closed.
        """
        now = asyncio.get_running_loop().time()
        self._lent.discard(conn)
        if not conn.is_closed():
            self._resting.append((now, conn))
        while self._resting and self._resting[0][0] < now - RESTING_SECONDS:
            self._resting.pop(0)[1].terminate()
        self._places.release()


async def open_pool(dsn: str, *, size: int, role: str, idle: int = 2) -> Pool:
    """Open a pool in a role; raise Unavailable when the database cannot be reached.

    The role may not change the record, whatever login the operator gave.
    With `idle` 0 nothing is reached before it is asked for, and the database may be away meanwhile.
    """

    async def connect() -> Raw:
        return await asyncpg.connect(
            dsn,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            server_settings={**SESSION, "role": role},
        )

    pool = Pool(connect, size)
    async with AsyncExitStack() as stack:
        for _ in range(min(idle, size)):
            await stack.enter_async_context(pool.connection())
    return pool
