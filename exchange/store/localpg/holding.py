"""Who holds the data directory: one node at a time, and no server left over from the one before."""

import errno
import fcntl
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from exchange.store.localpg.errors import DataDirectoryBusy

SHUTTING_DOWN = 30.0  # seconds a predecessor may take to shut down by itself, and then once more when told to
PAUSE = 0.02  # seconds between two looks


class Holding:
    """Two locks. The server and its children inherit only `server`, so it is free when the last has ended."""

    def __init__(self, node: int, server: int) -> None:
        self.node = node
        self.server = server
        self.open = True

    @classmethod
    def take(cls, data: Path) -> Self:
        """Take both, waiting for a server that is still shutting down because its node has died."""
        node = os.open(data / "node.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        # Open for reading alone: what the server inherits, it cannot write.
        server = os.open(data / "server.lock", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        held = cls(node, server)
        try:
            become_the_node(data, node)
            wait_for_predecessor(data, server)
        except BaseException:
            held.let_go()
            raise
        return held

    def let_go(self) -> None:
        """Let both go, once; what the server inherited it still holds."""
        if self.open:
            self.open = False
            os.close(self.server)
            os.close(self.node)


def is_free(descriptor: int) -> bool:
    """Take a lock if it is free."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise
    return True


def become_the_node(data: Path, lock: int) -> None:
    """Take the node's lock, and write down for others who we are."""
    if not is_free(lock):
        raise DataDirectoryBusy(f"{data} is used by another node{named(lock)}")
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)


def named(descriptor: int) -> str:
    """Say which process holds the node's lock, as far as it wrote that down."""
    written = os.pread(descriptor, 16, 0).decode("ascii", "replace").strip()
    return f" (process {written})" if written.isdigit() else ""


def wait_for_predecessor(data: Path, lock: int) -> None:
    """Wait for the last process of an earlier server; tell it to end when it does not by itself."""
    for told in (None, signal.SIGINT, signal.SIGQUIT):
        if told is not None:
            end_predecessor(data, told)
        if within(SHUTTING_DOWN, lambda: is_free(lock)):
            return
    raise DataDirectoryBusy(f"a PostgreSQL that an earlier node started in {data} does not end")


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Tell whether a condition comes true in time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(PAUSE)
    return True


def write_down(data: Path, pid: int) -> None:
    """Note which process the server is, so that a successor never signals another one of the same number."""
    (data / "server").write_text(json.dumps({"pid": pid, "began": began(pid), "boot": boot()}), "ascii")


def end_predecessor(data: Path, told: signal.Signals) -> None:
    """Signal the earlier server, if it is the very process that was written down."""
    try:
        noted = json.loads((data / "server").read_text("ascii"))
        if noted["began"] == began(noted["pid"]) is not None and noted["boot"] == boot():
            os.kill(noted["pid"], told)
    except (OSError, ValueError, KeyError, TypeError):
        # Not written down, or gone meanwhile: there is only the waiting.
        return


def began(pid: int) -> int | None:
    """Return when a process began, in clock ticks since the system started; None if there is none."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return None
    return int(status.rpartition(")")[2].split()[19])


def boot() -> str:
    """Return the identity of the system's start, since process numbers begin anew with it."""
    return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()


def clear_stale_pid_file(cluster: Path) -> None:
    """Remove a `postmaster.pid` left by a killed server, whose number another process may bear by now.

    PostgreSQL would believe any living process of that number to be its server. We hold the server's lock, so
    none of ours lives; one that somebody started by hand is recognised by its name and working directory.
    """
    lines = read_pid_file(cluster)
    if lines and lines[0].isdigit() and is_server_in(int(lines[0]), cluster):
        raise DataDirectoryBusy(f"a PostgreSQL that no node started (process {lines[0]}) uses {cluster}")
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def is_server_in(pid: int, cluster: Path) -> bool:
    """Tell whether a process is a PostgreSQL at work in a directory."""
    try:
        name = Path(f"/proc/{pid}/comm").read_text("utf-8", "replace").strip()
        return name == "postgres" and Path(f"/proc/{pid}/cwd").samefile(cluster)
    except OSError:
        return False


def read_pid_file(cluster: Path) -> list[str]:
    """Return the lines of `postmaster.pid`; none if it is not there."""
    try:
        descriptor = os.open(cluster / "postmaster.pid", os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return []
    with os.fdopen(descriptor, encoding="utf-8", errors="replace") as file:
        return [line.strip() for line in file.read(4096).splitlines()]
