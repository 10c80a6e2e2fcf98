"""What a paper is made from: an item as its reader sees it, and the act that the paper is of."""

from collections.abc import Mapping
from dataclasses import dataclass

from exchange.letters.letter import Party
from exchange.protection.core.entry import Entry
from exchange.protection.core.item import Item
from exchange.protection.core.marks import degree
from exchange.protection.core.scene import Body, Law
from exchange.protection.core.seeing import Sight
from schemas.protection_views import ProtectedItemView
from schemas.regimes import Regime
from schemas.secrecy import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An item of a proved record. `entry` is the act in writing, or the last one; `before` is the item before it.

    `reader` asks for the paper, `view` is what its body sees of the item; `names` are those of bodies by code. `digest`
    and `key` are those of the entry and of its seal.
    """

    sight: Sight
    view: ProtectedItemView
    reader: Body
    record: tuple[Entry, ...]
    entry: Entry
    before: Item | None
    digest: bytes
    key: str
    law: Law
    names: Mapping[str, str]
    sample: bool

    @property
    def item(self) -> Item:
        """The item before the act, or as it was registered."""
        return self.before or self.sight.item

    def name(self, code: str) -> str:
        """Return what a body is called; its code where the registry has no name."""
        return self.names.get(code, code)

    def party(self, body: Body) -> Party:
        """Return a body as a letter names it."""
        return Party(name=self.name(body.code), state=self.state(body.party))

    def state(self, party: str) -> str | None:
        """Return the full name of a Party."""
        found = (each.parties[party].name for each in self.law.regimes.values() if party in each.parties)
        return next((name["ru"] for name in found if "ru" in name), None)

    def stamp(self, party: str, mark: Mark) -> str:
        """Return the stamp that a Party's bodies set for a mark."""
        degrees = (degree(regime, party, mark) for regime in self.law.regimes.values())
        return next((found.stamp for found in degrees if found is not None), mark.value)

    def regimes(self, codes: tuple[str, ...]) -> tuple[Regime, ...]:
        """Return regimes by their codes."""
        return tuple(self.law.regimes[code] for code in codes)
