"""A record into the item it tells of: each entry changes the state by what the act says and what was ruled."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from exchange.protection.core.acts import ACTS
from exchange.protection.core.entry import Entry
from exchange.protection.core.item import Breach, Consent, CopyNote, Duty, Given, Item, NumberedCopy, Release
from exchange.protection.core.scene import Body
from schemas import protection as bodies
from schemas.protection import Register, Scope
from schemas.secrecy import (
    BreachState,
    ConsentKind,
    CopyKind,
    CopyState,
    DutyKind,
    DutyState,
    ItemAct,
    ItemKind,
    ItemState,
)


def fold(item_id: str, entries: Iterable[Entry]) -> Item:
    """Return the item that a record tells of; raise ValueError for a record that does not begin with a registration."""
    item: Item | None = None
    for entry in entries:
        item = begin(item_id, entry) if item is None else apply(item, entry)
    if item is None:
        raise ValueError("a record begins with a registration")
    return item


def begin(item_id: str, entry: Entry) -> Item:
    """Return the item that a registration opens; a joint one waits for the other makers' word on its mark (A-7.6)."""
    body, ruling = entry.body, entry.ruling
    if not isinstance(body, Register):
        raise ValueError("a record begins with a registration")  # noqa: TRY004 - it is the record that is wrong
    originator, number = ruling.bodies[0], ruling.number or ""
    copies = tuple(
        NumberedCopy(
            number=index + 1,
            kind=CopyKind.ORIGINAL,
            holder=originator,
            mark=body.mark,
            own_number=number,
            maker=originator.code,
        )
        for index in range(0 if body.kind is ItemKind.ORAL else body.copies)
    )
    asked = Consent(
        number=1,
        kind=ConsentKind.JOINT_MARK,
        asker=originator.code,
        scope=Scope(mark=body.mark),
        needs=ruling.needs,
        asked_at=entry.at,
    )
    return Item(
        id=item_id,
        seq=entry.seq,
        recorded_at=entry.recorded_at,
        number=number,
        state=ItemState.PENDING if ruling.needs else ItemState.REGISTERED,
        originator=originator,
        makers=ruling.bodies,
        bonds=ruling.bonds,
        registered=body,
        registered_at=entry.at,
        mark=body.mark,
        floor=ruling.floor,
        inherited=ruling.inherited,
        copies=copies,
        consents=(asked,) if ruling.needs else (),
        known_bodies=ruling.bodies,
    )


def apply(item: Item, entry: Entry) -> Item:
    """Return the item after an entry."""
    known = {each.code: each for each in (*item.known_bodies, *entry.ruling.bodies)}
    item = replace(item, seq=entry.seq, recorded_at=entry.recorded_at, known_bodies=tuple(known.values()))
    item = _EFFECTS[entry.kind](item, entry.body, entry)
    if ACTS[entry.kind].consent is not None:
        item = _use(item, getattr(entry.body, "consent", None), entry)
    return _with_duties(item, entry)


def author_of(item: Item, entry: Entry) -> Body:
    """Return the body that did an act, as it was."""
    return next(each for each in (*entry.ruling.bodies, *item.known_bodies) if each.code == entry.author)


def _release(item: Item, body: bodies.AuthoriseRelease, entry: Entry) -> Item:
    by, recipient = entry.ruling.bodies[:2]
    release = Release(
        number=len(item.releases) + 1,
        by=by,
        recipient=recipient,
        purpose=body.purpose,
        copies=body.copies,
        regimes=entry.ruling.regimes,
        decided_at=entry.at,
        until=body.until,
        outcome=body.procedure,
        consent=body.consent,
    )
    return replace(item, releases=(*item.releases, release))


def _send(item: Item, body: bodies.Dispatch | bodies.Return, entry: Entry) -> Item:
    transits = dict(entry.ruling.transits)
    copies = tuple(
        replace(copy, state=CopyState.IN_TRANSIT, transit=transits[copy.number]) if copy.number in transits else copy
        for copy in item.copies
    )
    item = replace(item, copies=copies)
    if isinstance(body, bodies.Return):
        return item
    releases = tuple(
        replace(each, used_by=entry.seq) if each.number == body.release else each for each in item.releases
    )
    return replace(item, releases=releases)


def _receive(item: Item, body: bodies.ConfirmReceipt, _entry: Entry) -> Item:
    return replace(
        item,
        copies=tuple(_received(copy, body.own_number) if copy.number in body.copies else copy for copy in item.copies),
    )


