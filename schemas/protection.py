"""What each act on a protected item carries; which acts are lawful when stands in `exchange.protection.core.acts`."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from schemas.base import Code, Day, Instant, Number, Shape, Text
from schemas.secrecy import BreachKind, Channel, ConsentKind, ItemAct, ItemKind, Mark, ReceiptForm

CopyNumbers = Annotated[tuple[Number, ...], Field(min_length=1, max_length=1000)]
CopyCount = Annotated[int, Field(ge=1, le=1000)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""A language by its ISO 639 code."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


OwnNumber = Annotated[Text, Field(max_length=64), StringConstraints(pattern=r"^[^\n\r\t]*[0-9][^\n\r\t]*$")]
"""A number of a body's own register: notices and lists bear it, so it holds a number and no more words than fit."""


class Written(Shape):
    """A paper that a decision or a consent rests on: its number or title, and its day."""

    reference: Text
    date: Day


class Requirements(Shape):
    """Additional protection that the giver asks for (A-5.6); `most_copies` counts all copies ever made."""

    text: Text
    most_copies: CopyCount | None = None


class Content(Shape):
    """The sealed content of an item: digest and size in bytes of the plaintext."""

    sha256: Sha256
    size: Annotated[int, Field(ge=0)]


class Transport(Shape):
    """How bulky carriers travel (A-6.4, R-13): fixed by the bodies for this case."""

    means: Text
    route: Text
    escort: Text
    agreed: Written


class Register(Shape):
    """The originator takes an item into its register and sets its mark (A-7.1, A-7.3, A-7.4)."""

    act: Literal[ItemAct.REGISTER]
    mark: Mark
    designation: Text
    kind: ItemKind
    purpose: Text
    requirements: Requirements | None = None
    derived_from: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    joint_with: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    copies: CopyCount = 1
    bulky: bool = False
    content: Content | None = None


class AuthoriseRelease(Shape):
    """The decision to give an item to one body for one purpose, case by case (A-6.1, KA-5, KL-6.1, R-11)."""

    act: Literal[ItemAct.AUTHORISE_RELEASE]
    recipient: Code
    purpose: Text
    copies: CopyCount
    decision: Written
    basis: Text
    until: Day | None = None
    own_consent: Written | None = None
    recipient_cleared: Written | None = None
    procedure: Code | None = None
    contract: Text | None = None
    consent: Number | None = None


class Dispatch(Shape):
    """Numbered copies leave for the recipient of a release (A-6.2, A-6.4, KA-5.6, KA-5.7, KL-6.2, R-12)."""

    act: Literal[ItemAct.DISPATCH]
    release: Number
    copies: CopyNumbers
    channel: Channel
    cover_document: Written
    means: Code | None = None
    transport: Transport | None = None


class ConfirmReceipt(Shape):
    """The recipient took copies into its register and added its mark (A-6.3, A-7.2, KL-6.3)."""

    act: Literal[ItemAct.CONFIRM_RECEIPT]
    copies: CopyNumbers
    form: ReceiptForm
    reference: Written | None = None
    own_number: OwnNumber
    own_mark: Mark | None = None
    received_at: Instant


class Scope(Shape):
    """What exactly a consent is for; the fields that its kind needs, and no others."""

    copies: CopyNumbers | None = None
    count: CopyCount | None = None
    language: Language | None = None
    mark: Mark | None = None
    recipient: Code | None = None


class AskConsent(Shape):
    """Asking whoever the regimes name for a consent (A-5.3, A-7.5 to 7.8, KA-6, KL-4, KL-7)."""

    act: Literal[ItemAct.ASK_CONSENT]
    kind: ConsentKind
    scope: Scope = Scope()
    reason: Text
    reference: Written


class GrantConsent(Shape):
    """A written consent to what was asked, no more."""

    act: Literal[ItemAct.GRANT_CONSENT]
    consent: Number
    reference: Written


class DenyConsent(Shape):
    """No consent, with the reason."""

    act: Literal[ItemAct.DENY_CONSENT]
    consent: Number
    reason: Text
    reference: Written


class WithdrawConsent(Shape):
    """A consent taken back before it was used."""

    act: Literal[ItemAct.WITHDRAW_CONSENT]
    consent: Number
    reason: Text
    reference: Written


class Copy(Shape):
    """Copies in the necessary number, noted on the original (A-N7, KA-6.5, KL-7.1 to 7.3)."""

    act: Literal[ItemAct.COPY]
    copy_number: Number
    count: CopyCount
    to_whom: Text
    made_by: Code
    consent: Number | None = None


class Translate(Shape):
    """A translation, marked as the original (A-7.2, KA-6.5, KL-7.1)."""

    act: Literal[ItemAct.TRANSLATE]
    copy_number: Number
    language: Language
    to_whom: Text
    made_by: Code
    consent: Number | None = None


class Extract(Shape):
    """An extract, which is a copy of a part (A-N7)."""

    act: Literal[ItemAct.EXTRACT]
    copy_number: Number
    part: Text
    to_whom: Text
    made_by: Code
    consent: Number | None = None


class Regrade(Shape):
    """Another mark, raised or lowered (A-7.5, A-7.6, KA-6.3, KL-4)."""

    act: Literal[ItemAct.REGRADE]
    mark: Mark
    ground: Text
    consent: Number | None = None


class Declassify(Shape):
    """The mark removed (A-7.5, A-N8, KA-6.4, KL-4); publication may follow, never before."""

    act: Literal[ItemAct.DECLASSIFY]
    ground: Text
    consent: Number | None = None


class Return(Shape):
    """Received copies go back to whoever gave them (A-7.8, KA-6.6, KL-7.5)."""

    act: Literal[ItemAct.RETURN]
    copies: CopyNumbers
    channel: Channel
    cover_document: Written
    means: Code | None = None
    transport: Transport | None = None
    consent: Number | None = None


class Destroy(Shape):
    """The act of destruction of copies, which tells the giver in writing (A-7.8, A-7.9, KA-6.6, KL-7.4 to 7.8)."""

    act: Literal[ItemAct.DESTROY]
    copies: CopyNumbers
    method: Text
    people: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    date: Day
    document: Written
    irrecoverable: Literal[True]
    crisis: Text | None = None
    consent: Number | None = None


class ReportBreach(Shape):
    """Dissemination, loss or damage found (A-10, A-N9, KA-11, KL-10)."""

    act: Literal[ItemAct.REPORT_BREACH]
    kinds: Annotated[tuple[BreachKind, ...], Field(min_length=1, max_length=6)]
    disclosure: bool
    circumstances: Text
    happened_on: Day


class ReportInquiry(Shape):
    """The result of the inquiry into a breach (A-10, KA-11, KL-10)."""

    act: Literal[ItemAct.REPORT_INQUIRY]
    breach: Number
    findings: Text


class CloseBreach(Shape):
    """The measures taken; nothing more is to come."""

    act: Literal[ItemAct.CLOSE_BREACH]
    breach: Number
    measures: Text


ItemBody = Annotated[
    AuthoriseRelease
    | Dispatch
    | ConfirmReceipt
    | AskConsent
    | GrantConsent
    | DenyConsent
    | WithdrawConsent
    | Copy
    | Translate
    | Extract
    | Regrade
    | Declassify
    | Return
    | Destroy
    | ReportBreach
    | ReportInquiry
    | CloseBreach,
    Field(discriminator="act"),
]
"""One act on an item that stands in the register, told apart by its `act`."""

AnyItemBody = Annotated[Register | ItemBody, Field(discriminator="act")]
"""Any act on an item, the first one included: what a record holds."""
