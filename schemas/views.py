"""What the node answers with: every field always there, none with a default."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from schemas.requests import ExecutionTerm, Signatory, Urgent
from schemas.vocabulary import (
    ActKind,
    AskKind,
    AssistanceState,
    Deed,
    DueBucket,
    Examined,
    Form,
    Handling,
    InformationSubject,
    Matter,
    ObligationKind,
    ObligationState,
    Side,
    State,
    Unseen,
    UseState,
)


class View(BaseModel):
    """A frozen output shape."""

    model_config = ConfigDict(frozen=True)


class ItemView(View):
    """One numbered item of the assistance sought, with what came of it."""

    number: int
    form: Form
    subject: InformationSubject | None
    text: str
    citation: str | None
    state: AssistanceState
    outcomes: tuple[str, ...]


class AskView(View):
    """A numbered ask and its answer; `waited_seconds` runs on until it is answered."""

    kind: AskKind
    number: int
    side: Side
    asked_at: datetime
    asked: dict[str, Any]
    answered_at: datetime | None
    answered: dict[str, Any] | None
    waited_seconds: int


class PostponementView(View):
    """Since when execution is postponed, and the day named, if any."""

    since: datetime
    until: date | None


class ConditionsView(View):
    """Conditions of execution (Article 7)."""

    conditions: str
    ground: str
    consultation: str


class FactsView(View):
    """What stands beside the state."""

    overdue: bool
    urgent: bool
    unconfirmed: bool
    held: bool
    partly_refused: bool
    question_open: bool
    receipt_pending: bool
    late_redirects: tuple[str, ...]
    confirmed_at: datetime | None
    held_at: datetime | None
    held_seconds: int
    waiting_seconds: int
    suspended_days: int
    postponed: PostponementView | None
    conditions_offered: ConditionsView | None
    conditions_binding: tuple[ConditionsView, ...]
    impediments: tuple[dict[str, Any], ...]
    refusals: tuple[dict[str, Any], ...]
    results: tuple[dict[str, Any], ...]
    purposes: tuple[str, ...]
    asks: tuple[AskView, ...]
    past_holders: tuple[str, ...]
    executed_at: datetime | None
    ended_at: datetime | None


class PurposeView(View):
    """A purpose for which results may be used: the request's own, or another one granted as `number` (Article 10)."""

    purpose: str
    number: int | None
    seq: int
    since: datetime
    by: str


class BindingView(View):
    """Conditions that bind the requesting authority, since the entry that accepted them (Article 7)."""

    conditions: str
    ground: str
    seq: int
    since: datetime
    by: str


class NotGrantedView(View):
    """Another use that was asked for: it waits for consent, or was denied it (Article 10)."""

    purpose: str
    number: int
    state: UseState
    asked_at: datetime
    answered_at: datetime | None
    by: str | None
    reason: str | None


class UseView(View):
    """How everything delivered under a request may be used: the purposes agreed to, and the conditions that bind."""

    purposes: tuple[PurposeView, ...]
    conditions: tuple[BindingView, ...]
    not_granted: tuple[NotGrantedView, ...]


class ExaminationView(View):
    """How much of a file was looked at for secrecy marks when it came in, and why not at the rest."""

    extent: Examined
    unseen: tuple[Unseen, ...]


class AttachmentView(View):
    """A file that the act `seq` carries; `active` says that a program, a script or a page could be in it."""

    id: str
    seq: int
    name: str
    size: int
    sha256: str
    media_type: str
    active: bool
    examination: ExaminationView


class UploadView(View):
    """A file that was taken in and waits for an act; `sniffed` is its type by its first bytes."""

    id: str
    name: str
    size: int
    sha256: str
    media_type: str
    sniffed: str
    active: bool
    examination: ExaminationView


class ExplanationView(View):
    """How a due moment was reached: the steps in words, the reading and the time-zone data used."""

    steps: tuple[str, ...]
    zone: str
    profile: str
    time_zone_data: str


