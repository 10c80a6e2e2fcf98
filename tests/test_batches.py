"""Batches: who comes alone waits for nobody, what comes meanwhile is done together, and each is told its own end."""

import asyncio
from collections.abc import Sequence

import pytest

from exchange import batches
from exchange.batches import Batches
from exchange.core.errors import Unavailable


class Work:
    """Doubles numbers; each batch waits until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()

    async def __call__(self, given: Sequence[int]) -> list[int | Exception]:
        """Do one batch."""
        self.batches.append(list(given))
        self.begun.set()
        await self.gate.wait()
        if 13 in given:
            raise RuntimeError("13")
        return [ValueError("7") if number == 7 else 2 * number for number in given]


@pytest.fixture(autouse=True)
def one_behind_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one batch of a kind be under way, so that what makes up the next is certain."""
    monkeypatch.setattr(batches, "ABREAST", 1)


async def begun(work: Work, together: Batches, number: int) -> "asyncio.Task[int | Exception]":
    """Give one number, and wait until its batch is under way."""
    first = asyncio.ensure_future(together.join(work, number))
    await work.begun.wait()
    return first


async def test_who_comes_alone_waits_for_nobody_and_the_rest_are_one_batch() -> None:
    work, together = Work(), Batches()
    first = await begun(work, together, 1)
    more = [asyncio.ensure_future(together.join(work, number)) for number in (2, 3, 4)]
    await asyncio.sleep(0)
    work.gate.set()
    assert await asyncio.gather(first, *more) == [2, 4, 6, 8]
    assert work.batches == [[1], [2, 3, 4]]


async def test_no_batch_is_larger_than_the_largest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "LARGEST", 2)
    work, together = Work(), Batches()
    work.gate.set()
    assert await asyncio.gather(*(together.join(work, number) for number in range(5))) == [0, 2, 4, 6, 8]
    assert work.batches == [[0, 1], [2, 3], [4]]


async def test_what_fails_for_one_is_told_to_that_one() -> None:
    work, together = Work(), Batches()
    work.gate.set()
    ends = await asyncio.gather(*(together.join(work, number) for number in (6, 7, 8)), return_exceptions=True)
    assert (ends[0], ends[2], type(ends[1])) == (12, 16, ValueError)


async def test_what_breaks_a_batch_is_told_to_all_of_it_and_to_all_who_wait() -> None:
    """Nobody waits again, batch by batch, for what is away."""
    work, together = Work(), Batches()
    first = await begun(work, together, 13)
    waiting = [asyncio.ensure_future(together.join(work, number)) for number in (2, 3)]
    await asyncio.sleep(0)
    work.gate.set()
    ends = await asyncio.gather(first, *waiting, return_exceptions=True)
    assert [type(end) for end in ends] == [RuntimeError] * 3
    assert work.batches == [[13]]
    assert await together.join(work, 5) == 10


async def test_two_batches_are_under_way_abreast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "ABREAST", 2)
    work, together = Work(), Batches()
    calls = [await begun(work, together, 1)]
    work.begun.clear()
    calls.append(await begun(work, together, 2))
    calls += [asyncio.ensure_future(together.join(work, number)) for number in (3, 4)]
    await asyncio.sleep(0)
    assert work.batches == [[1], [2]]
    work.gate.set()
    assert await asyncio.gather(*calls) == [2, 4, 6, 8]
    assert work.batches == [[1], [2], [3, 4]]


async def test_who_comes_as_the_last_batch_ends_is_not_forgotten() -> None:
    work, together = Work(), Batches()
    work.gate.set()
    for number in range(20, 70):
        ends = [asyncio.ensure_future(together.join(work, number)) for _ in range(2)]
        for _ in range(number % 5):
            await asyncio.sleep(0)
        assert await together.join(work, number) == 2 * number
        await asyncio.gather(*ends)


async def test_work_that_ends_otherwise_than_it_says_leaves_nobody_waiting() -> None:
    async def short(given: Sequence[int]) -> list[int]:
        return [0][: len(given) - 1]

    with pytest.raises(ValueError, match="zip"):
        await Batches().join(short, 1)


async def test_somebody_who_waits_no_more_holds_up_nobody() -> None:
    work, together = Work(), Batches()
    first = await begun(work, together, 1)
    second, third = (asyncio.ensure_future(together.join(work, number)) for number in (2, 3))
    await asyncio.sleep(0)
    first.cancel()
    second.cancel()
    work.gate.set()
    assert await third == 6
    assert work.batches[1] == [2, 3]


async def test_kinds_of_work_wait_for_each_other_never() -> None:
    held, free, together = Work(), Work(), Batches()
    first = await begun(held, together, 1)
    free.gate.set()
    assert await together.join(free, 2) == 4
    assert not first.done()
    held.gate.set()
    assert await first == 2


async def test_those_who_wait_when_the_process_ends_are_told() -> None:
    work, together = Work(), Batches()
    first = await begun(work, together, 1)
    second = asyncio.ensure_future(together.join(work, 2))
    await asyncio.sleep(0)
    (kind,) = together._kinds.values()
    for task in kind._tasks:
        task.cancel()
    for each in (first, second):
        with pytest.raises(Unavailable):
            await each
