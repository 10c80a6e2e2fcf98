"""The embedded PostgreSQL: real servers, really killed, in directories and paths that stand in the way."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from exchange.store import localpg
from exchange.store.localpg import (
    DataDirectoryBusy,
    LocalPostgres,
    LocalPostgresError,
    account,
    binary,
    cluster,
    holding,
    logfile,
    programs,
    server,
    start,
)

ROOT = Path(__file__).parents[2]
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


# --- helpers ----------------------------------------------------------------------------------------------


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


@pytest.fixture(scope="module")
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
    pg = start(data)
    yield pg
    pg.stop()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPostgres]:
    """Return a server that no test changes or stops, made from nothing."""
    pg = start(tmp_path_factory.mktemp("пустое место") / "data" / "postgresql")
    yield pg
    pg.stop()


# --- what is promised of a running server -----------------------------------------------------------------


def test_the_first_start_makes_the_database_and_its_owner(shared: LocalPostgres) -> None:
    assert ask(shared.dsn, "SELECT current_user, current_database()") == "exchange_owner|exchange"
    owner = "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    assert ask(shared.dsn, owner) == "f|t|t"
    ask(shared.dsn, "CREATE DATABASE another")
    assert ask(shared.dsn_for("another"), "SELECT current_database()") == "another"


def test_letters_of_every_state_are_lowered_whatever_the_locale(shared: LocalPostgres) -> None:
    assert ask(shared.dsn, "SELECT lower('ҚАЗАҚ ӘІҢҒҮҰҚӨҺ ЎЁ ՀԱՅ')") == "қазақ әіңғүұқөһ ўё հայ"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("TimeZone", "UTC"),
        ("max_connections", "100"),
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("password_encryption", "scram-sha-256"),
        ("log_statement", "none"),
        ("log_min_error_statement", "panic"),
        ("log_parameter_max_length_on_error", "0"),
    ],
)
def test_settings_are_safe(shared: LocalPostgres, setting: str, value: str) -> None:
    assert ask(shared.dsn, f"SHOW {setting}") == value


def test_the_server_listens_on_the_loopback_alone(shared: LocalPostgres) -> None:
    sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = [row[1] for row in sockets if row[3] == "0A" and int(row[1].split(":")[1], 16) == shared.port]
    assert listening == [f"0100007F:{shared.port:04X}"]


def test_the_password_is_ours_alone_and_needed(shared: LocalPostgres) -> None:
    kept = shared.data / "password"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.read_text().strip() in shared.dsn
    assert kept.read_text().strip() not in repr(shared)
    wrong = shared.dsn.replace(kept.read_text().strip(), "wrong")
    assert "password authentication failed" in psql(wrong, "SELECT 1").stderr


def test_nobody_signs_in_as_superuser(shared: LocalPostgres) -> None:
    assert psql(shared.dsn.replace("exchange_owner", "postgres"), "SELECT 1").returncode != 0
    assert ask(shared.dsn, "SELECT count(*) FROM pg_roles WHERE rolsuper AND rolname <> 'postgres'") == "0"


@as_root
def test_the_server_has_no_rights_of_root(shared: LocalPostgres) -> None:
    status = Path(f"/proc/{shared.pid}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert "0" not in fields["Uid"].split()
    assert "0" not in fields["Gid"].split()
    assert fields["Groups"].split() == []
    assert int(fields["CapEff"], 16) == 0
    assert fields["NoNewPrivs"] == "1"


def test_a_signal_to_the_nodes_terminal_does_not_reach_the_server(shared: LocalPostgres) -> None:
    assert os.getsid(shared.pid) != os.getsid(0)


def test_the_content_of_a_failing_row_stays_out_of_the_log(running: LocalPostgres) -> None:
    ask(running.dsn, "CREATE TABLE row (a int CHECK (a > 0), b text)")
    assert "тайна" in psql(running.dsn, "INSERT INTO row VALUES (-1, 'тайна')").stderr
    eventually(lambda: "violates check constraint" in running.log.read_text(), "the line in the log")
    assert "тайна" not in running.log.read_text()


def test_the_programs_of_postgresql_are_there() -> None:
    for name in ("psql", "pg_dump", "pgbench", "pg_basebackup"):
        done = subprocess.run([str(binary(name)), "--version"], capture_output=True, text=True, check=True)
        assert f" {programs.MAJOR_VERSION}." in done.stdout
    with pytest.raises(LocalPostgresError, match="no program 'oracle'"):
        binary("oracle")


def test_tests_may_do_without_durability(tmp_path: Path) -> None:
    pg = start(tmp_path / "data", durable=False)
    assert ask(pg.dsn, "SHOW fsync") == "off"
    pg.stop()


# --- its end ----------------------------------------------------------------------------------------------


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


# --- what is in the way of a start ------------------------------------------------------------------------


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


# --- rights and room --------------------------------------------------------------------------------------


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalPostgresError, match=r"cannot use the data directory: Not a directory .*file"):
        start(tmp_path / "file" / "data")


@as_root
def test_a_directory_closed_to_us_is_named(tmp_path: Path) -> None:
    python = an_interpreter_for_everybody()
    done = subprocess.run(
        [python, "-c", NODE, str(tmp_path / "data")], user="nobody", group=65534, extra_groups=[],
        env=node_environment(), cwd="/", capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "cannot use the data directory: Permission denied" in done.stderr


@as_root
def test_it_runs_for_an_ordinary_user() -> None:
    python = an_interpreter_for_everybody()
    with tempfile.TemporaryDirectory(prefix="чужой дом ") as place:
        os.chown(place, 65534, 65534)
        packages = str(programs.installation().parent.parent)
        done = subprocess.run(
            [python, "-c", NODE + "server.stop()\n", f"{place}/data"],
            user="nobody", group=65534, extra_groups=[], cwd="/",
            env=node_environment(PYTHONPATH=f"{ROOT}:{packages}"), capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "exchange_owner" in done.stdout


def an_interpreter_for_everybody() -> str:
    """Return a Python that `nobody` can run, together with our modules."""
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        check = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import exchange.store.localpg"
        try:
            subprocess.run(
                [python, "-c", check], user="nobody", group=65534, extra_groups=[], cwd="/", check=True,
                capture_output=True,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError):
            continue
        return python
    pytest.skip("no interpreter, or not our modules, for an ordinary user here")


@as_root
def test_root_runs_it_from_a_closed_environment(tmp_path: Path) -> None:
    """The programs stand below a directory of mode 0700, and the caller's settings would mislead the server."""
    closed = tmp_path / "закрыто" / "site-packages"
    ours = programs.installation()
    for name in (programs.LIBRARIES, f"{programs.PACKAGE}/{programs.INSTALLATION}"):
        shutil.copytree(ours.parent.parent / name, closed / name)
    for listing in ours.parent.parent.glob(f"{programs.PACKAGE}-*.dist-info"):
        shutil.copytree(listing, closed / listing.name)
    (closed / programs.PACKAGE / "__init__.py").touch()
    tmp_path.chmod(0o700)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as cache:
        Path(cache).chmod(0o755)
        code = f"import pathlib, exchange.store.localpg.programs as p; p.CACHES = (pathlib.Path({cache!r}),)\n"
        misleading = {"PGDATA": "/nowhere", "PGPORT": "1", "PGOPTIONS": "-c x=y", "LANG": "ru_RU.KOI8-R"}
        for _ in range(2):
            node = Node(tmp_path / "data", code + NODE, PYTHONPATH=f"{closed}:{ROOT}", **misleading)
            pid, dsn = node.started()
            assert ask(dsn, "SELECT 1") == "1"
            assert Path(f"/proc/{pid}/exe").readlink().is_relative_to(cache)
            node.process.communicate()
            eventually(partial(gone, pid), "its end")
        assert len(list(Path(cache).iterdir())) == 1


