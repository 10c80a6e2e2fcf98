"""What each act on a request carries; which acts are lawful when stands in `exchange.core.acts`."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Carrying, Code, Day, Days, Instant, Number, Shape, Text
from schemas.requests import Signatory
from schemas.vocabulary import ActKind

PaperNumber = Annotated[Text, Field(max_length=200)]


def _absent(value: object) -> bool:
    return value is None


class Paper(Shape):
    """How an act came on paper: the outgoing number and date that it bears, and the stamp of its receipt."""

    number: PaperNumber
    dated: Day
    received_at: Instant


class OnPaper(Carrying):
    """An act that a body without a node may do on paper; where it did not, the field is left out."""

    paper: Paper | None = Field(default=None, exclude_if=_absent)


class Receive(OnPaper):
    """Receipt by the requested authority, by its node at once or from the stamp (Article 7)."""

    act: Literal[ActKind.RECEIVE]
    received_at: Instant
    register_number: Text | None = None


class Accept(OnPaper):
    """The holder takes the request up (Article 7)."""

    act: Literal[ActKind.ACCEPT]


class BodyAddress(Shape):
    """A domestic body that the registry does not know yet."""

    name: Text
    address: Text


class Redirect(OnPaper):
    """Passing the request to the competent body of the same state (Article 7)."""

    act: Literal[ActKind.REDIRECT]
    to_authority: Code | None = None
    to_body: BodyAddress | None = None
    reason: Text


class Confirm(Carrying):
    """The official written confirmation of an urgent request (Article 6)."""

    act: Literal[ActKind.CONFIRM]
    signatory: Signatory
    sent_at: Instant | None = None


class Hold(OnPaper):
    """Execution of an urgent request waits for its written confirmation (Article 6)."""

    act: Literal[ActKind.HOLD]
    reason: Text


class AskInformation(OnPaper):
    """A question needed for proper execution (Article 7)."""

    act: Literal[ActKind.ASK_INFORMATION]
    question: Text


class ProvideInformation(Carrying):
    """The answer to a question (Article 7)."""

    act: Literal[ActKind.PROVIDE_INFORMATION]
    question_number: Number
    answer: Text


class ReportImpediment(OnPaper):
    """Circumstances that prevent or substantially delay execution (Article 7)."""

    act: Literal[ActKind.REPORT_IMPEDIMENT]
    circumstances: Text
    expected_delay: Text


class Postpone(OnPaper):
    """Execution now would hinder proceedings in the requested state (Article 7)."""

    act: Literal[ActKind.POSTPONE]
    reason: Text
    until: Day | None = None


class Resume(OnPaper):
    """Execution goes on after a postponement (Article 7)."""

    act: Literal[ActKind.RESUME]


class OfferConditions(OnPaper):
    """Execution is tied to conditions found necessary after consultations (Article 7)."""

    act: Literal[ActKind.OFFER_CONDITIONS]
    conditions: Text
    ground: Text
    consultation: Text


class AcceptConditions(Carrying):
    """The requesting authority binds itself to the conditions (Article 7)."""

    act: Literal[ActKind.ACCEPT_CONDITIONS]


class DeclineConditions(Carrying):
    """The requesting authority does not agree to the conditions (Article 7)."""

    act: Literal[ActKind.DECLINE_CONDITIONS]
    reason: Text


class Discontinue(OnPaper):
    """Nothing more is done after conditions were declined (Article 7)."""

    act: Literal[ActKind.DISCONTINUE]
    reason: Text


class Refuse(OnPaper):
    """Refusal in whole or in part, with its reasons (Article 9)."""

    act: Literal[ActKind.REFUSE]
    items: Literal["all"] | Annotated[tuple[Number, ...], Field(min_length=1, max_length=200)]
    reasons: Text
    national_law: Text
    signatory: Signatory | None = None


class ReportedItem(Shape):
    """What came of one item of the assistance sought."""

    number: Number
    outcome: Text


class ReportResults(OnPaper):
    """Results of the execution; the final report ends the request (Article 7)."""

    act: Literal[ActKind.REPORT_RESULTS]
    items: Annotated[tuple[ReportedItem, ...], Field(max_length=200)]
    text: Text
    final: bool
    executed_at: Instant | None = None


class Withdraw(Carrying):
    """The requesting authority takes its request back."""

    act: Literal[ActKind.WITHDRAW]
    reason: Text


class ProposeTerm(OnPaper):
    """Another execution term under a treaty on mutual assistance (Article 7)."""

    act: Literal[ActKind.PROPOSE_TERM]
    days: Days
    citation: Text


class AgreeTerm(OnPaper):
    """The other side agrees to a proposed term (Article 7)."""

    act: Literal[ActKind.AGREE_TERM]
    term_number: Number


class Representative(Shape):
    """A person who would be present at the execution."""

    name: Text
    position: Text


class AskPresence(Carrying):
    """Asking that representatives be present at the execution (Article 8)."""

    act: Literal[ActKind.ASK_PRESENCE]
    people: Annotated[tuple[Representative, ...], Field(min_length=1, max_length=100)]
    reason: Text


class GrantPresence(OnPaper):
    """Presence is agreed to, on terms or none (Article 8)."""

    act: Literal[ActKind.GRANT_PRESENCE]
    presence_number: Number
    terms: Text | None = None


class DenyPresence(OnPaper):
    """Presence is not agreed to (Article 8)."""

    act: Literal[ActKind.DENY_PRESENCE]
    presence_number: Number
    reason: Text


class AskOtherUse(Carrying):
    """Asking to use results for another purpose than the request's (Article 10)."""

    act: Literal[ActKind.ASK_OTHER_USE]
    purpose: Text


class GrantOtherUse(OnPaper):
    """Consent to another purpose (Article 10)."""

    act: Literal[ActKind.GRANT_OTHER_USE]
    other_use_number: Number


class DenyOtherUse(OnPaper):
    """No consent to another purpose (Article 10)."""

    act: Literal[ActKind.DENY_OTHER_USE]
    other_use_number: Number
    reason: Text


class OpenConsultation(OnPaper):
    """Consultations on interpretation or application are opened (Article 11)."""

    act: Literal[ActKind.OPEN_CONSULTATION]
    subject: Text


class CloseConsultation(OnPaper):
    """Consultations end with an outcome (Article 11)."""

    act: Literal[ActKind.CLOSE_CONSULTATION]
    consultation_number: Number
    outcome: Text


class ProposeCosts(OnPaper):
    """Another arrangement of costs for this case (Article 12)."""

    act: Literal[ActKind.PROPOSE_COSTS]
    arrangement: Text


class AgreeCosts(OnPaper):
    """The other side agrees to the arrangement of costs (Article 12)."""

    act: Literal[ActKind.AGREE_COSTS]
    costs_number: Number


class Note(OnPaper):
    """Correspondence on a request."""

    act: Literal[ActKind.NOTE]
    text: Text


ActBody = Annotated[
    Receive
    | Accept
    | Redirect
    | Confirm
    | Hold
    | AskInformation
    | ProvideInformation
    | ReportImpediment
    | Postpone
    | Resume
    | OfferConditions
    | AcceptConditions
    | DeclineConditions
    | Discontinue
    | Refuse
    | ReportResults
    | Withdraw
    | ProposeTerm
    | AgreeTerm
    | AskPresence
    | GrantPresence
    | DenyPresence
    | AskOtherUse
    | GrantOtherUse
    | DenyOtherUse
    | OpenConsultation
    | CloseConsultation
    | ProposeCosts
    | AgreeCosts
    | Note,
    Field(discriminator="act"),
]
"""One act on a request, told apart by its `act`."""
