"""Contents over a real socket: cut off, no room, damaged; nothing half is kept, no byte that is not proved goes out."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
import uvicorn
from uvicorn.server import Server

from exchange.api.wire import Wire
from exchange.protection.content.stream import CHUNK
from schemas.vocabulary import Role
from tests.api.test_arrival import PIECE, Line, chunk, limited
from tests.protection.caller import ITEMS, Caller
from tests.waiting import until

DATA = bytes(range(256)) * (4 * CHUNK // 256)


@pytest.fixture
async def port(calls: Caller) -> AsyncIterator[int]:
    config = uvicorn.Config(calls.node.app, http=Wire, port=0, log_config=None, access_log=False, lifespan="off")
    server = Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    yield server.servers[0].sockets[0].getsockname()[1]
    await server.shutdown()


def files(calls: Caller) -> list[Path]:
    """List all that lies in the vault's folders, unfinished files too."""
    folders = ("contents", "keys")
    return [path for name in folders for path in (calls.house.folder / name).rglob("*") if path.is_file()]


async def asked(calls: Caller, port: int, head: str) -> Line:
    """Begin a call of the secrecy officer."""
    line = Line(*await asyncio.open_connection("127.0.0.1", port))
    token = (await calls.node.headers("BY-MVD", Role.SECRECY_OFFICER))["Authorization"]
    await line.send(f"{head}Host: a\r\nAuthorization: {token}\r\n".encode())
    return line


async def uploading(calls: Caller, port: int, length: str) -> Line:
    line = await asked(calls, port, "POST /v1/protection/contents HTTP/1.1\r\n")
    await line.send(f"Content-Type: application/octet-stream\r\n{length}\r\n\r\n".encode())
    return line


async def kept(calls: Caller, *, there: bool) -> None:
    """Wait until something lies in the folders, or nothing."""
    await until(lambda: any(path.stat().st_size for path in files(calls)) is there, 10)


async def rows(calls: Caller) -> int:
    return int((await calls.house.fetch("SELECT count(*) FROM protection.content"))[0][0])


@pytest.mark.parametrize("length", ["Content-Length: 4000000", "Transfer-Encoding: chunked"])
async def test_an_upload_whose_sender_hangs_up_leaves_nothing(calls: Caller, port: int, length: str) -> None:
    line = await uploading(calls, port, length)
    await line.send(*[PIECE if "Length" in length else chunk(PIECE)] * 20)
    await kept(calls, there=True)
    line.hang_up()
    await kept(calls, there=False)
    assert await rows(calls) == 0


async def test_a_full_disk_is_said_and_leaves_nothing(
    calls: Caller, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(1_000_000, monkeypatch)
    line = await uploading(calls, port, "Transfer-Encoding: chunked")
    await line.send(*[chunk(PIECE)] * 30)
    status, _, body = await line.answer()
    assert (status, json.loads(body)["code"]) == (507, "no_room")
    await kept(calls, there=False)
    assert await rows(calls) == 0


async def test_what_is_uploaded_comes_out_piece_by_piece(calls: Caller, port: int) -> None:
    item = await registered(calls, port)
    line = await asked(calls, port, f"GET {ITEMS}/{item}/content HTTP/1.1\r\n")
    await line.send(b"\r\n")
    assert (await line.answer())[2] == DATA


async def test_a_damaged_content_never_comes_out_whole(calls: Caller, port: int) -> None:
    item = await registered(calls, port)
    (path,) = [each for each in files(calls) if each.stat().st_size > len(DATA)]
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    line = await asked(calls, port, f"GET {ITEMS}/{item}/content HTTP/1.1\r\n")
    await line.send(b"\r\n")
    status, _, body = await line.answer()
    assert status == 200
    assert DATA.startswith(body)
    assert len(body) <= 2 * CHUNK
    assert await line.reader.read() == b""
    path.write_bytes(whole)  # the house proves all contents in the end


async def registered(calls: Caller, port: int) -> UUID:
    """Upload a content and register it; return the item."""
    line = await uploading(calls, port, f"Content-Length: {len(DATA)}")
    await line.send(DATA)
    status, _, body = await line.answer()
    assert status == 201
    assert json.loads(body)["size"] == len(DATA)
    item = await calls.registered(kind="electronic", content=json.loads(body))
    await calls.house.grant((await calls.house.read(UUID(item["id"]), "BY-MVD")).item, "BY-MVD")
    return UUID(item["id"])