@as_root
def test_a_copy_that_others_could_have_written_is_not_trusted(tmp_path: Path) -> None:
    copied = programs.copy_below(tmp_path, programs.installation())
    assert copied is not None
    home = next(tmp_path.iterdir())
    home.chmod(0o777)
    assert programs.copy_below(tmp_path, programs.installation()) is None
    home.chmod(0o755)
    os.chown(home, 65534, 65534)
    assert programs.copy_below(tmp_path, programs.installation()) is None


@as_root
def test_a_copy_restored_by_root_is_given_to_the_server(data: Path) -> None:
    subprocess.run(["chown", "-R", "0:0", data / "cluster"], check=True)
    pg = start(data)
    assert ask(pg.dsn, "SELECT 1") == "1"
    pg.stop()
    assert (data / "cluster").stat().st_uid != 0


@as_root
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(small)]
    if subprocess.run(options, check=False, capture_output=True).returncode:
        pytest.skip("no mounting here")
    try:
        with pytest.raises(LocalPostgresError, match="No space left on device"):
            start(small / "data")
        assert not (small / "data" / "cluster").exists()
        assert not list((small / "data").glob("cluster.new-*"))
    finally:
        subprocess.run(["umount", small], check=True)


# --- the log's size ---------------------------------------------------------------------------------------


def test_the_log_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "журнал" / "log"
    path.parent.mkdir()
    text = b"".join(b"%06d\n" % number for number in range(100_000))
    write_log(path, text, 100_000, 2)
    sizes = {file.name: file.stat().st_size for file in path.parent.iterdir()}
    assert set(sizes) == {"log", "log.1", "log.2"}
    assert max(sizes.values()) <= 100_000
    assert text.endswith(path.read_bytes())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_full_disk_does_not_hold_up_the_server() -> None:
    write_log(Path("/dev/full"), b"x" * 1_000_000, 10_000_000, 1)


def write_log(path: Path, text: bytes, greatest: int, kept: int) -> None:
    """Give a text to the script that writes the log."""
    command = [sys.executable, "-I", "-S", logfile.__file__, str(path), str(greatest), str(kept)]
    subprocess.run(command, input=text, check=True, timeout=PATIENCE)


def test_the_interface_is_what_the_node_relies_on() -> None:
    assert set(localpg.__all__) >= {"start", "binary", "LocalPostgres", "LocalPostgresError", "DataDirectoryBusy"}
    assert issubclass(DataDirectoryBusy, LocalPostgresError)
    assert cluster.DATABASE == "exchange"
