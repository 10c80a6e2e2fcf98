"""The reminder pass: each step of each due date reaches each addressee once, however many passes run."""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from exchange.core.notices import Plan, remind
from exchange.core.reminders import UNTIL
from exchange.core.request import Obligation, Request
from exchange.service.database import Database
from exchange.service.readings import Readings
from exchange.store import decisions, reminders, requests
from exchange.store.database import Connection
from exchange.store.reminders import FIRST, Progress, Told

PAGE: Final = 200
"""Candidates read at once."""

MOST: Final = 2000
"""Requests after which a pass ends; what is left is due at the next."""

log = logging.getLogger(__name__)


async def remind_due(db: Database, readings: Readings, now: datetime, *, page: int = PAGE) -> int:
    """Tell of every step that has come by `now`; return how many requests it concerned.

    1. Read candidates without a lock, page by page; 2. for each request open a transaction and lock its row, passing
    by what somebody else holds; 3. look again; 4. write what is told and how far it got in one statement.

    A request that cannot be worked does not keep the others waiting; its error is raised when they are done.
    """
    worked, after, seen = 0, FIRST, set[UUID]()
    trouble: Exception | None = None
    while worked < MOST:
        async with db.connection() as conn:
            candidates = await reminders.due(conn, now, after, page)
        for candidate in candidates:
            if candidate.request in seen:
                continue
            seen.add(candidate.request)
            try:
                async with db.transaction() as conn:
                    worked += await remind_of(conn, candidate.request, readings, now)
            except Exception as error:  # noqa: BLE001 - the others are still to be told; raised below
                log.warning("request %s: its reminders failed: %s", candidate.request, type(error).__name__)
                trouble = error
        if len(candidates) < page:
            break
        after = (candidates[-1].next_step_at, candidates[-1].id)
    if trouble is not None:
        raise trouble
    return worked


async def remind_of(conn: Connection, request_id: UUID, readings: Readings, now: datetime) -> bool:
    """Tell of one request's steps in the caller's transaction; false when somebody else holds the request."""
    loaded = await requests.lock(conn, request_id, skip_locked=True)
    if loaded is None:
        return False
    request = loaded.request
    profile = (await readings.of(conn, request.profile.digest)).profile
    plans = [(duty, remind(request, duty, profile, now)) for duty in request.obligations]
    told = [line for duty, plan in plans for line in lines(request, duty, plan)]
    progress = [Progress(duty.id, plan.through, plan.next_step_at) for duty, plan in plans]
    await reminders.tell(conn, request_id, told, progress, now)
    return True


def lines(request: Request, duty: Obligation, plan: Plan) -> Iterator[Told]:
    """Yield a line for each notice of a plan, with what its message may say: numbers, sides, what is due and when."""
    until = request.postponement.until if request.postponement else None
    for reminding in plan.remindings:
        yield Told(
            obligation=duty.id,
            due_version=plan.due_version,
            step=reminding.step.name,
            authority=reminding.addressee.authority,
            mailbox=reminding.addressee.mailbox,
            late=reminding.late,
            data=decisions.notice_data(request)
            | {
                "kind": duty.kind,
                "rule": duty.calculation.rule,
                "debtor": {"code": duty.authority.code, "name": duty.authority.name},
                "term_zone": duty.calculation.zone,
                "due_at": duty.due_at.isoformat() if duty.due_at else None,
                "due_on": duty.due_on.isoformat() if duty.due_on else None,
                "due_in_days": duty.calculation.days is not None,
                "passed": reminding.step.after_due,
                "until": until.isoformat() if until and reminding.step.name == UNTIL else None,
                "late": reminding.late,
            },
        )
