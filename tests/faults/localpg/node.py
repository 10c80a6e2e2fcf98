"""Embedded servers really started, in nodes that can be killed; psql on them."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from exchange.store.localpg import binary, holding

ROOT = Path(__file__).parents[3]
PATIENCE = 20.0  # seconds for anything that is waited for

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up rights")

# A node: starts the server, says where, and lives until its input ends or it is killed.
NODE = """
import sys
from pathlib import Path
from exchange.store.localpg import start
server = start(Path(sys.argv[1]))
print(server.pid, server.dsn, flush=True)
sys.stdin.read()
"""


def ask(dsn: str, statement: str) -> str:
    """Execute a statement with psql and return what it prints."""
    done = psql(dsn, statement)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def psql(dsn: str, statement: str) -> "subprocess.CompletedProcess[str]":
    command = [str(binary("psql")), "-X", "-At", "-v", "ON_ERROR_STOP=1", "-c", statement, dsn]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)


def eventually(condition: Callable[[], bool], what: str) -> None:
    assert holding.within(PATIENCE, condition), f"not in time: {what}"


def lives(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def gone(pid: int) -> bool:
    return not lives(pid)


def node_environment(**more: str) -> dict[str, str]:
    """Return the environment of another node: no HOME, and nothing of ours but the path of its modules."""
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **more}


class Node:
    """Another node, in a process of its own."""

    def __init__(self, data: Path, code: str = NODE, **more: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(data)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/",
            env=node_environment(**more),
        )  # fmt: skip

    def started(self) -> tuple[int, str]:
        """Return the number of its server's process and its address."""
        assert self.process.stdout is not None
        said = self.process.stdout.readline().split()
        if len(said) != 2:
            pytest.fail(self.process.communicate()[1])
        return int(said[0]), said[1]

    def kill(self) -> None:
        """Kill the node, and the node alone."""
        self.process.kill()
        self.process.communicate()
