"""Degrees of secrecy: their order, their counterparts between two Parties, and the marks of what is derived."""

from collections.abc import Iterable, Mapping

from schemas.regimes import Degree, Regime
from schemas.secrecy import Mark

_ORDER: Mapping[Mark, int] = {mark: rank for rank, mark in enumerate(reversed(Mark))}


def covers(one: Mark, other: Mark) -> bool:
    """Tell whether a degree is at least as high as another."""
    return _ORDER[one] >= _ORDER[other]


def highest(marks: Iterable[Mark]) -> Mark | None:
    """Return the highest of marks, or None of none."""
    return max(marks, key=_ORDER.__getitem__, default=None)


def counterpart(regime: Regime, sender: str, recipient: str, mark: Mark) -> Mark | None:
    """Return how the recipient marks what the sender marked so (A-3, KA-2, KL-3); None where there is none."""
    for row in regime.equivalence:
        if row.sender == sender and row.recipient == recipient:
            return row.marks.get(mark)
    both = sender in regime.parties and recipient in regime.parties
    return mark if both and mark in regime.equal else None


def recipient_mark(regimes: Iterable[Regime], sender: str, recipient: str, mark: Mark) -> Mark | None:
    """Return the mark that the recipient adds under all regimes that apply: the highest; None if one has none."""
    found = [counterpart(regime, sender, recipient, mark) for regime in regimes]
    return highest(each for each in found if each is not None) if all(found) else None


def scheme(regimes: Iterable[Regime], party: str) -> frozenset[Mark]:
    """Return the degrees of a Party's own scheme, from all regimes in the data."""
    return frozenset(mark for regime in regimes if party in regime.parties for mark in regime.parties[party].degrees)


def equivalence_rule(regime: Regime, sender: str, recipient: str) -> str | None:
    """Return the rule that makes marks equivalent between two Parties."""
    rows = (row.rule for row in regime.equivalence if (row.sender, row.recipient) == (sender, recipient))
    return next(rows, regime.equal_rule)


def degree(regime: Regime, party: str, mark: Mark) -> Degree | None:
    """Return a Party's degree with its stamp and its names in languages, or None."""
    return regime.parties[party].degrees.get(mark) if party in regime.parties else None
