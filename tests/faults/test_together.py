"""Batches of calls cut off from PostgreSQL: nothing is doubled, nothing lost, every caller is told."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest

from exchange import batches
from tests.api.house import SUBMISSION, Node, open_node, problem
from tests.conftest import PATIENCE, Database
from tests.faults.proxy import Proxy

NUMBER = 6
POWER_CUT = """
CREATE FUNCTION power_cut() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_terminate_backend(pg_backend_pid());
    RETURN new;
END $$;
CREATE TRIGGER power_cut AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION power_cut();
"""
"""Ends the connection that writes the last of a batch's rows, before it is committed."""


@asynccontextmanager
async def cut_off(database: Database) -> AsyncIterator[tuple[Node, Proxy]]:
    """Open a node that reaches its database over a way that can be cut."""
    head, _, rest = database.dsn.partition("@")
    address, _, name = rest.partition("/")
    async with (
        Proxy(int(address.rpartition(":")[2])) as proxy,
        open_node(f"{head}@127.0.0.1:{proxy.port}/{name}") as node,
    ):
        yield node, proxy


def keyed(number: int) -> dict[str, str]:
    """Return the key of one call."""
    return {"Idempotency-Key": f"call-{number}"}


async def in_one_batch(
    node: Node, calls: list[Coroutine[Any, Any, httpx.Response]]
) -> "list[asyncio.Task[httpx.Response]]":
    """Make calls that come together while one that is refused, and writes nothing, waits before them."""
    pool = node.runtime.pool
    async with AsyncExitStack() as stack:
        for _ in range(pool.raw.get_max_size()):
            await stack.enter_async_context(pool.connection())
        made = []
        for call in calls:
            made.append(asyncio.ensure_future(call))
            for _ in range(50):  # turns of the loop, no time
                await asyncio.sleep(0)
    return made


@pytest.fixture(autouse=True)
def one_behind_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one batch of a kind be under way, so that what makes up the next is certain."""
    monkeypatch.setattr(batches, "ABREAST", 1)


async def submissions(node: Node) -> "list[asyncio.Task[httpx.Response]]":
    """Submit several requests in one batch, each under a key of its own."""
    refused = node.call("POST", "/v1/requests", value=SUBMISSION | {"requested_authority": "KZ-NSC"})
    new = [node.call("POST", "/v1/requests", value=SUBMISSION, headers=keyed(n)) for n in range(NUMBER)]
    return await in_one_batch(node, [refused, *new])


async def acts(node: Node, requests: list[dict[str, Any]]) -> "list[asyncio.Task[httpx.Response]]":
    """Do an act on each of several requests in one batch, each under a key of its own."""
    await node.get("/v1/requests", by="RU-MVD")  # nobody's first call goes together with others
    refused = node.act(requests[0], "RU-MVD", "resume")
    done = [node.act(one, "RU-MVD", "accept", headers=keyed(n)) for n, one in enumerate(requests)]
    return await in_one_batch(node, [refused, *done])


async def test_a_batch_whose_commit_is_cut_off_stands_once_and_every_caller_is_told_to_ask_again(
    database: Database,
) -> None:
    async with cut_off(database) as (node, proxy):
        await node.submitted()
        before = await node.kept()
        proxy.arm(b"save_decisions", hang_up=True)
        calls = await submissions(node)
        refused, *ends = await asyncio.gather(*calls)
        assert refused.status_code == 422
        assert proxy.committed.is_set()
        for end in ends:
            problem(end, 503, "unavailable")
            assert int(end.headers["Retry-After"]) > 0
        stands = await node.kept()
        assert (stands["request"], stands["idempotency"]) == (before["request"] + NUMBER, NUMBER)
        again = await asyncio.gather(
            *(node.call("POST", "/v1/requests", value=SUBMISSION, headers=keyed(n)) for n in range(NUMBER))
        )
        assert {(one.status_code, one.headers.get("Idempotent-Replayed")) for one in again} == {(201, "true")}
        assert sorted(one.json()["number"] for one in again) == [f"KZ-MVD/2026/O-{n:05d}" for n in range(2, NUMBER + 2)]
        assert await node.kept() == stands
        following = (await node.submitted())["number"]  # what was decided ahead is forgotten, what stands is not
        assert following == f"KZ-MVD/2026/O-{NUMBER + 2:05d}"


async def test_a_batch_of_acts_whose_commit_is_cut_off_stands_once(database: Database) -> None:
    async with cut_off(database) as (node, proxy):
        requests = [await node.submitted() for _ in range(NUMBER)]
        proxy.arm(b"save_decisions", hang_up=True)
        _, *ends = await asyncio.gather(*await acts(node, requests))
        assert [end.status_code for end in ends] == [503] * NUMBER
        for one in requests:
            record = (await node.get(f"/v1/requests/{one['id']}/record")).json()["items"]
            assert [entry["act"] for entry in record] == ["submit", "receive", "accept"]
        again = await asyncio.gather(
            *(node.act(one, "RU-MVD", "accept", headers=keyed(n)) for n, one in enumerate(requests))
        )
        assert {(one.status_code, one.headers.get("Idempotent-Replayed")) for one in again} == {(201, "true")}
        assert {(one.json()["state"], one.json()["seq"]) for one in again} == {("executing", 3)}
        events = (await node.get("/v1/events", by="KZ-MVD")).json()["items"]
        assert [event["cursor"] for event in events] == [str(n) for n in range(1, 3 * NUMBER + 1)]


async def test_a_batch_cut_off_before_its_commit_leaves_nothing_and_the_same_calls_then_stand(
    database: Database,
) -> None:
    async with open_node(database.dsn) as node:
        await node.submitted()
        before = await node.kept()
        owner = await asyncpg.connect(database.dsn, timeout=PATIENCE, command_timeout=PATIENCE)
        await owner.execute(POWER_CUT)
        refused, *ends = await asyncio.gather(*await submissions(node))
        assert refused.status_code == 422
        for end in ends:
            problem(end, 503, "unavailable")
        assert await node.kept() == before
        await owner.execute("DROP TRIGGER power_cut ON event")
        await owner.close()
        again = await asyncio.gather(
            *(node.call("POST", "/v1/requests", value=SUBMISSION, headers=keyed(n)) for n in range(NUMBER))
        )
        assert {(one.status_code, one.headers.get("Idempotent-Replayed")) for one in again} == {(201, None)}
        assert sorted(one.json()["number"] for one in again) == [f"KZ-MVD/2026/O-{n:05d}" for n in range(2, NUMBER + 2)]
