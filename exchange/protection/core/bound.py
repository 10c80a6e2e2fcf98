"""Which rules bind a Party: those of its own treaties and order; another treaty's are answered by its own."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from exchange.protection.core.objections import Objection
from exchange.protection.core.scene import Law


def rules_for(rules: Iterable[str], party: str, law: Law) -> tuple[str, ...]:
    """Return the rules of some that bind a Party, in their order, each once; all of them where none does.

    Where a rule is that of a treaty that does not bind it, the answer of one that does stands in its place.
    """
    given = tuple(rules)
    found = (own for rule in given for own in _own(rule, party, law))
    return tuple(dict.fromkeys(found)) or given


def told_to(found: Iterable[Objection], party: str, law: Law) -> list[Objection]:
    """Return objections that name the rules which bind a Party."""
    return [each if each.rule is None else replace(each, rule=rules_for((each.rule,), party, law)[0]) for each in found]


def _own(rule: str, party: str, law: Law) -> Iterator[str]:
    document = _document(rule)
    treaties = [regime for regime in law.regimes.values() if party in regime.parties]
    if document in {_document(regime.decision.rule) for regime in treaties}:
        yield rule
    elif document in {_document(order.outcome_rule) for order in law.orders.values()}:
        if party in law.orders:
            yield rule
    else:
        yield from (regime.answers[rule] for regime in treaties if rule in regime.answers)


def _document(rule: str) -> str:
    return rule.partition("-")[0]
