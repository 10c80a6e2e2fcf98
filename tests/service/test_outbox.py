"""Sending: at least once under one Message-ID, whatever the relay does, and never what is overtaken."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from exchange.core.errors import Unavailable
from exchange.delivery.sending import Delivery, delay
from exchange.delivery.sink import self_signed, server_context
from exchange.delivery.smtp import Mailer
from exchange.service.outbox import deliver_due
from exchange.service.readings import Readings
from exchange.service.reminders import remind_due
from exchange.store.database import Connection
from tests.service import relays
from tests.service.node import DOMAIN, SENDER, Db, Node, post_over
from tests.service.office import NOW, SUBMISSION

STATE = "SELECT tries, next_try_at IS NULL, leased_until IS NULL, dropped, last_error FROM outbox ORDER BY id"
LATER = NOW + timedelta(days=60)


async def test_an_act_is_told_to_each_addressee_in_a_message_of_its_own(node: Node) -> None:
    request = await node.office.submit()
    assert await deliver_due(node.db, node.post, NOW) == Delivery(2)
    assert await deliver_due(node.db, node.post, NOW) == Delivery(0)
    told, received = await node.mails()
    assert [(mail.notice.act, str(mail.notice.request)) for mail in (told, received) if mail.notice] == [
        ("submit", request.id),
        ("receive", request.id),
    ]
    assert told.at == NOW
    assert told.sender == SENDER
    assert told.subject == "Запрос KZ-MVD/2026/O-00001: направление запроса"
    assert "01.03.2026 12:00 (Europe/Moscow, UTC+03:00)" in told.text
    assert "01.03.2026 14:00 (Asia/Almaty, UTC+05:00)" in received.text
    assert (await node.rows("SELECT mailbox FROM authority WHERE code = 'RU-MVD'")) == [(told.to,)]
    assert told.message_id.endswith(f"@{DOMAIN}>")
    assert len({told.message_id, received.message_id}) == 2
    assert told.html is not None
    assert '<html lang="ru">' in told.html


async def test_a_reminder_says_what_is_due_and_when_and_nothing_of_the_case(node: Node) -> None:
    await node.office.submit()
    await remind_due(node.db, Readings(), NOW + timedelta(days=31))
    await deliver_due(node.db, node.post, NOW + timedelta(days=31))
    mails = await node.mails()
    reminders = [mail for mail in mails if mail.notice and mail.notice.kind == "reminder"]
    assert {mail.notice.step for mail in reminders if mail.notice} == {"due", "+1d"}
    (execution,) = [mail for mail in reminders if "исполнение запроса" in mail.subject and "Almaty" in mail.text]
    assert "Последний день: 31 марта 2026, до 24:00 (Europe/Moscow)" in execution.text
    assert "Срок истекает: 01.04.2026 02:00 (Asia/Almaty, UTC+05:00)" in execution.text
    assert "ст. 7 Протокола" in execution.text
    for mail in mails:
        for case in (SUBMISSION["purpose"], SUBMISSION["substance"], SUBMISSION["grounds"], "12/3-456"):
            assert case[:12] not in mail.text + mail.subject


async def test_a_name_cannot_end_a_header(node: Node) -> None:
    await node.office.submit()
    await node.db.pool.execute(
        "UPDATE outbox SET data = data || $1::text::jsonb", '{"number": "1\\r\\nBcc: x@evil.test\\u2028y\\u202e"}'
    )
    await deliver_due(node.db, node.post, NOW)
    raw = await node.rows("SELECT raw FROM sandbox_mail")
    assert len(raw) == 2
    for (message,) in raw:
        parsed = message_from_bytes(message, policy=policy.default)
        assert parsed["Bcc"] is None
        assert str(parsed["Subject"]).startswith("Запрос 1 Bcc: x@evil.test y")
        assert message.isascii()


async def test_two_processes_send_every_notice_once(node: Node) -> None:
    await asyncio.gather(*(node.office.submit() for _ in range(10)))
    other = post_over(Mailer(node.post.mailer._find))
    done = await asyncio.gather(deliver_due(node.db, node.post, NOW), deliver_due(node.db, other, NOW))
    assert sum(each.sent for each in done) == 20
    counted = Counter(mail.message_id for mail in await node.mails())
    assert set(counted.values()) == {1}
    assert len(counted) == 20
    await other.mailer.close()


async def test_a_reminder_that_is_overtaken_is_dropped(node: Node) -> None:
    request = await node.office.submit()
    await deliver_due(node.db, node.post, NOW)
    await remind_due(node.db, Readings(), LATER)
    await node.office.act(request, "RU-MVD", "report_results", items=[{"number": 1, "outcome": "1"}, {"number": 2,
        "outcome": "2"}], text="3", final=True, at=LATER)  # fmt: skip
    assert (await deliver_due(node.db, node.post, LATER)).sent == 1
    dropped = await node.rows("SELECT kind, dropped FROM outbox WHERE dropped IS NOT NULL")
    assert dropped
    assert set(dropped) == {("reminder", "overtaken")}


async def test_p_7_6_the_day_of_a_postponement_that_is_over_is_told_no_more(node: Node) -> None:
    request = await node.office.submit()
    request = await node.office.act(request, "RU-MVD", "postpone", reason="Следствие", until="2026-03-02")
    day = NOW + timedelta(days=2)
    await remind_due(node.db, Readings(), day)
    await node.office.act(request, "RU-MVD", "resume", at=day)
    await deliver_due(node.db, node.post, day)
    assert await node.rows("SELECT DISTINCT dropped FROM outbox WHERE step = 'until'") == [("overtaken",)]


@pytest.mark.parametrize(
    ("mailbox", "reason"),
    [
        (None, "no_address"),
        ("nobody", "bad_address"),
        ("a@b.test, c@d.test", "bad_address"),
        ("a@b.test\r\nBcc: x@y.test", "bad_address"),
        ("почта@b.test", "bad_address"),
        ("<a@b.test>", "bad_address"),
    ],
)
async def test_a_mailbox_that_cannot_be_written_to_is_shown(node: Node, mailbox: str | None, reason: str) -> None:
    await node.office.submit()
    await node.db.pool.execute("UPDATE authority SET mailbox = $1 WHERE code = 'RU-MVD'", mailbox)
    assert await deliver_due(node.db, node.post, NOW) == Delivery(1)
    assert [row[3] for row in await node.rows(STATE)] == [reason, None]


@pytest.mark.parametrize("reply", ["550 5.1.1 no such user", "550 No such user here", "553 5.1.3 bad address"])
async def test_an_address_that_the_relay_does_not_know_is_given_up_and_shown(node: Node, reply: str) -> None:
    await node.office.submit()
    async with relays.refusing(relays.Refusing(rcpt=reply)) as mailer:
        assert await deliver_due(node.db, post_over(mailer), NOW) == Delivery(0)
    states = await node.rows(STATE)
    assert {state[3] for state in states} == {"address_refused"}
    assert all("user" not in state[4] for state in states)


@pytest.mark.parametrize(
    "refusing",
    [
        relays.Refusing(rcpt="450 4.2.0 greylisted"),
        relays.Refusing(rcpt="550 5.7.1 relaying denied"),
        relays.Refusing(rcpt="530 5.7.0 sign in first"),
        relays.Refusing(data="451 4.3.0 later"),
        relays.Refusing(data="554 5.6.0 not liked"),
    ],
    ids=lambda handler: f"{handler.rcpt}-{handler.data}",
)
async def test_any_other_refusal_is_tried_again(node: Node, refusing: relays.Refusing) -> None:
    await node.office.submit()
    async with relays.refusing(refusing) as mailer:
        assert await deliver_due(node.db, post_over(mailer), NOW) == Delivery(0)
    assert [state[:4] for state in await node.rows(STATE)] == [(1, False, True, None)] * 2
    assert (await deliver_due(node.db, node.post, NOW)).sent == 0
    assert (await deliver_due(node.db, node.post, NOW + timedelta(seconds=30))).sent == 2


@pytest.mark.parametrize("fault", ["down", "hanging", "no starttls", "wrong certificate", "closing mid-message"])
async def test_whatever_the_relay_does_nothing_is_lost(node: Node, fault: str) -> None:
    """One notice is put off, the others are given back at once; all go under the Message-IDs they had."""
    await node.office.submit()
    before = {row[0] for row in await node.rows("SELECT message_id FROM outbox")}
    certificate, key = self_signed()
    talks = {
        "hanging": (relays.hanging, None, "starttls"),
        "no starttls": (relays.without_starttls, None, "starttls"),
        "closing mid-message": (relays.closing_mid_message, server_context(certificate, key), "implicit"),
    }
    if fault in talks:
        talk, context, tls = talks[fault]
        async with relays.talking(talk, context) as port:
            mailer = relays.mailer_to(port, certificate, tls=tls)
            delivery = await deliver_due(node.db, post_over(mailer), NOW)
            await mailer.close()
    else:
        port = node.sink.port if fault == "wrong certificate" else 1
        mailer = relays.mailer_to(port, certificate)
        delivery = await deliver_due(node.db, post_over(mailer), NOW)
    assert delivery.sent == 0
    assert delivery.trouble
    assert await node.mails() == ()
    assert [state[:4] for state in await node.rows(STATE)] == [(1, False, True, None), (0, False, True, None)]
    assert (await deliver_due(node.db, node.post, NOW)).sent == 1
    assert (await deliver_due(node.db, node.post, NOW + timedelta(minutes=1))).sent == 1
    assert {row[0] for row in await node.rows("SELECT message_id FROM outbox WHERE sent_at IS NOT NULL")} == before
    assert {mail.message_id for mail in await node.mails()} == {f"<{each}@{DOMAIN}>" for each in before}


async def test_a_wrong_password_is_an_answer_and_not_silence(node: Node) -> None:
    await node.office.submit()
    await node.db.pool.execute("UPDATE sandbox_sink SET password = 'wrong'")
    delivery = await asyncio.wait_for(deliver_due(node.db, node.post, NOW), 5)
    assert delivery.trouble == "SMTPAuthenticationError 535"


async def test_a_relay_that_came_back_elsewhere_is_found(node: Node) -> None:
    await node.office.submit()
    await deliver_due(node.db, node.post, NOW)
    await node.sink.stop()
    await node.office.submit()
    assert (await deliver_due(node.db, node.post, NOW)).trouble


async def test_a_pass_that_is_cut_off_gives_back_what_it_did_not_try(node: Node) -> None:
    """The notice being sent stays claimed, for nobody knows whether it went; the others wait for no lease to end."""
    await node.office.submit()
    async with relays.talking(relays.hanging) as port:
        mailer = relays.mailer_to(port, self_signed()[0])
        sending = asyncio.create_task(deliver_due(node.db, post_over(mailer, timedelta(minutes=2)), NOW))
        async with asyncio.timeout(5):
            while mailer._client is None:  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
    assert [state[2] for state in await node.rows(STATE)] == [False, True]
    assert (await deliver_due(node.db, node.post, NOW)).sent == 1


async def test_a_pass_whose_database_fails_gives_back_what_it_did_not_try(node: Node) -> None:
    """The first notice went and could not be marked: it goes again when its lease ends; the second goes now."""

    @dataclass(frozen=True, slots=True)
    class Failing(Db):
        """A database that is away for the first statement after the lease."""

        troubles: list[Exception]

        @asynccontextmanager
        async def connection(self) -> AsyncIterator[Connection]:
            if self.troubles:
                raise self.troubles.pop()
            async with self.pool.acquire() as conn:
                yield conn

    await node.office.submit()
    with pytest.raises(Unavailable):
        await deliver_due(Failing(node.db.pool, [Unavailable("away")]), node.post, NOW)
    assert [state[2] for state in await node.rows(STATE)] == [False, True]
    assert (await deliver_due(node.db, node.post, NOW)).sent == 1


async def test_a_claimed_notice_is_left_to_its_claimant_until_the_lease_ends(node: Node) -> None:
    await node.office.submit()
    await node.db.pool.execute("UPDATE outbox SET leased_until = now() + interval '1 hour'")
    assert (await deliver_due(node.db, node.post, NOW)).sent == 0
    await node.db.pool.execute("UPDATE outbox SET leased_until = now()")
    assert (await deliver_due(node.db, node.post, NOW)).sent == 2


def test_the_wait_doubles_up_to_an_hour_with_jitter() -> None:
    waits = [delay(tries, 1.0) for tries in range(40)]
    assert waits[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=1)
    assert delay(0, 0.0) == timedelta(seconds=22.5)


@pytest.mark.parametrize(
    ("language", "subject", "near", "last", "names"),
    [
        (
            "en",
            "Request KZ-MVD/2026/O-00001",
            "execution of the request",
            "Last day: 31 March 2026, until 24:00 (Europe/Moscow)",
            ("Ministry of Internal Affairs of the Republic of Kazakhstan", "of the Russian Federation"),
        ),
        (
            "kk",
            "KZ-MVD/2026/O-00001 өтініші",
            "өтінішті орындау",
            "Соңғы күн: 2026 ж. 31 наурыз, сағат 24:00-ге дейін (Europe/Moscow)",
            ("Қазақстан Республикасының Ішкі істер министрлігі", "Ресей Федерациясының Ішкі істер министрлігі"),
        ),
    ],
)
async def test_a_mail_is_in_the_language_of_its_authority(
    node: Node, language: str, subject: str, near: str, last: str, names: tuple[str, str]
) -> None:
    """Russian unless the registry says otherwise; the names of bodies are in that language, too, where it has them."""
    await node.rows("UPDATE authority SET language = $1 WHERE code = 'RU-MVD' RETURNING code", language)
    await node.office.submit()
    await remind_due(node.db, Readings(), NOW + timedelta(days=31))
    await deliver_due(node.db, node.post, NOW + timedelta(days=31))
    mails = await node.mails()
    told = [mail for mail in mails if mail.to.startswith("ru-mvd@")]
    assert {mail.subject.partition(":")[0] for mail in told} == {subject}
    (execution,) = [mail for mail in told if near in mail.subject]
    assert last in execution.text
    assert execution.html is not None
    assert f'<html lang="{language}">' in execution.html
    assert last.partition(": ")[2] in execution.html
    assert [name for name in names if name not in execution.text or name not in execution.html] == []
    assert "Министерство" not in execution.text
    assert "Министерство" in next(mail for mail in mails if mail.to.startswith("kz-mvd@")).text


async def test_a_name_is_no_markup(node: Node) -> None:
    await node.rows("""UPDATE authority SET name = '{"ru": "<img src=x onerror=alert(1)>"}' RETURNING code""")
    await node.office.submit()
    await deliver_due(node.db, node.post, NOW)
    for mail in await node.mails():
        assert mail.html is not None
        assert "<img" not in mail.html
        assert "&lt;img src=x" in mail.html
