"""Shape errors: each names its field and rule, none a value of the input."""

import json
import re
from collections.abc import Callable
from itertools import islice, product
from pathlib import Path
from typing import Any, get_args

import pytest

import schemas
from exchange.api import shape
from exchange.api.body import document
from exchange.api.problems import Fault, answer_to
from exchange.core.rules import REQUEST_RULES
from schemas.acts import ActBody
from schemas.requests import Submission
from schemas.vocabulary import ActKind
from tests.effort import grows_like_its_input

SECRET = "тайное"
SUBMISSION: dict[str, Any] = {
    "requested_authority": "KZ-MVD",
    "reference": "1/2",
    "purpose": "цель",
    "grounds": "основания",
    "substance": "существо",
    "matters": ["information_technology"],
    "assistance": [{"form": "information", "subject": "crimes", "text": "сведения"}],
    "execution_term": {"days": 30, "basis": "protocol"},
    "signatory": {"name": "И. И. Иванов", "position": "head"},
    "language": "ru",
}
URGENT = {
    "persons": "трое",
    "reason": "готовится",
    "channel": "телефон",
    "agreement": {"kind": "standing", "id": "A-1"},
    "transmitted_at": "2026-03-01T09:00:00Z",
}


def refused(kind: Any, value: Any) -> dict[str, tuple[str, str | None]]:
    """Return pointer → (words, rule) of what a shape objects to, having proved that nothing is echoed."""
    with pytest.raises(Fault) as fault:
        kind(document(json.dumps(value).encode()))
    body = answer_to(fault.value).body.decode()
    assert SECRET not in body
    assert json.loads(body)["code"] == "invalid_shape"
    return {item.pointer: (item.detail, item.rule) for item in fault.value.items}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in SUBMISSION.items() if name != key}


def test_a_complete_request_is_taken() -> None:
    taken = shape.submission(document(json.dumps(SUBMISSION | {"urgent": URGENT}).encode()))
    assert isinstance(taken, Submission)


def test_every_field_has_its_rule() -> None:
    assert set(REQUEST_RULES) == set(Submission.model_fields)


@pytest.mark.parametrize(
    "field",
    ["requested_authority", "reference", "purpose", "grounds", "substance", "assistance", "execution_term", "language"],
)
def test_a_mandatory_field_of_article_6_that_is_missing_is_named(field: str) -> None:
    assert refused(shape.submission, without(field)) == {
        f"/{field}": ("Обязательное поле отсутствует.", REQUEST_RULES[field])
    }


