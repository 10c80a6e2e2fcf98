"""From a body that was saved back to the form that it came from: nothing that somebody typed is lost."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from exchange.web.acts.fields import Field, Widget, fields_of
from exchange.web.acts.filling import BODY, PERSON
from exchange.web.acts.request import AD_HOC, ITEM, TERM, TEXTS, URGENT
from exchange.web.form import Form
from schemas.vocabulary import ActKind


def form_of(kind: ActKind, body: Mapping[str, Any], zone: str) -> Form:
    """Return the form that a body fills in, times in a zone's local one."""
    if kind is ActKind.SUBMIT:
        pairs = _of_request(body, zone)
    else:
        pairs = (pair for field in fields_of(kind) for pair in _of_field(field, body.get(field.name), zone))
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        found[name] = (*found.get(name, ()), value)
    return Form(found)


def _of_field(field: Field, value: Any, zone: str) -> Iterator[tuple[str, str]]:
    """Yield the inputs of one field of an act."""
    name = field.name
    if value is None:
        return
    if field.widget is Widget.REFUSED:
        yield "items.scope", "all" if value == "all" else "some"
    if isinstance(value, list):
        yield from _of_list(field, value)
    elif isinstance(value, dict):
        yield from _parts(name, value, BODY)
    elif field.widget is Widget.INSTANT:
        yield name, _local(value, zone)
    elif field.widget is Widget.FLAG:
        yield name, "yes" if value is True else ""
    elif field.widget is not Widget.REFUSED:
        yield name, _said(value)


def _of_list(field: Field, value: list[Any]) -> Iterator[tuple[str, str]]:
    for row, one in enumerate(value):
        if field.widget is Widget.PEOPLE:
            yield from _parts(f"people.{row}", one, PERSON)
        elif field.widget is Widget.REPORTED:
            yield f"items.{one.get('number', '')}.outcome", _said(one.get("outcome"))
        else:
            yield field.name, _said(one)


def _of_request(body: Mapping[str, Any], zone: str) -> Iterator[tuple[str, str]]:
    """Yield the inputs of a new request."""
    for name in ("requested_authority", *TEXTS, "other_information", "handling"):
        if body.get(name) is not None:
            yield name, _said(body[name])
    for name in body.get("attachments") or ():
        yield "attachments", _said(name)
    for matter in body.get("matters") or ():
        yield "matters", _said(matter)
    for row, item in enumerate(body.get("assistance") or ()):
        yield from _parts(f"assistance.{row}", item, ITEM)
    yield from _parts("execution_term", body.get("execution_term") or {}, TERM)
    urgent = body.get("urgent") or {}
    yield from _parts("urgent", urgent, URGENT)
    if urgent.get("transmitted_at") is not None:
        yield "urgent.transmitted_at", _local(urgent["transmitted_at"], zone)
    agreement = urgent.get("agreement") or {}
    if agreement:
        yield "urgent.agreement", _said(agreement.get("id")) if agreement.get("kind") == "standing" else AD_HOC
    yield from _parts("urgent", agreement, ("citation", "date"))


def _parts(name: str, value: Mapping[str, Any], parts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for part in parts:
        if value.get(part) is not None:
            yield f"{name}.{part}", _said(value[part])


def _local(value: Any, zone: str) -> str:
    """Return an instant as a local time, or what was typed instead of one."""
    with suppress(ValueError, TypeError, OverflowError):
        instant = datetime.fromisoformat(str(value).upper())
        if instant.tzinfo is not None:
            return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat()
    return _said(value)


def _said(value: Any) -> str:
    return "" if value is None else str(value)
