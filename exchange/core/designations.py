"""The entries of a body in the registry over time: at most one holds on a day."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from exchange.core.deadlines import local_day
from schemas.registry import Change, Designation, End
from schemas.vocabulary import AuthorityKind, Country, Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A body as the registry has it from `since` until `until`, the first day on which that no longer holds.

    `name` is by language code; `notice` is the number of the notice that brought the entry, if one did.
    """

    code: str
    kind: AuthorityKind
    country: Country | None
    name: Mapping[str, str]
    zone: str
    reach: Reach
    mailbox: str | None = None
    head_mailbox: str | None = None
    language: str = "ru"
    address: str | None = None
    since: date
    until: date | None = None
    notice: int | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the entry holds on a day of the body's own zone."""
        return self.since <= day and (self.until is None or day < self.until)

    def holds_at(self, now: datetime) -> bool:
        """Tell whether the entry holds at an instant, by the body's own day."""
        return self.holds_on(local_day(now, self.zone))


History = tuple[Authority, ...]
"""The entries of one body, oldest first."""


def holding(history: History, now: datetime) -> Authority | None:
    """Return the entry that holds at an instant, or None."""
    return next((entry for entry in history if entry.holds_at(now)), None)


def present(history: History, now: datetime) -> Authority:
    """Return the entry that holds, else the last that did, else the first to come: what a body is known by."""
    begun = [entry for entry in history if entry.since <= local_day(now, entry.zone)]
    return holding(history, now) or (begun[-1] if begun else history[0])


def designated(history: History, fact: Designation, country: Country | None, notice: int) -> History:
    """Return the history with a body's designation; a domestic body's entry ends with it."""
    entry = Authority(
        code=fact.authority,
        kind=fact.body,
        country=country,
        name=_names(fact.name.model_dump()),
        zone=fact.zone,
        reach=fact.reach,
        mailbox=fact.mailbox,
        head_mailbox=fact.head_mailbox,
        language=fact.language,
        address=fact.address,
        since=fact.since,
        notice=notice,
    )
    return (*_closed(history, fact.since), entry)


def changed(history: History, fact: Change, notice: int) -> History:
    """Return the history with a change: the entry ends on its day, and another begins."""
    given: dict[str, Any] = {name: getattr(fact, name) for name in told(fact)}
    if fact.name is not None:
        given["name"] = _names(fact.name.model_dump())
    return (*_closed(history, fact.since), replace(history[-1], since=fact.since, until=None, notice=notice, **given))


def ended(history: History, fact: End) -> History:
    """Return the history with the end of its last entry."""
    return _closed(history, fact.until)


def told(fact: Change) -> frozenset[str]:
    """Return the particulars that a change names; one named as null is taken away where it may be absent."""
    named = fact.model_fields_set - {"kind", "authority", "since", "reference"}
    absent = {name for name in named if getattr(fact, name) is None}
    return frozenset(named - (absent - {"mailbox", "head_mailbox", "address"}))


def _closed(history: History, day: date) -> History:
    """Let the last entry end on a day, unless it ended before."""
    if not history or (history[-1].until is not None and history[-1].until <= day):
        return history
    return (*history[:-1], replace(history[-1], until=day))


def _names(names: Mapping[str, str | None]) -> dict[str, str]:
    return {language: name for language, name in names.items() if name is not None}
