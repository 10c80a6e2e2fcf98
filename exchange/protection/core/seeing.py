"""How much of an item a body sees: its makers all of it, everybody else what it holds, gave, awaits or is asked."""

from collections.abc import Collection
from dataclasses import dataclass

from exchange.protection.core.acts import Standing
from exchange.protection.core.entry import Entry
from exchange.protection.core.item import Breach, Consent, Duty, Item, NumberedCopy, Release
from exchange.protection.core.lawful import standings
from exchange.protection.core.scene import Body, Scene
from schemas.protection import (
    CloseBreach,
    ConfirmReceipt,
    Declassify,
    DenyConsent,
    Destroy,
    Dispatch,
    GrantConsent,
    Regrade,
    ReportBreach,
    ReportInquiry,
    Return,
    WithdrawConsent,
)


@dataclass(frozen=True, slots=True)
class Sight:
    """What of an item is for the eyes of one body (A-5.5, A-N1: no more than its work needs).

    `parties` are those whose competent body it is; `whole` is for those who made the item. The designation, the
    purpose and the content's digest are for those who made or hold it; requirements also for whoever awaits a copy.
    """

    item: Item
    code: str
    standings: frozenset[Standing]
    parties: frozenset[str]

    @property
    def whole(self) -> bool:
        """Whether it sees everything."""
        return Standing.MAKER in self.standings

    @property
    def named(self) -> bool:
        """Whether it sees what the item is called and was made for."""
        return bool(self.standings & {Standing.MAKER, Standing.HOLDER})

    @property
    def requirements(self) -> bool:
        """Whether it sees what additional protection is asked for (A-5.6)."""
        return self.named or Standing.AWAITING in self.standings

    def copy(self, copy: NumberedCopy) -> bool:
        """Tell whether it sees a copy: it holds, awaits, made or gave it, or is competent for whoever does."""
        ways = [copy.holder, *(passage.giver for passage in copy.path)]
        if copy.transit is not None:
            ways += [copy.transit.recipient, copy.transit.sender]
        return self.whole or copy.maker == self.code or self._concerns(ways)

    def release(self, release: Release) -> bool:
        """Tell whether it sees a decision to release: its own, or the one for it."""
        return self.whole or self._concerns((release.by, release.recipient))

    def purpose(self, release: Release) -> bool:
        """Tell whether it sees what a release is for."""
        return self.whole or self.code in {release.by.code, release.recipient.code}

    def consent(self, consent: Consent) -> bool:
        """Tell whether it sees a consent: it asked for it, or is asked."""
        return self.whole or self.code == consent.asker or self.code in consent.grantors

    def breach(self, breach: Breach) -> bool:
        """Tell whether it sees a breach: found on its side, or told to it (A-10, A-N9)."""
        told = {Standing.MAKER, Standing.HOLDER, Standing.COMPETENT}
        party = next((body.party for body in self.item.known_bodies if body.code == self.code), None)
        return bool(self.standings & told) or breach.reporter.party == party

    def duty(self, duty: Duty) -> bool:
        """Tell whether it sees a duty: its own, or of a body that it is competent for."""
        return self.whole or self._concerns((duty.body,))

    def entry(self, entry: Entry) -> bool:
        """Tell whether it sees what an act says: one that it did, that names it, or that was done to what it sees.

        Whoever gave a copy reads of its receipt, its new mark and its destruction (A-6.3, A-7.7, A-7.9).
        """
        body = entry.body
        if self.whole or entry.author == self.code or any(each.code == self.code for each in entry.ruling.bodies):
            return True
        if isinstance(body, Dispatch | ConfirmReceipt | Return | Destroy | Regrade | Declassify):
            touched = {number for number, _ in entry.ruling.marks} | set(getattr(body, "copies", ()))
            return any(copy.number in touched and self.copy(copy) for copy in self.item.copies)
        if isinstance(body, ReportBreach | ReportInquiry | CloseBreach):
            number = body.breach if not isinstance(body, ReportBreach) else self._reported(body)
            breach = self.item.breach(number)
            return breach is not None and self.breach(breach)
        if isinstance(body, GrantConsent | DenyConsent | WithdrawConsent):
            consent = self.item.consent(body.consent)
            return consent is not None and self.consent(consent)
        if any(self.code in need.bodies for need in entry.ruling.needs):
            return True
        return entry.seq == 1 and self.named

    def _reported(self, body: ReportBreach) -> int:
        return next((each.number for each in self.item.breaches if each.report == body), 0)

    def _concerns(self, bodies: Collection[Body]) -> bool:
        return any(body.code == self.code or body.party in self.parties for body in bodies)


def sight_of(item: Item, code: str, scene: Scene) -> Sight:
    """Return what a body sees of an item; without any standing it must not even know of it."""
    parties = frozenset(party for (_, party), body in scene.competent.items() if body == code)
    return Sight(item, code, standings(item, code, scene), parties)
