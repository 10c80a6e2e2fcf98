"""A state's order of releasing its secrets: proposal, classifying body, expert conclusion, Government."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from exchange.core.calendar import WorkingTerm, working_term
from exchange.core.deadlines import local_day
from exchange.protection.core.acts import MAY, Verb
from exchange.protection.core.objections import Objection, Refusal, object_to, refuse
from exchange.protection.core.regimes import applying, order_of
from exchange.protection.core.scene import Body, Caller, Outcome, Scene
from schemas import release as bodies
from schemas.regimes import Regime, ReleaseOrder
from schemas.release import Propose, ReleaseBody
from schemas.secrecy import DutyState, Mark, ReleaseAct, ReleaseDuty, ReleaseState, TreatyElement


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What a body owes within working days, and how that was counted."""

    kind: ReleaseDuty
    body: str
    term: WorkingTerm
    steps: tuple[str, ...]
    state: DutyState = DutyState.RUNNING
    closed_at: datetime | None = None
    extended_by: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A release procedure as its record tells it; `missing` are the elements that the treaty lacks (R-10)."""

    id: str
    seq: int
    state: ReleaseState
    order: str
    applicant: Body
    recipient: Body
    classification_body: str
    expert_body: str
    proposal: Propose
    proposed_at: datetime
    regimes: tuple[str, ...]
    missing: tuple[TreatyElement, ...] = ()
    duties: tuple[Owed, ...] = ()
    reasons: str | None = None

    def duty(self, kind: ReleaseDuty) -> Owed | None:
        """Return a duty, or None while it was not opened."""
        return next((each for each in self.duties if each.kind is kind), None)

    @property
    def outcome(self) -> Outcome:
        """What the item's `authorise_release` rests on (R-11)."""
        return Outcome(
            code=self.id,
            item=self.proposal.item,
            sender=self.applicant.code,
            recipient=self.recipient.code,
            purpose=self.proposal.purpose or "",
            approved=self.state is ReleaseState.APPROVED,
            until=self.proposal.term,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One act of a procedure as the record holds it; `opened` and `extended` are the terms that were counted."""

    seq: int
    author: str
    who: str
    at: datetime
    body: Propose | ReleaseBody
    opened: Owed | None = None
    extended: WorkingTerm | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """One element of point 4 against the regimes: the rules that state it, none when it is missing."""

    element: TreatyElement
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReleaseDecision:
    """What an act of the procedure leads to, and whom it tells (R-5, R-8)."""

    step: Step
    case: Case
    told: tuple[str, ...]


def checklist(order: ReleaseOrder, regimes: tuple[Regime, ...]) -> tuple[Element, ...]:
    """Return the eight elements of point 4, answered from the regimes' data; together they must state each."""
    return tuple(
        Element(
            element,
            tuple(rule for regime in regimes for row in regime.treaty if row.element is element for rule in row.rules),
        )
        for element in order.elements
    )


def decide_proposal(
    case_id: str, body: Propose, mark: Mark | None, caller: Caller, expert: str | None, scene: Scene, now: datetime
) -> ReleaseDecision | Refusal:
    """Decide on a proposal (R-4, R-5, R-10). `mark` is the item's with the applicant; `expert` the authorised body.

    The body that classifies is one of the applicant's own state: no other hears of what is proposed.
    """
    applicant = scene.bodies[caller.body]
    order = order_of(scene, applicant, mark)
    if order is None:
        known = applicant.party in scene.law.orders
        return refuse([object_to("not_secret_here" if known else "no_order")])
    recipient = scene.bodies.get(body.recipient or "")
    regimes = () if recipient is None else applying(scene, applicant, recipient, local_day(now, applicant.zone))
    missing = tuple(each.element for each in checklist(order, regimes) if not each.rules)
    found = [*_role(caller), *_contents(order, body), *_treaty(order, body, recipient, regimes, missing)]
    classifying = scene.bodies.get(body.classification_body)
    if classifying is None or classifying.party != applicant.party:
        found.append(object_to("body_unknown", "/classification_body", rule="R-5"))
    if body.term is not None and body.term < local_day(now, applicant.zone):
        found.append(object_to("procedure_term", "/term"))
    if expert is None:
        found.append(object_to("expert_unknown"))
    if found or recipient is None or expert is None:
        return refuse(found)
    duty = _owed(order, ReleaseDuty.CLASSIFICATION_DECISION, body.classification_body, scene, now)
    step = Step(seq=1, author=applicant.code, who=caller.who, at=now, body=body, opened=duty)
    case = Case(
        id=case_id,
        seq=1,
        state=ReleaseState.PROPOSED,
        order=order.id,
        applicant=applicant,
        recipient=recipient,
        classification_body=body.classification_body,
        expert_body=expert,
        proposal=body,
        proposed_at=now,
        regimes=tuple(regime.id for regime in regimes),
        missing=missing,
        duties=(duty,),
    )
    return ReleaseDecision(step, case, (body.classification_body,))


def decide_release(
    case: Case, body: ReleaseBody, caller: Caller, scene: Scene, now: datetime
) -> ReleaseDecision | Refusal:
    """Decide on the next act of a procedure: the right body, the right step, and what the act carries."""
    order = scene.law.orders[case.applicant.party]
    row = _ROWS[body.act]
    found = [*_role(caller)]
    if caller.body != row.by(case):
        found.append(object_to("wrong_body", "/act", rule=row.rule, who=row.by(case)))
    if case.state is not row.state:
        found.append(object_to("wrong_step", "/act", rule=row.rule, state=case.state))
    found += row.check(case, body, order, scene, now)
    if found:
        return refuse(found)
    opened, extended = row.terms(case, body, order, scene, now)
    step = Step(
        seq=case.seq + 1, author=caller.body, who=caller.who, at=now, body=body, opened=opened, extended=extended
    )
    after = apply_step(case, step)
    told = {case.applicant.code, case.expert_body if opened else case.applicant.code} - {caller.body}
    return ReleaseDecision(step, after, tuple(sorted(told)))


def apply_step(case: Case, step: Step) -> Case:
    """Return the case after an act; a late decision stands and is marked late."""
    body, duties = step.body, list(case.duties)
    closes = {
        ReleaseAct.DECIDE_CLASSIFICATION_BODY: ReleaseDuty.CLASSIFICATION_DECISION,
        ReleaseAct.CONCLUDE_EXPERT: ReleaseDuty.EXPERT_CONCLUSION,
    }
    if body.act in closes:
        duties = [_met(duty, step.at) if duty.kind is closes[body.act] else duty for duty in duties]
    if isinstance(body, bodies.ExtendExpert) and step.extended is not None:
        duties = [
            replace(duty, term=step.extended, extended_by=body.working_days)
            if duty.kind is ReleaseDuty.EXPERT_CONCLUSION
            else duty
            for duty in duties
        ]
    if step.opened is not None:
        duties.append(step.opened)
    state, reasons = _leads_to(case.state, body)
    return replace(case, seq=step.seq, state=state, duties=tuple(duties), reasons=reasons or case.reasons)


def _leads_to(state: ReleaseState, body: Propose | ReleaseBody) -> tuple[ReleaseState, str | None]:
    """Return the state that an act leads to, and the reasons of a negative one, which ends the procedure."""
    positive = {
        ReleaseAct.DECIDE_CLASSIFICATION_BODY: ReleaseState.EXPERTISE,
        ReleaseAct.CONCLUDE_EXPERT: ReleaseState.GOVERNMENT,
        ReleaseAct.DECIDE_GOVERNMENT: ReleaseState.APPROVED,
    }
    if body.act not in positive:
        return state, None
    return (positive[body.act], None) if _is_positive(body) else (ReleaseState.REJECTED, getattr(body, "reasons", None))


def _is_positive(body: Propose | ReleaseBody) -> bool:
    """Tell whether a decision lets the procedure go on; a conclusion must find it possible and expedient (R-3)."""
    if isinstance(body, bodies.ConcludeExpert):
        return body.possible and body.expedient
    return bool(getattr(body, "positive", True))


def _role(caller: Caller) -> Iterator[Objection]:
    if Verb.DECIDE not in MAY[caller.role]:
        yield object_to("role_may_not", "/act", rule="R-3")


def _contents(order: ReleaseOrder, body: Propose) -> Iterator[Objection]:
    """Object to every one of the six contents that is missing (R-5)."""
    for name, rule in order.contents:
        if not getattr(body, name):
            yield object_to("content_missing", f"/{name}", rule=rule, field=name)


def _treaty(
    order: ReleaseOrder,
    body: Propose,
    recipient: Body | None,
    regimes: tuple[Regime, ...],
    missing: tuple[TreatyElement, ...],
) -> Iterator[Objection]:
    """Object to no treaty, and to elements that it lacks when no draft amendment goes along (R-4, R-10)."""
    if recipient is None:
        if body.recipient is not None:
            yield object_to("body_unknown", "/recipient", rule="R-5")
    elif not regimes:
        yield object_to("no_treaty", "/recipient", rule=order.missing_rule)
    elif body.treaty_draft is None:
        for element in missing:
            yield object_to("treaty_element_missing", "/treaty_draft", rule=order.missing_rule, element=element)


def _owed(order: ReleaseOrder, kind: ReleaseDuty, body: str, scene: Scene, since: datetime, more: int = 0) -> Owed:
    """Date a duty in working days of the order's calendar; the day of receipt is not counted."""
    term, calendar = order.terms[kind], scene.law.calendars[order.calendar]
    counted = working_term(
        started_at=since, days=term.working_days + more, zone=order.zone, rule=term.rule, calendar=calendar
    )
    return Owed(kind=kind, body=body, term=counted, steps=order.steps[kind], extended_by=more)


def _met(duty: Owed, at: datetime) -> Owed:
    return replace(duty, state=DutyState.MET if at < duty.term.due_at else DutyState.MET_LATE, closed_at=at)


Terms = tuple[Owed | None, WorkingTerm | None]


def _plain_terms(_case: Case, _body: Any, _order: ReleaseOrder, _scene: Scene, _now: datetime) -> Terms:
    return None, None


def _expert_terms(
    case: Case, body: bodies.DecideClassificationBody, order: ReleaseOrder, scene: Scene, now: datetime
) -> Terms:
    """Start the 20 working days of the conclusion at the receipt of the materials: with the decision, unless named."""
    if not body.positive:
        return None, None
    since = body.materials_received_at or now
    return _owed(order, ReleaseDuty.EXPERT_CONCLUSION, case.expert_body, scene, since), None


def _extended(case: Case, body: bodies.ExtendExpert, order: ReleaseOrder, scene: Scene, _now: datetime) -> Terms:
    """Count the whole term again with the days added (R-8)."""
    duty = case.duty(ReleaseDuty.EXPERT_CONCLUSION)
    if duty is None:
        return None, None
    again = _owed(order, duty.kind, duty.body, scene, duty.term.started_at, body.working_days)
    return None, again.term


def _reasoned(_case: Case, body: ReleaseBody, order: ReleaseOrder, _scene: Scene, now: datetime) -> Iterator[Objection]:
    """Object to a negative decision without reasons, and to papers dated in the future."""
    if not _is_positive(body) and not getattr(body, "reasons", None):
        yield object_to("reasons_missing", "/reasons")
    paper = getattr(body, "decision", None) or getattr(body, "conclusion", None)
    if paper is not None and paper.date > local_day(now, order.zone):
        yield object_to("decision_in_future", "/decision/date", rule="R-9")
    received = getattr(body, "materials_received_at", None)
    if received is not None and received > now:
        yield object_to("decision_in_future", "/materials_received_at", rule="R-8")


def _extendable(
    case: Case, body: bodies.ExtendExpert, order: ReleaseOrder, _scene: Scene, now: datetime
) -> Iterator[Objection]:
    """Object to a second extension, one that is too long, and one after the term (R-8, Reading: once)."""
    duty, term = case.duty(ReleaseDuty.EXPERT_CONCLUSION), order.terms[ReleaseDuty.EXPERT_CONCLUSION]
    if duty is not None and duty.extended_by:
        yield object_to("extended_already", "/act", rule=term.extension_rule)
    if body.working_days > (term.extension_days or 0):
        yield object_to("extension_too_long", "/working_days", rule=term.extension_rule, days=term.extension_days)
    if duty is not None and now >= duty.term.due_at:
        yield object_to("term_over", "/act", rule=term.extension_rule)


@dataclass(frozen=True, slots=True)
class _Row:
    """One act of the procedure: who does it, at which step, what it must carry, which terms it counts."""

    rule: str
    state: ReleaseState
    by: Callable[[Case], str]
    check: Callable[[Case, Any, ReleaseOrder, Scene, datetime], Iterator[Objection]]
    terms: Callable[[Case, Any, ReleaseOrder, Scene, datetime], Terms]


_ROWS: dict[ReleaseAct, _Row] = {
    ReleaseAct.DECIDE_CLASSIFICATION_BODY: _Row(
        "R-5", ReleaseState.PROPOSED, lambda case: case.classification_body, _reasoned, _expert_terms
    ),
    ReleaseAct.EXTEND_EXPERT: _Row(
        "R-8", ReleaseState.EXPERTISE, lambda case: case.expert_body, _extendable, _extended
    ),
    ReleaseAct.CONCLUDE_EXPERT: _Row(
        "R-8", ReleaseState.EXPERTISE, lambda case: case.expert_body, _reasoned, _plain_terms
    ),
    ReleaseAct.DECIDE_GOVERNMENT: _Row(
        "R-9", ReleaseState.GOVERNMENT, lambda case: case.applicant.code, _reasoned, _plain_terms
    ),
}


def release_acts(case: Case, caller: Caller, now: datetime) -> tuple[ReleaseAct, ...]:
    """Return the acts that a caller could do now, were their content lawful."""
    if Verb.DECIDE not in MAY[caller.role]:
        return ()
    found = (act for act, row in _ROWS.items() if row.state is case.state and row.by(case) == caller.body)
    return tuple(act for act in found if act is not ReleaseAct.EXTEND_EXPERT or _may_extend(case, now))


def rule_of_act(act: ReleaseAct) -> str:
    """Return the rule that an act rests on."""
    return _ROWS[act].rule


def _may_extend(case: Case, now: datetime) -> bool:
    duty = case.duty(ReleaseDuty.EXPERT_CONCLUSION)
    return duty is not None and not duty.extended_by and now < duty.term.due_at


def overdue(case: Case, now: datetime) -> tuple[Owed, ...]:
    """Return the duties that run and whose term is over."""
    return tuple(each for each in case.duties if each.state is DutyState.RUNNING and now >= each.term.due_at)
