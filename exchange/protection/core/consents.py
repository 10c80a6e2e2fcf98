"""Whose consent an act needs: every rule of every regime that information was given under, all of them together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from exchange.protection.core.item import Bond, Item, Need, NumberedCopy, steps
from exchange.protection.core.regimes import protecting
from exchange.protection.core.scene import Body, Passage, Scene
from schemas.protection import Scope
from schemas.regimes import Ban, ConsentRule, Regime
from schemas.secrecy import ConsentKind, CopyState, Mark, Origin, Spare, Whose

SCOPE_FIELDS: dict[ConsentKind, frozenset[str]] = {
    ConsentKind.COPY: frozenset({"count"}),
    ConsentKind.TRANSLATE: frozenset({"language"}),
    ConsentKind.REGRADE: frozenset({"mark"}),
    ConsentKind.DECLASSIFY: frozenset(),
    ConsentKind.DESTROY: frozenset({"copies"}),
    ConsentKind.RETURN: frozenset({"copies"}),
    ConsentKind.THIRD_PARTY: frozenset({"recipient"}),
    ConsentKind.JOINT_MARK: frozenset({"mark"}),
}
"""What a consent of each kind names, exactly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What of an act its consents depend on: the copies (all that the body holds if None), the recipient.

    `translating` is the language of a translation that is the body's first into it; a regime may spare that one from a
    consent, and spare from one in a crisis (KL-7.1, KL-7.8). The recipient decides whether it is a third party.
    """

    copies: tuple[NumberedCopy, ...] | None = None
    recipient: Body | None = None
    translating: str | None = None
    crisis: bool = False

    def spares(self, regime: Regime, body: Body) -> frozenset[Spare]:
        """Return what spares under one regime: the first translation only into a national language of the holder."""
        party = regime.parties.get(body.party)
        national = party is not None and self.translating in party.languages
        found = {Spare.FIRST_TRANSLATION: national, Spare.CRISIS: self.crisis}
        return frozenset(spare for spare, holds in found.items() if holds)


PLAIN = Case()


def needed(kind: ConsentKind, item: Item, body: Body, scene: Scene, day: date, case: Case = PLAIN) -> tuple[Need, ...]:
    """Return every consent that an act of a body needs, by every rule of every regime together."""
    found = [
        *_received(kind, item, body, scene, day, case),
        *_given(kind, item, body, scene, day),
        *_joint(kind, item, body, scene, day, case.recipient),
    ]
    return tuple(dict.fromkeys(found))


def bans(
    kind: ConsentKind, copies: Iterable[NumberedCopy], scene: Scene, day: date, *, crisis: bool = False
) -> Iterator[Ban]:
    """Yield what forbids an act on received copies whatever anybody consents to (KL-7.5), save in a crisis (KL-7.8)."""
    spares = {Spare.CRISIS} if crisis else set()
    for copy in copies:
        for passage, receiver in steps(copy):
            for regime in _of(passage, receiver, scene, day):
                for ban in regime.bans:
                    if ban.kind is kind and copy.mark in ban.marks and not spares & set(ban.spares):
                        yield ban


def fits(scope: Scope, wanted: Scope, kind: ConsentKind) -> bool:
    """Tell whether a consent's scope covers what is about to be done: no more, and nothing else."""
    if kind is ConsentKind.COPY:
        return (wanted.count or 0) <= (scope.count or 0)
    if kind in {ConsentKind.DESTROY, ConsentKind.RETURN}:
        return set(wanted.copies or ()) <= set(scope.copies or ())
    return all(getattr(scope, name) == getattr(wanted, name) for name in SCOPE_FIELDS[kind])


def is_third(regime: Regime, recipient: Body, parties: Iterable[str]) -> bool:
    """Tell whether a recipient is a third party to a giving between Parties (A-5.3, A-5.7, KA-4, KL-4)."""
    office = recipient.party in regime.third_party.not_third and recipient.office is not None
    return recipient.party not in set(parties) and not office


