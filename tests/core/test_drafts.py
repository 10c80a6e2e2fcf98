"""Drafts by the law alone: who takes which step, which bytes go out, and what a growing body may hold."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from exchange.core import drafting
from exchange.core.acts import ACTS
from exchange.core.drafting import MOVES, Seen
from exchange.core.growing import SHAPES, grown, mended
from schemas.vocabulary import ActKind, DraftState, DraftStep
from tests.core.cases import HEAD as SIGNED
from tests.core.cases import NOON, submission_json, urgent_json
from tests.core.drafts import HEAD, NAME, NOBODY, NOTE, OFFICER, OWN, WAITING, draft, found


def test_every_step_has_its_row_and_every_end_is_an_end() -> None:
    assert set(MOVES) == set(DraftStep)
    ends = {DraftState.SIGNED, DraftState.ENTERED, DraftState.DROPPED}
    assert not any(ends & move.states for move in MOVES.values())


def test_p_6_5_drafter_and_signatory_are_two_people() -> None:
    assert found(WAITING, DraftStep.SIGNED, HEAD, NAME) == []
    assert found(OWN, DraftStep.SIGNED, HEAD, NAME) == ["own_words"]
    assert found(OWN, DraftStep.RETURNED, HEAD, NAME) == []


def test_p_6_5_whoever_may_not_sign_neither_signs_nor_returns() -> None:
    for step in (DraftStep.SIGNED, DraftStep.RETURNED):
        assert found(WAITING, step, OFFICER, NOBODY) == ["signature_needed"]


def test_p_6_5_an_urgent_request_may_go_out_without_signature_and_no_other_may() -> None:
    urgent = draft(body=submission_json(signatory=..., urgent=urgent_json()))
    assert found(urgent, DraftStep.ENTERED) == []
    assert found(draft(), DraftStep.ENTERED) == ["signature_needed"]
    assert found(draft(ActKind.CONFIRM, body={}), DraftStep.ENTERED) == ["signature_needed"]


def test_p_9_2_a_refusal_that_is_drafted_is_signed() -> None:
    assert found(draft(ActKind.REFUSE, body={}), DraftStep.ENTERED) == ["signature_needed"]


def test_what_nobody_signs_is_entered() -> None:
    assert found(NOTE, DraftStep.ENTERED) == []
    assert found(NOTE, DraftStep.SENT) == ["nothing_to_sign"]


def test_a_draft_that_was_sent_is_frozen() -> None:
    for step in (DraftStep.SAVED, DraftStep.SENT, DraftStep.DROPPED):
        assert found(WAITING, step) == ["draft_not_in_this_state"]


def test_the_signature_is_for_the_bytes_that_were_shown() -> None:
    digest = drafting.digest_of(drafting.outgoing(WAITING, NAME))
    assert found(WAITING, DraftStep.SIGNED, HEAD, NAME, Seen(1, digest)) == []
    assert found(WAITING, DraftStep.SIGNED, HEAD, NAME, Seen(1, digest[::-1])) == ["other_bytes"]
    other = NAME.model_copy(update={"acting_under": "приказ"})
    assert found(WAITING, DraftStep.SIGNED, HEAD, other, Seen(1, digest)) == ["other_bytes"]
    assert found(WAITING, DraftStep.SIGNED, HEAD, NAME, Seen(2, digest)) == ["draft_changed"]


def test_what_goes_out_is_what_was_written_and_who_signs() -> None:
    out = json.loads(drafting.outgoing(draft(ActKind.CONFIRM, body={}), NAME))
    assert out == {"act": "confirm", "signatory": {"name": NAME.name, "position": "head"}}
    out = json.loads(drafting.outgoing(draft(), NAME))
    assert out == {**submission_json(signatory=...), "signatory": {"name": NAME.name, "position": "head"}}


# --- growing bodies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(ActKind))
def test_every_act_has_a_shape_and_an_empty_body_of_it_is_mended_into_one_that_fits(kind: ActKind) -> None:
    body, _ = mended(kind, {}, NOON)
    own = {} if kind is ActKind.SUBMIT else {"act": kind}
    signed = {"signatory": SIGNED} if ACTS[kind].signing == "always" else {}
    TypeAdapter(SHAPES[kind]).validate_json(json.dumps({**own, **body, **signed}))


def test_what_fits_is_not_mended() -> None:
    whole = submission_json(signatory=..., urgent=urgent_json())
    body, mending = mended(ActKind.SUBMIT, whole, NOON)
    assert body == whole
    assert not mending.patched


def test_what_is_sound_is_kept_and_what_hangs_on_a_guess_is_not_spoken_of() -> None:
    item = {"form": "приказ", "text": "данные владельца"}
    body, mending = mended(ActKind.SUBMIT, submission_json(assistance=[item], purpose=" "), NOON)
    assert body["assistance"][0]["text"] == "данные владельца"
    assert mending.patched == {"/purpose", "/assistance/0/form"}
    assert mending.touches("/assistance/0/citation")
    assert not mending.touches("/matters")


def test_texts_are_composed_and_nothing_else_is_changed() -> None:
    body = {"purpose": "и\u0306", "execution_term": {"days": "много"}, "matters": [True, 7]}
    assert grown(ActKind.SUBMIT, body) == ({**body, "purpose": "й"}, [])


HOSTILE: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"colour": 1}, [("draft_field_unknown", "/colour")]),
    ({"<script>": 1}, [("draft_field_unknown", "")]),
    ({"assistance": [{"x" * 41: 1}]}, [("draft_field_unknown", "/assistance/0")]),
    ({"signatory": SIGNED}, [("signatory_by_node", "/signatory")]),
    ({"act": "note"}, [("draft_field_unknown", "/act")]),
    ({"purpose": {"a": 1}}, [("draft_value", "/purpose")]),
    ({"purpose": ["a"]}, [("draft_value", "/purpose")]),
    ({"purpose": "я" * 80_001}, [("draft_value", "/purpose")]),
    ({"purpose": "а" + "\u0301" * 1000}, [("draft_value", "/purpose")]),
    ({"purpose": 10**400}, [("draft_value", "/purpose")]),
    ({"purpose": 1.5}, [("draft_value", "/purpose")]),
    ({"matters": ["a"] * 201}, [("draft_value", "/matters")]),
    ({"assistance": "x"}, [("draft_value", "/assistance")]),
    ({"assistance": [None]}, [("draft_value", "/assistance/0")]),
    ({"urgent": True}, [("draft_value", "/urgent")]),
    ({"protected": {"mark": "секретно", "content": "тайна"}}, [("draft_value", "/protected")]),
]


@pytest.mark.parametrize(("body", "objections"), HOSTILE)
def test_hostile_bodies_are_objected_to_without_an_echo(
    body: dict[str, Any], objections: list[tuple[str, str]]
) -> None:
    _text, told = drafting.kept(ActKind.SUBMIT, body)
    assert [(one.code, one.pointer) for one in told] == objections


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(list(ActKind)).flatmap(
        lambda kind: st.tuples(
            st.just(kind), st.fixed_dictionaries({}, optional=dict.fromkeys(SHAPES[kind].model_fields, JSON))
        )
    )
)
def test_whatever_was_kept_can_be_mended(case: tuple[ActKind, dict[str, Any]]) -> None:
    kind, body = case
    whole, _ = grown(kind, body)
    filled, _ = mended(kind, whole, NOON)
    own = {} if kind is ActKind.SUBMIT else {"act": kind}
    signed = {"signatory": SIGNED} if ACTS[kind].signing == "always" else {}
    TypeAdapter(SHAPES[kind]).validate_json(json.dumps({**own, **filled, **signed}))
