"""What the protection of secrets rests on as data: regimes, orders of release, calendars that come with the product."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Generic, TypeVar

from exchange.core.calendar import Calendar, calendar_of
from schemas.calendar import WorkCalendar
from schemas.regimes import Regime, ReleaseOrder

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A piece of data with the bytes that it was read from and their digest, in hexadecimal."""

    value: T
    source: bytes
    digest: str


def read_regime(source: bytes) -> Regime:
    """Return a regime; raise ValueError when the text is no lawful one."""
    return Regime.model_validate(tomllib.loads(source.decode()), strict=False)


def read_order(source: bytes) -> ReleaseOrder:
    """Return a national order of release; raise ValueError when the text is no lawful one."""
    return ReleaseOrder.model_validate(tomllib.loads(source.decode()), strict=False)


def read_calendar(source: bytes) -> Calendar:
    """Return a calendar; raise ValueError when the text is no lawful one."""
    return calendar_of(WorkCalendar.model_validate(tomllib.loads(source.decode()), strict=False))


def regimes() -> Mapping[str, Kept[Regime]]:
    """Return the regimes that come with the product, by identifier."""
    found = (_kept(read_regime(source), source) for source in _sources("regimes"))
    return {each.value.id: each for each in found}


def orders() -> Mapping[str, Kept[ReleaseOrder]]:
    """Return the orders of release that come with the product, by the state that they bind."""
    found = (_kept(read_order(source), source) for source in _sources("release"))
    return {each.value.party: each for each in found}


def calendars() -> Mapping[str, Calendar]:
    """Return the calendars that come with the product, by state."""
    found = (read_calendar(source) for source in _sources("calendars"))
    return {each.source.country: each for each in found}


def _sources(folder: str) -> Iterator[bytes]:
    """Yield the bytes of a folder's files by name."""
    listed = files(__package__).joinpath(folder).iterdir()
    for path in sorted(listed, key=lambda each: each.name):
        if path.name.endswith(".toml"):
            yield path.read_bytes()


def _kept(value: T, source: bytes) -> Kept[T]:
    return Kept(value, source, hashlib.sha256(source).hexdigest())
