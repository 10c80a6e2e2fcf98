"""From a release procedure to what its parties are shown: the checklist of point 4, and every term with its days."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from exchange.core.calendar import WorkingTerm, explain_working
from exchange.core.deadlines import local_day
from exchange.protection.core.naming import ELEMENTS
from exchange.protection.core.release import Case, Owed, checklist, overdue, release_acts, rule_of_act
from exchange.protection.core.scene import Caller, Law
from exchange.protection.service.proceedings import Kept, shown
from schemas.calendar import WORKED
from schemas.protection_registry import (
    ElementView,
    ReleaseDutyView,
    ReleaseLine,
    ReleaseView,
    SkippedDayView,
    StepView,
)
from schemas.secrecy import DutyState, ReleaseState


def release(law: Law, kept: Kept[Case], caller: Caller, now: datetime) -> ReleaseView:
    """Show a procedure, with the acts that the caller could do now."""
    case = kept.value
    order = law.orders[case.applicant.party]
    rows = checklist(order, tuple(law.regimes[each] for each in case.regimes))
    weekend = law.calendars[order.calendar].source.weekend
    return ReleaseView(
        id=case.id,
        number=kept.number,
        state=case.state,
        order=case.order,
        item=case.proposal.item,
        applicant=case.applicant.code,
        recipient=case.recipient.code,
        classification_body=case.classification_body,
        expert_body=case.expert_body,
        proposed_at=case.proposed_at,
        proposal=dict(shown(case.proposal)),
        regimes=case.regimes,
        checklist=tuple(
            ElementView(element=each.element, words=ELEMENTS[each.element], rules=each.rules, stated=bool(each.rules))
            for each in rows
        ),
        missing=case.missing,
        duties=tuple(_duty(each, weekend, now) for each in case.duties),
        reasons=case.reasons,
        approved=case.state is ReleaseState.APPROVED,
        until=case.proposal.term,
        allowed_acts=tuple(StepView(act=act, rule=rule_of_act(act)) for act in release_acts(case, caller, now)),
        seq=case.seq,
    )


def line(kept: Kept[Case], now: datetime) -> ReleaseLine:
    """Show a procedure in a list."""
    case = kept.value
    running = (each.term.due_at for each in case.duties if each.state is DutyState.RUNNING)
    return ReleaseLine(
        id=case.id,
        number=kept.number,
        state=case.state,
        item=case.proposal.item,
        applicant=case.applicant.code,
        recipient=case.recipient.code,
        proposed_at=case.proposed_at,
        due_at=min(running, default=None),
        overdue=bool(overdue(case, now)),
        seq=case.seq,
    )


def _duty(duty: Owed, weekend: tuple[int, ...], now: datetime) -> ReleaseDutyView:
    term = duty.term
    return ReleaseDutyView(
        kind=duty.kind,
        body=duty.body,
        rule=term.rule,
        state=duty.state,
        started_at=term.started_at,
        working_days=term.days,
        extended_by=duty.extended_by,
        due_at=term.due_at,
        due_on=term.due_on,
        overdue=duty.state is DutyState.RUNNING and now >= term.due_at,
        closed_at=duty.closed_at,
        calendar=term.calendar,
        skipped_days=tuple(_skipped(term, weekend)),
        estimated=term.estimated,
        doubts=term.doubts,
        explanation=explain_working(term),
    )


def _skipped(term: WorkingTerm, weekend: tuple[int, ...]) -> Iterator[SkippedDayView]:
    """Yield each day between the day of receipt and the last day that was not counted."""
    named = {each.day: each for each in term.named}
    first = local_day(term.started_at, term.zone)
    for offset in range(1, (term.due_on - first).days):
        day = first + timedelta(days=offset)
        entry = named.get(day)
        if entry is not None and entry.kind not in WORKED:
            yield SkippedDayView(day=day, kind=entry.kind.value, name=entry.name, estimated=entry.estimated)
        elif entry is None and day.isoweekday() in weekend:
            yield SkippedDayView(day=day, kind="weekend", name=None, estimated=False)
