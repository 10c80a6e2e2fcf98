"""Whom a body lets near secrets, and what two sides agree on beside a treaty, as it is sent."""

from schemas.base import Code, Day, Instant, Shape, Text
from schemas.protection import Written
from schemas.regimes import Party
from schemas.secrecy import Channel, Mark


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
