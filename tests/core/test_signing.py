"""Who signs: the head, a deputy, or a substitute under an order in force (Article 6)."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.core.objections import Objection
from exchange.core.signing import signatory
from schemas.requests import Signatory
from schemas.vocabulary import ActKind, Position, Role
from tests.core.people import DEPUTY, HEAD, OFFICER, ORDER, TODAY

DAYS = st.dates(date(2026, 2, 1), date(2026, 4, 30))


def test_p_6_5_head_and_deputy_sign_in_their_own_position() -> None:
    assert signatory(HEAD, (), ActKind.SUBMIT, TODAY) == Signatory(name=HEAD.name, position=Position.HEAD)
    assert signatory(DEPUTY, (ORDER,), ActKind.REFUSE, TODAY) == Signatory(
        name=DEPUTY.name, position=Position.DEPUTY_HEAD
    )


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.HEAD, Role.DEPUTY_HEAD}])
def test_p_6_5_nobody_else_signs_without_an_order(role: Role) -> None:
    found = signatory(replace(OFFICER, role=role), (), ActKind.SUBMIT, TODAY)
    assert isinstance(found, Objection)
    assert found.code == "signature_needed"


def test_p_6_5_a_substitute_signs_in_the_absent_one_s_position_under_the_order() -> None:
    found = signatory(OFFICER, (ORDER,), ActKind.SUBMIT, TODAY)
    assert found == Signatory(name=OFFICER.name, position=Position.HEAD, acting_under="Приказ № 12-к от 01.03.2026")
    of_deputy = replace(ORDER, absent=DEPUTY)
    found = signatory(OFFICER, (of_deputy, ORDER), ActKind.SUBMIT, TODAY)
    assert isinstance(found, Signatory)
    assert found.position is Position.HEAD


@given(DAYS, DAYS, DAYS)
def test_p_6_5_an_order_holds_from_its_first_day_through_its_last(since: date, until: date, today: date) -> None:
    found = signatory(OFFICER, (replace(ORDER, since=since, until=until),), ActKind.SUBMIT, today)
    assert isinstance(found, Signatory) is (since <= today <= until)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"until": date(2026, 3, 9)}, "substitution_expired"),
        ({"since": date(2026, 3, 11)}, "substitution_not_begun"),
        ({"acts": frozenset({ActKind.CONFIRM})}, "substitution_out_of_scope"),
        ({"revoked": True}, "substitution_revoked"),
        ({"absent": replace(HEAD, disabled=True)}, "substitution_of_nobody"),
        ({"absent": replace(HEAD, role=Role.OFFICER)}, "substitution_of_nobody"),
    ],
)
def test_p_6_5_an_order_that_does_not_hold_says_why(changes: dict[str, object], code: str) -> None:
    found = signatory(OFFICER, (replace(ORDER, **changes),), ActKind.SUBMIT, TODAY)  # type: ignore[arg-type]
    assert isinstance(found, Objection)
    assert found.code == code


def test_p_6_5_overlapping_orders_help_each_other() -> None:
    revoked, other = replace(ORDER, revoked=True), replace(ORDER, acts=frozenset({ActKind.REFUSE}))
    assert isinstance(signatory(OFFICER, (revoked, other), ActKind.REFUSE, TODAY), Signatory)
    assert isinstance(signatory(OFFICER, (revoked, other), ActKind.SUBMIT, TODAY), Objection)


def test_p_6_5_a_disabled_account_signs_nothing() -> None:
    for person in (HEAD, DEPUTY, OFFICER):
        found = signatory(replace(person, disabled=True), (ORDER,), ActKind.SUBMIT, TODAY)
        assert isinstance(found, Objection)
        assert found.code == "account_disabled"
