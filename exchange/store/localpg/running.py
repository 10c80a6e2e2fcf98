"""The process of a server and that of its log: begun together, ended in bounded time."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Self

from exchange.store.localpg.child import ENVIRONMENT, HERE, Programs, script
from exchange.store.localpg.holding import read_pid_file, within

READY = 300.0  # seconds; after a crash the server first works through its log
LOG_SIZE, LOG_KEPT = 4 * 1024 * 1024, 4  # bytes a file, older files
LOG_ENDS = 2.0  # seconds for the log's last lines
# Seconds for each way to stop, together less than the 15 that the node has.
WAYS_TO_STOP = ((signal.SIGINT, 8.0), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0))


class Running:
    """A server that was begun; whether it is ready is another question."""

    def __init__(self, server: "subprocess.Popen[bytes]", writer: "subprocess.Popen[bytes]") -> None:
        self.server = server
        self.writer = writer

    @classmethod
    def begin(cls, tools: Programs, arguments: list[str], cluster: Path, log: Path, keep: int) -> Self:
        """Begin a server that inherits one descriptor, `keep`, and its log."""
        reading, writing = os.pipe()
        try:
            writer = subprocess.Popen(
                [*script("logfile"), str(log), str(LOG_SIZE), str(LOG_KEPT)], env=ENVIRONMENT,
                stdin=reading, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            # Away from the terminal's session: Ctrl-C is for the node, which then stops its server.
            server = subprocess.Popen(
                tools.command("postgres", ("-D", HERE, *arguments), signal.SIGINT), env=ENVIRONMENT, cwd=cluster,
                stdin=subprocess.DEVNULL, stdout=writing, stderr=writing, start_new_session=True,
                pass_fds=[keep],
            )  # fmt: skip
        finally:
            os.close(reading)
            os.close(writing)
        return cls(server, writer)

    def becomes_ready(self, cluster: Path) -> bool:
        """Wait until the server says in its pid file that it answers; false if it ended instead."""

        def decided() -> bool:
            return self.server.poll() is not None or says_ready(cluster, self.server.pid)

        return within(READY, decided) and self.server.poll() is None

    def end(self) -> None:
        """End both; what is open in the database is rolled back. A second call finds nothing to do."""
        for told, patience in WAYS_TO_STOP:
            if self.server.poll() is not None:
                break
            self.server.send_signal(told)
            try:
                self.server.wait(patience)
            except subprocess.TimeoutExpired:
                continue
        try:
            self.writer.wait(LOG_ENDS)
        except subprocess.TimeoutExpired:
            # A child of a killed server holds the log open for a moment; its writer ends with it.
            return


def says_ready(cluster: Path, pid: int) -> bool:
    """Tell whether the pid file is this server's and says that it takes connections."""
    lines = read_pid_file(cluster)
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7] == "ready"  # noqa: PLR2004 - its eighth line
