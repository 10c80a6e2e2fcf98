"""From what shapes and the law object to, to remarks beside the fields, in the caller's language."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from exchange.protection.core.acts import ACTS, Standing
from exchange.protection.web.fields import Field
from exchange.tongues import Tongue
from exchange.web.acts.filling import Filling
from exchange.web.acts.remarks import Remark
from schemas.secrecy import ItemAct

VOCABULARIES: Final[Mapping[str, tuple[str, ...]]] = {
    "state": ("item_state", "release_state"),
    "floor": ("mark",),
    "mark": ("mark",),
    "element": ("treaty_element",),
    "clause": ("clause",),
}
"""The gaps that hold members of vocabularies, and in which they are looked up."""

WHO: Final = (Standing.MAKER, Standing.HOLDER, Standing.AWAITING, Standing.GRANTOR)
"""In the order in which the law names them."""

FORMS: Final[Mapping[str, str]] = {"письменно": "written", "электронно": "electronic"}


def of_shape(
    trouble: ValidationError,
    fields: Mapping[str, Field],
    filling: Filling,
    tongue: Tongue,
    act: str | None = None,
    article: Callable[[str], str | None] = lambda _field: None,
) -> list[Remark]:
    """Return a remark for each input that does not fit its shape, the first objection to each.

    Where several shapes are told apart by their act, its name begins each place; `article` tells what a field of the
    body rests on.
    """
    found: dict[str | None, Remark] = {}
    for error in trouble.errors(include_url=False, include_input=False):
        steps = error["loc"][1:] if error["loc"][:1] == (act,) else error["loc"]
        place = filling.place("".join(f"/{step}" for step in steps))
        key = f"shape.{error['type']}"
        words = tongue.t(key if key in tongue.words else "shape.other", **error.get("ctx", {}))
        found.setdefault(place, Remark(place, label(place, fields), words, article(str(steps[0]) if steps else "")))
    return list(found.values())


def of_law(
    objections: Iterable[Any], fields: Mapping[str, Field], filling: Filling, tongue: Tongue, act: ItemAct | None = None
) -> list[Remark]:
    """Return a remark for each objection, the gravest first; that something changed is told elsewhere."""
    ordered = sorted(objections, key=lambda one: one.weight)
    return [_remark(one, fields, filling, tongue, act) for one in ordered if one.code != "stale"]


def ground(objection: Any, tongue: Tongue, act: ItemAct | None = None) -> str:
    """Return the words of an objection, with what they name in the caller's language."""
    key = f"secret.ground.{objection.code}"
    if key not in tongue.words:
        return tongue.words.get(f"ground.{objection.code}", str(objection.detail))
    return tongue.t(key, **{**objection.gaps, **dict(_told(objection, tongue, act))})


def label(place: str | None, fields: Mapping[str, Field]) -> str | None:
    """Return what an input is called where it does not stand: a part of a group bears the group's name too."""
    if place is None:
        return None
    steps = place.split(".")
    names: list[str] = []
    for end in range(1, len(steps) + 1):
        plain = ".".join(step for step in steps[:end] if not step.isdigit())
        if steps[end - 1].isdigit():
            names[-1] += f" № {int(steps[end - 1]) + 1}"
        elif plain in fields:
            names.append(fields[plain].label)
    return ", ".join(names) or None


def _remark(
    objection: Any, fields: Mapping[str, Field], filling: Filling, tongue: Tongue, act: ItemAct | None
) -> Remark:
    place = filling.place(objection.pointer)
    return Remark(place, label(place, fields), ground(objection, tongue, act), tongue.article(objection.rule))


def _told(objection: Any, tongue: Tongue, act: ItemAct | None) -> Iterator[tuple[str, str]]:
    """Yield the gaps that hold names of the code, in words."""
    for name, value in objection.gaps.items():
        text = str(value)
        for vocabulary in VOCABULARIES.get(name, ()):
            if f"secret.{vocabulary}.{text}" in tongue.words:
                yield name, tongue.t(f"secret.{vocabulary}.{text}")
        if name in {"field", "fields"}:
            yield name, ", ".join(_field(tongue, one) for one in text.split(", "))
        if objection.code == "form_wrong" and name == "form":
            yield name, ", ".join(tongue.t(f"secret.receipt_form.{FORMS[one]}") for one in text.split(", "))
        if name == "regime":
            yield name, tongue.words.get(f"secret.regime.{text}", text)
    if objection.code == "wrong_body" and act is not None:
        yield "who", ", ".join(tongue.t(f"secret.standing.{each}") for each in WHO if each in ACTS[act].by)


def _field(tongue: Tongue, name: str) -> str:
    return tongue.words.get(f"secret.field.{name}", name)
