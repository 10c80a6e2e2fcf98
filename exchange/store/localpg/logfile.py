"""Write what the server says into files of bounded size; run as a script beside it.

Arguments: the file, its greatest size in bytes, how many older ones to keep.

PostgreSQL's own collector bounds a file's age or its size, but not the number of files. A process and not a
thread of the node: the server must never wait for a node that is busy or stopped.
"""

import os
import signal
import sys

CHUNK = 65_536


def main(path: str, greatest: int, kept: int) -> None:
    """Copy standard input to the end; the server and its last child close it."""
    # What ends the node or a terminal's session must not end the server's log before the server.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    log = opened(path)
    while chunk := os.read(0, CHUNK):
        try:
            if os.fstat(log).st_size + len(chunk) > greatest:
                rotate(path, kept)
                full, log = log, opened(path)
                os.close(full)
            os.write(log, chunk)
        except OSError:
            # A full disk costs lines of the log, never the server.
            continue


def opened(path: str) -> int:
    """Open the file for appending, for our account alone."""
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def rotate(path: str, kept: int) -> None:
    """Shift the files by one: the newest older one is `.1`; the oldest is overwritten."""
    for number in range(kept, 0, -1):
        older = path if number == 1 else f"{path}.{number - 1}"
        if os.path.exists(older):  # noqa: PTH110 - only what starts fast is imported here
            os.replace(older, f"{path}.{number}")  # noqa: PTH105 - likewise


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
