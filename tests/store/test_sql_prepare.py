"""Every SQL constant of the store is understood by the migrated database and allowed to the application's role."""

import importlib
import pkgutil
import re

import asyncpg

from exchange import store

NAME = re.compile(r"[A-Z][A-Z0-9_]*")
STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
MIGRATIONS = "exchange.store.migrate."
"""Its statements are the owner's: the application's role may not write down a migration or a mode."""


def constants() -> dict[str, str]:
    """Return the SQL of every module of the store with the names under which it stands."""
    found = {}
    for part in pkgutil.iter_modules(store.__path__):
        module = importlib.import_module(f"{store.__name__}.{part.name}")
        for name, value in vars(module).items():
            if NAME.fullmatch(name) and isinstance(value, str) and STATEMENT.match(value):
                found[f"{module.__name__}.{name}"] = value
    return found


async def test_every_constant_is_prepared_and_permitted(pool: asyncpg.Pool) -> None:
    broken = []
    async with pool.acquire() as conn:
        for name, sql in constants().items():
            try:
                await conn.prepare(sql)
                if not name.startswith(MIGRATIONS):
                    # Preparing asks for no rights; a plan for unknown arguments does.
                    await conn.execute(f"EXPLAIN (GENERIC_PLAN) {sql}")
            except asyncpg.PostgresError as error:
                broken.append(f"{name}: {error}")
    assert broken == []


def test_no_constant_selects_everything() -> None:
    found = constants()
    assert found
    assert [name for name, sql in found.items() if re.search(r"(SELECT|RETURNING|,)\s+(\w+\.)?\*", sql)] == []
