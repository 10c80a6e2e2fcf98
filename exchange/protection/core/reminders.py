"""The steps of a duty → the moments at which whoever owes it is told again, and the notices that have come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from exchange.core.deadlines import shift_days
from exchange.protection.core.item import Duty, Item
from exchange.protection.core.notices import Notice, number_for
from exchange.protection.core.release import Case, Owed
from schemas.secrecy import DutyKind, DutyState, Told

_TOLD = {
    DutyKind.RECEIPT: Told.DISPATCH,
    DutyKind.DESTRUCTION_REPORT: Told.CONSENT_GIVEN,
    DutyKind.INQUIRY: Told.BREACH,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of a duty: its name, and its moment in UTC."""

    step: str
    at: datetime


def moments(steps: tuple[str, ...], due_at: datetime, zone: str) -> tuple[Moment, ...]:
    """Return the moments of steps in order; days are the debtor's local days, and keep the hour on its wall."""
    return tuple(sorted((Moment(step, _at(step, due_at, zone)) for step in steps), key=lambda each: each.at))


def next_moment(duty: Duty | Owed, after: datetime) -> Moment | None:
    """Return the first step of a running duty after a moment, or None."""
    return next((each for each in _of(duty) if each.at > after), None)


def reminders(item: Item, after: datetime, now: datetime) -> Iterator[tuple[Duty, Moment, Notice]]:
    """Yield each running duty of which a step came since a moment, with the last such step and its notice."""
    for duty in item.duties:
        come = [each for each in _of(duty) if after < each.at <= now]
        if come:
            notice = Notice(
                to=duty.body.code,
                sender=duty.body.code,
                told=_TOLD[duty.kind],
                number=number_for(item, duty.body.code),
                by=duty.due_at,
                rule=duty.calculation.rule,
            )
            yield duty, come[-1], notice


def release_reminders(case: Case, after: datetime, now: datetime) -> Iterator[tuple[Owed, Moment]]:
    """Yield each running duty of a release procedure of which a step came since a moment, with the last such step."""
    for duty in case.duties:
        come = [each for each in _of(duty) if after < each.at <= now]
        if come:
            yield duty, come[-1]


def _of(duty: Duty | Owed) -> tuple[Moment, ...]:
    if duty.state is not DutyState.RUNNING:
        return ()
    if isinstance(duty, Owed):
        return moments(duty.steps, duty.term.due_at, duty.term.zone)
    return moments(duty.steps, duty.due_at, duty.calculation.zone)


def _at(step: str, due_at: datetime, zone: str) -> datetime:
    """Return the moment of `due`, or of an offset in local days or in hours: `-5d`, `+7d`, `-6h`."""
    if step == "due":
        return due_at
    number, unit = int(step[:-1]), step[-1]
    return shift_days(due_at, number, zone) if unit == "d" else due_at + timedelta(hours=number)
