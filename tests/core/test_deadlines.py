"""Due moments: the cases of the law's clock, and what holds for every zone and day."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.core.deadlines import day_term, explain, hour_term, local_day, shift_days, start_of_day
from tests.core import cases

CASES = json.loads(Path(__file__).with_name("clock-cases.json").read_text(encoding="utf-8"))

HOME = ("Europe/Moscow", "Europe/Minsk", "Asia/Almaty", "Asia/Bishkek", "Asia/Dushanbe", "Asia/Yerevan")
"""The zones of the six states' capitals and seats."""

ZONES = (
    *HOME,
    "Asia/Vladivostok",
    "Europe/Kaliningrad",
    "Asia/Aqtau",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
)
"""Theirs, and some whose changes of time are hard: at midnight, by half an hour, twice a midnight."""

zones = st.sampled_from(ZONES)
instants = cases.instants(1993, 2037)
terms = st.integers(1, 400)


def _days(at: datetime, days: int, zone: str, suspended: int = 0) -> Any:
    return day_term(started_at=at, days=days, zone=zone, rule="P-7.2", profile="p 1", suspended_days=suspended)


def _hours(at: datetime, hours: int, zone: str) -> Any:
    return hour_term(started_at=at, hours=hours, zone=zone, rule="P-6.4", profile="p 1")


@pytest.mark.parametrize("case", CASES["day_terms"], ids=lambda case: f"{case['authority']} {case['received_at']}")
def test_p_7_2_a_term_in_days_ends_at_24_00_of_its_last_local_day(case: dict[str, Any]) -> None:
    found = _days(datetime.fromisoformat(case["received_at"]), case["days"], case["zone"])
    assert found.due_on.isoformat() == case["due_on"]
    assert cases.stamp(found.due_at) == case["due_at"]


@pytest.mark.parametrize("case", CASES["confirmation"], ids=lambda case: str(case["transmitted_at"]))
@pytest.mark.parametrize("zone", HOME)
def test_p_6_4_three_days_of_24_hours_are_72_hours_to_the_second(case: dict[str, Any], zone: str) -> None:
    found = _hours(datetime.fromisoformat(case["transmitted_at"]), 72, zone)
    assert cases.stamp(found.due_at) == case["due_at"]


def test_p_7_2_thirty_days_from_1_march_end_with_31_march() -> None:
    assert cases.sent().duty().due_on == date(2026, 3, 31)


@given(instants, instants, terms, zones)
def test_a_later_receipt_is_never_due_sooner(one: datetime, other: datetime, days: int, zone: str) -> None:
    first, second = sorted((one, other))
    sooner, later = _days(first, days, zone), _days(second, days, zone)
    assert sooner.due_at <= later.due_at
    assert sooner.due_on <= later.due_on


@given(instants, terms, zones)
def test_the_term_ends_where_the_next_local_day_begins(at: datetime, days: int, zone: str) -> None:
    found = _days(at, days, zone)
    assert local_day(found.due_at, zone) == found.due_on + timedelta(days=1)
    assert local_day(found.due_at - timedelta(microseconds=1), zone) == found.due_on
    assert found.due_at.utcoffset() == timedelta(0)


@given(instants, terms, zones)
def test_the_day_of_receipt_is_not_counted(at: datetime, days: int, zone: str) -> None:
    found = _days(at, days, zone)
    assert (found.due_on - at.astimezone(ZoneInfo(zone)).date()).days == days


@given(instants, terms, st.integers(0, 500), zones)
def test_p_7_6_days_of_postponement_are_added_whole(at: datetime, days: int, suspended: int, zone: str) -> None:
    assert _days(at, days, zone, suspended).due_at == _days(at, days + suspended, zone).due_at


@given(instants, st.integers(1, 1000), zones)
def test_p_6_4_hours_are_counted_in_utc_whatever_the_zone_does(at: datetime, hours: int, zone: str) -> None:
    found = _hours(at, hours, zone)
    assert found.due_at - at == timedelta(hours=hours)
    assert found.due_on == local_day(found.due_at - timedelta(microseconds=1), zone)


