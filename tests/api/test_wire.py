"""What never becomes a call: no HTTP, heads without end, silence. Real sockets, the real protocol."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from exchange.api.wire import Wire


class Hasty(Wire):
    """The wire with little patience."""

    head_seconds = 0.5


async def app(_scope: Any, receive: Any, send: Any) -> None:
    """Answer every call."""
    await receive()
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = uvicorn.Config(app, http=Hasty, port=0, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    yield server.servers[0].sockets[0].getsockname()[1]
    await server.shutdown()


async def said(port: int, *parts: bytes) -> bytes:
    """Return all that the server says to some bytes until it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await asyncio.sleep(0)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer


@pytest.mark.parametrize(
    "junk",
    [
        b"FOO / HTTP/1.1\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/1.1\nHost a\n\n",
    ],
)
async def test_rfc_9457_what_is_no_http_gets_a_problem(port: int, junk: bytes) -> None:
    head, _, body = (await said(port, junk)).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in head
    assert json.loads(body)["code"] == "bad_request"


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 40_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 2_000_000,
    ],
)
async def test_rfc_6585_a_head_that_is_too_large_is_refused(port: int, head: bytes) -> None:
    parts = [head[place : place + 50_000] for place in range(0, len(head), 50_000)]
    try:
        answer = await said(port, *parts)
    except ConnectionError:
        return  # hung up while we still wrote: refused as well
    assert not answer or answer.startswith(b"HTTP/1.1 431 ")


async def test_a_head_that_never_ends_is_cut_off(port: int) -> None:
    assert (await said(port, b"GET /slow HTTP/1.1\r\nHost: a\r\n")).startswith(b"HTTP/1.1 408 ")


async def test_silence_is_cut_off_without_a_word(port: int) -> None:
    assert await said(port) == b""


async def test_calls_in_order_go_on_as_ever(port: int) -> None:
    """Two calls on one connection, the second after a pause that is longer than a head may take."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)).startswith(b"HTTP/1.1 204 ")
        await asyncio.sleep(0.8)
    writer.close()
