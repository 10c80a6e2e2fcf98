"""The wire below the interface: heads of calls that are too large or never end, and what is no HTTP at all."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from exchange.api.edge import HEADERS
from exchange.api.problems import MEDIA_TYPE, Fault, answer_to

HEAD_LIMIT: Final = 64 * 1024
"""Most bytes of a call's first line and headers."""

HEAD_SECONDS: Final = 20.0
"""How long the head of a call may take, and how long a new connection may be silent."""


class HeadRefused(Exception):
    """Ends the parsing of a head that is not taken."""


class Wire(HttpToolsProtocol):
    """Uvicorn's own protocol with a bound on heads, and problem bodies for what never becomes a call."""

    head_limit: int = HEAD_LIMIT
    head_seconds: float = HEAD_SECONDS

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Begin before any head."""
        super().__init__(*arguments, **named)
        self._head, self._code = 0, "bad_request"
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        """Give a new connection its time to say something."""
        super().connection_made(transport)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, and count what is still no whole head."""
        super().data_received(data)
        if self._timer is not None:
            self._count(len(data))

    def on_message_begin(self) -> None:
        """Give a call's head its time."""
        super().on_message_begin()
        self._head = 0
        self._expect()

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        self._measure(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self._measure(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Go on to the call itself."""
        self._arrived()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words are not ours
        """Answer what is no call with a problem, and hang up."""
        self._refuse()

    def _expect(self) -> None:
        """Start the deadline of a head."""
        if self._timer is None:
            self._timer = self.loop.call_later(self.head_seconds, self._too_slow)

    def _arrived(self) -> None:
        """End the deadline."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _measure(self, length: int) -> None:
        """Refuse a head that is too large while it is parsed."""
        self._head += length
        if self._head > self.head_limit:
            self._code = "head_too_large"
            raise HeadRefused

    def _count(self, length: int) -> None:
        """Refuse a head of which the parser keeps more than is taken."""
        self._head += length
        if self._head > 2 * self.head_limit and not self.transport.is_closing():
            self._code = "head_too_large"
            self._refuse()

    def _too_slow(self) -> None:
        """Hang up on a head that does not come; a connection that never began a call gets no answer."""
        self._timer = None
        if self.transport.is_closing():
            return
        if self.cycle is None and self._head == 0:
            self.transport.close()
            return
        self._code = "head_too_slow"
        self._refuse()

    def _refuse(self) -> None:
        self._arrived()
        answer = answer_to(Fault(self._code))
        headers: Mapping[str, str] = {
            **HEADERS,
            "Content-Type": MEDIA_TYPE,
            "Content-Length": str(len(answer.body)),
            "Connection": "close",
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.transport.write(STATUS_LINE[answer.status] + lines.encode() + b"\r\n" + answer.body)
        self.transport.close()
