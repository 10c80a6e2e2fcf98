"""How work grows with what it works on: twenty times the input may take a hundred times as long, never four hundred."""

import gc
import time
from collections.abc import Callable

FACTOR = 20
MOST = 5
"""How much worse than in proportion a work may seem on a busy machine; what is quadratic is twenty times worse."""

NOISE = 0.02
"""Seconds that say nothing."""


def grows_like_its_input(work: Callable[[int], object], size: int) -> bool:
    """Tell whether work on FACTOR times the size takes about as many times as long; the best of three trials counts."""
    few, many = (min(_seconds(work, of) for _ in range(3)) for of in (size, size * FACTOR))
    return many <= NOISE + few * FACTOR * MOST


def _seconds(work: Callable[[int], object], size: int) -> float:
    """Return the processor's time, without that for other tests' garbage."""
    gc.disable()
    before = time.process_time()
    work(size)
    spent = time.process_time() - before
    gc.enable()
    return spent
