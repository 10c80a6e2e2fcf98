"""Notices and reminders of protected items: opaque, at least once under one Message-ID, each step once."""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange import tongues
from exchange.core.deadlines import shift_days
from exchange.core.errors import Refused
from exchange.delivery.sending import Delivery
from exchange.delivery.sink import self_signed
from exchange.protection.api.routes import state
from exchange.protection.content.file_provider import FileProvider
from exchange.protection.core.item import Duty, Item
from exchange.protection.core.reminders import TOLD
from exchange.protection.service.outbox import deliver_due
from exchange.protection.service.reminders import remind_due
from exchange.protection.service.work import works
from exchange.service import sandbox
from exchange.service.health import Part
from exchange.service.sandbox import Wish
from schemas.secrecy import DutyKind, ReleaseDuty, Told
from tests.conftest import Database
from tests.protection.house import DESIGNATION, PURPOSE, House, open_house
from tests.protection.mailroom import Mailroom, open_mailroom, post_over
from tests.service import relays
from tests.service.node import open_node

STATE = "SELECT tries, next_try_at IS NULL, leased_until IS NULL, dropped FROM protection.notice ORDER BY id"
STEPS = "SELECT step, made_at FROM protection.notice WHERE step IS NOT NULL ORDER BY id"
ROOT = Path(__file__).parents[2]
SENDER = """
import asyncio, sys
from datetime import datetime
from pathlib import Path
from exchange.delivery.smtp import Mailer
from exchange.protection.service.outbox import deliver_due
from tests.protection.house import open_house
from tests.protection.mailroom import post_over, relay

async def main():
    dsn, folder, now, *place = sys.argv[1:]

    async def find():
        return relay(*place)

    async with open_house(dsn, Path(folder)) as house:
        await deliver_due(house.module, post_over(Mailer(find)), datetime.fromisoformat(now))

asyncio.run(main())
"""
MARKS = ("СЕКРЕТНО", "Секретно", "секретно", "secret;", "ҚҰПИЯ")


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database.dsn, tmp_path) as opened:
        yield opened


@pytest.fixture
async def room() -> AsyncIterator[Mailroom]:
    async with open_mailroom() as opened:
        yield opened


async def sent_out(house: House, **changes: Any) -> Item:
    """Return an item on its way from Belarus to Russia, which owes the receipt."""
    item = (await house.register(**changes)).item
    return await house.dispatch(await house.release(item, "BY-MVD", "RU-MVD"), "BY-MVD")


def duty_of(item: Item) -> Duty:
    """Return the receipt that is owed."""
    (duty,) = item.duties
    return duty


def body_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


async def test_a_notice_says_a_register_number_what_to_do_and_by_when(house: House, room: Mailroom) -> None:
    item = await sent_out(house)
    assert await deliver_due(house.module, room.post(), house.now) == Delivery(1)
    assert await deliver_due(house.module, room.post(), house.now) == Delivery(0)
    ((recipient, _),), (message,) = room.caught, room.messages()
    assert recipient == "ru-mvd@node.test"
    assert message["Subject"] == f"Учётный № {item.number}: уведомление"
    lines = [line for line in body_of(message).splitlines() if line]
    assert lines[:3] == [
        "Направлено вам. Подтвердите получение.",
        f"Учётный №: {item.number}",
        "Срок истекает: 02.04.2026 00:00 (Europe/Moscow, UTC+03:00)",
    ]
    assert message["X-Exchange-Notice"] == "protection"


@pytest.mark.parametrize(
    ("language", "subject", "told"),
    [
        ("en", "Register No. ", "Sent to you. Confirm the receipt."),
        ("kk", "Есептік № ", "Сізге жөнелтілді. Алғаныңызды растаңыз."),
    ],
)
async def test_a_notice_is_in_the_language_of_its_body(
    house: House, room: Mailroom, owner: Any, language: str, subject: str, told: str
) -> None:
    await owner.execute("UPDATE protection.body SET language = $1 WHERE code = 'RU-MVD'", language)
    await sent_out(house)
    await deliver_due(house.module, room.post(), house.now)
    (message,) = room.messages()
    assert str(message["Subject"]).startswith(subject)
    assert message["Content-Language"] == language
    assert told in body_of(message)
    assert "Учётный" not in body_of(message)


def test_every_notice_has_its_words_in_every_language_and_every_duty_its_notice() -> None:
    for tongue in tongues.load().by_code.values():
        assert all(tongue.t(f"secret_notice.told.{told}") for told in Told)
    assert set(TOLD) == {*DutyKind, *ReleaseDuty}


