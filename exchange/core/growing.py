"""Bodies that are still being written: only known fields, texts composed, and holes filled for a trial of the rest."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from exchange.core.objections import Objection, object_to
from schemas import acts as bodies
from schemas.base import Shape, composed
from schemas.requests import InlineProtected, Submission
from schemas.vocabulary import ActKind, Form, TermBasis

SHAPES: Final[Mapping[ActKind, type[Shape]]] = {
    ActKind.SUBMIT: Submission,
    **{
        get_args(shape.model_fields["act"].annotation)[0]: shape
        for shape in vars(bodies).values()
        if isinstance(shape, type) and issubclass(shape, Shape) and "act" in shape.model_fields
    },
}
"""The shape of each act's body."""

OF_THE_NODE: Final = frozenset({"act", "signatory"})
"""What the node itself puts into the body of a draft."""

LARGEST_NUMBER: Final = 2**53
LONGEST_LIST: Final = 200
_NAME: Final = re.compile(r"[a-z_]{1,40}")
_PREFERRED: Final[Mapping[Any, Any]] = {Form: Form.OTHER, TermBasis: TermBasis.PROTOCOL}
"""What a hole is filled with where the first of a vocabulary would ask for more fields."""


@dataclass(frozen=True, slots=True)
class Node:
    """One place of a body: what may stand there, by the members of `models`, as a list of `row`, or as a word."""

    adapter: TypeAdapter[Any]
    annotation: Any
    required: bool
    models: tuple[type[BaseModel], ...]
    row: "Node | None"
    word: bool

    def fields(self) -> Mapping[str, "Node"]:
        """Return the fields that an object here may have, those of all its kinds together."""
        return {name: of for model in self.models for name, of in nodes_of(model).items()}


@cache
def nodes_of(model: type[BaseModel]) -> Mapping[str, Node]:
    """Return the places of a shape by name; those that the node itself fills are none."""
    return {
        name: _node(Annotated[info.annotation, info], required=info.is_required())
        for name, info in model.model_fields.items()
        if not (name in OF_THE_NODE and model in SHAPES.values())
    }


def grown(kind: ActKind, body: Mapping[str, Any]) -> tuple[dict[str, Any], list[Objection]]:
    """Return a body with its texts composed (NFC), and an objection to whatever no body of this kind could hold."""
    found: list[Objection] = []
    if "signatory" in body:
        found.append(object_to("signatory_by_node", "/signatory"))
    rest = {name: value for name, value in body.items() if name != "signatory"}
    return _fields(rest, nodes_of(SHAPES[kind]), "", found), found


@dataclass
class Mending:
    """The pointers at which holes were filled at an instant, and the objects whose kind was only guessed."""

    now: datetime
    patched: set[str] = field(default_factory=set)
    guessed: set[str] = field(default_factory=set)

    def touches(self, pointer: str) -> bool:
        """Tell whether an objection there may come from what was filled in: at it, around it, in it, or by a guess."""
        return pointer != "" and (
            pointer.rpartition("/")[0] in self.guessed
            or any(
                pointer == patch or pointer.startswith(f"{patch}/") or patch.startswith(f"{pointer}/")
                for patch in self.patched
            )
        )


def mended(kind: ActKind, body: Mapping[str, Any], now: datetime) -> tuple[dict[str, Any], Mending]:
    """Fill what is missing or misshapen, so that the law can be asked about the rest."""
    mending = Mending(now)
    return _mend_fields(SHAPES[kind], body, "", mending), mending


def _node(annotation: Any, *, required: bool) -> Node:
    models: list[type[BaseModel]] = []
    row, word = None, False
    for member in _members(annotation):
        if isinstance(member, type) and issubclass(member, BaseModel):
            if member is not InlineProtected:  # protected content stands in no draft (Article 10)
                models.append(member)
        elif get_origin(member) is tuple:
            row = _node(get_args(member)[0], required=True)
        else:
            word = True
    return Node(TypeAdapter(annotation), annotation, required, tuple(models), row, word)


