"""How often somebody may call: a bucket of tokens in memory for each caller and each address that failed to sign in."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from exchange.api.problems import Fault

REMEMBERED = 20_000
"""Callers kept in mind; the one not seen for longest is forgotten first, which only gives it a full bucket."""

WRONG_TOKENS_PER_MINUTE = 20


class Recent:
    """What was seen last, `REMEMBERED` of it."""

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, None] = OrderedDict()

    def add(self, seen: bytes) -> None:
        """Keep in mind what is seen now."""
        self._seen[seen] = None
        self._seen.move_to_end(seen)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)

    def __contains__(self, asked: bytes) -> bool:
        return asked in self._seen


@dataclass(slots=True)
class Bucket:
    """What is left to a caller, and when that was counted."""

    left: float
    at: float


class Limiter:
    """Lets each caller do so many calls a minute, in bursts up to that number; raises Fault beyond."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self.clock = clock
        self.buckets: OrderedDict[object, Bucket] = OrderedDict()

    def check(self, caller: object) -> None:
        """Raise Fault `too_many_calls` when a caller has nothing left; take nothing."""
        left = self._refilled(caller).left
        if left < 1:
            wait = ceil((1 - left) * 60 / self.per_minute)
            raise Fault("too_many_calls", headers={"Retry-After": str(wait)})

    def take(self, caller: object) -> None:
        """Count one call, or raise as `check` does."""
        self.check(caller)
        self.buckets[caller].left -= 1

    def give_back(self, caller: object) -> None:
        """Count a call no more: it was taken, and did nothing."""
        if caller in self.buckets:
            self.buckets[caller].left += 1

    def _refilled(self, caller: object) -> Bucket:
        now = self.clock()
        bucket = self.buckets.setdefault(caller, Bucket(self.per_minute, now))
        self.buckets.move_to_end(caller)
        bucket.left = min(self.per_minute, bucket.left + (now - bucket.at) * self.per_minute / 60)
        bucket.at = now
        if len(self.buckets) > REMEMBERED:
            self.buckets.popitem(last=False)
        return bucket


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Both limits of a node in production; a sandbox has none."""

    calls: Limiter
    wrong_tokens: Limiter

    @classmethod
    def of(cls, calls_per_minute: int) -> "Doorkeeper":
        """Make one from the operator's number of calls a minute for each token."""
        return cls(Limiter(calls_per_minute), Limiter(WRONG_TOKENS_PER_MINUTE))