@given(
    designation=st.text(st.characters(categories=["L", "N"]), min_size=12, max_size=40),
    purpose=st.text(st.characters(categories=["L", "N"]), min_size=12, max_size=40),
    mark=st.sampled_from(["secret", "top_secret", "special_importance"]),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_message_holds_the_designation_the_mark_the_purpose_or_a_way(
    house: House, room: Mailroom, designation: str, purpose: str, mark: str
) -> None:
    await sent_out(house, designation=designation, purpose=purpose, mark=mark)
    await remind_due(house.module, house.now + timedelta(days=40))
    await deliver_due(house.module, room.post(), house.now + timedelta(days=40))
    assert len(room.caught) >= 2
    for (_, raw), message in zip(room.caught, room.messages(), strict=True):
        html = message.get_body(("html",))
        assert html is not None
        told = "\n".join([*map(str, message.values()), body_of(message), html.get_content(), raw.decode()])
        for word in (designation, purpose, mark, DESIGNATION, PURPOSE, "поезд", "Минск – Москва", *MARKS):
            assert word not in told
    room.caught.clear()


async def test_each_step_is_told_at_its_moment_in_the_debtors_days_and_once(house: House, room: Mailroom) -> None:
    duty = duty_of(await sent_out(house))
    zone = duty.calculation.zone
    assert zone == "Europe/Moscow"
    moments = [shift_days(duty.due_at, -5, zone), duty.due_at, shift_days(duty.due_at, 7, zone)]
    for number, moment in enumerate(moments):
        assert await remind_due(house.module, moment - timedelta(seconds=1)) == 0
        assert await remind_due(house.module, moment) == 1
        assert await remind_due(house.module, moment) == 0
        assert len(await house.fetch(STEPS)) == number + 1
    assert await house.fetch(STEPS) == list(zip(("-5d", "due", "+7d"), moments, strict=True))
    assert await remind_due(house.module, moments[-1] + timedelta(days=400)) == 0
    await deliver_due(house.module, room.post(), moments[0])
    subjects = [str(message["Subject"]).rpartition(": ")[2] for message in room.messages()]
    assert subjects == ["уведомление", "срок скоро истекает"]
    await deliver_due(house.module, room.post(), moments[-1])
    assert [str(message["X-Exchange-Notice"]) for message in room.messages()][1:] == [
        "protection; step=-5d",
        "protection; step=due",
        "protection; step=+7d",
    ]
    assert str(room.messages()[-1]["Subject"]).endswith("срок истёк")


async def test_of_steps_that_were_missed_the_last_is_told(house: House) -> None:
    duty = duty_of(await sent_out(house))
    assert await remind_due(house.module, duty.due_at + timedelta(days=1)) == 1
    assert [step for step, _ in await house.fetch(STEPS)] == ["due"]
    assert await remind_due(house.module, duty.due_at + timedelta(days=8)) == 1


async def test_two_tickers_tell_every_step_of_every_duty_once(house: House) -> None:
    items = [await sent_out(house) for _ in range(6)]
    for day in range(20, 45):
        moment = house.now + timedelta(days=day)
        await asyncio.gather(*(remind_due(house.module, moment, page=2) for _ in range(2)))
    told = Counter(await house.fetch("SELECT item::text, step FROM protection.notice WHERE step IS NOT NULL"))
    assert told == {(item.id, step): 1 for item in items for step in ("-5d", "due", "+7d")}


async def test_who_did_what_it_owed_is_reminded_no_more(house: House, room: Mailroom) -> None:
    item = await sent_out(house)
    house.now += timedelta(days=20)
    await house.receive(item, "RU-MVD")
    assert await remind_due(house.module, house.now + timedelta(days=90)) == 0
    remind, _ = works(house.module, room.post())[0]
    assert await remind.next_at() is None


async def test_a_reminder_whose_duty_was_met_before_it_went_is_dropped(house: House, room: Mailroom) -> None:
    item = await sent_out(house)
    await deliver_due(house.module, room.post(), house.now)
    house.now = duty_of(item).due_at - timedelta(days=4)
    assert await remind_due(house.module, house.now) == 1
    await house.receive(item, "RU-MVD")
    await deliver_due(house.module, room.post(), house.now)
    assert [row[3] for row in await house.fetch(STATE)].count("overtaken") == 1
    assert all("step" not in str(message["X-Exchange-Notice"]) for message in room.messages())


async def test_an_act_that_does_not_stand_tells_nobody(house: House) -> None:
    item = await house.release((await house.register()).item, "BY-MVD", "RU-MVD")
    with pytest.raises(Refused):
        await house.dispatch(item, "BY-MVD", (7,))
    assert await house.fetch(STATE) == []


async def test_two_processes_send_every_notice_once(house: House, room: Mailroom) -> None:
    for _ in range(10):
        await sent_out(house)
    done = await asyncio.gather(*(deliver_due(house.module, room.post(), house.now) for _ in range(2)))
    assert sum(each.sent for each in done) == 10
    counted = Counter(str(message["Message-ID"]) for message in room.messages())
    assert len(counted) == 10
    assert set(counted.values()) == {1}


async def test_a_process_killed_between_sending_and_marking_sends_again_under_the_same_message_id(
    house: House, room: Mailroom, database: Database
) -> None:
    await sent_out(house)
    child: asyncio.subprocess.Process | None = None
    keep = room.catch

    async def catch(recipient: str, raw: bytes) -> None:
        await keep(recipient, raw)
        if child is not None and child.returncode is None:
            child.send_signal(signal.SIGKILL)
            await child.wait()

    async with room.catching(catch) as place:
        arguments = (database.dsn, str(house.folder), house.now.isoformat(), *place)
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", SENDER, *arguments, cwd=ROOT)
        assert await asyncio.wait_for(child.wait(), 60) == -signal.SIGKILL
    assert await house.fetch(STATE) == [(0, False, False, None)]
    assert (await deliver_due(house.module, room.post(), house.now)).sent == 0  # its lease still runs
    await house.fetch("UPDATE protection.notice SET leased_until = now() RETURNING id")
    assert (await deliver_due(house.module, room.post(), house.now)).sent == 1
    first, second = (str(message["Message-ID"]) for message in room.messages())
    assert first == second


async def test_a_relay_that_hangs_loses_nothing_and_keeps_nobody(house: House, room: Mailroom) -> None:
    await sent_out(house)
    await sent_out(house)
    async with relays.talking(relays.hanging) as port:
        mailer = relays.mailer_to(port, self_signed()[0])
        delivery = await asyncio.wait_for(deliver_due(house.module, post_over(mailer), house.now), 20)
        await mailer.close()
    assert delivery.sent == 0
    assert delivery.trouble
    assert await house.fetch(STATE) == [(1, False, True, None), (0, False, True, None)]
    later = house.now + timedelta(minutes=1)
    assert (await deliver_due(house.module, room.post(), later)).sent == 2


async def test_notices_that_reach_nobody_trouble_the_module(house: House, room: Mailroom, owner: Any) -> None:
    await sent_out(house)
    assert await state(house.module, house.now) is Part.OK
    await owner.execute("UPDATE protection.body SET mailbox = NULL WHERE code = 'RU-MVD'")
    await deliver_due(house.module, room.post(), house.now)
    assert await state(house.module, house.now + timedelta(hours=1)) is Part.DEGRADED
    assert await state(house.module, house.now + timedelta(days=2)) is Part.OK


async def test_a_body_without_a_mailbox_is_shown_as_such(house: House, room: Mailroom, owner: Any) -> None:
    await owner.execute("UPDATE protection.body SET mailbox = NULL WHERE code = 'RU-MVD'")
    await sent_out(house)
    assert await deliver_due(house.module, room.post(), house.now) == Delivery(0)
    assert [row[3] for row in await house.fetch(STATE)] == ["no_address"]


async def test_sealed_keys_keep_no_notice_and_no_reminder_back(house: House, room: Mailroom) -> None:
    """All that is told stands in clear: numbers, moments, kinds of duties."""
    duty = duty_of(await sent_out(house))
    assert isinstance(house.module.provider, FileProvider)
    house.module.provider.forget()
    assert house.module.provider.sealed
    assert await remind_due(house.module, duty.due_at) == 1
    assert (await deliver_due(house.module, room.post(), duty.due_at)).sent == 2


async def test_a_moved_clock_stops_at_the_next_step_and_at_the_next_try(house: House, room: Mailroom) -> None:
    duty = duty_of(await sent_out(house))
    remind, deliver = (work for work, _ in works(house.module, room.post())[:2])
    assert await remind.next_at() == shift_days(duty.due_at, -5, duty.calculation.zone)
    assert await deliver.next_at() == house.now
    assert (await deliver.run(house.now)).did
    assert await deliver.next_at() is None
    assert (await remind.run(datetime(2026, 4, 1, 21, tzinfo=UTC))).did
    assert await deliver.next_at() == datetime(2026, 4, 1, 21, tzinfo=UTC)


async def test_the_sandbox_shows_the_modules_mail_and_its_clock_stops_at_every_step(
    house: House, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    async with open_node(pool, first=house.now) as node:
        duty = duty_of(await sent_out(house))
        all_works = (*node.works, *(work for work, _ in works(house.module, node.post)))
        await sandbox.move_clock(node.db, all_works, Wish(to=duty.due_at + timedelta(days=10)))
        mails = [mail for mail in await node.mails() if mail.notice and mail.notice.kind == "protection"]
    zone = duty.calculation.zone
    steps = {"-5d": shift_days(duty.due_at, -5, zone), "due": duty.due_at, "+7d": shift_days(duty.due_at, 7, zone)}
    told = [(mail.notice.step, mail.at) for mail in mails if mail.notice]
    assert told == [(None, house.now), *steps.items()]
    assert {mail.to for mail in mails} == {"ru-mvd@node.test"}
