"""Whether what an act carries is lawful; every objection is found, not only the first."""

import re
from collections.abc import Callable, Container, Iterable, Iterator
from datetime import datetime
from typing import Any

from exchange.core.access import Relation, relation
from exchange.core.acts import ACTS
from exchange.core.deadlines import local_day
from exchange.core.fold import answered_number, side_of
from exchange.core.objections import Objection, object_to
from exchange.core.request import AuthorityRef, Request
from exchange.core.scene import Reading, Scene
from schemas import acts as bodies
from schemas.requests import AssistanceItem, InlineProtected, StandingAgreement, Submission, Urgent
from schemas.vocabulary import (
    CRIMES,
    ActKind,
    AssistanceState,
    AuthorityKind,
    Country,
    Form,
    ObligationKind,
    TermBasis,
)

_NEED_MATTER = frozenset({Form.INFORMATION, Form.OPERATIONAL_SEARCH, Form.PROCEDURAL_ACT, Form.COORDINATED_MEASURES})
_NEED_CITATION = frozenset({Form.OPERATIONAL_SEARCH, Form.PROCEDURAL_ACT})


def of_submission(
    body: Submission, requesting: AuthorityRef, scene: Scene, reading: Reading, now: datetime
) -> Iterator[Objection]:
    """Yield every objection to a request (Articles 3 to 7, 10 and 16)."""
    yield from _addressee(body, requesting, scene, now)
    yield from _matters(body)
    for index, item in enumerate(body.assistance):
        yield from _item(item, index)
    yield from _term(body, reading)
    if body.signatory is None and body.urgent is None:
        yield object_to("signatory_needed", "/signatory")
    if body.urgent is not None:
        yield from _urgent(body.urgent, body, requesting, scene, now)
    if isinstance(body.protected, InlineProtected):
        yield object_to("protected_not_here", "/protected")
    else:
        yield from _unknown("protected_unknown", "/protected", body.protected or (), scene.protected)
    yield from _attachments(body.attachments, scene)


def of_act(request: Request, body: bodies.ActBody, author: str, scene: Scene, now: datetime) -> Iterator[Objection]:
    """Yield every objection to what an act on a request carries."""
    if (paper := getattr(body, "paper", None)) is not None:
        yield from _paper(request, paper, author, now)
    check = _CHECKS.get(body.act)
    if check is not None:
        yield from check(request, body, scene, now)
    yield from _attachments(body.attachments, scene)
    answers = ACTS[body.act].answers
    if answers is not None:
        yield from _answer(request, body, author)


def _addressee(body: Submission, requesting: AuthorityRef, scene: Scene, now: datetime) -> Iterator[Objection]:
    requested = scene.authorities.get(body.requested_authority)
    if requested is None or requested.kind is not AuthorityKind.COMPETENT:
        until = scene.lapsed.get(body.requested_authority)
        if until is None:
            yield object_to("authority_unknown", "/requested_authority")
        else:
            yield object_to("designation_ended", "/requested_authority", until=f"{until:%d.%m.%Y}")
        return
    if requested.country is requesting.country:
        yield object_to("own_state", "/requested_authority")
    day = local_day(now, requesting.zone)
    for country, pointer in ((requesting.country, ""), (requested.country, "/requested_authority")):
        party = scene.parties.get(country) if country else None
        if party is None or not party.bound_on(day):
            yield object_to("not_in_force", pointer, country=country)


def _matters(body: Submission) -> Iterator[Objection]:
    if not body.matters and any(item.form in _NEED_MATTER for item in body.assistance):
        yield object_to("matter_needed", "/matters")
    if len(set(body.matters)) < len(body.matters):
        yield object_to("matter_twice", "/matters")
    if body.urgent is not None and not CRIMES & set(body.matters):
        yield object_to("crime_needed", "/matters")


def _item(item: AssistanceItem, index: int) -> Iterator[Objection]:
    place = f"/assistance/{index}"
    if item.number not in {None, index + 1}:
        yield object_to("item_number_wrong", f"{place}/number")
    if item.form is Form.INFORMATION and item.subject is None:
        yield object_to("subject_needed", f"{place}/subject")
    if item.form is not Form.INFORMATION and item.subject is not None:
        yield object_to("subject_out_of_place", f"{place}/subject")
    if item.form in _NEED_CITATION and item.citation is None:
        yield object_to("citation_needed", f"{place}/citation")


