"""Commands that refuse: they say so in a line, end with status 2, and have made nothing by then."""

import asyncio
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

import asyncpg
import pytest

from tests.conftest import Database, address
from tests.faults.process import running

PATIENCE = 60
TOKEN = ("token", "create", "--authority", "KZ-MVD", "--role", "system")
FOR_A_NODE = (("verify",), TOKEN, ("token", "list"), ("token", "revoke", "1"))


async def refused(*arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """Run a command that refuses; return its only line."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "exchange.cli", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    said, complained = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, said) == (2, b""), complained
    (line,) = complained.decode().splitlines()
    return line


@pytest.mark.parametrize("command", FOR_A_NODE, ids=" ".join)
async def test_no_node_is_made_where_one_is_only_asked_about(tmp_path: Path, command: tuple[str, ...]) -> None:
    wrong = tmp_path / "wrong"
    line = await refused(*command, "--mode", "sandbox", "--data", str(wrong))
    assert f"there is no node in {wrong}" in line
    assert not wrong.exists()


@pytest.mark.parametrize("command", [("verify",), TOKEN, ("scheduler",)], ids=" ".join)
async def test_no_node_is_made_in_an_empty_database(
    tmp_path: Path, maker: asyncpg.Connection, database: Database, command: tuple[str, ...]
) -> None:
    name = f"{database.name}_empty"
    await maker.execute(f"CREATE DATABASE {name}")
    environment = {"DATABASE_URL": address(database.dsn, name)}
    given = ("--mode", "sandbox", "--data", str(tmp_path / "d"))
    line = await refused(*command, *given, environment=environment)
    assert "there is no node in the database" in line
    assert not (tmp_path / "d").exists()
    conn = await asyncpg.connect(address(database.dsn, name))
    assert await conn.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    await conn.close()
    await maker.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_no_second_key_is_made_beside_a_node_elsewhere(tmp_path: Path, database: Database) -> None:
    environment = {"DATABASE_URL": database.dsn}
    async with running(tmp_path / "right", environment=environment):
        line = await refused("verify", "--data", str(tmp_path / "wrong"), environment=environment)
    assert f"the node's key is not in {tmp_path / 'wrong'}" in line
    assert not (tmp_path / "wrong").exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_nothing_is_made_where_the_port_is_taken(tmp_path: Path, host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        given = ("--mode", "sandbox", "--data", str(tmp_path / "d"))
        line = await refused("serve", "--host", host, "--port", port, *given)
    assert f"cannot listen on {host} port {port}: Address already in use" in line
    assert not (tmp_path / "d").exists()
