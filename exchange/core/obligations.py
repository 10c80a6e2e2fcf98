"""What an act does to the duties of a request: opened, met, suspended, given another date, passed on."""

from collections.abc import Callable
from datetime import date, datetime

from exchange.core.acts import ACTS, Effect
from exchange.core.deadlines import Calculation, local_day
from exchange.core.frozen import replace
from exchange.core.request import AuthorityRef, Entry, Obligation, Request, Revision
from schemas.acts import Confirm, Postpone, ProposeTerm
from schemas.vocabulary import AskKind, ObligationKind, ObligationState


def after(before: Request | None, request: Request, entry: Entry) -> tuple[Obligation, ...]:
    """Return the duties once an act stands; `request` is folded already except for its duties."""
    duties = before.obligations if before else ()
    for kind, effect in ACTS[entry.kind].effects.items():
        if effect is Effect.MEET_AT_END and not request.ended:
            continue
        if effect is Effect.OPEN:
            duties += _opened(duties, kind, request, entry)
        else:
            work = _EFFECTS[effect]
            duties = tuple(work(duty, request, entry) if duty.kind is kind and duty.live else duty for duty in duties)
    return duties


def days_left(request: Request, duty: Obligation) -> int | None:
    """Return the whole days that a suspended duty had left on its local day of postponing; negative when overdue."""
    if request.postponement is None or duty.calculation.days is None:
        return None
    first = local_day(duty.started_at, duty.calculation.zone)
    spent = (request.postponement.day - first).days
    return (request.term_days or duty.calculation.days) + request.suspended_days - spent


def _opened(
    duties: tuple[Obligation, ...], kind: ObligationKind, request: Request, entry: Entry
) -> tuple[Obligation, ...]:
    """Return the duty that the ruling dated, or nothing: an execution is opened once, a confirmation if urgent."""
    calculation = _due(entry, kind)
    if calculation is None:
        return ()
    number = 1 + sum(duty.kind is kind for duty in duties)
    suffix = f"-{number}" if kind is ObligationKind.REDIRECT else ""
    return (
        Obligation(
            id=f"{request.id}-{kind}{suffix}",
            kind=kind,
            authority=_debtor(kind, request),
            state=ObligationState.RUNNING,
            calculation=calculation,
            due_at=calculation.due_at,
            due_on=calculation.due_on,
        ),
    )


def _debtor(kind: ObligationKind, request: Request) -> AuthorityRef:
    """Return who owes it: the confirmation is the requesting authority's, the rest the holder's."""
    return request.requesting if kind is ObligationKind.CONFIRMATION else request.holder


def _due(entry: Entry, kind: ObligationKind) -> Calculation | None:
    """Return the due date that the ruling gives a duty."""
    return next((calculation for of, calculation in entry.ruling.due if of is kind), None)


def _meet(duty: Obligation, request: Request, entry: Entry) -> Obligation:
    """Met, or met late: judged by the arrival of the act, a confirmation by its dispatch (Article 6)."""
    moment = entry.at
    if isinstance(entry.body, Confirm) and entry.body.sent_at is not None:
        moment = entry.body.sent_at
    left = days_left(request, duty) if duty.state is ObligationState.SUSPENDED else None
    late = left < 0 if left is not None else duty.overdue(moment)
    return _closed(duty, ObligationState.MET_LATE if late else ObligationState.MET, moment)


def _void(duty: Obligation, _request: Request, entry: Entry) -> Obligation:
    """No longer owed."""
    return _closed(duty, ObligationState.VOID, entry.at)


def _closed(duty: Obligation, state: ObligationState, at: datetime) -> Obligation:
    """Close a duty; a suspended one shows again the due date that it had."""
    return replace(duty, state=state, closed_at=at, due_at=duty.calculation.due_at, due_on=duty.calculation.due_on)


def _suspend(duty: Obligation, _request: Request, entry: Entry) -> Obligation:
    """Suspended: no due date while it lasts (Article 7)."""
    reason = entry.body.reason if isinstance(entry.body, Postpone) else None
    put_off = _redated(duty, entry, reason, None, None)
    return replace(put_off, state=ObligationState.SUSPENDED, reminded_through=None)


def _resume(duty: Obligation, _request: Request, entry: Entry) -> Obligation:
    """Let it run again with the whole days that were left (Article 7)."""
    return replace(_dated_anew(duty, entry, None), state=ObligationState.RUNNING)


def _redate(duty: Obligation, request: Request, entry: Entry) -> Obligation:
    """Another term by treaty (Article 7); while suspended it is kept which act changed it, and `resume` dates it."""
    answered = (ask.asked for ask in request.asked(AskKind.TERM) if ask.answered is entry.body)
    citation = next((proposal.citation for proposal in answered if isinstance(proposal, ProposeTerm)), None)
    if duty.state is ObligationState.SUSPENDED:
        return _redated(duty, entry, citation, None, None)
    return _dated_anew(duty, entry, citation)


def _pass_on(duty: Obligation, request: Request, _entry: Entry) -> Obligation:
    """Owed by the new holder from now on; the date stays (Article 7: the 30 days bind the Party)."""
    return replace(duty, authority=request.holder)


def _dated_anew(duty: Obligation, entry: Entry, reason: str | None) -> Obligation:
    """Give the duty the date of the ruling; its version grows only if the moment really is another."""
    calculation = _due(entry, duty.kind)
    if calculation is None:
        return duty
    changed = calculation.due_at != duty.calculation.due_at
    return replace(
        _redated(duty, entry, reason, calculation.due_at, calculation.due_on),
        calculation=calculation,
        due_version=duty.due_version + changed,
        reminded_through=None if changed else duty.reminded_through,
    )


def _redated(
    duty: Obligation, entry: Entry, reason: str | None, due_at: datetime | None, due_on: date | None
) -> Obligation:
    """Put a date in the place of the one that holds now, which is kept."""
    revision = Revision(duty.due_at, duty.due_on, entry.kind, entry.seq, entry.at, reason)
    return replace(duty, due_at=due_at, due_on=due_on, revisions=(*duty.revisions, revision))


_EFFECTS: dict[Effect, Callable[[Obligation, Request, Entry], Obligation]] = {
    Effect.MEET: _meet,
    Effect.MEET_AT_END: _meet,
    Effect.VOID: _void,
    Effect.SUSPEND: _suspend,
    Effect.RESUME: _resume,
    Effect.REDATE: _redate,
    Effect.PASS_ON: _pass_on,
}
