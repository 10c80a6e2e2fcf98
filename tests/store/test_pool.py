"""asyncpg's pool with our settings: waits have an end, trouble is told as Unavailable, nothing is left of a loan."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from exchange.core.errors import Unavailable
from exchange.store import pool as pools
from exchange.store.pool import Pool, open_pool
from tests.conftest import Database

ROLE = "exchange_app"

HELD = """
SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
 WHERE locktype = 'advisory' AND datname = current_database()
"""


@pytest_asyncio.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    """Give a pool of one connection, not opened yet."""
    opened = await open_pool(database.dsn, size=1, role=ROLE, idle=0)
    yield opened
    await opened.close()


async def backend(pool: Pool) -> int:
    """Tell which process of the database a loan leads to."""
    async with pool.connection() as conn:
        return conn.get_server_pid()


async def test_a_loan_is_waited_for_and_then_refused(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    async with pool.connection():
        waiting = asyncio.ensure_future(backend(pool))
        await asyncio.sleep(0)
        assert not waiting.done()
    assert await waiting > 0
    monkeypatch.setattr(pools, "ACQUIRE_SECONDS", 0)
    async with pool.raw.acquire():
        with pytest.raises(Unavailable):
            await backend(pool)


async def test_a_connection_that_the_database_closed_is_not_lent(pool: Pool, owner: asyncpg.Connection) -> None:
    gone = await backend(pool)

    async def work() -> None:
        async with pool.connection() as conn:
            asked = asyncio.ensure_future(conn.fetchval("SELECT pg_sleep(10)"))
            await owner.execute("SELECT pg_terminate_backend($1)", gone)
            await asked

    with pytest.raises(Unavailable):
        await work()
    assert await backend(pool) != gone


async def test_nothing_is_left_of_a_loan_that_was_cut_short(pool: Pool) -> None:
    taken: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        async with pool.transaction() as conn:
            await conn.execute("SELECT pg_advisory_xact_lock(1)")
            taken.set_result(conn.get_server_pid())
            await conn.execute("SELECT pg_sleep(10)")

    working = asyncio.ensure_future(work())
    await taken
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    async with pool.connection() as conn:
        assert not conn.is_in_transaction()
        assert await conn.fetchval(HELD) == 0


async def test_a_pool_closes_by_force_what_does_not_come_back(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "CLOSING_SECONDS", 0.01)

    async def work() -> None:
        async with pool.connection() as conn:
            await pool.close()
            await conn.fetchval("SELECT 1")

    with pytest.raises(Unavailable):
        await work()
    with pytest.raises(Unavailable):
        await backend(pool)
