"""A process that does nothing but take the texts out of one file, and ends: whatever the file does, it does to this.

Run by `exchange.unpacking.looking`. The file is the standard input; what is found goes out on the standard output, in
the frames of `exchange.unpacking.sink`.
"""

import contextlib
import resource
import signal
import sys
from typing import Final

from exchange.unpacking.members import unpack
from exchange.unpacking.sink import Enough, Sink
from schemas.vocabulary import Unseen

MOST_MEMORY: Final = 1024**3
"""Bytes of addresses that the process may use."""

MOST_CPU: Final = 30
"""Seconds of a processor: should the node be gone, the process ends by itself."""


def main(name: str, media_type: str) -> None:
    """Put out the texts of the file on the standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, MOST_CPU),
        (resource.RLIMIT_AS, MOST_MEMORY),
    ):
        with contextlib.suppress(OSError, ValueError):  # macOS bounds no addresses
            resource.setrlimit(what, (most, most))
    sink = Sink(sys.stdout.buffer)
    with contextlib.suppress(BrokenPipeError):
        try:
            unpack(sys.stdin.buffer, sink, name, media_type)
        except Enough:
            pass
        except Exception:  # noqa: BLE001 - nothing of a file may be told on a way of its own
            sink.unseen(Unseen.BROKEN)
        sink.end()


if __name__ == "__main__":
    main(*sys.argv[1:3])
