"""What is in the way when an embedded PostgreSQL starts: stale files, other nodes, servers, versions, damage."""

import os
import signal
import socket
import subprocess
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from exchange.store.localpg import (
    DataDirectoryBusy,
    LocalPostgres,
    LocalPostgresError,
    account,
    holding,
    programs,
    server,
    start,
)
from tests.faults.localpg.node import PATIENCE, Node, ask, eventually, gone, lives


@pytest.mark.parametrize("whose", ["ours", "another server's", "nobody's", "nonsense"])
def test_a_stale_pid_file_is_not_believed(data: Path, shared: LocalPostgres, whose: str) -> None:
    numbers = {"ours": os.getpid(), "another server's": shared.pid, "nobody's": 2**22 - 1, "nonsense": "x"}
    pid_file = data / "cluster" / "postmaster.pid"
    pid_file.write_text(f"{numbers[whose]}\n/somewhere\n1\n1\n\n\n\nready\n")
    pg = start(data)
    assert ask(pg.dsn, "SELECT 1") == "1"
    assert lives(shared.pid)
    pg.stop()


def test_a_second_node_refuses_and_says_why(running: LocalPostgres) -> None:
    with pytest.raises(DataDirectoryBusy, match=rf"used by another node \(process {os.getpid()}\)"):
        start(running.data)
    other = Node(running.data)
    assert f"used by another node (process {os.getpid()})" in other.process.communicate()[1]
    assert ask(running.dsn, "SELECT 1") == "1"


def test_a_server_started_by_hand_is_left_alone(data: Path) -> None:
    home = data / "cluster"
    who = account.choose(home)
    given_up: dict[str, Any] = {"user": who.uid, "group": who.gid, "extra_groups": []} if os.geteuid() == 0 else {}
    by_hand = subprocess.Popen(
        [str(programs.reachable_by(who) / "bin" / "postgres"), "-D", "/proc/self/cwd", "-p", str(server.free_port()),
         "-k", ""], cwd=home, stderr=subprocess.DEVNULL, **given_up,
    )  # fmt: skip
    eventually(lambda: "ready" in holding.read_pid_file(home), "the server")
    with pytest.raises(DataDirectoryBusy, match=rf"no node started \(process {by_hand.pid}\)"):
        start(data)
    assert by_hand.poll() is None
    by_hand.send_signal(signal.SIGINT)
    by_hand.wait(PATIENCE)


def test_a_successor_waits_while_the_old_server_shuts_down(data: Path) -> None:
    node = Node(data)
    pid, dsn = node.started()
    ask(dsn, "CREATE TABLE kept ()")
    os.kill(pid, signal.SIGSTOP)
    node.kill()
    goes_on = threading.Timer(0.5, os.kill, (pid, signal.SIGCONT))
    goes_on.start()
    began = time.monotonic()
    pg = start(data)
    assert time.monotonic() - began > 0.4
    assert ask(pg.dsn, "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'") == "1"
    pg.stop()
    goes_on.join()


def test_the_waiting_is_bounded_and_the_old_server_told_to_end(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = Node(data)
    pid, _ = node.started()
    os.kill(pid, signal.SIGSTOP)
    node.kill()
    monkeypatch.setattr(holding, "SHUTTING_DOWN", 0.2)
    with pytest.raises(DataDirectoryBusy, match="does not end"):
        start(data)
    os.kill(pid, signal.SIGCONT)
    eventually(partial(gone, pid), "its end")
    start(data).stop()


def test_an_interrupted_initdb_is_done_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    node = Node(data)
    eventually(lambda: any(data.glob("cluster.new-*/PG_VERSION")), "the beginning of initdb")
    node.kill()
    assert not (data / "cluster").exists()
    pg = start(data)
    assert ask(pg.dsn, "SELECT 1") == "1"
    pg.stop()
    eventually(lambda: start_leaves_nothing_unfinished(data), "the remains' removal")


def start_leaves_nothing_unfinished(data: Path) -> bool:
    """Tell whether the remains are gone; a dying initdb may write one more file while they are removed."""
    start(data).stop()
    return not list(data.glob("cluster.new-*"))


def test_a_port_taken_meanwhile_is_given_up(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        honest = server.free_port
        offered = iter([taken.getsockname()[1], taken.getsockname()[1]])
        monkeypatch.setattr(server, "free_port", lambda: next(offered, None) or honest())
        pg = start(data)
        assert pg.port != taken.getsockname()[1]
        assert ask(pg.dsn, "SELECT 1") == "1"
        pg.stop()


def test_another_major_version_is_refused(data: Path) -> None:
    (data / "cluster" / "PG_VERSION").write_text("16\n")
    with pytest.raises(LocalPostgresError, match="was made by PostgreSQL 16"):
        start(data)


def test_a_damaged_cluster_is_reported_and_not_made_anew(data: Path) -> None:
    (data / "cluster" / "global" / "pg_control").unlink()
    with pytest.raises(LocalPostgresError, match=r"could not find the database system|pg_control"):
        start(data)
    assert (data / "cluster" / "base").exists()


def test_a_lost_password_is_set_anew(data: Path) -> None:
    before = (data / "password").read_text()
    (data / "password").unlink()
    pg = start(data)
    assert (data / "password").read_text() != before
    assert ask(pg.dsn, "SELECT 1") == "1"
    pg.stop()


def test_a_thread_may_not_start_it(data: Path) -> None:
    said: list[Exception] = []

    def attempt() -> None:
        try:
            start(data)
        except LocalPostgresError as error:
            said.append(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    assert "main thread" in str(said[0])
