"""An authority whose intake is e-mail gets acts in writing with their signatures; nobody else gets content by mail."""

import io
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import asyncpg
import pytest
from pypdf import PdfReader

from exchange.core.designations import Authority
from exchange.core.request import Request
from exchange.delivery.mail import Enclosure
from exchange.letters.code import code_of
from exchange.letters.press import Press
from exchange.service import keys
from exchange.service.enclosures import Letters, _within
from exchange.service.outbox import deliver_due
from exchange.service.registry import IN_FORCE
from exchange.store import registry
from schemas.vocabulary import AuthorityKind, Country, Reach
from tests.conftest import Database
from tests.service.node import Node, post_over
from tests.service.office import NOW, SUBMISSION, URGENT, WRAPPING_KEY

MAILBOX = "intake@tj-mail.example"


async def enter(node: Node, code: str = "TJ-MAIL", reach: Reach = Reach.EMAIL, **more: Any) -> None:
    """Enter an authority that is reached by e-mail."""
    body = Authority(
        code=code,
        kind=more.pop("kind", AuthorityKind.COMPETENT),
        country=Country(code[:2]),
        name={"ru": f"Орган {code}"},
        zone="Asia/Dushanbe",
        reach=reach,
        mailbox=more.pop("mailbox", MAILBOX),
        since=IN_FORCE,
        **more,
    )
    async with node.db.transaction() as conn:
        await registry.add_authority(conn, body)
        await keys.make_missing(conn, WRAPPING_KEY)


async def raw_to(node: Node, mailbox: str) -> list[EmailMessage]:
    """Return the messages that a mailbox got, oldest first."""
    rows = await node.rows("SELECT raw FROM sandbox_mail WHERE recipient = $1 ORDER BY id", mailbox)
    return [message_from_bytes(raw, policy=policy.default) for (raw,) in rows]


def enclosed(message: EmailMessage) -> dict[str, bytes]:
    """Return what goes with a message, by name."""
    return {
        str(part.get_filename()): cast("bytes", part.get_payload(decode=True)) for part in message.iter_attachments()
    }


def text_of(pdf: bytes) -> str:
    """Return the words of a letter."""
    return " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def words_of(message: EmailMessage) -> str:
    """Return the words of a message itself."""
    return "".join(part.get_content() for part in message.walk() if part.get_content_maintype() == "text")


async def sent(node: Node, **changes: Any) -> Request:
    """Send a request to the authority reached by e-mail, and let the mail go."""
    await enter(node)
    request = await node.office.submit(requested_authority="TJ-MAIL", **changes)
    await deliver_due(node.db, node.post, NOW)
    return request


async def test_p_6_3_a_request_reaches_an_e_mail_authority_in_writing_with_its_exact_bytes(node: Node) -> None:
    request = await sent(node)
    (message,) = await raw_to(node, MAILBOX)
    files = enclosed(message)
    assert list(files) == [f"KZ-MVD-2026-O-00001.{kind}" for kind in ("pdf", "json", "jws")]
    pdf, body, jws = files.values()
    assert SUBMISSION["substance"] in text_of(pdf).replace("- ", "")
    seal, digest = (await node.rows("SELECT jws, digest FROM record WHERE seq = 1"))[0]
    assert jws.decode() == seal
    assert node.office.desk.keys.prove("KZ-MVD", jws.decode()) == body
    assert code_of(digest) in text_of(pdf)
    assert [(code, str(of), seq) for code, of, seq in await node.rows("SELECT code, request, seq FROM letter")] == [
        (code_of(digest), request.id, 1)
    ]
    assert "Приложены: письмо" in words_of(message)
    assert SUBMISSION["substance"] not in words_of(message)


async def test_a_letter_sent_again_bears_the_same_message_id_and_bytes(node: Node) -> None:
    await sent(node)
    await node.rows("UPDATE outbox SET sent_at = NULL, next_try_at = made_at")
    await node.rows("DELETE FROM sandbox_mail WHERE recipient = $1", MAILBOX)
    first = await node.rows("SELECT message_id FROM outbox WHERE authority = 'TJ-MAIL'")
    await deliver_due(node.db, node.post, NOW)
    (message,) = await raw_to(node, MAILBOX)
    assert str(first[0][0]) in message["Message-ID"]
    assert len(enclosed(message)) == 3


async def test_everybody_else_gets_a_notice_without_content(node: Node) -> None:
    await node.office.submit()
    await node.office.submit(requested_authority="TJ-GKNB")
    await deliver_due(node.db, node.post, NOW)
    for (raw,) in await node.rows("SELECT raw FROM sandbox_mail"):
        message = message_from_bytes(raw, policy=policy.default)
        assert not list(message.iter_attachments())
        assert SUBMISSION["purpose"] not in words_of(message)


