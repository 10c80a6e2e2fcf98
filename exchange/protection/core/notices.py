"""Who is told of an act, by whom and under which rule; what a notice says is a register number, what to do, by when.

The words are `secret_notice.told` in the catalogues of languages; no notice knows the designation, mark or content.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exchange.protection.core.entry import Entry
from exchange.protection.core.fold import author_of
from exchange.protection.core.item import Breach, Item, NumberedCopy, steps
from exchange.protection.core.regimes import order_of
from exchange.protection.core.scene import Body, Scene
from schemas import protection as bodies
from schemas.regimes import Regime
from schemas.secrecy import BodyKind, DutyState, ItemAct, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice to a body, in the name of another; `number` is what the addressee knows the item by."""

    to: str
    sender: str
    told: Told
    number: str
    by: datetime | None = None
    rule: str | None = None


def told_of(before: Item, after: Item, entry: Entry, scene: Scene) -> tuple[Notice, ...]:
    """Return the notices that an act owes at once, in its own transaction; each addressee once for each rule."""
    author = author_of(after, entry)
    found = [
        notice
        for to, sender, told, rule in _owed(_Deed(before, after, entry, author), scene)
        if to is not None and sender is not None and to != entry.author
        for notice in (
            Notice(to=to, sender=sender, told=told, number=number_for(after, to), by=_due(after, to, entry), rule=rule),
        )
    ]
    return tuple(dict.fromkeys(found))


def number_for(item: Item, code: str) -> str:
    """Return the register number that a body knows an item by: its own where it has one."""
    held = (copy.own_number for copy in item.copies if copy.holder.code == code and copy.transit is None)
    return next(held, item.number)


def _due(item: Item, to: str, entry: Entry) -> datetime | None:
    """Return by when the addressee is to do what the act opened for it."""
    opened = {(due.kind, due.subject) for due in entry.ruling.due if due.body.code == to}
    found = (
        duty.due_at for duty in item.duties if (duty.kind, duty.subject) in opened and duty.state is DutyState.RUNNING
    )
    return next(found, None)


Owed = tuple[str | None, str | None, Told, str | None]
"""Addressee, sender, what, rule."""


@dataclass(frozen=True, slots=True)
class _Deed:
    """An act between the item before it and the item after it."""

    before: Item
    after: Item
    entry: Entry
    author: Body


def _owed(deed: _Deed, scene: Scene) -> Iterator[Owed]:
    """Yield addressee, sender, what and rule of every notice."""
    tell = _TELLERS.get(deed.entry.kind)
    if tell is not None:
        yield from tell(deed, deed.entry.body, scene)
    yield from _of_handling(deed.before, deed.entry.body, deed.author, scene)


def _release(deed: _Deed, _body: bodies.AuthoriseRelease, scene: Scene) -> Iterator[Owed]:
    for regime in _named(deed.entry.ruling.regimes, scene):
        if regime.decision.told is not None:
            for code in _competent(regime, deed.entry.ruling.bodies[:2], scene):
                yield code, deed.author.code, Told.RELEASE, regime.decision.told


def _dispatch(deed: _Deed, body: bodies.Dispatch, scene: Scene) -> Iterator[Owed]:
    """Tell the recipient, and of a transport the competent bodies where the sender's order asks for it (R-13)."""
    own, recipient = deed.author, deed.entry.ruling.bodies[1]
    for regime in _named(deed.entry.ruling.regimes, scene):
        yield recipient.code, own.code, Told.DISPATCH, regime.receipt.rule
    order = order_of(scene, own, deed.before.mark)
    if order is not None and body.transport is not None:
        for regime in _named(deed.entry.ruling.regimes, scene):
            for code in _competent(regime, (own, recipient), scene):
                yield code, own.code, Told.DISPATCH, order.transport_rule


def _receipt(deed: _Deed, body: bodies.ConfirmReceipt, scene: Scene) -> Iterator[Owed]:
    for number in body.copies:
        copy = deed.before.copies[number - 1]
        if copy.transit is not None:
            passage = copy.transit.passage or copy.path[-1]
            for regime in _named(passage.regimes, scene):
                yield copy.transit.sender.code, deed.author.code, Told.RECEIPT, regime.receipt.rule


