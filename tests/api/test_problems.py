"""The one table from what went wrong to an answer: whole, and without a word of the input."""

import json

import pytest

from exchange.api import problems
from exchange.api.problems import Fault, answer_to
from exchange.core import errors
from exchange.core.errors import ExchangeError, Refused, Weight
from exchange.core.objections import GROUNDS, object_to
from schemas.problem import ProblemItem

MEMBERS = {"type", "title", "status", "detail", "code", "rule", "article", "errors"}


def leaves(kind: type[ExchangeError]) -> set[type[ExchangeError]]:
    """Return the classes of the tree below which none stands."""
    below = [one for one in kind.__subclasses__() if one.__module__ == errors.__name__]
    return {leaf for one in below for leaf in leaves(one)} or {kind}


@pytest.mark.parametrize("leaf", sorted(leaves(ExchangeError) - {Refused}, key=str))
def test_every_leaf_of_the_error_tree_is_mapped(leaf: type[ExchangeError]) -> None:
    assert leaf in problems.ERRORS
    answer = answer_to(leaf("секрет"))
    body = json.loads(answer.body)
    assert body["status"] == answer.status
    assert set(body) == MEMBERS
    assert "секрет" not in answer.body.decode()


def test_every_weight_is_mapped() -> None:
    assert {weight: problems.WEIGHTS[weight].status for weight in Weight} == {
        Weight.FORBIDDEN: 403,
        Weight.STALE: 412,
        Weight.STATE: 409,
        Weight.CONTENT: 422,
    }


@pytest.mark.parametrize("code", sorted(problems.FAULTS))
def test_every_fault_is_a_whole_problem(code: str) -> None:
    body = json.loads(answer_to(Fault(code)).body)
    assert set(body) == MEMBERS
    assert body["type"] == f"urn:assistance-exchange:problem:{code}"
    assert (body["rule"], body["article"], body["errors"]) == (None, None, [])


def test_no_code_means_two_things() -> None:
    codes = [code for code, answer in problems.ERRORS.values()]
    assert not (set(codes) | set(GROUNDS)) & (set(problems.FAULTS) - {"internal"})


def test_the_lightest_weight_decides_and_every_reason_is_named() -> None:
    found = (
        object_to("item_unknown", "/items/0"),
        object_to("not_in_this_state", "/act", rule="P-7.6", state="sent", allowed="receive, note"),
        object_to("stale"),
    )
    answer = answer_to(Refused(found))
    body = json.loads(answer.body)
    assert (answer.status, body["code"]) == (412, "stale")
    assert [(one["pointer"], one["rule"]) for one in body["errors"]] == [
        ("", None),
        ("/act", "P-7.6"),
        ("/items/0", "P-9.1"),
    ]
    assert (body["state"], body["allowed_acts"]) == ("sent", ["receive", "note"])


def test_the_first_reason_gives_rule_and_article() -> None:
    body = json.loads(answer_to(Refused((object_to("redirect_ring", "/to_authority"),))).body)
    assert (body["status"], body["rule"], body["article"]) == (422, "P-7.4", "ст. 7 Протокола")


def test_an_unforeseen_error_says_nothing_of_itself() -> None:
    answer = answer_to(ZeroDivisionError("case content"))
    assert answer.status == 500
    assert b"case content" not in answer.body


def test_the_unknown_caller_is_told_how_to_sign_in_and_the_unlucky_one_when_to_come_back() -> None:
    assert answer_to(errors.CallerUnknown()).headers["WWW-Authenticate"].startswith("Bearer")
    assert int(answer_to(errors.Unavailable("x")).headers["Retry-After"]) > 0


def test_a_fault_keeps_its_items() -> None:
    item = ProblemItem(pointer="/purpose", detail="Текст пуст.", rule="P-6.2")
    body = json.loads(answer_to(Fault("invalid_shape", (item,))).body)
    assert (body["rule"], body["article"], body["detail"]) == ("P-6.2", "ст. 6 Протокола", "Текст пуст.")