def _term(body: Submission, reading: Reading) -> Iterator[Objection]:
    term, days = body.execution_term, reading.profile.terms[ObligationKind.EXECUTION].days
    if term.basis is TermBasis.PROTOCOL and term.days != days:
        yield object_to("protocol_term_is_fixed", "/execution_term/days", days=days)
    if term.basis is TermBasis.TREATY and term.citation is None:
        yield object_to("term_citation_needed", "/execution_term/citation")


def _urgent(
    urgent: Urgent, body: Submission, requesting: AuthorityRef, scene: Scene, now: datetime
) -> Iterator[Objection]:
    if urgent.transmitted_at > now:
        yield object_to("transmitted_in_future", "/urgent/transmitted_at")
    day, agreement = local_day(urgent.transmitted_at, requesting.zone), urgent.agreement
    requested = scene.authorities.get(body.requested_authority)
    for country in dict.fromkeys((requesting.country, requested.country if requested else None)):
        party = scene.parties.get(country) if country else None
        if party is not None and day < party.in_force_from:
            yield object_to("transmitted_before_force", "/urgent/transmitted_at", country=country)
    if not isinstance(agreement, StandingAgreement):
        if agreement.date > day:
            yield object_to("agreement_in_future", "/urgent/agreement/date")
        return
    standing = scene.agreements.get(agreement.id)
    if standing is None:
        yield object_to("agreement_unknown", "/urgent/agreement/id")
        return
    if not standing.holds_on(day):
        yield object_to("agreement_not_in_force", "/urgent/agreement/id")
    sides: set[Country | None] = {requesting.country, requested.country if requested else requesting.country}
    if not sides <= standing.parties:
        yield object_to("agreement_of_others", "/urgent/agreement/id")


def _attachments(named: tuple[str, ...], scene: Scene) -> Iterator[Objection]:
    """Object to what the author did not upload, and to what is named twice."""
    yield from _unknown("attachment_unknown", "/attachments", named, scene.attachments)
    for index, name in enumerate(named):
        if name in named[:index]:
            yield object_to("attachment_twice", f"/attachments/{index}")


def _unknown(code: str, pointer: str, named: Iterable[str], known: Container[str]) -> Iterator[Objection]:
    for index, name in enumerate(named):
        if name not in known:
            yield object_to(code, f"{pointer}/{index}")


def _paper(request: Request, paper: bodies.Paper, author: str, now: datetime) -> Iterator[Objection]:
    """Object to a paper of somebody who is on the node, or one that came when it cannot have come (Readings)."""
    of = relation(request, author)
    if of is not Relation.STEWARD and (of is not Relation.HOLDER or request.holder.on_node):
        yield object_to("paper_not_entered", "/paper")
        return
    zone, sent = request.holder.zone, request.dispatched_at.replace(microsecond=0)  # stamps know no fractions
    received = local_day(paper.received_at, zone)
    if paper.received_at > now:
        yield object_to("paper_in_future", "/paper/received_at")
    if paper.received_at < sent:
        yield object_to("paper_before_dispatch", "/paper/received_at")
    if paper.dated > received:
        yield object_to("paper_dated_after_receipt", "/paper/dated")
    if paper.dated < local_day(sent, zone):
        yield object_to("paper_before_dispatch", "/paper/dated")


def _receive(request: Request, body: bodies.Receive, _scene: Scene, now: datetime) -> Iterator[Objection]:
    if body.received_at > now:
        yield object_to("received_in_future", "/received_at")
    if body.received_at < request.dispatched_at.replace(microsecond=0):  # stamps know no fractions
        yield object_to("received_before_dispatch", "/received_at")
    if body.register_number is not None and _is_of_the_node(body.register_number, request.holder.code):
        yield object_to("number_of_the_node", "/register_number")


def _is_of_the_node(number: str, holder: str) -> bool:
    """Tell whether a number looks like one that the node gives in a holder's register: `RU-MVD/2026/I-00017`."""
    return re.fullmatch(rf"{re.escape(holder)}/\d+/I-\d+", "".join(number.split()), re.IGNORECASE) is not None


