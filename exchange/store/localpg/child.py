"""Start a program of PostgreSQL in the data directory, without root's rights, ending with us."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from exchange.store.localpg.account import Account

# How a program names its working directory. The kernel follows it without looking at the directories above,
# which may be closed to the account; and no space or letter of the real path is ever quoted wrongly.
HERE = "/proc/self/cwd"

SCRIPTS = Path(__file__).parent
# Nothing of the caller's: PGDATA, PGPORT, LD_PRELOAD or a locale would each change what the server does.
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}


@dataclass(frozen=True)
class Programs:
    """The programs and the account they run under."""

    place: Path
    account: Account

    def command(self, program: str, arguments: Sequence[str], death_signal: signal.Signals) -> list[str]:
        """Return the command that becomes the program; see `become`."""
        ours = (self.account.uid, self.account.gid, os.getpid(), int(death_signal))
        path = self.place / "bin" / program
        return [*script("become"), *map(str, ours), str(path), *arguments]

    def run(
        self, program: str, arguments: Sequence[str], where: Path, given: bytes, keep: Sequence[int] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end; `given` is what it reads, which never touches the disk."""
        descriptor = os.memfd_create("given")
        with os.fdopen(descriptor, "wb") as memory:
            memory.write(given)
            memory.flush()
            memory.seek(0)
            os.fchown(descriptor, self.account.uid, self.account.gid)
            return subprocess.run(
                self.command(program, arguments, signal.SIGKILL), cwd=where, env=ENVIRONMENT,
                stdin=descriptor, capture_output=True, check=False, encoding="utf-8", errors="replace",
                start_new_session=True, pass_fds=keep,
            )  # fmt: skip


def script(name: str) -> list[str]:
    """Return the command for one of the scripts here: isolated, and without the packages it does not need."""
    return [sys.executable, "-I", "-S", str(SCRIPTS / f"{name}.py")]
