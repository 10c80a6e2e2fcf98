"""The steps of a duty → the moments at which whoever owes it is told again, and which of them have come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from exchange.core.deadlines import shift_days
from exchange.protection.core.item import Duty
from exchange.protection.core.release import Owed
from schemas.secrecy import DutyKind, DutyState, ReleaseDuty, Told

TOLD: Mapping[DutyKind | ReleaseDuty, Told] = {
    DutyKind.RECEIPT: Told.DISPATCH,
    DutyKind.DESTRUCTION_REPORT: Told.CONSENT_GIVEN,
    DutyKind.INQUIRY: Told.BREACH,
    ReleaseDuty.CLASSIFICATION_DECISION: Told.DECISION_AWAITED,
    ReleaseDuty.EXPERT_CONCLUSION: Told.DECISION_AWAITED,
}
"""What a debtor is told of each duty."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of a duty: its name, and its moment in UTC."""

    step: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """The last step that has come and was not told, and the one to come; of several missed ones the last is told."""

    come: Moment | None
    following: Moment | None


def moments(steps: tuple[str, ...], due_at: datetime, zone: str) -> tuple[Moment, ...]:
    """Return the moments of steps in order; days are the debtor's local days, and keep the hour on its wall."""
    return tuple(sorted((Moment(step, _at(step, due_at, zone)) for step in steps), key=lambda each: each.at))


def next_moment(duty: Duty | Owed, after: datetime) -> Moment | None:
    """Return the first step of a running duty after a moment, or None."""
    return next((each for each in _of(duty) if each.at > after), None)


def plan(steps: tuple[Moment, ...], since: datetime, now: datetime) -> Plan:
    """Return what is to be told now, when everything before `since` was told or passed by, and what comes after."""
    come = [each for each in steps if since <= each.at <= now]
    return Plan(come[-1] if come else None, next((each for each in steps if each.at > now), None))


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
