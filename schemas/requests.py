"""The request for assistance: the fields that Article 6 makes mandatory, and those that may go along."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Carrying, Code, Day, Days, Instant, Shape, Text
from schemas.vocabulary import Form, Handling, InformationSubject, Matter, Position, TermBasis


class Signatory(Shape):
    """Who signs: the head or a deputy head, or a substitute under an order (Article 6)."""

    name: Text
    position: Position
    acting_under: Text | None = None


class AssistanceItem(Shape):
    """One numbered item of the assistance sought, in one of the forms of Article 5."""

    number: Annotated[int, Field(ge=1)] | None = None
    form: Form
    subject: InformationSubject | None = None
    text: Text
    citation: Text | None = None


class ExecutionTerm(Shape):
    """The term laid down by law (Article 6): the Protocol's 30 days, or another that a treaty provides."""

    days: Days
    basis: TermBasis
    citation: Text | None = None
    note: Text | None = None


class StandingAgreement(Shape):
    """A standing agreement of the Parties on a technical channel, by its registry code (Article 6)."""

    kind: Literal["standing"]
    id: Code


class AdHocAgreement(Shape):
    """An agreement of the Parties on a technical channel for this case, cited with its date (Article 6)."""

    kind: Literal["ad_hoc"]
    citation: Text
    date: Day


class Urgent(Shape):
    """The grounds of the urgent path over technical means of communication (Article 6)."""

    persons: Text
    reason: Text
    channel: Text
    agreement: Annotated[StandingAgreement | AdHocAgreement, Field(discriminator="kind")]
    transmitted_at: Instant


class InlineProtected(Shape):
    """Protected content handed over with a request; the protection module takes it out before anything else."""

    mark: Text
    designation: Text
    kind: Text
    content: Annotated[str, Field(repr=False)]


class Submission(Carrying):
    """A complete request for assistance, as its authority submits it."""

    requested_authority: Code
    reference: Text
    purpose: Text
    grounds: Text
    substance: Text
    matters: Annotated[tuple[Matter, ...], Field(max_length=10)] = ()
    assistance: Annotated[tuple[AssistanceItem, ...], Field(min_length=1, max_length=200)]
    execution_term: ExecutionTerm
    other_information: Text | None = None
    signatory: Signatory | None = None
    handling: Handling = Handling.ORDINARY
    urgent: Urgent | None = None
    protected: Annotated[tuple[Code, ...], Field(max_length=200)] | InlineProtected | None = None
    language: Literal["ru"]
