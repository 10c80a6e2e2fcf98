"""Wrapped data keys as files, one for each content and holder, in a folder outside the database: `ab/CONTENT.KEY`.

To destroy a content for a holder is to destroy its file: overwritten, synced, unlinked, the folder synced. A name is
never used twice, so no file is ever written over by another key.
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from exchange.core.errors import Tampered
from exchange.files.handles import open_folder, told

LARGEST: Final = 4096
"""Bytes of a wrapped key, by far."""

HEAD_BYTES: Final = 9

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NAME: Final = re.compile(r"([0-9a-f]{32})\.([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class KeyName:
    """What a key file is called: whose content, and which of its keys."""

    content: UUID
    key: UUID

    def __str__(self) -> str:
        return f"{self.content.hex}.{self.key.hex}"

    @property
    def part(self) -> str:
        """The folder that it lies in."""
        return _part(self.content)


class KeyFolder:
    """A folder of key files; its methods block for a moment, and any thread may call them. `close` it in the end."""

    def __init__(self, path: Path) -> None:
        """Open the folder, making it where it is missing; raise Unavailable when it cannot be used."""
        with told():
            self._root = open_folder(path)

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._root)

    def put(self, name: KeyName, wrapped: bytes) -> None:
        """Keep a wrapped key under a new name, so that it survives a power cut; raise NoRoom."""
        with told(), self._within(name.part, make=True) as folder:
            descriptor = os.open(str(name), _NEW, 0o600, dir_fd=folder)
            try:
                _written(descriptor, wrapped)
            except OSError:
                os.unlink(str(name), dir_fd=folder)
                raise
            finally:
                os.close(descriptor)
            os.fsync(folder)

    def get(self, name: KeyName) -> bytes:
        """Return a wrapped key; raise Tampered where it is not there."""
        try:
            with told_but_missing(), self._within(name.part) as folder:
                descriptor = os.open(str(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
                try:
                    return os.read(descriptor, LARGEST)
                finally:
                    os.close(descriptor)
        except FileNotFoundError:
            raise Tampered("the key file is not there") from None

    def destroy(self, name: KeyName) -> bool:
        """Destroy a key file for good; tell whether it was still there. What was begun before a crash is ended."""
        with suppress(FileNotFoundError), told_but_missing(), self._within(name.part) as folder:
            descriptor = os.open(str(name), os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            try:
                _written(descriptor, os.urandom(max(os.fstat(descriptor).st_size, 1)))
            finally:
                os.close(descriptor)
            os.unlink(str(name), dir_fd=folder)
            os.fsync(folder)
            return True
        return False

    def destroy_all(self, content: UUID) -> None:
        """Destroy every key file of a content, whoever wrote it."""
        for name, _age in self._listed(_part(content)):
            if name.content == content:
                self.destroy(name)

    def held(self, place: int) -> tuple[tuple[KeyName, float], ...]:
        """List the key files in one of 256 places, 0 to 255, with their age in seconds of real time."""
        return self._listed(f"{place:02x}")

    def heads(self, place: int) -> tuple[tuple[KeyName, bytes], ...]:
        """List the key files in one of 256 places with their first bytes, in which the version of the key stands."""
        found = []
        for name, _age in self.held(place):
            with suppress(Tampered):  # destroyed at this moment
                found.append((name, self.get(name)[:HEAD_BYTES]))
        return tuple(found)

    def _listed(self, part: str) -> tuple[tuple[KeyName, float], ...]:
        now, found = time.time(), []
        with suppress(FileNotFoundError), told_but_missing(), self._within(part) as folder, os.scandir(folder) as files:
            for file in files:
                if named := _NAME.fullmatch(file.name):
                    with suppress(FileNotFoundError):  # destroyed at this moment
                        age = now - file.stat(follow_symlinks=False).st_mtime
                        found.append((KeyName(UUID(named[1]), UUID(named[2])), age))
        return tuple(found)

    @contextmanager
    def _within(self, part: str, *, make: bool = False) -> Iterator[int]:
        """Open one of the 256 folders, through no link."""
        if make:
            with suppress(FileExistsError):
                os.mkdir(part, 0o700, dir_fd=self._root)
                os.fsync(self._root)
        folder = os.open(part, _FOLDER, dir_fd=self._root)
        try:
            yield folder
        finally:
            os.close(folder)


@contextmanager
def told_but_missing() -> Iterator[None]:
    """Say what a disk refuses as `told` does, but let a missing file be one."""
    missing: FileNotFoundError | None = None
    with told():
        try:
            yield
        except FileNotFoundError as error:
            missing = error
    if missing is not None:
        raise missing


def _part(content: UUID) -> str:
    return content.hex[:2]


def _written(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
    os.fsync(descriptor)
