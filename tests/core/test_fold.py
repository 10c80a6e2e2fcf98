"""The fold and the decision agree along every path that the law allows."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from exchange.core.access import Actor
from exchange.core.errors import RecordBroken
from exchange.core.fold import apply, fold
from exchange.core.lawful import allowed_acts
from exchange.core.request import Entry, Obligation, Request, Ruling
from schemas.vocabulary import ActKind, AssistanceState, ObligationKind, ObligationState, Role, State
from tests.core import cases
from tests.core.cases import NOON, Case, lawful_fields, sent, stamp

REQUESTS: TypeAdapter[Request] = TypeAdapter(Request)
RULINGS: TypeAdapter[Ruling] = TypeAdapter(Ruling)
ENTRIES: TypeAdapter[Entry] = TypeAdapter(Entry)

EXECUTION, REDIRECT, CONFIRMATION = ObligationKind

DATED_BY = {ActKind.RECEIVE, ActKind.POSTPONE, ActKind.RESUME, ActKind.AGREE_TERM}
"""The acts that may change a date; that a duty is closed while suspended shows its old date again."""


def _start(draw: Any) -> Case:
    """Draw a request: urgent or not, to a node or on paper, by the Protocol's term or a treaty's."""
    urgent = draw(st.booleans(), label="urgent")
    paper = draw(st.booleans(), label="paper")
    days = draw(st.sampled_from([None, 1, 5, 90]), label="days")
    changes: dict[str, Any] = {}
    if days:
        changes["execution_term"] = {"days": days, "basis": "treaty", "citation": "а"}
    if paper:
        changes["requested_authority"] = "TJ-GKNB"
    if urgent:
        agreement = {"kind": "ad_hoc", "citation": "а", "date": "2026-02-01"}
        changes |= {"urgent": cases.urgent_json(agreement=agreement), "signatory": ...}
    return sent(**changes)


def _fields(draw: Any, case: Case, kind: ActKind, by: Actor) -> dict[str, Any]:
    """Draw content of an act: the plain one, or another that the law allows too."""
    request, plain = case.request, lawful_fields(case.request, kind, by, case.now)
    if kind is ActKind.REDIRECT and draw(st.booleans(), label="registered"):
        country = request.holder.country
        held = {request.holder.code, *(of.code for of in request.past_holders)}
        known = [code for code, of in cases.AUTHORITIES.items() if of.country is country and code not in held]
        if known:
            return {"reason": "а", "to_authority": draw(st.sampled_from(known), label="to")}
    if kind is ActKind.REFUSE and draw(st.booleans(), label="in part"):
        return {**plain, "items": draw(st.permutations(request.open_items()), label="items")[:1]}
    if kind is ActKind.REPORT_RESULTS and draw(st.booleans(), label="not final"):
        numbers = [item.number for item in request.items if item.state is not AssistanceState.REFUSED]
        number = draw(st.sampled_from(numbers), label="item")
        return {**plain, "final": False, "items": [{"number": number, "outcome": "а"}]}
    return {**plain, **_numbers(draw, case, kind)}


def _numbers(draw: Any, case: Case, kind: ActKind) -> dict[str, Any]:
    """Draw the moments and days that an act may name."""
    request = case.request
    if kind is ActKind.CONFIRM and request.submitted.urgent and draw(st.booleans(), label="dispatched before"):
        return {"sent_at": stamp(request.submitted.urgent.transmitted_at)}
    if kind is ActKind.PROPOSE_TERM:
        return {"days": draw(st.integers(1, 120), label="days")}
    if kind is ActKind.RECEIVE:
        return {"received_at": stamp(draw(st.sampled_from([case.now, request.dispatched_at]), label="stamp"))}
    return {}


WAITS = st.sampled_from([timedelta(0), timedelta(hours=5), timedelta(days=1), timedelta(days=3), timedelta(days=33)])

RARE = {ActKind.WITHDRAW, ActKind.NOTE, ActKind.OPEN_CONSULTATION, ActKind.PROPOSE_COSTS}
"""Acts that end a walk too soon or lead nowhere: drawn now and then only."""


def _step(draw: Any, case: Case) -> Case:
    case = replace(case, now=case.now + draw(WAITS, label="wait"))
    choices = [
        (by, row.kind)
        for by in (case.requesting(), case.holder(), Actor(case.request.holder.code, Role.REGISTRAR))
        for row in allowed_acts(case.request, by)
    ]
    if draw(st.integers(0, 9), label="rare") != 0:
        choices = [(by, kind) for by, kind in choices if kind not in RARE] or choices
    by, kind = draw(st.sampled_from(choices), label="act")
    return case.does(kind.value, by=by, **_fields(draw, case, kind, by))


def _check(case: Case) -> None:
    """Check what must hold of every request at any time."""
    request = case.request
    executions = [duty for duty in request.obligations if duty.kind is EXECUTION]
    assert len(executions) == (request.received_at is not None)
    assert len([duty for duty in request.obligations if duty.kind is CONFIRMATION]) == bool(request.submitted.urgent)
    assert len({duty.id for duty in request.obligations}) == len(request.obligations)
    for duty in request.obligations:
        _check_duty(duty, request)
    live = [duty for duty in request.obligations if duty.live and duty.kind is not CONFIRMATION]
    if request.ended:
        assert not live
        assert not request.held
        assert request.ended_at is not None
        assert request.postponement is None
    elif executions:
        suspended = request.state is State.POSTPONED
        assert executions[0].state is (ObligationState.SUSPENDED if suspended else ObligationState.RUNNING)
        assert executions[0].authority == request.holder
    assert (request.postponement is not None) is (request.state is State.POSTPONED)
    assert (request.conditions is not None) >= (request.state is State.CONDITIONS_OFFERED)
    assert len([duty for duty in live if duty.kind is REDIRECT]) <= 1
    assert request.seq == len(case.record)
    assert request.state is not State.SENT or request.received_at is None
    numbered = [(ask.kind, ask.number) for ask in request.asks]
    assert len(set(numbered)) == len(numbered)


def _check_duty(duty: Obligation, request: Request) -> None:
    assert (duty.due_at is None) is (duty.state is ObligationState.SUSPENDED)
    assert (duty.due_on is None) is (duty.due_at is None)
    assert (duty.closed_at is None) is duty.live
    if duty.kind is not EXECUTION:
        assert duty.revisions == ()
        assert duty.state is not ObligationState.SUSPENDED
    if duty.kind is REDIRECT and duty.live:
        assert duty.authority == request.holder


def _check_dates(before: Request, after: Request, kind: ActKind) -> None:
    """No date of a duty that still waits changes without an act that says so."""
    olds = {duty.id: duty for duty in before.obligations}
    for duty in after.obligations:
        old = olds.get(duty.id)
        if old is None:
            assert kind in {ActKind.RECEIVE, ActKind.SUBMIT}
        elif not old.live:
            assert duty == old
        elif kind not in DATED_BY and duty.live:
            assert (duty.due_at, duty.due_on, duty.due_version) == (old.due_at, old.due_on, old.due_version)
            assert duty.calculation == old.calculation


@settings(max_examples=250)
@given(st.data())
def test_a_record_always_tells_what_was_decided(data: st.DataObject) -> None:
    case = _start(data.draw)
    _check(case)
    for _ in range(data.draw(st.integers(1, 14), label="acts")):
        before = len(case.stages)
        case = _step(data.draw, case)
        _check(case)
        for index in range(before, len(case.stages)):
            _check_dates(case.stages[index - 1], case.stages[index], case.record[index].kind)
    for length in range(1, len(case.record) + 1):
        assert fold("REQ-1", case.record[:length]) == case.stages[length - 1]
    assert REQUESTS.validate_json(REQUESTS.dump_json(case.request)) == case.request
    kept = tuple(ENTRIES.validate_json(ENTRIES.dump_json(entry)) for entry in case.record)
    assert kept == case.record
    assert fold("REQ-1", kept) == case.request
    for entry in case.record:
        assert RULINGS.validate_json(RULINGS.dump_json(entry.ruling)) == entry.ruling


@settings(max_examples=60)
@given(st.data())
def test_a_request_that_was_stored_and_loaded_goes_on_the_same(data: st.DataObject) -> None:
    case = _start(data.draw)
    for _ in range(data.draw(st.integers(1, 8), label="acts")):
        loaded = REQUESTS.validate_json(REQUESTS.dump_json(case.request))
        after = _step(data.draw, case)
        again = loaded
        for entry in after.record[len(case.record) :]:
            again = apply(again, entry)
        assert again == after.request
        case = after


def test_a_record_begins_with_a_submission() -> None:
    case = sent()
    for broken in ((), case.record[1:], (replace(case.record[0], ruling=Ruling()),)):
        with pytest.raises(RecordBroken):
            fold("REQ-1", broken)


def test_a_record_has_no_gap_no_double_and_one_submission() -> None:
    case = sent().does("accept").does("note", by=cases.head_of("RU-MVD"), text="а")
    first, receipt, accept, note = case.record
    for broken in (
        (first, accept),
        (first, receipt, receipt),
        (first, receipt, note, accept),
        (first, replace(first, seq=2)),
        (first, receipt, replace(first, seq=3)),
    ):
        with pytest.raises(RecordBroken):
            fold("REQ-1", broken)


def test_a_redirect_in_a_record_names_its_new_holder() -> None:
    case = sent().does("redirect", to_authority="RU-FSB", reason="а")
    with pytest.raises(RecordBroken, match="redirects to nobody"):
        fold("REQ-1", (*case.record[:2], replace(case.record[2], ruling=Ruling())))


def test_an_agreement_in_a_record_is_to_a_proposal() -> None:
    case = sent().does("propose_term", days=9, citation="а")
    case = case.does("agree_term", by=case.requesting(), term_number=1)
    lost = (*case.record[:2], replace(case.record[3], seq=3))
    with pytest.raises(RecordBroken, match="no term 1"):
        fold("REQ-1", lost)


def test_p_7_2_a_node_receives_in_the_same_breath() -> None:
    case = sent()
    assert [entry.kind for entry in case.record] == [ActKind.SUBMIT, ActKind.RECEIVE]
    assert case.record[1].author == "RU-MVD"
    assert case.record[1].at == case.record[0].at == NOON
    assert (case.request.number, case.request.received_number) == ("исх-KZ-MVD", "вх-RU-MVD")


def test_p_7_4_the_new_holders_node_receives_in_the_same_breath() -> None:
    case = sent().after(hours=1).does("redirect", to_authority="RU-FSB", reason="а")
    assert [entry.kind for entry in case.record[2:]] == [ActKind.REDIRECT, ActKind.RECEIVE]
    assert (case.request.holder.code, case.request.received_number) == ("RU-FSB", "вх-RU-FSB")
    assert [of.code for of in case.request.past_holders] == ["RU-MVD"]


def test_an_arrival_out_of_order_is_recorded_after_what_was_taken_before() -> None:
    case = sent().to(NOON - timedelta(seconds=3)).does("accept")
    assert case.record[-1].at == NOON - timedelta(seconds=3)
    assert case.record[-1].recorded_at == NOON


def test_p_7_7_accepted_conditions_bind_and_declined_ones_do_not() -> None:
    offered = sent().does("offer_conditions", conditions="тайна", ground="б", consultation="в")
    accepted = offered.does("accept_conditions")
    assert [of.conditions for of in accepted.request.binding] == ["тайна"]
    assert accepted.request.state is State.EXECUTING
    declined = offered.does("decline_conditions", reason="г")
    assert declined.request.binding == ()
    again = declined.does("offer_conditions", conditions="иное", ground="б", consultation="в")
    assert [of.conditions for of in again.does("accept_conditions").request.binding] == ["иное"]


def test_asks_are_numbered_by_kind() -> None:
    case = sent().does("ask_information", question="а").does("ask_presence", people=[PERSON], reason="б")
    case = case.does("ask_information", question="в").does("open_consultation", subject="г")
    assert [(ask.kind.value, ask.number) for ask in case.request.asks] == [
        ("question", 1),
        ("presence", 1),
        ("question", 2),
        ("consultation", 1),
    ]


PERSON = {"name": "Петров", "position": "следователь"}


def test_p_7_5_the_waiting_time_of_a_question_is_measured() -> None:
    case = sent().does("ask_information", question="а").after(days=4)
    case = case.does("provide_information", question_number=1, answer="б")
    ask = case.request.asks[0]
    assert ask.answered_at is not None
    assert ask.answered_at - ask.at == timedelta(days=4)
    assert not ask.open
    assert "no_open_question" in case.objections("provide_information", question_number=1, answer="в")


def test_p_8_presence_is_granted_or_denied_once() -> None:
    case = sent().does("ask_presence", people=[PERSON], reason="а").does("grant_presence", presence_number=1)
    assert "no_open_presence" in case.objections("deny_presence", presence_number=1, reason="б")


def test_p_10_2_another_use_is_asked_and_granted_after_the_end_too() -> None:
    items = [{"number": 1, "outcome": "а"}, {"number": 2, "outcome": "б"}]
    case = sent().does("report_results", items=items, text="а", final=True).after(days=100)
    case = case.does("ask_other_use", purpose="б").does("grant_other_use", other_use_number=1)
    assert not case.request.asks[0].open


def test_p_11_either_side_closes_consultations_after_the_end_too() -> None:
    case = sent().does("withdraw", reason="а")
    for by in (case.requesting(), case.holder()):
        opened = case.does("open_consultation", by=case.requesting(), subject="б")
        opened.does("close_consultation", by=by, consultation_number=1, outcome="в")


def test_p_12_costs_are_agreed_by_the_other_side() -> None:
    case = sent().does("propose_costs", arrangement="а")
    assert "own_proposal" in case.objections("agree_costs", costs_number=1)
    assert not case.does("agree_costs", by=case.requesting(), costs_number=1).request.asks[0].open


def test_nothing_of_a_request_can_be_changed_in_place() -> None:
    request = sent().request
    for field in fields(request):
        with pytest.raises(AttributeError):
            setattr(request, field.name, None)
