"""The ladder of reminders: each step at its moment, no gap, no double."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.core.deadlines import day_term, hour_term
from exchange.core.reminders import Step, following, passed, steps
from schemas.profile import Ladder
from schemas.vocabulary import ObligationKind
from tests.core import cases

MOSCOW = "Europe/Moscow"
ZONES = (MOSCOW, "Asia/Almaty", "Asia/Yerevan", "America/New_York", "America/Sao_Paulo")


def _ladder(kind: ObligationKind) -> Ladder:
    return cases.reading().profile.reminders[kind]


def _day_steps(
    received: datetime, days: int, zone: str = MOSCOW, kind: ObligationKind = ObligationKind.EXECUTION, first: int = 30
) -> list[Step]:
    due = day_term(started_at=received, days=days, zone=zone, rule="", profile="")
    return list(islice(steps(_ladder(kind), due_at=due.due_at, zone=zone, started_at=received), first))


def _wall(step: Step, zone: str = MOSCOW) -> str:
    return step.moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def test_p_7_2_execution_is_reminded_of_ten_three_and_one_days_before_then_ever_after() -> None:
    found = _day_steps(cases.NOON, 30, first=16)
    assert [(step.name, _wall(step)) for step in found] == [
        ("-10d", "2026-03-22 00:00"),
        ("-3d", "2026-03-29 00:00"),
        ("-1d", "2026-03-31 00:00"),
        ("due", "2026-04-01 00:00"),
        ("+1d", "2026-04-02 00:00"),
        ("+7d", "2026-04-08 00:00"),
        ("+14d", "2026-04-15 00:00"),
        ("+21d", "2026-04-22 00:00"),
        ("+28d", "2026-04-29 00:00"),
        ("+35d", "2026-05-06 00:00"),
        ("+42d", "2026-05-13 00:00"),
        ("+49d", "2026-05-20 00:00"),
        ("+56d", "2026-05-27 00:00"),
        ("+86d", "2026-06-26 00:00"),
        ("+116d", "2026-07-26 00:00"),
        ("+146d", "2026-08-25 00:00"),
    ]


def test_p_7_4_the_redirect_is_reminded_of_a_day_before_at_its_end_and_a_day_after() -> None:
    found = _day_steps(cases.NOON, 3, kind=ObligationKind.REDIRECT)
    assert [(step.name, _wall(step)) for step in found] == [
        ("-1d", "2026-03-04 00:00"),
        ("due", "2026-03-05 00:00"),
        ("+1d", "2026-03-06 00:00"),
    ]


def test_p_6_4_the_confirmation_is_reminded_of_in_hours() -> None:
    due = hour_term(started_at=cases.NOON, hours=72, zone="Asia/Almaty", rule="", profile="")
    ladder = _ladder(ObligationKind.CONFIRMATION)
    found = list(steps(ladder, due_at=due.due_at, zone="Asia/Almaty", started_at=cases.NOON))
    assert [(step.name, step.moment - cases.NOON) for step in found] == [
        ("-24h", timedelta(hours=48)),
        ("-6h", timedelta(hours=66)),
        ("due", timedelta(hours=72)),
        ("+24h", timedelta(hours=96)),
    ]


def test_p_6_4_hours_stay_hours_across_kazakhstans_change_of_zone() -> None:
    started = datetime(2024, 2, 27, 8, tzinfo=ZoneInfo("Asia/Almaty")).astimezone(UTC)
    due = hour_term(started_at=started, hours=72, zone="Asia/Almaty", rule="", profile="")
    ladder = _ladder(ObligationKind.CONFIRMATION)
    found = list(steps(ladder, due_at=due.due_at, zone="Asia/Almaty", started_at=started))
    assert [due.due_at - step.moment for step in found] == [
        timedelta(hours=24),
        timedelta(hours=6),
        timedelta(0),
        timedelta(hours=-24),
    ]
    assert [_wall(step, "Asia/Almaty") for step in found] == [
        "2024-02-29 08:00",
        "2024-03-01 01:00",
        "2024-03-01 07:00",
        "2024-03-02 07:00",
    ]


def test_days_stay_days_across_kazakhstans_change_of_zone() -> None:
    received = datetime(2024, 2, 4, 6, tzinfo=UTC)
    found = _day_steps(received, 30, "Asia/Almaty")
    assert {_wall(step, "Asia/Almaty")[11:] for step in found} == {"00:00"}
    before = [step for step in found if step.moment < datetime(2024, 2, 29, 19, tzinfo=UTC)]
    assert {step.moment.hour for step in before} == {18}
    assert {step.moment.hour for step in found if step not in before} == {19}


@pytest.mark.parametrize(
    ("days", "first"),
    [(5, "-3d"), (9, "-3d"), (10, "-10d"), (3, "-3d"), (2, "-1d"), (1, "-1d"), (11, "-10d")],
)
def test_a_step_before_the_start_is_not_made(days: int, first: str) -> None:
    assert _day_steps(cases.NOON, days)[0].name == first


def test_a_step_at_the_start_itself_is_made() -> None:
    midnight = datetime(2026, 3, 1, 21, tzinfo=UTC)
    assert _day_steps(midnight, 9)[0].moment == midnight
    assert _day_steps(midnight, 9)[0].name == "-10d"


def test_the_head_is_told_from_the_due_moment_on() -> None:
    assert [step.name for step in _day_steps(cases.NOON, 30) if not step.after_due] == ["-10d", "-3d", "-1d"]


def test_the_debtors_local_days_count_for_a_holder_in_another_zone() -> None:
    case = cases.sent().does("redirect", to_authority="RU-EAST", reason="нет")
    duty = case.duty()
    assert duty.authority.zone == "Asia/Vladivostok"
    assert duty.due_at is not None
    ladder = _ladder(ObligationKind.EXECUTION)
    first = next(steps(ladder, due_at=duty.due_at, zone=duty.authority.zone, started_at=duty.started_at))
    assert duty.due_at - first.moment == timedelta(days=10)


moments = cases.instants(2022, 2027)


def _some(received: datetime, kind: ObligationKind, zone: str, days: int) -> list[Step]:
    if kind is ObligationKind.CONFIRMATION:
        due = hour_term(started_at=received, hours=72, zone=zone, rule="", profile="")
    else:
        due = day_term(started_at=received, days=days, zone=zone, rule="", profile="")
    return list(islice(steps(_ladder(kind), due_at=due.due_at, zone=zone, started_at=received), 40))


@given(moments, st.sampled_from(ObligationKind), st.sampled_from(ZONES), st.integers(1, 90))
def test_steps_come_in_the_order_of_their_moments_each_once(
    received: datetime, kind: ObligationKind, zone: str, days: int
) -> None:
    found = _some(received, kind, zone, days)
    assert all(one.moment < other.moment for one, other in pairwise(found))
    assert len({step.name for step in found}) == len(found)
    assert all(step.moment >= received for step in found)


@given(
    moments,
    st.sampled_from(ObligationKind),
    st.sampled_from(ZONES),
    st.integers(1, 60),
    st.lists(st.timedeltas(timedelta(0), timedelta(days=400)), min_size=1, max_size=8),
)
def test_passed_and_following_part_time_without_gap_or_double(
    received: datetime, kind: ObligationKind, zone: str, days: int, ticks: list[timedelta]
) -> None:
    every = _some(received, kind, zone, days)
    worked: list[Step] = []
    through: datetime | None = None
    for now in sorted(received + tick for tick in ticks):
        come = passed(iter(every), after=through, now=now)
        worked += come
        through = come[-1].moment if come else through
        ahead = following(iter(every), after=through)
        assert ahead is None or ahead.moment > now
        assert worked + ([ahead] if ahead else []) == every[: len(worked) + (ahead is not None)]
    assert worked == [step for step in every if step.moment <= max(received + tick for tick in ticks)]


@given(moments, st.sampled_from(ObligationKind), st.sampled_from(ZONES), st.integers(1, 90))
def test_the_step_at_the_due_moment_comes_at_that_moment(
    received: datetime, kind: ObligationKind, zone: str, days: int
) -> None:
    found = _some(received, kind, zone, days)
    due = next(step for step in found if step.name == "due")
    if kind is ObligationKind.CONFIRMATION:
        assert due.moment == received + timedelta(hours=72)
    assert all((step.moment >= due.moment) is step.after_due for step in found)


def test_p_6_4_the_due_step_does_not_come_an_hour_early_in_an_hour_that_comes_twice() -> None:
    due_at = datetime(2024, 2, 29, 18, 30, tzinfo=UTC)
    assert due_at.astimezone(ZoneInfo("Asia/Almaty")).fold == 1
    ladder = _ladder(ObligationKind.CONFIRMATION)
    found = steps(ladder, due_at=due_at, zone="Asia/Almaty", started_at=due_at - timedelta(hours=72))
    assert [step.moment for step in found if step.name == "due"] == [due_at]


def test_a_step_is_due_at_its_very_moment() -> None:
    every = _day_steps(cases.NOON, 30)
    assert passed(iter(every), after=None, now=every[0].moment) == (every[0],)
    assert passed(iter(every), after=None, now=every[0].moment - timedelta(microseconds=1)) == ()


def test_an_endless_ladder_ends_at_now() -> None:
    due = day_term(started_at=cases.NOON, days=30, zone=MOSCOW, rule="", profile="")
    ladder = _ladder(ObligationKind.EXECUTION)
    far = cases.NOON + timedelta(days=3650)
    found = passed(steps(ladder, due_at=due.due_at, zone=MOSCOW, started_at=cases.NOON), after=None, now=far)
    assert len(found) == 13 + (3650 - 31 - 56) // 30
    assert found[-1].moment <= far