def _received(copy: NumberedCopy, number: str) -> NumberedCopy:
    """Return a copy that arrived: with its recipient's mark and number, a step further on its path or back."""
    transit = copy.transit
    if transit is None:
        return copy
    path = (*copy.path, transit.passage) if transit.passage is not None else copy.path[:-1]
    return replace(
        copy,
        state=CopyState.HELD,
        holder=transit.recipient,
        mark=transit.mark,
        own_number=number,
        path=path,
        transit=None,
    )


def _ask(item: Item, body: bodies.AskConsent, entry: Entry) -> Item:
    consent = Consent(
        number=len(item.consents) + 1,
        kind=body.kind,
        asker=entry.author,
        scope=body.scope,
        needs=entry.ruling.needs,
        asked_at=entry.at,
    )
    return replace(item, consents=(*item.consents, consent))


def _grant(item: Item, body: bodies.GrantConsent, entry: Entry) -> Item:
    given = Given(entry.author, body.reference.reference, entry.at)
    item = _changed(item, body.consent, lambda consent: replace(consent, given=(*consent.given, given)))
    consent = item.consent(body.consent)
    if consent is None or consent.kind is not ConsentKind.JOINT_MARK or not consent.complete:
        return item
    mark = consent.scope.mark
    copies = tuple(replace(copy, mark=mark) if not copy.received else copy for copy in item.copies)
    item = replace(item, state=ItemState.REGISTERED, mark=mark, copies=copies)
    return _changed(item, body.consent, lambda each: replace(each, used_by=entry.seq))


def _deny(item: Item, body: bodies.DenyConsent, entry: Entry) -> Item:
    return _changed(item, body.consent, lambda consent: replace(consent, denied_by=entry.author))


def _withdraw(item: Item, body: bodies.WithdrawConsent, entry: Entry) -> Item:
    return _changed(item, body.consent, lambda consent: replace(consent, withdrawn_by=entry.author))


def _multiply(item: Item, body: bodies.Copy | bodies.Translate | bodies.Extract, entry: Entry) -> Item:
    source = item.copies[body.copy_number - 1]
    kind = {ItemAct.COPY: CopyKind.COPY, ItemAct.TRANSLATE: CopyKind.TRANSLATION, ItemAct.EXTRACT: CopyKind.EXTRACT}
    count = body.count if isinstance(body, bodies.Copy) else 1
    numbers = tuple(range(len(item.copies) + 1, len(item.copies) + 1 + count))
    made = tuple(
        replace(
            source,
            number=number,
            kind=kind[body.act],
            maker=entry.author,
            made_from=source.number,
            language=body.language if isinstance(body, bodies.Translate) else source.language,
        )
        for number in numbers
    )
    note = CopyNote(copy=source.number, made=numbers, to_whom=body.to_whom, made_by=body.made_by, at=entry.at)
    return replace(item, copies=(*item.copies, *made), notes=(*item.notes, note))


def _regrade(item: Item, body: bodies.Regrade, entry: Entry) -> Item:
    item = _marked(item, entry)
    return replace(item, mark=body.mark) if entry.ruling.maker else item


def _declassify(item: Item, _body: bodies.Declassify, entry: Entry) -> Item:
    item = _marked(item, entry)
    return replace(item, mark=None, state=ItemState.DECLASSIFIED) if entry.ruling.maker else item


def _marked(item: Item, entry: Entry) -> Item:
    """Put the ruled marks on copies; one on its way gets the mark that its recipient will add."""
    marks = dict(entry.ruling.marks)
    copies = []
    for copy in item.copies:
        if copy.number in marks and copy.transit is not None:
            copies.append(replace(copy, transit=replace(copy.transit, mark=marks[copy.number])))
        elif copy.number in marks:
            copies.append(replace(copy, mark=marks[copy.number]))
        else:
            copies.append(copy)
    return replace(item, copies=tuple(copies))


def _destroy(item: Item, body: bodies.Destroy, _entry: Entry) -> Item:
    copies = tuple(
        replace(copy, state=CopyState.DESTROYED) if copy.number in body.copies else copy for copy in item.copies
    )
    gone = all(copy.state is CopyState.DESTROYED for copy in copies)
    return replace(item, copies=copies, state=ItemState.GONE if gone else item.state)


def _report(item: Item, body: bodies.ReportBreach, entry: Entry) -> Item:
    breach = Breach(number=len(item.breaches) + 1, reporter=author_of(item, entry), report=body, reported_at=entry.at)
    return replace(item, breaches=(*item.breaches, breach))


