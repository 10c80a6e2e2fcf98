"""When the Protocol is in force for a state (Articles 16 and 18), by example and for whatever was received."""

import calendar
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.core import treaty
from exchange.core.treaty import RULES, WORDS, Completion, Fact, Withdrawal, between, in_force, periods
from exchange.profiles import force
from schemas.vocabulary import Country

FORCE = force()
KZ, RU, AM, BY, KG, TJ = Country.KZ, Country.RU, Country.AM, Country.BY, Country.KG, Country.TJ
FOUR = (
    Completion(BY, date(2019, 6, 3)),
    Completion(KZ, date(2019, 8, 20)),
    Completion(RU, date(2019, 11, 5)),
    Completion(KG, date(2020, 1, 1)),
)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
COMPLETIONS = st.builds(Completion, st.sampled_from(Country), DAYS)
LEAVING = st.builds(
    lambda country, day, more: Withdrawal(country, day, treaty.earliest_leaving(day, 6) + timedelta(days=more)),
    st.sampled_from(Country),
    DAYS,
    st.integers(0, 400),
)
FACTS = st.lists(st.one_of(COMPLETIONS, LEAVING), max_size=14).map(tuple)


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_the_numbers_are_those_of_articles_16_and_18() -> None:
    assert (FORCE.notifications, FORCE.leaving_months) == (4, 6)


@pytest.mark.parametrize(("on", "holds"), [("2019-12-31", False), ("2020-01-01", True), ("2035-07-01", True)])
@pytest.mark.parametrize("country", [BY, KZ, RU, KG])
def test_p_16_the_first_four_are_bound_from_the_receipt_of_the_fourth(country: Country, on: str, holds: bool) -> None:
    assert in_force(country, day(on), FOUR, FORCE).holds is holds


def test_p_16_three_notifications_bring_nothing_into_force() -> None:
    told = in_force(KZ, day("2025-01-01"), FOUR[:3], FORCE)
    assert not told.holds
    assert [step.code for step in told.steps] == ["notified", "too_few"]
    assert "Всего получено уведомлений: 3" in str(told.steps[1])


def test_p_16_a_later_party_is_bound_from_the_receipt_of_its_own() -> None:
    facts = (*FOUR, Completion(AM, day("2021-03-10")))
    assert not in_force(AM, day("2021-03-09"), facts, FORCE).holds
    told = in_force(AM, day("2021-03-10"), facts, FORCE)
    assert (told.holds, told.since) == (True, day("2021-03-10"))
    assert [step.code for step in told.steps] == ["notified", "fourth", "later", "in_force"]
    assert {step.rule for step in told.steps} == {"P-16"}


def test_p_16_a_state_that_notified_twice_counts_once() -> None:
    assert treaty.entry_into_force((*FOUR[:3], Completion(KZ, day("2020-05-05"))), FORCE) is None


def test_p_16_it_is_in_force_between_two_for_whom_it_is() -> None:
    assert between(KZ, RU, day("2020-01-01"), FOUR, FORCE)
    assert not between(KZ, AM, day("2020-01-01"), FOUR, FORCE)
    assert not between(KZ, KZ, day("2020-01-01"), FOUR, FORCE)


def test_p_18_the_day_of_leaving_is_the_first_without_force() -> None:
    facts = (*FOUR, Withdrawal(RU, day("2025-03-31"), day("2025-10-01")))
    assert in_force(RU, day("2025-09-30"), facts, FORCE).holds
    told = in_force(RU, day("2025-10-01"), facts, FORCE)
    assert not told.holds
    assert [(step.code, step.rule) for step in told.steps][-2:] == [("leaving", "P-18"), ("left", "P-18")]
    assert in_force(KZ, day("2025-10-01"), facts, FORCE).holds  # for the others it stays


