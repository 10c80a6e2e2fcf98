"""The fold: a record, act by act, into the request that it tells of. Replaying it changes nothing."""

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

from exchange.core import obligations
from exchange.core.acts import ACTS
from exchange.core.deadlines import local_day
from exchange.core.errors import RecordBroken
from exchange.core.frozen import replace
from exchange.core.request import Ask, Carried, Consent, Entry, Item, Postponement, Request
from schemas import acts as act_bodies
from schemas.requests import Submission
from schemas.vocabulary import ActKind, AskKind, AssistanceState, ObligationKind, Side, State


def fold(request_id: str, record: Iterable[Entry]) -> Request:
    """Return the request that a record tells of; raise RecordBroken when it does not begin with a submission."""
    entries = iter(record)
    first = next(entries, None)
    if first is None:
        raise RecordBroken(f"{request_id}: the record is empty")
    return reduce(apply, entries, begin(request_id, first))


def begin(request_id: str, entry: Entry) -> Request:
    """Open a request with its first act."""
    body, ruling = entry.body, entry.ruling
    if not isinstance(body, Submission) or not (
        ruling.requesting and ruling.holder and ruling.profile and ruling.number and entry.seq == 1
    ):
        raise RecordBroken(f"{request_id}: entry {entry.seq} cannot open a record")
    request = Request(
        id=request_id,
        seq=entry.seq,
        state=State.SENT,
        submitted=body,
        submitted_at=entry.at,
        recorded_at=entry.recorded_at,
        profile=ruling.profile,
        number=ruling.number,
        requesting=ruling.requesting,
        holder=ruling.holder,
        dispatched_at=min(entry.at, body.urgent.transmitted_at) if body.urgent else entry.at,
        items=tuple(Item(number) for number in range(1, len(body.assistance) + 1)),
        attachments=_carried(entry),
    )
    owed = obligations.after(None, request, entry)
    return replace(request, obligations=owed) if owed else request


def apply(request: Request, entry: Entry) -> Request:
    """Let one more act stand; raise RecordBroken when it does not follow the last one."""
    if entry.seq != request.seq + 1 or isinstance(entry.body, Submission):
        raise RecordBroken(f"{request.id}: entry {entry.seq} cannot follow entry {request.seq}")
    act, folded = ACTS[entry.kind], request
    if entry.kind in _FACTS:
        folded = _FACTS[entry.kind](request, entry, entry.body)
    folded = replace(
        folded,
        seq=entry.seq,
        recorded_at=entry.recorded_at,
        asks=_asks(request, entry),
        state=act.leads_to if act.leads_to and (not act.ends or _is_end(folded)) else request.state,
    )
    if entry.ruling.attachments:
        folded = replace(folded, attachments=(*folded.attachments, *_carried(entry)))
    folded = replace(folded, obligations=obligations.after(request, folded, entry))
    folded = _postponement_over(folded, entry)
    if folded.ended and not request.ended:
        held_until = entry.at if folded.held else folded.held_until
        folded = replace(folded, ended_at=entry.at, held_until=held_until)
    return folded


def _carried(entry: Entry) -> tuple[Carried, ...]:
    return tuple(Carried(entry.seq, file) for file in entry.ruling.attachments)


def side_of(request: Request, authority: str) -> Side:
    """Return the side that the author of an entry acts for."""
    return Side.REQUESTING if authority == request.requesting.code else Side.REQUESTED


def _asks(request: Request, entry: Entry) -> tuple[Ask, ...]:
    """Open a numbered ask or close one, as the table says."""
    act, body = ACTS[entry.kind], entry.body
    if isinstance(body, Submission):
        return request.asks
    if act.asks:
        number = 1 + len(request.asked(act.asks))
        ask = Ask(kind=act.asks, number=number, side=side_of(request, entry.author), at=entry.at, asked=body)
        return (*request.asks, ask)
    if act.answers:
        number = answered_number(body, act.answers)
        return tuple(
            replace(ask, answered=body, answered_at=entry.at, answered_by=_consent(entry))
            if ask.kind is act.answers and ask.number == number
            else ask
            for ask in request.asks
        )
    return request.asks


def answered_number(body: act_bodies.ActBody, kind: AskKind) -> int:
    """Return which ask an answer is to."""
    number: int = getattr(body, f"{kind}_number")
    return number


def proposed_term(request: Request, body: act_bodies.AgreeTerm) -> act_bodies.ProposeTerm:
    """Return the proposal that an agreement is to; raise RecordBroken when there is none."""
    for ask in request.asked(AskKind.TERM):
        if ask.number == body.term_number and isinstance(ask.asked, act_bodies.ProposeTerm):
            return ask.asked
    raise RecordBroken(f"{request.id}: no term {body.term_number} was proposed")


def _is_end(request: Request) -> bool:
    """Whether a report or a refusal leaves nothing to come (Articles 7 and 9).

    The final report ends the request; so does the refusal of the last open item when none was reported.
    """
    if any(report.final for report in request.results):
        return True
    return all(item.state is AssistanceState.REFUSED for item in request.items)