def _inquire(item: Item, body: bodies.ReportInquiry, _entry: Entry) -> Item:
    return _breached(item, body.breach, lambda each: replace(each, state=BreachState.INQUIRED, findings=body.findings))


def _close(item: Item, body: bodies.CloseBreach, _entry: Entry) -> Item:
    return _breached(item, body.breach, lambda each: replace(each, state=BreachState.CLOSED, measures=body.measures))


def _breached(item: Item, number: int, change: Callable[[Breach], Breach]) -> Item:
    return replace(item, breaches=tuple(change(each) if each.number == number else each for each in item.breaches))


def _changed(item: Item, number: int, change: Callable[[Consent], Consent]) -> Item:
    return replace(item, consents=tuple(change(each) if each.number == number else each for each in item.consents))


def _use(item: Item, number: int | None, entry: Entry) -> Item:
    """Use up the consent that an act rests on; one that nobody asked for is left alone."""
    consent = item.consent(number)
    if consent is None or not entry.ruling.needs:
        return item
    return _changed(item, consent.number, lambda each: replace(each, used_by=entry.seq))


def _with_duties(item: Item, entry: Entry) -> Item:
    """Open the duties that were ruled, and close those that the act meets or makes void."""
    duties = [_closed(duty, item, entry) if duty.state is DutyState.RUNNING else duty for duty in item.duties]
    opened = (
        Duty(
            id=f"{item.id}/{due.kind}/{due.subject}",
            kind=due.kind,
            body=due.body,
            subject=due.subject,
            calculation=due.calculation,
            steps=due.steps,
        )
        for due in entry.ruling.due
    )
    return replace(item, duties=(*duties, *opened))


def _closed(duty: Duty, item: Item, entry: Entry) -> Duty:
    """Close a duty that an act met or made void; receipt is met when nothing of a dispatch is left on its way."""
    body = entry.body
    if duty.kind is DutyKind.RECEIPT and isinstance(body, bodies.ConfirmReceipt):
        waiting = any(copy.transit is not None and copy.transit.seq == duty.subject for copy in item.copies)
        return duty if waiting else _met(duty, body.received_at, entry.at)
    if duty.kind is DutyKind.DESTRUCTION_REPORT:
        if isinstance(body, bodies.Destroy) and body.consent == duty.subject:
            return _met(duty, entry.at, entry.at)
        consent = item.consent(duty.subject)
        if consent is not None and (consent.withdrawn_by is not None or _left_nothing(item, consent)):
            return replace(duty, state=DutyState.VOID, closed_at=entry.at)
    if duty.kind is DutyKind.INQUIRY and isinstance(body, bodies.ReportInquiry) and body.breach == duty.subject:
        return _met(duty, entry.at, entry.at)
    return duty


def _left_nothing(item: Item, consent: Consent) -> bool:
    """Tell whether none of a consent's copies is left to destroy under a mark: returned, say, or declassified."""
    held = {copy.number for copy in item.held_by(consent.asker) if copy.mark is not None}
    return not held & set(consent.scope.copies or ())


def _met(duty: Duty, moment: datetime, at: datetime) -> Duty:
    """Met in time or late; a receipt by the moment that the recipient names."""
    state = DutyState.MET if moment < duty.due_at else DutyState.MET_LATE
    return replace(duty, state=state, closed_at=at)


_EFFECTS: dict[ItemAct, Callable[[Item, Any, Entry], Item]] = {
    ItemAct.AUTHORISE_RELEASE: _release,
    ItemAct.DISPATCH: _send,
    ItemAct.CONFIRM_RECEIPT: _receive,
    ItemAct.ASK_CONSENT: _ask,
    ItemAct.GRANT_CONSENT: _grant,
    ItemAct.DENY_CONSENT: _deny,
    ItemAct.WITHDRAW_CONSENT: _withdraw,
    ItemAct.COPY: _multiply,
    ItemAct.TRANSLATE: _multiply,
    ItemAct.EXTRACT: _multiply,
    ItemAct.REGRADE: _regrade,
    ItemAct.DECLASSIFY: _declassify,
    ItemAct.RETURN: _send,
    ItemAct.DESTROY: _destroy,
    ItemAct.REPORT_BREACH: _report,
    ItemAct.REPORT_INQUIRY: _inquire,
    ItemAct.CLOSE_BREACH: _close,
}
