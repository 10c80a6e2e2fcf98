"""What a paper is made from: an item as its reader sees it, and the act that the paper is of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from exchange.letters.letter import Party
from exchange.protection.core.entry import Entry
from exchange.protection.core.item import Item
from exchange.protection.core.marks import degree
from exchange.protection.core.scene import Body, Law
from exchange.protection.core.seeing import Sight
from schemas.protection_views import ProtectedItemView
from schemas.regimes import Degree, Regime
from schemas.secrecy import Mark


@dataclass(frozen=True, slots=True)
class Names:
    """What bodies (by code), Parties and marks are called."""

    law: Law
    bodies: Mapping[str, str]

    def name(self, code: str) -> str:
        """Return what a body is called; its code where the registry has no name."""
        return self.bodies.get(code, code)

    def party(self, body: Body) -> Party:
        """Return a body as a letter names it."""
        return Party(name=self.name(body.code), state=self.state(body.party))

    def state(self, party: str) -> str | None:
        """Return the full name of a Party."""
        found = (each.parties[party].name for each in self.law.regimes.values() if party in each.parties)
        return next((name["ru"] for name in found if "ru" in name), None)

    def stamp(self, party: str, mark: Mark) -> str:
        """Return the stamp that a Party's bodies set for a mark."""
        found = self._degree(party, mark)
        return mark.value if found is None else found.stamp

    def mark(self, party: str, mark: Mark) -> str:
        """Return the stamp of a Party for a mark, with what it says in Russian where it does not say so itself."""
        found, stamp = self._degree(party, mark), self.stamp(party, mark)
        russian = None if found is None else found.words.get("ru")
        return stamp if russian is None or russian.casefold() in stamp.casefold() else f"{stamp} ({russian})"

    def regimes(self, codes: Iterable[str]) -> tuple[Regime, ...]:
        """Return regimes by their codes."""
        return tuple(self.law.regimes[code] for code in codes)

    def _degree(self, party: str, mark: Mark) -> Degree | None:
        degrees = (degree(regime, party, mark) for regime in self.law.regimes.values())
        return next((found for found in degrees if found is not None), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """By what a paper is proved: an entry of the record `number`, its digest, and the key of its seal (RFC 7638)."""

    author: Body
    number: str
    seq: int
    recorded_at: datetime
    digest: bytes
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An item of a proved record. `entry` is the act in writing, or the last one; `before` is the item before it.

    `reader` asks for the paper, `view` is what its body sees of the item.
    """

    sight: Sight
    view: ProtectedItemView
    reader: Body
    record: tuple[Entry, ...]
    entry: Entry
    before: Item | None
    names: Names
    proof: Proof
    sample: bool

    @property
    def item(self) -> Item:
        """The item before the act, or as it was registered."""
        return self.before or self.sight.item

    def body(self, code: str) -> Body:
        """Return a body of the item by its code."""
        return known(self.sight.item, self.reader, code)


def known(item: Item, reader: Body, code: str) -> Body:
    """Return a body that an item knows, or who reads, by its code."""
    return next(each for each in (*item.known_bodies, reader) if each.code == code)
