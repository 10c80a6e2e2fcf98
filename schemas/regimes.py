"""A treaty on protecting secrets, and a state's order of releasing them, as data: each row with its rule."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.base import Day, Shape
from schemas.profile import StepName
from schemas.secrecy import (
    BodyKind,
    BreachKind,
    Channel,
    ChannelNeed,
    ConsentKind,
    DecisionNeed,
    DutyKind,
    EntryKind,
    Mark,
    Office,
    Origin,
    ReceiptForm,
    ReleaseDuty,
    Spare,
    TreatyElement,
    Whose,
)

Party = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,8}$")]
"""A state by its ISO 3166-1 alpha-2 code, or an organisation by its abbreviation."""

RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}-[N0-9][0-9.¹]*$")]
Words = dict[str, str]
"""Words by language."""


class Degree(Shape):
    """A degree in one Party's scheme: the stamp that it sets on carriers, and its name in languages.

    `spellings` are other ways in which the treaties' texts write it. An `official_use` marking is no secrecy mark.
    """

    stamp: str
    words: Words
    spellings: tuple[str, ...] = ()
    official_use: bool = False


class RegimeParty(Shape):
    """A Party: its national languages, its degrees; for an organisation the bodies that belong to it."""

    name: Words
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    degrees: dict[Mark, Degree]
    offices: tuple[Office, ...] = ()


class Equivalence(Shape):
    """How one Party marks what another marked."""

    sender: Party
    recipient: Party
    marks: dict[Mark, Mark]
    rule: RuleId


class ChannelRule(Shape):
    """A channel that the regime opens, and what it needs."""

    channel: Channel
    needs: ChannelNeed
    rule: RuleId


class ReceiptRule(Shape):
    """How receipt is confirmed, by the mark that the sender set; any form where none is named."""

    rule: RuleId
    forms: dict[Mark, ReceiptForm] = Field(default_factory=dict)
    reading: str = ""


class ConsentRule(Shape):
    """Whose written consent an act needs; by the holder's mark where marks are named."""

    kind: ConsentKind
    when: Origin
    of: Whose
    rule: RuleId
    marks: tuple[Mark, ...] | None = None
    spares: tuple[Spare, ...] = ()
    reading: str = ""


class Ban(Shape):
    """What may not be done at all with carriers of some marks, save in a crisis."""

    kind: Literal[ConsentKind.DESTROY]
    marks: Annotated[tuple[Mark, ...], Field(min_length=1)]
    rule: RuleId
    instead: str
    spares: tuple[Spare, ...] = ()


class DecisionRule(Shape):
    """What a decision to release rests on."""

    rule: RuleId
    needs: tuple[tuple[DecisionNeed, RuleId], ...] = ()
    legal_person_needs: tuple[tuple[DecisionNeed, RuleId], ...] = ()
    told: RuleId | None = None


class AccessRule(Shape):
    """Who may read: what is not asked for which marks, whose clearances count, for which purpose."""

    rule: RuleId
    purpose_rule: RuleId
    clearance_free: tuple[Mark, ...] = ()
    recognises: RuleId | None = None


class MarkRules(Shape):
    """The rules that marks are set, added, kept and told by."""

    origin: RuleId
    added: RuleId
    derived: RuleId
    derived_consents: tuple[ConsentKind, ...] = ()
    derived_reading: str = ""
    change_told: RuleId


class ThirdParties(Shape):
    """Who is a third party: everybody else, save those named."""

    rule: RuleId
    not_third: tuple[Party, ...] = ()
    reading: str = ""


class Standing(Shape):
    """Prior agreement of the authorised bodies, which may stand for marking and registering."""

    rule: RuleId
    reading: str


class VisitRule(Shape):
    """What a visit's letter says, between whom it goes and how long before; a lead is in months or in days."""

    rule: RuleId
    sender: BodyKind
    months: Annotated[int, Field(ge=1)] | None = None
    days: Annotated[int, Field(ge=1)] | None = None
    visitor: tuple[str, ...]
    visit: tuple[str, ...]
    degree_told: RuleId | None = None
    reading: str = ""

    @model_validator(mode="after")
    def _one_lead(self) -> Self:
        """Refuse a lead in both units."""
        if self.months is not None and self.days is not None:
            raise ValueError("a lead is given in months or in days")
        return self


class BreachRule(Shape):
    """Of which breaches who tells whom at once, and whom the inquiry's result reaches."""

    rule: RuleId
    kinds: tuple[BreachKind, ...]
    disclosure_only: bool = False
    senders: tuple[BodyKind, ...]
    told: tuple[BodyKind, ...]
    every_party: bool = False
    inquiry_rule: RuleId
    reading: str = ""


class Survival(Shape):
    """How long protection lasts after the regime has ended or a Party has left."""

    rule: RuleId
    until: Literal["mark_removed", "destroyed_or_declassified", "released"]


class Contract(Shape):
    """The clauses that a contract must have."""

    rule: RuleId
    clauses: tuple[str, ...]


