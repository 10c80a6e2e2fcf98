"""Which regimes apply between two bodies on a day, and what they say together."""

from collections.abc import Iterable, Iterator
from datetime import date

from exchange.protection.core.marks import equivalence_rule
from exchange.protection.core.scene import AgreedWay, Body, Means, Scene
from schemas.regimes import ChannelRule, Regime, ReleaseOrder
from schemas.secrecy import Channel, ChannelNeed, Mark


def belongs(regime: Regime, body: Body) -> bool:
    """Tell whether a body is one of a regime's Parties; of an organisation only its standing working bodies (A-5.7)."""
    party = regime.parties.get(body.party)
    return party is not None and (not party.offices or body.office in party.offices)


def in_force(scene: Scene, regime: str, party: str, day: date) -> bool:
    """Tell whether a regime is in force for a Party on a day (A-14, KA-15, KL-14: the registry holds the days)."""
    return any(
        each.regime == regime and each.party == party and each.holds_on(day)  # dates come from the registry alone
        for each in scene.bindings
    )


def applying(scene: Scene, one: Body, other: Body, day: date) -> tuple[Regime, ...]:
    """Return every regime between two bodies on a day: all apply together, and none means that nothing may be sent."""
    if one.party == other.party:
        return ()
    return tuple(
        regime
        for regime in scene.law.regimes.values()
        if belongs(regime, one)
        and belongs(regime, other)
        and in_force(scene, regime.id, one.party, day)
        and in_force(scene, regime.id, other.party, day)
    )


def protecting(scene: Scene, regimes: Iterable[str], parties: frozenset[str], day: date) -> tuple[Regime, ...]:
    """Return those of the regimes that information was given under which still protect it.

    Leaving or ending a regime ends sending, never protection (A-16, KA-15); under KL-14 the Parties release each other.
    """
    found = (scene.law.regimes[each] for each in regimes)
    return tuple(regime for regime in found if not _released(scene, regime, parties, day))


def _released(scene: Scene, regime: Regime, parties: frozenset[str], day: date) -> bool:
    """Tell whether every Party of the giving was released from protecting under a regime that allows it."""
    if regime.survival.until != "released":
        return False
    freed = {
        each.party
        for each in scene.bindings
        if each.regime == regime.id and each.released_on is not None and each.released_on <= day
    }
    return parties <= freed


def open_channels(regimes: Iterable[Regime]) -> dict[Channel, tuple[tuple[Regime, ChannelRule], ...]]:
    """Return the channels that any of the regimes opens (A-6.2 with A-11), each with all who open it."""
    found: dict[Channel, tuple[tuple[Regime, ChannelRule], ...]] = {}
    for regime in regimes:
        for rule in regime.channels:
            found[rule.channel] = (*found.get(rule.channel, ()), (regime, rule))
    return found


def channel_faults(
    scene: Scene, regimes: tuple[Regime, ...], pair: tuple[Body, Body], channel: Channel, means: str | None, day: date
) -> Iterator[tuple[str, str | None]]:
    """Yield what is against a channel under the regimes: codes of objections with their rules.

    One regime that opens it with all that it needs is enough (A-11).
    """
    openers = open_channels(regimes).get(channel, ())
    if not openers:
        for regime in regimes:
            yield "channel_closed", regime.channels[0].rule
        return
    parties = frozenset(body.party for body in pair)
    found = [_lacking(scene, regime, rule, parties, means, day) for regime, rule in openers]
    if not any(each is None for each in found):
        yield from ((each, rule.rule) for each, (_, rule) in zip(found, openers, strict=True) if each)


def _lacking(
    scene: Scene, regime: Regime, rule: ChannelRule, parties: frozenset[str], means: str | None, day: date
) -> str | None:
    """Return what a channel still lacks under one regime, or None."""
    if rule.needs is ChannelNeed.AGREEMENT:
        agreed = any(_agreed(way, regime, rule.channel, parties, day) for way in scene.ways)
        return None if agreed else "channel_not_agreed"
    if rule.needs is ChannelNeed.MEANS:
        competent = {scene.competent.get((regime.id, party)) for party in parties}
        known = scene.means.get(means or "")
        return None if known is not None and _usable(known, competent, day) else "means_not_agreed"
    return None


def _agreed(way: AgreedWay, regime: Regime, channel: Channel, parties: frozenset[str], day: date) -> bool:
    """Tell whether an agreed way opens a channel between Parties on a day."""
    on_time = way.since <= day and (way.until is None or day <= way.until)
    return way.regime == regime.id and way.channel is channel and parties <= way.parties and on_time


def _usable(means: Means, competent: set[str | None], day: date) -> bool:
    """Tell whether both competent bodies agreed on a means, and it holds on a day."""
    on_time = means.since <= day and (means.until is None or day <= means.until)
    return None not in competent and competent <= means.agreed_by and on_time


def order_of(scene: Scene, sender: Body, mark: Mark | None) -> ReleaseOrder | None:
    """Return the sender's national order that binds giving what is marked so, or None (R-3; KL-3: not restricted)."""
    order = scene.law.orders.get(sender.party)
    return None if order is None or mark is None or mark in order.exempt else order


def no_counterpart_rule(regimes: Iterable[Regime], sender: str, recipient: str) -> str | None:
    """Return the rule to name when a mark has no counterpart."""
    rules = [equivalence_rule(regime, sender, recipient) for regime in regimes]
    return next((rule for rule in rules if rule is not None), None)
