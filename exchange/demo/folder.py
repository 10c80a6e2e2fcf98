"""The demo's folder: locked for as long as the demo or its node lives, removed in the end or by the next demo."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PREFIX: Final = "exchange-demo-"
LOCK: Final = "demo.lock"


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of ours; the node inherits the lock, so that it holds until the last of us is gone."""

    path: Path
    lock: int


@contextmanager
def taken() -> Iterator[Folder]:
    """Remove what dead demos left, make a folder, and remove it in the end."""
    sweep(Path(tempfile.gettempdir()))
    path = Path(tempfile.mkdtemp(prefix=PREFIX))
    # Under its name only when it is locked: another demo may be looking.
    descriptor = os.open(path / "new.lock", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        (path / "new.lock").rename(path / LOCK)
        yield Folder(path, descriptor)
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def sweep(place: Path) -> None:
    """Remove the folders of our own demos that nobody holds any more."""
    for path in place.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if path.is_symlink() or path.stat().st_uid != os.geteuid():
                continue
            descriptor = os.open(path / LOCK, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(descriptor)
