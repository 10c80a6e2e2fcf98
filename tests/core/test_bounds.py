"""The last moment that is lawful and the first that is not, for everything that an act or a request names."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from exchange.core.decide import Refusal, decide_submission
from exchange.core.scene import Party
from schemas.vocabulary import Country, State
from tests.core import cases
from tests.core.cases import HEAD, NOON, Case, reading, scene, sent, sent_urgent, stamp

INSTANT = timedelta(microseconds=1)
SENT_AT = NOON - timedelta(hours=1)
"""The transmission of an urgent request."""

ALL = [{"number": 1, "outcome": "а"}, {"number": 2, "outcome": "б"}]


def _paper() -> Case:
    return sent(requested_authority="TJ-GKNB").after(days=1)


def _urgent_paper() -> Case:
    agreement = {"kind": "ad_hoc", "citation": "а", "date": "2026-02-01"}
    urgent = cases.urgent_json(agreement=agreement)
    return sent(requested_authority="TJ-GKNB", urgent=urgent, signatory=...)


def _passed_on() -> Case:
    return sent().after(days=1).does("redirect", to_authority="RU-POST", reason="а").after(hours=1)


DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REPORT: dict[str, Any] = {"items": ALL, "text": "а", "final": True}
BOUNDS: list[tuple[Case, str, str, dict[str, Any], datetime, timedelta]] = [
    (_paper(), "receive", "received_at", {}, NOON + DAY, -INSTANT),
    (_paper(), "receive", "received_at", {}, NOON, INSTANT),
    (_urgent_paper(), "receive", "received_at", {}, SENT_AT, INSTANT),
    (_passed_on(), "receive", "received_at", {}, NOON + DAY, INSTANT),
    (_passed_on(), "receive", "received_at", {}, NOON + DAY + HOUR, -INSTANT),
    (sent().after(hours=1), "report_results", "executed_at", REPORT, NOON + HOUR, -INSTANT),
    (sent(now=NOON + timedelta(milliseconds=900)), "report_results", "executed_at", REPORT, NOON, INSTANT),
    (
        _passed_on().does("receive", received_at=stamp(NOON + DAY)),
        "report_results",
        "executed_at",
        REPORT,
        NOON,
        INSTANT,
    ),
    (sent_urgent(), "confirm", "sent_at", {"signatory": HEAD}, NOON, -INSTANT),
    (sent_urgent(), "confirm", "sent_at", {"signatory": HEAD}, SENT_AT, INSTANT),
]


@pytest.mark.parametrize(("case", "kind", "name", "fields", "last", "inward"), BOUNDS)
def test_the_last_lawful_instant_is_taken_and_the_next_is_not(
    case: Case, kind: str, name: str, fields: dict[str, Any], last: datetime, inward: timedelta
) -> None:
    def at(instant: datetime) -> dict[str, Any]:
        return {**fields, name: stamp(instant)}

    case.does(kind, **at(last))
    case.does(kind, **at(last + inward))
    assert case.objections(kind, **at(last - inward))


def test_p_6_4_an_urgent_request_is_transmitted_at_the_latest_now() -> None:
    sent_urgent(transmitted_at=stamp(NOON))
    urgent = cases.urgent_json(transmitted_at=stamp(NOON + INSTANT))
    assert cases.refused_submission(urgent=urgent, signatory=...)


@pytest.mark.parametrize(
    ("transmitted_at", "taken"),
    [
        ("2020-12-31T17:59:59Z", False),
        ("2020-12-31T18:00:00Z", True),
        ("2026-12-31T18:59:59Z", True),
        ("2026-12-31T19:00:00Z", False),
    ],
)
def test_p_6_4_a_standing_agreement_holds_from_its_first_local_day_to_its_last(
    transmitted_at: str, taken: bool
) -> None:
    body = cases.submission(urgent=cases.urgent_json(transmitted_at=transmitted_at), signatory=...)
    later = NOON + timedelta(days=999)
    answer = decide_submission("REQ-1", body, cases.head_of("KZ-MVD"), scene(), reading(), later)
    assert isinstance(answer, Refusal) is not taken


@pytest.mark.parametrize(("now", "taken"), [("2026-03-01T18:59:59Z", False), ("2026-03-01T19:00:00Z", True)])
def test_p_16_the_day_of_entry_into_force_is_the_requesting_authoritys_local_day(now: str, taken: bool) -> None:
    parties = {**scene().parties, Country.RU: Party(Country.RU, date(2026, 3, 2))}
    answer = decide_submission(
        "REQ-1",
        cases.submission(),
        cases.head_of("KZ-MVD"),
        scene(parties=parties),
        reading(),
        datetime.fromisoformat(now),
    )
    assert isinstance(answer, Refusal) is not taken


def test_p_7_6_a_postponement_may_name_this_very_day() -> None:
    assert sent().does("postpone", reason="а", until="2026-03-01").request.state is State.POSTPONED
    late = sent().to(datetime.fromisoformat("2026-03-01T21:00:00Z"))
    assert late.objections("postpone", reason="а", until="2026-03-01") == {"until_in_past"}


def test_p_6_4_the_hold_is_shown_from_its_first_entry() -> None:
    case = sent_urgent().does("hold", reason="а").after(hours=3).does("hold", reason="б")
    assert case.request.held_at == NOON


def test_p_6_4_the_confirmation_is_shown_with_its_dispatch() -> None:
    case = sent_urgent().after(hours=5)
    assert case.does("confirm", signatory=HEAD, sent_at=stamp(NOON)).request.confirmed_at == NOON
    assert case.does("confirm", signatory=HEAD).request.confirmed_at == case.now


def test_p_7_8_a_report_that_is_not_final_says_nothing_on_the_day_of_execution() -> None:
    case = sent().does("report_results", items=ALL, text="а", final=False)
    assert case.request.executed_at is None
    assert case.does("report_results", items=[], text="а", final=True).request.executed_at == NOON


def test_an_answer_closes_the_ask_of_its_own_kind_only() -> None:
    case = sent().does("ask_information", question="а").does("open_consultation", subject="б")
    case = case.does("provide_information", question_number=1, answer="в")
    assert [ask.open for ask in case.request.asks] == [False, True]
