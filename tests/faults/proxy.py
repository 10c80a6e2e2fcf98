"""A way to PostgreSQL that can be cut at the instant a commit is done and nobody knows it yet."""

import asyncio
import re
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

COMMITTED: Final = b"Z\x00\x00\x00\x05I"
"""How the server says that it is ready outside any transaction (ReadyForQuery): what it did is committed."""

BIND: Final = re.compile(rb"B.{4}\x00", re.DOTALL)
"""How a prepared statement is asked for: Bind, with the portal that has no name."""


class Proxy:
    """Passes bytes to PostgreSQL and back; it swallows the word of the commit that follows a named statement."""

    def __init__(self, port: int) -> None:
        """Take the server's port on loopback."""
        self._port = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._awaited: bytes | None = None
        self._hangs_up = False
        self.committed = asyncio.Event()

    @property
    def port(self) -> int:
        """The port to connect to instead."""
        assert self._server is not None
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    def arm(self, statement: bytes, *, hang_up: bool = False) -> None:
        """Swallow the answer to the commit of whoever sends this statement next; hang up then, or stay silent."""
        self.committed.clear()
        self._awaited, self._hangs_up = statement, hang_up

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
        """Pass one connection on, both ways."""
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._port)
        sent = asyncio.Event()
        for task in (
            asyncio.create_task(self._ask(reader, up_writer, sent)),
            asyncio.create_task(self._answer(up_reader, writer, sent)),
        ):
            self._tasks.add(task)

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: asyncio.Event) -> None:
        """Pass what the node asks; note when it has the awaited statement done, some time after it was prepared."""
        bound: bytes | None = None
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if self._awaited is not None and (named := _named(self._awaited).search(data)):
                    self._awaited, bound = None, b"\x00" + named[1] + b"\x00"
                if bound is not None and BIND.search(data) and bound in data:
                    sent.set()
                writer.write(data)
                await writer.drain()
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: asyncio.Event) -> None:
        """Pass what the server answers, up to the word of the commit that is to reach nobody."""
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if sent.is_set() and COMMITTED in data:
                    self.committed.set()
                    if self._hangs_up:
                        break
                    return
                writer.write(data)
                await writer.drain()
        writer.close()


def _named(statement: bytes) -> re.Pattern[bytes]:
    """Return what finds the name under which a statement is prepared (Parse: name, zero, text)."""
    return re.compile(rb"(__asyncpg\w+)\x00[^\x00]*" + re.escape(statement))
