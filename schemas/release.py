"""What each act of a national release procedure, of a visit, and a dated entry carries."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import BirthDay, Code, Day, Instant, Number, Shape, Text
from schemas.protection import Written
from schemas.secrecy import EntryKind, Mark, ReleaseAct, VisitAct

Working = Annotated[int, Field(ge=1, le=60)]


class Secret(Shape):
    """One of the secrets to be given: its degree, by whom and on what ground it was classified (R-5)."""

    designation: Text
    mark: Mark
    classified_by: Text
    ground: Text


class Propose(Shape):
    """The applicant's reasoned proposal: the six contents of point 5, each named when it is missing."""

    act: Literal[ReleaseAct.PROPOSE]
    item: Code
    classification_body: Code
    recipient: Code | None = None
    purpose: Text | None = None
    secrets: Annotated[tuple[Secret, ...], Field(max_length=100)] | None = None
    term: Day | None = None
    effect: Text | None = None
    compensation: Text | None = None
    treaty_draft: Written | None = None


class DecideClassificationBody(Shape):
    """What the body whose head may classify the information decided (R-5)."""

    act: Literal[ReleaseAct.DECIDE_CLASSIFICATION_BODY]
    positive: bool
    decision: Written
    reasons: Text | None = None
    materials_received_at: Instant | None = None


class ExtendExpert(Shape):
    """More time for further expertise, once; the applicant is told (R-8)."""

    act: Literal[ReleaseAct.EXTEND_EXPERT]
    working_days: Working
    reason: Text


class ConcludeExpert(Shape):
    """The authorised body's conclusion: whether giving is possible and expedient (R-7, R-8)."""

    act: Literal[ReleaseAct.CONCLUDE_EXPERT]
    possible: bool
    expedient: bool
    conclusion: Written
    reasons: Text | None = None


class DecideGovernment(Shape):
    """The Government's decision, which the applicant enters (R-3, R-9, R-11)."""

    act: Literal[ReleaseAct.DECIDE_GOVERNMENT]
    positive: bool
    decision: Written
    reasons: Text | None = None


ReleaseBody = Annotated[
    DecideClassificationBody | ExtendExpert | ConcludeExpert | DecideGovernment, Field(discriminator="act")
]
"""One act of a release procedure that was proposed."""


class Visitor(Shape):
    """Who would come; which of these are mandatory the regime says (A-N2, KA-9, KL-9)."""

    person: Code | None = None
    surname: Text | None = None
    given_names: Text | None = None
    birth_date: BirthDay | None = None
    birth_place: Text | None = None
    citizenship: Text | None = None
    passport: Text | None = None
    position: Text | None = None
    body: Text | None = None
    clearance: Mark | None = None


class RequestVisit(Shape):
    """The letter on a visit; everything that the regime makes mandatory and that is missing is named at once."""

    act: Literal[VisitAct.REQUEST]
    host: Code
    visitors: Annotated[tuple[Visitor, ...], Field(min_length=1, max_length=50)]
    degree: Mark | None = None
    first_day: Day | None = None
    length_days: Annotated[int, Field(ge=1, le=366)] | None = None
    purpose: Text | None = None
    questions: Text | None = None
    bodies_to_visit: Text | None = None
    people_to_meet: Text | None = None
    providing_document: Text | None = None


class ConsentVisit(Shape):
    """The host's competent body agrees, and names the degree of what will be shown (A-6.5)."""

    act: Literal[VisitAct.CONSENT]
    degree: Mark | None = None
    reference: Written
    terms: Text | None = None


class RefuseVisit(Shape):
    """The host's competent body does not agree."""

    act: Literal[VisitAct.REFUSE]
    reference: Written
    reason: Text


VisitBody = Annotated[ConsentVisit | RefuseVisit, Field(discriminator="act")]


class DatedEntry(Shape):
    """People, contracts and other notices: which fields are mandatory the regime says.

    `party` is the other Party, `body` the one of its bodies that the entry concerns, if it concerns one.
    """

    kind: EntryKind
    regime: Code
    party: Code
    body: Code | None = None
    date: Day
    fields: dict[str, Text | Number | Day | tuple[Text, ...]]
    diplomatic: bool = False
