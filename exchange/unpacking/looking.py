"""The other end of the process that unpacks: its frames as they come, within a time; it is ended whatever happens."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from exchange.unpacking.sink import END, HEAD, PIECE

ROOT: Final = Path(__file__).resolve().parent.parent.parent
MOST_SECONDS: Final = 20.0
"""How long one file may take to be unpacked and looked at, its process begun."""

AT_ONCE: Final = 2
"""Files that are unpacked at a time; the others wait."""


class TooLong(Exception):
    """It was not done within its time."""


class Broken(Exception):
    """The process ended before it was done."""


class Unpacker:
    """Takes texts out of files, a process for each."""

    def __init__(self, seconds: float = MOST_SECONDS) -> None:
        self._seconds = seconds
        self._room = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def frames(
        self, descriptor: int, name: str, media_type: str
    ) -> AsyncIterator[AsyncIterator[tuple[bytes, bytes]]]:
        """Open a file's frames, each with its kind; raise TooLong, Broken. The descriptor stays its caller's."""
        async with self._room:
            process = await _begun(descriptor, name, media_type)
            try:
                async with asyncio.timeout(self._seconds):
                    yield _frames(process)
            except TimeoutError:
                raise TooLong from None
            finally:
                await _ended(process)


async def _begun(descriptor: int, name: str, media_type: str) -> Process:
    """Begin a process that knows nothing of the node: no settings, no secrets, no file but the one."""
    known = {"PYTHONPATH": os.pathsep.join([str(ROOT), *(path for path in sys.path if path)]), "LC_ALL": "C.UTF-8"}
    ending = f".{name.rpartition('.')[2]}" if "." in name else ""  # the rest of the name is nobody's business there
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "exchange.unpacking.process", ending, media_type),
        cwd=ROOT,
        env=known,
        stdin=descriptor,
        stdout=PIPE,
        stderr=DEVNULL,  # a fault may quote what it was about
        limit=2 * PIECE,
    )


async def _ended(process: Process) -> None:
    """End a process; what it wrote last is read away, since it counts as ended once its pipe is."""
    with suppress(ProcessLookupError):
        process.kill()
    while process.stdout is not None and await process.stdout.read(PIECE):
        pass
    await process.wait()


async def _frames(process: Process) -> AsyncIterator[tuple[bytes, bytes]]:
    """Yield frames up to the last."""
    if process.stdout is None:
        raise Broken
    try:
        while True:
            kind, size = HEAD.unpack(await process.stdout.readexactly(HEAD.size))
            if kind == END:
                return
            if size > PIECE:
                raise Broken
            yield kind, await process.stdout.readexactly(size)
    except asyncio.IncompleteReadError:
        raise Broken from None
