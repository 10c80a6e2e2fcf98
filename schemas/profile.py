"""A treaty's numbers as data: terms and the ladders of reminders."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.base import Shape
from schemas.vocabulary import ObligationKind

StepName = Annotated[str, StringConstraints(pattern=r"^(due|[+-][1-9]\d{0,3}[dh])$")]
"""`due`, or an offset from the due moment in local days or in hours: `-10d`, `+1d`, `-6h`."""


class Term(Shape):
    """How long a duty runs: whole local days after the day it starts, or hours from its instant."""

    rule: str
    days: Annotated[int, Field(ge=1)] | None = None
    hours: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        """Refuse a term without a length, and one with two."""
        if (self.days is None) is (self.hours is None):
            raise ValueError("a term is given in days or in hours")
        return self


class Repeat(Shape):
    """After the ladder's last step: every so many days, up to a number of days past due, or for ever."""

    every_days: Annotated[int, Field(ge=1)]
    until_days: Annotated[int, Field(ge=1)] | None = None


class Ladder(Shape):
    """When a duty's debtor is reminded."""

    steps: Annotated[tuple[StepName, ...], Field(min_length=1)]
    repeats: tuple[Repeat, ...] = ()

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        """Refuse steps out of their order, of which some would never come, and repeats that follow no day."""
        if any(later <= sooner for sooner, later in pairwise(_hours(step) for step in self.steps)):
            raise ValueError("the steps of a ladder come in the order of their moments")
        if self.repeats and self.steps[-1].endswith("h"):
            raise ValueError("repeats in days follow a step in days")
        return self


class Profile(Shape):
    """A versioned reading of a treaty; each request pins the one it was submitted under."""

    id: str
    version: str
    treaty: str
    late_after_minutes: Annotated[int, Field(ge=1)]
    terms: dict[ObligationKind, Term]
    reminders: dict[ObligationKind, Ladder]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse a profile that leaves a duty without its term or its ladder, or counts it in the other unit."""
        if set(self.terms) != set(ObligationKind) or set(self.reminders) != set(ObligationKind):
            raise ValueError("a profile gives every duty its term and its ladder")
        in_hours = {kind for kind, term in self.terms.items() if term.hours is not None}
        if in_hours != {ObligationKind.CONFIRMATION}:
            raise ValueError("the confirmation is counted in hours, the other duties in days")
        return self


class Force(Shape):
    """A treaty's numbers of coming into force (Article 16) and of leaving (Article 18)."""

    notifications: Annotated[int, Field(ge=1)]
    leaving_months: Annotated[int, Field(ge=0)]


def _hours(step: str) -> int:
    """Return a step's distance from the due moment in hours, a day being 24: enough to put steps in order."""
    return 0 if step == "due" else int(step[:-1]) * (24 if step.endswith("d") else 1)
