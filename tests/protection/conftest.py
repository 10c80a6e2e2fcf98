"""The hall that tests of the module's interface call."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import Database
from tests.protection.hall import Hall, open_hall


@pytest.fixture
async def hall(database: Database, tmp_path: Path) -> AsyncIterator[Hall]:
    """Give a sandbox node that serves the module, over a database of its own."""
    async with open_hall(database.dsn, tmp_path) as opened:
        yield opened