def _members(annotation: Any) -> Iterator[Any]:
    """Yield the types of which one may stand at a place, constraints and «or none» aside."""
    if get_origin(annotation) is Annotated:
        yield from _members(get_args(annotation)[0])
    elif get_origin(annotation) in {Union, UnionType}:
        for member in get_args(annotation):
            yield from _members(member)
    elif annotation is not type(None):
        yield annotation


def _fields(value: Mapping[str, Any], nodes: Mapping[str, Node], where: str, found: list[Objection]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, part in value.items():
        if name not in nodes:
            # No value of the input is echoed, and a name only where it can be nothing but a field's.
            named = f"{where}/{name}" if _NAME.fullmatch(name) else where
            found.append(object_to("draft_field_unknown", named))
        else:
            kept[name] = _value(part, nodes[name], f"{where}/{name}", found)
    return kept


def _value(value: Any, node: Node, where: str, found: list[Objection]) -> Any:
    """Compose a value; object to one of a form that no widget and no program that knows the shape makes."""
    if value is None or (isinstance(value, bool) and node.word):
        return value
    if isinstance(value, dict) and node.models:
        return _fields(value, node.fields(), where, found)
    if isinstance(value, list) and node.row is not None and len(value) <= LONGEST_LIST:
        row = node.row
        found.extend(object_to("draft_value", f"{where}/{at}") for at, part in enumerate(value) if part is None)
        return [_value(part, row, f"{where}/{index}", found) for index, part in enumerate(value)]
    if node.word and isinstance(value, int) and abs(value) < LARGEST_NUMBER:
        return value
    if node.word and isinstance(value, str):
        try:
            return composed(value)
        except PydanticCustomError:
            pass
    found.append(object_to("draft_value", where))
    return None


def _mend_fields(model: type[BaseModel], value: Mapping[str, Any], where: str, mending: Mending) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for name, node in nodes_of(model).items():
        part = value.get(name)
        if part is not None:
            whole[name] = _mend(node, part, f"{where}/{name}", mending)
        elif node.required:
            whole[name] = _filled(node, f"{where}/{name}", mending)
    return whole


def _mend(node: Node, value: Any, where: str, mending: Mending) -> Any:
    """Return a value that fits, with its sound parts kept."""
    if _fits(node, value):
        return value
    if isinstance(value, dict):
        model = next((one for one in node.models if _is_of(one, value)), None)
        if model is not None:
            return _mend_fields(model, value, where, mending)
    if isinstance(value, list) and node.row is not None:
        row = node.row
        parts = [_mend(row, part, f"{where}/{index}", mending) for index, part in enumerate(value)]
        if _fits(node, parts):
            return parts
    return _filled(node, where, mending)


def _filled(node: Node, where: str, mending: Mending) -> Any:
    mending.patched.add(where)
    above, member = where.rpartition("/")[0], next(_members(node.annotation))
    if above and isinstance(member, type) and issubclass(member, Enum):
        mending.guessed.add(above)
    return _filler(node.annotation, mending.now)


def _fits(node: Node, value: Any) -> bool:
    try:
        node.adapter.validate_json(json.dumps(value), strict=True)
    except (ValidationError, ValueError):
        return False
    return True


def _is_of(model: type[BaseModel], value: Mapping[str, Any]) -> bool:
    """Tell whether an object is of the kind that a model is, where kinds are told apart."""
    told = model.model_fields.get("kind")
    return told is None or value.get("kind") in get_args(told.annotation)


def _filler(annotation: Any, now: datetime) -> Any:
    """Return a plain value that fits."""
    member = next(_members(annotation))
    if get_origin(member) is tuple:
        return [_filler(get_args(member)[0], now)]
    if get_origin(member) is Literal:
        return get_args(member)[0]
    if issubclass(member, BaseModel):
        return {name: _filler(node.annotation, now) for name, node in nodes_of(member).items() if node.required}
    if issubclass(member, Enum):
        return _PREFERRED.get(member, next(iter(member)))
    plain = {bool: False, int: 1, AwareDatetime: now.isoformat(), date: now.date().isoformat()}
    return plain.get(member, "—")
