"""What all tests stand on: one PostgreSQL for the whole run, and a database of its own for each test."""

import asyncio
import os
import shutil
import tempfile
import zoneinfo
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from exchange.protection.store.schema import PROTECTION
from exchange.store import localpg, migrate
from tests.canary import suite

TEMPLATE = "template_sandbox"
PATIENCE = 20.0  # seconds for a statement or a connection: a test that hangs should say where
ROOM = 2 * 1024**3  # bytes; a run holds a few databases of 10 MB and the write-ahead log
LONG = "--long"
SERVER = pytest.StashKey["Server"]()
NUMBERS = count(1)


class Server:
    """The run's PostgreSQL, started by the process that began the tests; workers know its address."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="exchange-tests-", dir=memory()))
        self.postgres = localpg.start(self.folder / "data", durable=False)
        self.dsn = self.postgres.dsn
        # A loop of another thread: the one of the tests does not run yet, or is somebody else's to run.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, make_template(self.dsn)).result()

    def stop(self) -> None:
        """Stop it and leave nothing behind."""
        self.postgres.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def memory() -> Path | None:
    """Return a folder in memory if there is room: databases are made and dropped there whatever the disk does."""
    shared = Path("/dev/shm")  # noqa: S108 - what is made there has a random name
    if not os.access(shared, os.W_OK | os.X_OK) or shutil.disk_usage(shared).free < ROOM:
        return None
    return shared


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated, empty sandbox database that belongs to one test; `dsn` is its owner's."""

    dsn: str
    name: str


def address(dsn: str, database: str) -> str:
    """Return the address of another database on the same server."""
    return f"{dsn.rpartition('/')[0]}/{database}"


async def make_template(dsn: str) -> None:
    """Make the database that tests get a copy of."""
    owner = await asyncpg.connect(dsn, timeout=PATIENCE)
    await owner.execute(f"CREATE DATABASE {TEMPLATE}")
    await owner.close()
    conn = await asyncpg.connect(address(dsn, TEMPLATE), timeout=PATIENCE)
    await migrate.migrate(conn, "sandbox")
    await migrate.migrate(conn, "sandbox", PROTECTION)
    await conn.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(LONG, action="store_true", help="run the tests that take long too")


def pytest_configure() -> None:
    os.environ.pop("DATABASE_URL", None)
    zoneinfo.reset_tzpath(to=[])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption(LONG):
        skip = pytest.mark.skip(reason=f"takes long: {LONG}")
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(skip)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Give each of xdist's workers the address of the one server."""
    node.workerinput["dsn"] = started(node.config).dsn  # type: ignore[attr-defined]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Look, when all tests are over, for words of protected items in what the server of the run left behind."""
    server = session.config.stash.get(SERVER, None)
    if server is not None and (found := suite.found_in(server.folder)):
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"CANARY: words of protected items stand where they may not: {found}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(SERVER, None)
    if server is not None:
        server.stop()


def started(config: pytest.Config) -> Server:
    """Return the server, started by the first who needs it."""
    if SERVER not in config.stash:
        config.stash[SERVER] = Server()
    return config.stash[SERVER]


@pytest.fixture(scope="session")
def server_dsn(request: pytest.FixtureRequest) -> str:
    """Return the address of the server's first database, as its owner."""
    given = getattr(request.config, "workerinput", {}).get("dsn")
    return str(given) if given else started(request.config).dsn


@pytest.fixture(scope="session")
async def maker(server_dsn: str) -> AsyncIterator["asyncpg.Connection"]:
    """Give a connection that makes and drops databases."""
    conn = await asyncpg.connect(server_dsn, timeout=PATIENCE, command_timeout=PATIENCE)
    yield conn
    await conn.close()


@pytest.fixture
async def database(maker: "asyncpg.Connection", server_dsn: str) -> AsyncIterator[Database]:
    """Give a copy of the migrated sandbox database, dropped when the test ends."""
    name = f"test_{os.getpid()}_{next(NUMBERS)}"
    await maker.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    yield Database(address(server_dsn, name), name)
    await maker.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def pool(database: Database) -> AsyncIterator["asyncpg.Pool"]:
    """Give connections as the application's role, with time limits, as the node itself has them."""
    async with asyncpg.create_pool(
        database.dsn,
        min_size=1,
        max_size=8,
        timeout=PATIENCE,
        command_timeout=PATIENCE,
        server_settings={"role": "exchange_app"},
    ) as pool:
        yield pool


@pytest.fixture
async def owner(database: Database) -> AsyncIterator["asyncpg.Connection"]:
    """Give a connection as the database's owner: what the application's role may not do."""
    conn = await asyncpg.connect(database.dsn, timeout=PATIENCE, command_timeout=PATIENCE)
    yield conn
    await conn.close()
