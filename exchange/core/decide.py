"""One act → a Decision, or a Refusal with every reason."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from exchange.core import content, lawful
from exchange.core.access import Actor, could_do
from exchange.core.acts import ACTS
from exchange.core.deadlines import Calculation, day_term, hour_term, local_day
from exchange.core.errors import Weight
from exchange.core.fold import apply, begin, proposed_term
from exchange.core.frozen import replace
from exchange.core.objections import Objection, object_to
from exchange.core.request import AttachmentRef, AuthorityRef, Entry, Request, Ruling
from exchange.core.scene import Reading, Scene
from schemas import acts as bodies
from schemas.acts import ActBody
from schemas.requests import Submission
from schemas.vocabulary import (
    ActKind,
    AuthorityKind,
    ObligationKind,
    Reach,
    Role,
    State,
    TermBasis,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What one act leads to: its entries (the receipt by a node follows at once), and the request after each."""

    entries: tuple[Entry, ...]
    stages: tuple[Request, ...]

    @property
    def request(self) -> Request:
        """The request when all entries stand."""
        return self.stages[-1]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act cannot stand: every objection, the first of them decisive."""

    objections: tuple[Objection, ...]


def decide_submission(
    request_id: str, body: Submission, actor: Actor, scene: Scene, reading: Reading, now: datetime
) -> Decision | Refusal:
    """Decide on a new request (Article 6); a node takes receipt in the same breath (Article 7)."""
    requesting = scene.authorities.get(actor.authority)
    if requesting is None:
        return Refusal((object_to("not_a_competent_authority"),))
    found = [*_of_the_submitter(body, actor), *content.of_submission(body, requesting, scene, reading, now)]
    if requesting.kind is not AuthorityKind.COMPETENT:
        found.insert(0, object_to("not_a_competent_authority"))
    if found:
        return _refusal(found)
    requested = scene.authorities[body.requested_authority]
    due: tuple[tuple[ObligationKind, Calculation], ...] = ()
    if body.urgent is not None:
        term = reading.profile.terms[ObligationKind.CONFIRMATION]
        due = (
            (
                ObligationKind.CONFIRMATION,
                hour_term(
                    started_at=body.urgent.transmitted_at,
                    hours=term.hours or 0,
                    zone=requesting.zone,
                    rule=term.rule,
                    profile=str(reading.ref),
                ),
            ),
        )
    number, carried = scene.outgoing_numbers[actor.authority], _carried(body, scene)
    ruling = Ruling(requesting, requested, due, reading.ref, number, carried)
    entry = Entry(seq=1, author=actor.authority, at=now, recorded_at=now, body=body, ruling=ruling)
    return _with_receipt((entry,), (begin(request_id, entry),), scene, reading)


def decide(
    request: Request,
    body: ActBody,
    actor: Actor,
    scene: Scene,
    reading: Reading,
    now: datetime,
    *,
    fresh: bool = True,
) -> Decision | Refusal:
    """Decide on an act on a request.

    1. Who calls, and the state the request is in (`lawful`); 2. whether the caller saw the latest version;
    3. what the act carries (`content`); 4. what follows: the ruling, the entry, and a node's receipt.
    """
    found = list(lawful.objections(request, ACTS[body.act], actor, body))
    if not fresh:
        found.append(object_to("stale"))
    found += content.of_act(request, body, actor.authority, scene, now)
    if found:
        allowed = ", ".join(act.kind for act in lawful.allowed_acts(request, actor)) or "—"
        return _refusal([_told(objection, request.state, allowed) for objection in found])
    recorded_at = max(now, request.recorded_at)
    entry = Entry(
        seq=request.seq + 1,
        author=actor.authority,
        at=now,
        recorded_at=recorded_at,
        body=body,
        ruling=replace(_ruling(request, body, scene, reading, now), attachments=_carried(body, scene)),
    )
    return _with_receipt((entry,), (apply(request, entry),), scene, reading)


def target_of(request: Request, body: bodies.Redirect, scene: Scene) -> AuthorityRef:
    """Return where a redirect goes; a body that the registry does not know gets its code from the request."""
    if body.to_authority is not None:
        return scene.authorities[body.to_authority]
    name = body.to_body.name if body.to_body else ""  # content lets no redirect without a target through
    seed = sha256(f"{request.id}/{request.seq + 1}".encode()).hexdigest()[:12].upper()
    return AuthorityRef(
        code=f"{request.holder.country}-BODY-{seed}",
        name=name,
        country=request.holder.country,
        zone=request.holder.zone,
        reach=Reach.POST,
        kind=AuthorityKind.DOMESTIC,
    )


def _of_the_submitter(body: Submission, actor: Actor) -> list[Objection]:
    """Object to a role that may not submit; an urgent request without signature is any officer's (Article 6)."""
    if could_do(actor, ACTS[ActKind.SUBMIT], body):
        return []
    return [object_to("signature_needed" if actor.role is Role.OFFICER else "role_may_not")]


