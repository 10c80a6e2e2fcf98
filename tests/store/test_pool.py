"""The pool lends what stands, waits no longer than it may, and never lends again what was cut short."""

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


@pytest_asyncio.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    """Give a pool of two connections, none of them opened yet."""
    opened = await open_pool(database.dsn, size=2, role=ROLE, idle=0)
    yield opened
    await opened.close()


async def backend(pool: Pool) -> int:
    """Tell which process of the database a loan leads to."""
    async with pool.connection() as conn:
        return conn.get_server_pid()


async def test_the_connection_that_came_back_last_is_lent_first(pool: Pool) -> None:
    async with pool.connection():
        assert not pool.idle
        other = await backend(pool)
        assert await backend(pool) == other
    assert pool.idle
    assert await backend(pool) != other


async def test_a_loan_is_waited_for_and_then_refused(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    async with pool.connection(), pool.connection():
        waiting = asyncio.ensure_future(backend(pool))
        await asyncio.sleep(0)
        assert not waiting.done()
    assert await waiting > 0
    monkeypatch.setattr(pools, "ACQUIRE_SECONDS", 0)
    async with pool.connection(), pool.connection():
        with pytest.raises(Unavailable):
            await backend(pool)


async def test_a_connection_that_the_database_closed_is_not_lent(pool: Pool, owner: asyncpg.Connection) -> None:
    async def ask() -> None:
        async with pool.connection() as conn:
            asked = asyncio.ensure_future(conn.fetchval("SELECT pg_sleep(10)"))
            await owner.execute("SELECT pg_terminate_backend($1)", gone)
            await asked

    gone = await backend(pool)
    with pytest.raises(Unavailable):
        await ask()
    assert await backend(pool) != gone


async def test_a_connection_whose_work_was_cut_short_is_not_lent(pool: Pool) -> None:
    taken: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        async with pool.transaction() as conn:
            taken.set_result(conn.get_server_pid())
            await conn.execute("SELECT pg_sleep(10)")

    working = asyncio.ensure_future(work())
    cut = await taken
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert pool.idle
    async with pool.transaction() as conn:
        assert conn.get_server_pid() != cut
        assert await conn.fetchval("SELECT 1") == 1


async def test_a_refusal_leaves_the_connection_as_it_was(pool: Pool) -> None:
    lent = await backend(pool)
    with pytest.raises(LookupError):
        async with pool.transaction():
            raise LookupError
    assert await backend(pool) == lent


async def test_what_rested_too_long_is_closed(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    lent = await backend(pool)
    monkeypatch.setattr(pools, "RESTING_SECONDS", -1)
    await backend(pool)
    assert await backend(pool) != lent


async def test_a_closed_pool_lends_nothing(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "CLOSING_SECONDS", 0)
    async with pool.connection() as conn:
        await pool.close()
        assert conn.is_closed()
    with pytest.raises(Unavailable):
        await backend(pool)
