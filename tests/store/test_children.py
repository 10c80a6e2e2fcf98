"""Tables without a foreign key to their request: what guards them instead."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest

from exchange import store
from tests.store.test_sql_prepare import constants

UNGUARDED = ("event", "participant", "register")

WRITES = re.compile(rf"INSERT INTO ({'|'.join(UNGUARDED)})\b")

SAVE = "SELECT save_decisions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"


async def test_only_the_writing_of_a_decision_inserts_into_them(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
    assert [row["proname"] for row in rows if WRITES.search(row["prosrc"])] == ["save_decisions"]
    assert [name for name, sql in constants(store).items() if WRITES.search(sql)] == []


async def test_a_decision_on_a_request_that_is_not_there_writes_nothing(pool: asyncpg.Pool) -> None:
    """Its entry bears the foreign key that the other rows lack."""
    now, number = datetime(2026, 3, 1, 9, tzinfo=UTC), uuid4()
    entry = {
        "request": number,
        "seq": 2, "act": "accept", "author": "RU-MVD", "at": now, "recorded_at": now, "jws": "", "ruling": "{}",
        "previous": b"", "digest": b"",
    }  # fmt: skip
    seen = {
        "request": number,
        "authority": "RU-MVD",
        "box": "in",
        "state": "executing",
        "urgent": False,
        "due_at": now,
        "suspended": False,
    }
    async with pool.acquire() as conn:
        assert not await conn.fetchval(SAVE, [], [{"id": number}], [], [entry], [seen], *[[]] * 7)
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await conn.execute(SAVE, [], [], [], [entry], [seen], *[[]] * 7)
        assert not await conn.fetchval("SELECT EXISTS (SELECT FROM participant)")


async def test_no_request_is_ever_deleted(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as conn:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute("DELETE FROM request")
