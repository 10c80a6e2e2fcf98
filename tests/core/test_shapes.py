"""What the shapes let in: nothing missing, blank, too long, of another type or unknown."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from exchange.profiles import protocol_source, reading_of
from schemas import acts as bodies
from schemas.base import TEXT_LIMIT
from schemas.requests import Submission
from schemas.vocabulary import ActKind, Matter
from tests.core import cases

ACT_SHAPES = [shape for shape in vars(bodies).values() if isinstance(shape, type) and issubclass(shape, BaseModel)]
ACT_SHAPES = [shape for shape in ACT_SHAPES if "act" in shape.model_fields]

FULL: dict[str, dict[str, Any]] = {
    "receive": {"received_at": "2026-03-01T09:00:00Z", "register_number": "7"},
    "accept": {},
    "redirect": {"to_authority": "RU-FSB", "to_body": {"name": "а", "address": "б"}, "reason": "в"},
    "confirm": {"signatory": cases.HEAD, "sent_at": "2026-03-01T09:00:00Z"},
    "hold": {"reason": "а"},
    "ask_information": {"question": "а"},
    "provide_information": {"question_number": 1, "answer": "а"},
    "report_impediment": {"circumstances": "а", "expected_delay": "б"},
    "postpone": {"reason": "а", "until": "2026-04-01"},
    "resume": {},
    "offer_conditions": {"conditions": "а", "ground": "б", "consultation": "в"},
    "accept_conditions": {},
    "decline_conditions": {"reason": "а"},
    "discontinue": {"reason": "а"},
    "refuse": {"items": [1], "reasons": "а", "national_law": "б", "signatory": cases.HEAD},
    "report_results": {
        "items": [{"number": 1, "outcome": "а"}],
        "text": "б",
        "final": True,
        "executed_at": "2026-03-01T09:00:00Z",
    },
    "withdraw": {"reason": "а"},
    "propose_term": {"days": 45, "citation": "а"},
    "agree_term": {"term_number": 1},
    "ask_presence": {"people": [{"name": "а", "position": "б"}], "reason": "в"},
    "grant_presence": {"presence_number": 1, "terms": "а"},
    "deny_presence": {"presence_number": 1, "reason": "а"},
    "ask_other_use": {"purpose": "а"},
    "grant_other_use": {"other_use_number": 1},
    "deny_other_use": {"other_use_number": 1, "reason": "а"},
    "open_consultation": {"subject": "а"},
    "close_consultation": {"consultation_number": 1, "outcome": "а"},
    "propose_costs": {"arrangement": "а"},
    "agree_costs": {"costs_number": 1},
    "note": {"text": "а"},
}
"""Every act with every field that the design lets it carry."""

OPTIONAL = {
    "register_number",
    "to_authority",
    "to_body",
    "sent_at",
    "until",
    "executed_at",
    "attachments",
    "terms",
}
"""What may be absent; so may the signatory of a refusal."""

BLANK = {
    "empty": "",
    "spaces": " \t\n",
    "no-break space": "\u00a0\u2003\u202f",
    "zero width": "\u200b\u200c\u200d\ufeff\u2060",
    "directions": "\u202a\u202e\u2066\u2069\u200f",
    "soft hyphen": "\u00ad",
    "combining mark alone": "\u0301\u034f",
    "separators": "\u2028\u2029",
    "variation selectors": "\ufe0f\U000e0100",
    "tags": "\U000e0041",
    "private use": "\ue000",
    "fillers of Hangul": "\u3164\u115f\u1160\uffa0",
    "blank of Braille": "\u2800",
}
CONTROL = {"null": "а\x00б", "escape": "а\x1bб", "backspace": "а\x08", "C1": "а\x85", "delete": "а\x7f"}
NOT_TEXT = {"number": 5, "true": True, "null": None, "list": ["а"], "object": {"а": "б"}}


ON_PAPER = {kind for kind in FULL if kind not in cases.REQUESTING_ACTS}
"""The acts that a body without a node may do on paper: all but those of the requesting side alone."""


def _refused(kind: str, **changes: Any) -> ValidationError:
    """Return the error of an act that must not pass."""
    fields = {name: value for name, value in {**FULL[kind], **changes}.items() if value is not ...}
    with pytest.raises(ValidationError) as caught:
        cases.act(kind, **fields)
    return caught.value


def _texts() -> list[tuple[str, str]]:
    """Return every top-level text field of every act."""
    return [(kind, name) for kind, fields in FULL.items() for name, value in fields.items() if _is_text(name, value)]


def _is_text(name: str, value: object) -> bool:
    return isinstance(value, str) and name not in {"received_at", "sent_at", "executed_at", "until"}


def test_every_act_but_the_submission_has_one_shape_and_stands_here_with_all_its_fields() -> None:
    assert set(FULL) == {kind.value for kind in ActKind} - {"submit"}
    assert len(ACT_SHAPES) == len(FULL)
    for kind, fields in FULL.items():
        paper = {"paper"} if kind in ON_PAPER else set()
        assert set(type(cases.act(kind, **fields)).model_fields) == {"act", "attachments", *fields} | paper


@pytest.mark.parametrize("kind", list(FULL))
def test_a_missing_field_is_refused_where_the_design_does_not_let_it_be_absent(kind: str) -> None:
    for name in FULL[kind]:
        if name in OPTIONAL or (kind, name) == ("refuse", "signatory"):
            cases.act(kind, **{key: value for key, value in FULL[kind].items() if key != name})
        else:
            assert _refused(kind, **{name: ...}).errors()[0]["type"] == "missing"


@pytest.mark.parametrize("kind", list(FULL))
def test_an_unknown_field_is_refused(kind: str) -> None:
    assert _refused(kind, extra="а").errors()[0]["type"] == "extra_forbidden"


@pytest.mark.parametrize("kind", list(FULL))
def test_null_is_refused_where_a_value_is_needed(kind: str) -> None:
    for name in FULL[kind]:
        if name not in OPTIONAL and (kind, name) != ("refuse", "signatory"):
            _refused(kind, **{name: None})


@pytest.mark.parametrize(("kind", "name"), _texts())
def test_text_is_neither_blank_nor_controlled_nor_too_long_nor_something_else(kind: str, name: str) -> None:
    for bad in (*BLANK.values(), *CONTROL.values(), "а" * (TEXT_LIMIT + 1)):
        _refused(kind, **{name: bad})
    for other in NOT_TEXT.values():
        if not (other is None and name in OPTIONAL):
            _refused(kind, **{name: other})


@pytest.mark.parametrize("text", BLANK.values(), ids=BLANK)
def test_what_cannot_be_seen_is_blank(text: str) -> None:
    error = _refused("note", text=text)
    assert error.errors()[0]["type"] == "text_blank"


def test_text_is_kept_as_it_is_but_for_nfc() -> None:
    assert cases.act("note", text=" и\u0306, первая\nвторая\t ") == cases.act("note", text=" й, первая\nвторая\t ")
    assert cases.act("note", text="а" * TEXT_LIMIT)
    for seen in ("1", "?", "—", "₸", "ә", "😀", "ա"):
        cases.act("note", text=seen)


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(ValidationError):
        cases.BODIES.validate_json(b'{"act": "note", "text": "a\\ud800"}')


@pytest.mark.parametrize(
    ("kind", "name", "good"),
    [(kind, name, value) for kind, fields in FULL.items() for name, value in fields.items() if type(value) is int],
)
def test_a_number_is_a_whole_positive_one_and_nothing_else(kind: str, name: str, good: int) -> None:
    for bad in (True, "5", 5.0, 1.5, 0, -1, [good], 10**9, 10**30):
        _refused(kind, **{name: bad})


@pytest.mark.parametrize("bad", ["true", 1, 0, "yes", None, []])
def test_final_is_true_or_false(bad: object) -> None:
    _refused("report_results", final=bad)


INSTANT_FIELDS = [("receive", "received_at"), ("confirm", "sent_at"), ("report_results", "executed_at")]
NO_INSTANT = {
    "naive": "2026-03-01T09:00:00",
    "a day": "2026-03-01",
    "seconds since 1970": 1772355600,
    "seconds as text": "1772355600",
    "a space for T": "2026-03-01 09:00:00Z",
    "no seconds": "2026-03-01T09:00Z",
    "no separators": "20260301T090000Z",
    "a line after it": "2026-03-01T09:00:00Z\n",
    "other digits": "٢٠٢٦-03-01T09:00:00Z",
    "a fraction": 1772355600.5,
    "no such day": "2026-02-30T09:00:00Z",
    "no such hour": "2026-03-01T25:00:00Z",
    "no such offset": "2026-03-01T09:00:00+25:00",
    "the first year": "0001-01-01T00:00:00+14:00",
    "the last year": "9999-12-31T23:59:59-14:00",
    "before the Treaty": "1991-12-31T23:59:59Z",
    "after all plans": "2200-01-01T00:00:00Z",
    "empty": "",
    "true": True,
}


@pytest.mark.parametrize(("kind", "name"), INSTANT_FIELDS)
@pytest.mark.parametrize("bad", NO_INSTANT.values(), ids=NO_INSTANT)
def test_an_instant_is_text_with_its_offset_from_utc(kind: str, name: str, bad: object) -> None:
    _refused(kind, **{name: bad})


def test_an_instant_is_kept_in_utc() -> None:
    body = cases.act("receive", received_at="2026-03-01T09:00:00+00:00")
    assert isinstance(body, bodies.Receive)
    assert body.received_at == cases.NOON
    assert body.received_at.utcoffset() == cases.NOON.utcoffset()
    with pytest.raises(ValidationError):
        cases.act("receive", received_at="2026-03-01T12:00:00+03:00")


@pytest.mark.parametrize(
    "bad",
    [
        "2026-03-01T10:00:00Z",
        "2026-03-01T00:00:00+05:00",
        "01.03.2026",
        "1772323200",
        "20260301",
        1772323200,
        True,
        "1991-01-01",
        "2200-01-01",
    ],
)
def test_a_date_is_a_day_and_no_instant(bad: str | int) -> None:
    _refused("postpone", until=bad)


@pytest.mark.parametrize("items", [[], "some", "ALL", [True], ["2"], [0], [1.0], {"1": 1}, 1, None])
def test_p_9_1_the_items_of_a_refusal_are_all_or_numbers(items: object) -> None:
    _refused("refuse", items=items)


@pytest.mark.parametrize("position", ["officer", "HEAD", "", None, 1, "руководитель"])
def test_p_6_5_nobody_signs_but_the_head_or_a_deputy(position: object) -> None:
    _refused("confirm", signatory={"name": "А", "position": position})


@pytest.mark.parametrize("kind", ["", "submit", "Accept", "accept ", None, 1, "unknown"])
def test_an_unknown_act_is_refused(kind: Any) -> None:
    with pytest.raises(ValidationError):
        cases.act(kind)


NEEDED = (
    "requested_authority",
    "reference",
    "purpose",
    "grounds",
    "substance",
    "assistance",
    "execution_term",
    "language",
)


@pytest.mark.parametrize("name", NEEDED)
def test_p_6_2_a_request_without_a_mandatory_field_is_refused(name: str) -> None:
    wrong: tuple[Any, ...] = (..., None, "", 5, [])
    for bad in wrong:
        with pytest.raises(ValidationError):
            cases.submission(**{name: bad})


@pytest.mark.parametrize(
    "changes",
    [
        {"language": "kk"},
        {"language": "RU"},
        {"matters": ["war"]},
        {"matters": "information_technology"},
        {"assistance": [{"form": "information", "text": ""}]},
        {"assistance": [{"form": "war", "text": "а"}]},
        {"assistance": [{"form": "other", "text": "а", "extra": 1}]},
        {"assistance": [{"form": "other", "text": "а", "number": True}]},
        {"assistance": {"form": "other", "text": "а"}},
        {"execution_term": {"days": "30", "basis": "protocol"}},
        {"execution_term": {"days": True, "basis": "protocol"}},
        {"execution_term": {"days": 0, "basis": "treaty", "citation": "а"}},
        {"execution_term": {"days": 30}},
        {"execution_term": {"days": 30, "basis": "custom"}},
        {"handling": "secret"},
        {"handling": None},
        {"signatory": {"name": "а"}},
        {"signatory": {"name": "а", "position": "officer"}},
        {"urgent": {}},
        {"urgent": cases.urgent_json(agreement={"kind": "standing"})},
        {"urgent": cases.urgent_json(agreement={"kind": "ad_hoc", "id": "CH-1"})},
        {"urgent": cases.urgent_json(agreement={"kind": "ad_hoc", "citation": "а", "date": "2026-02-30"})},
        {"urgent": cases.urgent_json(transmitted_at="2026-03-01T08:00:00")},
        {"urgent": cases.urgent_json(persons="\u200b")},
        {"protected": [""]},
        {"protected": "PR-1"},
        {"requested_authority": "R" * 65},
        {"draft": True},
    ],
)
def test_p_6_2_a_request_of_another_form_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        cases.submission(**changes)


def test_p_13_the_language_is_russian() -> None:
    assert cases.submission().language == "ru"


def test_an_error_never_quotes_the_input() -> None:
    secret = "тайна\x00"
    with pytest.raises(ValidationError) as caught:
        cases.submission(purpose=secret, grounds=5, extra_secret="тайна")
    assert "тайна" not in str(caught.value)


def test_a_shape_cannot_be_changed() -> None:
    body = cases.submission()
    with pytest.raises(ValidationError):
        body.purpose = "иное"  # type: ignore[misc]


@given(st.text(max_size=40))
def test_any_text_is_either_refused_or_comes_out_the_same_again(text: str) -> None:
    try:
        body = cases.BODIES.validate_python({"act": ActKind.NOTE, "text": text})
    except ValidationError:
        return
    assert cases.BODIES.validate_json(cases.BODIES.dump_json(body)) == body


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    ),
    st.sampled_from([(kind, name) for kind, fields in FULL.items() for name in fields]),
)
def test_rubbish_in_a_field_is_refused_and_never_fails_otherwise(rubbish: Any, place: tuple[str, str]) -> None:
    kind, name = place
    with suppress(ValidationError):
        cases.BODIES.validate_json(json.dumps({"act": kind, **FULL[kind], name: rubbish}))


PROFILE = protocol_source().decode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hours = 72", "days = 3"),
        ("hours = 72", "hours = 72\ndays = 3"),
        ("hours = 72", ""),
        ("hours = 72", "hours = 0"),
        ("days = 30", "hours = 720"),
        ('steps = ["-1d", "due", "+1d"]', 'steps = ["due", "-1d", "+1d"]'),
        ('steps = ["-1d", "due", "+1d"]', 'steps = ["-1d", "-24h", "due"]'),
        ('steps = ["-1d", "due", "+1d"]', "steps = []"),
        ('steps = ["-1d", "due", "+1d"]', 'steps = ["-1w"]'),
        ('steps = ["-1d", "due", "+1d"]', 'steps = ["+0d"]'),
        ('steps = ["-1d", "due", "+1d"]', 'steps = ["due", "+24h"]\nrepeats = [{ every_days = 7 }]'),
        ("[reminders.confirmation]", "[reminders.unknown]"),
        ('[reminders.confirmation]\nsteps = ["-24h", "-6h", "due", "+24h"]', ""),
        ("every_days = 30", "every_days = 0"),
    ],
)
def test_a_profile_that_leaves_a_gap_is_no_profile(old: str, new: str) -> None:
    assert old in PROFILE
    with pytest.raises(ValueError, match="validation error"):
        reading_of(PROFILE.replace(old, new, 1).encode())


@pytest.mark.parametrize("shape", [*ACT_SHAPES, Submission], ids=lambda shape: shape.__name__)
def test_every_list_has_an_end(shape: type[BaseModel]) -> None:
    waiting: list[Any] = [shape.model_json_schema()]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            assert here.get("type") != "array" or here["maxItems"] <= 200, here
            waiting += here.values()
        elif isinstance(here, list):
            waiting += here


def test_p_3_all_matters_fit_into_the_list_and_not_many_more() -> None:
    assert len(cases.submission(matters=list(Matter)).matters) == len(Matter)
    with pytest.raises(ValidationError):
        cases.submission(matters=["information_technology"] * 11)
