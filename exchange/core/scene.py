"""What the registry says on the day of an act: all that the law needs to know beside the request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from exchange.core.request import AttachmentRef, AuthorityRef, ProfileRef
from schemas.profile import Profile
from schemas.vocabulary import Country


@dataclass(frozen=True, slots=True)
class Party:
    """A state and the days on which the Protocol is in force for it; `left_on` is the first day that it is not."""

    country: Country
    in_force_from: date
    left_on: date | None = None

    def bound_on(self, day: date) -> bool:
        """Tell whether the Protocol is in force for the state on a day (Articles 16 and 18)."""
        return self.in_force_from <= day and (self.left_on is None or day < self.left_on)


@dataclass(frozen=True, slots=True)
class StandingChannel:
    """A standing agreement of Parties on a technical channel (Article 6); `until` is its last day."""

    code: str
    parties: frozenset[Country]
    since: date
    until: date | None

    def holds_on(self, day: date) -> bool:
        """Tell whether it was in force on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The registry's facts for one act, and the numbers that the registers give next.

    `authorities` holds those that the act names and the registry knows on that day; `lapsed` those that it no longer
    holds, with the first day on which it did not; `attachments` those that it names and its author uploaded.
    """

    authorities: Mapping[str, AuthorityRef] = field(default_factory=dict)
    lapsed: Mapping[str, date] = field(default_factory=dict)
    parties: Mapping[Country, Party] = field(default_factory=dict)
    agreements: Mapping[str, StandingChannel] = field(default_factory=dict)
    outgoing_numbers: Mapping[str, str] = field(default_factory=dict)
    incoming_numbers: Mapping[str, str] = field(default_factory=dict)
    attachments: Mapping[str, AttachmentRef] = field(default_factory=dict)
    protected: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """The profile that applies, with the reference that a request pins."""

    profile: Profile
    ref: ProfileRef


@dataclass(frozen=True, slots=True)
class Moment:
    """When an act arrived, and whether the caller had the latest version before it."""

    now: datetime
    fresh: bool = True
