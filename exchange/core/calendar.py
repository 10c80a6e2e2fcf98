"""Working days over explicit, versioned holidays → due day, with each day that was skipped and each doubt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from exchange.core.deadlines import local_day, start_of_day
from schemas.calendar import WORKED, CalendarDay, DayKind, WorkCalendar

_DAY = timedelta(days=1)

_KINDS = {
    DayKind.HOLIDAY: "праздничный день",
    DayKind.REST: "выходной день",
    DayKind.OBSERVED: "выходной за совпавший с выходным праздник",
    DayKind.MOVED: "перенесённый выходной день",
    DayKind.WORKING: "рабочий день",
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """A state's calendar, ready to be asked for days."""

    source: WorkCalendar
    days: Mapping[date, CalendarDay] = field(repr=False)

    def __str__(self) -> str:
        """Write it as it stands in explanations."""
        return f"{self.source.id} {self.source.version}"

    def covers(self, day: date) -> bool:
        """Tell whether the calendar knows the year of a day."""
        return self.source.years[0].year <= day.year <= self.source.years[-1].year

    def works(self, day: date) -> bool:
        """Tell whether a day is a working one."""
        entry = self.days.get(day)
        return entry.kind in WORKED if entry else day.isoweekday() not in self.source.weekend


@dataclass(frozen=True, slots=True)
class WorkingCount:
    """The last working day counted, the named days that were skipped or worked on the way, and the doubts."""

    day: date
    named: tuple[CalendarDay, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingTerm:
    """A due moment in working days and how it was reached; kept as it was made.

    `due_at` is exclusive: the first instant that is too late. `estimated` when a doubt touches the days counted.
    """

    started_at: datetime
    zone: str
    days: int
    due_on: date
    due_at: datetime
    rule: str
    calendar: str
    named: tuple[CalendarDay, ...]
    doubts: tuple[str, ...]

    @property
    def estimated(self) -> bool:
        """Whether the day may still turn out to be another."""
        return bool(self.doubts)


def calendar_of(source: WorkCalendar) -> Calendar:
    """Make a calendar of its data."""
    return Calendar(source, {each.day: each for each in source.days})


def working_days_after(start_day: date, days: int, calendar: Calendar) -> WorkingCount:
    """Count working days; the day of the start is not counted (Rules No. 1355, point 5, Reading).

    Outside the calendar's years only weekends are skipped, and the result says so. Raises ValueError for no days.
    """
    if days < 1:
        raise ValueError("at least one working day is counted")
    day, left = start_day, days
    named: list[CalendarDay] = []
    while left:
        day += _DAY
        if (entry := calendar.days.get(day)) is not None:
            named.append(entry)
        left -= calendar.works(day)
    return WorkingCount(day, tuple(named), tuple(_doubts(start_day + _DAY, day, calendar)))


def working_term(*, started_at: datetime, days: int, zone: str, rule: str, calendar: Calendar) -> WorkingTerm:
    """Count working days from the local day of an instant; the last one ends at 24:00 local time."""
    count = working_days_after(local_day(started_at, zone), days, calendar)
    return WorkingTerm(
        started_at=started_at,
        zone=zone,
        days=days,
        due_on=count.day,
        due_at=start_of_day(count.day + _DAY, zone),
        rule=rule,
        calendar=str(calendar),
        named=count.named,
        doubts=count.doubts,
    )


def explain_working(term: WorkingTerm) -> tuple[str, ...]:
    """Put a term in working days into words, each named day and each doubt among them."""
    steps = [
        f"День получения {local_day(term.started_at, term.zone):%d.%m.%Y} не считается.",
        f"Прибавлено рабочих дней: {term.days}; суббота и воскресенье не считаются.",
    ]
    steps += [f"{each.day:%d.%m.%Y}: {each.name}, {_KINDS[each.kind]}." for each in term.named]
    steps.append(f"Последний день: {term.due_on:%d.%m.%Y}, до 24:00 местного времени ({term.zone}).")
    steps.append(f"Календарь: {term.calendar}.")
    steps += [f"Расчёт предварительный: {doubt}" for doubt in term.doubts]
    return tuple(steps)


def _doubts(first: date, last: date, calendar: Calendar) -> Iterator[str]:
    """Yield what could move the last day: years not covered or not settled, dates estimated or not verified."""
    years = {each.year: each for each in calendar.source.years}
    for year in range(first.year, last.year + 1):
        if year not in years:
            yield f"календаря на {year} год нет, пропущены только суббота и воскресенье."
        elif not years[year].settled:
            yield f"{years[year].note}."
    for each in calendar.source.days:
        margin = timedelta(days=each.margin_days)
        if (each.estimated or not each.verified) and first - margin <= each.day <= last + margin:
            yield f"{each.day:%d.%m.%Y} ({each.name}): " + ("дата оценочная." if each.estimated else "не проверено.")
