"""What an act carried, field by field, as the timeline shows it."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from exchange.tongues import Tongue

INSTANTS: Final = frozenset({"received_at", "sent_at", "executed_at", "transmitted_at"})
LEFT_OUT: Final = frozenset({"act", "attachments"})
"""What stands elsewhere: the act's name in the heading, its files by their names."""

DAYS: Final = frozenset({"until", "date", "dated"})


@dataclass(frozen=True, slots=True)
class Said:
    """One field: the key of its label, and its lines."""

    label: str
    lines: tuple[str, ...]


def said(tongue: Tongue, zone: str, body: Mapping[str, Any]) -> tuple[Said, ...]:
    """Return what an act's body says, its own name left out."""
    return tuple(
        Said(f"field.{name}", tuple(_lines(tongue, zone, name, value)))
        for name, value in body.items()
        if name not in LEFT_OUT and value not in (None, [], ()) and f"field.{name}" in tongue.words
    )


def _lines(tongue: Tongue, zone: str, name: str, value: Any) -> Iterator[str]:
    if name == "items" and value == "all":
        yield tongue.t("items.all")
    elif isinstance(value, bool):
        yield tongue.t("answer.yes" if value else "answer.no")
    elif isinstance(value, dict):
        yield from _object(tongue, zone, value)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _one(tongue, zone, name, one)
    else:
        yield _plain(tongue, zone, name, value)


def _one(tongue: Tongue, zone: str, name: str, value: Any) -> Iterator[str]:
    """Yield a line for one member of a list."""
    if isinstance(value, dict) and "outcome" in value:
        yield tongue.t("items.outcome", number=value.get("number"), outcome=value["outcome"])
    elif isinstance(value, dict):
        yield ", ".join(str(part) for part in value.values())
    else:
        yield tongue.t("items.number", number=value) if name == "items" else _plain(tongue, zone, name, value)


def _object(tongue: Tongue, zone: str, value: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each part of an object: a signatory, a body without a code, a paper."""
    for part, text in value.items():
        if part in INSTANTS | DAYS:
            yield f"{tongue.t(f'field.{part}')}: {_plain(tongue, zone, part, text)}"
        elif text is not None:
            yield (
                tongue.t(f"position.{text}") if part == "position" and f"position.{text}" in tongue.words else str(text)
            )


def _plain(tongue: Tongue, zone: str, name: str, value: Any) -> str:
    with suppress(ValueError, TypeError):
        if name in INSTANTS:
            return tongue.second(datetime.fromisoformat(str(value).upper()), zone)
        if name in DAYS:
            return tongue.day(date.fromisoformat(str(value)))
    return str(value)
