"""What an act on an item can choose from: copies held, releases unused, consents, channels with their rules, people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from exchange.protection.core.consents import needed
from exchange.protection.core.giving import mark_at
from exchange.protection.core.item import Item, Need
from exchange.protection.core.marks import equivalence_rule, recipient_mark
from exchange.protection.core.objections import object_to
from exchange.protection.core.regimes import applying, channel_faults, open_channels, order_of
from exchange.protection.core.scene import Body, Scene
from exchange.protection.web.remarks import ground
from exchange.protection.web.stamps import Stamp
from exchange.protection.web.teller import Shown, Teller
from exchange.web.acts.desk import Choice
from schemas.regimes import Regime
from schemas.secrecy import Channel, ConsentKind, CopyState, ItemAct, Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """The registry's facts for the form of an act: the scene, the own body, its people, approved procedures."""

    scene: Scene
    own: Body
    people: tuple[Choice, ...] = ()
    procedures: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientRow:
    """A body of another Party: the regimes with it, and the mark that it would add, or why it cannot get the item."""

    body: Shown
    party: str
    regimes: str
    stamp: Stamp | None
    against: str
    article: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """A channel to one recipient: open or not, and by which rule."""

    channel: Channel
    open: bool
    words: str
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTable:
    """The channels to one recipient."""

    recipient: Shown
    rows: tuple[ChannelRow, ...]


def recipients(tell: Teller, offers: Offers, mark: Mark | None) -> tuple[RecipientRow, ...]:
    """Return the bodies of other Parties, those that can get something so marked first."""
    rows = [
        _recipient(tell, offers, body, mark)
        for body in sorted(offers.scene.bodies.values(), key=lambda each: each.code)
        if body.party != offers.own.party
    ]
    return tuple(sorted(rows, key=lambda row: row.stamp is None))


def channel_tables(tell: Teller, offers: Offers, item: Item, act: ItemAct) -> tuple[ChannelTable, ...]:
    """Return the channels to everybody to whom an act can send copies."""
    found = []
    for other in _sent_to(item, offers, act):
        regimes = applying(offers.scene, offers.own, other, tell.today)
        narrowed = None if act is ItemAct.RETURN else order_of(offers.scene, offers.own, mark_at(item, offers.own.code))
        rows = []
        for channel in Channel:
            row = _channel(tell, offers, regimes, other, channel)
            if row.open and narrowed is not None and channel not in narrowed.channels.channels:
                words = ground(object_to("channel_narrowed"), tell.tongue)
                row = ChannelRow(
                    channel=channel, open=False, words=words, article=tell.articles((narrowed.channels.rule,))
                )
            rows.append(row)
        found.append(ChannelTable(recipient=tell.body(other.code), rows=tuple(rows)))
    return tuple(found)


def needs_of(kind: ConsentKind, item: Item, offers: Offers, tell: Teller) -> tuple[Need, ...]:
    """Return the consents that an act would need, before anything of it is known."""
    return needed(kind, item, offers.own, offers.scene, tell.today)


def copies(tell: Teller, item: Item, numbers: Iterator[int] | None = None) -> tuple[Choice, ...]:
    """Return the copies that the caller's body holds, or those with some numbers."""
    wanted = {copy.number for copy in item.held_by(tell.own)} if numbers is None else set(numbers)
    return tuple(
        Choice(
            str(copy.number),
            tell.tongue.t(
                "secret.act.copy_line",
                number=copy.number,
                kind=tell.word("copy_kind", copy.kind),
                mark=tell.stamp(copy.holder.party, copy.mark).words,
            ),
        )
        for copy in item.copies
        if copy.number in wanted
    )


def awaited(item: Item, code: str) -> tuple[int, ...]:
    """Return the numbers of the copies that are on their way to a body."""
    return tuple(
        copy.number
        for copy in item.copies
        if copy.state is CopyState.IN_TRANSIT and copy.transit is not None and copy.transit.recipient.code == code
    )


def releases(tell: Teller, item: Item) -> tuple[Choice, ...]:
    """Return the caller's own decisions to release that hold and are not used."""
    return tuple(
        Choice(
            str(each.number),
            tell.tongue.t("secret.act.release_line", number=each.number, body=each.recipient.code, copies=each.copies),
        )
        for each in item.releases
        if each.by.code == tell.own and each.used_by is None and each.holds_on(tell.today)
    )


