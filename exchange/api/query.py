"""Parameters of lists: read strictly, since a filter that is silently left out shows what was not asked for."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from exchange import cursors
from exchange.api.body import may_be_echoed
from exchange.api.entrance import ID, JSON
from exchange.api.problems import Fault
from exchange.cursors import FIRST_YEAR
from schemas.base import Day, Text
from schemas.problem import ProblemItem

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

DEFAULT_LIMIT: Final = 50
LARGEST_LIMIT: Final = 200
LONGEST: Final = 200
"""Characters of one parameter."""

LARGEST_NUMBER: Final = 2**63 - 1

TEXT: Final[TypeAdapter[str]] = TypeAdapter(Text)
DAY: Final[TypeAdapter[date]] = TypeAdapter(Day)


class Query:
    """The parameters of one call; what is wrong with them is collected and raised at once by `done`."""

    def __init__(self, request: Request) -> None:
        self._wrong: list[ProblemItem] = []
        self._values: dict[str, str] = {}
        self._asked: set[str] = set()
        for name, value in request.query_params.multi_items():
            if name in self._values:
                self._object(name, "указан дважды")
            elif not value.isprintable() or len(value) > LONGEST:
                self._object(name, f"содержит недопустимые знаки или длиннее {LONGEST} знаков")
            self._values[name] = self._text(name, value.strip())

    def _text(self, name: str, value: str) -> str:
        """Return a value as texts of bodies are kept; what no field of a body takes is taken here neither."""
        try:
            return TEXT.validate_python(value) if 0 < len(value) <= LONGEST and value.isprintable() else value
        except ValidationError:
            self._object(name, "содержит недопустимые знаки")
            return ""

    def text(self, name: str) -> str | None:
        """Return a parameter, None where it is absent or empty."""
        self._asked.add(name)
        return self._values.get(name) or None

    def one_of(self, name: str, words: Iterable[str]) -> str | None:
        """Return one of a few words."""
        value, words = self.text(name), list(words)
        if value is not None and value not in words:
            self._object(name, f"принимает значения: {', '.join(words)}")
            return None
        return value

    def member(self, name: str, kind: type[E]) -> E | None:
        """Return a member of a vocabulary."""
        value = self.one_of(name, kind)
        return None if value is None else kind(value)

    def flag(self, name: str) -> bool | None:
        """Return true or false."""
        value = self.one_of(name, ("true", "false"))
        return None if value is None else value == "true"

    def day(self, name: str) -> date | None:
        """Return a day, written as ISO 8601 does."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return DAY.validate_python(value)
        except ValidationError:
            self._object(name, "принимает день по ISO 8601, например 2026-03-01")
            return None

    def limit(self) -> int:
        """Return how many items a page may have."""
        return self.number("limit", DEFAULT_LIMIT, 1, LARGEST_LIMIT)

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        value = self.text(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
            self._object(name, f"принимает целое число от {least} до {most}")
            return default
        return int(value)

    def instant(self, name: str) -> datetime | None:
        """Return an instant."""
        value = self.text(name)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.utcoffset() != timedelta() or moment.year < FIRST_YEAR:
            self._object(name, "принимает момент времени, например 2026-03-01T09:00:00Z")
            return None
        return moment

    def identifier(self, name: str) -> UUID | None:
        """Return the id of a request."""
        value = self.text(name)
        if value is None or ID.fullmatch(value):
            return None if value is None else UUID(value)
        self._object(name, "принимает id запроса")
        return None

    def cursor(self, last: Callable[[str], T]) -> tuple[datetime, T] | None:
        """Return where a list goes on: the due moment and the id of the last item shown."""
        value = self.text("after")
        if value is None:
            return None
        try:
            return cursors.read(value, last)
        except ValueError:
            self._object("after", "принимает значение next предыдущей страницы")
            return None

    def place(self) -> str:
        """Return where a list by code goes on: the code of the last item shown, empty for its beginning."""
        value = self.text("after")
        if value is None:
            return ""
        try:
            return cursors.place(value)
        except ValueError:
            self._object("after", "принимает значение next предыдущей страницы")
            return ""

    def placed(self, read: Callable[[str], T]) -> T | None:
        """Return where a list goes on, as `place` does, read as what it goes by; None for its beginning."""
        code = self.place()
        try:
            return read(code) if code else None
        except ValueError:
            self._object("after", "принимает значение next предыдущей страницы")
            return None

    def done(self) -> None:
        """Raise Fault naming every parameter that is unknown or does not fit."""
        for name in self._values.keys() - self._asked:
            self._object(name, "здесь не принимается")
        if self._wrong:
            raise Fault("invalid_query", tuple(self._wrong))

    def _object(self, name: str, words: str) -> None:
        named = f"Параметр {name}" if may_be_echoed(name) else "Один из параметров"
        self._wrong.append(ProblemItem(pointer="", detail=f"{named} {words}.", rule=None))


def counted(text: str) -> int:
    """Read the number of a row in a cursor; raise ValueError for what is none."""
    number = int(text)
    if not 0 <= number <= LARGEST_NUMBER:
        raise ValueError
    return number


def cursor_of(after: tuple[datetime, UUID | str | int] | None) -> str | None:
    """Write where a list goes on."""
    return None if after is None else cursors.written(*after)


def place_of(code: str) -> str:
    """Write where a list by code goes on."""
    return cursors.placed(code)


def page(items: Sequence[Any], following: str | None, limit: int) -> Response:
    """Answer with one page of a list."""
    return Response(to_json({"items": items, "next": following, "limit": limit}), media_type=JSON)
