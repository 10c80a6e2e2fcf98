"""Uploads and downloads over a real socket: cut off, too slow, too large, damaged; nothing half is kept."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from uvicorn.server import Server

from exchange import transfer
from exchange.api.wire import Wire
from exchange.settings import Settings
from schemas.vocabulary import Role
from tests.api.files import count, stored, taken
from tests.api.house import Node, open_node
from tests.conftest import Database
from tests.waiting import until

LIMIT = 3_000_000
PIECE = b"x" * 65_536


@pytest.fixture
async def node(database: Database) -> AsyncIterator[Node]:
    async with open_node(database.dsn, settings=Settings(attachment_limit=LIMIT)) as opened:
        yield opened


@pytest.fixture
async def port(node: Node) -> AsyncIterator[int]:
    config = uvicorn.Config(node.app, http=Wire, port=0, log_config=None, access_log=False, lifespan="off")
    server = Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    yield server.servers[0].sockets[0].getsockname()[1]
    await server.shutdown()


class Line:
    """One connection to the node."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *parts: bytes) -> None:
        """Send some bytes."""
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Return the status, the headers and as much of the body as comes."""
        async with asyncio.timeout(20):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
            try:
                body = await self.reader.readexactly(int(headers["content-length"]))
            except asyncio.IncompleteReadError as cut:
                body = cut.partial
        return int(head[0].split()[1]), headers, body

    def hang_up(self) -> None:
        """Close the connection without a word."""
        self.writer.transport.abort()


async def opened(node: Node, port: int, size: int | None, *, role: Role = Role.SYSTEM, more: str = "") -> Line:
    """Begin an upload of so many bytes, in chunks where none is said."""
    line = Line(*await asyncio.open_connection("127.0.0.1", port))
    token = (await node.headers("KZ-MVD", role))["Authorization"]
    length = f"Content-Length: {size}" if size is not None else "Transfer-Encoding: chunked"
    await line.send(
        f"POST /v1/attachments?name=a.txt HTTP/1.1\r\nHost: a\r\nAuthorization: {token}\r\n"
        f"Content-Type: text/plain\r\n{more}{length}\r\n\r\n".encode()
    )
    return line


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


async def gone(node: Node) -> None:
    """Wait until nothing unfinished lies in the store."""
    await until(lambda: not stored(node), 10)


async def begun(node: Node) -> None:
    """Wait until something unfinished lies there."""
    await until(lambda: any(path.stat().st_size for path in stored(node)), 10)


@pytest.mark.parametrize("size", [2_000_000, None])
async def test_an_upload_whose_sender_hangs_up_leaves_nothing(node: Node, port: int, size: int | None) -> None:
    line = await opened(node, port, size)
    await line.send(*[PIECE if size else chunk(PIECE)] * 10)
    await begun(node)
    line.hang_up()
    await gone(node)
    assert await count(node, "attachment") == 0


async def test_an_upload_in_chunks_is_taken(node: Node, port: int) -> None:
    line = await opened(node, port, None)
    await line.send(chunk(PIECE), chunk(PIECE), b"0\r\n\r\n")
    status, _, body = await line.answer()
    assert (status, json.loads(body)["size"]) == (201, 131_072)


async def test_what_announces_too_much_is_refused_before_it_is_sent(node: Node, port: int) -> None:
    line = await opened(node, port, LIMIT + 1, more="Expect: 100-continue\r\n")
    status, headers, body = await line.answer()
    assert (status, json.loads(body)["code"]) == (413, "body_too_large")
    assert headers["connection"] == "close"
    assert stored(node) == []


async def test_what_turns_out_too_large_is_refused_on_the_way(node: Node, port: int) -> None:
    line = await opened(node, port, None)
    await line.send(*[chunk(PIECE)] * (LIMIT // len(PIECE) + 1))
    status, _, body = await line.answer()
    assert (status, json.loads(body)["code"]) == (413, "body_too_large")
    await gone(node)


async def test_a_role_that_may_not_is_told_before_the_body_comes(node: Node, port: int) -> None:
    line = await opened(node, port, 1_000_000, role=Role.AUDITOR, more="Expect: 100-continue\r\n")
    status, _, body = await line.answer()
    assert (status, json.loads(body)["code"]) == (403, "role_may_not")


async def test_a_sender_that_stands_still_is_hung_up_on(node: Node, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch, window=0.3, least=1000)
    line = await opened(node, port, 1_000_000)
    await line.send(PIECE)
    status, headers, body = await line.answer()
    assert (status, json.loads(body)["code"]) == (408, "body_too_slow")
    assert headers["connection"] == "close"
    await gone(node)


async def test_a_slow_sender_that_goes_on_is_borne(node: Node, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch, window=0.3, least=10)
    line = await opened(node, port, 12)
    for _ in range(12):
        await line.send(b"x")
        await asyncio.sleep(0.07)
    status, _, body = await line.answer()
    assert (status, json.loads(body)["size"]) == (201, 12)


def hasten(monkeypatch: pytest.MonkeyPatch, **patience: float) -> None:
    """Let the node have little patience."""
    arriving = transfer.arriving

    def hasty(receive: Any, announced: int | None) -> AsyncIterator[bytes]:
        return arriving(receive, announced, **patience)  # type: ignore[arg-type]

    monkeypatch.setattr(transfer, "arriving", hasty)


async def test_a_full_disk_is_said(node: Node, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    line = await opened(node, port, None)
    limited(2_000_000, monkeypatch)
    await line.send(*[chunk(PIECE)] * 44)
    status, _, body = await line.answer()
    assert (status, json.loads(body)["code"]) == (507, "no_room")
    await gone(node)
    assert await count(node, "attachment") == 0


def limited(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no file of this process grow beyond a size while the store writes; the database is another process."""
    import resource

    from exchange.files import handles

    put = handles.FolderWriter._put
    lasting = resource.getrlimit(resource.RLIMIT_FSIZE)

    def bounded(self: handles.FolderWriter, parts: list[bytes]) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, lasting[1]))
        try:
            put(self, parts)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, lasting)

    monkeypatch.setattr(handles.FolderWriter, "_put", bounded)


async def test_a_damaged_file_never_comes_out_whole(node: Node, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.service.attachments.PROVED_FIRST", 0)
    data = bytes(2_000_000)
    made = await taken(node, data, "a.bin", Content_Type="application/octet-stream")
    (path,) = stored(node)
    path.write_bytes(data[:-1] + b"X")
    token = (await node.headers("KZ-MVD"))["Authorization"]
    line = Line(*await asyncio.open_connection("127.0.0.1", port))
    await line.send(f"GET /v1/attachments/{made['id']} HTTP/1.1\r\nHost: a\r\nAuthorization: {token}\r\n\r\n".encode())
    status, headers, body = await line.answer()
    assert (status, headers["content-length"]) == (200, str(len(data)))
    assert len(body) < len(data)
    assert await line.reader.read() == b""


async def test_a_receiver_that_hangs_up_is_not_sent_the_rest(node: Node, port: int) -> None:
    made = await taken(node, bytes(2_900_000), "a.bin", Content_Type="application/octet-stream")
    token = (await node.headers("KZ-MVD"))["Authorization"]
    line = Line(*await asyncio.open_connection("127.0.0.1", port))
    await line.send(f"GET /v1/attachments/{made['id']} HTTP/1.1\r\nHost: a\r\nAuthorization: {token}\r\n\r\n".encode())
    await line.reader.readexactly(1000)
    line.hang_up()
    assert (await node.get(f"/v1/attachments/{made['id']}")).status_code == 200
