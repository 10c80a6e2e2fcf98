"""What the tests of contents stand on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchange.protection.content.file_provider import FileProvider
from exchange.protection.store.schema import ROLE
from exchange.store.pool import Pool, open_pool
from tests.conftest import Database
from tests.protection.content.keys import made
from tests.protection.content.store import Place, vault_in


@pytest.fixture
async def module_pool(database: Database) -> AsyncIterator[Pool]:
    """Give connections in the module's role."""
    pool = await open_pool(database.dsn, size=4, role=ROLE)
    yield pool
    await pool.close()


@pytest.fixture
async def place(module_pool: Pool, tmp_path: Path) -> AsyncIterator[Place]:
    """Give a vault whose keys are open."""
    with vault_in(tmp_path, module_pool) as place:
        yield place


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a key file is to stand."""
    return tmp_path / "keys" / "protection.keys"


@pytest.fixture
def provider(path: Path) -> FileProvider:
    """Give the keys of a new key file, open."""
    return made(path)