def usable_means(tell: Teller, offers: Offers) -> tuple[Choice, ...]:
    """Return the means of encryption that hold today."""
    return tuple(
        Choice(means.code, means.code)
        for means in offers.scene.means.values()
        if means.since <= tell.today and (means.until is None or tell.today <= means.until)
    )


def transports(item: Item, offers: Offers, act: ItemAct) -> bool:
    """Tell whether an act can need a means of transport, a route and an escort (A-6.4, R-13)."""
    ordered = act is ItemAct.DISPATCH and order_of(offers.scene, offers.own, mark_at(item, offers.own.code)) is not None
    return item.registered.bulky or ordered


def papers_asked(offers: Offers) -> Mapping[str, tuple[str, ...]]:
    """Return the papers that some regime of the caller's Party asks for before a release, with the rules."""
    found: dict[str, tuple[str, ...]] = {}
    for regime in offers.scene.law.regimes.values():
        if offers.own.party in regime.parties:
            for need, rule in (*regime.decision.needs, *regime.decision.legal_person_needs):
                found[need.value] = (*found.get(need.value, ()), rule)
    return found


def crisis_rules(item: Item, offers: Offers) -> tuple[str, ...]:
    """Return the rules by which copies that the caller's body holds may be destroyed in a crisis (KL-7.8)."""
    regimes = (
        offers.scene.law.regimes[code]
        for copy in item.held_by(offers.own.code)
        for passage in copy.path
        for code in passage.regimes
    )
    return tuple(dict.fromkeys(regime.crisis_rule for regime in regimes if regime.crisis_rule is not None))


def _recipient(tell: Teller, offers: Offers, body: Body, mark: Mark | None) -> RecipientRow:
    regimes = applying(offers.scene, offers.own, body, tell.today)
    there = None if mark is None or not regimes else recipient_mark(regimes, offers.own.party, body.party, mark)
    against, rule = "", None
    if not regimes:
        against, rule = tell.tongue.t("secret.new.no_regime"), "A-14"
    elif there is None and mark is not None:
        against = tell.tongue.t("secret.new.no_counterpart")
        rule = next(
            (found for each in regimes if (found := equivalence_rule(each, offers.own.party, body.party))), None
        )
    return RecipientRow(
        body=tell.body(body.code),
        party=body.party,
        regimes=tell.regimes(regime.id for regime in regimes),
        stamp=None if there is None else tell.stamp(body.party, there),
        against=against,
        article=tell.tongue.article(rule),
    )


def _sent_to(item: Item, offers: Offers, act: ItemAct) -> tuple[Body, ...]:
    """Return to whom an act can send: the recipients of unused releases, or those who gave the copies held."""
    if act is ItemAct.DISPATCH:
        found = [each.recipient for each in item.releases if each.by.code == offers.own.code and each.used_by is None]
    else:
        found = [copy.path[-1].giver for copy in item.held_by(offers.own.code) if copy.path]
    return tuple({body.code: body for body in found}.values())


def _channel(tell: Teller, offers: Offers, regimes: tuple[Regime, ...], other: Body, channel: Channel) -> ChannelRow:
    """Tell whether a channel is open, by any means that was agreed, and by which rule it is or is not."""
    pair, openers = (offers.own, other), open_channels(regimes).get(channel, ())
    faults: list[tuple[str, str | None]] = []
    for means in (None, *offers.scene.means):
        faults = list(channel_faults(offers.scene, regimes, pair, channel, means, tell.today))
        if not faults and regimes:
            rules = [rule.rule for _, rule in openers]
            with_means = f": {means}" if means else ""
            words = tell.tongue.t("secret.act.channel_open") + with_means
            return ChannelRow(channel=channel, open=True, words=words, article=tell.articles(rules))
    words = " ".join(dict.fromkeys(ground(object_to(code), tell.tongue) for code, _ in faults))
    return ChannelRow(
        channel=channel,
        open=False,
        words=words or tell.tongue.t("secret.new.no_regime"),
        article=tell.articles(rule for _, rule in faults if rule),
    )
