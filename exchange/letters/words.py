"""The Russian words of letters, and how they write days, moments and vocabularies."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files

from exchange import tongues
from exchange.core.deadlines import local_day
from exchange.tongues import DEFAULT, Tongue
from schemas.vocabulary import Country


@dataclass(frozen=True, slots=True)
class Words:
    """The letters' own words by table and key, and the language of the pages for all else."""

    own: Mapping[str, Mapping[str, str]]
    tongue: Tongue

    def of(self, table: str, key: str, **gaps: object) -> str:
        """Return words of a table with the gaps filled."""
        words = self.own[table][key]
        return words.format(**gaps) if gaps else words

    def say(self, key: str, **gaps: object) -> str:
        """Return a sentence with the gaps filled."""
        return self.of("say", key, **gaps)

    def state(self, country: Country | None) -> str | None:
        """Return the full name of a state."""
        return self.of("state", country) if country else None

    def date(self, day: date) -> str:
        """Write a day: «1 марта 2026 года»."""
        return self.say("date", day=self.tongue.day(day))

    def day_of(self, instant: datetime, zone: str) -> str:
        """Write the local day of an instant."""
        return self.date(local_day(instant, zone))

    def moment(self, instant: datetime, zone: str) -> str:
        """Write an instant by the local clock, to the second, with the zone."""
        return self.tongue.second(instant, zone)


def load() -> Words:
    """Read the words."""
    text = files(__package__).joinpath("words.toml").read_text("utf-8")
    return Words(tomllib.loads(text), tongues.load().by_code[DEFAULT])
