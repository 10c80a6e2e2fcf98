"""Migrations: once, in order, forward only, and never on a database of the other mode."""

import asyncio

import asyncpg
import pytest

from exchange.core.errors import NodeError, WrongMode
from exchange.protection.store.schema import PROTECTION
from exchange.store import migrate
from tests.conftest import PATIENCE, Database, address


async def test_a_migrated_database_has_nothing_pending(owner: asyncpg.Connection) -> None:
    assert await migrate.pending(owner) == ()
    assert await migrate.migrate(owner, "sandbox") == ()


async def test_the_role_of_the_node_sees_what_is_pending(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as conn:
        assert await migrate.pending(conn) == ()


async def test_the_role_of_the_node_cannot_change_the_record(pool: asyncpg.Pool) -> None:
    for statement in ("DELETE FROM record", "UPDATE record SET act = 'x'", "DELETE FROM reminder", "DROP TABLE event"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)


async def test_a_sandbox_is_not_taken_for_production(owner: asyncpg.Connection) -> None:
    with pytest.raises(WrongMode, match="--mode sandbox"):
        await migrate.migrate(owner, "production")


async def test_a_file_changed_after_it_was_applied_is_named(owner: asyncpg.Connection) -> None:
    await owner.execute("UPDATE migration SET checksum = 'x' WHERE name = '0002_save.sql'")
    with pytest.raises(NodeError, match=r"0002_save\.sql"):
        await migrate.pending(owner)
    with pytest.raises(NodeError, match=r"0002_save\.sql"):
        await migrate.migrate(owner, "sandbox")


async def test_a_database_of_a_newer_release_is_left_alone(owner: asyncpg.Connection) -> None:
    await owner.execute("INSERT INTO migration (name, checksum) VALUES ('9999_new.sql', 'x')")
    with pytest.raises(NodeError, match=r"9999_new\.sql"):
        await migrate.migrate(owner, "sandbox")


async def test_two_processes_migrate_an_empty_database_once(maker: asyncpg.Connection, database: Database) -> None:
    name = f"{database.name}_empty"
    await maker.execute(f"CREATE DATABASE {name}")
    try:
        conns = [await asyncpg.connect(address(database.dsn, name), timeout=PATIENCE) for _ in range(3)]
        assert await migrate.pending(conns[0]) == tuple(one.name for one in migrate.migrations())
        done = await asyncio.gather(*(migrate.migrate(conn, "production") for conn in conns))
        assert sorted(map(len, done)) == [0, 0, len(migrate.migrations())]
        for conn in conns:
            await conn.close()
    finally:
        await maker.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_a_migration_that_fails_leaves_nothing(
    maker: asyncpg.Connection, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{database.name}_broken"
    ours = migrate.migrations()
    broken = migrate.Migration("0000_broken.sql", "CREATE TABLE half (a int); SELECT 1 / 0;")
    await maker.execute(f"CREATE DATABASE {name}")
    try:
        conn = await asyncpg.connect(address(database.dsn, name), timeout=PATIENCE)
        with monkeypatch.context() as patch:
            patch.setattr(migrate, "migrations", lambda _schema: (broken, *ours))
            with pytest.raises(asyncpg.DivisionByZeroError):
                await migrate.migrate(conn, "sandbox")
        assert await conn.fetchval("SELECT to_regclass('half')") is None
        assert len(await migrate.migrate(conn, "sandbox")) == len(ours)
        await conn.close()
    finally:
        await maker.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_each_house_has_its_own_schema_and_mode(owner: asyncpg.Connection) -> None:
    """The module may stand in a database of its own: it brings its tables, its role and its mode with it."""
    assert await migrate.pending(owner, PROTECTION) == ()
    assert await migrate.held_mode(owner, PROTECTION) == "sandbox"
    with pytest.raises(WrongMode, match="--mode sandbox"):
        await migrate.migrate(owner, "production", PROTECTION)


async def test_the_protection_schema_stands_alone(maker: asyncpg.Connection, database: Database) -> None:
    name = f"{database.name}_alone"
    await maker.execute(f"CREATE DATABASE {name}")
    try:
        conn = await asyncpg.connect(address(database.dsn, name), timeout=PATIENCE)
        done = await migrate.migrate(conn, "production", PROTECTION)
        assert done == tuple(one.name for one in migrate.migrations(PROTECTION))
        assert await conn.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
        await conn.close()
    finally:
        await maker.execute(f"DROP DATABASE {name} WITH (FORCE)")
