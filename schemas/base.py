"""What every shape stands on: strictness, and the forms of text, instants, dates and codes."""

import re
import unicodedata
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

TEXT_LIMIT = 20_000
"""Longest text of one field, in characters after NFC."""

RAW_TEXT_LIMIT = 4 * TEXT_LIMIT
"""Longest text that is normalised at all: NFC makes at most one character of four, and takes its time."""

MARKS_LIMIT = 30
"""Most combining marks in a row, as in the Stream-Safe Text Format of UAX #15: sorting them is quadratic."""

FIRST_BIRTH_YEAR = 1900
"""Year from which dates of birth are taken."""

FIRST_YEAR, LAST_YEAR = 1992, 2199
"""Years of instants and dates that are taken: from the Treaty of 15 May 1992 on."""

LINE_BREAKS = "\n\r\t"

INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols by category that nobody sees: the fillers of Hangul and the blank of Braille."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Categories Cc and Cs without line breaks and tabs; a test compares it with the categories themselves."""

_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{MARKS_LIMIT + 1},}}")
"""Where too many marks in a row could stand: no mark is a letter, digit, space or ASCII (a test looks at all)."""

_SEEN = r"!-~\u00ab\u00bb\u0400-\u0482\u048a-\u052f\u2013\u2014\u2018-\u201e\u2026\u2116"
_PLAIN = re.compile(rf"[ \n\r\t]*[{_SEEN}][{_SEEN} \n\r\t]*")
"""A text of which nothing is to be said but its length: ASCII, Cyrillic, common signs; something seen, NFC already."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(_DAY.pattern + r"[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-]00:00)")


class Shape(BaseModel):
    """A frozen, strict shape that forbids unknown keys and whose errors never quote the input."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


def composed(value: str) -> str:
    """Normalise to NFC; raise PydanticCustomError for too long text or piled marks: those would take long."""
    if len(value) > RAW_TEXT_LIMIT:
        raise PydanticCustomError("text_too_long", "the text is longer than {limit} characters", {"limit": TEXT_LIMIT})
    if any(_piled(found[0]) for found in _MARKS.finditer(value)):
        raise PydanticCustomError("text_marks", "more than {limit} marks in a row", {"limit": MARKS_LIMIT})
    return unicodedata.normalize("NFC", value)


def _text(value: str) -> str:
    """Normalise to NFC; raise PydanticCustomError for control characters, blank or too long text, or piled marks."""
    if len(value) <= TEXT_LIMIT and _PLAIN.fullmatch(value):
        return value
    text = composed(value)
    if _CONTROL.search(text):
        raise PydanticCustomError("text_control", "control characters are not allowed")
    if not any(unicodedata.category(char)[0] in "LNPS" and char not in INVISIBLE for char in text):
        raise PydanticCustomError("text_blank", "the text is blank")
    if len(text) > TEXT_LIMIT:
        raise PydanticCustomError("text_too_long", "the text is longer than {limit} characters", {"limit": TEXT_LIMIT})
    return text


def _piled(text: str) -> bool:
    """Tell whether more marks stand in a row than are taken; some characters are marks only when decomposed."""
    run = 0
    for char in text:
        run = run + 1 if is_mark(char) else 0
        if run > MARKS_LIMIT:
            return True
    return False


def is_mark(char: str) -> bool:
    """Tell whether a character, decomposed, begins with a combining mark."""
    return unicodedata.combining(unicodedata.normalize("NFD", char)[0]) > 0


def _read_instant(value: object) -> object:
    """Read text as RFC 3339 writes an instant: seconds since 1970 in quotation marks are none."""
    if not isinstance(value, str):
        return value
    if _INSTANT.fullmatch(value):
        with suppress(ValueError):
            return datetime.fromisoformat(value.upper())
    raise PydanticCustomError("instant_form", "an instant is written as in RFC 3339, in UTC")


def _read_day(value: object) -> object:
    """Read text as RFC 3339 writes a day."""
    if not isinstance(value, str):
        return value
    if _DAY.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise PydanticCustomError("day_form", "a day is written as year-month-day")


def _day(value: date) -> date:
    """Return the date; raise PydanticCustomError outside the years that are taken."""
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        years = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise PydanticCustomError("year_range", "the year must lie between {first} and {last}", years)
    return value


def _birth_day(value: date) -> date:
    """Return the date; raise PydanticCustomError outside the years in which somebody alive can be born."""
    if not FIRST_BIRTH_YEAR <= value.year <= LAST_YEAR:
        years = {"first": FIRST_BIRTH_YEAR, "last": LAST_YEAR}
        raise PydanticCustomError("year_range", "the year must lie between {first} and {last}", years)
    return value


def _instant(value: datetime) -> datetime:
    """Return the instant in UTC; raise PydanticCustomError outside the years that are taken."""
    _day(value)
    return value.astimezone(UTC)


Text = Annotated[str, AfterValidator(_text)]
Instant = Annotated[AwareDatetime, AfterValidator(_instant), BeforeValidator(_read_instant)]
Day = Annotated[date, AfterValidator(_day), BeforeValidator(_read_day)]
BirthDay = Annotated[date, AfterValidator(_birth_day), BeforeValidator(_read_day)]
Days = Annotated[int, Field(ge=1, le=3650)]
Number = Annotated[int, Field(ge=1, le=1_000_000)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_text)]
"""A code of the registry: whether it exists is the registry's answer, not the shape's."""

Attachments = Annotated[tuple[Code, ...], Field(max_length=200)]


def _nothing(value: Any) -> bool:
    return not value


class Carrying(Shape):
    """A shape that may carry attachments, by their ids; where it carries none, the field is left out."""

    attachments: Attachments = Field(default=(), exclude_if=_nothing)
