"""The table of acts against its source, typed anew, and every act in every situation for every caller."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from exchange.core.access import Actor
from exchange.core.acts import ACTS, ENDS, OPEN, Effect, Signing
from exchange.core.decide import Decision, Refusal, decide
from exchange.core.lawful import allowed_acts
from schemas.vocabulary import ActKind, Role, State
from tests.core import cases
from tests.core.cases import Case, lawful_fields, reading, scene, sent, sent_urgent


class Row(NamedTuple):
    """One row as the design writes it; `when` names what must hold beside the state."""

    by: str
    states: str
    rule: str | None
    leads_to: str | None = None
    when: str = ""


_OPEN = "sent received executing postponed conditions_offered conditions_declined"
_ANY = f"{_OPEN} executed refused discontinued withdrawn"

LITERAL = {
    "submit": Row("requesting", "", "P-6", "sent"),
    "receive": Row("requested", "sent received", "P-7.2", "received", "receipt pending"),
    "accept": Row("requested", "received", "P-7.1", "executing"),
    "redirect": Row("requested", "received executing", "P-7.4", "received"),
    "confirm": Row("requesting", _ANY.replace(" withdrawn", ""), "P-6.4", None, "urgent unconfirmed"),
    "hold": Row("requested", _OPEN, "P-6.4", None, "urgent unconfirmed"),
    "ask_information": Row("requested", "received executing postponed", "P-7.5"),
    "provide_information": Row("requesting", _OPEN, "P-7.5", None, "question"),
    "report_impediment": Row("requested", _OPEN.replace("sent ", ""), "P-7.3"),
    "postpone": Row("requested", "received executing", "P-7.6", "postponed"),
    "resume": Row("requested", "postponed", "P-7.6", "executing"),
    "offer_conditions": Row("requested", "received executing conditions_declined", "P-7.6", "conditions_offered"),
    "accept_conditions": Row("requesting", "conditions_offered", "P-7.7", "executing"),
    "decline_conditions": Row("requesting", "conditions_offered", "P-7.6", "conditions_declined"),
    "discontinue": Row("requested", "conditions_declined", "P-7.6", "discontinued"),
    "refuse": Row("requested", _OPEN.replace("sent ", ""), "P-9", "refused", "open item"),
    "report_results": Row("requested", "received executing", "P-7.8", "executed"),
    "withdraw": Row("requesting", _OPEN, None, "withdrawn"),
    "propose_term": Row("either", "received executing postponed", "P-7.2"),
    "agree_term": Row("either", "received executing postponed", "P-7.2", None, "other's term"),
    "ask_presence": Row("requesting", "received executing", "P-8"),
    "grant_presence": Row("requested", "received executing", "P-8", None, "presence"),
    "deny_presence": Row("requested", "received executing", "P-8", None, "presence"),
    "ask_other_use": Row("requesting", _ANY, "P-10.2", None, "results"),
    "grant_other_use": Row("requested", _ANY, "P-10.2", None, "other_use"),
    "deny_other_use": Row("requested", _ANY, "P-10.2", None, "other_use"),
    "open_consultation": Row("either", _ANY, "P-11"),
    "close_consultation": Row("either", _ANY, "P-11", None, "consultation"),
    "propose_costs": Row("either", _OPEN, "P-12"),
    "agree_costs": Row("either", _OPEN, "P-12", None, "other's costs"),
    "note": Row("either", _ANY, None),
}
"""Typed from the design by hand; it must not be made from the table that it checks."""


def test_the_literal_table_names_every_act_once() -> None:
    assert set(LITERAL) == {kind.value for kind in ActKind} == {kind.value for kind in ACTS}


@pytest.mark.parametrize("kind", list(LITERAL))
def test_a_row_says_what_the_design_says(kind: str) -> None:
    row, literal = ACTS[ActKind(kind)], LITERAL[kind]
    assert (row.by.value if row.by else "either") == literal.by
    assert {state.value for state in row.states} == set(literal.states.split())
    assert row.rule == literal.rule
    assert (row.leads_to.value if row.leads_to else None) == literal.leads_to


def test_ends_and_open_states_part_all_states() -> None:
    assert set(State) == ENDS | OPEN
    assert not ENDS & OPEN
    assert {state.value for state in ENDS} == {"executed", "refused", "discontinued", "withdrawn"}


def test_p_6_5_only_submission_confirmation_and_refusal_are_signed() -> None:
    signed = {kind.value for kind, row in ACTS.items() if row.signing is not Signing.NEVER}
    assert signed == {"submit", "confirm", "refuse"}


def test_the_effects_on_obligations_are_those_of_the_design() -> None:
    literal = {
        "submit": {"confirmation": Effect.OPEN},
        "receive": {"execution": Effect.OPEN, "redirect": Effect.OPEN},
        "accept": {"redirect": Effect.VOID},
        "redirect": {"redirect": Effect.MEET, "execution": Effect.PASS_ON},
        "confirm": {"confirmation": Effect.MEET},
        "postpone": {"execution": Effect.SUSPEND, "redirect": Effect.VOID},
        "resume": {"execution": Effect.RESUME},
        "offer_conditions": {"redirect": Effect.VOID},
        "discontinue": {"execution": Effect.VOID, "redirect": Effect.VOID},
        "refuse": {"execution": Effect.MEET_AT_END, "redirect": Effect.VOID},
        "report_results": {"execution": Effect.MEET_AT_END, "redirect": Effect.VOID},
        "withdraw": {"execution": Effect.VOID, "redirect": Effect.VOID, "confirmation": Effect.VOID},
        "agree_term": {"execution": Effect.REDATE},
    }
    found = {
        kind.value: {duty.value: effect for duty, effect in row.effects.items()}
        for kind, row in ACTS.items()
        if row.effects
    }
    assert found == literal


def _asked(case: Case) -> Case:
    """Open one ask of every kind that its state lets each side open."""
    for by in (case.requesting(), case.holder()):
        for kind in ("ask_information", "ask_presence", "propose_term", "open_consultation", "propose_costs"):
            if kind in case.allowed(by):
                case = case.decided(_answer(case, ActKind(kind), by))
    return case


def _answer(case: Case, kind: ActKind, by: Actor) -> Decision | Refusal:
    body = cases.act(kind.value, **lawful_fields(case.request, kind, by, case.now))
    return decide(case.request, body, by, scene(), reading(), case.now)


def _partly(case: Case) -> Case:
    """Report on the first item, and ask for another use of what came."""
    first = [{"number": 1, "outcome": "да"}]
    return case.does("report_results", items=first, text="часть", final=False).does("ask_other_use", purpose="иное")


ONE_ITEM = [{"form": "training", "text": "обучение"}]

SITUATIONS: dict[str, Callable[[], Case]] = {
    "sent": lambda: sent(requested_authority="TJ-GKNB"),
    "sent, urgent": lambda: sent_urgent(agreement={"kind": "ad_hoc", "citation": "письмо", "date": "2026-02-27"}),
    "received": sent,
    "received, all asked": lambda: _asked(sent()),
    "received from paper": lambda: (
        sent(requested_authority="TJ-GKNB").after(hours=1).does("receive", received_at="2026-03-01T09:30:00Z")
    ),
    "urgent": sent_urgent,
    "urgent, held": lambda: sent_urgent().does("hold", reason="ждём"),
    "urgent, confirmed": lambda: sent_urgent().does("confirm", signatory=cases.HEAD),
    "redirected on the node": lambda: sent().does("redirect", to_authority="RU-FSB", reason="нет"),
    "redirected to paper": lambda: _asked(sent()).does("redirect", to_authority="RU-POST", reason="нет"),
    "redirected to paper, received": lambda: (
        sent()
        .does("redirect", to_authority="RU-POST", reason="нет")
        .does("receive", received_at=cases.stamp(cases.NOON))
    ),
    "executing": lambda: sent().does("accept"),
    "executing, all asked": lambda: _asked(sent().does("accept")),
    "executing, partly reported": lambda: _partly(sent().does("accept")),
    "executing, all reported but not finally": lambda: _partly(sent(assistance=ONE_ITEM, matters=[])),
    "postponed": lambda: _asked(sent().does("postpone", reason="дело")),
    "conditions offered": lambda: _asked(sent_urgent()).does(
        "offer_conditions", conditions="а", ground="б", consultation="в"
    ),
    "conditions declined": lambda: (
        _asked(sent())
        .does("offer_conditions", conditions="а", ground="б", consultation="в")
        .does("decline_conditions", reason="г")
    ),
    "executed": lambda: _partly(_asked(sent_urgent())).does(
        "report_results", items=[{"number": 2, "outcome": "да"}], text="всё", final=True
    ),
    "refused": lambda: _asked(sent()).does("refuse", items="all", reasons="а", national_law="б"),
    "discontinued": lambda: (
        _partly(_asked(sent_urgent()))
        .does("offer_conditions", conditions="а", ground="б", consultation="в")
        .does("decline_conditions", reason="г")
        .does("discontinue", reason="д")
    ),
    "withdrawn": lambda: _partly(_asked(sent_urgent())).does("withdraw", reason="е"),
    "withdrawn before receipt": lambda: sent(requested_authority="TJ-GKNB").does("withdraw", reason="е"),
}


def _callers(case: Case) -> Iterator[Actor]:
    """Yield every role of everybody who has to do with the request, and of a stranger."""
    request = case.request
    codes = {request.requesting.code, request.holder.code, "AM-POL", *(of.code for of in request.past_holders)}
    yield from (Actor(code, role) for code in sorted(codes) for role in Role)


def _expected(case: Case, by: Actor, kind: str) -> bool:
    """Tell by the literal table alone whether a caller may do an act; naive on purpose."""
    request, row = case.request, LITERAL[kind]
    if by.authority == request.requesting.code:
        side = "requesting"
    elif by.authority in {request.holder.code, request.steward}:
        side = "requested"
    else:
        return False
    if row.by not in {side, "either"} or request.state.value not in row.states.split():
        return False
    pending = request.state.value == "received" and request.receipt_pending and side == "requested"
    if pending and kind not in {"receive", "note"}:
        return False
    return _role_fits(case, by, kind, side) and all(_holds(case, side, fact) for fact in _facts(row.when))


def _role_fits(case: Case, by: Actor, kind: str, side: str) -> bool:
    if by.role is Role.SYSTEM:
        return True
    if kind == "receive":
        return by.role is Role.REGISTRAR
    if side == "requested" and by.authority == case.request.steward:
        return by.role is Role.REGISTRAR
    on_paper = side == "requested" and case.request.holder.reach.value != "node"
    if by.role is Role.REGISTRAR:
        return on_paper
    if by.role is Role.OFFICER:
        return kind != "confirm"  # a refusal without a signatory is unsigned
    return by.role in {Role.HEAD, Role.DEPUTY_HEAD}


def _facts(when: str) -> list[str]:
    return when.split() if when.startswith("urgent") else [when] if when else []


def _holds(case: Case, side: str, fact: str) -> bool:
    request = case.request
    if fact.startswith("other's "):
        kind = fact.removeprefix("other's ")
        return any(ask.open and ask.kind.value == kind and ask.side.value != side for ask in request.asks)
    if fact in {"question", "presence", "other_use", "consultation"}:
        return any(ask.open and ask.kind.value == fact for ask in request.asks)
    return {
        "receipt pending": request.receipt_pending,
        "urgent": request.submitted.urgent is not None,
        "unconfirmed": request.confirmed_at is None,
        "results": bool(request.results),
        "open item": bool(request.open_items()),
    }[fact]


@pytest.mark.parametrize("situation", list(SITUATIONS))
def test_an_act_is_offered_exactly_when_it_would_be_taken_and_the_design_says_so(situation: str) -> None:
    case = SITUATIONS[situation]().after(hours=1)
    for by in _callers(case):
        offered = {row.kind for row in allowed_acts(case.request, by)}
        for kind in ActKind:
            if kind is ActKind.SUBMIT:
                continue
            taken = isinstance(_answer(case, kind, by), Decision)
            told = (situation, by, kind.value)
            assert taken is (kind in offered), told
            assert taken is _expected(case, by, kind.value), told


def test_the_situations_reach_every_state() -> None:
    assert {make().request.state for make in SITUATIONS.values()} == set(State)


def test_every_act_is_taken_somewhere_in_the_situations() -> None:
    done: set[ActKind] = set()
    for make in SITUATIONS.values():
        case = make().after(hours=1)
        for by in _callers(case):
            done |= {row.kind for row in allowed_acts(case.request, by)}
    assert done == set(ActKind) - {ActKind.SUBMIT}
