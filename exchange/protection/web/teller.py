"""Tells of bodies, marks, papers and terms in a caller's language, with what the law's data call them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from exchange.core.calendar import WorkingTerm
from exchange.core.deadlines import Calculation, local_day
from exchange.protection.core.bound import binding, rules_for
from exchange.protection.core.grounding import rules_behind
from exchange.protection.core.item import Item
from exchange.protection.core.scene import Law
from exchange.protection.web import stamps
from exchange.protection.web.fields import label_of, word_of
from exchange.protection.web.stamps import Stamp
from exchange.tongues import Tongue
from exchange.web import clocks
from exchange.web.clocks import Due
from schemas.base import Shape
from schemas.secrecy import ItemAct, Mark


@dataclass(frozen=True, slots=True)
class Shown:
    """A body as it is shown."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """One field of a body: its label, and its lines."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Tells of things to somebody of the body `own`, of a Party, in a zone, at a moment."""

    tongue: Tongue
    law: Law
    names: Callable[[str], str]
    zone: str
    now: datetime
    own: str
    party: str

    @property
    def today(self) -> date:
        """The day where the caller is."""
        return local_day(self.now, self.zone)

    @property
    def local_now(self) -> str:
        """The moment as a field of a form holds it, on the caller's wall."""
        return self.now.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%dT%H:%M:%S")

    def body(self, code: str) -> Shown:
        """Return a body by its code."""
        return Shown(code, self.names(code))

    def word(self, vocabulary: str, member: str) -> str:
        """Return the word for a member of a vocabulary."""
        return self.tongue.t(f"secret.{vocabulary}.{member}")

    def stamp(self, party: str, mark: Mark | None) -> Stamp:
        """Return the stamp of a Party for a mark."""
        return stamps.stamp_of(self.law, self.tongue, party, mark)

    def regime(self, code: str) -> str:
        """Return the short name of a regime."""
        return self.tongue.words.get(f"secret.regime.{code}", code)

    def regimes(self, codes: Iterable[str]) -> str:
        """Return the short names of regimes."""
        return ", ".join(self.regime(code) for code in codes) or self.tongue.t("secret.act.none_of")

    def articles(self, rules: Iterable[str]) -> str:
        """Return the articles behind rules, each once."""
        return ", ".join(dict.fromkeys(self.tongue.article(rule) or rule for rule in rules))

    def bound(self, rules: Iterable[str], item: Item | None = None) -> tuple[str, ...]:
        """Return the rules of some that bind the caller's Party; on an item, those that bind it there."""
        return rules_for(rules, self.party, self.law, () if item is None else binding(item, self.party))

    def behind(self, act: ItemAct, name: str, item: Item | None = None) -> str | None:
        """Name the article behind a field of an act's body."""
        return self.tongue.article(next(iter(self.bound(rules_behind(act, name), item)), None))

    def bodies(self, codes: Iterable[str]) -> str:
        """Return bodies of which any one counts."""
        return " / ".join(sorted(codes)) or "—"

    def grounds(self, codes: Iterable[str]) -> str:
        """Say which grounds were missing, by their codes."""
        return " ".join(self.tongue.words.get(f"secret.ground.{code}", code) for code in codes)

    def day_of(self, text: str) -> str:
        """Write a day that came as text; what is none stays as it is."""
        try:
            return self.tongue.day(date.fromisoformat(text))
        except ValueError:
            return text

    def moment(self, at: datetime) -> str:
        """Write an instant."""
        return self.tongue.moment(at, self.zone)

    def due(self, at: datetime, on: date, zone: str) -> Due | None:
        """Tell of a running due moment."""
        return clocks.due(self.tongue, self.now, at=at, on=on, zone=zone, by_hours=False)

    def until(self, at: datetime) -> Due | None:
        """Tell of a due moment that ends a day where the caller is."""
        return self.due(at, local_day(at - timedelta(microseconds=1), self.zone), self.zone)

    def said(self, of: Shape, left_out: frozenset[str] = frozenset()) -> tuple[Said, ...]:
        """Return what a shape says, field by field, its act left out."""
        found = []
        for name in type(of).model_fields:
            value = getattr(of, name)
            if name not in left_out | {"act"} and value not in (None, (), {}) and (lines := (*self._lines(value),)):
                found.append(Said(label_of(type(of), name, self.tongue), lines))
        return tuple(found)

    def explained(self, of: Calculation) -> tuple[str, ...]:
        """Put a stored term in calendar days into words; nothing is counted anew."""
        t = self.tongue.t
        return (
            t("secret.explain.start", at=self.tongue.second(of.started_at, of.zone)),
            t("secret.explain.days", days=of.days),
            t("secret.explain.last", day=f"{of.due_on:%d.%m.%Y}", zone=of.zone),
            t("secret.explain.by", profile=of.profile, data=of.zone_data),
        )

    def explained_working(self, of: WorkingTerm) -> tuple[str, ...]:
        """Put a stored term in working days into words, each day skipped and each doubt among them."""
        t = self.tongue.t
        return (
            t("secret.explain_working.start", day=f"{local_day(of.started_at, of.zone):%d.%m.%Y}"),
            t("secret.explain_working.days", days=of.days),
            *(f"{each.day:%d.%m.%Y}: {each.name}, {self.word('day_kind', each.kind)}." for each in of.named),
            t("secret.explain_working.last", day=f"{of.due_on:%d.%m.%Y}", zone=of.zone),
            t("secret.explain_working.calendar", calendar=of.calendar),
            *(t("secret.explain_working.doubt", doubt=each) for each in of.doubts),
        )

    def _lines(self, value: Any) -> Iterator[str]:
        """Yield the lines of one value."""
        if isinstance(value, Shape):
            told = self.said(value)
            plain = set(type(value).model_fields) == {"reference", "date"}
            yield from (
                [", ".join(line for one in told for line in one.lines)]
                if plain
                else (f"{one.label}: {', '.join(one.lines)}" for one in told)
            )
        elif isinstance(value, tuple) and value and not isinstance(value[0], Shape):
            yield ", ".join(line for one in value for line in self._lines(one))
        elif isinstance(value, tuple):
            for one in value:
                yield "; ".join(self._lines(one))
        elif isinstance(value, dict):
            for name, one in value.items():
                label = self.tongue.words.get(f"secret.field.{name}", name)
                yield f"{label}: {', '.join(self._lines(one))}"
        else:
            yield self._plain(value)

    def _plain(self, value: Any) -> str:
        if isinstance(value, bool):
            return self.tongue.t("answer.yes" if value else "answer.no")
        if isinstance(value, StrEnum):
            return word_of(self.tongue, type(value).__name__, value)
        if isinstance(value, datetime):
            return self.tongue.second(value, self.zone)
        if isinstance(value, date):
            return self.tongue.day(value)
        return str(value)
