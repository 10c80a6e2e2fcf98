"""From the law's objects to what a caller is shown."""

from datetime import datetime, timedelta
from typing import Any

from exchange.core.access import Actor, Relation, relation
from exchange.core.deadlines import Calculation, explain
from exchange.core.lawful import allowed_acts
from exchange.core.request import Ask, AttachmentRef, Obligation, Request
from exchange.service.use import show_use
from exchange.store.requests import NEVER, Line
from schemas import views
from schemas.acts import AskOtherUse, GrantOtherUse, OfferConditions
from schemas.base import Shape
from schemas.vocabulary import AskKind, AssistanceState, Handling, ObligationKind, State


def request(of: Request, actor: Actor, now: datetime) -> views.RequestView:
    """Show a request to a caller; a former holder sees it at the moment at which it passed the request on."""
    if relation(of, actor.authority) is Relation.FORMER:
        now = of.recorded_at
    body = of.submitted
    return views.RequestView(
        id=of.id,
        number=of.number,
        received_number=of.received_number,
        state=of.state,
        requesting_authority=of.requesting.code,
        requested_authority=body.requested_authority,
        holder=of.holder.code,
        reference=body.reference,
        purpose=body.purpose,
        grounds=body.grounds,
        substance=body.substance,
        matters=body.matters,
        assistance=tuple(
            views.ItemView(
                number=item.number,
                form=asked.form,
                subject=asked.subject,
                text=asked.text,
                citation=asked.citation,
                state=item.state,
                outcomes=item.outcomes,
            )
            for item, asked in zip(of.items, body.assistance, strict=True)
        ),
        execution_term=body.execution_term,
        other_information=body.other_information,
        signatory=body.signatory,
        handling=body.handling,
        urgent=body.urgent,
        protected=body.protected if isinstance(body.protected, tuple) else None,
        language=body.language,
        submitted_at=of.submitted_at,
        received_at=of.received_at,
        facts=_facts(of, now),
        use=show_use(of),
        attachments=tuple(attachment(one.seq, one.file) for one in of.attachments),
        obligations=tuple(obligation(of.id, duty, now) for duty in of.obligations),
        allowed_acts=tuple(views.AllowedAct(act=act.kind, rule=act.rule) for act in allowed_acts(of, actor)),
        seq=of.seq,
    )


def obligation(request_id: str, duty: Obligation, now: datetime) -> views.ObligationView:
    """Show a duty."""
    return views.ObligationView(
        id=duty.id,
        request=request_id,
        kind=duty.kind,
        rule=duty.calculation.rule,
        authority=duty.authority.code,
        state=duty.state,
        started_at=duty.started_at,
        due_at=duty.due_at,
        due_on=duty.due_on,
        closed_at=duty.closed_at,
        overdue=duty.overdue(now),
        explanation=_explanation(duty.calculation),
        revisions=tuple(
            views.RevisionView(
                due_at=revision.due_at,
                due_on=revision.due_on,
                act=revision.replaced_by,
                seq=revision.seq,
                at=revision.at,
                reason=revision.reason,
            )
            for revision in duty.revisions
        ),
    )


def attachment(seq: int, of: AttachmentRef) -> views.AttachmentView:
    """Show what an act carries."""
    return views.AttachmentView(
        id=of.id,
        seq=seq,
        name=of.name,
        size=of.size,
        sha256=of.sha256,
        media_type=of.media_type,
        active=of.active,
        examination=examination(of),
    )


def examination(of: AttachmentRef) -> views.ExaminationView:
    """Show how much of a file was looked at for marks."""
    return views.ExaminationView(extent=of.examination.extent, unseen=of.examination.unseen)


def line(of: Line, now: datetime) -> views.RequestLine:
    """Show a request in a list."""
    due_at = None if of.due_at == NEVER else of.due_at
    return views.RequestLine(
        id=str(of.id),
        number=of.number,
        received_number=of.received_number,
        box=of.box,
        state=State(of.state),
        requesting_authority=of.requesting,
        requested_authority=of.requested,
        holder=of.holder,
        holder_name=of.holder_name,
        reference=of.reference,
        purpose=of.purpose,
        handling=Handling(of.handling),
        urgent=of.urgent,
        overdue=due_at is not None and due_at <= now,
        suspended=of.suspended,
        due_kind=ObligationKind(of.due_kind) if of.due_kind else None,
        due_at=due_at,
        due_on=of.due_on,
        submitted_at=datetime.fromisoformat(of.submitted_at),
    )


