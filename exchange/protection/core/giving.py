"""Objections to giving: the decision to release, the dispatch by a channel, the receipt, the way back."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from exchange.core.deadlines import local_day
from exchange.protection.core.access import plain, purposes, rule_of
from exchange.protection.core.consents import Case, needed
from exchange.protection.core.item import Item, NumberedCopy, Release, Transit
from exchange.protection.core.marks import highest, recipient_mark
from exchange.protection.core.objections import Objection, object_to
from exchange.protection.core.regimes import (
    applying,
    channel_faults,
    no_counterpart_rule,
    open_channels,
    order_of,
    protecting,
)
from exchange.protection.core.scene import Body, Scene
from exchange.protection.core.using import check_consent
from schemas import protection as bodies
from schemas.protection import Scope
from schemas.regimes import Regime
from schemas.secrecy import Channel, ConsentKind, CopyState, DecisionNeed, ItemKind, Mark, ReceiptForm

_NEEDS = {
    DecisionNeed.OWN_CONSENT: ("own_consent", "own_consent_missing"),
    DecisionNeed.RECIPIENT_CLEARED: ("recipient_cleared", "recipient_not_confirmed"),
}

_FORMS = {ReceiptForm.WRITTEN: "письменно", ReceiptForm.ELECTRONIC: "электронно"}


def mark_at(item: Item, code: str) -> Mark | None:
    """Return the mark that an item bears with a body: the originator's own, else the highest of what it holds.

    A maker that holds no copy is judged by the originator's mark.
    """
    held = item.held_by(code)
    if item.originator.code == code or (not held and item.made_by(code)):
        return item.mark
    return highest(each.mark for each in held if each.mark is not None)


def of_release(
    item: Item, body: bodies.AuthoriseRelease, author: Body, scene: Scene, now: datetime
) -> Iterator[Objection]:
    """Object to a decision to release (A-6.1, KA-5.2, KA-5.3, KL-6.1, R-3, R-11)."""
    recipient = scene.bodies.get(body.recipient)
    if recipient is None:
        yield object_to("body_unknown", "/recipient", rule="A-6.1")
        return
    day, own = local_day(now, author.zone), mark_at(item, author.code)
    regimes = applying(scene, author, recipient, day)
    yield from between(author, recipient, regimes, "/recipient")
    yield from of_counterpart(author, recipient, regimes, own, "/recipient")
    yield from _of_papers(body, recipient, regimes, day)
    yield from _of_procedure(item, body, author, scene, day, own)
    if not item.made_by(author.code) and plain(body.purpose) not in {
        plain(each) for each in purposes(item, author.code, day)
    }:
        yield object_to(
            "purpose_not_given", "/purpose", rule=rule_of(item, author.code, scene, "purpose_rule", "A-5.2")
        )
    needs = needed(ConsentKind.THIRD_PARTY, item, author, scene, day, Case(recipient=recipient))
    wanted = Scope(recipient=body.recipient)
    yield from check_consent(item, needs, ConsentKind.THIRD_PARTY, wanted, body.consent, author)


def of_dispatch(item: Item, body: bodies.Dispatch, author: Body, scene: Scene, now: datetime) -> Iterator[Objection]:
    """Object to a dispatch (A-6.2, A-6.4, A-11, KA-5.6, KA-5.7, KL-6.2, R-12, R-13)."""
    yield from of_copies(item, body.copies, author)
    yield from _of_oral(item)
    release, day = item.release(body.release), local_day(now, author.zone)
    if release is None or release.by.code != author.code:
        yield object_to("release_unknown", "/release")
        return
    yield from _of_use(release, body, day)
    regimes = applying(scene, author, release.recipient, day)
    yield from between(author, release.recipient, regimes, "/release")
    held = [copy for copy in _named(item, body.copies) if copy.holder.code == author.code]
    own = highest(copy.mark for copy in held if copy.mark is not None)
    yield from of_counterpart(author, release.recipient, regimes, own, "/copies")
    if regimes:
        for code, rule in channel_faults(scene, regimes, (author, release.recipient), body.channel, body.means, day):
            yield object_to(code, "/channel", rule=rule)
        yield from _of_new_regimes(release, regimes)
    yield from _of_third_party(item, release, tuple(held), author, scene, day)
    order = order_of(scene, author, own)
    if order is not None and body.channel not in order.channels.channels:
        yield object_to("channel_narrowed", "/channel", rule=order.channels.rule)
    if body.channel is not Channel.ELECTRONIC and body.transport is None:
        if item.registered.bulky:
            rules = (regime.bulky_rule for regime in regimes)
            yield object_to("transport_missing", "/transport", rule=next(rules, "A-6.4"))
        elif order is not None:
            yield object_to("transport_missing", "/transport", rule=order.transport_rule)
    if body.channel is Channel.ELECTRONIC and item.content is None:
        yield object_to("no_content", "/channel", rule=_electronic_rule(regimes))
    yield from _of_dates((("/cover_document/date", body.cover_document.date),), day)
    yield from _of_standing(author, release.recipient, regimes, scene, day)


def _of_third_party(
    item: Item, release: Release, copies: tuple[NumberedCopy, ...], author: Body, scene: Scene, day: date
) -> Iterator[Objection]:
    """Object to copies whose givers the consent behind the release does not cover (A-5.3); others may have come."""
    case = Case(copies=copies, recipient=release.recipient)
    consent = item.consent(release.consent)
    said = {each.body for each in consent.given} if consent is not None else set()
    for need in needed(ConsentKind.THIRD_PARTY, item, author, scene, day, case):
        if not need.bodies & said:
            who = " / ".join(sorted(need.bodies)) or "–"
            yield object_to("consent_missing", "/copies", rule=need.rule, regime=need.regime, who=who)


def of_receipt(
    item: Item, body: bodies.ConfirmReceipt, author: Body, scene: Scene, now: datetime
) -> Iterator[Objection]:
    """Object to a confirmation of receipt (A-6.3, A-7.2, KA-2, KA-5.6, KL-3, KL-6.3)."""
    yield from _of_numbers(item, body.copies)
    awaited = []
    for copy in _named(item, body.copies):
        if copy.transit is None or copy.transit.recipient.code != author.code:
            yield object_to("copy_not_awaited", "/copies", rule="A-6.3", number=copy.number)
        else:
            awaited.append(copy.transit)
    if len({transit.seq for transit in awaited}) > 1:
        yield object_to("copies_together", "/copies", rule="A-6.3")
    regimes = _of_transit(item, body, scene)
    added = next((regime.marks.added for regime in regimes), "A-7.2")
    for transit in awaited[:1]:
        yield from _of_form(body, transit, regimes, now)
    for mark in dict.fromkeys(transit.mark for transit in awaited):
        if body.own_mark is None and mark is not None:
            yield object_to("own_mark_missing", "/own_mark", rule=added)
        elif body.own_mark is not mark:
            yield object_to("own_mark_wrong", "/own_mark", rule=added, mark=mark or "–")


def _of_form(
    body: bodies.ConfirmReceipt, transit: Transit, regimes: tuple[Regime, ...], now: datetime
) -> Iterator[Objection]:
    """Object to the form of a receipt, and to its moment (A-6.3, KA-5.6, KL-6.3)."""
    # The regime that asks for a form is named before one that takes any.
    rules = [regime.receipt.rule for regime in sorted(regimes, key=lambda each: not each.receipt.forms)]
    rule = next(iter(rules), "A-6.3")
    if body.form not in transit.forms:
        words = ", ".join(_FORMS[ReceiptForm(each)] for each in sorted(transit.forms))
        yield object_to("form_wrong", "/form", rule=rule, form=words)
    if body.form is ReceiptForm.WRITTEN and body.reference is None:
        yield object_to("reference_missing", "/reference", rule=rule)
    if not transit.dispatched_at.replace(microsecond=0) <= body.received_at <= now:
        yield object_to("dispatched_later", "/received_at", rule=rule)


def _of_transit(item: Item, body: bodies.ConfirmReceipt, scene: Scene) -> tuple[Regime, ...]:
    """Return the regimes under which the copies named come, or come back."""
    for copy in _named(item, body.copies):
        if copy.transit is not None:
            passage = copy.transit.passage or copy.path[-1]
            return tuple(scene.law.regimes[each] for each in passage.regimes)
    return ()


def of_return(item: Item, body: bodies.Return, author: Body, scene: Scene, now: datetime) -> Iterator[Objection]:
    """Object to a return (A-7.8, KA-6.6, KL-7.5): to whoever gave it, by a channel of what it was given under."""
    yield from of_copies(item, body.copies, author)
    day = local_day(now, author.zone)
    held = [copy for copy in _named(item, body.copies) if copy.holder.code == author.code]
    for copy in held:
        if not copy.received:
            yield object_to("copy_not_received", "/copies", rule="A-7.8", number=copy.number)
    received = [copy for copy in held if copy.received]
    if len({copy.path[-1].giver.code for copy in received}) > 1:
        yield object_to("copies_together", "/copies", rule="A-7.8")
    regimes: tuple[Regime, ...] = ()
    for copy in received[:1]:
        giver = copy.path[-1].giver
        regimes = protecting(scene, copy.path[-1].regimes, frozenset({giver.party, author.party}), day)
        if regimes:
            for code, rule in channel_faults(scene, regimes, (author, giver), body.channel, body.means, day):
                yield object_to(code, "/channel", rule=rule)
        if item.registered.bulky and body.channel is not Channel.ELECTRONIC and body.transport is None:
            yield object_to("transport_missing", "/transport", rule=regimes[0].bulky_rule if regimes else "A-6.4")
    if body.channel is Channel.ELECTRONIC and item.content is None:
        yield object_to("no_content", "/channel", rule=_electronic_rule(regimes))
    yield from _of_dates((("/cover_document/date", body.cover_document.date),), day)
    needs = needed(ConsentKind.RETURN, item, author, scene, day, Case(copies=tuple(received)))
    yield from check_consent(item, needs, ConsentKind.RETURN, Scope(copies=body.copies), body.consent, author)


def _electronic_rule(regimes: tuple[Regime, ...]) -> str:
    """Return the rule on electronic transfer: of the last regime that opens it, else the Agreement's on ways."""
    openers = open_channels(regimes).get(Channel.ELECTRONIC, ())
    return openers[-1][1].rule if openers else "A-6.2"