class EntryRule(Shape):
    """A dated entry that the regime asks for: its mandatory fields, and whom it reaches.

    `every_party`: it reaches the competent bodies of all other Parties, whichever Party it names (A-4).
    """

    kind: EntryKind
    rule: RuleId
    fields: tuple[str, ...]
    told: tuple[BodyKind, ...] = ()
    every_party: bool = False
    through: Literal["diplomatic", "direct"] = "direct"


class TreatyAnswer(Shape):
    """How a treaty states an element that the sender's order of release asks for."""

    element: TreatyElement
    rules: Annotated[tuple[RuleId, ...], Field(min_length=1)]
    note: str = ""


class RegimeTerm(Shape):
    """How long something may wait before somebody is reminded; the product's own where the treaty has no number."""

    days: Annotated[int, Field(ge=1, le=365)]
    rule: RuleId
    product: bool
    steps: Annotated[tuple[StepName, ...], Field(min_length=1)]


class Force(Shape):
    """How it comes into force and ends; the days themselves stand in the registry."""

    rule: RuleId
    notice_months: Annotated[int, Field(ge=1)]
    notice_rule: RuleId


class Regime(Shape):
    """One agreement on the protection of secret information."""

    id: str
    version: str
    title: Words
    authentic: str
    force: Force
    parties: dict[Party, RegimeParty]
    equal: tuple[Mark, ...] = ()
    equal_rule: RuleId | None = None
    equivalence: tuple[Equivalence, ...] = ()
    marks: MarkRules
    channels: Annotated[tuple[ChannelRule, ...], Field(min_length=1)]
    bulky_rule: RuleId
    receipt: ReceiptRule
    decision: DecisionRule
    access: AccessRule
    third_party: ThirdParties
    consents: tuple[ConsentRule, ...]
    bans: tuple[Ban, ...] = ()
    copies_rule: RuleId
    copies_by_cleared: RuleId
    return_rule: RuleId
    destruction_rule: RuleId
    destruction_told: tuple[Mark, ...]
    destruction_told_rule: RuleId
    crisis_rule: RuleId | None = None
    handling_told: RuleId | None = None
    standing: Standing | None = None
    visits: VisitRule
    breach: BreachRule
    survival: Survival
    contract: Contract | None = None
    entries: tuple[EntryRule, ...] = ()
    treaty: tuple[TreatyAnswer, ...] = ()
    answers: dict[RuleId, RuleId] = Field(default_factory=dict)
    """Its own rules in the place of another treaty's, for a Party that the other does not bind."""
    terms: dict[DutyKind, RegimeTerm]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse marks that a Party does not have, equivalences out of step, and missing terms."""
        if len(self.parties) < 2 or set(self.terms) != set(DutyKind):  # noqa: PLR2004 - a treaty has two sides
            raise ValueError("a regime has two Parties at least, and a term for every duty")
        if any(mark not in party.degrees for party in self.parties.values() for mark in self.equal):
            raise ValueError("every Party has the degrees that are equal for all")
        if bool(self.equal) is not (self.equal_rule is not None):
            raise ValueError("equal degrees come with their rule")
        for row in self.equivalence:
            sender, recipient = self.parties.get(row.sender), self.parties.get(row.recipient)
            if sender is None or recipient is None or row.sender == row.recipient:
                raise ValueError("an equivalence is between two Parties")
            if not set(row.marks) <= set(sender.degrees) or not set(row.marks.values()) <= set(recipient.degrees):
                raise ValueError("an equivalence names marks of its Parties")
        return self


class ReleaseTerm(Shape):
    """A term in working days, and by how many it may be extended, once."""

    working_days: Annotated[int, Field(ge=1, le=365)]
    rule: RuleId
    extension_days: Annotated[int, Field(ge=1)] | None = None
    extension_rule: RuleId | None = None


class Narrowing(Shape):
    """The channels that a national order leaves to its senders."""

    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    rule: RuleId
    reading: str = ""


class ReleaseOrder(Shape):
    """A state's order of giving its secrets to other states and organisations."""

    id: str
    version: str
    title: Words
    party: Party
    since: Day
    calendar: str
    zone: str
    rule: RuleId
    outcome_rule: RuleId
    exempt: tuple[Mark, ...]
    exempt_rule: RuleId
    contents: Annotated[tuple[tuple[str, RuleId], ...], Field(min_length=1)]
    elements: tuple[TreatyElement, ...]
    elements_rule: RuleId
    missing_rule: RuleId
    terms: dict[ReleaseDuty, ReleaseTerm]
    steps: dict[ReleaseDuty, tuple[StepName, ...]]
    channels: Narrowing
    transport_rule: RuleId

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse an order that leaves a duty without its term."""
        if set(self.terms) != set(ReleaseDuty) or set(self.steps) != set(ReleaseDuty):
            raise ValueError("an order of release gives every duty its term and its reminders")
        return self
