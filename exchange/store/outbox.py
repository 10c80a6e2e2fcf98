"""The outbox: notices claimed, looked at again, and marked sent, dropped or to be tried again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from exchange.store.database import Connection

# Leases run on the database's own, real clock: a sandbox clock that stands would end none.
UPDATE_LEASED = """
WITH due AS (
    SELECT id FROM outbox
     WHERE next_try_at <= $1 AND (leased_until IS NULL OR leased_until <= now())
     ORDER BY next_try_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
)
UPDATE outbox o SET leased_until = now() + $3 FROM due WHERE o.id = due.id RETURNING o.id, o.leased_until
"""

# A reminder is overtaken when its duty is closed or has another due date; one of a postponement (its version is
# minus the entry that postponed), when that is over. Notices hold Russian names: `names` are those in the addressee's
# language, as the registry has them now.
SELECT_LEASED = """
SELECT o.id, o.kind, o.message_id, o.tries, o.leased_until, o.data::text AS data, a.zone, a.language, o.request,
       o.seq, o.authority, o.mailbox, a.reach, r.submitted ->> 'handling' AS handling,
       CASE o.mailbox WHEN 'head' THEN a.head_mailbox ELSE a.mailbox END AS address,
       CASE WHEN o.kind <> 'reminder' THEN false
            WHEN o.due_version < 0 THEN d.state <> 'suspended'
                 OR (r.snapshot -> 'postponement' ->> 'seq')::int IS DISTINCT FROM -o.due_version
            ELSE d.state <> 'running' OR d.due_version <> o.due_version
       END AS overtaken,
       CASE WHEN a.language <> 'ru' THEN (
            SELECT json_object_agg(n.code, n.name ->> a.language)::text FROM authority n
             WHERE n.name ? a.language
               AND n.code IN (o.data #>> '{requesting,code}', o.data #>> '{requested,code}', o.data #>> '{holder,code}',
                              o.data #>> '{debtor,code}'))
       END AS names
  FROM outbox o
  JOIN authority a ON a.code = o.authority
  LEFT JOIN request r ON r.id = o.request
  LEFT JOIN obligation d ON d.id = o.obligation
 WHERE o.id = ANY($1)
 ORDER BY o.next_try_at, o.id
"""

# That a message went is true whoever holds the lease by then.
UPDATE_SENT = """
UPDATE outbox SET sent_at = $2, tries = tries + 1, next_try_at = NULL, leased_until = NULL, dropped = NULL
 WHERE id = $1 AND sent_at IS NULL
"""

UPDATE_DROPPED = """
UPDATE outbox SET dropped = $3, last_error = $4, next_try_at = NULL, leased_until = NULL
 WHERE id = $1 AND leased_until = $2
"""

UPDATE_FAILED = """
UPDATE outbox SET next_try_at = $3, last_error = $4, tries = tries + 1, leased_until = NULL
 WHERE id = $1 AND leased_until = $2
"""

UPDATE_RELEASED = "UPDATE outbox SET leased_until = NULL WHERE id = ANY($1) AND leased_until = $2"

# An authority whose head has no mailbox is not told, and that is no trouble of the mail.
INSERT_OF_DRAFT = """
INSERT INTO outbox (kind, authority, mailbox, data, made_at, next_try_at)
SELECT 'draft', code, 'head', jsonb_build_object('act', $2::text, 'number', $3::text), $4, $4
  FROM authority WHERE code = $1 AND head_mailbox IS NOT NULL
"""

SELECT_SOONEST = "SELECT min(next_try_at) FROM outbox WHERE next_try_at IS NOT NULL"

COUNT_TROUBLE = """
SELECT (SELECT count(*) FROM outbox WHERE next_try_at IS NOT NULL) AS waiting,
       (SELECT count(*) FROM outbox WHERE next_try_at IS NOT NULL AND tries > 0) AS failing,
       (SELECT count(*) FROM outbox WHERE dropped IS NOT NULL AND dropped <> 'overtaken' AND made_at > $1) AS dropped
"""

SELECT_DROPPED = """
SELECT id, request, authority, mailbox, dropped, last_error, made_at FROM outbox
 WHERE dropped IS NOT NULL AND dropped <> 'overtaken' ORDER BY id DESC LIMIT $1
"""


@dataclass(frozen=True, slots=True)
class Leased:
    """A notice that is ours to send until `leased_until`, which is also the proof that it is ours."""

    id: int
    kind: str
    message_id: UUID
    tries: int
    leased_until: datetime
    data: Mapping[str, object]
    zone: str
    language: str
    request: UUID | None
    seq: int | None
    authority: str
    mailbox: str
    reach: str
    handling: str | None
    address: str | None
    overtaken: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """How many notices wait, how many of these failed before, and how many of the latest reach nobody."""

    waiting: int
    failing: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """A notice that reached nobody, and why."""

    id: int
    request: UUID | None
    authority: str
    mailbox: str
    dropped: str
    last_error: str | None
    made_at: datetime


async def lease(conn: Connection, now: datetime, limit: int, length: timedelta) -> tuple[Leased, ...]:
    """Claim notices that are due, oldest first, for a length of real time, and look again at what they tell of."""
    claimed = [row["id"] for row in await conn.fetch(UPDATE_LEASED, now, limit, length)]
    if not claimed:
        return ()
    return tuple(_leased(dict(row)) for row in await conn.fetch(SELECT_LEASED, claimed))


def _leased(row: dict[str, Any]) -> Leased:
    """Make a notice of its row, each body in its data under the name that the addressee's language has for it."""
    data, names = json.loads(row["data"]), json.loads(row.pop("names") or "{}")
    for told in data.values():
        if isinstance(told, dict) and told.get("code") in names:
            told["name"] = names[told["code"]]
    return Leased(**{**row, "data": data})


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


async def add_of_draft(conn: Connection, authority: str, act: str, number: str | None, at: datetime) -> None:
    """Tell the head of an authority that a draft waits for the signature: of which act, on which request."""
    await conn.execute(INSERT_OF_DRAFT, authority, act, number, at)


async def soonest(conn: Connection) -> datetime | None:
    """Return when the next notice is due, claimed ones included; it may have passed; None when none waits."""
    moment: datetime | None = await conn.fetchval(SELECT_SOONEST)
    return moment


async def trouble(conn: Connection, since: datetime) -> Trouble:
    """Count what waits, what fails, and what of the notices made since an instant reaches nobody."""
    (row,) = await conn.fetch(COUNT_TROUBLE, since)
    return Trouble(**row)


async def dropped(conn: Connection, limit: int) -> tuple[Dropped, ...]:
    """Return the latest notices that reached nobody."""
    return tuple(Dropped(**row) for row in await conn.fetch(SELECT_DROPPED, limit))
