"""From a filled-in form to the bytes of a body, and where in the form each part of it stands."""

import json
from collections.abc import Iterable
from typing import Any, Final

from exchange.protection.web.fields import Field, Widget
from exchange.web.acts import fields as open_fields
from exchange.web.acts import filling
from exchange.web.acts.filling import Filling
from exchange.web.form import Form

MOST_ROWS: Final = 100


def fill(fields: Iterable[Field], form: Form, zone: str, fixed: dict[str, Any] | None = None) -> Filling:
    """Put a body together; what is missing or misshapen stays so, for the shapes and the law to object to.

    `fixed` is what the form does not ask: the act's name, or an upload that was sealed before.
    """
    places: dict[str, str] = {}
    body = {**(fixed or {}), **_object(fields, form, zone, "", places)}
    return Filling(json.dumps(body, ensure_ascii=False).encode(), places)


def rows_of(of: Field, form: Form, shown: int = 1) -> int:
    """Return how many rows a form shows: those that it had, and one more where that was asked for."""
    filled = max((row + 1 for row in _filled(of, form)), default=0)
    return min(MOST_ROWS, max(shown, filled + (form.get("more") == of.name)))


def _object(fields: Iterable[Field], form: Form, zone: str, pointer: str, places: dict[str, str]) -> dict[str, Any]:
    found = {}
    for one in fields:
        places[f"{pointer}/{one.key}"] = one.name
        value = _value(one, form, zone, f"{pointer}/{one.key}", places)
        if value is not None:
            found[one.key] = value
    return found


def _value(of: Field, form: Form, zone: str, pointer: str, places: dict[str, str]) -> Any:
    """Read one field, as it stands in a body; None where it is absent."""
    if of.widget is Widget.GROUP:
        parts = _object(of.parts, form, zone, pointer, places)
        return parts if of.required or _anything(of, form) else None
    if of.widget is Widget.ROWS:
        return _rows(of, form, zone, pointer, places) or None
    if of.widget in {Widget.SEVERAL, Widget.LINES}:
        told = form.all(of.name) if of.widget is Widget.SEVERAL else form.get(of.name).split("\n")
        chosen = [_typed(of, one.strip()) for one in told if one.strip()]
        places.update({f"{pointer}/{place}": of.name for place in range(len(chosen))})
        return chosen or None
    return _plain(of, form.get(of.name), form, zone) if form.get(of.name).strip() else None


def _anything(of: Field, form: Form) -> bool:
    """Tell whether anything was filled in of a group."""
    return any(
        value.strip() for name, values in form.values.items() if name.startswith(f"{of.name}.") for value in values
    )


def _plain(of: Field, typed: str, form: Form, zone: str) -> Any:
    """Read a single value that was typed or chosen; what is misshapen stays as it is."""
    if of.widget is Widget.FLAG:
        return True if typed == "yes" else None
    if of.widget is Widget.YES_NO:
        return {"yes": True, "no": False}.get(typed, typed)
    if of.widget is Widget.INSTANT:
        plain = open_fields.Field(of.name, open_fields.Widget.INSTANT, of.required)
        return filling.read(plain, form, zone, {})
    return _typed(of, typed)


def _rows(of: Field, form: Form, zone: str, pointer: str, places: dict[str, str]) -> list[dict[str, Any]]:
    """Read the rows that have anything in them; the others never were."""
    found: list[dict[str, Any]] = []
    for row in _filled(of, form):
        one = _object(of.row(row), form, zone, f"{pointer}/{len(found)}", places)
        if one:
            places[f"{pointer}/{len(found)}"] = of.row(row)[0].name
            found.append(one)
    return found


def _filled(of: Field, form: Form) -> list[int]:
    names = {name.removeprefix(f"{of.name}.").partition(".")[0] for name in form.values if name.startswith(of.name)}
    return sorted(int(name) for name in names if name.isascii() and name.isdigit() and len(name) <= 2)  # noqa: PLR2004


def _typed(of: Field, text: str) -> Any:
    return filling.number(text) if of.whole else text
