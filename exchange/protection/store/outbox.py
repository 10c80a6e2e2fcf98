"""The module's outbox: notices claimed, looked at again, and marked sent, dropped or to be tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from exchange.store.database import Connection

# Leases run on the database's own, real clock: a sandbox clock that stands would end none.
UPDATE_LEASED = """
WITH due AS (
    SELECT id FROM protection.notice
     WHERE next_try_at <= $1 AND (leased_until IS NULL OR leased_until <= now())
     ORDER BY next_try_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
)
UPDATE protection.notice n SET leased_until = now() + $3 FROM due WHERE n.id = due.id RETURNING n.id
"""

# A reminder is overtaken when its duty is closed or has another due moment.
SELECT_LEASED = """
SELECT n.id, n.message_id, n.tries, n.leased_until, n.told, n.number, n.by, n.step, coalesce(b.zone, 'UTC') AS zone,
       coalesce(b.language, 'ru') AS language, b.mailbox AS address,
       CASE WHEN n.step IS NULL THEN false
            WHEN n.item IS NOT NULL THEN d.state IS DISTINCT FROM 'running' OR d.due_at <> n.by
            ELSE p.state IS DISTINCT FROM 'running' OR p.due_at <> n.by
       END AS overtaken
  FROM protection.notice n
  LEFT JOIN protection.body b ON b.code = n.body
  LEFT JOIN protection.duty d ON d.item = n.item AND d.kind = n.duty AND d.subject = n.subject
  LEFT JOIN protection.proceeding_duty p ON p.proceeding = n.proceeding AND p.kind = n.duty
 WHERE n.id = ANY($1)
 ORDER BY n.next_try_at, n.id
"""

# That a message went is true whoever holds the lease by then.
UPDATE_SENT = """
UPDATE protection.notice
   SET sent_at = $2, tries = tries + 1, next_try_at = NULL, leased_until = NULL, dropped = NULL
 WHERE id = $1 AND sent_at IS NULL
"""

UPDATE_DROPPED = """
UPDATE protection.notice SET dropped = $3, last_error = $4, next_try_at = NULL, leased_until = NULL
 WHERE id = $1 AND leased_until = $2
"""

UPDATE_FAILED = """
UPDATE protection.notice SET next_try_at = $3, last_error = $4, tries = tries + 1, leased_until = NULL
 WHERE id = $1 AND leased_until = $2
"""

UPDATE_RELEASED = "UPDATE protection.notice SET leased_until = NULL WHERE id = ANY($1) AND leased_until = $2"

SELECT_TROUBLED = """
SELECT EXISTS (SELECT FROM protection.notice WHERE next_try_at IS NOT NULL AND tries > 0)
    OR EXISTS (SELECT FROM protection.notice WHERE dropped IS NOT NULL AND dropped <> 'overtaken' AND made_at > $1)
"""

SELECT_SOONEST = "SELECT min(next_try_at) FROM protection.notice WHERE next_try_at IS NOT NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A notice that is ours to send until `leased_until`, which is also the proof that it is ours."""

    id: int
    message_id: UUID
    tries: int
    leased_until: datetime
    told: str
    number: str
    by: datetime | None
    step: str | None
    zone: str
    language: str
    address: str | None
    overtaken: bool


async def lease(conn: Connection, now: datetime, limit: int, length: timedelta) -> tuple[Leased, ...]:
    """Claim notices that are due, oldest first, for a length of real time, and look again at what they tell of."""
    claimed = [row["id"] for row in await conn.fetch(UPDATE_LEASED, now, limit, length)]
    return tuple(Leased(**row) for row in await conn.fetch(SELECT_LEASED, claimed)) if claimed else ()


async def mark_sent(conn: Connection, notice: Leased, at: datetime) -> None:
    """Write down that a notice went out."""
    await conn.execute(UPDATE_SENT, notice.id, at)


async def mark_dropped(conn: Connection, notice: Leased, reason: str, error: str | None) -> None:
    """Write down that a notice will not go out, unless somebody else has claimed it since."""
    await conn.execute(UPDATE_DROPPED, notice.id, notice.leased_until, reason, error)


async def mark_failed(conn: Connection, notice: Leased, next_try_at: datetime, error: str) -> None:
    """Put a notice off, unless somebody else has claimed it since."""
    await conn.execute(UPDATE_FAILED, notice.id, notice.leased_until, next_try_at, error)


async def release(conn: Connection, notices: Sequence[Leased]) -> None:
    """Give back notices of one lease that were not tried."""
    if notices:
        await conn.execute(UPDATE_RELEASED, [notice.id for notice in notices], notices[0].leased_until)


async def soonest(conn: Connection) -> datetime | None:
    """Return when the next notice is due, claimed ones included; it may have passed; None when none waits."""
    moment: datetime | None = await conn.fetchval(SELECT_SOONEST)
    return moment


async def troubled(conn: Connection, since: datetime) -> bool:
    """Tell whether a notice fails to go, or one made since an instant reaches nobody."""
    found: bool = await conn.fetchval(SELECT_TROUBLED, since)
    return found
