"""Sends what an outbox holds: lease, send, mark, each by itself; at least once, under one Message-ID.

Each house has an outbox of its own; how its notices are claimed, looked at again, written and marked is its `Queue`.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final, Protocol, TypeVar
from uuid import UUID

from exchange.delivery.mail import BadAddress, Writer
from exchange.delivery.smtp import AddressRefused, Mailer, NotSent, RelayDown

LEASE: Final = timedelta(minutes=2)
FIRST_DELAY: Final = timedelta(seconds=30)
LONGEST_DELAY: Final = timedelta(hours=1)
MOST_DOUBLINGS: Final = 10
MOST: Final = 2000
"""Notices after which a pass ends; what is left is due at the next."""
OVERTAKEN, NO_ADDRESS, BAD_ADDRESS, REFUSED = "overtaken", "no_address", "bad_address", "address_refused"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What sending needs: who writes, who carries, and for how long (real time) notices are claimed.

    The lease has to outlast one message that hangs to the end of the relay's patience.
    """

    writer: Writer = field(repr=False)
    mailer: Mailer = field(repr=False)
    batch: int = 50
    lease: timedelta = LEASE


class Claimed(Protocol):
    """A notice that is ours to send until its lease ends; `tries` failed before."""

    @property
    def message_id(self) -> UUID:
        """By which its message is known however often it is sent."""

    @property
    def tries(self) -> int:
        """How often it failed."""

    @property
    def address(self) -> str | None:
        """The mailbox that it goes to."""

    @property
    def overtaken(self) -> bool:
        """Whether what it would tell holds no more."""


N = TypeVar("N", bound=Claimed)


class Queue(Protocol[N]):
    """An outbox; each method is a transaction of its own."""

    async def lease(self, now: datetime, limit: int, length: timedelta) -> Sequence[N]:
        """Claim notices that are due, oldest first, for a length of real time, and look again at what they tell of."""

    async def write(self, notice: N, now: datetime) -> bytes:
        """Return the message; raise BadAddress."""

    async def sent(self, notice: N, at: datetime) -> None:
        """Write down that a notice went out."""

    async def failed(self, notice: N, next_try_at: datetime, error: str) -> None:
        """Put a notice off, unless somebody else has claimed it since."""

    async def dropped(self, notice: N, reason: str, error: str | None) -> None:
        """Write down that a notice will not go out, unless somebody else has claimed it since."""

    async def release(self, notices: Sequence[N]) -> None:
        """Give back notices of one lease that were not tried."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a pass did; `trouble` names why it ended before everything due was tried."""

    sent: int
    trouble: str | None = None


async def send_due(queue: Queue[N], post: Post, now: datetime) -> Delivery:
    """Send notices due by `now`, oldest first, until none is left or the relay cannot be reached.

    A long queue is taken in passes, so that who waits for the end of one does not wait long.
    """
    sent = 0
    while sent < MOST:
        began = asyncio.get_running_loop().time()
        leased = await queue.lease(now, post.batch, post.lease)
        if not leased:
            return Delivery(sent)
        # What is not begun in the first half of the lease is given back.
        last_start = began + post.lease.total_seconds() / 2
        done, trouble = await _send_all(queue, post, leased, now, last_start)
        sent += done
        if trouble is not None:
            return Delivery(sent, trouble)
    return Delivery(sent)


def delay(tries: int, share: float) -> timedelta:
    """Return how long to wait after one more failure: doubled each time up to an hour, `share` (0 to 1) of jitter."""
    whole = min(FIRST_DELAY * (1 << min(tries, MOST_DOUBLINGS)), LONGEST_DELAY)
    return whole * (0.75 + 0.25 * share)


async def _send_all(
    queue: Queue[N], post: Post, leased: Sequence[N], now: datetime, last_start: float
) -> tuple[int, str | None]:
    """Send one lease's notices; return how many went, and what kept the rest from being tried."""
    sent = 0
    for place, notice in enumerate(leased):
        if asyncio.get_running_loop().time() > last_start:
            await queue.release(leased[place:])
            return sent, None
        try:
            sent += await _send(queue, post, notice, now)
        except RelayDown as down:
            await _fail(queue, notice, now, str(down))
            await queue.release(leased[place + 1 :])
            return sent, str(down)
        except BaseException:
            await asyncio.shield(queue.release(leased[place + 1 :]))
            raise
    return sent, None


async def _send(queue: Queue[N], post: Post, notice: N, now: datetime) -> bool:
    """Send one notice and mark it; raise RelayDown."""
    if notice.overtaken or notice.address is None:
        return await _drop(queue, notice, OVERTAKEN if notice.overtaken else NO_ADDRESS, None)
    try:
        message = await queue.write(notice, now)
        await post.mailer.send(post.writer.sender, notice.address, message)
    except BadAddress:
        return await _drop(queue, notice, BAD_ADDRESS, None)
    except AddressRefused as refused:
        return await _drop(queue, notice, REFUSED, str(refused))
    except RelayDown:
        raise
    except NotSent as reason:
        return await _fail(queue, notice, now, str(reason))
    except Exception as error:  # noqa: BLE001 - one notice that cannot be written keeps no other waiting
        return await _fail(queue, notice, now, type(error).__name__)
    await queue.sent(notice, now)
    return True


async def _fail(queue: Queue[N], notice: N, now: datetime, error: str) -> bool:
    """Put a notice off on the node's clock."""
    log.warning("notice %s was not sent (try %d): %s", notice.message_id, notice.tries + 1, error)
    await queue.failed(notice, now + delay(notice.tries, SystemRandom().random()), error)
    return False


async def _drop(queue: Queue[N], notice: N, reason: str, error: str | None) -> bool:
    """Mark a notice as one that will not go."""
    log.log(logging.INFO if reason == OVERTAKEN else logging.WARNING, "notice %s: %s", notice.message_id, reason)
    await queue.dropped(notice, reason, error)
    return False