@pytest.mark.parametrize("field", ["reference", "purpose", "grounds", "substance", "requested_authority"])
@pytest.mark.parametrize(
    "value",
    ["", "   ", " \u200b", f"{SECRET}\u0000", f"{SECRET}\u0007", SECRET * 4000, 5, True, None, [SECRET], {"a": SECRET}],
)
def test_a_text_that_is_none_is_named_with_its_rule(field: str, value: Any) -> None:
    found = refused(shape.submission, SUBMISSION | {field: value})
    assert [(pointer, rule) for pointer, (_, rule) in found.items()] == [(f"/{field}", "P-6.2")]


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("assistance", [], "/assistance"),
        ("assistance", {}, "/assistance"),
        ("assistance", [{"form": SECRET, "text": "x"}], "/assistance/0/form"),
        ("assistance", [{"form": "other", "text": "x"}, {"form": "other"}], "/assistance/1/text"),
        ("assistance", [{"form": "other", "text": "x", "number": "1"}], "/assistance/0/number"),
        ("matters", [SECRET], "/matters/0"),
        ("matters", "information_technology", "/matters"),
        ("execution_term", {"days": "30", "basis": "protocol"}, "/execution_term/days"),
        ("execution_term", {"days": 30.5, "basis": "protocol"}, "/execution_term/days"),
        ("execution_term", {"days": True, "basis": "protocol"}, "/execution_term/days"),
        ("execution_term", {"days": 0, "basis": "protocol"}, "/execution_term/days"),
        ("execution_term", {"days": 10**30, "basis": "protocol"}, "/execution_term/days"),
        ("execution_term", {"days": 30, "basis": SECRET}, "/execution_term/basis"),
        ("execution_term", 30, "/execution_term"),
        ("signatory", {"name": "И", "position": "clerk"}, "/signatory/position"),
        ("signatory", {"position": "head"}, "/signatory/name"),
        ("signatory", SECRET, "/signatory"),
        ("urgent", URGENT | {"transmitted_at": "2026-03-01T09:00:00"}, "/urgent/transmitted_at"),
        ("urgent", URGENT | {"transmitted_at": "2026-03-01"}, "/urgent/transmitted_at"),
        ("urgent", URGENT | {"transmitted_at": 1772355600}, "/urgent/transmitted_at"),
        ("urgent", URGENT | {"transmitted_at": "1800-03-01T09:00:00Z"}, "/urgent/transmitted_at"),
        ("urgent", URGENT | {"agreement": {"kind": SECRET}}, "/urgent/agreement/kind"),
        ("urgent", URGENT | {"agreement": {"id": "A"}}, "/urgent/agreement/kind"),
        ("urgent", URGENT | {"agreement": {"kind": "standing"}}, "/urgent/agreement/id"),
        ("urgent", URGENT | {"agreement": {"kind": "standing", "standing": 1, "id": "A"}},
         "/urgent/agreement/standing"),
        ("urgent", URGENT | {"agreement": {"kind": "ad_hoc", "citation": "д", "date": "2026"}},
         "/urgent/agreement/date"),
        ("urgent", {"agreement": {"kind": "standing", "id": "A"}} | {k: URGENT[k] for k in URGENT if k != "reason"},
         "/urgent/reason"),
        ("handling", "secret", "/handling"),
        ("protected", [1], "/protected/0"),
        ("protected", {"mark": "x"}, "/protected/designation"),
        ("language", "kk", "/language"),
        ("unknown_field", SECRET, "/unknown_field"),
    ],
)  # fmt: skip
def test_whatever_does_not_fit_is_named_by_its_pointer(field: str, value: Any, pointer: str) -> None:
    assert pointer in refused(shape.submission, SUBMISSION | {field: value})


MOMENT = "Ожидается момент по RFC 3339 в UTC, например 2026-03-01T09:00:00Z."
DAY = "Ожидается день по ISO 8601, например 2026-03-01."


@pytest.mark.parametrize("value", ["2026-03-01T09:00:00", "2026-03-01T09:00:00+03:00", "2026-03-01", "вчера", "", "0"])
def test_an_instant_in_another_form_is_told_what_form_it_has(value: str) -> None:
    found = refused(shape.submission, SUBMISSION | {"urgent": URGENT | {"transmitted_at": value}})
    assert found == {"/urgent/transmitted_at": (MOMENT, "P-6.4")}


@pytest.mark.parametrize("value", ["01.03.2026", "2026-3-1", "2026-03-01T00:00:00Z", "2026-02-30", ""])
def test_a_day_in_another_form_is_told_what_form_it_has(value: str) -> None:
    found = refused(shape.act, {"act": "postpone", "reason": "а", "until": value})
    assert found == {"/until": (DAY, "P-7.6")}


def test_every_objection_of_our_own_shapes_has_words() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(schemas.__file__).parent.glob("*.py"))
    assert set(re.findall(r'PydanticCustomError\(\s*"([a-z_]+)"', sources)) <= set(shape.WORDS)


@pytest.mark.parametrize("key", [SECRET, "Key", "a" * 41, "key1", "a/b", ""])
def test_an_unknown_key_that_could_be_a_value_is_not_echoed(key: str) -> None:
    assert list(refused(shape.submission, SUBMISSION | {key: 1})) == [""]


def test_every_reason_is_listed_at_once() -> None:
    found = refused(shape.submission, {"language": "kk", "purpose": " "})
    assert set(found) == {"/language", "/purpose"} | {
        f"/{field}"
        for field in ("requested_authority", "reference", "grounds", "substance", "assistance", "execution_term")
    }


