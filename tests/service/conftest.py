"""What the tests of the services share."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.service.node import Node, open_node


@pytest.fixture
async def node(pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator[Node]:
    """Give a sandbox node whose clock stands at noon of 1 March 2026 in Moscow."""
    async with open_node(pool) as opened:
        yield opened
