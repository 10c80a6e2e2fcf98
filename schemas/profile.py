"""A treaty's numbers as data: terms and the ladders of reminders."""

from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.base import Shape
from schemas.vocabulary import ObligationKind

StepName = Annotated[str, StringConstraints(pattern=r"^(due|[+-][1-9]\d{0,3}[dh])$")]
"""`due`, or an offset from the due moment in local days or in hours: `-10d`, `+1d`, `-6h`."""


class Term(Shape):
    """How long a duty runs: whole local days after the day it starts, or hours from its instant."""

    rule: str
    days: Annotated[int, Field(ge=1)] | None = None
    hours: Annotated[int, Field(ge=1)] | None = None


class Repeat(Shape):
    """After the ladder's last step: every so many days, up to a number of days past due, or for ever."""

    every_days: Annotated[int, Field(ge=1)]
    until_days: Annotated[int, Field(ge=1)] | None = None


class Ladder(Shape):
    """When a duty's debtor is reminded."""

    steps: Annotated[tuple[StepName, ...], Field(min_length=1)]
    repeats: tuple[Repeat, ...] = ()


class Profile(Shape):
    """A versioned reading of a treaty; each request pins the one it was submitted under."""

    id: str
    version: str
    treaty: str
    late_after_minutes: Annotated[int, Field(ge=1)]
    terms: dict[ObligationKind, Term]
    reminders: dict[ObligationKind, Ladder]
