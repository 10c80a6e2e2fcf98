"""A way to PostgreSQL that can be cut at the instant a commit is done and nobody knows it yet."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

COMMITTED = b"COMMIT\x00"
"""How the server says that a commit is done (CommandComplete)."""


class Proxy:
    """Passes bytes to PostgreSQL and back; once armed, it swallows the next word of a commit and rings."""

    def __init__(self, port: int) -> None:
        """Take the server's port on loopback."""
        self._port = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._armed = False
        self.committed = asyncio.Event()

    @property
    def port(self) -> int:
        """The port to connect to instead."""
        assert self._server is not None
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    def arm(self) -> None:
        """Swallow the answer to the next commit."""
        self.committed.clear()
        self._armed = True

    async def __aenter__(self) -> Self:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._port)
        for task in (
            asyncio.create_task(self._pass(reader, up_writer, watched=False)),
            asyncio.create_task(self._pass(up_reader, writer, watched=True)),
        ):
            self._tasks.add(task)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, watched: bool) -> None:
        """Pass bytes one way until an end hangs up."""
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if watched and self._armed and COMMITTED in data:
                    self._armed = False
                    self.committed.set()
                    return  # the word of the commit reaches nobody
                writer.write(data)
                await writer.drain()
        writer.close()
