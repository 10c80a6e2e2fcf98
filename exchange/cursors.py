"""Where a list goes on, as calls and pages carry it: the moment and the name of the last item shown, in base64."""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, TypeVar

T = TypeVar("T")

FIRST_YEAR: Final = 1900
"""Before every due moment; Python knows no year after 9999, and what is never due has that one."""

LONGEST_NUMBER: Final = 9
"""Digits of a place in a list by number: any of them fits the database."""


def written(at: datetime, name: object) -> str:
    """Write where a list goes on."""
    return _coded([at.isoformat(), str(name)])


def read(text: str, last: Callable[[str], T]) -> tuple[datetime, T]:
    """Read where a list goes on, the name by `last`; raise ValueError for what `written` never wrote."""
    match _decoded(text):
        case [str(at), str(name)]:
            moment, item = datetime.fromisoformat(at), last(name.replace("\0", ""))
            name.encode()  # half a character is no text
            if moment.utcoffset() == timedelta() and moment.year >= FIRST_YEAR:
                return moment, item
    raise ValueError


def placed(code: str) -> str:
    """Write where a list by code goes on."""
    return _coded([code])


def place(text: str) -> str:
    """Read where a list by code goes on; raise ValueError for what `placed` never wrote."""
    match _decoded(text):
        case [str(code)]:
            code.encode()  # half a character is no text
            return code.replace("\0", "")
    raise ValueError


def number(code: str) -> int:
    """Read the place that a list by number goes on after; raise ValueError for what is none."""
    if not (code.isascii() and code.isdigit() and len(code) <= LONGEST_NUMBER):
        raise ValueError
    return int(code)


def _coded(parts: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


def _decoded(text: str) -> object:
    """Return what was written, whatever it is; raise ValueError for no base64 of JSON."""
    try:
        return json.loads(base64.urlsafe_b64decode(text.encode()))
    except (binascii.Error, RecursionError) as trouble:
        raise ValueError from trouble