@given(st.dates(date(1993, 1, 1), date(2037, 1, 1)), zones)
def test_a_local_day_begins_with_its_first_instant(day: date, zone: str) -> None:
    start = start_of_day(day, zone)
    assert local_day(start, zone) == day
    assert local_day(start - timedelta(microseconds=1), zone) < day


@given(instants, st.integers(-40, 400), zones)
def test_shifted_days_keep_the_hour_on_the_wall_where_it_exists(at: datetime, days: int, zone: str) -> None:
    if days == 0:
        assert shift_days(at, days, zone) == at
        return
    shifted = shift_days(at, days, zone).astimezone(ZoneInfo(zone))
    wanted = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) + timedelta(days=days)
    exists = wanted.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert shifted.replace(tzinfo=None) == exists
    assert abs(exists - wanted) <= timedelta(hours=1)


def test_kazakhstans_change_of_1_march_2024_makes_25_hours_on_the_wall() -> None:
    before = datetime(2024, 2, 29, 12, tzinfo=ZoneInfo("Asia/Almaty")).astimezone(UTC)
    after = shift_days(before, 1, "Asia/Almaty")
    assert after - before == timedelta(hours=25)
    found = _hours(before, 24, "Asia/Almaty")
    assert found.due_at.astimezone(ZoneInfo("Asia/Almaty")).time() == time(11)
    assert start_of_day(date(2024, 3, 1), "Asia/Almaty") == datetime(2024, 2, 29, 19, tzinfo=UTC)
    assert start_of_day(date(2024, 2, 29), "Asia/Almaty") == datetime(2024, 2, 28, 18, tzinfo=UTC)


@pytest.mark.parametrize("hour", range(24))
def test_every_instant_of_one_local_day_has_the_same_due_moment(hour: int) -> None:
    local = datetime(2024, 2, 28, hour, 59, 59, 999_999, tzinfo=ZoneInfo("Asia/Almaty"))
    assert _days(local.astimezone(UTC), 3, "Asia/Almaty").due_on == date(2024, 3, 2)


@pytest.mark.parametrize(
    ("received", "days", "due_on"),
    [
        (date(2024, 2, 28), 1, date(2024, 2, 29)),
        (date(2023, 2, 28), 1, date(2023, 3, 1)),
        (date(2024, 2, 29), 366, date(2025, 3, 1)),
        (date(2028, 2, 26), 3, date(2028, 2, 29)),
        (date(2100, 2, 26), 3, date(2100, 3, 1)),
        (date(2027, 12, 31), 60, date(2028, 2, 29)),
    ],
)
@pytest.mark.parametrize("zone", HOME)
def test_p_7_2_leap_days_count(received: date, days: int, due_on: date, zone: str) -> None:
    noon = datetime.combine(received, time(12), ZoneInfo(zone)).astimezone(UTC)
    assert _days(noon, days, zone).due_on == due_on


def test_a_calculation_explains_itself_step_by_step() -> None:
    steps = explain(_days(datetime(2026, 3, 1, 9, tzinfo=UTC), 30, "Europe/Moscow", 4))
    assert steps == (
        "Получено: 01.03.2026 12:00:00 (Europe/Moscow, UTC+03:00).",
        "День получения 01.03.2026 не считается.",
        "Прибавлено календарных дней: 30.",
        "Прибавлено дней отсрочки исполнения: 4.",
        "Последний день: 04.04.2026, до 24:00 местного времени.",
        "Срок истекает: 05.04.2026 00:00:00 (Europe/Moscow, UTC+03:00).",
    )


def test_an_explanation_shows_the_offset_of_each_of_its_moments() -> None:
    text = " ".join(explain(_days(datetime(2024, 2, 20, 9, tzinfo=UTC), 30, "Asia/Almaty")))
    assert "UTC+06:00" in text
    assert "UTC+05:00" in text


def test_a_calculation_keeps_the_versions_it_was_made_with() -> None:
    found = cases.sent().duty().calculation
    assert found.profile == "csto-cybercrime-protocol 1"
    assert found.zone_data[:4].isdigit()
    assert (found.rule, found.days, found.hours) == ("P-7.2", 30, None)
