"""Whom a body lets near secrets, and what two sides agree on beside a treaty: what is sent, and how it is shown."""

from typing import Annotated

from pydantic import Field

from schemas.base import Code, Day, Instant, Shape, Text
from schemas.protection import Written
from schemas.regimes import Party
from schemas.secrecy import AgreementKind, Channel, Mark

Limit = Annotated[int, Field(ge=1, le=200)]


class ClearanceWanted(Shape):
    """A person's clearance, as its body takes it into its register; its own Party's unless the issuer is named."""

    person: Code
    mark: Mark
    issuer: Party | None = None
    since: Instant | None = None
    until: Instant | None = None
    document: Text | None = None


class GrantWanted(Shape):
    """A person's need: the item, the purpose, the document that provides for the work (A-5.5, A-N2)."""

    person: Code
    item: Code
    purpose: Text
    document: Text
    since: Instant | None = None
    until: Instant | None = None


class Revocation(Shape):
    """The end of a clearance or a grant, at once."""


class AgreementWanted(Shape):
    """What one side proposes, or the other agrees to by naming the same; `until` is its last day.

    `other` is the body of the other side: its competent body, of a standing agreement the authorised one.
    """

    code: Code
    regime: Code
    other: Code
    reference: Written
    since: Day
    until: Day | None = None


class WayWanted(AgreementWanted):
    """A channel that two competent bodies agree on (KA-5.6, KL-6.2, A-6.2)."""

    channel: Channel


class ClearanceView(Shape):
    """A clearance as it is shown; `holds` tells of now."""

    id: str
    person: str
    body: str
    issuer: str
    mark: Mark
    since: Instant
    until: Instant | None
    revoked_at: Instant | None
    document: str | None
    holds: bool


class GrantView(Shape):
    """A grant as it is shown; `holds` tells of now."""

    id: str
    person: str
    body: str
    item: str
    purpose: str
    document: str
    since: Instant
    until: Instant | None
    revoked_at: Instant | None
    holds: bool


class AgreementView(Shape):
    """An agreement as both sides see it; it counts once `agreed_at` is there."""

    kind: AgreementKind
    code: str
    regime: str
    sides: tuple[str, ...]
    channel: Channel | None
    reference: Written
    since: Day
    until: Day | None
    proposed_by: str
    proposed_at: Instant
    agreed_at: Instant | None


class BindingView(Shape):
    """A Party and the days on which a regime is in force for it, with who is competent for it now."""

    regime: str
    party: str
    since: Day
    left_on: Day | None
    released_on: Day | None
    competent: str | None
