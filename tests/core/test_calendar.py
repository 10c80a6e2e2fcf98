"""Working days of Kazakhstan (Rules No. 1355, points 5 and 8): every day with its act, every doubt said."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from exchange.core.calendar import explain_working, working_days_after, working_term
from exchange.profiles.secrecy import calendars
from schemas.calendar import DayKind, WorkCalendar

KZ = calendars()["KZ"]

DAYS = st.dates(date(2024, 1, 1), date(2027, 11, 1))


def count(start: date, days: int) -> date:
    return working_days_after(start, days, KZ).day


def test_the_day_of_receipt_is_not_counted() -> None:
    assert count(date(2024, 2, 5), 1) == date(2024, 2, 6)


def test_20_working_days_in_march_2024_skip_the_holidays_and_the_day_after_a_saturday_one() -> None:
    """8 March (Friday), 21 and 22 March, and Monday 25 March for Saturday 23."""
    assert count(date(2024, 3, 1), 20) == date(2024, 4, 4)
    assert not KZ.works(date(2024, 3, 25))


def test_a_moved_day_of_2024_makes_a_saturday_work_and_a_wednesday_rest() -> None:
    assert KZ.works(date(2024, 5, 4))
    assert not KZ.works(date(2024, 5, 8))
    assert count(date(2024, 5, 3), 1) == date(2024, 5, 4)
    assert count(date(2024, 5, 6), 1) == date(2024, 5, 10)


def test_a_moved_day_of_2025_makes_a_sunday_work_and_a_friday_rest() -> None:
    assert count(date(2024, 12, 31), 1) == date(2025, 1, 5)


def test_christmas_and_kurban_ait_on_a_weekend_give_no_other_day_off() -> None:
    assert KZ.works(date(2024, 1, 8))
    assert KZ.works(date(2024, 6, 17))


def test_constitution_day_went_from_august_to_march_in_2026_and_is_not_verified() -> None:
    assert not KZ.works(date(2024, 8, 30))
    assert not KZ.works(date(2025, 9, 1))
    assert KZ.works(date(2026, 8, 31))
    assert not KZ.works(date(2027, 3, 15))
    assert not KZ.days[date(2026, 8, 31)].verified
    assert not KZ.days[date(2027, 3, 15)].verified
    assert any("не проверено" in doubt for doubt in working_days_after(date(2026, 8, 20), 10, KZ).doubts)


def test_a_term_beside_an_estimated_date_is_itself_estimated() -> None:
    """Kurban Ait of 2027 is reckoned for a Sunday: one day later it would take a Monday away."""
    assert KZ.days[date(2027, 5, 16)].estimated
    assert any("оценочная" in doubt for doubt in working_days_after(date(2027, 5, 14), 1, KZ).doubts)


def test_a_term_within_a_settled_year_is_certain() -> None:
    assert working_days_after(date(2025, 2, 3), 20, KZ).doubts == ()


def test_a_term_beyond_the_calendar_says_so() -> None:
    result = working_days_after(date(2027, 12, 20), 20, KZ)
    assert any("2028" in doubt for doubt in result.doubts)
    assert not KZ.covers(date(2028, 1, 1))


def test_no_days_are_no_term() -> None:
    with pytest.raises(ValueError, match="one working day"):
        working_days_after(date(2025, 2, 3), 0, KZ)


@given(DAYS, st.integers(1, 40), st.integers(1, 40))
def test_counting_on_is_counting_together(start: date, one: int, other: int) -> None:
    assert count(count(start, one), other) == count(start, one + other)


@given(DAYS, st.integers(1, 40))
def test_exactly_the_days_counted_are_worked(start: date, days: int) -> None:
    end = count(start, days)
    passed = [start + timedelta(days=each) for each in range(1, (end - start).days + 1)]
    assert sum(KZ.works(day) for day in passed) == days
    assert KZ.works(end)


def test_a_term_ends_at_midnight_of_the_local_day_and_explains_itself() -> None:
    start = datetime(2024, 4, 30, 20, 0, tzinfo=UTC)  # 1 May in Astana
    term = working_term(started_at=start, days=3, zone="Asia/Almaty", rule="R-5", calendar=KZ)
    assert term.due_on == date(2024, 5, 4)
    assert term.due_at == datetime(2024, 5, 4, 19, 0, tzinfo=UTC)
    assert not term.estimated
    words = "\n".join(explain_working(term))
    assert "01.05.2024 не считается" in words
    assert "рабочая суббота вместо 8 мая" in words
    assert "kz-working-days 1" in words


def test_every_weekday_holiday_of_the_file_is_skipped_and_every_day_has_an_act() -> None:
    for day, entry in KZ.days.items():
        assert KZ.works(day) is (entry.kind is DayKind.WORKING)
        assert KZ.source.sources[entry.source].act


def test_a_holiday_on_a_weekend_gives_the_next_working_day() -> None:
    """Law No. 267 and article 85 of the Labour Code, by a rule written again here."""
    holidays = sorted(day for day, entry in KZ.days.items() if entry.kind is DayKind.HOLIDAY)
    taken: set[date] = set()
    for holiday in holidays:
        if holiday.isoweekday() < 6:
            continue
        day = holiday
        while day.isoweekday() > 5 or day in holidays or day in taken:
            day += timedelta(days=1)
        taken.add(day)
    assert taken == {day for day, entry in KZ.days.items() if entry.kind is DayKind.OBSERVED}


@pytest.mark.parametrize(
    "change",
    [
        {"years": [{"year": 2024, "settled": True}, {"year": 2026, "settled": True}]},
        {"years": [{"year": 2030, "settled": True}]},
        {"sources": {}},
        {"weekend": []},
        {"weekend": [8]},
    ],
)
def test_a_calendar_that_is_not_whole_is_refused(change: dict[str, Any]) -> None:
    data = {**KZ.source.model_dump(), **change}
    with pytest.raises(ValidationError):
        WorkCalendar.model_validate(data, strict=False)
