"""Duties whose next step has come, of items and of releases, and what telling of one writes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from exchange.store.database import Connection

FIRST: Final = (datetime(1900, 1, 1, tzinfo=UTC), UUID(int=0), "", 0)
"""Before every place in the order of due steps."""

SELECT_DUE = """
SELECT next_step_at, owner, kind, subject, of_item
  FROM (SELECT next_step_at, item AS owner, kind, subject, true AS of_item
          FROM protection.duty WHERE next_step_at <= $1
         UNION ALL
        SELECT next_step_at, proceeding, kind, 0, false FROM protection.proceeding_duty WHERE next_step_at <= $1) d
 WHERE (next_step_at, owner, kind, subject) > ($2::timestamptz, $3::uuid, $4::text, $5::int)
 ORDER BY next_step_at, owner, kind, subject LIMIT $6
"""

# The item comes along: its notice refers to it, and an act holds the item while it changes what is owed.
SELECT_CLAIMED_OF_ITEM = """
SELECT d.body, d.zone, d.number, d.rule, d.due_at, d.steps, d.next_step_at
  FROM protection.duty d JOIN protection.item i ON i.id = d.item
 WHERE d.item = $1 AND d.kind = $2 AND d.subject = $3 AND d.state = 'running' AND d.next_step_at <= $4
   FOR KEY SHARE OF i SKIP LOCKED FOR NO KEY UPDATE OF d SKIP LOCKED
"""

SELECT_CLAIMED_OF_RELEASE = """
SELECT d.body, d.zone, d.number, d.rule, d.due_at, d.steps, d.next_step_at
  FROM protection.proceeding_duty d JOIN protection.proceeding p ON p.id = d.proceeding
 WHERE d.proceeding = $1 AND d.kind = $2 AND d.state = 'running' AND d.next_step_at <= $3
   FOR KEY SHARE OF p SKIP LOCKED FOR NO KEY UPDATE OF d SKIP LOCKED
"""

INSERT_TOLD_OF_ITEM = """
WITH told AS (
    UPDATE protection.duty SET reminded_through = $4, next_step_at = $5 WHERE item = $1 AND kind = $2 AND subject = $3
)
INSERT INTO protection.notice (item, duty, subject, body, sender, told, number, by, rule, step, made_at, next_try_at)
VALUES ($1, $2, $3, $6, $6, $7, $8, $9, $10, $11, $4, $4)
"""

INSERT_TOLD_OF_RELEASE = """
WITH told AS (
    UPDATE protection.proceeding_duty SET reminded_through = $3, next_step_at = $4 WHERE proceeding = $1 AND kind = $2
)
INSERT INTO protection.notice (proceeding, duty, body, sender, told, number, by, rule, step, made_at, next_try_at)
VALUES ($1, $2, $5, $5, $6, $7, $8, $9, $10, $3, $3)
"""

SELECT_SOONEST = """
SELECT least((SELECT min(next_step_at) FROM protection.duty WHERE next_step_at IS NOT NULL),
             (SELECT min(next_step_at) FROM protection.proceeding_duty WHERE next_step_at IS NOT NULL))
"""


@dataclass(frozen=True, slots=True)
class DueStep:
    """A duty that has a step to tell of: `owner` is its item or its release, which has no `subject`."""

    next_step_at: datetime
    owner: UUID
    kind: str
    subject: int
    of_item: bool

    @property
    def place(self) -> tuple[datetime, UUID, str, int]:
        """Where it stands in the order."""
        return self.next_step_at, self.owner, self.kind, self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A running duty that is ours until the transaction ends; `number` is what the debtor knows the matter by."""

    body: str
    zone: str
    number: str
    rule: str
    due_at: datetime
    steps: tuple[str, ...]
    next_step_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One step told: of what, and when the duty is told of next."""

    told: str
    step: str
    next_step_at: datetime | None


async def due(
    conn: Connection, now: datetime, after: tuple[datetime, UUID, str, int], limit: int
) -> tuple[DueStep, ...]:
    """Return duties with a step due by now, in the order of their moments; nothing is locked."""
    return tuple(DueStep(**row) for row in await conn.fetch(SELECT_DUE, now, *after, limit))


async def claim(conn: Connection, step: DueStep, now: datetime) -> Claimed | None:
    """Claim a duty; None when it runs no more, was told of meanwhile, or somebody else has it in hand."""
    if step.of_item:
        row = await conn.fetchrow(SELECT_CLAIMED_OF_ITEM, step.owner, step.kind, step.subject, now)
    else:
        row = await conn.fetchrow(SELECT_CLAIMED_OF_RELEASE, step.owner, step.kind, now)
    return None if row is None else Claimed(**{**row, "steps": tuple(row["steps"])})


async def tell(conn: Connection, step: DueStep, duty: Claimed, telling: Telling, now: datetime) -> None:
    """Put a reminder into the outbox, and write down how far the duty was told of."""
    told = (duty.body, telling.told, duty.number, duty.due_at, duty.rule, telling.step)
    if step.of_item:
        own = (step.owner, step.kind, step.subject, now, telling.next_step_at)
        await conn.execute(INSERT_TOLD_OF_ITEM, *own, *told)
    else:
        await conn.execute(INSERT_TOLD_OF_RELEASE, step.owner, step.kind, now, telling.next_step_at, *told)


async def soonest(conn: Connection) -> datetime | None:
    """Return the moment of the next step of all, which may have passed; None when no step is to come."""
    moment: datetime | None = await conn.fetchval(SELECT_SOONEST)
    return moment
