"""From a well-formed body to a shape; what does not fit is named by field, words and rule, never by its value."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from exchange.api.body import Document, may_be_echoed, pointer_token
from exchange.api.problems import Fault
from exchange.core.acts import ACTS
from exchange.core.objections import Objection
from exchange.core.rules import REQUEST_RULES
from schemas.acts import ActBody
from schemas.problem import ProblemItem
from schemas.requests import Submission
from schemas.vocabulary import ActKind

T = TypeVar("T")

WORDS: Final[Mapping[str, str]] = {
    "missing": "Обязательное поле отсутствует.",
    "extra_forbidden": "Такого поля здесь нет.",
    "model_type": "Ожидается объект.",
    "model_attributes_type": "Ожидается объект.",
    "dict_type": "Ожидается объект.",
    "string_type": "Ожидается текст.",
    "string_too_short": "Текст пуст.",
    "string_too_long": "Текст длиннее {max_length} знаков.",
    "string_unicode": "Текст содержит недопустимые знаки.",
    "zone_unknown": "Такого часового пояса нет.",
    "string_pattern_mismatch": "Значение имеет неверный вид.",
    "text_blank": "Текст пуст.",
    "text_control": "Управляющие знаки не допускаются.",
    "text_too_long": "Текст длиннее {limit} знаков.",
    "text_marks": "В тексте больше {limit} надстрочных или подстрочных знаков подряд.",
    "int_type": "Ожидается целое число.",
    "int_from_float": "Ожидается целое число.",
    "int_parsing_size": "Число слишком велико.",
    "greater_than_equal": "Число меньше {ge}.",
    "less_than_equal": "Число больше {le}.",
    "bool_type": "Ожидается true или false.",
    "instant_form": "Ожидается момент по RFC 3339 в UTC, например 2026-03-01T09:00:00Z.",
    "day_form": "Ожидается день по ISO 8601, например 2026-03-01.",
    "datetime_type": "Ожидается момент по RFC 3339, например 2026-03-01T09:00:00Z.",
    "datetime_parsing": "Ожидается момент по RFC 3339, например 2026-03-01T09:00:00Z.",
    "datetime_from_date_parsing": "Ожидается момент по RFC 3339, например 2026-03-01T09:00:00Z.",
    "datetime_object_invalid": "Ожидается момент по RFC 3339, например 2026-03-01T09:00:00Z.",
    "timezone_aware": "У момента нет часового пояса: оканчивайте его на Z.",
    "date_type": "Ожидается день по ISO 8601, например 2026-03-01.",
    "date_parsing": "Ожидается день по ISO 8601, например 2026-03-01.",
    "date_from_datetime_parsing": "Ожидается день по ISO 8601, например 2026-03-01.",
    "date_from_datetime_inexact": "Ожидается день по ISO 8601, например 2026-03-01.",
    "time_delta_type": "Ожидается промежуток по ISO 8601, например P3DT1H.",
    "time_delta_parsing": "Ожидается промежуток по ISO 8601, например P3DT1H.",
    "year_range": "Год вне пределов {first}–{last}.",
    "enum": "Значения нет в перечне.",
    "literal_error": "Значения нет в перечне.",
    "union_tag_invalid": "Такого вида нет в перечне.",
    "union_tag_not_found": "Вид не указан.",
    "tuple_type": "Ожидается список.",
    "list_type": "Ожидается список.",
    "too_short": "В списке меньше {min_length} элементов.",
    "too_long": "В списке больше {max_length} элементов.",
}
"""Words for each of pydantic's error types that our shapes can raise; the gaps are the shape's own bounds."""

OTHER_WORDS: Final = "Значение имеет неверный вид."

NOTHING: Final = (ProblemItem(pointer="", detail="Ожидается пустой объект.", rule=None),)
"""What is said of a body that carries something where nothing belongs."""

SUBMISSION: Final[TypeAdapter[Submission]] = TypeAdapter(Submission)
ACT: Final[TypeAdapter[ActBody]] = TypeAdapter(ActBody)

_TAGGED: Final = frozenset({"/urgent/agreement"})
"""Where a field of a request is told apart by a tag, which pydantic puts into the place of an error."""


def submission(document: Document) -> Submission:
    """Return the request that a body holds; raise Fault with every field that does not fit (Article 6)."""
    return shaped(SUBMISSION, document, rules=REQUEST_RULES)


def act(document: Document) -> ActBody:
    """Return the act that a body holds; raise Fault with every field that does not fit."""
    value = document.value.get("act") if isinstance(document.value, dict) else None
    rule = next((known.rule for known in ACTS.values() if known.kind == value), None)
    return shaped(ACT, document, rules={"signatory": "P-6.5"}, rule=rule, tagged=True)


def shaped(
    adapter: TypeAdapter[T],
    document: Document,
    *,
    rules: Mapping[str, str | None] | None = None,
    rule: str | None = None,
    tagged: bool = False,
) -> T:
    """Validate the bytes themselves, strictly; raise Fault with pointers into the body and the rule of each field."""
    try:
        return adapter.validate_json(document.raw)
    except ValidationError as wrong:
        found = wrong.errors(include_url=False, include_input=False)
    raise Fault("invalid_shape", items_of(found, document.value, rules=rules, rule=rule, tagged=tagged))


def items_of(
    found: Iterable[ErrorDetails],
    value: Any,
    *,
    rules: Mapping[str, str | None] | None = None,
    rule: str | None = None,
    tagged: bool = False,
) -> tuple[ProblemItem, ...]:
    """Return an item for each field of a body that does not fit."""
    items: dict[str, ProblemItem] = {}
    for error in found:
        pointer = _pointer(error, value, tagged=tagged)
        field = pointer.split("/")[1] if pointer else ""
        detail = _words(error)
        items.setdefault(pointer, ProblemItem(pointer=pointer, detail=detail, rule=(rules or {}).get(field, rule)))
    # A union objects for each of its members; what it says of the whole adds nothing to what it says of a part.
    above = {pointer[:end] for pointer in items for end, char in enumerate(pointer) if char == "/" and end}
    return tuple(item for pointer, item in items.items() if pointer not in above)


def gaps_of(
    kind: ActKind, misfits: Iterable[ErrorDetails], law: Iterable[Objection], body: Any
) -> tuple[ProblemItem, ...]:
    """Return what is missing or unlawful in a draft, as every problem names it."""
    rules = REQUEST_RULES if kind is ActKind.SUBMIT else {"signatory": "P-6.5"}
    found = items_of(misfits, body, rules=rules, rule=ACTS[kind].rule)
    return (*found, *(ProblemItem(pointer=one.pointer, detail=one.detail, rule=one.rule) for one in law))


def _pointer(error: ErrorDetails, value: Any, *, tagged: bool) -> str:
    """Write an error's place as a pointer into the body; the names of union members are no part of it."""
    steps = error["loc"][1:] if tagged else error["loc"]
    pointer, here, told_apart = "", value, _TAGGED
    for step in steps:
        if pointer in told_apart:
            told_apart -= {pointer}
            if isinstance(here, dict) and here.get("kind") == step:
                continue
        if _leads_on(here, step):
            here = here[step]
        elif not _is_last_missing(step, steps, error):
            continue
        if not may_be_echoed(step):
            break
        pointer += pointer_token(step)
    if error["type"].startswith("union_tag"):
        pointer += pointer_token("act" if tagged and not pointer else "kind")
    return pointer


def _leads_on(here: Any, step: str | int) -> bool:
    if isinstance(here, dict):
        return step in here
    return isinstance(here, list) and isinstance(step, int) and step < len(here)


def _is_last_missing(step: str | int, steps: tuple[str | int, ...], error: ErrorDetails) -> bool:
    return error["type"] == "missing" and step == steps[-1]


def _words(error: ErrorDetails) -> str:
    words = WORDS.get(error["type"], OTHER_WORDS)
    return words.format(**error["ctx"]) if "ctx" in error and "{" in words else words
