"""The nodes that tests of the module's interface call: the hall of every body, and one with its house open."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import Database
from tests.protection.caller import Caller, open_calls
from tests.protection.hall import Hall, open_hall


@pytest.fixture
async def hall(database: Database, tmp_path: Path) -> AsyncIterator[Hall]:
    """Give a sandbox node that serves the module, over a database of its own."""
    async with open_hall(database.dsn, tmp_path) as opened:
        yield opened


@pytest.fixture
async def calls(database: Database, tmp_path: Path) -> AsyncIterator[Caller]:
    """Give a node that serves the module, and the module's house behind it."""
    async with open_calls(database.dsn, tmp_path) as caller:
        yield caller