def _postponement_over(request: Request, entry: Entry) -> Request:
    """Count the days of a postponement that ends with this act; a refusal or withdrawal ends it uncounted."""
    if request.postponement is None or entry.kind is ActKind.POSTPONE:
        return request
    if entry.kind is ActKind.RESUME:
        execution = request.obligation(ObligationKind.EXECUTION)
        suspended = execution.calculation.suspended_days if execution else request.suspended_days
        return replace(request, postponement=None, suspended_days=suspended)
    return replace(request, postponement=None) if request.ended else request


def _receive(request: Request, entry: Entry, body: act_bodies.Receive) -> Request:
    return replace(
        request,
        receipt_pending=False,
        received_at=request.received_at or body.received_at,
        received_number=body.register_number or entry.ruling.number,
    )


def _redirect(request: Request, entry: Entry, _body: act_bodies.Redirect) -> Request:
    duty = request.obligation(ObligationKind.REDIRECT)
    late = duty is not None and entry.at >= duty.calculation.due_at
    holder = entry.ruling.holder
    if holder is None:
        raise RecordBroken(f"{request.id}: entry {entry.seq} redirects to nobody")
    return replace(
        request,
        holder=holder,
        past_holders=(*request.past_holders, request.holder),
        steward=None if holder.on_node else request.steward or request.holder.code,
        receipt_pending=True,
        dispatched_at=entry.at,
        received_number=None,
        late_redirects=(*request.late_redirects, request.holder.code) if late else request.late_redirects,
    )


def _confirm(request: Request, entry: Entry, body: act_bodies.Confirm) -> Request:
    held_until = entry.at if request.held else request.held_until
    return replace(request, confirmed_at=body.sent_at or entry.at, held_until=held_until)


def _hold(request: Request, entry: Entry, _body: act_bodies.Hold) -> Request:
    return replace(request, held_at=request.held_at or entry.at)


def _impediment(request: Request, _entry: Entry, body: act_bodies.ReportImpediment) -> Request:
    return replace(request, impediments=(*request.impediments, body))


def _postpone(request: Request, entry: Entry, body: act_bodies.Postpone) -> Request:
    execution = request.obligation(ObligationKind.EXECUTION)
    zone = execution.calculation.zone if execution else request.holder.zone
    return replace(request, postponement=Postponement(entry.seq, entry.at, local_day(entry.at, zone), body.until))


def _offer(request: Request, _entry: Entry, body: act_bodies.OfferConditions) -> Request:
    return replace(request, conditions=body)


def _accept_conditions(request: Request, entry: Entry, _body: act_bodies.AcceptConditions) -> Request:
    if request.conditions is None:
        return request
    binding, accepted = (*request.binding, request.conditions), (*request.accepted, _consent(entry))
    return replace(request, conditions=None, binding=binding, accepted=accepted)


def _consent(entry: Entry) -> Consent:
    return Consent(entry.seq, entry.at, entry.author)


def _decline_conditions(request: Request, _entry: Entry, _body: act_bodies.DeclineConditions) -> Request:
    return replace(request, conditions=None)


def _refuse(request: Request, _entry: Entry, body: act_bodies.Refuse) -> Request:
    refused = request.open_items() if body.items == "all" else body.items
    items = tuple(
        replace(item, state=AssistanceState.REFUSED) if item.number in refused else item for item in request.items
    )
    return replace(request, items=items, refusals=(*request.refusals, body))


def _report(request: Request, entry: Entry, body: act_bodies.ReportResults) -> Request:
    outcomes = {item.number: item.outcome for item in body.items}
    items = tuple(
        replace(item, state=AssistanceState.REPORTED, outcomes=(*item.outcomes, outcomes[item.number]))
        if item.number in outcomes
        else item
        for item in request.items
    )
    executed_at = body.executed_at or request.executed_at or (entry.at if body.final else None)
    return replace(request, items=items, results=(*request.results, body), executed_at=executed_at)


def _agree_term(request: Request, _entry: Entry, body: act_bodies.AgreeTerm) -> Request:
    return replace(request, term_days=proposed_term(request, body).days)


_FACTS: dict[ActKind, Callable[[Request, Entry, Any], Request]] = {
    ActKind.RECEIVE: _receive,
    ActKind.REDIRECT: _redirect,
    ActKind.CONFIRM: _confirm,
    ActKind.HOLD: _hold,
    ActKind.REPORT_IMPEDIMENT: _impediment,
    ActKind.POSTPONE: _postpone,
    ActKind.OFFER_CONDITIONS: _offer,
    ActKind.ACCEPT_CONDITIONS: _accept_conditions,
    ActKind.DECLINE_CONDITIONS: _decline_conditions,
    ActKind.REFUSE: _refuse,
    ActKind.REPORT_RESULTS: _report,
    ActKind.AGREE_TERM: _agree_term,
}
"""What an act adds beside its state, its asks and its duties."""
