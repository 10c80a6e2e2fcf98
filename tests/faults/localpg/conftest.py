"""Data directories and servers for the tests of the embedded PostgreSQL."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.store.localpg import LocalPostgres, start


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data directory that was made and stopped, to be copied."""
    data = tmp_path_factory.mktemp("made") / "data"
    start(data).stop()
    return data


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """Return a data directory of the test's own, on a path with a space and Cyrillic letters."""
    place = tmp_path / "каталог узла"
    place.mkdir(mode=0o700)
    subprocess.run(["cp", "-a", "--reflink=auto", made, place / "data"], check=True)
    return place / "data"


@pytest.fixture
def running(data: Path) -> Iterator[LocalPostgres]:
    """Return a server of the test's own."""
    pg = start(data)
    yield pg
    pg.stop()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPostgres]:
    """Return a server that no test changes or stops, made from nothing."""
    pg = start(tmp_path_factory.mktemp("пустое место") / "data" / "postgresql")
    yield pg
    pg.stop()
