"""From an item to what its reader is shown: what is not for its eyes is null or left out."""

from datetime import datetime

from exchange.core.deadlines import explain
from exchange.core.record import Sealed
from exchange.protection.core.acts import Act, Standing
from exchange.protection.core.entry import Entry
from exchange.protection.core.giving import mark_at
from exchange.protection.core.item import Breach, Consent, Duty, Item, NumberedCopy, Release, Transit
from exchange.protection.core.notices import number_for
from exchange.protection.core.seeing import Sight
from exchange.protection.store.items import NEVER
from schemas import protection_views as views
from schemas.secrecy import DutyState, Mark


def item(sight: Sight, acts: tuple[Act, ...], now: datetime) -> views.ProtectedItemView:
    """Show an item to a body, with the acts that the caller could do now."""
    of, body = sight.item, sight.item.registered
    return views.ProtectedItemView(
        id=of.id,
        register_number=of.number,
        own_number=number_for(of, sight.code),
        state=of.state,
        mark=mark_for(sight),
        designation=body.designation if sight.named else None,
        kind=of.kind,
        purpose=purpose_for(sight),
        requirements=of.requirements if sight.requirements else None,
        bulky=body.bulky,
        content=of.content if sight.named else None,
        originator=of.originator.code,
        makers=tuple(maker.code for maker in of.makers),
        derived_from=body.derived_from if sight.whole else None,
        registered_at=of.registered_at,
        standing=standing_of(sight),
        copies=copies(sight),
        releases=tuple(_release(sight, each) for each in of.releases if sight.release(each)),
        consents=tuple(_consent(each) for each in of.consents if sight.consent(each)),
        breaches=tuple(_breach(each) for each in of.breaches if sight.breach(each)),
        duties=tuple(_duty(each, now) for each in of.duties if sight.duty(each)),
        allowed_acts=tuple(act(each) for each in acts),
        seq=of.seq,
    )


def line(sight: Sight, due_at: datetime, now: datetime) -> views.ProtectedLine:
    """Show an item in a list."""
    of = sight.item
    return views.ProtectedLine(
        id=of.id,
        register_number=of.number,
        own_number=number_for(of, sight.code),
        state=of.state,
        mark=mark_for(sight),
        designation=of.registered.designation if sight.named else None,
        kind=of.kind,
        originator=of.originator.code,
        standing=standing_of(sight),
        registered_at=of.registered_at,
        due_at=None if due_at >= NEVER else due_at,
        overdue=due_at <= now,
        seq=of.seq,
    )


def act(of: Act) -> views.ProtectedActView:
    """Show an act that can be done."""
    return views.ProtectedActView(act=of.kind, title=of.title, rule=of.rules[0], rules=of.rules)


def mark_for(sight: Sight) -> Mark | None:
    """Return the mark that an item bears for a body: its own, or what it is about to add; else the originator's."""
    of, code = sight.item, sight.code
    if of.made_by(code) or of.held_by(code):
        return mark_at(of, code)
    coming = (copy.transit.mark for copy in of.copies if copy.transit and copy.transit.recipient.code == code)
    return next(coming, of.mark)


def purpose_for(sight: Sight) -> str | None:
    """Return what a body may use an item for: its own purpose, or that of the latest release to it (A-5.2)."""
    if sight.whole:
        return sight.item.purpose
    given = [each.purpose for each in sight.item.releases if each.recipient.code == sight.code and each.used_by]
    concerned = sight.named or Standing.AWAITING in sight.standings
    return given[-1] if given and concerned else None


def standing_of(sight: Sight) -> tuple[str, ...]:
    """Return what a body is to an item, in the order of the vocabulary."""
    return tuple(each.value for each in Standing if each in sight.standings)


def copies(sight: Sight) -> tuple[views.ProtectedCopyView, ...]:
    """Show the copies that are for the reader's eyes."""
    return tuple(_copy(sight.item, each) for each in sight.item.copies if sight.copy(each))