def between(one: Body, other: Body, regimes: Iterable[Regime], pointer: str) -> Iterator[Objection]:
    """Object to giving within one state, and to giving where no regime is in force (A-14, KA-15, KL-14)."""
    if one.party == other.party:
        yield object_to("own_state", pointer, rule="A-6.1")
    elif not any(True for _ in regimes):
        yield object_to("no_regime", pointer)


def of_counterpart(
    one: Body, other: Body, regimes: tuple[Regime, ...], mark: Mark | None, pointer: str
) -> Iterator[Objection]:
    """Object to a mark that the recipient's scheme has no counterpart for (A-3, KA-2, KL-3)."""
    if regimes and mark is not None and recipient_mark(regimes, one.party, other.party, mark) is None:
        yield object_to("no_counterpart", pointer, rule=no_counterpart_rule(regimes, one.party, other.party))


def of_copies(item: Item, numbers: tuple[int, ...], author: Body) -> Iterator[Objection]:
    """Object to copies that are not there, are named twice, or are not with the body that acts."""
    yield from _of_numbers(item, numbers)
    for copy in _named(item, numbers):
        if copy.state is not CopyState.HELD or copy.holder.code != author.code:
            yield object_to("copy_not_held", "/copies", number=copy.number)


def forms_of(regimes: Iterable[Regime], mark: Mark | None) -> frozenset[str]:
    """Return the forms of receipt that are lawful: the sender's mark decides, and writing prevails (KL-6.3, KA-5.6)."""
    asked = {regime.receipt.forms[mark] for regime in regimes if mark is not None and mark in regime.receipt.forms}
    if ReceiptForm.WRITTEN in asked:
        return frozenset({ReceiptForm.WRITTEN.value})
    return frozenset(each.value for each in asked or ReceiptForm)