def test_p_18_who_left_is_bound_again_from_a_new_notification() -> None:
    facts = (*FOUR, Withdrawal(RU, day("2021-01-10"), day("2021-08-01")), Completion(RU, day("2023-02-02")))
    spans = [(span.in_force_from, span.left_on) for span in periods(RU, facts, FORCE)]
    assert spans == [(day("2020-01-01"), day("2021-08-01")), (day("2023-02-02"), None)]
    assert in_force(RU, day("2021-07-31"), facts, FORCE).holds
    assert not in_force(RU, day("2022-01-01"), facts, FORCE).holds
    assert in_force(RU, day("2023-02-02"), facts, FORCE).holds


@pytest.mark.parametrize(
    ("received", "earliest"),
    [
        ("2026-01-15", "2026-07-15"),
        ("2026-08-31", "2027-03-01"),
        ("2023-08-29", "2024-02-29"),
        ("2023-08-30", "2024-03-01"),
        ("2026-12-31", "2027-07-01"),
        ("2026-02-28", "2026-08-28"),
    ],
)
def test_p_18_six_calendar_months_before_the_day_of_leaving(received: str, earliest: str) -> None:
    assert treaty.earliest_leaving(day(received), FORCE.leaving_months) == day(earliest)


def latest_notice(leaving_on: date, months: int) -> date:
    """Return the last day on which a notice can be received of leaving on a day (Article 18)."""
    year, month = divmod(leaving_on.year * 12 + leaving_on.month - 1 - months, 12)
    return date(year, month + 1, min(leaving_on.day, calendar.monthrange(year, month + 1)[1]))


@given(DAYS, st.integers(0, 30))
def test_p_18_the_earliest_day_is_the_first_whose_latest_notice_has_not_passed(received: date, months: int) -> None:
    earliest = treaty.earliest_leaving(received, months)
    assert latest_notice(earliest, months) >= received
    assert latest_notice(earliest - timedelta(days=1), months) < received


@given(FACTS)
def test_no_state_is_bound_before_the_fourth_notification_nor_before_its_own(facts: tuple[Fact, ...]) -> None:
    entered = treaty.entry_into_force(facts, FORCE)
    for country in Country:
        spans = periods(country, facts, FORCE)
        own = [fact.received_on for fact in facts if isinstance(fact, Completion) and fact.country is country]
        assert bool(spans) is (entered is not None and bool(own))
        assert all(span.in_force_from in {*own, entered} for span in spans)
        assert all(span.in_force_from >= max(min(own), entered or date.max) for span in spans)
        assert all(span.left_on is None or span.left_on > span.in_force_from for span in spans)
        assert all(one.left_on and one.left_on <= other.in_force_from for one, other in pairwise(spans))


@given(FACTS, st.sampled_from(Country), DAYS)
def test_the_explanation_ends_with_what_holds_and_says_it_in_words(
    facts: tuple[Fact, ...], country: Country, on: date
) -> None:
    told = in_force(country, on, facts, FORCE)
    assert told.holds is any(span.bound_on(on) for span in periods(country, facts, FORCE))
    assert told.holds is (told.steps[-1].code == "in_force")
    assert all(str(step).endswith(".") and "{" not in str(step) for step in told.steps)


@given(FACTS, st.sampled_from(Country), st.sampled_from(Country), DAYS)
def test_in_force_between_two_is_a_matter_of_both(
    facts: tuple[Fact, ...], one: Country, other: Country, on: date
) -> None:
    assert between(one, other, on, facts, FORCE) is between(other, one, on, facts, FORCE)
    assert between(one, other, on, facts, FORCE) is (
        one is not other and in_force(one, on, facts, FORCE).holds and in_force(other, on, facts, FORCE).holds
    )


@given(FACTS)
def test_the_order_of_entering_changes_nothing(facts: tuple[Fact, ...]) -> None:
    assert treaty.parties(facts, FORCE) == treaty.parties(facts[::-1], FORCE)


def test_every_sentence_rests_on_a_rule() -> None:
    assert RULES.keys() <= WORDS.keys()
