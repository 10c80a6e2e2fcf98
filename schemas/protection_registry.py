"""What the module answers with on people, agreements, releases, visits and dated entries; every field always there."""

from datetime import date, datetime
from typing import Any

from schemas.base import Day
from schemas.protection import Written
from schemas.secrecy import (
    AgreementKind,
    Channel,
    DutyState,
    EntryKind,
    Mark,
    ReleaseAct,
    ReleaseDuty,
    ReleaseState,
    TreatyElement,
    VisitAct,
    VisitState,
)
from schemas.views import View


class ClearanceView(View):
    """A clearance as it is shown; `holds` tells of now."""

    id: str
    person: str
    body: str
    issuer: str
    mark: Mark
    since: datetime
    until: datetime | None
    revoked_at: datetime | None
    document: str | None
    holds: bool


class GrantView(View):
    """A grant as it is shown; `holds` tells of now."""

    id: str
    person: str
    body: str
    item: str
    purpose: str
    document: str
    since: datetime
    until: datetime | None
    revoked_at: datetime | None
    holds: bool


class SecrecyAgreementView(View):
    """An agreement as both sides see it; it counts once `agreed_at` is there."""

    kind: AgreementKind
    code: str
    regime: str
    sides: tuple[str, ...]
    channel: Channel | None
    reference: Written
    since: date
    until: date | None
    proposed_by: str
    proposed_at: datetime
    agreed_at: datetime | None


class TreatyPartyView(View):
    """A Party and the days on which a regime is in force for it, with who is competent for it now."""

    regime: str
    party: str
    since: date
    left_on: date | None
    released_on: date | None
    competent: str | None


class StepView(View):
    """An act that the caller could do now, were its content lawful, and the rule behind it."""

    act: ReleaseAct | VisitAct
    rule: str


class ElementView(View):
    """One element of point 4 of the Rules: the rules of the treaties that state it, none when it is missing."""

    element: TreatyElement
    words: str
    rules: tuple[str, ...]
    stated: bool


class SkippedDayView(View):
    """A day that was not counted; `name` is the holiday's, None for an ordinary weekend."""

    day: date
    kind: str
    name: str | None
    estimated: bool


class ReleaseDutyView(View):
    """What a body owes within working days, with every day that was not counted and every doubt."""

    kind: ReleaseDuty
    body: str
    rule: str
    state: DutyState
    started_at: datetime
    working_days: int
    extended_by: int
    due_at: datetime
    due_on: date
    overdue: bool
    closed_at: datetime | None
    calendar: str
    skipped_days: tuple[SkippedDayView, ...]
    estimated: bool
    doubts: tuple[str, ...]
    explanation: tuple[str, ...]


class ReleaseLine(View):
    """One release of a list."""

    id: str
    number: str
    state: ReleaseState
    item: str
    applicant: str
    recipient: str
    proposed_at: datetime
    due_at: datetime | None
    overdue: bool
    seq: int


class ReleaseView(View):
    """A release procedure: its proposal, the checklist of point 4, the terms, what can be done next."""

    id: str
    number: str
    state: ReleaseState
    order: str
    item: str
    applicant: str
    recipient: str
    classification_body: str
    expert_body: str
    proposed_at: datetime
    proposal: dict[str, Any]
    regimes: tuple[str, ...]
    checklist: tuple[ElementView, ...]
    missing: tuple[TreatyElement, ...]
    duties: tuple[ReleaseDutyView, ...]
    reasons: str | None
    approved: bool
    until: date | None
    allowed_acts: tuple[StepView, ...]
    seq: int


class LateView(View):
    """By which rule a letter was late, and its last day for it."""

    rule: str
    last_day: date


class VisitLine(View):
    """One visit of a list."""

    id: str
    number: str
    state: VisitState
    sender: str
    host: str
    requested_at: datetime
    first_day: date | None
    late: bool
    seq: int


class VisitView(View):
    """A visit: the letter as it was signed, by which rules it was late, the host's word."""

    id: str
    number: str
    state: VisitState
    sender: str
    host: str
    competent: tuple[str, ...]
    regimes: tuple[str, ...]
    request: dict[str, Any]
    requested_at: datetime
    late: tuple[LateView, ...]
    degree: Mark | None
    answer: dict[str, Any] | None
    allowed_acts: tuple[StepView, ...]
    seq: int


class DatedEntryView(View):
    """A dated entry with whom it reached; `effective_from` where it changes the registry."""

    id: str
    number: str
    author: str
    kind: EntryKind
    regime: str
    party: str
    body: str | None
    date: Day
    fields: dict[str, Any]
    diplomatic: bool
    rule: str
    told: tuple[str, ...]
    entered_at: datetime
    effective_from: Day | None


class ProceedingEntryView(View):
    """One act of the record of a release, a visit or a dated entry."""

    seq: int
    act: str
    author: str
    at: datetime
    recorded_at: datetime
    digest: str
    previous: str | None
    signature: str
    body: dict[str, Any]
