"""What is promised of a running embedded PostgreSQL: settings, rights, what its log leaves out, how long it grows."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from exchange.store import localpg
from exchange.store.localpg import (
    DataDirectoryBusy,
    LocalPostgres,
    LocalPostgresError,
    binary,
    cluster,
    logfile,
    programs,
    start,
)
from tests.faults.localpg.node import PATIENCE, as_root, ask, eventually, psql


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
