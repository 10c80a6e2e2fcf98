"""What two sides agree on beside a treaty: means of encryption, channels, marking and registering in advance."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from exchange.protection.core.acts import MAY, Verb
from exchange.protection.core.objections import Objection, Refusal, object_to, refuse
from exchange.protection.core.regimes import belongs
from exchange.protection.core.scene import Body, Caller, Scene
from schemas.admission import AgreementWanted
from schemas.protection import Written
from schemas.regimes import Regime
from schemas.secrecy import AgreementKind, Channel, ChannelNeed

_NEEDS = {AgreementKind.MEANS: ChannelNeed.MEANS, AgreementKind.WAY: ChannelNeed.AGREEMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One agreement; it counts once the other side has named the same (`agreed_at`); `until` is its last day."""

    kind: AgreementKind
    code: str
    regime: str
    sides: frozenset[str]
    parties: frozenset[str]
    channel: Channel | None
    reference: Written
    since: date
    until: date | None
    proposed_by: str
    proposed_at: datetime
    agreed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AgreementDecision:
    """What a word on an agreement leads to, and whom it tells: the other side, or the competent bodies (KA-6.7)."""

    agreement: Agreement
    told: tuple[str, ...]
    rule: str


def decide_agreement(
    kind: AgreementKind, body: AgreementWanted, known: Agreement | None, caller: Caller, scene: Scene, now: datetime
) -> AgreementDecision | Refusal:
    """Decide on a proposal, or on the other side's agreement to it; nothing counts that only one side said.

    `known` is what stands under the same kind and code. Whoever proposed may say it anew until the other agreed.
    """
    own, other, regime = scene.bodies[caller.body], scene.bodies.get(body.other), scene.law.regimes.get(body.regime)
    found = list(_role(caller))
    if other is None:
        found.append(object_to("body_unknown", "/other"))
    elif own.party == other.party:
        found.append(object_to("own_state", "/other"))
    if body.until is not None and body.until < body.since:
        found.append(object_to("agreement_term", "/until"))
    if regime is None or other is None or not (belongs(regime, own) and belongs(regime, other)):
        found.append(object_to("agreement_not_known", "/regime", regime=body.regime))
        return refuse(found)
    channel = getattr(body, "channel", None)
    rule = _rule(kind, channel, regime)
    if rule is None:
        found.append(object_to("agreement_not_known", "/regime", regime=body.regime))
    if kind is not AgreementKind.STANDING:
        found += _of_sides(regime, own, other, scene, rule)
    named = Agreement(
        kind=kind,
        code=body.code,
        regime=regime.id,
        sides=frozenset({own.code, other.code}),
        parties=frozenset({own.party, other.party}),
        channel=channel,
        reference=body.reference,
        since=body.since,
        until=body.until,
        proposed_by=own.code,
        proposed_at=now,
    )
    found += _of_known(named, known, own)
    if found or rule is None:
        return refuse(found)
    if known is None or known.proposed_by == own.code:
        return AgreementDecision(named, (other.code,), rule)
    return AgreementDecision(replace(known, agreed_at=now), _told(regime, own, other, scene), rule)


def _role(caller: Caller) -> Iterator[Objection]:
    if Verb.DECIDE not in MAY[caller.role]:
        yield object_to("role_may_not")


def _rule(kind: AgreementKind, channel: Channel | None, regime: Regime) -> str | None:
    """Return the rule of a regime that leaves something to such an agreement, or None."""
    if kind is AgreementKind.STANDING:
        return None if regime.standing is None else regime.standing.rule
    left = (each for each in regime.channels if each.needs is _NEEDS[kind] and channel in {None, each.channel})
    return next((each.rule for each in left), None)


def _of_sides(regime: Regime, own: Body, other: Body, scene: Scene, rule: str | None) -> Iterator[Objection]:
    """Object to sides that are not the competent bodies of their Parties (KA-5.6, KA-5.7, KL-6.2)."""
    if scene.competent.get((regime.id, own.party)) != own.code:
        yield object_to("not_competent_body", rule=rule, regime=regime.id)
    competent = scene.competent.get((regime.id, other.party))
    if competent != other.code:
        yield object_to("agreement_side", "/other", rule=rule, who=competent or "–")


def _of_known(named: Agreement, known: Agreement | None, own: Body) -> Iterator[Objection]:
    """Object to a code that stands for something else, and to a word that was said already."""
    if known is None:
        return
    if own.code not in known.sides or known.sides != named.sides:
        yield object_to("agreement_other", "/code")
    elif known.agreed_at is not None:
        yield object_to("agreement_made", "/code")
    elif known.proposed_by != own.code and not _same(named, known):
        yield object_to("agreement_other", "/reference")


def _same(one: Agreement, other: Agreement) -> bool:
    return replace(one, proposed_by=other.proposed_by, proposed_at=other.proposed_at) == other


def _told(regime: Regime, own: Body, other: Body, scene: Scene) -> tuple[str, ...]:
    """Return whom the agreement of both reaches: the other side, and the competent bodies where they keep informed."""
    competent = [scene.competent.get((regime.id, each.party)) for each in (own, other)] if regime.handling_told else []
    told = dict.fromkeys([other.code, *(code for code in competent if code is not None)])
    return tuple(code for code in told if code != own.code)