def entry(sight: Sight, of: Entry, sealed: Sealed, said: dict[str, object]) -> views.ProtectedEntryView:
    """Show an entry of the record; `said` is what its author signed."""
    seen = sight.entry(of)
    return views.ProtectedEntryView(
        seq=of.seq,
        act=of.kind,
        author=of.author,
        at=of.at,
        recorded_at=of.recorded_at,
        digest=sealed.digest.hex(),
        previous=sealed.previous.hex() if of.seq > 1 else None,
        signature=sealed.jws if seen else None,
        body=said if seen else None,
    )


def _copy(of: Item, copy: NumberedCopy) -> views.ProtectedCopyView:
    return views.ProtectedCopyView(
        number=copy.number,
        kind=copy.kind,
        state=copy.state,
        holder=copy.holder.code,
        mark=copy.mark,
        own_number=copy.own_number,
        maker=copy.maker,
        made_from=copy.made_from,
        language=copy.language,
        came_by=tuple(passage.giver.code for passage in copy.path),
        transit=None if copy.transit is None else _transit(copy.transit),
        notes=tuple(
            views.CopyNoteView(made=note.made, to_whom=note.to_whom, made_by=note.made_by, at=note.at)
            for note in of.notes
            if note.copy == copy.number
        ),
    )


def _transit(transit: Transit) -> views.TransitView:
    return views.TransitView(
        sender=transit.sender.code,
        recipient=transit.recipient.code,
        dispatched_at=transit.dispatched_at,
        mark=transit.mark,
        forms=tuple(sorted(transit.forms)),
    )


def _release(sight: Sight, release: Release) -> views.ReleaseDecisionView:
    return views.ReleaseDecisionView(
        number=release.number,
        by=release.by.code,
        recipient=release.recipient.code,
        purpose=release.purpose if sight.purpose(release) else None,
        copies=release.copies,
        regimes=release.regimes,
        decided_at=release.decided_at,
        until=release.until,
        procedure=release.outcome if release.by.code == sight.code else None,
        used_by=release.used_by,
    )


def _consent(consent: Consent) -> views.ConsentView:
    return views.ConsentView(
        number=consent.number,
        kind=consent.kind,
        asker=consent.asker,
        scope=consent.scope,
        needs=tuple(
            views.NeedView(regime=need.regime, rule=need.rule, bodies=tuple(sorted(need.bodies)))
            for need in consent.needs
        ),
        given=tuple(views.GivenView(body=each.body, reference=each.reference, at=each.at) for each in consent.given),
        asked_at=consent.asked_at,
        state=_consent_state(consent),
        denied_by=consent.denied_by,
        withdrawn_by=consent.withdrawn_by,
        used_by=consent.used_by,
    )


def _consent_state(consent: Consent) -> views.ConsentState:
    if consent.denied_by is not None:
        return "denied"
    if consent.withdrawn_by is not None:
        return "withdrawn"
    if consent.used_by is not None:
        return "used"
    return "given" if consent.complete else "asked"


def _breach(breach: Breach) -> views.BreachView:
    return views.BreachView(
        number=breach.number,
        reporter=breach.reporter.code,
        kinds=breach.report.kinds,
        disclosure=breach.report.disclosure,
        circumstances=breach.report.circumstances,
        happened_on=breach.report.happened_on,
        reported_at=breach.reported_at,
        state=breach.state,
        findings=breach.findings,
        measures=breach.measures,
    )


def _duty(duty: Duty, now: datetime) -> views.ProtectedDutyView:
    return views.ProtectedDutyView(
        id=duty.id,
        kind=duty.kind,
        body=duty.body.code,
        subject=duty.subject,
        rule=duty.calculation.rule,
        state=duty.state,
        started_at=duty.calculation.started_at,
        due_at=duty.due_at,
        due_on=duty.calculation.due_on,
        overdue=duty.overdue(now),
        closed_at=duty.closed_at if duty.state is not DutyState.RUNNING else None,
        explanation=explain(duty.calculation),
    )
