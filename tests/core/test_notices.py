"""Who is told of an act and reminded of a duty, and that no postponement keeps a notice from anybody."""

from dataclasses import replace
from datetime import timedelta

from exchange.core.notices import next_step_at, remind
from schemas.vocabulary import ObligationKind
from tests.core import cases
from tests.core.cases import sent


def test_p_7_6_the_day_named_is_told_though_a_step_was_worked_at_that_very_instant() -> None:
    """A ladder that was told up to this moment does not swallow the notice of a postponement made in it."""
    case = sent().does("accept")
    due_at = case.duty().due_at
    assert due_at is not None
    told = replace(case.duty(), reminded_through=due_at)
    others = tuple(duty for duty in case.request.obligations if duty.kind is not ObligationKind.EXECUTION)
    case = replace(case.to(due_at), stages=(*case.stages[:-1], replace(case.request, obligations=(told, *others))))
    case = case.does("postpone", reason="суд", until="2026-04-01")
    plan = remind(case.request, case.duty(), cases.reading().profile, due_at)
    assert {reminding.addressee.authority for reminding in plan.remindings} == {"KZ-MVD", "RU-MVD"}
    assert {reminding.step.name for reminding in plan.remindings} == {"until"}


def test_p_7_6_a_notice_of_the_day_named_is_told_once() -> None:
    case = sent().does("accept").does("postpone", reason="суд", until="2026-03-05")
    profile = cases.reading().profile
    moment = next_step_at(case.request, case.duty(), profile)
    assert moment is not None
    plan = remind(case.request, case.duty(), profile, moment)
    assert len(plan.remindings) == 2
    told = replace(case.duty(), reminded_through=plan.through)
    assert remind(case.request, told, profile, moment + timedelta(days=9)).remindings == ()
