"""From the shape of an act to the fields of its form; a test proves that no field of any act is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime

from exchange.core import growing
from exchange.core.acts import ACTS
from schemas import acts as bodies
from schemas.base import Carrying, Shape
from schemas.requests import Signatory
from schemas.vocabulary import ActKind

SHAPES: Final[Mapping[ActKind, type[Shape]]] = {
    kind: shape for kind, shape in growing.SHAPES.items() if kind is not ActKind.SUBMIT
}
"""The shapes of acts on a request; a new request has a form of its own."""


class Widget(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    LINE = "line"
    INSTANT = "instant"
    DAY = "day"
    NUMBER = "number"
    FLAG = "flag"
    ASK = "ask"
    SIGNATORY = "signatory"
    PEOPLE = "people"
    REPORTED = "reported"
    REFUSED = "refused"
    AUTHORITY = "authority"
    BODY = "body"
    PAPER = "paper"
    FILES = "files"


LINES: Final = frozenset({"register_number", "citation", "expected_delay", "name", "position", "acting_under"})
"""Texts that fit on a line."""

_PLAIN: Final[Mapping[Any, Widget]] = {
    str: Widget.TEXT,
    AwareDatetime: Widget.INSTANT,
    date: Widget.DAY,
    bool: Widget.FLAG,
    int: Widget.NUMBER,
    Signatory: Widget.SIGNATORY,
    bodies.BodyAddress: Widget.BODY,
    bodies.Paper: Widget.PAPER,
}
_LISTS: Final[Mapping[Any, Widget]] = {
    bodies.Representative: Widget.PEOPLE,
    bodies.ReportedItem: Widget.REPORTED,
    int: Widget.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an act."""

    name: str
    widget: Widget
    required: bool


def fields_of(kind: ActKind) -> tuple[Field, ...]:
    """Return the fields of an act's form, in the order of its shape; files come last, as they take longest."""
    fields = [
        Field(name, _widget(kind, name, info.annotation), info.is_required())
        for name, info in SHAPES[kind].model_fields.items()
        if name != "act"
    ]
    return tuple(sorted(fields, key=lambda field: field.widget is Widget.FILES))


def _widget(kind: ActKind, name: str, annotation: Any) -> Widget:
    if name == "to_authority":
        return Widget.AUTHORITY
    if name in Carrying.model_fields:
        return Widget.FILES
    if ACTS[kind].answers is not None and name == f"{ACTS[kind].answers}_number":
        return Widget.ASK
    if name in LINES:
        return Widget.LINE
    bare = _bare(annotation)
    return _LISTS[_bare(get_args(bare)[0])] if get_origin(bare) is tuple else _PLAIN[bare]


def _bare(annotation: Any) -> Any:
    """Return the type behind constraints, «or none», and a word that may stand for the whole list."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        found = [_bare(one) for one in get_args(annotation) if one is not type(None)]
        (only,) = (one for one in found if get_origin(one) is not Literal)
        return only
    return annotation
