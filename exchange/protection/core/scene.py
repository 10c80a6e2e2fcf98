"""What the law needs to know beside an item: the data of the regimes, and the registry's facts on the day of an act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from exchange.core.calendar import Calendar
from schemas.regimes import Regime, ReleaseOrder
from schemas.secrecy import Channel, Mark, Office
from schemas.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Body:
    """A body that takes part: its Party, its zone; an office for the organisation's; whether it is a legal person."""

    code: str
    party: str
    zone: str
    office: Office | None = None
    legal_person: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a role of a body; `who` is `person:LOGIN` or `token:NUMBER`."""

    body: str
    role: Role
    who: str


@dataclass(frozen=True, slots=True)
class Binding:
    """A Party and the days on which a regime is in force for it; `left_on` is the first day that it is not.

    `released_on` is the day from which the Parties released each other from protecting (KL-14).
    """

    regime: str
    party: str
    since: date
    left_on: date | None = None
    released_on: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the regime is in force for the Party on a day."""
        return self.since <= day and (self.left_on is None or day < self.left_on)


@dataclass(frozen=True, slots=True)
class AgreedWay:
    """A channel that the competent bodies of two Parties agreed on, by a written reference; `until` is its last day."""

    regime: str
    parties: frozenset[str]
    channel: Channel
    reference: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """A means of encryption, and the competent bodies that agreed on it; `until` is its last day."""

    code: str
    agreed_by: frozenset[str]
    reference: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class StandingAgreement:
    """A standing written agreement of authorised bodies on marking and registering (KA-6.7)."""

    regime: str
    bodies: frozenset[str]
    reference: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Clearance:
    """A person's clearance in its issuer's scheme; `until` is the first instant at which it no longer holds."""

    person: str
    issuer: str
    mark: Mark
    since: datetime
    until: datetime | None = None

    def holds_at(self, now: datetime) -> bool:
        """Tell whether it holds at an instant."""
        return self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Grant:
    """A person's need: which item, for which purpose, by which document; `until` is the first instant without it."""

    person: str
    item: str
    purpose: str
    document: str
    since: datetime
    until: datetime | None = None

    def holds_at(self, now: datetime) -> bool:
        """Tell whether it holds at an instant."""
        return self.since <= now and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who reads, copies or visits: the body that it belongs to and its clearances."""

    code: str
    body: Body
    clearances: tuple[Clearance, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """An item that another is derived from, as the originator's body holds it; its mark is that body's own."""

    item: str
    held: bool
    mark: Mark | None
    passages: tuple["Passage", ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A giving of one body to another: under which regimes, for which purpose, by which release."""

    giver: Body
    regimes: tuple[str, ...]
    purpose: str
    release: int
    mark: Mark | None = None
    """The giver's own mark when it gave."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a national release procedure led to: an approval for one item, one recipient, one purpose, and a term."""

    code: str
    item: str
    sender: str
    recipient: str
    purpose: str
    approved: bool
    until: date | None


@dataclass(frozen=True, slots=True)
class Law:
    """The data that the law is read from."""

    regimes: Mapping[str, Regime]
    orders: Mapping[str, ReleaseOrder] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The registry's facts for one act. `bodies`, `people`, `sources` and `outcomes` hold those that the act names.

    `competent` gives the competent body of a Party under a regime, by `(regime, party)`; `experts` who gives the
    expert conclusion under a state's order of release, by the order.
    """

    law: Law
    bindings: tuple[Binding, ...] = ()
    competent: Mapping[tuple[str, str], str] = field(default_factory=dict)
    experts: Mapping[str, str] = field(default_factory=dict)
    bodies: Mapping[str, Body] = field(default_factory=dict)
    ways: tuple[AgreedWay, ...] = ()
    means: Mapping[str, Means] = field(default_factory=dict)
    standing: tuple[StandingAgreement, ...] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)
