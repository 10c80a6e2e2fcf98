"""What the protection module answers with: every field always there; null is for what the reader may not see."""

from datetime import date, datetime
from typing import Any, Literal

from schemas.protection import Content, Requirements, Scope
from schemas.secrecy import (
    BreachKind,
    BreachState,
    Channel,
    ChannelNeed,
    ConsentKind,
    CopyKind,
    CopyState,
    DutyKind,
    DutyState,
    ItemAct,
    ItemKind,
    ItemState,
    Mark,
    PaperKind,
    Taken,
)
from schemas.views import View
from schemas.vocabulary import Role

ConsentState = Literal["asked", "given", "denied", "withdrawn", "used"]


class ProtectedActView(View):
    """An act that would be taken with lawful content, and the rules behind it."""

    act: ItemAct
    title: str
    rule: str
    rules: tuple[str, ...]


class TransitView(View):
    """Copies on their way; `mark` is what the recipient will add, `forms` how it may confirm."""

    sender: str
    recipient: str
    dispatched_at: datetime
    mark: Mark | None
    forms: tuple[str, ...]


class CopyNoteView(View):
    """What a copy bears on those made of it (A-N7)."""

    made: tuple[int, ...]
    to_whom: str
    made_by: str
    at: datetime


class ProtectedCopyView(View):
    """One numbered copy: who holds it, under which mark of its own; `came_by` names who gave it, the first first."""

    number: int
    kind: CopyKind
    state: CopyState
    holder: str
    mark: Mark | None
    own_number: str
    maker: str
    made_from: int | None
    language: str | None
    came_by: tuple[str, ...]
    transit: TransitView | None
    notes: tuple[CopyNoteView, ...]


class ReleaseDecisionView(View):
    """A decision to give the item to one body for one purpose."""

    number: int
    by: str
    recipient: str
    purpose: str | None
    copies: int
    regimes: tuple[str, ...]
    decided_at: datetime
    until: date | None
    procedure: str | None
    used_by: int | None


class NeedView(View):
    """A consent that a rule asks for: any one of the bodies gives it."""

    regime: str
    rule: str
    bodies: tuple[str, ...]


class GivenView(View):
    """A body's written consent."""

    body: str
    reference: str
    at: datetime


class ConsentView(View):
    """A numbered consent; it is used once, for what its scope names."""

    number: int
    kind: ConsentKind
    asker: str
    scope: Scope
    needs: tuple[NeedView, ...]
    given: tuple[GivenView, ...]
    asked_at: datetime
    state: ConsentState
    denied_by: str | None
    withdrawn_by: str | None
    used_by: int | None


class BreachView(View):
    """A breach from its report to its close."""

    number: int
    reporter: str
    kinds: tuple[BreachKind, ...]
    disclosure: bool
    circumstances: str
    happened_on: date
    reported_at: datetime
    state: BreachState
    findings: str | None
    measures: str | None


class ProtectedDutyView(View):
    """What a body owes, with the calculation of its due moment."""

    id: str
    kind: DutyKind
    body: str
    subject: int
    rule: str
    state: DutyState
    started_at: datetime
    due_at: datetime
    due_on: date
    overdue: bool
    closed_at: datetime | None
    explanation: tuple[str, ...]


class ProtectedLine(View):
    """One item of a list."""

    id: str
    register_number: str
    own_number: str
    state: ItemState
    mark: Mark | None
    designation: str | None
    kind: ItemKind
    originator: str
    standing: tuple[str, ...]
    registered_at: datetime
    due_at: datetime | None
    overdue: bool
    seq: int


class ProtectedItemView(View):
    """An item as its reader may see it: `mark` is its own body's, or what it will add; else the originator's."""

    id: str
    register_number: str
    own_number: str
    state: ItemState
    mark: Mark | None
    designation: str | None
    kind: ItemKind
    purpose: str | None
    requirements: Requirements | None
    bulky: bool
    content: Content | None
    originator: str
    makers: tuple[str, ...]
    derived_from: tuple[str, ...] | None
    registered_at: datetime
    standing: tuple[str, ...]
    copies: tuple[ProtectedCopyView, ...]
    releases: tuple[ReleaseDecisionView, ...]
    consents: tuple[ConsentView, ...]
    breaches: tuple[BreachView, ...]
    duties: tuple[ProtectedDutyView, ...]
    allowed_acts: tuple[ProtectedActView, ...]
    seq: int


class ProtectedEntryView(View):
    """One act of an item's record; what it says and its signature only where it concerns the reader's body."""

    seq: int
    act: ItemAct
    author: str
    at: datetime
    recorded_at: datetime
    digest: str
    previous: str | None
    signature: str | None
    body: dict[str, Any] | None


class AccessView(View):
    """What somebody of the reader's body took notice of, or was refused, then `missing` are its grounds.

    `seq` is its place in the item's trail, in which other bodies' lines stand, too; `paper` says which paper.
    """

    id: str
    seq: int
    at: datetime
    who: str
    role: Role
    taken: Taken
    given: bool
    paper: PaperKind | None
    copy_number: int | None
    purpose: str | None
    document: str | None
    missing: tuple[str, ...]


class DegreeView(View):
    """A degree of a Party's scheme: its stamp, and its name by language."""

    mark: Mark
    stamp: str
    words: dict[str, str]
    official_use: bool


class PartyOfRegimeView(View):
    """A Party to a regime on the day of asking: since when, until when, and which body is competent."""

    party: str
    name: dict[str, str]
    in_force_from: date | None
    left_on: date | None
    competent_body: str | None
    degrees: tuple[DegreeView, ...]


class ChannelView(View):
    """A channel that a regime opens, and what it needs."""

    channel: Channel
    needs: ChannelNeed
    rule: str


class RegimeView(View):
    """A treaty on protecting secrets, as the module applies it."""

    id: str
    version: str
    title: dict[str, str]
    parties: tuple[PartyOfRegimeView, ...]
    channels: tuple[ChannelView, ...]


class EquivalenceView(View):
    """How one Party marks what another marked: the mark, its label as the recipient stamps it, the rule."""

    mark: Mark
    label: str
    regime: str
    rule: str | None


class UploadedView(View):
    """A content that was sealed on arrival and waits for its registration."""

    sha256: str
    size: int