def _redirect(request: Request, body: bodies.Redirect, scene: Scene, _now: datetime) -> Iterator[Objection]:
    if (body.to_authority is None) is (body.to_body is None):
        yield object_to("redirect_one_target", "/to_body" if body.to_body else "/to_authority")
        return
    held = (*request.past_holders, request.holder)
    if body.to_body is not None:
        if _plain(body.to_body.name) in {_plain(holder.name) for holder in held}:
            yield object_to("redirect_ring", "/to_body/name")
        return
    target = scene.authorities.get(body.to_authority or "")
    abroad = target is not None and target.country is not request.holder.country
    hidden = AuthorityKind.DOMESTIC if abroad else None  # of another state, which alone knows it
    if target is None or target.kind in {AuthorityKind.SECRETARIAT, AuthorityKind.PROTECTION, hidden}:
        yield object_to("redirect_unknown", "/to_authority")
    elif abroad:
        yield object_to("redirect_other_state", "/to_authority")
    elif target.code in {holder.code for holder in held}:
        yield object_to("redirect_ring", "/to_authority")


def _plain(name: str) -> str:
    """Return a name as it compares: case and spacing aside."""
    return " ".join(name.casefold().split())


def _confirm(request: Request, body: bodies.Confirm, _scene: Scene, now: datetime) -> Iterator[Objection]:
    if body.sent_at is None:
        return
    if body.sent_at > now:
        yield object_to("sent_in_future", "/sent_at")
    urgent = request.submitted.urgent
    if urgent is not None and body.sent_at < urgent.transmitted_at:
        yield object_to("sent_before_transmission", "/sent_at")


def _postpone(request: Request, body: bodies.Postpone, _scene: Scene, now: datetime) -> Iterator[Objection]:
    if body.until is not None and body.until < local_day(now, request.holder.zone):
        yield object_to("until_in_past", "/until")


def _refuse(request: Request, body: bodies.Refuse, _scene: Scene, _now: datetime) -> Iterator[Objection]:
    if body.items == "all":
        return
    states = {item.number: item.state for item in request.items}
    found = {None: "item_unknown", AssistanceState.REFUSED: "item_refused", AssistanceState.REPORTED: "item_reported"}
    for index, number in enumerate(body.items):
        if (state := states.get(number)) in found:
            yield object_to(found[state], f"/items/{index}")
    yield from _twice(body.items, "/items/{index}")


def _report(request: Request, body: bodies.ReportResults, _scene: Scene, now: datetime) -> Iterator[Objection]:
    states = {item.number: item.state for item in request.items}
    found = {None: "item_unknown", AssistanceState.REFUSED: "item_refused"}
    numbers = tuple(item.number for item in body.items)
    for index, number in enumerate(numbers):
        if (state := states.get(number)) in found:
            yield object_to(found[state], f"/items/{index}/number")
    yield from _twice(numbers, "/items/{index}/number")
    named = frozenset(numbers)
    left = [number for number in request.open_items() if number not in named]
    if body.final and left:
        yield object_to("report_incomplete", "/items", items=", ".join(map(str, left)))
    if not body.final and not body.items:
        yield object_to("report_empty", "/items")
    if body.executed_at is not None and body.executed_at > now:
        yield object_to("executed_in_future", "/executed_at")
    received_at = request.received_at and request.received_at.replace(microsecond=0)  # stamps know no fractions
    if body.executed_at is not None and received_at is not None and body.executed_at < received_at:
        yield object_to("executed_before_receipt", "/executed_at")


def _twice(numbers: tuple[int, ...], pointer: str) -> Iterator[Objection]:
    seen: set[int] = set()
    for index, number in enumerate(numbers):
        if number in seen:
            yield object_to("item_twice", pointer.format(index=index))
        seen.add(number)


def _answer(request: Request, body: bodies.ActBody, author: str) -> Iterator[Objection]:
    """Object to an answer to nothing; where the other side answers, also to an answer to oneself."""
    act = ACTS[body.act]
    if act.answers is None:
        return
    asks = request.asked(act.answers)
    if not any(ask.open for ask in asks):
        return  # the state objects to it already
    pointer = f"/{act.answers}_number"
    ask = next((ask for ask in asks if ask.open and ask.number == answered_number(body, act.answers)), None)
    if ask is None:
        yield object_to("number_unknown", pointer, rule=act.rule)
    elif act.of_other and ask.side is side_of(request, author) and request.state in act.states:
        yield object_to("own_proposal", pointer, rule=act.rule)


_CHECKS: dict[ActKind, Callable[[Request, Any, Scene, datetime], Iterator[Objection]]] = {
    ActKind.RECEIVE: _receive,
    ActKind.REDIRECT: _redirect,
    ActKind.CONFIRM: _confirm,
    ActKind.POSTPONE: _postpone,
    ActKind.REFUSE: _refuse,
    ActKind.REPORT_RESULTS: _report,
}
