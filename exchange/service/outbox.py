"""Sends what the outbox holds: lease, send, mark, each by itself; at least once, under one Message-ID."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final

from exchange.delivery.mail import BadAddress, Enclosed, Notice, Writer
from exchange.delivery.smtp import AddressRefused, Mailer, NotSent, RelayDown
from exchange.service.database import Database
from exchange.service.enclosures import Letters, enclosed, in_writing
from exchange.store import outbox
from exchange.store.outbox import Leased
from schemas.vocabulary import NoticeKind

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
    """What sending needs: who writes, who carries, who prints, and for how long (real time) notices are claimed.

    The lease has to outlast one message that hangs to the end of the relay's patience.
    """

    writer: Writer = field(repr=False)
    mailer: Mailer = field(repr=False)
    letters: Letters | None = field(default=None, repr=False)
    batch: int = 50
    lease: timedelta = LEASE


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a pass did; `trouble` names why it ended before everything due was tried."""

    sent: int
    trouble: str | None = None


async def deliver_due(db: Database, post: Post, now: datetime) -> Delivery:
    """Send notices due by `now`, oldest first, until none is left or the relay cannot be reached.

    A long queue is taken in passes, so that who waits for the end of one does not wait long.
    """
    sent = 0
    while sent < MOST:
        began = asyncio.get_running_loop().time()
        async with db.transaction() as conn:
            leased = await outbox.lease(conn, now, post.batch, post.lease)
        if not leased:
            return Delivery(sent)
        # What is not begun in the first half of the lease is given back.
        last_start = began + post.lease.total_seconds() / 2
        done, trouble = await _send_all(db, post, leased, now, last_start)
        sent += done
        if trouble is not None:
            return Delivery(sent, trouble)
    return Delivery(sent)


async def _send_all(
    db: Database, post: Post, leased: Sequence[Leased], now: datetime, last_start: float
) -> tuple[int, str | None]:
    """Send one lease's notices; return how many went, and what kept the rest from being tried."""
    sent = 0
    for place, notice in enumerate(leased):
        if asyncio.get_running_loop().time() > last_start:
            await _release(db, leased[place:])
            return sent, None
        try:
            sent += await _send(db, post, notice, now)
        except RelayDown as down:
            await _fail(db, notice, now, str(down))
            await _release(db, leased[place + 1 :])
            return sent, str(down)
        except BaseException:
            await asyncio.shield(_release(db, leased[place + 1 :]))
            raise
    return sent, None


async def _send(db: Database, post: Post, notice: Leased, now: datetime) -> bool:
    """Send one notice and mark it; raise RelayDown."""
    if notice.overtaken or notice.address is None:
        return await _drop(db, notice, OVERTAKEN if notice.overtaken else NO_ADDRESS, None)
    try:
        message = post.writer.write(
            Notice(
                kind=NoticeKind(notice.kind),
                message_id=notice.message_id,
                address=notice.address,
                zone=notice.zone,
                language=notice.language,
                data=notice.data,
                enclosed=await _enclosed(db, post, notice),
            ),
            now,
        )
        await post.mailer.send(post.writer.sender, notice.address, message)
    except BadAddress:
        return await _drop(db, notice, BAD_ADDRESS, None)
    except AddressRefused as refused:
        return await _drop(db, notice, REFUSED, str(refused))
    except RelayDown:
        raise
    except NotSent as reason:
        return await _fail(db, notice, now, str(reason))
    except Exception as error:  # noqa: BLE001 - one notice that cannot be written keeps no other waiting
        return await _fail(db, notice, now, type(error).__name__)
    async with db.connection() as conn:
        await outbox.mark_sent(conn, notice, now)
    return True


async def _enclosed(db: Database, post: Post, notice: Leased) -> Enclosed:
    """Return what goes with a notice: acts in writing to who gets them by e-mail, nothing to anybody else."""
    if post.letters is None or not in_writing(notice):
        return Enclosed()
    return await enclosed(db, post.letters, notice)


def delay(tries: int, share: float) -> timedelta:
    """Return how long to wait after one more failure: doubled each time up to an hour, `share` (0 to 1) of jitter."""
    whole = min(FIRST_DELAY * (1 << min(tries, MOST_DOUBLINGS)), LONGEST_DELAY)
    return whole * (0.75 + 0.25 * share)


async def _fail(db: Database, notice: Leased, now: datetime, error: str) -> bool:
    """Put a notice off on the node's clock."""
    log.warning("notice %s was not sent (try %d): %s", notice.message_id, notice.tries + 1, error)
    next_try_at = now + delay(notice.tries, SystemRandom().random())
    async with db.connection() as conn:
        await outbox.mark_failed(conn, notice, next_try_at, error)
    return False


async def _drop(db: Database, notice: Leased, reason: str, error: str | None) -> bool:
    """Mark a notice as one that will not go."""
    log.log(logging.INFO if reason == OVERTAKEN else logging.WARNING, "notice %s: %s", notice.message_id, reason)
    async with db.connection() as conn:
        await outbox.mark_dropped(conn, notice, reason, error)
    return False


async def _release(db: Database, notices: Sequence[Leased]) -> None:
    """Give back what was claimed and not tried."""
    async with db.connection() as conn:
        await outbox.release(conn, notices)
