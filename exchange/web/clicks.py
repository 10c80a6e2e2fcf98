"""A form that is sent twice: the second of two clicks waits for the first, and holds no connection meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from exchange.core.errors import KeyInWork

T = TypeVar("T")

TRIES: Final = 40
PAUSE: Final = 0.1
"""Seconds between two looks whether the first of two clicks is done; in all, few enough to wait for a page."""


async def after_the_first(work: Callable[[], Awaitable[T]]) -> T:
    """Do the work; while it raises KeyInWork, because another click holds its key, look again, then give up."""
    for _ in range(TRIES):
        try:
            return await work()
        except KeyInWork:
            await asyncio.sleep(PAUSE)
    raise KeyInWork
