"""Calls that come at the same time, and what keeps them waiting."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx

from tests.api.house import Node
from tests.statements import Recorder


def bodies(answers: list[Any]) -> list[dict[str, Any]]:
    """Return the bodies of calls that all stand."""
    assert [answer.status_code for answer in answers] == [201] * len(answers), [answer.text for answer in answers]
    return [answer.json() for answer in answers]


def written(recorder: Recorder) -> int:
    """Count the statements that wrote decisions."""
    return sum("save_decisions" in query for query in recorder.taken())


@asynccontextmanager
async def full(node: Node) -> AsyncIterator[None]:
    """Keep every connection of the node to ourselves."""
    async with AsyncExitStack() as stack:
        for _ in range(node.runtime.pool.raw.get_max_size()):
            await stack.enter_async_context(node.runtime.pool.connection())
        yield


async def waiting(*calls: Coroutine[Any, Any, httpx.Response]) -> "list[asyncio.Task[httpx.Response]]":
    """Make calls that cannot be answered yet, and let each come as far as it can; the first is a batch of its own."""
    made = []
    for call in calls:
        made.append(asyncio.ensure_future(call))
        for _ in range(50):  # turns of the loop, no time
            await asyncio.sleep(0)
    assert not any(call.done() for call in made)
    return made


async def warm(node: Node, *authorities: str) -> None:
    """Let tokens be used once: that is noted, and the call goes alone."""
    for authority in authorities:
        for _ in range(2):
            await node.submitted(authority, requested_authority="KG-GKNB")
