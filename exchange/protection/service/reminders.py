"""The reminder pass of the module: each step of each due moment reaches its debtor once, however many passes run."""

import logging
from datetime import datetime
from typing import Final

from exchange.protection.core.reminders import TOLD, moments, plan
from exchange.protection.module import Module
from exchange.protection.store import reminders
from exchange.protection.store.reminders import FIRST, DueStep, Telling
from exchange.store.database import Connection
from schemas.secrecy import DutyKind, ReleaseDuty

PAGE: Final = 200
"""Candidates read at once."""

MOST: Final = 2000
"""Duties after which a pass ends; what is left is due at the next."""

log = logging.getLogger(__name__)


async def remind_due(module: Module, now: datetime, *, page: int = PAGE) -> int:
    """Tell of every step that has come by `now`; return how many duties it concerned.

    1. Read candidates without a lock, page by page; 2. for each duty open a transaction and claim its row, passing by
    what somebody else holds; 3. look again; 4. write what is told and how far it got in one statement.

    A duty that cannot be worked does not keep the others waiting; its error is raised when they are done.
    """
    worked, after = 0, FIRST
    trouble: Exception | None = None
    while worked < MOST:
        async with module.pool.connection() as conn:
            candidates = await reminders.due(conn, now, after, page)
        for candidate in candidates:
            try:
                async with module.pool.transaction() as conn:
                    worked += await remind_of(conn, candidate, now)
            except Exception as error:  # noqa: BLE001 - the others are still to be told; raised below
                log.warning("a duty of %s: its reminder failed: %s", candidate.owner, type(error).__name__)
                trouble = error
        if len(candidates) < page:
            break
        after = candidates[-1].place
    if trouble is not None:
        raise trouble
    return worked


async def remind_of(conn: Connection, step: DueStep, now: datetime) -> bool:
    """Tell of a duty's last step that has come, in the caller's transaction; false when there is nothing to tell."""
    duty = await reminders.claim(conn, step, now)
    if duty is None:
        return False
    found = plan(moments(duty.steps, duty.due_at, duty.zone), duty.next_step_at, now)
    if found.come is None:
        return False
    kind = DutyKind(step.kind) if step.of_item else ReleaseDuty(step.kind)
    following = None if found.following is None else found.following.at
    telling = Telling(told=TOLD[kind], step=found.come.step, next_step_at=following)
    await reminders.tell(conn, step, duty, telling, now)
    return True
