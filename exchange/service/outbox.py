"""The open exchange's outbox, sent: acts, reminders and notices of the registry."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from exchange.delivery import sending
from exchange.delivery.mail import Enclosed, Notice
from exchange.delivery.sending import Delivery
from exchange.service.database import Database
from exchange.service.enclosures import Letters, enclosed, in_writing
from exchange.store import outbox
from exchange.store.outbox import Leased
from schemas.vocabulary import NoticeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Post(sending.Post):
    """What sending needs, with who prints acts for those who get them in writing."""

    letters: Letters | None = field(default=None, repr=False)


async def deliver_due(db: Database, post: Post, now: datetime) -> Delivery:
    """Send notices due by `now`, oldest first, until none is left or the relay cannot be reached."""
    return await sending.send_due(_Outbox(db, post), post, now)


@dataclass(frozen=True, slots=True)
class _Outbox:
    """The table `outbox` as a queue."""

    db: Database
    post: Post

    async def lease(self, now: datetime, limit: int, length: timedelta) -> Sequence[Leased]:
        """Claim notices that are due."""
        async with self.db.transaction() as conn:
            return await outbox.lease(conn, now, limit, length)

    async def write(self, notice: Leased, now: datetime) -> bytes:
        """Return the message, with acts in writing for who gets them by e-mail."""
        message = Notice(
            kind=NoticeKind(notice.kind),
            message_id=notice.message_id,
            address=notice.address or "",
            zone=notice.zone,
            language=notice.language,
            data=notice.data,
            enclosed=await self._enclosed(notice),
        )
        return self.post.writer.write(message, now)

    async def sent(self, notice: Leased, at: datetime) -> None:
        """Write down that a notice went out."""
        async with self.db.connection() as conn:
            await outbox.mark_sent(conn, notice, at)

    async def failed(self, notice: Leased, next_try_at: datetime, error: str) -> None:
        """Put a notice off."""
        async with self.db.connection() as conn:
            await outbox.mark_failed(conn, notice, next_try_at, error)

    async def dropped(self, notice: Leased, reason: str, error: str | None) -> None:
        """Write down that a notice will not go out."""
        async with self.db.connection() as conn:
            await outbox.mark_dropped(conn, notice, reason, error)

    async def release(self, notices: Sequence[Leased]) -> None:
        """Give back what was claimed and not tried."""
        async with self.db.connection() as conn:
            await outbox.release(conn, notices)

    async def _enclosed(self, notice: Leased) -> Enclosed:
        """Return what goes with a notice: acts in writing to who gets them by e-mail, nothing to anybody else."""
        if self.post.letters is None or not in_writing(notice):
            return Enclosed()
        return await enclosed(self.db, self.post.letters, notice)
