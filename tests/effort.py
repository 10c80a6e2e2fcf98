"""How work grows with what it works on: ten times the input may not take much more than ten times as long."""

import time
from collections.abc import Callable

FACTOR = 10
MOST = 2.5
"""How much worse than in proportion a work may seem: what is quadratic is ten times worse."""

NOISE = 0.02
"""Seconds that say nothing."""


def grows_like_its_input(work: Callable[[int], object], size: int) -> bool:
    """Tell whether ten times the size takes about ten times as long; the best of three trials counts."""
    few, many = (min(_seconds(work, of) for _ in range(3)) for of in (size, size * FACTOR))
    return many <= NOISE + few * FACTOR * MOST


def _seconds(work: Callable[[int], object], size: int) -> float:
    before = time.process_time()
    work(size)
    return time.process_time() - before
