"""The office that tests of the pages visit, and the door of a production node."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from exchange.main import create_app
from exchange.runtime import Mode
from exchange.service.passwords import Cost, Passwords
from exchange.settings import Settings
from tests.conftest import Database
from tests.web.door import Door
from tests.web.house import Office, open_office


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    """Give a seeded sandbox node over a database of its own."""
    async with open_office(database.dsn) as opened:
        yield opened


@pytest.fixture
async def door(database: Database, owner: Any) -> AsyncIterator[Door]:
    """Give a production node over a database of its own."""
    await owner.execute("UPDATE node SET mode = 'production'")
    await owner.execute("DELETE FROM sandbox_clock")
    async with open_office(database.dsn, Mode.PRODUCTION) as office:
        cheap = Passwords(Cost(passes=1, kibibytes=64, lanes=1))
        office.node.runtime = replace(office.node.runtime, passwords=cheap)
        office.node.app = create_app(office.node.runtime, Settings())
        yield Door(office)
