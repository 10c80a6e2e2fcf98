"""Every SQL constant of the store is understood by the migrated database and allowed to the application's role."""

import importlib
import pkgutil
import re
from types import ModuleType

import asyncpg
import pytest

from exchange import store
from exchange.protection import store as protection

NAME = re.compile(r"[A-Z][A-Z0-9_]*")
STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
OWNERS = ("exchange.store.migrate.", "exchange.protection.store.schema.")
"""Their statements are the owner's: the application's role may not write down a migration or a mode."""

OWNED = "OWNERS_"
"""So begins the name of a statement that an operator's command runs as the owner."""

ROLES = {store: "exchange_app", protection: "protection_app"}


def constants(house: ModuleType) -> dict[str, str]:
    """Return the SQL of every module of a house's store with the names under which it stands."""
    found = {}
    for part in pkgutil.iter_modules(house.__path__):
        module = importlib.import_module(f"{house.__name__}.{part.name}")
        for name, value in vars(module).items():
            if NAME.fullmatch(name) and isinstance(value, str) and STATEMENT.match(value):
                found[f"{module.__name__}.{name}"] = value
    return found


@pytest.mark.parametrize("house", ROLES, ids=("open", "protection"))
async def test_every_constant_is_prepared_and_permitted(owner: "asyncpg.Connection", house: ModuleType) -> None:
    broken = []
    await owner.execute(f"SET ROLE {ROLES[house]}")
    for name, sql in constants(house).items():
        try:
            await owner.prepare(sql)
            if not name.startswith(OWNERS) and not name.rpartition(".")[2].startswith(OWNED):
                # Preparing asks for no rights; a plan for unknown arguments does.
                await owner.execute(f"EXPLAIN (GENERIC_PLAN) {sql}")
        except asyncpg.PostgresError as error:
            broken.append(f"{name}: {error}")
    assert broken == []


@pytest.mark.parametrize("house", ROLES, ids=("open", "protection"))
def test_no_constant_selects_everything(house: ModuleType) -> None:
    found = constants(house)
    assert found
    assert [name for name, sql in found.items() if re.search(r"(SELECT|RETURNING|,)\s+(\w+\.)?\*", sql)] == []
