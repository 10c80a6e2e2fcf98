"""Parameters of pages: read strictly, since a filter that is silently left out shows what was not asked for."""

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request

from exchange import cursors
from exchange.cursors import FIRST_YEAR
from exchange.web.errors import BadQuery

T = TypeVar("T")

LAST_YEAR: Final = 9998
E = TypeVar("E", bound=StrEnum)
LONGEST: Final = 300


class Query:
    """The parameters of one call; an empty one counts as absent, as a form's empty field is."""

    def __init__(self, request: Request) -> None:
        """Read them; raise BadQuery for one that comes twice, is too long or holds control characters."""
        self._values: dict[str, str] = {}
        for name, value in request.query_params.multi_items():
            if name in self._values or len(value) > LONGEST or not value.isprintable():
                raise BadQuery
            self._values[name] = value.strip()

    def text(self, name: str) -> str | None:
        """Return a parameter, or None."""
        return self._values.get(name) or None

    def member(self, name: str, kind: type[E]) -> E | None:
        """Return a member of a vocabulary, or None; raise BadQuery for what is none of them."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return kind(value)
        except ValueError:
            raise BadQuery from None

    def one_of(self, name: str, *words: str) -> str | None:
        """Return one of a few words, or None."""
        value = self.text(name)
        if value is not None and value not in words:
            raise BadQuery
        return value

    def number(self, name: str) -> int | None:
        """Return a whole number, or None."""
        value = self.text(name)
        if value is None:
            return None
        if not (value.isascii() and value.isdigit() and len(value) < 10):  # noqa: PLR2004 - digits of a number
            raise BadQuery
        return int(value)

    def day(self, name: str) -> date | None:
        """Return a day as a browser's field of days sends it, or None."""
        value = self.text(name)
        if value is None:
            return None
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise BadQuery from None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise BadQuery
        return day

    def kept(self, path: str, *names: str) -> str:
        """Return an address with some of this one's parameters."""
        return address(path, **{name: self.text(name) for name in names})

    def cursor(self, last: Callable[[str], T]) -> tuple[datetime, T] | None:
        """Return where a list goes on, or None."""
        value = self.text("after")
        if value is None:
            return None
        try:
            return cursors.read(value, last)
        except ValueError:
            raise BadQuery from None

    def place(self) -> int | None:
        """Return the number that a list goes on at, or None."""
        value = self.text("after")
        if value is None:
            return None
        try:
            return cursors.number(cursors.place(value))
        except ValueError:
            raise BadQuery from None

    def with_after(self, path: str, after: tuple[datetime, object] | None) -> str | None:
        """Return the address of the next page, or None."""
        if after is None:
            return None
        kept = {name: value for name, value in self._values.items() if value and name != "after"}
        return f"{path}?{urlencode({**kept, 'after': cursors.written(*after)})}"


def address(path: str, **parameters: str | None) -> str:
    """Return the address of a list with its filters."""
    kept = {name: value for name, value in parameters.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path
