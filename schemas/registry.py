"""What is notified to the registry, what a signed file of it holds, and how it is shown."""

from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from schemas.base import Day, Shape, Text
from schemas.views import View
from schemas.vocabulary import AuthorityKind, Country, FactKind, Language, Reach

MOST_FACTS = 20_000
"""Most facts of one file."""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: str) -> str:
    """Return the name of a zone; raise PydanticCustomError for one that the zones' data do not know."""
    if value not in _zones():
        raise PydanticCustomError("zone_unknown", "there is no such time zone")
    return value


NewCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,8}(-[A-Z0-9]{1,16}){1,3}$")]
"""A code that the registry gives to a body or an agreement: `KZ-MVD`."""

Zone = Annotated[str, AfterValidator(_zone)]
Mailbox = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$")
]
Line = Annotated[Text, Field(max_length=500)]


class Names(Shape):
    """A body's name; the Russian one is the name of letters and records (Article 13)."""

    ru: Line
    kk: Line | None = None
    en: Line | None = None


class Designation(Shape):
    """A body that a Party designates (Article 4), a domestic body of a state, or the Secretariat itself."""

    kind: Literal[FactKind.DESIGNATION]
    authority: NewCode
    body: Literal[AuthorityKind.COMPETENT, AuthorityKind.DOMESTIC, AuthorityKind.SECRETARIAT] = AuthorityKind.COMPETENT
    country: Country | None = None
    name: Names
    zone: Zone
    reach: Reach
    mailbox: Mailbox | None = None
    head_mailbox: Mailbox | None = None
    language: Language = Language.RU
    address: Line | None = None
    since: Day
    reference: Line | None = None


class Change(Shape):
    """A change of what stands in a body's entry from a day on; what is left out stays as it is."""

    kind: Literal[FactKind.CHANGE]
    authority: NewCode
    since: Day
    name: Names | None = None
    zone: Zone | None = None
    reach: Reach | None = None
    mailbox: Mailbox | None = None
    head_mailbox: Mailbox | None = None
    language: Language | None = None
    address: Line | None = None
    reference: Line | None = None


class End(Shape):
    """The end of a designation: `until` is the first day on which it no longer holds."""

    kind: Literal[FactKind.END]
    authority: NewCode
    until: Day
    reference: Line | None = None


class CompletionNotice(Shape):
    """The depositary received a state's notification of completed internal procedures (Article 16)."""

    kind: Literal[FactKind.COMPLETION]
    country: Country
    received_on: Day
    reference: Line | None = None


class WithdrawalNotice(Shape):
    """A Party's notice of leaving was received; `leaving_on` is the first day on which it is no Party (Article 18)."""

    kind: Literal[FactKind.WITHDRAWAL]
    country: Country
    received_on: Day
    leaving_on: Day
    reference: Line | None = None


class ChannelAgreement(Shape):
    """A standing agreement of named Parties on a technical channel (Article 6); `until` is its last day."""

    kind: Literal[FactKind.AGREEMENT]
    agreement: NewCode
    parties: Annotated[tuple[Country, ...], Field(min_length=2, max_length=6)]
    channel: Line
    citation: Line
    since: Day
    until: Day | None = None


class AgreementEnd(Shape):
    """A standing agreement ends; `until` is its last day."""

    kind: Literal[FactKind.AGREEMENT_END]
    agreement: NewCode
    until: Day
    reference: Line | None = None


PartyNotice = Annotated[Designation | Change | End, Field(discriminator="kind")]
"""What a Party notifies of its own authorities (Article 4)."""

TreatyNotice = Annotated[CompletionNotice | WithdrawalNotice, Field(discriminator="kind")]
"""What the depositary received from a state (Articles 16 and 18)."""

AgreementNotice = Annotated[ChannelAgreement | AgreementEnd, Field(discriminator="kind")]

AnyFact = Designation | Change | End | CompletionNotice | WithdrawalNotice | ChannelAgreement | AgreementEnd
Fact = Annotated[AnyFact, Field(discriminator="kind")]


class Acknowledgement(Shape):
    """A Party acknowledges a notice; there is nothing to say but that."""


class Facts(Shape):
    """All facts of a registry in the order in which they were entered: what a signed file holds."""

    format: Literal["assistance-exchange-registry"]
    version: Literal[1]
    authority: NewCode
    made_at: str
    facts: Annotated[tuple[Fact, ...], Field(max_length=MOST_FACTS)]


class AuthorityView(View):
    """A registered body."""

    code: str
    kind: AuthorityKind
    country: Country | None
    name: dict[str, str]
    zone: str
    reach: Reach
    since: date
    until: date | None


class PartyView(View):
    """A state and the days on which the Protocol is in force for it, and from which notification that follows."""

    country: Country
    in_force_from: date
    left_on: date | None
    explanation: tuple[str, ...]


class AgreementView(View):
    """A standing agreement on a technical channel (Article 6)."""

    id: str
    parties: tuple[Country, ...]
    channel: str
    citation: str
    since: date
    until: date | None


class RelayView(View):
    """A Party to which a notice was passed on, and its acknowledgement, if there is one."""

    country: Country
    acknowledged_at: datetime | None
    acknowledged_by: str | None


class RegistryNoticeView(View):
    """A notice of the registry as it was entered."""

    number: int
    kind: FactKind
    country: Country | None
    subject: str
    day: date
    domestic: bool
    fact: dict[str, Any]
    entered_at: datetime
    entered_by: str
    from_file: bool
    relayed: tuple[RelayView, ...]


class EntryView(View):
    """A body's entry in the registry between two days; `notice` is the one that brought it."""

    kind: AuthorityKind
    since: date
    until: date | None
    name: dict[str, str]
    zone: str
    reach: Reach
    mailbox: str | None
    head_mailbox: str | None
    language: str
    address: str | None
    notice: int | None


class HistoryView(View):
    """A body with all its entries, oldest first."""

    code: str
    country: Country | None
    entries: tuple[EntryView, ...]


class InForceView(View):
    """Whether the Protocol is in force for a state on a day, why, and since or until when."""

    country: Country
    on: date
    in_force: bool
    in_force_from: date | None
    left_on: date | None
    explanation: tuple[str, ...]
    rules: tuple[str, ...]


class BetweenView(BaseModel):
    """Whether the Protocol is in force between two states on a day."""

    model_config = ConfigDict(frozen=True)

    on: date
    in_force: bool
    parties: tuple[InForceView, ...]
