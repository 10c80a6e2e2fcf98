"""What can go wrong with the embedded database; the messages say what and why, and hold no secret.

LocalPostgresError
└── DataDirectoryBusy    somebody else works in the directory
"""

from collections.abc import Iterator
from contextlib import contextmanager


class LocalPostgresError(Exception):
    """The embedded database cannot be started."""


class DataDirectoryBusy(LocalPostgresError):
    """Another node, or another PostgreSQL, uses the data directory."""


@contextmanager
def told_plainly(doing: str) -> Iterator[None]:
    """Turn what the system refuses (rights, a full disk, a file in the way) into a sentence about `doing`."""
    try:
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise LocalPostgresError(f"cannot {doing}: {error.strerror}{where}") from error
