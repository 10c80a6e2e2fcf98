"""The node that tests of the JSON interface call."""

from collections.abc import AsyncIterator

import pytest

from tests.api.house import Node, open_node
from tests.conftest import Database


@pytest.fixture
async def node(database: Database) -> AsyncIterator[Node]:
    """Give a seeded sandbox node over a database of its own."""
    async with open_node(database.dsn) as opened:
        yield opened
