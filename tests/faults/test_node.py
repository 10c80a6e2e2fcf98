"""A node that is killed, cut off and started again: one effect, nothing acknowledged lost."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.process import Node, running, start, token
from tests.faults.proxy import Proxy
from tests.service.office import SUBMISSION
from tests.waiting import until


@pytest.fixture
def through(database: Any) -> Any:
    """Return how a node is told to reach the test's database over a port of ours."""

    def environment(port: int) -> dict[str, str]:
        head, _, rest = database.dsn.partition("@")
        name = rest.rpartition("/")[2]
        return {"DATABASE_URL": f"{head}@127.0.0.1:{port}/{name}"}

    return environment


def port_of(dsn: str) -> int:
    return int(dsn.partition("@")[2].partition("/")[0].rpartition(":")[2])


async def sent(client: httpx.AsyncClient, headers: dict[str, str]) -> httpx.Response:
    return await client.post("/v1/requests", json=SUBMISSION, headers=headers | {"Idempotency-Key": "cut-1"})


async def test_a_kill_between_commit_and_answer_leaves_one_effect(database: Any, through: Any, tmp_path: Path) -> None:
    """The commit is done, its word is swallowed, the node is killed; the same call with the same key replays."""
    async with Proxy(port_of(database.dsn)) as proxy:
        async with running(tmp_path, environment=through(proxy.port)) as node, node.client() as client:
            headers = await token(client, "KZ-MVD")
            proxy.arm(b"save_decisions")
            call = asyncio.create_task(sent(client, headers))
            await asyncio.wait_for(proxy.committed.wait(), 20)
            assert not call.done()
            await node.kill()
            with pytest.raises(httpx.TransportError):
                await call
        async with running(tmp_path, environment=through(proxy.port)) as node, node.client() as client:
            again = await sent(client, headers)
            assert again.status_code == 201
            assert again.headers["Idempotent-Replayed"] == "true"
            listed = await client.get("/v1/requests", headers=headers)
            assert [line["id"] for line in listed.json()["items"]] == [again.json()["id"]]
            assert (await client.get("/v1/events", headers=headers)).json()["items"][-1]["seq"] == 2


async def test_an_all_in_one_node_survives_kill_minus_nine(tmp_path: Path) -> None:
    """Kill the node with its embedded database in the middle of work: all that was answered is there afterwards."""
    acknowledged: list[str] = []
    enough = asyncio.Event()
    async with running(tmp_path / "узел с пробелом") as node, node.client() as client:
        headers = await token(client, "KZ-MVD")

        async def keep_sending() -> None:
            while True:
                answer = await client.post("/v1/requests", json=SUBMISSION, headers=headers)
                acknowledged.append(answer.raise_for_status().json()["id"])
                if len(acknowledged) >= 20:
                    enough.set()

        senders = [asyncio.create_task(keep_sending()) for _ in range(4)]
        await asyncio.wait_for(enough.wait(), 30)
        await node.kill()
        await asyncio.gather(*senders, return_exceptions=True)
    async with running(tmp_path / "узел с пробелом") as node, node.client() as client:
        for request in acknowledged:
            answer = await client.get(f"/v1/requests/{request}", headers=headers)
            assert answer.status_code == 200
        ready = await client.get("/readyz")
        assert ready.status_code == 200


async def test_sigterm_ends_a_node_within_its_time(tmp_path: Path) -> None:
    node: Node = await start(tmp_path)
    assert await node.stop() == 0


async def test_a_second_node_on_the_same_data_is_refused(tmp_path: Path) -> None:
    async with running(tmp_path):
        with pytest.raises(RuntimeError, match=r"(?i)use|занят|busy"):
            await start(tmp_path)


async def test_a_command_works_beside_a_node_with_its_embedded_database(tmp_path: Path) -> None:
    async with running(tmp_path) as node, node.client() as client:
        common = ("--data", str(tmp_path))
        made = await commanded("token", "create", *common, "--authority", "KZ-MVD", "--role", "auditor")
        assert made.startswith("sx_")
        answer = await client.get("/v1/requests", headers={"Authorization": f"Bearer {made.strip()}"})
        assert answer.status_code == 200
        assert "everything holds" in await commanded("verify", *common)
        assert (await client.get("/readyz")).status_code == 200


async def commanded(*arguments: str) -> str:
    """Run a command and return what it says; fail when it does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "exchange.cli", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complained = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, complained.decode()
    return said.decode()


async def test_a_sandbox_answers_no_other_name_than_this_machines(tmp_path: Path) -> None:
    async with running(tmp_path) as node, node.client() as client:
        port = client.base_url.port
        for host, status in {
            f"evil.example:{port}": 421,
            "127.0.0.1.evil.example": 421,
            "10.0.0.1": 421,
            "": 421,
            f"localhost:{port}": 200,
            f"127.0.0.1:{port}": 200,
            f"[::1]:{port}": 200,
        }.items():
            assert (await client.get("/healthz", headers={"Host": host})).status_code == status, host
        refused = await client.post("/v1/sandbox/tokens", json={}, headers={"Host": "evil.example"})
        assert refused.json()["code"] == "wrong_host"


async def test_production_refuses_a_sandbox_database(tmp_path: Path) -> None:
    async with running(tmp_path) as node:
        await node.stop()
    with pytest.raises(RuntimeError):
        await start(tmp_path, mode="production")


async def test_a_kill_in_the_middle_of_an_upload_leaves_nothing_after_the_next_start(tmp_path: Path) -> None:
    """Half of a file lies there when the node is killed; the next start sweeps it, and the upload can be made again."""
    incoming = tmp_path / "files" / "incoming"

    async def half() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield bytes(65_536)
        await asyncio.sleep(60)

    async with running(tmp_path) as node, node.client() as client:
        headers = await token(client, "KZ-MVD") | {"Content-Type": "application/octet-stream"}
        call = asyncio.create_task(client.post("/v1/attachments?name=a.bin", content=half(), headers=headers))
        await until(lambda: any(path.stat().st_size for path in incoming.glob("*")))
        await node.kill()
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
    assert len(list(incoming.iterdir())) == 1
    async with running(tmp_path) as node, node.client() as client:
        assert list(incoming.iterdir()) == []
        again = await client.post("/v1/attachments?name=a.bin", content=bytes(1_310_720), headers=headers)
        assert again.status_code == 201
        got = await client.get(f"/v1/attachments/{again.json()['id']}", headers=headers)
        assert got.content == bytes(1_310_720)
