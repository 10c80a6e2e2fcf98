"""The office that tests of the pages visit."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Database
from tests.web.house import Office, open_office


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    """Give a seeded sandbox node over a database of its own."""
    async with open_office(database.dsn) as opened:
        yield opened
