"""The embedded PostgreSQL ends with its node, however that ended, and keeps what was acknowledged."""

import os
import signal
import subprocess
import time
from functools import partial
from pathlib import Path

import pytest

from exchange.store.localpg import binary, start
from tests.faults.localpg.node import Node, ask, eventually, gone, lives


def test_stopping_is_quick_with_a_transaction_open_and_can_be_repeated(data: Path) -> None:
    pg = start(data)
    command = [str(binary("psql")), "-X", pg.dsn]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        client.stdin.write("BEGIN; SELECT 'open';\n")
        client.stdin.flush()
        while "open" not in client.stdout.readline():
            pass
        began = time.monotonic()
        pg.stop()
        assert time.monotonic() - began < 10
        client.stdin.close()
        client.stdout.read()
    pg.stop()
    assert not lives(pg.pid)
    start(data).stop()


def test_the_server_ends_with_a_killed_node_and_keeps_what_was_acknowledged(data: Path) -> None:
    node = Node(data)
    pid, dsn = node.started()
    ask(dsn, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    node.kill()
    pg = start(data)
    assert not lives(pid)
    assert ask(pg.dsn, "SELECT count(*) FROM kept") == "1000"
    pg.stop()


def test_the_server_ends_with_a_node_that_forgets_it(data: Path) -> None:
    node = Node(data)
    pid, _ = node.started()
    node.process.communicate()
    eventually(partial(gone, pid), "the server's end")


@pytest.mark.parametrize("durable", [True, False])
def test_a_killed_server_is_started_again_at_once(data: Path, *, durable: bool) -> None:
    for count in range(3):
        pg = start(data, durable=durable)
        ask(pg.dsn, f"CREATE TABLE kept_{count} ()")
        os.kill(pg.pid, signal.SIGKILL)
        pg.stop()
    pg = start(data)
    assert ask(pg.dsn, "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'kept%'") == "3"
    pg.stop()
