"""For which states the Protocol is in force on a day, from what the depositary received (Articles 16 and 18).

Readings: a state is bound from the day of the receipt itself; the notice of leaving is received no later than on the
day of the same number so many months before the day of leaving, or on the last day of that month where it has no such
day; once in force, the Protocol stays so for the others when a Party leaves.
"""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from exchange.core.scene import Party
from schemas.profile import Force
from schemas.vocabulary import Country

WORDS: Final[Mapping[str, str]] = {
    "no_notification": "Депозитарий не получал уведомления государства о выполнении внутренних процедур.",
    "notified": "Депозитарий получил уведомление государства о выполнении внутренних процедур: {received_on}.",
    "too_few": "Всего получено уведомлений: {count}; Протокол вступает в силу с получения {needed}-го.",
    "fourth": "Протокол вступил в силу с получения {needed}-го уведомления: {entered_on}.",
    "among_first": "Уведомление государства — {place}-е: Протокол действует для него с {since}.",
    "later": "Уведомление государства получено позже: Протокол действует для него с дня его получения, {since}.",
    "not_yet": "В этот день, {day}, Протокол для государства ещё не действовал.",
    "leaving": "Уведомление о выходе получено {received_on}; государство выходит {left_on}.",
    "left": "В этот день, {day}, государство уже не Сторона; открытые запросы остаются открытыми до завершения.",
    "in_force": "В этот день, {day}, Протокол действует.",
}
"""What an explanation says, step by step."""

RULES: Final[Mapping[str, str]] = {"leaving": "P-18", "left": "P-18"}
"""The rule of a step; the rest rest on Article 16."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A notification that a state completed its internal procedures, by the day the depositary received it."""

    country: Country
    received_on: date


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A notice that a Party leaves: the day of receipt, and the first day on which it is no Party."""

    country: Country
    received_on: date
    leaving_on: date


Fact = Completion | Withdrawal


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence of an explanation with its gaps; days are days, for whoever writes them in a language."""

    code: str
    gaps: Mapping[str, object] = field(default_factory=dict)

    @property
    def rule(self) -> str:
        """The rule that it rests on."""
        return RULES.get(self.code, "P-16")

    def __str__(self) -> str:
        """Say it in Russian."""
        told = {name: f"{gap:%d.%m.%Y}" if isinstance(gap, date) else gap for name, gap in self.gaps.items()}
        return WORDS[self.code].format(**told)


@dataclass(frozen=True, slots=True)
class InForce:
    """Whether the Protocol is in force for a state on a day, why, and the days between which it is or was."""

    holds: bool
    steps: tuple[Step, ...]
    since: date | None = None
    left_on: date | None = None


def earliest_leaving(received_on: date, months: int) -> date:
    """Return the first day on which a Party can leave whose notice was received on a day (Article 18)."""
    year, month = divmod(received_on.year * 12 + received_on.month - 1 + months, 12)
    days = calendar.monthrange(year, month + 1)[1]
    if received_on.day <= days:
        return date(year, month + 1, received_on.day)
    return date(year, month + 1, days) + timedelta(days=1)


def entry_into_force(facts: Iterable[Fact], force: Force) -> date | None:
    """Return the day on which the depositary received the notification that brought it into force (Article 16).

    Each state counts once, by its first notification.
    """
    first: dict[Country, date] = {}
    for fact in facts:
        if isinstance(fact, Completion):
            first[fact.country] = min(first.get(fact.country, fact.received_on), fact.received_on)
    received = sorted(first.values())
    return received[force.notifications - 1] if len(received) >= force.notifications else None


def periods(country: Country, facts: Iterable[Fact], force: Force) -> tuple[Party, ...]:
    """Return the spans in which the Protocol is in force for a state, oldest first.

    A state that left is bound again from the receipt of a new notification.
    """
    facts = tuple(facts)
    entered = entry_into_force(facts, force)
    if entered is None:
        return ()
    received = sorted(fact.received_on for fact in facts if isinstance(fact, Completion) and fact.country is country)
    leaving = sorted(fact.leaving_on for fact in facts if isinstance(fact, Withdrawal) and fact.country is country)
    found: list[Party] = []
    for day in received:
        since = max(day, entered)
        if found and (found[-1].left_on is None or since < found[-1].left_on):
            continue
        found.append(Party(country, since, next((left for left in leaving if left > since), None)))
    return tuple(found)


def parties(facts: Iterable[Fact], force: Force) -> tuple[Party, ...]:
    """Return each state that is or was bound, with its last span: all that a new request needs to know."""
    facts = tuple(facts)
    spans = (periods(country, facts, force) for country in Country)
    return tuple(found[-1] for found in spans if found)


def in_force(country: Country, day: date, facts: Iterable[Fact], force: Force) -> InForce:
    """Tell whether the Protocol is in force for a state on a day, and by which notification and article."""
    facts = tuple(facts)
    received = sorted(fact.received_on for fact in facts if isinstance(fact, Completion) and fact.country is country)
    if not received:
        return InForce(holds=False, steps=(Step("no_notification"),))
    spans, entered = periods(country, facts, force), entry_into_force(facts, force)
    if entered is None:
        count = len({fact.country for fact in facts if isinstance(fact, Completion)})
        told = Step("notified", {"received_on": received[-1]})
        return InForce(holds=False, steps=(told, Step("too_few", {"count": count, "needed": force.notifications})))
    span = next((span for span in reversed(spans) if span.in_force_from <= day), spans[0])
    steps = [
        *_beginning(span, received, entered, facts, force),
        *(
            Step("leaving", {"received_on": fact.received_on, "left_on": fact.leaving_on})
            for fact in facts
            if isinstance(fact, Withdrawal) and (fact.country, fact.leaving_on) == (country, span.left_on)
        ),
    ]
    verdict = "in_force" if span.bound_on(day) else "not_yet" if day < span.in_force_from else "left"
    steps.append(Step(verdict, {"day": day}))
    return InForce(verdict == "in_force", tuple(steps), span.in_force_from, span.left_on)


def between(one: Country, other: Country, day: date, facts: Iterable[Fact], force: Force) -> bool:
    """Tell whether the Protocol is in force between two states on a day: for both of them, and they are two."""
    facts = tuple(facts)
    return one is not other and all(in_force(country, day, facts, force).holds for country in (one, other))


def _beginning(
    span: Party, received: list[date], entered: date, facts: tuple[Fact, ...], force: Force
) -> tuple[Step, ...]:
    """Say from which notification a span follows."""
    own = max(day for day in received if day <= span.in_force_from)
    firsts = sorted({fact.country: fact.received_on for fact in _firsts(facts)}.items(), key=lambda pair: pair[1])
    place = next(place for place, (country, _day) in enumerate(firsts, 1) if country is span.country)
    told = (
        Step("notified", {"received_on": own}),
        Step("fourth", {"needed": force.notifications, "entered_on": entered}),
    )
    if span.in_force_from == entered:
        return (*told, Step("among_first", {"place": place, "since": entered}))
    return (*told, Step("later", {"since": span.in_force_from}))


def _firsts(facts: tuple[Fact, ...]) -> list[Completion]:
    """Return each state's first notification, the later ones first."""
    return sorted((fact for fact in facts if isinstance(fact, Completion)), key=lambda fact: fact.received_on)[::-1]
