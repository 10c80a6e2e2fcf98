"""The languages of pages and mails: one catalogue each, read at start. Another language is another file in `words`."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from exchange.core.acts import ACTS
from exchange.core.objections import GROUNDS
from exchange.core.treaty import WORDS as TREATY

DEFAULT: Final = "ru"
_RULE: Final = re.compile(r"(?P<document>P-|A-N|A-|KA-|KL-|R-)(?P<number>\d+¹?)")


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language: its words by key, and how it writes days, times and numbers."""

    code: str
    locale: Locale
    words: Mapping[str, str]

    def t(self, key: str, **gaps: object) -> str:
        """Return the words of a key with the gaps filled; raise KeyError for a key that nobody wrote."""
        words = self.words[key]
        return words.format(**gaps) if gaps else words

    def n(self, key: str, number: int, **gaps: object) -> str:
        """Return the words of a key in the form that goes with a number."""
        form = self.locale.plural_form(number)
        words = self.words.get(f"{key}.{form}") or self.words[f"{key}.other"]
        return words.format(n=number, **gaps)

    def day(self, day: date) -> str:
        """Write a day."""
        return format_date(day, self.words["format.day"], self.locale)

    def moment(self, instant: datetime, zone: str) -> str:
        """Write an instant in a zone's local time, to the minute."""
        return format_datetime(instant.astimezone(ZoneInfo(zone)), self.words["format.moment"], locale=self.locale)

    def second(self, instant: datetime, zone: str) -> str:
        """Write an instant in a zone's local time, to the second and with the offset from UTC."""
        local = instant.astimezone(ZoneInfo(zone))
        return self.t("format.second", local=f"{local:%d.%m.%Y %H:%M:%S}", zone=zone, offset=offset_of(instant, zone))

    def size(self, size: int) -> str:
        """Write a number of bytes in the unit that leaves it between 1 and 1,024."""
        amount, units = float(size), [self.words[f"size.{unit}"] for unit in ("b", "kb", "mb", "gb")]
        while amount >= 1024 and len(units) > 1:  # noqa: PLR2004 - bytes in the next unit
            amount, units = amount / 1024, units[1:]
        return f"{format_decimal(amount, '#,##0.#' if size >= 1024 else '0', self.locale)} {units[0]}"  # noqa: PLR2004

    def span(self, seconds: int) -> str:
        """Write a length of time in its two largest units."""
        days, rest = divmod(max(0, seconds), 86_400)
        hours, rest = divmod(rest, 3_600)
        parts = [("span.days", days), ("span.hours", hours), ("span.minutes", rest // 60)]
        told = [(key, number) for key, number in parts if number][:2] or [parts[-1]]
        return " ".join(self.n(key, number) for key, number in told)

    def article(self, rule: str | None) -> str | None:
        """Name the article behind a rule, `P-7.4` → «ст. 7 Протокола»; None where there is none."""
        match = _RULE.match(rule or "")
        return self.t("article." + match["document"].rstrip("-"), n=match["number"]) if match else None

    def title(self, act: str) -> str:
        """Name an act, as a heading does."""
        words = self.words[f"act.{act}"]
        return words[0].upper() + words[1:]


@dataclass(frozen=True, slots=True)
class Tongues:
    """All languages, the default one first."""

    by_code: Mapping[str, Tongue]

    def of(self, chosen: str | None, accepted: str) -> Tongue:
        """Return the chosen language, else the first that the browser accepts, else the default one."""
        for code in (chosen or "", *_accepted(accepted)):
            if code in self.by_code:
                return self.by_code[code]
        return self.by_code[DEFAULT]


def load() -> Tongues:
    """Read every catalogue; the Russian words of acts and objections are those of the law's own table."""
    found = {}
    for file in files(__package__).joinpath("words").iterdir():
        code, _, kind = file.name.partition(".")
        if kind == "toml":
            words = dict(_flat("", tomllib.loads(file.read_text("utf-8"))))
            found[code] = Tongue(code, Locale.parse(code), {**(_core() if code == DEFAULT else {}), **words})
    return Tongues({code: found[code] for code in sorted(found, key=lambda code: (code != DEFAULT, code))})


def offset_of(instant: datetime, zone: str) -> str:
    """Return a zone's offset from UTC at an instant: `UTC+05:00`."""
    offset = instant.astimezone(ZoneInfo(zone)).strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}"


def _core() -> dict[str, str]:
    """Return the Russian words that the law's tables hold."""
    acts = {f"act.{kind}": act.title for kind, act in ACTS.items()}
    treaty = {f"treaty.{code}": words for code, words in TREATY.items()}
    return acts | treaty | {f"ground.{code}": ground.words for code, ground in GROUNDS.items()}


def _flat(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield prefix + name, str(value)


def _accepted(header: str) -> list[str]:
    """Return the languages of an Accept-Language header without their regions, the most wanted first."""
    wanted = []
    for place, part in enumerate(header[:500].split(",")):
        name, _, quality = part.partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        if weight > 0:
            wanted.append((-weight, place, name.strip().partition("-")[0].lower()))
    return [code for _, _, code in sorted(wanted)]
