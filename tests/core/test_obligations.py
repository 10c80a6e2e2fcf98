"""What acts do to duties: opened, met, suspended, dated anew, passed on, void."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from schemas.vocabulary import ObligationKind, ObligationState, State
from tests.core.cases import HEAD, NOON, Case, sent, sent_urgent, stamp
from tests.core.owed import CONDITIONS, MET, MET_LATE, RUNNING, VOID, refused

EXECUTION, REDIRECT, CONFIRMATION = ObligationKind


ALL = [{"number": 1, "outcome": "а"}, {"number": 2, "outcome": "б"}]


TREATY = {"days": 5, "basis": "treaty", "citation": "договор, ст. 5"}


def _reported(case: Case, **more: Any) -> Case:
    return case.does("report_results", items=ALL, text="а", final=True, **more)


def _end(case: Case) -> datetime:
    """Return the due moment of the execution, which must run."""
    due_at = case.duty().due_at
    assert due_at is not None
    return due_at


# Execution
def test_p_7_2_the_execution_runs_from_the_first_receipt_and_not_from_sending() -> None:
    case = sent(requested_authority="TJ-GKNB")
    assert case.request.obligation(EXECUTION) is None
    case = case.after(days=9).does("receive", received_at=stamp(NOON + timedelta(days=2)))
    assert case.duty().due_on == date(2026, 4, 2)
    assert case.duty(REDIRECT).due_on == date(2026, 3, 6)
    assert case.duty(REDIRECT).overdue(case.now)


def test_p_7_2_a_treatys_term_takes_the_place_of_the_thirty_days() -> None:
    assert sent(execution_term=TREATY).duty().due_on == date(2026, 3, 6)


@pytest.mark.parametrize(("late", "state"), [(timedelta(microseconds=-1), MET), (timedelta(0), MET_LATE)])
def test_p_7_8_the_final_report_meets_the_execution_until_the_last_instant(
    late: timedelta, state: ObligationState
) -> None:
    case = sent().does("accept")
    case = _reported(case.to(_end(case) + late))
    assert case.duty().state is state
    assert case.duty().closed_at == case.now
    assert case.request.state is State.EXECUTED


def test_p_7_8_an_earlier_day_of_execution_is_shown_and_cures_no_lateness() -> None:
    case = sent().to(_end(sent()))
    case = _reported(case, executed_at=stamp(NOON))
    assert case.duty().state is MET_LATE
    assert case.request.executed_at == NOON


def test_p_7_8_a_report_that_is_not_final_leaves_the_execution_running() -> None:
    case = sent().does("report_results", items=ALL, text="а", final=False)
    assert case.duty().state is RUNNING
    assert case.request.state is State.RECEIVED
    final = case.does("report_results", items=[], text="всё", final=True)
    assert (final.request.state, final.duty().state) == (State.EXECUTED, MET)


def test_p_7_2_overdue_is_a_fact_and_an_overdue_request_is_executed_still() -> None:
    case = sent().does("accept").after(days=100)
    assert case.duty().overdue(case.now)
    assert case.request.state is State.EXECUTING
    assert _reported(case).duty().state is MET_LATE


def test_overdue_begins_with_the_due_moment_itself() -> None:
    duty = sent().duty()
    assert duty.due_at is not None
    assert not duty.overdue(duty.due_at - timedelta(microseconds=1))
    assert duty.overdue(duty.due_at)


def test_p_7_5_asking_for_information_does_not_stop_the_thirty_days() -> None:
    case = sent()
    asked = case.does("ask_information", question="а").after(days=5)
    assert asked.duty() == case.duty()
    assert asked.does("provide_information", question_number=1, answer="б").duty() == case.duty()


def test_p_7_3_an_impediment_changes_no_date() -> None:
    case = sent()
    assert case.does("report_impediment", circumstances="а", expected_delay="б").duty() == case.duty()


def test_p_7_6_conditions_do_not_stop_the_thirty_days() -> None:
    case = sent().does("accept")
    offered = case.does("offer_conditions", **CONDITIONS).after(days=3)
    assert offered.duty() == case.duty()
    assert offered.does("accept_conditions").duty() == case.duty()
    assert offered.does("decline_conditions", reason="а").duty() == case.duty()


def test_p_6_4_holding_stops_no_clock_and_blocks_no_act() -> None:
    case = sent_urgent()
    held = case.does("hold", reason="а")
    assert held.request.obligations == case.request.obligations
    assert held.request.held
    assert held.allowed(held.holder()) == case.allowed(case.holder())
    assert _reported(held).request.state is State.EXECUTED


# Refusal in whole and in part
@pytest.mark.parametrize("items", ["all", [1, 2], [2, 1]])
def test_p_9_1_refusing_every_item_ends_the_request_and_meets_the_execution(items: Any) -> None:
    case = refused(sent(), items)
    assert (case.request.state, case.duty().state) == (State.REFUSED, MET)
    assert case.duty(REDIRECT).state is VOID


def test_p_9_1_a_partial_refusal_leaves_the_rest_open_with_its_term() -> None:
    case = sent().does("accept")
    part = refused(case, [2])
    assert (part.request.state, part.request.open_items()) == (State.EXECUTING, (1,))
    assert part.duty() == case.duty()
    assert refused(part, [1]).request.state is State.REFUSED
    assert refused(part, "all").request.state is State.REFUSED


def test_p_9_1_with_some_items_reported_the_final_report_ends_it() -> None:
    case = sent().does("report_results", items=ALL[:1], text="а", final=False)
    case = refused(case, "all")
    assert case.request.state is State.RECEIVED
    assert case.duty().state is RUNNING
    assert case.request.open_items() == ()
    final = case.does("report_results", items=[], text="а", final=True)
    assert (final.request.state, final.duty().state) == (State.EXECUTED, MET)


def test_p_9_1_a_late_refusal_meets_the_execution_late() -> None:
    assert refused(sent().after(days=40)).duty().state is MET_LATE


@pytest.mark.parametrize(("days", "state"), [(30, MET), (31, MET_LATE)])
def test_p_9_1_a_refusal_while_postponed_is_judged_by_the_days_that_were_left(
    days: int, state: ObligationState
) -> None:
    case = refused(sent().after(days=days).does("postpone", reason="а").after(days=50))
    assert case.duty().state is state
    assert case.duty().due_on == date(2026, 3, 31)
    assert case.request.postponement is None


# Redirect
def test_p_7_4_redirect_gives_each_holder_its_own_three_days() -> None:
    case = sent().after(days=2).does("redirect", to_authority="RU-FSB", reason="нет")
    first, second = (duty for duty in case.request.obligations if duty.kind is REDIRECT)
    assert (first.state, first.due_on, first.authority.code) == (MET, date(2026, 3, 4), "RU-MVD")
    assert (second.state, second.due_on, second.authority.code) == (RUNNING, date(2026, 3, 6), "RU-FSB")


def test_p_7_4_redirect_does_not_restart_the_thirty_days_but_the_new_holder_owes_them() -> None:
    case = sent()
    moved = case.after(days=2).does("redirect", to_authority="RU-FSB", reason="нет")
    assert moved.duty().due_at == case.duty().due_at
    assert moved.duty().authority.code == "RU-FSB"
    assert moved.request.received_at == NOON
    assert len([duty for duty in moved.request.obligations if duty.kind is EXECUTION]) == 1


@pytest.mark.parametrize(("late", "state"), [(timedelta(microseconds=-1), MET), (timedelta(0), MET_LATE)])
def test_p_7_4_redirect_is_met_until_the_end_of_the_third_day(late: timedelta, state: ObligationState) -> None:
    end = sent().duty(REDIRECT).due_at
    assert end is not None
    case = sent().to(end + late).does("redirect", to_authority="RU-FSB", reason="нет")
    assert next(duty for duty in case.request.obligations if duty.kind is REDIRECT).state is state
    assert bool(case.request.late_redirects) is (state is MET_LATE)


def test_p_7_4_redirect_after_acceptance_stays_void_and_its_lateness_is_a_fact() -> None:
    case = sent().does("accept").after(days=10).does("redirect", to_authority="RU-FSB", reason="нет")
    assert next(duty for duty in case.request.obligations if duty.kind is REDIRECT).state is VOID
    assert case.request.late_redirects == ("RU-MVD",)
    timely = sent().does("accept").after(days=1).does("redirect", to_authority="RU-FSB", reason="нет")
    assert timely.request.late_redirects == ()


def test_p_7_4_to_a_body_without_a_node_the_three_days_begin_with_its_receipt() -> None:
    case = sent().does("redirect", to_body={"name": "Лаборатория", "address": "а"}, reason="нет")
    assert case.request.holder.code.startswith("RU-BODY-")
    assert len([duty for duty in case.request.obligations if duty.kind is REDIRECT]) == 1
    assert case.duty().authority == case.request.holder
    case = case.after(days=5).does("receive", received_at=stamp(NOON + timedelta(days=4)))
    assert case.duty(REDIRECT).due_on == date(2026, 3, 8)
    assert case.request.steward == "RU-MVD"


def test_p_7_4_the_steward_goes_on_for_the_next_paper_body_and_ends_with_a_node() -> None:
    case = sent().does("redirect", to_authority="RU-POST", reason="а").does("receive", received_at=stamp(NOON))
    case = case.does("redirect", to_authority="RU-MAIL", reason="б")
    assert case.request.steward == "RU-MVD"
    case = case.does("receive", received_at=stamp(NOON)).does("redirect", to_authority="RU-FSB", reason="в")
    assert case.request.steward is None
    assert not case.request.receipt_pending


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("accept", {}),
        ("postpone", {"reason": "а"}),
        ("offer_conditions", CONDITIONS),
        ("refuse", {"items": [1], "reasons": "а", "national_law": "б"}),
        ("report_results", {"items": ALL[:1], "text": "а", "final": False}),
    ],
)
def test_p_7_4_taking_the_request_up_voids_the_redirect(kind: str, fields: dict[str, Any]) -> None:
    assert sent().does(kind, **fields).duty(REDIRECT).state is VOID


def test_p_7_4_overdue_or_not_the_redirect_falls_away_when_the_request_is_taken_up() -> None:
    assert sent().after(days=20).does("accept").duty(REDIRECT).state is VOID


@pytest.mark.parametrize("kind", ["ask_information", "note", "propose_term"])
def test_p_7_4_asking_is_no_word_on_competence(kind: str) -> None:
    fields: dict[str, dict[str, Any]] = {
        "ask_information": {"question": "а"},
        "note": {"text": "а"},
        "propose_term": {"days": 9, "citation": "а"},
    }
    case = sent()
    assert case.does(kind, by=case.holder(), **fields[kind]).duty(REDIRECT).state is RUNNING


# Confirmation
@pytest.mark.parametrize(("late", "state"), [(timedelta(microseconds=-1), MET), (timedelta(0), MET_LATE)])
def test_p_6_4_confirmation_is_met_until_72_hours_have_gone(late: timedelta, state: ObligationState) -> None:
    case = sent_urgent()
    end = case.duty(CONFIRMATION).due_at
    assert end == NOON - timedelta(hours=1) + timedelta(hours=72)
    confirmed = case.to(end + late).does("confirm", signatory=HEAD)
    assert confirmed.duty(CONFIRMATION).state is state
    assert not confirmed.request.unconfirmed


def test_p_6_4_confirmation_is_timely_when_dispatched_in_time() -> None:
    dispatched = stamp(NOON + timedelta(hours=70))
    case = sent_urgent().after(days=20).does("confirm", signatory=HEAD, sent_at=dispatched)
    assert case.duty(CONFIRMATION).state is MET


@pytest.mark.parametrize("end", ["executed", "refused", "discontinued"])
def test_p_6_4_confirmation_stays_owed_after_the_end(end: str) -> None:
    case = {
        "executed": lambda: _reported(sent_urgent()),
        "refused": lambda: refused(sent_urgent()),
        "discontinued": lambda: (
            sent_urgent()
            .does("offer_conditions", **CONDITIONS)
            .does("decline_conditions", reason="а")
            .does("discontinue", reason="б")
        ),
    }[end]()
    assert case.duty(CONFIRMATION).state is RUNNING
    assert case.request.unconfirmed
    assert case.does("confirm", signatory=HEAD).duty(CONFIRMATION).state is MET
    assert case.does("confirm", signatory=HEAD).request.state.value == end


def test_p_6_4_confirmation_lifts_the_hold() -> None:
    case = sent_urgent().does("hold", reason="а").after(hours=5).does("confirm", signatory=HEAD)
    assert not case.request.held
    assert (case.request.held_at, case.request.held_until) == (NOON, case.now)


def test_p_6_4_confirmation_is_void_when_the_request_is_withdrawn() -> None:
    case = sent_urgent().does("withdraw", reason="а")
    assert {duty.state for duty in case.request.obligations} == {VOID}
    assert not case.request.unconfirmed


def test_p_6_4_only_an_urgent_request_owes_a_confirmation() -> None:
    assert sent().request.obligation(CONFIRMATION) is None


def test_p_6_4_the_thirty_days_run_from_the_receipt_of_the_technical_transmission() -> None:
    assert sent_urgent().duty().started_at == NOON
