"""The frozen item: what its record says so far of the information, its numbered copies, consents and breaches."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from exchange.core.deadlines import Calculation
from exchange.protection.core.scene import Body, Passage
from schemas.protection import Content, Register, ReportBreach, Requirements, Scope
from schemas.secrecy import (
    BreachState,
    ConsentKind,
    CopyKind,
    CopyState,
    DutyKind,
    DutyState,
    ItemKind,
    ItemState,
    Mark,
)


@dataclass(frozen=True, slots=True)
class Need:
    """A consent that a rule of a regime asks for: any one of the bodies gives it."""

    regime: str
    rule: str
    bodies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Given:
    """A body's written consent, and when it was given."""

    body: str
    reference: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A numbered consent: who asked, for what exactly, who must agree and who did; it is used once."""

    number: int
    kind: ConsentKind
    asker: str
    scope: Scope
    needs: tuple[Need, ...]
    asked_at: datetime
    given: tuple[Given, ...] = ()
    denied_by: str | None = None
    withdrawn_by: str | None = None
    used_by: int | None = None

    @property
    def grantors(self) -> frozenset[str]:
        """The bodies whose word counts for it."""
        return frozenset(code for need in self.needs for code in need.bodies)

    @property
    def complete(self) -> bool:
        """Whether everybody whose consent is needed gave it."""
        said = {each.body for each in self.given}
        return all(need.bodies & said for need in self.needs)

    @property
    def open(self) -> bool:
        """Whether it can still be given, denied, withdrawn or used."""
        return self.denied_by is None and self.withdrawn_by is None and self.used_by is None

    @property
    def usable(self) -> bool:
        """Whether it can be used now."""
        return self.open and self.complete


@dataclass(frozen=True, slots=True, kw_only=True)
class Transit:
    """Copies on their way: to whom, by which act, under what; `mark` is what the recipient will add."""

    recipient: Body
    sender: Body
    seq: int
    dispatched_at: datetime
    mark: Mark | None
    forms: frozenset[str]
    passage: Passage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyNote:
    """What the original bears on its copies: how many were made, to whom they went, by whom (A-N7)."""

    copy: int
    made: tuple[int, ...]
    to_whom: str
    made_by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedCopy:
    """One numbered copy: who holds it, under which mark of its own, and how it came there.

    `mark` is the holder's own; None once the mark was removed there. `maker` is the body that made the copy; `path` is
    empty with those that made the information.
    """

    number: int
    kind: CopyKind
    holder: Body
    state: CopyState = CopyState.HELD
    mark: Mark | None
    own_number: str
    maker: str
    made_from: int | None = None
    language: str | None = None
    path: tuple[Passage, ...] = ()
    transit: Transit | None = None

    @property
    def received(self) -> bool:
        """Whether its holder got it from another body."""
        return bool(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A decision to give the item to one body for one purpose; one dispatch uses it.

    `consent` is that of the givers where the recipient is a third party to them.
    """

    number: int
    by: Body
    recipient: Body
    purpose: str
    copies: int
    regimes: tuple[str, ...]
    decided_at: datetime
    until: date | None
    outcome: str | None
    consent: int | None = None
    used_by: int | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether its term has not run out (R-5)."""
        return self.until is None or day <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A breach from its report to its close."""

    number: int
    reporter: Body
    report: ReportBreach
    state: BreachState = BreachState.REPORTED
    reported_at: datetime
    findings: str | None = None
    measures: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What a body owes, with its due moment; `subject` is the act, consent or breach that opened it."""

    id: str
    kind: DutyKind
    body: Body
    subject: int
    calculation: Calculation
    steps: tuple[str, ...]
    state: DutyState = DutyState.RUNNING
    closed_at: datetime | None = None

    @property
    def due_at(self) -> datetime:
        """The first instant that is too late."""
        return self.calculation.due_at

    def overdue(self, now: datetime) -> bool:
        """Whether it runs and its due moment was reached."""
        return self.state is DutyState.RUNNING and now >= self.due_at


@dataclass(frozen=True, slots=True)
class Bond:
    """The regimes between two makers of a joint item, as they were when it was registered."""

    bodies: frozenset[str]
    parties: frozenset[str]
    regimes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A protected item as its record tells it; `mark` is the originator's own."""

    id: str
    seq: int
    recorded_at: datetime
    number: str
    state: ItemState
    originator: Body
    makers: tuple[Body, ...]
    bonds: tuple[Bond, ...] = ()
    registered: Register
    registered_at: datetime
    mark: Mark | None
    floor: Mark | None = None
    inherited: tuple[Passage, ...] = ()
    copies: tuple[NumberedCopy, ...] = ()
    notes: tuple[CopyNote, ...] = ()
    releases: tuple[Release, ...] = ()
    consents: tuple[Consent, ...] = ()
    breaches: tuple[Breach, ...] = ()
    duties: tuple[Duty, ...] = ()
    known_bodies: tuple[Body, ...] = field(default=())

    @property
    def kind(self) -> ItemKind:
        """What carries the information."""
        return self.registered.kind

    @property
    def purpose(self) -> str:
        """What it was made for."""
        return self.registered.purpose

    @property
    def requirements(self) -> Requirements | None:
        """The additional protection that the giver asks for (A-5.6)."""
        return self.registered.requirements

    @property
    def content(self) -> Content | None:
        """The digest and size of its sealed content, if it has any."""
        return self.registered.content

    def copy(self, number: int) -> NumberedCopy | None:
        """Return a copy by its number, or None."""
        return self.copies[number - 1] if 1 <= number <= len(self.copies) else None

    def held_by(self, code: str) -> tuple[NumberedCopy, ...]:
        """Return the copies that a body holds now."""
        return tuple(each for each in self.copies if each.holder.code == code and each.state is CopyState.HELD)

    def release(self, number: int) -> Release | None:
        """Return a release by its number, or None."""
        return self.releases[number - 1] if 1 <= number <= len(self.releases) else None

    def consent(self, number: int | None) -> Consent | None:
        """Return a consent by its number, or None."""
        return self.consents[number - 1] if number is not None and 1 <= number <= len(self.consents) else None

    def breach(self, number: int) -> Breach | None:
        """Return a breach by its number, or None."""
        return self.breaches[number - 1] if 1 <= number <= len(self.breaches) else None

    def made_by(self, code: str) -> bool:
        """Tell whether a body is the item's originator or one of its makers."""
        return any(maker.code == code for maker in self.makers)


def steps(copy: NumberedCopy) -> Iterator[tuple[Passage, Body]]:
    """Yield each giving of a copy with its receiver; one that goes back ends with the body that it goes to."""
    if copy.transit is None:
        passages, last = copy.path, copy.holder
    elif copy.transit.passage is None:
        passages, last = copy.path[:-1], copy.transit.recipient
    else:
        passages, last = (*copy.path, copy.transit.passage), copy.transit.recipient
    yield from zip(passages, (*(passage.giver for passage in passages[1:]), last), strict=bool(passages))
