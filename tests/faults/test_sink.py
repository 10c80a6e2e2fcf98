"""The sandbox's mail sink with connections that come and go, or hang while it stops."""

import ssl

import aiosmtplib

from exchange.delivery.sink import HOST, USER, Sink
from tests.waiting import until


async def kept(_recipient: str, _raw: bytes) -> None:
    """Keep nothing."""


def client_of(sink: Sink) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=HOST,
        port=sink.port,
        username=USER,
        password=sink.password,
        start_tls=True,
        tls_context=ssl.create_default_context(cadata=sink.certificate),
        timeout=5,
    )


async def test_a_connection_that_ended_is_forgotten() -> None:
    sink = await Sink.start(kept)
    for _ in range(5):
        client = client_of(sink)
        await client.connect()
        assert len(sink._sessions) == 1
        await client.quit()
        await until(lambda: not sink._sessions, 5)
    await sink.stop()


async def test_it_stops_while_a_connection_over_tls_is_closing() -> None:
    """On Python 3.11.2 an abort of such a connection raises AttributeError."""
    sink = await Sink.start(kept)
    client = client_of(sink)
    await client.connect()
    (session,) = sink._sessions
    session.transport.close()
    session.transport.close()
    await sink.stop()
    client.close()


async def test_it_hangs_up_when_it_stops() -> None:
    sink = await Sink.start(kept)
    client = client_of(sink)
    await client.connect()
    await sink.stop()
    await until(lambda: not client.is_connected, 5)
