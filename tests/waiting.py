"""Waiting for what tells nobody that it has come: another process, a folder, the end of a connection or of a lease."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable

PAUSE = 0.01  # seconds between two looks


async def until(holds: Callable[[], bool | Awaitable[bool]], seconds: float = 20.0) -> None:
    """Return as soon as something holds; raise TimeoutError when it does not in time."""
    async with asyncio.timeout(seconds):
        while True:
            found = holds()
            if await found if isawaitable(found) else found:
                return
            await asyncio.sleep(PAUSE)
