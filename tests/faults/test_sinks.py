"""Several processes over one sandbox database: whichever of them ends, the others' mail goes on."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from exchange.delivery.sink import HOST, Sink, answers, self_signed
from exchange.service.sandbox import Sinks
from tests.faults.process import Node, running, start, token
from tests.service.node import Node as Here
from tests.service.node import open_node
from tests.service.office import SUBMISSION
from tests.waiting import until

MAILS_SECONDS = 20


@pytest.fixture
def environment(database: Any) -> dict[str, str]:
    return {"DATABASE_URL": database.dsn}


async def mailed(client: httpx.AsyncClient, number: int) -> None:
    """Wait until so many messages went out."""

    async def enough() -> bool:
        return await mails(client) >= number

    await until(enough, MAILS_SECONDS)


async def mails(client: httpx.AsyncClient) -> int:
    return len((await client.get("/v1/sandbox/mail")).raise_for_status().json()["items"])


async def submit(client: httpx.AsyncClient) -> None:
    headers = await token(client, "KZ-MVD")
    (await client.post("/v1/requests", json=SUBMISSION, headers=headers)).raise_for_status()


async def test_mail_goes_on_when_the_process_whose_sink_was_used_ends(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    async with running(tmp_path, environment=environment) as stays:
        other: Node = await start(tmp_path, environment=environment)
        async with stays.client() as client:
            await submit(client)
            await mailed(client, 2)
            await other.kill()
            await submit(client)
            await client.post("/v1/sandbox/clock", json={"advance": "PT1H"})
            await mailed(client, 4)


async def test_the_first_process_may_end_too(tmp_path: Path, environment: dict[str, str]) -> None:
    first: Node = await start(tmp_path, environment=environment)
    async with first.client() as client:
        await submit(client)
        await mailed(client, 2)
    async with running(tmp_path, environment=environment) as stays, stays.client() as client:
        await first.kill()
        await submit(client)
        await client.post("/v1/sandbox/clock", json={"advance": "PT1H"})
        await mailed(client, 4)


async def test_a_sink_that_answers_is_used_and_one_that_does_not_is_replaced(pool: Any) -> None:
    async with open_node(pool) as node:
        ours, others = Sinks(node.db), Sinks(node.db)
        assert (await ours.find()).port == node.sink.port
        await node.sink.stop()
        replaced = (await ours.find()).port
        assert replaced != node.sink.port
        assert (await others.find()).port == replaced
        await published_elsewhere(node)
        assert (await ours.find()).port == replaced
        await ours.stop()
        assert (await others.find()).port not in {node.sink.port, replaced}
        await others.stop()


async def published_elsewhere(node: Here) -> None:
    await node.rows("UPDATE sandbox_sink SET port = 1, password = 'x' RETURNING port")


async def test_another_program_at_the_port_of_a_sink_is_none() -> None:
    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)
        writer.close()

    async def kept(_recipient: str, _raw: bytes) -> None:
        """Keep nothing."""

    sink = await Sink.start(kept)
    assert await answers(sink.port, sink.certificate, 1)
    assert not await answers(sink.port, self_signed()[0], 1)
    await sink.stop()
    assert not await answers(sink.port, sink.certificate, 1)
    server = await asyncio.start_server(silent, HOST, 0)
    assert not await answers(server.sockets[0].getsockname()[1], sink.certificate, 0.1)
    server.close()
