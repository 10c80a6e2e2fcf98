"""The terms of a release are told of to whoever decides; an extended term is counted again (R-5, R-8)."""

from datetime import datetime, timedelta

from exchange.protection.service.outbox import deliver_due
from exchange.protection.service.reminders import remind_due
from tests.protection.hall import PAPER, Hall
from tests.protection.mailroom import open_mailroom
from tests.protection.test_releases import at_expert, does, proposed

STEPS = "SELECT body, step, by, told FROM protection.notice WHERE step IS NOT NULL ORDER BY id"


def due_of(case: dict[str, object]) -> datetime:
    """Return when the latest duty of a procedure falls due."""
    duties = case["duties"]
    assert isinstance(duties, list)
    return datetime.fromisoformat(duties[-1]["due_at"])


async def test_r_5_the_classifying_body_is_reminded_at_every_step_and_once(hall: Hall) -> None:
    case = await proposed(hall)
    due = due_of(case)
    steps = [row[0] for row in await hall.fetch("SELECT unnest(steps) FROM protection.proceeding_duty")]
    assert "due" in steps
    for hours in range(-24 * 10, 24 * 15, 6):
        await remind_due(hall.module, due + timedelta(hours=hours))
    told = await hall.fetch(STEPS)
    assert sorted(row[1] for row in told) == sorted(steps)
    assert {(row[0], row[2], row[3]) for row in told} == {("KZ-NSC", due, "decision_awaited")}


async def test_r_5_who_decided_is_reminded_no_more_and_what_waits_to_be_sent_is_dropped(hall: Hall) -> None:
    case = await proposed(hall)
    assert await remind_due(hall.module, due_of(case)) == 1
    await does(hall, case, "KZ-NSC", "decide_classification_body", positive=True, decision=PAPER)
    async with open_mailroom() as room:
        await deliver_due(hall.module, room.post(), due_of(case))
        assert all("step" not in str(message["X-Exchange-Notice"]) for message in room.messages())
    assert await hall.fetch("SELECT dropped FROM protection.notice WHERE step IS NOT NULL") == [("overtaken",)]


async def test_r_8_an_extended_term_is_reminded_of_anew_and_the_old_reminder_is_dropped(hall: Hall) -> None:
    case = await at_expert(hall)
    former = due_of(case)
    assert await remind_due(hall.module, former) == 1
    extended = await does(hall, case, "KZ-NSC", "extend_expert", working_days=5, reason="повторная экспертиза")
    assert due_of(extended) > former
    assert await remind_due(hall.module, due_of(extended)) == 1
    async with open_mailroom() as room:
        await deliver_due(hall.module, room.post(), due_of(extended))
    told = "SELECT by, dropped FROM protection.notice WHERE step IS NOT NULL ORDER BY id"
    assert await hall.fetch(told) == [(former, "overtaken"), (due_of(extended), None)]