async def test_p_10_1_nothing_for_official_use_goes_by_e_mail(node: Node) -> None:
    await sent(node, handling="official_use")
    (message,) = await raw_to(node, MAILBOX)
    assert enclosed(message) == {}
    assert "по электронной почте не передаётся" in words_of(message)


async def test_every_later_act_of_the_other_side_comes_in_writing_and_its_own_acts_do_not(node: Node) -> None:
    request = await sent(node, urgent=URGENT, signatory=None)
    request = await node.office.act(request, "TJ-MAIL", "receive", received_at="2026-03-01T09:00:00Z")
    head = {"name": "Образцов И. И.", "position": "head"}
    request = await node.office.act(request, "KZ-MVD", "confirm", signatory=head)
    await node.office.act(request, "KZ-MVD", "note", text="уточнение")
    await deliver_due(node.db, node.post, NOW)
    names = [next(iter(enclosed(message))) for message in await raw_to(node, MAILBOX)]
    stem = "KZ-MVD-2026-O-00001"
    assert names == [f"{stem}.pdf", f"{stem}-3-confirm.pdf", f"{stem}-4-note.pdf"]


async def test_p_7_4_a_body_reached_by_e_mail_gets_the_request_that_is_passed_on_to_it(node: Node) -> None:
    await enter(node, "RU-MAIL", kind=AuthorityKind.DOMESTIC)
    request = await node.office.submit()
    request = await node.office.act(request, "RU-MVD", "redirect", to_authority="RU-MAIL", reason="не наше")
    await node.office.act(request, "RU-MVD", "receive", received_at="2026-03-01T09:00:00Z")
    await node.office.act(request, "KZ-MVD", "note", text="уточнение")
    await deliver_due(node.db, node.post, NOW)
    first, second = await raw_to(node, MAILBOX)
    assert [name for name in enclosed(first) if name.endswith(".pdf")] == [
        "KZ-MVD-2026-O-00001.pdf",
        "KZ-MVD-2026-O-00001-3-redirect.pdf",
    ]
    assert "KZ-MVD-2026-O-00001-5-note.pdf" in enclosed(second)
    told = await node.rows("SELECT authority FROM outbox WHERE seq = 3 ORDER BY authority")
    assert told == [("KZ-MVD",), ("RU-MAIL",)]


async def test_an_authority_that_is_reached_otherwise_by_now_gets_no_content(node: Node) -> None:
    await enter(node)
    await node.office.submit(requested_authority="TJ-MAIL")
    await node.rows("UPDATE authority SET reach = 'courier' WHERE code = 'TJ-MAIL'")
    await deliver_due(node.db, node.post, NOW)
    (message,) = await raw_to(node, MAILBOX)
    assert enclosed(message) == {}


@pytest.mark.parametrize(
    ("most", "kinds"), [(60, ["pdf", "json", "jws"]), (59, ["pdf", "jws"]), (39, ["pdf"]), (9, [])]
)
def test_what_is_too_large_for_a_relay_stays_out(most: int, kinds: list[str]) -> None:
    files = [Enclosure(f"x.{kind}", kind, bytes(size)) for kind, size in (("pdf", 10), ("json", 20), ("jws", 30))]
    kept = _within(files, most)
    assert [file.kind for file in kept.files] == kinds
    assert kept.withheld == (not kinds)


async def test_a_letter_too_large_for_a_relay_is_told_of_without_content(node: Node) -> None:
    post = post_over(node.post.mailer, letters=Letters(Press(), node.office.desk.keys, sample=True, most_bytes=1000))
    await enter(node)
    await node.office.submit(requested_authority="TJ-MAIL")
    await deliver_due(node.db, post, NOW)
    (message,) = await raw_to(node, MAILBOX)
    assert enclosed(message) == {}
    assert "не передаётся" in words_of(message)


async def test_a_letter_that_cannot_be_set_is_told_of_without_content(node: Node) -> None:
    never = Press(seconds=0.0, plain_seconds=0.0)
    post = post_over(node.post.mailer, letters=Letters(never, node.office.desk.keys, sample=True))
    await enter(node)
    await node.office.submit(requested_authority="TJ-MAIL")
    await deliver_due(node.db, post, NOW)
    never.close()
    (message,) = await raw_to(node, MAILBOX)
    assert enclosed(message) == {}


async def test_a_record_that_does_not_prove_itself_is_not_sent(node: Node, database: Database) -> None:
    await enter(node)
    await node.office.submit(requested_authority="TJ-MAIL")
    owner = await asyncpg.connect(database.dsn)
    await owner.execute("UPDATE record SET author = 'RU-MVD'")
    await owner.close()
    assert (await deliver_due(node.db, node.post, NOW)).sent == 0
    assert await node.rows("SELECT last_error, tries FROM outbox WHERE authority = 'TJ-MAIL'") == [("RecordBroken", 1)]
    assert await raw_to(node, MAILBOX) == []
