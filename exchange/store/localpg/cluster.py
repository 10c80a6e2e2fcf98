"""The data directory of PostgreSQL: made whole or not at all, and only used if it is of our version."""

import os
import re
import secrets
import shutil
from pathlib import Path

from exchange.store.localpg import account
from exchange.store.localpg.child import HERE, Programs
from exchange.store.localpg.errors import LocalPostgresError, told_plainly
from exchange.store.localpg.programs import MAJOR_VERSION

OWNER = "exchange_owner"
DATABASE = "exchange"
GRAVE = re.compile(r"(?:PANIC|FATAL|ERROR|error):\s+(.+)")
UNFINISHED = "cluster.new-"

INITDB = (
    "--pgdata", HERE, "--username=postgres", "--pwfile=/dev/stdin", "--auth=scram-sha-256", "--encoding=UTF8",
    "--locale=C", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--data-checksums",
    "--no-instructions",
)  # fmt: skip

# The superuser has no password, so nobody signs in as it: `exchange_owner` is what a database administrator
# would give to the node, and what holds for it here holds on a server of theirs.
FIRST_STATEMENTS = """\
CREATE ROLE exchange_owner LOGIN CREATEDB CREATEROLE
GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO exchange_owner
ALTER ROLE postgres PASSWORD NULL
CREATE DATABASE exchange OWNER exchange_owner
"""
SET_PASSWORD = "ALTER ROLE exchange_owner PASSWORD '{}'\n"


def prepare(data: Path, programs: Programs, *, durable: bool, server_lock: int) -> str:
    """Make the cluster unless it is there, and return the password of `exchange_owner`."""
    cluster = data / "cluster"
    with told_plainly("prepare the data directory"):
        for unfinished in data.glob(f"{UNFINISHED}*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        password = read_password(data)
        if not cluster.exists():
            password = password or new_password(data)
            initialise(data, programs, password, durable=durable)
            return password
        require_our_version(cluster)
        account.give_away(cluster, programs.account)
        if password is None:
            # Lost, or left out of a copy: whoever may start the server may also set it anew.
            password = new_password(data)
            execute(cluster, programs, SET_PASSWORD.format(password), server_lock)
        return password


def initialise(data: Path, programs: Programs, password: str, *, durable: bool) -> None:
    """Run initdb in a sibling of the cluster, which gets its name when it is complete."""
    account.require_name(programs.account)
    fresh = data / f"{UNFINISHED}{secrets.token_hex(8)}"
    fresh.mkdir(mode=0o700)
    try:
        os.chown(fresh, programs.account.uid, programs.account.gid)
        options = INITDB if durable else (*INITDB, "--no-sync")
        done = programs.run("initdb", options, fresh, secrets.token_urlsafe(32).encode())
        if done.returncode:
            raise LocalPostgresError(f"initdb failed: {complaint(done.stderr)}")
        execute(fresh, programs, FIRST_STATEMENTS + SET_PASSWORD.format(password))
        fresh.rename(data / "cluster")
        sync_directory(data)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def execute(cluster: Path, programs: Programs, statements: str, *keep: int) -> None:
    """Execute statements, one a line, on a cluster that no server runs on."""
    options = ("--single", "-D", HERE, "-c", "exit_on_error=on", "-c", "log_min_error_statement=panic")
    done = programs.run("postgres", (*options, "postgres"), cluster, statements.encode(), keep)
    if done.returncode:
        raise LocalPostgresError(f"could not set up the database: {complaint(done.stderr)}")


def require_our_version(cluster: Path) -> None:
    """Refuse a directory that this PostgreSQL cannot read."""
    descriptor = os.open(cluster / "PG_VERSION", os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
        version = file.read(16).strip()
    if version != str(MAJOR_VERSION):
        raise LocalPostgresError(
            f"{cluster} was made by PostgreSQL {version}, and this release of the node brings "
            f"PostgreSQL {MAJOR_VERSION}: dump it with the release that made it, and restore it here"
        )


def read_password(data: Path) -> str | None:
    """Return the password that was given to `exchange_owner`, if it is there."""
    try:
        return (data / "password").read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None


def new_password(data: Path) -> str:
    """Make a password and keep it in a file for our account alone."""
    password = secrets.token_urlsafe(32)
    fresh = data / "password.new"
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(password + "\n")
        file.flush()
        os.fsync(descriptor)
    fresh.replace(data / "password")
    sync_directory(data)
    return password


def sync_directory(path: Path) -> None:
    """Make a renaming survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def complaint(text: str) -> str:
    """Return the sentence in which a program of PostgreSQL says why it gave up: the first, not its echoes."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    grave = [found[1] for line in lines if (found := GRAVE.search(line))]
    return (grave or lines[-1:] or ["it said nothing"])[0][:500]
