"""How long nothing is tried after signing in failed again and again."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Counted(StrEnum):
    """What failures are counted for."""

    ADDRESS = "address"
    LOGIN = "login"
    DEVICE = "device"
    """At a browser in which the account was signed in to before: strangers at the door do not close this one."""

    AGAIN = "again"
    """Of somebody signed in who proves again: strangers at the door close no signature (Article 6)."""


FREE: Final = {Counted.LOGIN: 5, Counted.DEVICE: 5, Counted.AGAIN: 5, Counted.ADDRESS: 30}
"""Failures in a row that close nothing; behind a proxy an address is everybody's."""

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
FIRST: Final = {
    **dict.fromkeys((Counted.LOGIN, Counted.DEVICE, Counted.AGAIN), _MINUTE),
    Counted.ADDRESS: timedelta(seconds=10),
}
LONGEST: Final = {
    **dict.fromkeys((Counted.LOGIN, Counted.DEVICE, Counted.AGAIN), _HOUR),
    Counted.ADDRESS: timedelta(minutes=5),
}
FORGOTTEN: Final = timedelta(days=1)
"""After how long without a failure the count begins anew."""

DEVICE_KEPT: Final = timedelta(days=180)
"""For how long a browser is known after somebody signed in there."""

DOUBLINGS: Final = 10


def closed_for(of: Counted, failures: int) -> timedelta:
    """Return for how long so many failures in a row close: twice as long each time, up to a bound."""
    over = failures - FREE[of]
    return timedelta() if over < 0 else min(FIRST[of] * 2 ** min(over, DOUBLINGS), LONGEST[of])


def counted_on(failures: int, last_at: datetime, now: datetime) -> int:
    """Return how many of the failures so far still count."""
    return 0 if now - last_at >= FORGOTTEN else failures