class RevisionView(View):
    """A due date that no longer holds, and the act that changed it."""

    due_at: datetime | None
    due_on: date | None
    act: ActKind
    seq: int
    at: datetime
    reason: str | None


class ObligationView(View):
    """A duty with its due moment; `due_at` is the first instant that is too late."""

    id: str
    request: str
    kind: ObligationKind
    rule: str
    authority: str
    state: ObligationState
    started_at: datetime
    due_at: datetime | None
    due_on: date | None
    closed_at: datetime | None
    overdue: bool
    explanation: ExplanationView
    revisions: tuple[RevisionView, ...]


class AllowedAct(View):
    """An act that the caller could do now."""

    act: ActKind
    rule: str | None


class RequestView(View):
    """A request as the caller sees it."""

    id: str
    number: str
    received_number: str | None
    state: State
    requesting_authority: str
    requested_authority: str
    holder: str
    reference: str
    purpose: str
    grounds: str
    substance: str
    matters: tuple[Matter, ...]
    assistance: tuple[ItemView, ...]
    execution_term: ExecutionTerm
    other_information: str | None
    signatory: Signatory | None
    handling: Handling
    urgent: Urgent | None
    protected: tuple[str, ...] | None
    language: str
    submitted_at: datetime
    received_at: datetime | None
    facts: FactsView
    use: UseView
    attachments: tuple[AttachmentView, ...]
    obligations: tuple[ObligationView, ...]
    allowed_acts: tuple[AllowedAct, ...]
    seq: int


class RequestLine(View):
    """One request of a list; `holder_name` as the request has it, also of a body that the registry does not name."""

    id: str
    number: str
    received_number: str | None
    box: str
    state: State
    requesting_authority: str
    requested_authority: str
    holder: str
    holder_name: str
    reference: str
    purpose: str
    handling: Handling
    urgent: bool
    overdue: bool
    suspended: bool
    due_kind: ObligationKind | None
    due_at: datetime | None
    due_on: date | None
    submitted_at: datetime


class RecordEntryView(View):
    """One act of the record; `signature` is its author's JWS over the envelope that bears `body`.

    `use` stands with results: how they may be used now.
    """

    seq: int
    act: ActKind
    author: str
    at: datetime
    recorded_at: datetime
    digest: str
    previous: str | None
    signature: str
    body: dict[str, Any]
    use: UseView | None
    attachments: tuple[AttachmentView, ...]


class LetterView(View):
    """The act that a letter's verification code belongs to; `proved` says whether its record proves itself up to it."""

    code: str
    request: str
    number: str
    seq: int
    act: ActKind
    author: str
    at: datetime
    recorded_at: datetime
    digest: str
    proved: bool


class EventView(View):
    """One act in an authority's feed."""

    cursor: str
    request: str
    seq: int
    act: ActKind
    author: str
    at: datetime
    state: State


class AuditView(View):
    """A deed of the audit trail; `number` is the request's, where the authority may see it.

    `subject` is the code of what the deed was done to, `detail` what else is told of it; no words of a case.
    """

    at: datetime
    role: str | None
    who: str
    deed: Deed
    request: str | None
    number: str | None
    subject: str
    detail: dict[str, Any]


class BucketCount(View):
    """How many open duties of one kind one authority owes in one bucket."""

    bucket: DueBucket
    kind: ObligationKind
    authority: str
    number: int


class StatisticsView(View):
    """The figures of the dashboard, as of an instant."""

    as_of: datetime
    buckets: dict[DueBucket, int]
    counts: tuple[BucketCount, ...]


class HealthView(View):
    """The process answers."""

    status: Literal["ok"]


class ReadinessView(View):
    """How the node is as a whole and part by part; `down` is what goes with 503."""

    status: Literal["ok", "degraded", "down"]
    parts: dict[str, Literal["ok", "degraded", "down", "not_seen", "off", "sealed"]]
