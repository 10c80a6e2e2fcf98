"""From a filled-in form to the bytes of an act's body, and where in the form each part of it stands."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from exchange.web.acts.fields import Field, Widget, fields_of
from exchange.web.form import Form
from schemas.vocabulary import ActKind

LONGEST_NUMBER: Final = 9
PEOPLE: Final = 3
"""Rows for people on an empty form, and how many «more rows» adds."""

MOST_PEOPLE: Final = 100
SIGNATORY: Final = ("name", "position", "acting_under")
BODY: Final = ("name", "address")
PAPER: Final = ("number", "dated", "received_at")
PERSON: Final = ("name", "position")


@dataclass(frozen=True, slots=True)
class Filling:
    """The body that a form stands for; `places` leads from a pointer into it to the name of an input."""

    raw: bytes
    places: Mapping[str, str]

    def place(self, pointer: str) -> str | None:
        """Return the input of a pointer, or of the nearest part of the form around it."""
        while pointer:
            if pointer in self.places:
                return self.places[pointer]
            pointer = pointer.rpartition("/")[0]
        return None


def fill(kind: ActKind, form: Form, zone: str) -> Filling:
    """Put a body together; what is missing or misshapen stays so, for the shapes and the law to object to."""
    body: dict[str, Any] = {"act": kind}
    places: dict[str, str] = {}
    for field in fields_of(kind):
        places[f"/{field.name}"] = field.name
        value = read(field, form, zone, places)
        if value is not None:
            body[field.name] = value
    return Filling(json.dumps(body, ensure_ascii=False).encode(), places)


def read(field: Field, form: Form, zone: str, places: dict[str, str]) -> Any:
    """Read one field, as it stands in a body; None where it is absent."""
    return _READERS[field.widget](field, form, zone, places)


def people_rows(form: Form) -> int:
    """Return how many rows for people a form shows: those filled in and a few more."""
    filled = [row for row in range(MOST_PEOPLE) if any(form.get(f"people.{row}.{part}").strip() for part in PERSON)]
    asked = PEOPLE if form.get("more") == "people" else 0
    shown = sum(f"people.{row}.name" in form.values for row in range(MOST_PEOPLE))
    return min(MOST_PEOPLE, max(PEOPLE, shown + asked, max(filled, default=-1) + 1))


def _text(field: Field, form: Form, _zone: str, _places: dict[str, str]) -> str | None:
    """Read a text; one that may be absent is absent when nothing was typed."""
    value = form.get(field.name)
    return value if value.strip() or field.required else None


def _instant(field: Field, form: Form, zone: str, places: dict[str, str]) -> str | None:
    """Read a local time of the caller's authority; one that no clock there ever shows stays as it was typed."""
    typed = _text(field, form, zone, places)
    with suppress(ValueError, OverflowError):
        local = datetime.fromisoformat(typed or "").replace(tzinfo=None)
        instant = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local:
            return instant.isoformat().replace("+00:00", "Z")
    return typed


def _number(field: Field, form: Form, _zone: str, _places: dict[str, str]) -> int | str | None:
    return number(form.get(field.name)) if form.get(field.name).strip() else None


def number(typed: str) -> int | str:
    """Return a whole number, or what was typed instead of one."""
    text = typed.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else text


def _flag(field: Field, form: Form, _zone: str, _places: dict[str, str]) -> bool:
    return form.get(field.name) == "yes"


def _parts(parts: tuple[str, ...]) -> "Reader":
    """Make a reader of an object: absent when it may be and nothing of it was filled in."""

    def read(field: Field, form: Form, _zone: str, places: dict[str, str]) -> dict[str, str] | None:
        places.update({f"/{field.name}/{part}": f"{field.name}.{part}" for part in parts})
        typed = {part: form.get(f"{field.name}.{part}") for part in parts}
        found = {part: value for part, value in typed.items() if value.strip()}
        return found if found or field.required else None

    return read


def _people(_field: Field, form: Form, _zone: str, places: dict[str, str]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for row in range(MOST_PEOPLE):
        person = {part: form.get(f"people.{row}.{part}") for part in PERSON}
        if any(value.strip() for value in person.values()):
            places.update({f"/people/{len(found)}/{part}": f"people.{row}.{part}" for part in PERSON})
            found.append(person)
    return found


def _reported(_field: Field, form: Form, _zone: str, places: dict[str, str]) -> list[dict[str, Any]]:
    """Read an outcome for each item that has one."""
    found: list[dict[str, Any]] = []
    for name, item in _numbered(form):
        if form.get(name).strip():
            places[f"/items/{len(found)}"] = name
            found.append({"number": item, "outcome": form.get(name)})
    return found


def _numbered(form: Form) -> Iterator[tuple[str, int | str]]:
    for name in form.values:
        if name.startswith("items.") and name.endswith(".outcome"):
            yield name, number(name.split(".")[1])


def _refused(field: Field, form: Form, _zone: str, _places: dict[str, str]) -> str | list[int | str] | None:
    """Read the whole request, or the items chosen, which need no further word that they are some."""
    if form.get("items.scope") == "all":
        return "all"
    chosen = [number(item) for item in form.all(field.name)]
    return chosen if chosen or form.get("items.scope") else None


def _paper(field: Field, form: Form, zone: str, places: dict[str, str]) -> dict[str, str] | None:
    """Read how an act came on paper: absent when nothing of it was filled in."""
    places.update({f"/{field.name}/{part}": f"{field.name}.{part}" for part in PAPER})
    found = {part: form.get(f"{field.name}.{part}") for part in PAPER[:2]}
    found["received_at"] = (
        _instant(Field(f"{field.name}.received_at", Widget.INSTANT, required=False), form, zone, {}) or ""
    )
    kept = {part: value for part, value in found.items() if value.strip()}
    return kept or None


def _files(field: Field, form: Form, _zone: str, _places: dict[str, str]) -> list[str] | None:
    """Read the ids of the files that came with the form, now or before."""
    return list(form.all(field.name)) or None


Reader = Callable[[Field, Form, str, dict[str, str]], Any]

_READERS: Final[Mapping[Widget, Reader]] = {
    Widget.TEXT: _text,
    Widget.LINE: _text,
    Widget.INSTANT: _instant,
    Widget.DAY: _text,
    Widget.NUMBER: _number,
    Widget.FLAG: _flag,
    Widget.ASK: _number,
    Widget.SIGNATORY: _parts(SIGNATORY),
    Widget.PEOPLE: _people,
    Widget.REPORTED: _reported,
    Widget.REFUSED: _refused,
    Widget.AUTHORITY: _text,
    Widget.BODY: _parts(BODY),
    Widget.PAPER: _paper,
    Widget.FILES: _files,
}
