"""Marks as people know them: the stamp of the state that set it, and its name in the reader's language."""

from collections.abc import Iterator
from dataclasses import dataclass

from exchange.protection.core.marks import degree
from exchange.protection.core.scene import Law
from exchange.tongues import Tongue
from schemas.regimes import Degree
from schemas.secrecy import Mark


@dataclass(frozen=True, slots=True)
class Stamp:
    """A mark of one Party: what its carriers bear, and what it is called; no mark once it was removed."""

    mark: Mark | None
    words: str
    name: str

    @property
    def tone(self) -> str:
        """What it looks like; its words say the same."""
        return "none" if self.mark is None else self.mark.value


def stamp_of(law: Law, tongue: Tongue, party: str, mark: Mark | None) -> Stamp:
    """Return the stamp that a Party's bodies set for a mark, and the mark's name."""
    if mark is None:
        return Stamp(None, tongue.t("secret.mark.none"), tongue.t("secret.mark.none"))
    name = tongue.t(f"secret.mark.{mark}")
    found = next(_degrees(law, party, mark), None)
    return Stamp(mark, name if found is None else found.stamp, name)


def stamps_of(law: Law, tongue: Tongue, party: str) -> tuple[Stamp, ...]:
    """Return every stamp of a Party's own scheme, the highest first."""
    return tuple(
        stamp_of(law, tongue, party, mark) for mark in Mark if next(_degrees(law, party, mark), None) is not None
    )


def _degrees(law: Law, party: str, mark: Mark) -> Iterator[Degree]:
    for regime in law.regimes.values():
        found = degree(regime, party, mark)
        if found is not None:
            yield found