def _received(kind: ConsentKind, item: Item, body: Body, scene: Scene, day: date, case: Case) -> Iterator[Need]:
    """Yield the consents of those who gave: along each copy's whole path, and along those of an item's sources."""
    for copy in item.held_by(body.code) if case.copies is None else case.copies:
        inherited = [(passage, body, True) for passage in item.inherited]
        for passage, receiver, derived in [*((*step, False) for step in steps(copy)), *inherited]:
            for regime in _of(passage, receiver, scene, day):
                if derived and kind not in regime.marks.derived_consents:
                    continue
                parties = {passage.giver.party, receiver.party}
                for rule in _rules(regime, kind, Origin.RECEIVED, copy.mark, case.spares(regime, body)):
                    if case.recipient is None or is_third(regime, case.recipient, parties):
                        yield Need(regime.id, rule.rule, _speakers(rule, regime, (passage.giver,), scene))


def _given(kind: ConsentKind, item: Item, body: Body, scene: Scene, day: date) -> Iterator[Need]:
    """Yield the consents of those to whom a body gave the item, as long as it is out (KA-6.4)."""
    for copy in item.copies:
        mark = copy.transit.mark if copy.transit is not None else copy.mark
        for passage, receiver in steps(copy) if copy.state is not CopyState.DESTROYED else ():
            if passage.giver.code == body.code:
                for regime in _of(passage, receiver, scene, day):
                    for rule in _rules(regime, kind, Origin.GIVEN, mark, frozenset()):
                        yield Need(regime.id, rule.rule, _speakers(rule, regime, (receiver,), scene))


def _joint(
    kind: ConsentKind, item: Item, body: Body, scene: Scene, day: date, recipient: Body | None
) -> Iterator[Need]:
    """Yield the consents of the other makers of a joint item (A-7.6, KA-6.3, KA-6.4, KL-4)."""
    for bond in item.bonds:
        if body.code not in bond.bodies:
            continue
        other = next(maker for maker in item.makers if maker.code in bond.bodies and maker.code != body.code)
        for regime in protecting(scene, bond.regimes, bond.parties, day):
            for rule in _rules(regime, kind, Origin.JOINT, item.mark, frozenset()):
                if recipient is None or is_third(regime, recipient, bond.parties):
                    yield Need(regime.id, rule.rule, _speakers(rule, regime, (other,), scene))


def _of(passage: Passage, holder: Body, scene: Scene, day: date) -> tuple[Regime, ...]:
    """Return the regimes that still protect what a passage gave."""
    return protecting(scene, passage.regimes, frozenset({passage.giver.party, holder.party}), day)


def _rules(
    regime: Regime, kind: ConsentKind, when: Origin, mark: Mark | None, spares: frozenset[Spare]
) -> Iterator[ConsentRule]:
    """Yield a regime's rules on a consent; what is no longer marked needs none."""
    for rule in regime.consents:
        concerns = rule.kind is kind and rule.when is when and mark is not None
        if concerns and (rule.marks is None or mark in rule.marks) and not spares & set(rule.spares):
            yield rule


def _speakers(rule: ConsentRule, regime: Regime, bodies: tuple[Body, ...], scene: Scene) -> frozenset[str]:
    """Return the bodies any of which gives a consent; none where the registry knows no competent body."""
    own = frozenset(body.code for body in bodies)
    competent = frozenset(code for body in bodies if (code := scene.competent.get((regime.id, body.party))) is not None)
    return {
        Whose.GIVER: own,
        Whose.RECIPIENT: own,
        Whose.OTHERS: own,
        Whose.GIVER_PARTY: own | competent,
        Whose.OTHERS_PARTY: own | competent,
        Whose.GIVER_COMPETENT: competent,
        Whose.OTHERS_COMPETENT: competent,
    }[rule.of]


def bonds_of(makers: tuple[Body, ...], pairs: Iterable[tuple[Body, Body, tuple[Regime, ...]]]) -> tuple[Bond, ...]:
    """Return the bonds between the makers of a joint item, one for each pair under a regime."""
    codes = {maker.code for maker in makers}
    return tuple(
        Bond(frozenset({one.code, other.code}), frozenset({one.party, other.party}), tuple(each.id for each in regimes))
        for one, other, regimes in pairs
        if {one.code, other.code} <= codes and regimes
    )
