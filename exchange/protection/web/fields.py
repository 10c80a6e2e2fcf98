"""From any shape of the module to the fields of its form; a test proves that no field of any shape is left out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime

from exchange.tongues import Tongue
from exchange.web.acts.desk import Choice
from schemas.base import Shape


class Widget(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    AREA = "area"
    DAY = "day"
    INSTANT = "instant"
    NUMBER = "number"
    FLAG = "flag"
    YES_NO = "yes_no"
    CHOICE = "choice"
    SEVERAL = "several"
    LINES = "lines"
    GROUP = "group"
    ROWS = "rows"


AREAS: Final = frozenset(
    {
        "basis", "circumstances", "compensation", "contract", "crisis", "designation", "effect", "findings", "ground",
        "measures", "method", "part", "purpose", "questions", "reason", "reasons", "requirements", "terms", "text",
    }
)  # fmt: skip
"""Texts that need more than a line."""

FLAGS: Final = frozenset({"bulky", "diplomatic"})
"""What is either ticked or not, and not unless it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input, or a group of them; `name` is that of the input and leads through the body, step by step.

    `whole` says that what is typed is a number in the body.
    """

    name: str
    label: str
    widget: Widget
    required: bool
    whole: bool = False
    parts: tuple["Field", ...] = ()
    choices: tuple[Choice, ...] = ()
    hint: str = ""

    @property
    def key(self) -> str:
        """The last step of its name, as it stands in the body."""
        return self.name.rpartition(".")[2]

    def row(self, number: int) -> tuple["Field", ...]:
        """Return the fields of one of its rows."""
        return tuple(_moved(part, f"{self.name}.{number}") for part in self.parts)


@dataclass(frozen=True, slots=True)
class Layout:
    """What a form's fields are given beside their shape: choices, hints and labels by name, and what is left out."""

    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()


def fields_of(shape: type[Shape], tongue: Tongue, layout: Layout | None = None, prefix: str = "") -> tuple[Field, ...]:
    """Return the fields of a shape, in its order; the name of the act is no field."""
    laid = layout or Layout()
    return tuple(
        _field(shape, name, info.annotation, tongue, laid, prefix, required=info.is_required())
        for name, info in shape.model_fields.items()
        if name != "act" and prefix + name not in laid.left_out
    )


def flat(fields: Iterable[Field]) -> dict[str, Field]:
    """Return fields with their parts by name."""
    found: dict[str, Field] = {}
    for one in fields:
        found[one.name] = one
        found.update(flat(one.parts))
    return found


def _field(
    shape: type[Shape], name: str, annotation: Any, tongue: Tongue, laid: Layout, prefix: str, *, required: bool
) -> Field:
    """Make a field of what its annotation says; choices that are given stand in for typing."""
    full, bare, choices = prefix + name, _bare(annotation), laid.choices.get(prefix + name)
    widget, parts, whole = _widget(name, bare, tongue, laid, full)
    if choices is not None:
        widget = Widget.SEVERAL if get_origin(bare) is tuple else Widget.CHOICE
    elif widget in {Widget.CHOICE, Widget.SEVERAL, Widget.YES_NO}:
        choices = _members(bare, tongue)
    return Field(
        name=full,
        label=laid.labels.get(full) or label_of(shape, name, tongue),
        widget=widget,
        required=required or full in laid.required,
        whole=whole,
        parts=parts,
        choices=choices or (),
        hint=laid.hints.get(full, ""),
    )


def _widget(name: str, bare: Any, tongue: Tongue, laid: Layout, full: str) -> tuple[Widget, tuple[Field, ...], bool]:
    """Return how a type is filled in, the fields it consists of, and whether it is a number."""
    several = get_origin(bare) is tuple
    one = _bare(get_args(bare)[0]) if several else bare
    if isinstance(one, type) and issubclass(one, Shape):
        return Widget.ROWS if several else Widget.GROUP, fields_of(one, tongue, laid, f"{full}."), False
    if isinstance(one, type) and issubclass(one, StrEnum):
        return Widget.SEVERAL if several else Widget.CHOICE, (), False
    if several:
        return Widget.LINES, (), one is int
    return _single(name, bare), (), bare is int


def _single(name: str, bare: Any) -> Widget:
    """Return how a single value is filled in; yes or no is said outright where it must be said at all."""
    if get_origin(bare) is Literal or name in FLAGS:
        return Widget.FLAG
    found = next((widget for kind, widget in _SINGLE if issubclass(bare, kind)), Widget.LINE)
    return Widget.AREA if found is Widget.LINE and name in AREAS else found


_SINGLE: Final[tuple[tuple[type, Widget], ...]] = (
    (bool, Widget.YES_NO),
    (int, Widget.NUMBER),
    (AwareDatetime, Widget.INSTANT),
    (date, Widget.DAY),
)
"""By type, each before what it is a kind of."""


def _members(bare: Any, tongue: Tongue) -> tuple[Choice, ...]:
    """Return the members of a vocabulary in words, or yes and no."""
    if bare is bool:
        return (Choice("yes", tongue.t("answer.yes")), Choice("no", tongue.t("answer.no")))
    kind = _bare(get_args(bare)[0]) if get_origin(bare) is tuple else bare
    return tuple(Choice(member, word_of(tongue, kind.__name__, member)) for member in kind)


def word_of(tongue: Tongue, vocabulary: str, member: str) -> str:
    """Return the word for a member of a vocabulary."""
    return tongue.t(f"secret.{_snake(vocabulary)}.{member}")


def label_of(shape: type[Shape], name: str, tongue: Tongue) -> str:
    """Return what a field is called: in this shape, where the same name means something else, or anywhere."""
    own = f"secret.field.{_snake(shape.__name__)}_{name}"
    return tongue.t(own if own in tongue.words else f"secret.field.{name}")


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")


def _moved(of: Field, place: str) -> Field:
    return replace(of, name=f"{place}.{of.key}", parts=tuple(_moved(part, f"{place}.{of.key}") for part in of.parts))


def _bare(annotation: Any) -> Any:
    """Return the type behind constraints and «or none»."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        (only,) = (_bare(one) for one in get_args(annotation) if one is not type(None))
        return only
    return annotation
