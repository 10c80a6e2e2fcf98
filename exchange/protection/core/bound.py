"""Which rules bind a Party on an item: of its own treaties and order, those that bind it here; others are answered."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import chain

from exchange.protection.core.item import Item, steps
from exchange.protection.core.objections import Objection
from exchange.protection.core.scene import Law


def rules_for(rules: Iterable[str], party: str, law: Law, under: Collection[str] = ()) -> tuple[str, ...]:
    """Return the rules of some that bind a Party, in their order, each once.

    `under` are the treaties that bind it here, as `binding` tells: none of the rules may bind it then. Without them any
    of its own count, and where none of the rules binds it, all of them are returned. Where a rule is that of a treaty
    that does not bind it, the answer of one that does stands in its place.
    """
    given = tuple(rules)
    found = (own for rule in given for own in _own(rule, party, law, under))
    return tuple(dict.fromkeys(found)) or (() if under else given)


def told_to(found: Iterable[Objection], party: str, law: Law, under: Collection[str] = ()) -> list[Objection]:
    """Return objections that name the rules which bind a Party; a rule of the treaty that an objection names stays."""
    return [_told(each, each.rule, party, law, under) if each.rule else each for each in found]


def binding(item: Item, party: str) -> frozenset[str]:
    """Return the treaties under which a Party made an item jointly, derived, gave or got it; none for one of its own.

    A decision to release counts before anything is sent: what it is decided under binds its giver.
    """
    ways = [
        *((each.regimes, each.parties) for each in item.bonds),
        *((each.regimes, {each.by.party, each.recipient.party}) for each in item.releases),
        *(
            (passage.regimes, {passage.giver.party, receiver.party})
            for copy in item.copies
            for passage, receiver in steps(copy)
        ),
        *((each.regimes, {maker.party for maker in item.makers}) for each in item.inherited),
    ]
    return frozenset(chain.from_iterable(regimes for regimes, parties in ways if party in parties))


def _told(each: Objection, rule: str, party: str, law: Law, under: Collection[str]) -> Objection:
    named = law.regimes.get(str(each.gaps.get("regime")))
    if named is not None and _document(named.decision.rule) == _document(rule):
        return each
    found = rules_for((rule,), party, law, under)
    if not found and _document(rule) in _orders(law):  # it tells of a term that the giver's own order set
        return each
    return replace(each, rule=next(iter(found), None))


def _own(rule: str, party: str, law: Law, under: Collection[str]) -> Iterator[str]:
    document = _document(rule)
    own = {code: regime for code, regime in law.regimes.items() if party in regime.parties}
    treaties = [regime for code, regime in own.items() if code in under] or list(own.values())
    if document in {_document(regime.decision.rule) for regime in treaties}:
        yield rule
    elif document in _orders(law):
        if party in law.orders:
            yield rule
    else:
        yield from (regime.answers[rule] for regime in treaties if rule in regime.answers)


def _orders(law: Law) -> set[str]:
    return {_document(order.outcome_rule) for order in law.orders.values()}


def _document(rule: str) -> str:
    return rule.partition("-")[0]