def _asking(deed: _Deed, _body: bodies.AskConsent, _scene: Scene) -> Iterator[Owed]:
    for need in deed.entry.ruling.needs:
        for code in sorted(need.bodies):
            yield code, deed.author.code, Told.CONSENT_ASKED, need.rule


def _answer(
    deed: _Deed, body: bodies.GrantConsent | bodies.DenyConsent | bodies.WithdrawConsent, _scene: Scene
) -> Iterator[Owed]:
    told = {
        ItemAct.GRANT_CONSENT: Told.CONSENT_GIVEN,
        ItemAct.DENY_CONSENT: Told.CONSENT_DENIED,
        ItemAct.WITHDRAW_CONSENT: Told.CONSENT_WITHDRAWN,
    }
    consent = deed.before.consents[body.consent - 1]
    yield consent.asker, deed.author.code, told[body.act], consent.needs[0].rule


def _mark(deed: _Deed, _body: bodies.Regrade | bodies.Declassify, scene: Scene) -> Iterator[Owed]:
    """Tell the other side of a change: those to whom it was given, and those who gave it (A-7.7, KA-6.4, KL-4)."""
    item, own = deed.before, deed.author.code
    for number, _ in deed.entry.ruling.marks:
        copy = item.copies[number - 1]
        for regime, giver, receiver in _givings(copy, scene):
            yield giver.code, own, Told.MARK_CHANGED, regime.marks.change_told
            yield receiver.code, own, Told.MARK_CHANGED, regime.marks.change_told
    for maker in item.makers if item.made_by(own) else ():
        for bond in item.bonds:
            for regime in _named(bond.regimes, scene) if {own, maker.code} == bond.bodies else ():
                yield maker.code, own, Told.MARK_CHANGED, regime.marks.change_told


def _return(deed: _Deed, body: bodies.Return, scene: Scene) -> Iterator[Owed]:
    """Tell the giver that its carriers come back (A-7.9, KA-6.6, KL-7.5)."""
    for regime in _named(deed.before.copies[body.copies[0] - 1].path[-1].regimes, scene):
        yield deed.entry.ruling.bodies[1].code, deed.author.code, Told.RETURNED, regime.return_rule


def _destruction(deed: _Deed, body: bodies.Destroy, scene: Scene) -> Iterator[Owed]:
    """Tell whoever gave a copy of its destruction (A-7.9, KA-6.6, KL-7.4); in a crisis whatever its mark (KL-7.8)."""
    for number in body.copies:
        copy = deed.before.copies[number - 1]
        for regime, giver, _ in _givings(copy, scene):
            at_once = regime.crisis_rule if body.crisis is not None else None
            if at_once is not None or copy.mark in regime.destruction_told:
                yield giver.code, deed.author.code, Told.DESTROYED, at_once or regime.destruction_told_rule


def _breach(deed: _Deed, _body: bodies.ReportBreach, scene: Scene) -> Iterator[Owed]:
    yield from of_breach(deed.after, deed.after.breaches[-1], Told.BREACH, scene)


def _inquiry(deed: _Deed, body: bodies.ReportInquiry, scene: Scene) -> Iterator[Owed]:
    yield from of_breach(deed.after, deed.after.breaches[body.breach - 1], Told.INQUIRY, scene)


def _closing(deed: _Deed, body: bodies.CloseBreach, scene: Scene) -> Iterator[Owed]:
    yield from of_breach(deed.after, deed.after.breaches[body.breach - 1], Told.BREACH_CLOSED, scene)


_TELLERS: dict[ItemAct, Callable[[_Deed, Any, Scene], Iterator[Owed]]] = {
    ItemAct.AUTHORISE_RELEASE: _release,
    ItemAct.DISPATCH: _dispatch,
    ItemAct.CONFIRM_RECEIPT: _receipt,
    ItemAct.ASK_CONSENT: _asking,
    ItemAct.GRANT_CONSENT: _answer,
    ItemAct.DENY_CONSENT: _answer,
    ItemAct.WITHDRAW_CONSENT: _answer,
    ItemAct.REGRADE: _mark,
    ItemAct.DECLASSIFY: _mark,
    ItemAct.RETURN: _return,
    ItemAct.DESTROY: _destruction,
    ItemAct.REPORT_BREACH: _breach,
    ItemAct.REPORT_INQUIRY: _inquiry,
    ItemAct.CLOSE_BREACH: _closing,
}

