"""Reminders: which duties have a step due, and what telling of it writes."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from exchange.store.database import Connection

FIRST: Final = (datetime(1, 1, 1, tzinfo=UTC), "")
"""Before every place in the order of due steps."""

SELECT_DUE = """
SELECT id, request, next_step_at FROM obligation
 WHERE next_step_at <= $1 AND next_step_at >= $2 AND (next_step_at, id) > ($2, $3)
 ORDER BY next_step_at, id LIMIT $4
"""

SELECT_SOONEST = "SELECT min(next_step_at) FROM obligation WHERE next_step_at IS NOT NULL"

# Of two passes that tell of the same step only the one whose line is new puts a message into the outbox.
INSERT_TOLD = """
WITH told AS (
    SELECT obligation, due_version, step, authority, mailbox, late, data
      FROM jsonb_to_recordset($3::text::jsonb)
        AS t(obligation text, due_version int, step text, authority text, mailbox text, late boolean, data jsonb)
), fresh AS (
    INSERT INTO reminder (obligation, due_version, step, authority, mailbox, at, late)
    SELECT obligation, due_version, step, authority, mailbox, $2, late FROM told
        ON CONFLICT DO NOTHING
    RETURNING obligation, due_version, step, authority, mailbox
), sent AS (
    INSERT INTO outbox (kind, request, obligation, due_version, step, authority, mailbox, data, made_at, next_try_at)
    SELECT 'reminder', $1, obligation, due_version, step, authority, mailbox, data, $2, $2
      FROM told JOIN fresh USING (obligation, due_version, step, authority, mailbox)
)
UPDATE obligation o
   SET reminded_through = d.reminded_through, next_step_at = d.next_step_at
  FROM jsonb_to_recordset($4::text::jsonb)
    AS d(id text, reminded_through timestamptz, next_step_at timestamptz)
 WHERE o.id = d.id
   AND (o.reminded_through, o.next_step_at) IS DISTINCT FROM (d.reminded_through, d.next_step_at)
"""


@dataclass(frozen=True, slots=True)
class DueStep:
    """A duty that has a step to tell of."""

    id: str
    request: UUID
    next_step_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One step of one due date told to one mailbox; `data` is all that the message may say."""

    obligation: str
    due_version: int
    step: str
    authority: str
    mailbox: str
    late: bool
    data: dict[str, object]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a duty's ladder has been told, and when it goes on."""

    id: str
    reminded_through: datetime | None
    next_step_at: datetime | None


async def due(conn: Connection, now: datetime, after: tuple[datetime, str], limit: int) -> tuple[DueStep, ...]:
    """Return duties with a step due by now, in the order of their moments; nothing is locked."""
    rows = await conn.fetch(SELECT_DUE, now, *after, limit)
    return tuple(DueStep(**row) for row in rows)


async def soonest(conn: Connection) -> datetime | None:
    """Return the moment of the next step of all, which may have passed; None when no step is to come."""
    moment: datetime | None = await conn.fetchval(SELECT_SOONEST)
    return moment


async def tell(
    conn: Connection, request: UUID, told: Sequence[Told], progress: Sequence[Progress], now: datetime
) -> None:
    """Write in one statement what is told, each step once for each mailbox, and how far the duties have got."""
    await conn.execute(INSERT_TOLD, request, now, _json(told), _json(progress))


def _json(rows: Sequence[Told] | Sequence[Progress]) -> str:
    """Write rows down for the statement."""
    return json.dumps([asdict(row) for row in rows], ensure_ascii=False, default=datetime.isoformat)
