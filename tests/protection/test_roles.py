"""Neither house's role may use a table of the other, and the module's records, accesses and keys can only grow."""

import importlib
import pkgutil
import re
from collections.abc import AsyncIterator

import asyncpg
import pytest

from exchange.protection import store
from exchange.protection.store.schema import ROLE
from tests.conftest import PATIENCE, Database

STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
BOOKKEEPING = "exchange.protection.store.schema."
"""Its statements are the owner's."""

OWNERS = re.compile(r".*\.OWNERS_\w+")
"""So are these: they change what only grows for the module's role."""

RIGHTS = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
SELECT_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename"
SELECT_RIGHTS = """
SELECT table_schema || '.' || table_name || ': ' || privilege_type
  FROM (SELECT n.nspname AS table_schema, c.relname AS table_name, p.privilege_type
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, unnest($3::text[]) AS p(privilege_type)
         WHERE n.nspname = $2 AND c.relkind IN ('r', 'p', 'v', 'm')
           AND has_table_privilege($1, c.oid, p.privilege_type)) AS held
 ORDER BY 1
"""
SELECT_COLUMN_RIGHTS = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = $2 AND c.relkind IN ('r', 'p', 'v', 'm')
   AND has_any_column_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
"""


@pytest.fixture
async def module_pool(database: Database) -> AsyncIterator[asyncpg.Pool]:
    """Give connections as the module's role."""
    settings = {"role": ROLE}
    async with asyncpg.create_pool(
        database.dsn, min_size=1, max_size=4, command_timeout=PATIENCE, server_settings=settings
    ) as pool:
        yield pool


def statements() -> dict[str, str]:
    """Return the SQL of every module of the store with the names under which it stands."""
    found = {}
    for part in pkgutil.iter_modules(store.__path__):
        module = importlib.import_module(f"{store.__name__}.{part.name}")
        for name, value in vars(module).items():
            if name.isupper() and isinstance(value, str) and STATEMENT.match(value):
                found[f"{module.__name__}.{name}"] = value
    return found


async def test_every_statement_of_the_module_is_prepared_and_permitted(module_pool: asyncpg.Pool) -> None:
    broken = []
    async with module_pool.acquire() as conn:
        for name, sql in statements().items():
            if OWNERS.fullmatch(name):
                continue
            try:
                await conn.prepare(sql)
                if not name.startswith(BOOKKEEPING):
                    await conn.execute(f"EXPLAIN (GENERIC_PLAN) {sql}")
            except asyncpg.PostgresError as error:
                broken.append(f"{name}: {error}")
    assert broken == []


async def test_what_only_the_owner_may_is_prepared_and_refused_to_the_module_s_role(
    module_pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    found = {name: sql for name, sql in statements().items() if OWNERS.fullmatch(name)}
    assert found
    async with module_pool.acquire() as conn:
        for sql in found.values():
            await owner.prepare(sql)
            if not sql.strip().startswith("INSERT"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await conn.execute(f"EXPLAIN (GENERIC_PLAN) {sql}")


def test_no_statement_of_the_module_selects_everything_or_leaves_its_schema() -> None:
    found = statements()
    assert found
    assert [name for name, sql in found.items() if re.search(r"(SELECT|RETURNING|,)\s+(\w+\.)?\*", sql)] == []
    tables = re.compile(
        r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(?!protection\.|unnest|jsonb_|\(|SET\b|ONLY\b|SKIP\b|OF\b)(\w+)"
    )
    assert {name: names for name, sql in found.items() if (names := set(tables.findall(sql)) - ctes(sql))} == {}


def ctes(sql: str) -> set[str]:
    """Return the names that a statement gives to its own parts."""
    return set(re.findall(r"(\w+) AS (?:NOT MATERIALIZED |MATERIALIZED )?\(", sql)) | {"UPDATE"}


async def test_neither_role_has_a_right_on_any_table_of_the_other_house(owner: asyncpg.Connection) -> None:
    assert len(await owner.fetch(SELECT_TABLES, "protection")) >= 10
    assert len(await owner.fetch(SELECT_TABLES, "public")) >= 20
    for role, schema in (("exchange_app", "protection"), (ROLE, "public")):
        assert [row[0] for row in await owner.fetch(SELECT_RIGHTS, role, schema, RIGHTS)] == []
        assert [row[0] for row in await owner.fetch(SELECT_COLUMN_RIGHTS, role, schema)] == []
    assert not await owner.fetchval("SELECT has_schema_privilege('exchange_app', 'protection', 'USAGE')")
    assert not await owner.fetchval("SELECT has_schema_privilege($1, 'public', 'CREATE')", ROLE)


async def test_the_open_role_reads_no_row_and_runs_no_function_of_the_module(
    pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    names = [row["tablename"] for row in await owner.fetch(SELECT_TABLES, "protection")]
    for name in names:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.fetch(f"SELECT FROM protection.{name}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.fetch("SELECT protection.save_act('{}'::jsonb, '', '', '')")


async def test_the_module_s_role_reads_no_row_of_the_open_house(
    module_pool: asyncpg.Pool, owner: asyncpg.Connection
) -> None:
    names = [row["tablename"] for row in await owner.fetch(SELECT_TABLES, "public")]
    for name in names:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await module_pool.fetch(f"SELECT FROM public.{name}")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM protection.record",
        "UPDATE protection.record SET act = 'x'",
        "DELETE FROM protection.access",
        "UPDATE protection.access SET given = false",
        "UPDATE protection.signing_key SET public = ''",
        "DELETE FROM protection.item",
        "DELETE FROM protection.notice",
        "DELETE FROM protection.duty",
        "TRUNCATE protection.record",
        "DROP TABLE protection.item",
        "UPDATE protection.house SET mode = 'production'",
    ],
)
async def test_the_module_s_role_cannot_change_what_was_recorded(module_pool: asyncpg.Pool, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await module_pool.execute(statement)
