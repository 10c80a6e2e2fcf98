"""Work that is cheaper for many than for each: what comes while a batch is under way makes up the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Final, TypeVar

from exchange.core.errors import Unavailable

LARGEST: Final = 32
"""What is done together at most, so that nobody waits for long."""

ABREAST: Final = 2
"""Batches of one kind under way: while one waits for the database, the other is decided on."""

Given = TypeVar("Given")
End = TypeVar("End")


class Batches:
    """Does each kind of work in batches, two of a kind at a time.

    Who comes alone waits for nobody: a batch is what is there, and nothing is held back for more to come.
    """

    def __init__(self) -> None:
        self._kinds: dict[Hashable, _Kind] = {}

    async def join(self, work: Callable[[Sequence[Given]], Awaitable[Sequence[End | Exception]]], given: Given) -> End:
        """Let work be done on something together with what else is given to it; return how this one ended.

        `work` returns as many ends as it was given things, in order; an exception among them is raised to that one.
        What it raises is raised to all of its batch, and to all who wait: what is away for these is away for those.
        """
        kind = self._kinds.setdefault(work, _Kind(work))
        end: End = await kind.join(given)
        return end


class _Kind:
    """One kind of work: what waits for it, and the tasks that do it while anything waits."""

    def __init__(self, work: Callable[[Sequence[Any]], Awaitable[Sequence[Any]]]) -> None:
        self._work = work
        self._waiting: deque[tuple[Any, asyncio.Future[Any]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    async def join(self, given: object) -> Any:
        """Wait for how this one ends."""
        end = asyncio.get_running_loop().create_future()
        self._waiting.append((given, end))
        if len(self._tasks) < ABREAST:
            self._tasks.add(asyncio.create_task(self._run()))
        return await end

    async def _run(self) -> None:
        """Do batch after batch until nothing waits; who comes after the last look begins anew."""
        try:
            while self._waiting:
                await self._one()
        finally:
            self._tasks -= {asyncio.current_task()}

    async def _one(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(LARGEST, len(self._waiting)))]
        try:
            for (_, end), each in zip(batch, await self._work([given for given, _ in batch]), strict=True):
                _settle(end, each)
        except Exception as trouble:  # noqa: BLE001 - it is raised to everybody whom it concerns
            self._tell(batch, trouble)
        except asyncio.CancelledError:
            self._tell(batch, Unavailable("stopping"))
            raise

    def _tell(self, batch: Sequence[tuple[Any, "asyncio.Future[Any]"]], trouble: Exception) -> None:
        """Raise trouble to a batch, as far as it has not ended, and to all who wait."""
        for _, end in (*batch, *self._waiting):
            _settle(end, trouble)
        self._waiting.clear()


def _settle(end: "asyncio.Future[Any]", with_: object) -> None:
    """Tell somebody who waits, unless that was told already, or nobody waits any more."""
    if end.done():
        return
    if isinstance(with_, Exception):
        end.set_exception(with_)
    else:
        end.set_result(with_)
