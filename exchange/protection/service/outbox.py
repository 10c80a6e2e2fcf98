"""The module's notices, sent: opaque words alone, which neither need a key nor tell anything to whoever reads mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from exchange.delivery.mail import Notice
from exchange.delivery.sending import Delivery, Post, send_due
from exchange.protection.module import Module
from exchange.protection.store import outbox
from exchange.protection.store.outbox import Leased
from schemas.vocabulary import NoticeKind


async def deliver_due(module: Module, post: Post, now: datetime) -> Delivery:
    """Send notices due by `now`, oldest first, until none is left or the relay cannot be reached."""
    return await send_due(_Outbox(module, post), post, now)


@dataclass(frozen=True, slots=True)
class _Outbox:
    """The table `protection.notice` as a queue."""

    module: Module
    post: Post

    async def lease(self, now: datetime, limit: int, length: timedelta) -> Sequence[Leased]:
        """Claim notices that are due."""
        async with self.module.pool.transaction() as conn:
            return await outbox.lease(conn, now, limit, length)

    async def write(self, notice: Leased, now: datetime) -> bytes:
        """Return the message: a register number, what to do, by when."""
        passed = notice.by is not None and now >= notice.by
        origin = NoticeKind.PROTECTION + (f"; step={notice.step}" if notice.step else "")
        message = Notice(
            kind=NoticeKind.PROTECTION,
            message_id=notice.message_id,
            address=notice.address or "",
            zone=notice.zone,
            language=notice.language,
            data={
                "told": notice.told,
                "number": notice.number,
                "by": notice.by.isoformat() if notice.by else None,
                "step": notice.step,
                "passed": passed,
            },
            origin=origin if self.module.sandbox else None,
        )
        return self.post.writer.write(message, now)

    async def sent(self, notice: Leased, at: datetime) -> None:
        """Write down that a notice went out."""
        async with self.module.pool.connection() as conn:
            await outbox.mark_sent(conn, notice, at)

    async def failed(self, notice: Leased, next_try_at: datetime, error: str) -> None:
        """Put a notice off."""
        async with self.module.pool.connection() as conn:
            await outbox.mark_failed(conn, notice, next_try_at, error)

    async def dropped(self, notice: Leased, reason: str, error: str | None) -> None:
        """Write down that a notice will not go out."""
        async with self.module.pool.connection() as conn:
            await outbox.mark_dropped(conn, notice, reason, error)

    async def release(self, notices: Sequence[Leased]) -> None:
        """Give back what was claimed and not tried."""
        async with self.module.pool.connection() as conn:
            await outbox.release(conn, notices)
