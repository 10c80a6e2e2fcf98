"""A caller that asks as fast as it is answered, over connections that stay open; light enough not to be the measure."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

PATIENCE: Final = 60.0
"""Seconds after which a round that does not end is given up."""

END_OF_HEAD: Final = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Call:
    """One call as its bytes, the status it must get, and what its maker wants to know it by."""

    wire: bytes
    status: bytes = b"201"
    about: Any = None


@dataclass(slots=True)
class Round:
    """What one round measured: calls answered, seconds from the first to the last, each call's own seconds."""

    calls: int = 0
    seconds: float = 0.0
    each: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Calls a second."""
        return self.calls / self.seconds


class Failed(Exception):
    """A call was answered otherwise than it had to be, or not at all."""


Answered = Callable[[Call, bytes, bytes], None]
"""Told of every answer: the call, the answer's head and its body."""


def wire(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    """Return a call's bytes."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if method == "POST":
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


async def drive(
    ports: Sequence[int], calls: Sequence[Call], *, connections: int, answered: Answered | None = None
) -> Round:
    """Make the calls over so many connections, spread over the ports; raise Failed at the first wrong answer."""
    waiting = iter(calls)
    measured = Round()
    loop = asyncio.get_running_loop()
    done = [loop.create_future() for _ in range(connections)]
    lines = []
    for place, end in enumerate(done):
        _, line = await loop.create_connection(
            lambda end=end: _Line(waiting, measured, end, answered),  # type: ignore[misc]
            "127.0.0.1",
            ports[place % len(ports)],
        )
        lines.append(line)
    began = time.perf_counter()
    try:
        for line in lines:
            line.ask()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*done)
        measured.seconds = time.perf_counter() - began
    finally:
        for line in lines:
            line.hang_up()
    return measured


class _Line(asyncio.Protocol):
    """One connection, with one call under way at a time."""

    def __init__(self, waiting: Any, measured: Round, end: "asyncio.Future[None]", answered: Answered | None) -> None:
        self._waiting = waiting
        self._measured = measured
        self._end = end
        self._answered = answered
        self._held = b""
        self._call: Call | None = None
        self._asked_at = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the server."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is one by its methods alone

    def ask(self) -> None:
        """Make the next call, or end when there is none."""
        self._call = next(self._waiting, None)
        if self._call is None:
            self._finish(None)
        elif self._transport is not None:
            self._asked_at = time.perf_counter()
            self._transport.write(self._call.wire)

    def data_received(self, data: bytes) -> None:
        """Take an answer when it is whole."""
        self._held += data
        head, found, rest = self._held.partition(END_OF_HEAD)
        if not found or len(rest) < _length(head) or self._call is None:
            return
        self._held = b""
        if head[9:12] != self._call.status:
            self._finish(Failed(f"{head[:12]!r}: {rest[:400]!r}"))
            return
        self._measured.calls += 1
        self._measured.each.append(time.perf_counter() - self._asked_at)
        if self._answered is not None:
            self._answered(self._call, head, rest)
        self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that the server hung up."""
        self._finish(exc or Failed("the server hung up"))

    def hang_up(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()

    def _finish(self, trouble: Exception | None) -> None:
        if self._end.done():
            return
        if trouble is None:
            self._end.set_result(None)
        else:
            self._end.set_exception(trouble)


def _length(head: bytes) -> int:
    """Return how long the body after a head is."""
    lower = head.lower()
    at = lower.find(b"content-length:")
    return 0 if at < 0 else int(lower[at + 15 :].split(b"\r\n", 1)[0])
