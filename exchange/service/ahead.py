"""Batches that decide as if what is being written stood already: how far registers are then, which keys are used."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

from exchange.store.registry import Counter

CAUTION: Final = 10
"""Batches that lock before they decide, after one was overtaken by somebody else."""

Key: TypeAlias = tuple[str, str]
"""An authority's code, and what it named its call (Idempotency-Key)."""


class Ahead:
    """Batches of one kind decide one behind the other, and are written one behind the other.

    While one is written, the next is already decided on. Nothing of this is relied on: the database writes a batch only
    where it stands as was supposed.
    """

    def __init__(self) -> None:
        self.keys: set[Key] = set()
        """The keys of calls that are decided on and not written yet: another call under one of them goes alone."""
        self._counters: dict[str, Counter] = {}
        self._deciding = asyncio.Lock()
        self._writing = asyncio.Lock()
        self._cautious = 0

    def may(self) -> bool:
        """Tell whether a batch may go ahead: for a while after one was overtaken none may."""
        self._cautious = max(0, self._cautious - 1)
        return self._cautious == 0

    @asynccontextmanager
    async def deciding(self, read: Mapping[str, Counter]) -> AsyncIterator[dict[str, Counter]]:
        """Give the counters as they will stand, to be moved on; nobody else decides before the block is left."""
        async with self._deciding:
            for code, counter in read.items():
                known = self._counters.get(code)
                self._counters[code] = counter if known is None else counter.furthest(known)
            yield self._counters

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Wait until the batches that decided before are written: nobody comes between deciding and asking for this."""
        async with self._writing:
            yield

    def overtaken(self) -> None:
        """Forget what does not stand."""
        self._counters.clear()
        self._cautious = CAUTION
