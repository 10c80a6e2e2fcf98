"""Start a server, on a port of its own, and hold what belongs to it until it is stopped."""

import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from exchange.store.localpg import account, cluster, programs
from exchange.store.localpg.child import Programs
from exchange.store.localpg.errors import LocalPostgresError, told_plainly
from exchange.store.localpg.holding import (
    Holding,
    clear_stale_pid_file,
    is_server_in,
    read_pid_file,
    write_down,
)
from exchange.store.localpg.running import Running
from exchange.store.localpg.settings import arguments

STARTS = 6  # what is in the way for a moment is no reason to give up
PORT_LINE, STATUS_LINE = 4, 8
"""Of `postmaster.pid`."""

PASSING_TROUBLE = (
    "Address already in use",  # somebody was quicker with the port
    "could not bind",
    "could not create any TCP/IP sockets",
    "pre-existing shared memory block",  # a child of a server killed just now
    'lock file "postmaster.pid"',
)


@dataclass(frozen=True, eq=False)
class LocalPostgres:
    """A running server; it ends with this process, however this process ends."""

    dsn: str = field(repr=False)
    port: int
    pid: int
    data: Path
    log: Path
    _password: str = field(repr=False)
    _running: Running = field(repr=False)
    _held: Holding = field(repr=False)

    def dsn_for(self, database: str) -> str:
        """Return the address of another database on the server, which need not exist yet."""
        return address(self._password, self.port, database)

    def stop(self) -> None:
        """Stop the server, in less than 15 seconds; a second call does nothing."""
        self._running.end()
        self._held.let_go()


def start(data: Path, *, durable: bool = True) -> LocalPostgres:
    """Start the server of a data directory, which is made if need be; call it from the main thread.

    With `durable=False`, for tests, nobody knows what is left after a crash of the machine.
    """
    require_system()
    data = data.absolute()
    with told_plainly("use the data directory"):
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data / "log").mkdir(mode=0o700, exist_ok=True)
        held = Holding.take(data)
    try:
        with told_plainly("start the server"):
            who = account.choose(data / "cluster")
            tools = Programs(programs.reachable_by(who), who)
            password = cluster.prepare(data, tools, durable=durable, server_lock=held.server)
            return launch(data, tools, password, held, durable=durable)
    except BaseException:
        held.let_go()
        raise


def beside(data: Path) -> str | None:
    """Return the address of the server that another process started in a data directory, None while none is ready.

    Whoever may read the directory's password may work beside the node; the server goes on belonging to that.
    """
    data = data.absolute()
    with told_plainly("use the data directory"):
        password, lines = cluster.read_password(data), read_pid_file(data / "cluster")
    if password is None or len(lines) < STATUS_LINE or lines[STATUS_LINE - 1] != "ready":
        return None
    pid, port = lines[0], lines[PORT_LINE - 1]
    if not (pid.isdigit() and port.isdigit() and is_server_in(int(pid), data / "cluster")):
        return None
    return address(password, int(port), cluster.DATABASE)


def require_system() -> None:
    """Refuse where the server could outlive us."""
    if sys.platform != "linux":
        raise LocalPostgresError("the embedded database needs Linux: set DATABASE_URL")
    if threading.current_thread() is not threading.main_thread():
        # The kernel counts the end of the thread that started the server as our death.
        raise LocalPostgresError("the embedded database is started from the main thread")


def launch(data: Path, tools: Programs, password: str, held: Holding, *, durable: bool) -> LocalPostgres:
    """Start the server, again if only something passing was in the way."""
    log, home = data / "log" / "postgresql.log", data / "cluster"
    said = ""
    for attempt in range(STARTS):
        time.sleep(0.1 * attempt)
        clear_stale_pid_file(home)
        port = free_port()
        before = size(log)
        running = Running.begin(tools, arguments(port, durable=durable), home, log, held.server)
        try:
            write_down(data, running.server.pid)
            if running.becomes_ready(home):
                dsn = address(password, port, cluster.DATABASE)
                return LocalPostgres(dsn, port, running.server.pid, data, log, password, running, held)
        except BaseException:
            running.end()
            raise
        running.end()
        said = said_since(log, before)
        if not any(trouble in said for trouble in PASSING_TROUBLE):
            break
    raise LocalPostgresError(f"PostgreSQL does not start in {data}: {cluster.complaint(said)}")


def free_port() -> int:
    """Return a port of the loopback that is free now; that it stays so, nobody promises."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def address(password: str, port: int, database: str) -> str:
    """Return the address of a database for `exchange_owner`."""
    return f"postgresql://{cluster.OWNER}:{password}@127.0.0.1:{port}/{quote(database, safe='')}"


def size(log: Path) -> int:
    """Return how much was said before now."""
    return log.stat().st_size if log.exists() else 0


def said_since(log: Path, before: int) -> str:
    """Return what the log gained; all of it, if it was begun anew meanwhile."""
    if not log.exists():
        return ""
    text = log.read_bytes()
    return text[before if len(text) >= before else 0 :].decode("utf-8", "replace")
