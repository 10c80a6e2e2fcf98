"""Who may read an item: every condition must hold at the moment of reading; every missing one is named."""

from dataclasses import dataclass
from datetime import date, datetime

from exchange.core.deadlines import local_day
from exchange.protection.core.acts import MAY, Verb
from exchange.protection.core.bound import binding, told_to
from exchange.protection.core.item import Item, NumberedCopy
from exchange.protection.core.marks import counterpart, covers
from exchange.protection.core.objections import Refusal, object_to, refuse
from exchange.protection.core.regimes import in_force, protecting
from exchange.protection.core.scene import Clearance, Grant, Passage, Person, Scene
from schemas.regimes import Regime
from schemas.secrecy import Mark
from schemas.vocabulary import Role


@dataclass(frozen=True, slots=True)
class MayRead:
    """Access: to which copy, on which grant; it is written to the record before the content is given."""

    copy: NumberedCopy
    grant: Grant


def may_read(
    item: Item, person: Person, role: Role, grants: tuple[Grant, ...], scene: Scene, now: datetime
) -> MayRead | Refusal:
    """Decide whether a person may read an item now (A-5.5, A-5.4, A-5.2, KA-4, KL-4).

    1. its role reads at all; 2. its body holds a copy; 3. it holds a valid clearance of at least that degree;
    4. a grant names the item, the purpose and the document; 5. the grant's purpose is the transfer's.
    """
    found = []
    rule = rule_of(item, person.body.code, scene, "rule", "A-5.5")
    if Verb.READ not in MAY[role]:
        found.append(object_to("role_may_not", rule=rule))
    held = item.held_by(person.body.code)
    if not held:
        found.append(object_to("no_copy", rule=rule))
    # Without a copy the clearance is judged by the item's own mark, so that everything missing is named at once.
    copies = [each for each in held if cleared(person, each, item, scene, now)]
    if (held and not copies) or (not held and not _cleared_for(person, item.mark, (), scene, now)):
        found.append(object_to("not_cleared", rule=rule))
    named = [each for each in grants if each.person == person.code and each.item == item.id and each.holds_at(now)]
    if not named:
        found.append(object_to("no_grant", rule=rule))
    allowed = {plain(purpose) for purpose in purposes(item, person.body.code, local_day(now, person.body.zone))}
    fitting = [each for each in named if plain(each.purpose) in allowed]
    if named and held and not fitting:
        over = {plain(each.purpose) for each in item.releases if each.recipient.code == person.body.code}
        if any(plain(each.purpose) in over for each in named):
            found.append(object_to("giving_over"))
        else:
            purpose_rule = rule_of(item, person.body.code, scene, "purpose_rule", "A-5.2")
            found.append(object_to("other_purpose", rule=purpose_rule))
    if found or not copies or not fitting:
        party = person.body.party
        return refuse(told_to(found, party, scene.law, binding(item, party)))
    return MayRead(copies[0], fitting[0])


def purposes(item: Item, code: str, day: date) -> frozenset[str]:
    """Return the purposes for which a body may use an item: its own, or those of the releases to it (A-5.2, R-5)."""
    own = {item.purpose} if item.made_by(code) else set()
    return frozenset(
        own | {each.purpose for each in item.releases if each.recipient.code == code and each.holds_on(day)}
    )


def cleared(person: Person, copy: NumberedCopy, item: Item, scene: Scene, now: datetime) -> bool:
    """Tell whether a person's clearance reaches a copy in the hands of its body."""
    if copy.holder.code != person.body.code:
        return False
    ways = copy.path or tuple(
        Passage(copy.holder, bond.regimes, item.purpose, 0) for bond in item.bonds if copy.holder.code in bond.bodies
    )
    return _cleared_for(person, copy.mark, ways, scene, now)


def _cleared_for(person: Person, mark: Mark | None, ways: tuple[Passage, ...], scene: Scene, now: datetime) -> bool:
    """Tell whether a person holds a valid clearance of at least a degree.

    Its own Party's counts, and another's where a regime that the information was given under recognises it (A-5.4).
    What no longer bears a mark needs none; nor does a level for which no regime of its body's Party asks one (KL-4).
    """
    if mark is None or mark in _free(person.body.party, scene):
        return True
    day = local_day(now, person.body.zone)
    given = {each for way in ways for each in way.regimes}
    recognising = [  # a state that left is no member state any more
        regime
        for regime in protecting(scene, sorted(given), frozenset({person.body.party}), day)
        if regime.access.recognises is not None and in_force(scene, regime.id, person.body.party, day)
    ]
    for each in person.clearances:
        members = [regime for regime in recognising if in_force(scene, regime.id, each.issuer, day)]
        if each.holds_at(now) and _reaches(each, person.body.party, mark, members):
            return True
    return False


def _reaches(clearance: Clearance, party: str, mark: Mark, recognising: list[Regime]) -> bool:
    """Tell whether a clearance reaches a degree in the scheme of a Party."""
    if clearance.issuer == party:
        return covers(clearance.mark, mark)
    found = (counterpart(regime, clearance.issuer, party, clearance.mark) for regime in recognising)
    return any(each is not None and covers(each, mark) for each in found)


def _free(party: str, scene: Scene) -> frozenset[Mark]:
    """Return the levels of a Party for which no clearance is asked."""
    return frozenset(
        mark
        for regime in scene.law.regimes.values()
        if party in regime.parties
        for mark in regime.access.clearance_free
    )


def rule_of(item: Item, code: str, scene: Scene, name: str, default: str) -> str:
    """Return the rule on access that binds a body: of the regime that it got the item under; else the Agreement's."""
    passages = (copy.path[-1] for copy in item.held_by(code) if copy.path)
    regimes = (scene.law.regimes[each] for passage in passages for each in passage.regimes)
    return next((str(getattr(regime.access, name)) for regime in regimes), default)


def plain(text: str) -> str:
    """Return a purpose as it compares: case and spacing aside."""
    return " ".join(text.casefold().split())
