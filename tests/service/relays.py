"""Mail relays that misbehave, as real servers on the loopback."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiosmtpd.smtp import SMTP

from exchange.delivery.sink import HOST, self_signed, server_context
from exchange.delivery.smtp import Mailer, Relay

PATIENCE = 0.4
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def mailer_to(port: int, authorities: str, **changes: Any) -> Mailer:
    """Return a mailer to a relay that needs no sign-in."""

    async def find() -> Relay:
        return Relay(host=HOST, port=port, authorities=authorities, patience=PATIENCE, **changes)

    return Mailer(find)


@asynccontextmanager
async def talking(talk: Talk, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Run a server that talks as told; give its port."""
    server = await asyncio.start_server(talk, HOST, 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def hanging(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accept and never say a word."""
    await asyncio.sleep(30)
    writer.close()


async def without_starttls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Offer no encryption, and take everything."""
    writer.write(b"220 plain\r\n")
    while line := await reader.readline():
        writer.write(b"354 go\r\n" if line.upper().startswith(b"DATA") else b"250 plain\r\n")
    writer.close()


async def closing_mid_message(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the beginning of a message and hang up."""
    writer.write(b"220 implicit\r\n")
    while line := await reader.readline():
        if line.upper().startswith(b"DATA"):
            writer.write(b"354 go\r\n")
            await reader.readline()
            writer.transport.abort()
            return
        writer.write(b"250 ok\r\n")


class Refusing:
    """Answers RCPT or DATA with a refusal."""

    def __init__(self, *, rcpt: str = "250 ok", data: str = "250 ok") -> None:
        self.rcpt, self.data = rcpt, data

    async def handle_RCPT(self, _s: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: D102, N802
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _s: Any, _session: Any, _envelope: Any) -> str:  # noqa: D102, N802
        return self.data


@asynccontextmanager
async def refusing(handler: Refusing) -> AsyncIterator[Mailer]:
    """Run a relay that refuses; give a mailer to it."""
    certificate, key = self_signed()
    context, loop = server_context(certificate, key), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="localhost", tls_context=context, require_starttls=True, loop=loop), HOST, 0
    )
    mailer = mailer_to(server.sockets[0].getsockname()[1], certificate)
    try:
        yield mailer
    finally:
        await mailer.close()
        server.close()
