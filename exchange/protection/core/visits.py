"""Visits with access to another Party's secrets: the letter, how long before, the host's word (A-6.5, KA-9, KL-9)."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from exchange.core.deadlines import local_day, start_of_day
from exchange.protection.core.acts import MAY, Verb
from exchange.protection.core.bound import told_to
from exchange.protection.core.marks import covers, recipient_mark
from exchange.protection.core.objections import Objection, Refusal, object_to, refuse
from exchange.protection.core.regimes import applying, no_counterpart_rule
from exchange.protection.core.scene import Body, Caller, Law, Person, Scene
from schemas.regimes import Regime
from schemas.release import ConsentVisit, RequestVisit, VisitBody
from schemas.secrecy import BodyKind, Mark, VisitState


@dataclass(frozen=True, slots=True)
class Late:
    """A letter later than a regime asks: its last day for it, and the rule. The host may still consent."""

    rule: str
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visit as its record tells it; `competent` are the host's competent bodies, any of which answers."""

    id: str
    seq: int
    state: VisitState
    sender: Body
    host: Body
    request: RequestVisit
    requested_at: datetime
    regimes: tuple[str, ...]
    competent: frozenset[str]
    late: tuple[Late, ...] = ()
    degree: Mark | None = None
    answer: VisitBody | None = None


def decide_visit(visit_id: str, body: RequestVisit, caller: Caller, scene: Scene, now: datetime) -> Visit | Refusal:
    """Decide on a letter about a visit: everything mandatory under every regime, the visitors' clearances, the lead."""
    sender, host = scene.bodies[caller.body], scene.bodies.get(body.host)
    if host is None:
        return refuse([object_to("body_unknown", "/host", rule="A-6.5")])
    day = local_day(now, sender.zone)
    regimes = applying(scene, sender, host, day)
    found = [
        *_role(caller),
        *_between(sender, host, regimes),
        *_sender(sender, regimes, scene),
        *_fields(body, regimes),
    ]
    found += _visitors(body, regimes, (sender, host), scene, now)
    if found:
        return refuse(told_to(found, sender.party, scene.law, [regime.id for regime in regimes]))
    return Visit(
        id=visit_id,
        seq=1,
        state=VisitState.REQUESTED,
        sender=sender,
        host=host,
        request=body,
        requested_at=now,
        regimes=tuple(regime.id for regime in regimes),
        competent=frozenset(
            code for regime in regimes if (code := scene.competent.get((regime.id, host.party))) is not None
        ),
        late=tuple(_late(body, regimes, day)),
        degree=body.degree,
    )


def answer_visit(visit: Visit, body: VisitBody, caller: Caller, scene: Scene) -> Visit | Refusal:
    """Decide on the host's word: its competent body's alone, once; the degree is told before the visit (A-6.5)."""
    found = [*_role(caller)]
    rule = rule_of_visit(visit, scene.law)
    if caller.body not in visit.competent:
        found.append(object_to("not_the_host", "/act", rule=rule))
    if visit.state is not VisitState.REQUESTED:
        found.append(object_to("visit_answered", "/act", rule=rule))
    consenting = isinstance(body, ConsentVisit)
    told = [scene.law.regimes[each].visits.degree_told for each in visit.regimes]
    if isinstance(body, ConsentVisit) and body.degree is None and any(told):
        found.append(object_to("degree_missing", "/degree", rule=next(each for each in told if each)))
    if found:
        return refuse(found)
    state = VisitState.CONSENTED if consenting else VisitState.REFUSED
    degree = body.degree or visit.degree if isinstance(body, ConsentVisit) else visit.degree
    return replace(visit, seq=visit.seq + 1, state=state, degree=degree, answer=body)


def rule_of_visit(visit: Visit, law: Law) -> str:
    """Return the rule that asks for the host's word: of the regime that sets a lead, else the Agreement's own."""
    leads = (rule for each in visit.regimes if (rule := law.regimes[each].visits).months or rule.days)
    return next((each.rule for each in leads), "A-6.5")


def may_answer(visit: Visit, caller: Caller) -> bool:
    """Tell whether a caller could answer now, were its answer lawful."""
    waits = visit.state is VisitState.REQUESTED
    return waits and caller.body in visit.competent and Verb.DECIDE in MAY[caller.role]