@pytest.mark.parametrize("value", [{}, [], "accept", 5, None, {"act": SECRET}, {"act": 5}, {"act": "submit"}])
def test_an_act_that_is_none_is_refused(value: Any) -> None:
    assert set(refused(shape.act, value)) <= {"", "/act"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"act": "redirect"}, {"/reason": "P-7.4"}),
        ({"act": "refuse", "items": SECRET, "reasons": "р", "national_law": "з"}, {"/items": "P-9"}),
        ({"act": "refuse", "items": [1, "2"], "reasons": "р", "national_law": "з"}, {"/items/1": "P-9"}),
        ({"act": "refuse", "items": [], "reasons": "р", "national_law": "з"}, {"/items": "P-9"}),
        ({"act": "confirm", "signatory": {"name": "И", "position": SECRET}}, {"/signatory/position": "P-6.5"}),
        ({"act": "accept", "accept": 1}, {"/accept": "P-7.1"}),
        ({"act": "postpone", "reason": "р", "until": "2026-03-01T00:00:00Z"}, {"/until": "P-7.6"}),
        ({"act": "report_results", "items": [{"number": 0, "outcome": ""}], "text": "т", "final": 1},
         {"/items/0/number": "P-7.8", "/items/0/outcome": "P-7.8", "/final": "P-7.8"}),
        ({"act": "note", "text": ""}, {"/text": None}),
    ],
)  # fmt: skip
def test_the_fields_of_an_act_are_named_with_the_acts_rule(value: Any, expected: dict[str, str | None]) -> None:
    assert {pointer: rule for pointer, (_, rule) in refused(shape.act, value).items()} == expected


def test_every_act_but_the_submission_has_a_body() -> None:
    shapes = get_args(get_args(ActBody)[0])
    assert {get_args(one.model_fields["act"].annotation)[0] for one in shapes} == set(ActKind) - {ActKind.SUBMIT}


def _names(count: int) -> list[str]:
    """Return keys that may be echoed."""
    return ["".join(letters) for letters in islice(product("abcdefghij", repeat=5), count)]


@pytest.mark.parametrize("wrong", [lambda size: {"matters": ["x"] * size}, lambda size: dict.fromkeys(_names(size), 1)])
def test_the_work_on_what_does_not_fit_grows_like_the_body(wrong: Callable[[int], dict[str, Any]]) -> None:
    assert grows_like_its_input(lambda size: refused(shape.submission, SUBMISSION | wrong(size)), 500)


def test_an_answer_names_the_first_hundred_reasons_and_how_many_there_are() -> None:
    with pytest.raises(Fault) as fault:
        shape.submission(document(json.dumps(SUBMISSION | dict.fromkeys(_names(5_000), 1)).encode()))
    answer = answer_to(fault.value).body
    body = json.loads(answer)
    assert len(answer) < 50_000
    assert len(body["errors"]) == 100
    assert "5000" in body["detail"]


@pytest.mark.parametrize(
    ("kind", "value", "pointer"),
    [
        (shape.submission, SUBMISSION | {"matters": ["information_technology"] * 8_000}, "/matters"),
        (shape.submission, SUBMISSION | {"protected": ["x"] * 8_000}, "/protected"),
        (shape.act, {"act": "refuse", "items": [7] * 80_000, "reasons": "р", "national_law": "з"}, "/items"),
        (shape.act, {"act": "report_results", "items": [{"number": 7, "outcome": "р"}] * 8_000, "text": "т",
                     "final": True}, "/items"),
        (shape.act, {"act": "note", "text": "т", "attachments": ["x"] * 8_000}, "/attachments"),
    ],
)  # fmt: skip
def test_a_list_that_is_too_long_is_one_reason(kind: Any, value: Any, pointer: str) -> None:
    found = refused(kind, value)
    assert list(found) == [pointer]
