"""The frozen request: what the record says so far."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from exchange.core.acts import ENDS
from exchange.core.deadlines import Calculation
from schemas.acts import ActBody, OfferConditions, Refuse, ReportImpediment, ReportResults
from schemas.requests import Submission
from schemas.vocabulary import (
    ActKind,
    AskKind,
    AssistanceState,
    AuthorityKind,
    Country,
    Examined,
    ObligationKind,
    ObligationState,
    Reach,
    Side,
    State,
    Unseen,
)


class ProfileRef(NamedTuple):
    """The version of the treaty's profile that a request pins, with the digest of its bytes."""

    id: str
    version: str
    digest: str

    def __str__(self) -> str:
        """Write it as it stands in explanations."""
        return f"{self.id} {self.version}"


@dataclass(frozen=True, slots=True)
class AuthorityRef:
    """What a request needs to know of an authority; kept as it was when the act was taken."""

    code: str
    name: str
    country: Country | None
    zone: str
    reach: Reach
    kind: AuthorityKind

    @property
    def on_node(self) -> bool:
        """Whether what is sent to it is received at once."""
        return self.reach is Reach.NODE


@dataclass(frozen=True, slots=True)
class Examination:
    """How much of a file the mark guard looked at when it came in, and why not at the rest (Article 10)."""

    extent: Examined = Examined.NONE
    unseen: tuple[Unseen, ...] = ()


@dataclass(frozen=True, slots=True)
class AttachmentRef:
    """A file that an act carries: SHA-256 (hex), size in bytes, name and declared type, to all of which the id commits.

    `active` says that a program, a script or a page could be in it.
    """

    id: str
    sha256: str
    size: int
    name: str
    media_type: str
    active: bool = False
    examination: Examination = Examination()


@dataclass(frozen=True, slots=True)
class Carried:
    """An attachment of a request, and the place in the record of the act that carries it."""

    seq: int
    file: AttachmentRef


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the node that keeps the record established when it took an act: facts that no replay makes again."""

    requesting: AuthorityRef | None = None
    holder: AuthorityRef | None = None
    due: tuple[tuple[ObligationKind, Calculation], ...] = ()
    profile: ProfileRef | None = None
    number: str | None = None
    attachments: tuple[AttachmentRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act as the record holds it; `at` is its arrival, `recorded_at` never before the previous entry's."""

    seq: int
    author: str
    at: datetime
    recorded_at: datetime
    body: Submission | ActBody
    ruling: Ruling = Ruling()

    @property
    def kind(self) -> ActKind:
        """Which act it is."""
        return ActKind.SUBMIT if isinstance(self.body, Submission) else self.body.act


@dataclass(frozen=True, slots=True)
class Revision:
    """A due date that no longer holds, and the act that changed it."""

    due_at: datetime | None
    due_on: date | None
    replaced_by: ActKind
    seq: int
    at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """A duty of one authority with its due moment.

    `due_version` grows with each due date that really is another; `reminded_through` is moved by the scheduler alone.
    """

    id: str
    kind: ObligationKind
    authority: AuthorityRef
    state: ObligationState
    calculation: Calculation
    due_at: datetime | None
    due_on: date | None
    closed_at: datetime | None = None
    due_version: int = 1
    revisions: tuple[Revision, ...] = ()
    reminded_through: datetime | None = None

    @property
    def started_at(self) -> datetime:
        """The instant its term is counted from."""
        return self.calculation.started_at

    @property
    def live(self) -> bool:
        """Whether it still waits to be met."""
        return self.state in {ObligationState.RUNNING, ObligationState.SUSPENDED}

    def overdue(self, now: datetime) -> bool:
        """Whether it runs and its due moment was reached."""
        return self.state is ObligationState.RUNNING and self.due_at is not None and now >= self.due_at


@dataclass(frozen=True, slots=True)
class Item:
    """One numbered item of the assistance sought, and what came of it."""

    number: int
    state: AssistanceState = AssistanceState.OPEN
    outcomes: tuple[str, ...] = ()


class Consent(NamedTuple):
    """The entry with which an authority gave its word: its place in the record, its moment and its author's code."""

    seq: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A numbered ask of one side, and its answer when there is one."""

    kind: AskKind
    number: int
    side: Side
    at: datetime
    asked: ActBody
    answered: ActBody | None = None
    answered_at: datetime | None = None
    answered_by: Consent | None = None

    @property
    def open(self) -> bool:
        """Whether it waits for its answer."""
        return self.answered is None


@dataclass(frozen=True, slots=True)
class Postponement:
    """Execution put off: by which entry, since when, the holder's local day of it, and the day named, if any."""

    seq: int
    at: datetime
    day: date
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request for assistance as its record tells it.

    `steward` is the authority that enters the acts of a holder without a node to which it redirected; `accepted` says
    for each of the conditions in `binding` which entry accepted it.
    """

    id: str
    seq: int
    state: State
    submitted: Submission
    submitted_at: datetime
    recorded_at: datetime
    profile: ProfileRef
    number: str
    received_number: str | None = None
    requesting: AuthorityRef
    holder: AuthorityRef
    past_holders: tuple[AuthorityRef, ...] = ()
    steward: str | None = None
    receipt_pending: bool = True
    dispatched_at: datetime
    received_at: datetime | None = None
    items: tuple[Item, ...]
    asks: tuple[Ask, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    term_days: int | None = None
    suspended_days: int = 0
    postponement: Postponement | None = None
    confirmed_at: datetime | None = None
    held_at: datetime | None = None
    held_until: datetime | None = None
    conditions: OfferConditions | None = None
    binding: tuple[OfferConditions, ...] = ()
    accepted: tuple[Consent, ...] = ()
    impediments: tuple[ReportImpediment, ...] = ()
    refusals: tuple[Refuse, ...] = ()
    results: tuple[ReportResults, ...] = ()
    executed_at: datetime | None = None
    late_redirects: tuple[str, ...] = ()
    attachments: tuple[Carried, ...] = ()
    ended_at: datetime | None = None

    @property
    def ended(self) -> bool:
        """Whether it reached one of its ends."""
        return self.state in ENDS

    @property
    def unconfirmed(self) -> bool:
        """Whether it is urgent and its written confirmation is still to come."""
        return self.submitted.urgent is not None and self.confirmed_at is None and self.state is not State.WITHDRAWN

    @property
    def held(self) -> bool:
        """Whether execution waits for the written confirmation."""
        return self.held_at is not None and self.held_until is None

    def obligation(self, kind: ObligationKind) -> Obligation | None:
        """Return the latest duty of a kind, or None."""
        return next((duty for duty in reversed(self.obligations) if duty.kind is kind), None)

    def open_items(self) -> tuple[int, ...]:
        """Return the numbers of the items neither reported nor refused."""
        return tuple(item.number for item in self.items if item.state is AssistanceState.OPEN)

    def asked(self, kind: AskKind) -> tuple[Ask, ...]:
        """Return the asks of a kind, in the order of their numbers."""
        return tuple(ask for ask in self.asks if ask.kind is kind)