def month_before(day: date, months: int = 1) -> date:
    """Return the day so many months before; where the month has no such day, its last one (KA-9, Reading)."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day_for(regime: Regime, first_day: date) -> date | None:
    """Return the last day on which a letter is in time under a regime, or None where it sets no lead."""
    rule = regime.visits
    if rule.months is not None:
        return month_before(first_day, rule.months)
    return None if rule.days is None else first_day - timedelta(days=rule.days)


def _role(caller: Caller) -> Iterator[Objection]:
    if Verb.DECIDE not in MAY[caller.role]:
        yield object_to("role_may_not", "/act", rule="A-6.5")


def _between(sender: Body, host: Body, regimes: tuple[Regime, ...]) -> Iterator[Objection]:
    if sender.party == host.party:
        yield object_to("own_state", "/host", rule="A-6.5")
    elif not regimes:
        yield object_to("no_regime", "/host")


def _sender(sender: Body, regimes: tuple[Regime, ...], scene: Scene) -> Iterator[Objection]:
    """Object to a letter from a body that a regime does not let write it (KA-9: between competent bodies)."""
    for regime in regimes:
        competent = scene.competent.get((regime.id, sender.party))
        if regime.visits.sender is BodyKind.COMPETENT and sender.code != competent:
            yield object_to("not_competent_body", "/act", rule=regime.visits.rule, regime=regime.id)


def _fields(body: RequestVisit, regimes: tuple[Regime, ...]) -> Iterator[Objection]:
    """Name everything mandatory that is missing, under all regimes together."""
    for regime in regimes:
        rule = regime.visits
        for name in rule.visit:
            if getattr(body, name) is None:
                yield object_to("visit_field_missing", f"/{name}", rule=rule.rule, field=name)
        for index, visitor in enumerate(body.visitors):
            for name in rule.visitor:
                if getattr(visitor, name) is None:
                    gaps = {"number": index + 1, "field": name}
                    yield object_to("visitor_field_missing", f"/visitors/{index}/{name}", rule=rule.rule, **gaps)
        if rule.degree_told is not None and body.degree is None:
            yield object_to("degree_missing", "/degree", rule=rule.degree_told)


def _visitors(
    body: RequestVisit, regimes: tuple[Regime, ...], pair: tuple[Body, Body], scene: Scene, now: datetime
) -> Iterator[Objection]:
    """Object to visitors whose clearance does not reach the degree from the first day to the last (KA-9, KL-9).

    The degree is the host's: the visitors' own Party has cleared them for its counterpart.
    """
    free = {mark for regime in regimes for mark in regime.access.clearance_free}
    (sender, host), degree = pair, body.degree
    if degree is None or degree in free or not regimes:
        return
    own = recipient_mark(regimes, host.party, sender.party, degree)
    if own is None:
        yield object_to("no_counterpart", "/degree", rule=no_counterpart_rule(regimes, host.party, sender.party))
        return
    first = start_of_day(body.first_day, sender.zone) if body.first_day is not None else now
    end = first + timedelta(days=body.length_days or 1)
    for index, visitor in enumerate(body.visitors):
        person = scene.people.get(visitor.person or "")
        if person is None or not _cleared(person, own, sender, first, end):
            yield object_to("visitor_not_cleared", f"/visitors/{index}", rule=regimes[0].visits.rule, number=index + 1)


def _cleared(person: Person, degree: Mark, sender: Body, first: datetime, end: datetime) -> bool:
    """Tell whether one clearance of the sender's Party reaches a degree for the whole time."""
    return person.body.party == sender.party and any(
        each.issuer == sender.party
        and covers(each.mark, degree)
        and each.since <= first
        and (each.until is None or each.until >= end)
        for each in person.clearances
    )


def _late(body: RequestVisit, regimes: tuple[Regime, ...], day: date) -> Iterator[Late]:
    """Yield by which rules a letter is late; it counts from its dispatch."""
    for regime in regimes:
        last = None if body.first_day is None else last_day_for(regime, body.first_day)
        if last is not None and day > last:
            yield Late(regime.visits.rule, last)