_HANDLING = (
    bodies.ConfirmReceipt
    | bodies.Copy
    | bodies.Translate
    | bodies.Extract
    | bodies.Regrade
    | bodies.Declassify
    | bodies.Return
    | bodies.Destroy
)


def _of_handling(item: Item, body: object, author: Body, scene: Scene) -> Iterator[Owed]:
    """Tell the competent bodies of what is done with information given under a regime that asks for it (KA-6.7)."""
    if isinstance(body, _HANDLING):
        for regime, parties in regimes_of(item, scene):
            if regime.handling_told is not None and author.party in parties:
                for party in sorted(parties):
                    yield scene.competent.get((regime.id, party)), author.code, Told.HANDLED, regime.handling_told


def of_breach(item: Item, breach: Breach, told: Told, scene: Scene) -> Iterator[Owed]:
    """Yield the notices of a breach from and to the bodies that each regime names (A-N9, A-10, KA-11, KL-10).

    Whoever finds a breach tells its own competent body; that one, or the finder, tells the other side.
    """
    here = breach.reporter.party
    for regime, parties in regimes_of(item, scene):
        rules = regime.breach
        if here not in parties or not reaches(regime, breach.report):
            continue
        rule = rules.rule if told is Told.BREACH else rules.inquiry_rule
        own = scene.competent.get((regime.id, here))
        yield own, breach.reporter.code, told, rule
        sender = breach.reporter.code if BodyKind.AUTHORISED in rules.senders else own
        for party in sorted(parties - {here}):
            if BodyKind.COMPETENT in rules.told:
                yield scene.competent.get((regime.id, party)), sender, told, rule
            if BodyKind.AUTHORISED in rules.told:
                for body in concerned(item):
                    if body.party == party:
                        yield body.code, sender, told, rule


def reaches(regime: Regime, report: bodies.ReportBreach) -> bool:
    """Tell whether a regime asks for notice of such a breach, and for an inquiry (A-10, A-N9, KA-11, KL-10)."""
    rules = regime.breach
    return bool(set(report.kinds) & set(rules.kinds)) and (report.disclosure or not rules.disclosure_only)


def regimes_of(item: Item, scene: Scene) -> tuple[tuple[Regime, frozenset[str]], ...]:
    """Return every regime that the item or a copy was given or made under, with all Parties that it joins there."""
    found: dict[str, set[str]] = {}
    for copy in item.copies:
        for regime, giver, receiver in _givings(copy, scene):
            found.setdefault(regime.id, set()).update({giver.party, receiver.party})
    for bond in item.bonds:
        for code in bond.regimes:
            found.setdefault(code, set()).update(bond.parties)
    return tuple((scene.law.regimes[code], frozenset(parties)) for code, parties in found.items())


def _givings(copy: NumberedCopy, scene: Scene) -> Iterator[tuple[Regime, Body, Body]]:
    """Yield each giving of a copy under each regime: who gave, who received or is about to."""
    for passage, receiver in steps(copy):
        for regime in _named(passage.regimes, scene):
            yield regime, passage.giver, receiver


def concerned(item: Item) -> tuple[Body, ...]:
    """Return the bodies that made, hold, await or gave the item."""
    found = [*item.makers]
    for copy in item.copies:
        found += [copy.holder, *(passage.giver for passage in copy.path)]
        found += [copy.transit.recipient] if copy.transit is not None else []
    return tuple(dict.fromkeys(found))


def _named(codes: Iterable[str], scene: Scene) -> tuple[Regime, ...]:
    return tuple(scene.law.regimes[code] for code in codes)


def _competent(regime: Regime, of: Iterable[Body], scene: Scene) -> tuple[str | None, ...]:
    return tuple(scene.competent.get((regime.id, body.party)) for body in of)