def _of_numbers(item: Item, numbers: tuple[int, ...]) -> Iterator[Objection]:
    seen = set()
    for number in numbers:
        if item.copy(number) is None:
            yield object_to("copy_unknown", "/copies", number=number)
        if number in seen:
            yield object_to("copy_twice", "/copies", number=number)
        seen.add(number)


def _named(item: Item, numbers: tuple[int, ...]) -> list[NumberedCopy]:
    return [copy for number in dict.fromkeys(numbers) if (copy := item.copy(number)) is not None]


def _of_use(release: Release, body: bodies.Dispatch, day: date) -> Iterator[Objection]:
    if release.used_by is not None:
        yield object_to("release_used", "/release")
    if not release.holds_on(day):
        yield object_to("release_over", "/release")
    if len(set(body.copies)) > release.copies:
        yield object_to("copies_beyond_release", "/copies", copies=release.copies)


def _of_new_regimes(release: Release, regimes: tuple[Regime, ...]) -> Iterator[Objection]:
    for regime in regimes:
        if regime.id not in release.regimes:
            yield object_to("regime_not_decided", "/release", rule=regime.decision.rule, regime=regime.id)


def _of_papers(
    body: bodies.AuthoriseRelease, recipient: Body, regimes: tuple[Regime, ...], day: date
) -> Iterator[Objection]:
    """Object to a missing consent of the own competent body or confirmation of clearance, and to dates to come."""
    for regime in regimes:
        wanted = dict(regime.decision.needs)
        if recipient.legal_person:
            wanted |= dict(regime.decision.legal_person_needs)
        for need, rule in wanted.items():
            name, code = _NEEDS[need]
            if getattr(body, name) is None:
                yield object_to(code, f"/{name}", rule=rule)
    papers = {"decision": body.decision, "own_consent": body.own_consent, "recipient_cleared": body.recipient_cleared}
    yield from _of_dates(((f"/{name}/date", paper.date) for name, paper in papers.items() if paper is not None), day)
    if body.until is not None and body.until < day:
        yield object_to("release_over", "/until")