def _explanation(calculation: Calculation) -> views.ExplanationView:
    return views.ExplanationView(
        steps=explain(calculation),
        zone=calculation.zone,
        profile=calculation.profile,
        time_zone_data=calculation.zone_data,
    )


def _facts(of: Request, now: datetime) -> views.FactsView:
    questions = of.asked(AskKind.QUESTION)
    return views.FactsView(
        overdue=any(duty.overdue(now) for duty in of.obligations),
        urgent=of.submitted.urgent is not None,
        unconfirmed=of.unconfirmed,
        held=of.held,
        partly_refused=any(item.state is AssistanceState.REFUSED for item in of.items)
        and of.state is not State.REFUSED,
        question_open=not of.ended and any(ask.open for ask in questions),
        receipt_pending=of.receipt_pending,
        late_redirects=of.late_redirects,
        confirmed_at=of.confirmed_at,
        held_at=of.held_at,
        held_seconds=_seconds(of.held_at, of.held_until, now),
        waiting_seconds=_waiting(questions, of.ended_at or now),
        suspended_days=of.suspended_days,
        postponed=_postponed(of),
        conditions_offered=_conditions(of.conditions) if of.conditions else None,
        conditions_binding=tuple(_conditions(bound) for bound in of.binding),
        impediments=tuple(_plain(body) for body in of.impediments),
        refusals=tuple(_plain(body) for body in of.refusals),
        results=tuple(_plain(body) for body in of.results),
        purposes=_purposes(of),
        asks=tuple(_ask(ask, of.ended_at or now) for ask in of.asks),
        past_holders=tuple(holder.code for holder in of.past_holders),
        executed_at=of.executed_at,
        ended_at=of.ended_at,
    )


def _plain(body: Shape) -> dict[str, Any]:
    """Return an act's content without its name."""
    return body.model_dump(mode="json", exclude={"act"})


def _postponed(of: Request) -> views.PostponementView | None:
    if of.postponement is None:
        return None
    return views.PostponementView(since=of.postponement.at, until=of.postponement.until)


def _conditions(offered: OfferConditions) -> views.ConditionsView:
    return views.ConditionsView(conditions=offered.conditions, ground=offered.ground, consultation=offered.consultation)


def _purposes(of: Request) -> tuple[str, ...]:
    """Return the purposes for which results may be used: the request's, and those consented to (Article 10)."""
    granted = (ask.asked for ask in of.asked(AskKind.OTHER_USE) if isinstance(ask.answered, GrantOtherUse))
    return (of.submitted.purpose, *(asked.purpose for asked in granted if isinstance(asked, AskOtherUse)))


def _ask(ask: Ask, until: datetime) -> views.AskView:
    return views.AskView(
        kind=ask.kind,
        number=ask.number,
        side=ask.side,
        asked_at=ask.at,
        asked=_plain(ask.asked),
        answered_at=ask.answered_at,
        answered=ask.answered.model_dump(mode="json") if ask.answered else None,
        waited_seconds=_seconds(ask.at, ask.answered_at, until),
    )


def _seconds(since: datetime | None, until: datetime | None, now: datetime) -> int:
    """Return the whole seconds of a span that may still run."""
    return 0 if since is None else max(0, int(((until or now) - since).total_seconds()))


def _waiting(questions: tuple[Ask, ...], until: datetime) -> int:
    """Return the seconds in which at least one question waited for its answer."""
    total, reached = timedelta(), None
    for ask in sorted(questions, key=lambda ask: ask.at):
        start, end = max(ask.at, reached or ask.at), ask.answered_at or max(until, ask.at)
        total += max(end - start, timedelta())
        reached = max(end, reached or end)
    return int(total.total_seconds())
