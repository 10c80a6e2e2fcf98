"""Postponement and another term (Article 7): what they do to the due dates."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.core.obligations import days_left
from schemas.vocabulary import ActKind, State
from tests.core import cases
from tests.core.cases import NOON, Case, sent
from tests.core.owed import CONDITIONS, MET, SUSPENDED, VOID, refused


def _agreed(case: Case, days: int) -> Case:
    case = case.does("propose_term", by=case.requesting(), days=days, citation="договор, ст. 7")
    number = len([ask for ask in case.request.asks if ask.kind.value == "term"])
    return case.does("agree_term", term_number=number)


# Postponing and resuming
def test_p_7_6_while_suspended_there_is_no_due_date() -> None:
    case = sent().does("postpone", reason="а")
    duty = case.duty()
    assert (duty.state, duty.due_at, duty.due_on) == (SUSPENDED, None, None)
    assert not duty.overdue(NOON + timedelta(days=999))
    assert duty.revisions[-1].due_on == date(2026, 3, 31)
    assert (duty.revisions[-1].replaced_by, duty.revisions[-1].reason) == (ActKind.POSTPONE, "а")


def test_p_7_6_an_overdue_request_stays_as_overdue_as_it_was() -> None:
    case = sent().after(days=35).does("postpone", reason="а").after(days=10)
    assert days_left(case.request, case.duty()) == -5
    case = case.does("resume")
    assert case.duty().due_on == date(2026, 4, 10)
    assert case.duty().overdue(case.now)
    assert (case.now.date() - date(2026, 4, 10)).days == 5


def test_p_7_6_resuming_on_the_same_day_changes_no_date_and_makes_no_new_steps() -> None:
    case = sent()
    again = case.does("postpone", reason="а").after(hours=3).does("resume")
    assert again.duty().due_at == case.duty().due_at
    assert again.duty().due_version == case.duty().due_version
    assert again.request.state is State.EXECUTING


def test_p_7_6_resuming_is_not_hindered_by_the_order_in_which_arrivals_are_taken() -> None:
    midnight = NOON + timedelta(hours=12)
    case = sent().to(midnight + timedelta(seconds=1)).does("postpone", reason="а")
    back = case.to(midnight - timedelta(seconds=1)).does("resume")
    assert back.duty().due_on == date(2026, 3, 31)


def test_p_7_6_days_are_those_of_the_zone_in_which_the_term_is_counted() -> None:
    case = sent().does("redirect", to_authority="RU-EAST", reason="нет")
    late = case.to(datetime.fromisoformat("2026-03-05T20:59:00Z")).does("postpone", reason="а")
    case = late.to(datetime.fromisoformat("2026-03-05T21:00:00Z")).does("resume")
    assert case.duty().due_on == date(2026, 4, 1)


def test_p_7_6_the_day_named_in_a_postponement_ends_nothing_by_itself() -> None:
    case = sent().does("postpone", reason="а", until="2026-03-05").after(days=30)
    assert case.request.state is State.POSTPONED
    assert case.duty().state is SUSPENDED


def test_p_7_6_a_withdrawal_or_refusal_while_postponed_closes_the_duty() -> None:
    case = sent().does("postpone", reason="а")
    assert case.does("withdraw", reason="б").duty().state is VOID
    assert refused(case).duty().state is MET


moves = st.lists(
    st.one_of(
        st.tuples(st.just("postpone"), st.integers(0, 40), st.integers(0, 60)),
        st.tuples(st.just("term"), st.integers(0, 20), st.integers(1, 90)),
        st.tuples(st.just("term while postponed"), st.integers(0, 20), st.integers(1, 90)),
    ),
    max_size=6,
)


@given(moves, st.integers(0, 23))
def test_p_7_6_the_last_day_is_the_day_of_receipt_plus_the_term_plus_every_postponement(
    plan: list[tuple[str, int, int]], hour: int
) -> None:
    case = sent(NOON.replace(hour=hour)).does("accept")
    receipt, term, put_off = _local(case), 30, 0
    for move, wait, number in plan:
        case = case.after(days=wait, hours=7)
        if move == "term":
            case, term = _agreed(case, number), number
            assert case.duty().due_on == receipt + timedelta(days=term + put_off)
            continue
        since = _local(case)
        case = case.does("postpone", reason="а")
        left = (receipt + timedelta(days=term + put_off) - since).days
        assert days_left(case.request, case.duty()) == left
        if move == "term while postponed":
            case, term = _agreed(case.after(days=1), number), number
            assert case.duty().due_at is None
            left = (receipt + timedelta(days=term + put_off) - since).days
            assert days_left(case.request, case.duty()) == left
        case = case.after(days=number).does("resume")
        put_off += (_local(case) - since).days
        assert case.duty().due_on == _local(case) + timedelta(days=left)
        assert case.duty().due_on == receipt + timedelta(days=term + put_off)
    assert case.duty().due_on == receipt + timedelta(days=term + put_off)
    assert cases.replayed(case) == case.request


def _local(case: Case) -> date:
    """Return the local day of Moscow, by its fixed offset: no zone data of ours."""
    return (case.now + timedelta(hours=3)).date()


# Another term
def test_p_7_2_another_term_is_agreed_by_the_other_side_under_a_treaty() -> None:
    case = _agreed(sent().after(days=3), 45)
    assert case.duty().due_on == date(2026, 4, 15)
    revision = case.duty().revisions[-1]
    assert (revision.due_on, revision.replaced_by) == (date(2026, 3, 31), ActKind.AGREE_TERM)
    assert revision.reason == "договор, ст. 7"
    assert case.duty().due_version == 2


def test_p_7_2_another_term_may_be_shorter_and_make_the_request_overdue_at_once() -> None:
    case = _agreed(sent().after(days=12), 10)
    assert case.duty().overdue(case.now)


def test_p_7_2_the_same_term_again_makes_no_new_steps() -> None:
    case = _agreed(sent(), 30)
    assert case.duty().due_version == 1


def test_p_7_2_a_new_date_begins_its_ladder_anew_and_the_same_one_goes_on() -> None:
    request = sent().after(days=25).request
    worked = tuple(replace(duty, reminded_through=NOON) for duty in request.obligations)
    request = replace(request, obligations=worked)
    for days, reminded in ((30, NOON), (45, None)):
        case = Case((), (request,), NOON).does("propose_term", days=days, citation="а")
        assert case.does("agree_term", by=case.requesting(), term_number=1).duty().reminded_through == reminded


def test_p_7_2_another_term_is_counted_in_the_zone_of_the_receipt() -> None:
    case = sent(NOON.replace(hour=20)).does("redirect", to_authority="RU-EAST", reason="нет")
    case = _agreed(case, 31)
    assert case.duty().due_at == datetime.fromisoformat("2026-04-01T21:00:00Z")


def test_p_7_2_a_proposal_alone_changes_nothing() -> None:
    case = sent()
    assert case.does("propose_term", days=45, citation="а").duty() == case.duty()


def test_p_7_2_nobody_agrees_to_a_proposal_of_its_own() -> None:
    case = sent().does("propose_term", days=45, citation="а")
    assert "own_proposal" in case.objections("agree_term", term_number=1)
    assert case.does("agree_term", by=case.requesting(), term_number=1).duty().due_on == date(2026, 4, 15)


def test_p_7_2_each_proposal_is_answered_by_its_number() -> None:
    case = sent().does("propose_term", days=45, citation="а").does("propose_term", days=60, citation="б")
    case = case.does("agree_term", by=case.requesting(), term_number=2)
    assert case.duty().due_on == date(2026, 4, 30)
    case = case.does("agree_term", by=case.requesting(), term_number=1)
    assert case.duty().due_on == date(2026, 4, 15)


# Ends
@pytest.mark.parametrize("end", ["withdraw", "discontinue"])
def test_an_end_without_execution_voids_what_was_owed(end: str) -> None:
    case = sent().does("offer_conditions", **CONDITIONS).does("decline_conditions", reason="а")
    case = case.does(end, reason="б")
    assert {duty.state for duty in case.request.obligations} == {VOID}
    assert case.request.ended_at == case.now


def test_p_7_2_a_term_agreed_while_postponed_is_kept_with_its_treaty() -> None:
    """The duty has no date then, yet it tells which act changed its term, and by which treaty."""
    case = (
        sent().does("accept").does("propose_term", days=15, citation="Договор, статья 8").does("postpone", reason="суд")
    )
    case = case.after(days=2).does("agree_term", by=cases.system_of("KZ-MVD"), term_number=1)
    assert [(of.replaced_by, of.reason) for of in case.duty().revisions][-1] == ("agree_term", "Договор, статья 8")
    assert case.duty().due_at is None
    case = case.after(days=1).does("resume")
    assert case.duty().due_on == date(2026, 3, 19)