def _of_dates(dates: Iterable[tuple[str, date]], day: date) -> Iterator[Objection]:
    for pointer, each in dates:
        if each > day:
            yield object_to("decision_in_future", pointer, rule="A-6.1")


def _of_procedure(
    item: Item, body: bodies.AuthoriseRelease, author: Body, scene: Scene, day: date, mark: Mark | None
) -> Iterator[Objection]:
    """Object to a release that its state's order was not gone through for (R-3, R-11; a state without one decides)."""
    order = order_of(scene, author, mark)
    if order is None:
        return
    outcome = scene.outcomes.get(body.procedure or "")
    if outcome is None:
        yield object_to("procedure_missing", "/procedure", rule=order.outcome_rule)
        return
    if not outcome.approved:
        yield object_to("procedure_not_approved", "/procedure", rule=order.outcome_rule)
    named = (outcome.item, outcome.sender, outcome.recipient, plain(outcome.purpose))
    if named != (item.id, author.code, body.recipient, plain(body.purpose)):
        yield object_to("procedure_other", "/procedure", rule=order.outcome_rule)
    if outcome.until is not None and (outcome.until < day or body.until is None or body.until > outcome.until):
        yield object_to("procedure_term", "/until")


def _of_standing(
    author: Body, recipient: Body, regimes: tuple[Regime, ...], scene: Scene, day: date
) -> Iterator[Objection]:
    """Object to sending what the recipient could not yet mark and register: no prior agreement (KA-6.7)."""
    pair = {author.code, recipient.code}
    for regime in regimes:
        if regime.standing is not None and not any(
            each.regime == regime.id
            and pair <= each.bodies
            and each.since <= day
            and (each.until is None or day <= each.until)
            for each in scene.standing
        ):
            yield object_to("standing_missing", "/release", rule=regime.standing.rule)


def _of_oral(item: Item) -> Iterator[Objection]:
    if item.kind is ItemKind.ORAL:
        yield object_to("oral_has_no_carrier", "/copies", rule="A-1")
