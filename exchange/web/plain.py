"""Plain forms of people's pages: a shape filled from what was typed, and what is wrong with it beside its field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from exchange.core.errors import Reason, Refused, Weight
from exchange.tongues import Tongue
from exchange.web.acts.remarks import Remark
from exchange.web.form import Form

T = TypeVar("T")

STATUS: Mapping[Weight, int] = {Weight.FORBIDDEN: 403, Weight.STALE: 412, Weight.STATE: 409, Weight.CONTENT: 422}


@dataclass(frozen=True, slots=True)
class Plain:
    """A form as it is shown: what was typed, and the remarks to it."""

    form: Form = field(default_factory=Form)
    remarks: tuple[Remark, ...] = ()


class Wrong(Exception):
    """What was typed is not taken; the form is to be shown again."""

    def __init__(self, remarks: tuple[Remark, ...], status: int = 422) -> None:
        """Keep the remarks."""
        super().__init__(status)
        self.remarks = remarks
        self.status = status


def filled(adapter: TypeAdapter[T], values: Mapping[str, Any], tongue: Tongue) -> T:
    """Return the shape of what was typed, an empty field counting as absent; raise Wrong with every remark."""
    given = {name: value for name, value in values.items() if value not in ("", None, [])}
    try:
        return adapter.validate_json(to_json(given))
    except ValidationError as trouble:
        raise Wrong(of_shape(trouble, tongue)) from None


def of_shape(trouble: ValidationError, tongue: Tongue) -> tuple[Remark, ...]:
    """Return a remark for each field that does not fit, the first objection to each."""
    found: dict[str, Remark] = {}
    for error in trouble.errors(include_url=False, include_input=False):
        place = str(next((step for step in reversed(error["loc"]) if isinstance(step, str)), ""))
        key = "people.wrong.login" if place in LOGINS else f"shape.{error['type']}"
        words = tongue.t(key if key in tongue.words else "shape.other", **error.get("ctx", {}))
        found.setdefault(place, Remark(place, label(place, tongue), words, None))
    return tuple(found.values())


def of_refusal(refusal: Refused, tongue: Tongue) -> Wrong:
    """Return what a refusal says, each reason beside its field."""
    ordered: Iterable[Reason] = sorted(refusal.objections, key=lambda one: one.weight)
    remarks = tuple(_remark(one, tongue) for one in ordered)
    return Wrong(remarks, STATUS[min(one.weight for one in refusal.objections)])


def remark(place: str | None, words: str, tongue: Tongue) -> Remark:
    """Make a remark beside a field, or on the whole form."""
    return Remark(place, None if place is None else label(place, tongue), words, None)


def label(place: str, tongue: Tongue) -> str:
    """Return what a field is called."""
    return tongue.words.get(f"people.field.{place}", place)


LOGINS = frozenset({"login", "absent", "substitute"})


def _remark(objection: Reason, tongue: Tongue) -> Remark:
    place = objection.pointer.split("/")[1] if objection.pointer else None
    words = tongue.t(f"ground.{objection.code}", **objection.gaps)
    return Remark(place, None if place is None else label(place, tongue), words, tongue.article(objection.rule))
