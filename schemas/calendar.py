"""A state's working days as data: public holidays, days off and moved days, each with the act that made it."""

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.base import Day, Shape
from schemas.vocabulary import Vocabulary


class DayKind(Vocabulary):
    """What an entry of the calendar makes of a day."""

    HOLIDAY = "holiday"
    REST = "rest"
    OBSERVED = "observed"
    MOVED = "moved"
    WORKING = "working"


WORKED = frozenset({DayKind.WORKING})
"""The kinds of entries that leave a day to work, whatever day of the week it is."""


class CalendarSource(Shape):
    """A legal act, and what of it was read: only a text that quotes the act counts as seen."""

    act: str
    seen: str


class CalendarDay(Shape):
    """One day that is not what its weekday says; `margin_days` is by how much an estimated date may be wrong."""

    day: Day
    kind: DayKind
    name: str
    source: str
    estimated: bool = False
    verified: bool = True
    margin_days: Annotated[int, Field(ge=0, le=3)] = 0


class CalendarYear(Shape):
    """A year that the calendar covers; not settled while acts that move days may still come."""

    year: Annotated[int, Field(ge=1992, le=2199)]
    settled: bool
    note: str = ""


class WorkCalendar(Shape):
    """A versioned calendar of one state; `weekend` holds ISO weekdays, Monday being 1."""

    id: str
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    version: str
    weekend: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(min_length=1)]
    sources: dict[str, CalendarSource]
    years: Annotated[tuple[CalendarYear, ...], Field(min_length=1)]
    days: tuple[CalendarDay, ...]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse days out of order, outside the years or without a source that the file names."""
        if any(later.day <= sooner.day for sooner, later in pairwise(self.days)):
            raise ValueError("the days of a calendar come in order, each once")
        if any(later.year != sooner.year + 1 for sooner, later in pairwise(self.years)):
            raise ValueError("the years of a calendar follow one another")
        years = {each.year for each in self.years}
        if any(each.day.year not in years or each.source not in self.sources for each in self.days):
            raise ValueError("a day lies in a year of the calendar and names one of its sources")
        return self