def _refusal(found: list[Objection]) -> Refusal:
    """Order the objections: the lightest weight gives the answer its status."""
    return Refusal(tuple(sorted(found, key=lambda objection: objection.weight)))


def _told(objection: Objection, state: State, allowed: str) -> Objection:
    """Say in an objection to the state which state it is and what would be allowed now."""
    if objection.weight is not Weight.STATE:
        return objection
    return replace(objection, gaps={**objection.gaps, "state": state, "allowed": allowed})


def _with_receipt(entries: tuple[Entry, ...], stages: tuple[Request, ...], scene: Scene, reading: Reading) -> Decision:
    """Let the holder's node receive at once what was just sent to it (Article 7, Reading: receipt)."""
    request, last = stages[-1], entries[-1]
    if last.kind not in {ActKind.SUBMIT, ActKind.REDIRECT} or not request.holder.on_node:
        return Decision(entries, stages)
    body = bodies.Receive(
        act=ActKind.RECEIVE, received_at=last.at, register_number=scene.incoming_numbers[request.holder.code]
    )
    receipt = Entry(
        seq=last.seq + 1,
        author=request.holder.code,
        at=last.at,
        recorded_at=last.recorded_at,
        body=body,
        ruling=_receipt_ruling(request, last.at, reading),
    )
    return Decision((*entries, receipt), (*stages, apply(request, receipt)))


def _ruling(request: Request, body: ActBody, scene: Scene, reading: Reading, now: datetime) -> Ruling:
    """Establish what the act itself does not say: due dates and the new holder."""
    if isinstance(body, bodies.Receive):
        number = body.register_number or scene.incoming_numbers.get(request.holder.code)
        return replace(_receipt_ruling(request, body.received_at, reading), number=number)
    if isinstance(body, bodies.Redirect):
        return Ruling(holder=target_of(request, body, scene))
    if isinstance(body, bodies.Resume | bodies.AgreeTerm):
        return Ruling(due=_execution_anew(request, body, now))
    return Ruling()


def _carried(body: Submission | ActBody, scene: Scene) -> tuple[AttachmentRef, ...]:
    """Return the particulars of what an act carries: the author signs the ids, which commit to them."""
    return tuple(scene.attachments[name] for name in body.attachments)


def _receipt_ruling(request: Request, received_at: datetime, reading: Reading) -> Ruling:
    """Date the duties that a receipt opens: the Party's 30 days once, each holder's own three days (Article 7)."""
    terms, zone, profile = reading.profile.terms, request.holder.zone, str(request.profile)
    due = []
    if request.obligation(ObligationKind.EXECUTION) is None:
        asked = request.submitted.execution_term
        days = asked.days if asked.basis is TermBasis.TREATY else terms[ObligationKind.EXECUTION].days
        rule = terms[ObligationKind.EXECUTION].rule
        due.append(
            (
                ObligationKind.EXECUTION,
                day_term(started_at=received_at, days=days or 0, zone=zone, rule=rule, profile=profile),
            )
        )
    term = terms[ObligationKind.REDIRECT]
    due.append(
        (
            ObligationKind.REDIRECT,
            day_term(started_at=received_at, days=term.days or 0, zone=zone, rule=term.rule, profile=profile),
        )
    )
    return Ruling(due=tuple(due))


def _execution_anew(
    request: Request, body: bodies.Resume | bodies.AgreeTerm, now: datetime
) -> tuple[tuple[ObligationKind, Calculation], ...]:
    """Date the execution again: with the whole days of the postponement, or by the term agreed (Article 7).

    A term agreed while postponed is dated by the act that resumes.
    """
    duty = request.obligation(ObligationKind.EXECUTION)
    if duty is None or not duty.live:
        return ()
    held, days, suspended = (
        duty.calculation,
        request.term_days or duty.calculation.days,
        request.suspended_days,
    )
    if isinstance(body, bodies.Resume):
        since = request.postponement.day if request.postponement else local_day(now, held.zone)
        suspended += max(0, (local_day(now, held.zone) - since).days)  # arrivals may be taken out of their order
    elif request.postponement is not None:
        return ()
    else:
        days = proposed_term(request, body).days
    calculation = day_term(
        started_at=held.started_at,
        days=days or 0,
        zone=held.zone,
        rule=held.rule,
        profile=held.profile,
        suspended_days=suspended,
    )
    return ((ObligationKind.EXECUTION, calculation),)
