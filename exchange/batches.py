"""Work that is cheaper for many than for each: what comes while a batch is under way makes up the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Final, TypeVar

from exchange.core.errors import Unavailable

LARGEST: Final = 32
"""What is done together at most, so that nobody waits for long."""

Given = TypeVar("Given")
Done = TypeVar("Done")


class Batches:
    """Does each kind of work in batches, one batch of a kind after the other.

    Who comes alone waits for nobody: a batch is what is there, and nothing is held back for more to come.
    """

    def __init__(self) -> None:
        self._kinds: dict[Hashable, _Kind] = {}

    async def done(self, work: Callable[[Sequence[Given]], Awaitable[Sequence[Done]]], given: Given) -> Done:
        """Let work be done on something together with what else is given to it; return what became of this one.

        `work` returns as much as it was given, in order; what it raises is raised to all of its batch.
        """
        kind = self._kinds.setdefault(work, _Kind(work))
        done: Done = await kind.done(given)
        return done


class _Kind:
    """One kind of work: what waits for it, and the task that does it while anything waits."""

    def __init__(self, work: Callable[[Sequence[Any]], Awaitable[Sequence[Any]]]) -> None:
        self._work = work
        self._waiting: deque[tuple[Any, asyncio.Future[Any]]] = deque()
        self._task: asyncio.Task[None] | None = None

    async def done(self, given: object) -> Any:
        """Wait for what becomes of this one."""
        end = asyncio.get_running_loop().create_future()
        self._waiting.append((given, end))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await end

    async def _run(self) -> None:
        """Do batch after batch until nothing waits."""
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(LARGEST, len(self._waiting)))]
                await self._one(batch)
        finally:
            self._task = None
            for _, end in self._waiting:  # only when the process ends
                _settle(end, Unavailable("stopping"))
            self._waiting.clear()

    async def _one(self, batch: Sequence[tuple[Any, "asyncio.Future[Any]"]]) -> None:
        try:
            done = await self._work([given for given, _ in batch])
        except Exception as trouble:  # noqa: BLE001 - each of those who wait is told
            done = [trouble] * len(batch)
        except asyncio.CancelledError:
            for _, end in batch:
                _settle(end, Unavailable("stopping"))
            raise
        for (_, end), each in zip(batch, done, strict=True):
            _settle(end, each)


def _settle(end: "asyncio.Future[Any]", done: object) -> None:
    """Tell somebody who waits, unless nobody does any more."""
    if end.done():
        return
    if isinstance(done, Exception):
        end.set_exception(done)
    else:
        end.set_result(done)
