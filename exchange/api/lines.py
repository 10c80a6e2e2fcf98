"""Calls of this process that want a number of the same register, one behind the other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final
from weakref import WeakValueDictionary

PATIENCE: Final = 2.0
"""Seconds that a call stands in line; then it goes the long way, where the database keeps the order."""


class Lines:
    """Lines by name; one that nobody stands in is forgotten.

    They prove nothing and save work: of two calls that read the same register at once, the second could not be written.
    """

    def __init__(self) -> None:
        self._lines: WeakValueDictionary[tuple[str, object], asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def first(self, sender: object, addressee: object) -> AsyncIterator[bool]:
        """Stand in the sender's line, then in the addressee's; tell whether the call came first in both in time.

        Everybody takes the two in this order, so that nobody waits in a circle.
        """
        lines = [self._lines.setdefault(name, asyncio.Lock()) for name in (("out", sender), ("in", addressee))]
        held: list[asyncio.Lock] = []
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    for line in lines:
                        await line.acquire()
                        held.append(line)
            yield held == lines
        finally:
            for line in held:
                line.release()
