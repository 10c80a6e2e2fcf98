"""The ladder of reminders → the moments at which somebody is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, takewhile

from exchange.core.deadlines import shift_days
from schemas.profile import Ladder

UNTIL = "until"
"""The step that marks the day named in a postponement."""

DUE = "due"


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: its name and its UTC moment; `after_due` from the due moment on."""

    name: str
    moment: datetime
    after_due: bool


def _offset(name: str) -> tuple[int, str]:
    """Return a step's signed number and its unit, `d` or `h`."""
    return (0, "d") if name == DUE else (int(name[:-1]), name[-1])


def _names(ladder: Ladder) -> Iterator[str]:
    """Yield the names of the steps in order, the repeats without end where the ladder says so."""
    yield from ladder.steps
    reached, _ = _offset(ladder.steps[-1])
    for repeat in ladder.repeats:
        for day in count(reached + repeat.every_days, repeat.every_days):
            if repeat.until_days is not None and day > repeat.until_days:
                break
            reached = day
            yield f"+{day}d"


def steps(ladder: Ladder, *, due_at: datetime, zone: str, started_at: datetime) -> Iterator[Step]:
    """Yield the steps of one due date in order of their moments, from the duty's start on; may be endless.

    Days are the debtor's local days: the step keeps the hour that the due moment has on the debtor's wall.
    """
    for name in _names(ladder):
        number, unit = _offset(name)
        moment = shift_days(due_at, number, zone) if unit == "d" else due_at + timedelta(hours=number)
        if moment >= started_at:
            yield Step(name, moment, after_due=number >= 0)


def passed(ladder_steps: Iterator[Step], *, after: datetime | None, now: datetime) -> tuple[Step, ...]:
    """Return the steps whose moment has come and that were not worked yet."""
    come = takewhile(lambda step: step.moment <= now, ladder_steps)
    return tuple(step for step in come if after is None or step.moment > after)


def following(ladder_steps: Iterator[Step], *, after: datetime | None) -> Step | None:
    """Return the first step after a moment (the very first where there is none), or None past the last."""
    return next((step for step in ladder_steps if after is None or step.moment > after), None)
