"""Letters to print and send, and the mail that tells the head of a draft."""

from exchange.api import examples
from exchange.delivery.smtp import Mailer
from exchange.service.outbox import deliver_due
from exchange.service.sandbox import find_sink, mails, open_sink
from schemas.vocabulary import ActKind, Role
from tests.api.house import NOW
from tests.service.node import post_over
from tests.web.house import Office


async def numbers(office: Office, authority: str = "KZ-MVD", role: Role = Role.REGISTRAR) -> list[str]:
    """Return the acts that an authority's page names."""
    person = await office.person(authority, role)
    page = await person.get("/dispatch")
    return [one["action"].rpartition("/")[2] for one in page.all("form") if one["action"].startswith("/dispatch/")]


async def test_p_6_3_what_goes_by_courier_is_on_the_list_until_it_is_marked_as_sent(office: Office) -> None:
    made = await office.node.submitted(requested_authority="TJ-GKNB")
    await office.node.submitted()
    await office.node.done(made, "KZ-MVD", "note", text="Срочно")
    assert await numbers(office) == ["1", "2"]
    assert await numbers(office, "TJ-MVD") == []
    person = await office.person("KZ-MVD", Role.REGISTRAR)
    dashboard = await person.get("/")
    assert "Напечатать и отправить: 2" in dashboard.text
    page = await person.get("/dispatch")
    assert "с курьером" in page.text
    answer = await person.post(f"/dispatch/{made['id']}/1", {"token": page.hidden()["token"]})
    assert answer.headers["location"] == "/dispatch?done=sent"
    assert await numbers(office) == ["2"]
    again = await person.post(f"/dispatch/{made['id']}/1", {"token": page.hidden()["token"]})
    assert again.status_code == 404


async def test_p_7_2_a_receipt_that_was_entered_takes_everything_before_it_off_the_list(office: Office) -> None:
    made = await office.node.submitted(requested_authority="TJ-GKNB")
    assert await numbers(office) == ["1"]
    office.node.clock.advance(days=2)
    await office.node.done(made, "TJ-GKNB", **examples.act(ActKind.RECEIVE))
    assert await numbers(office) == []


async def test_p_7_4_who_passes_a_request_on_sends_it_with_the_request(office: Office) -> None:
    made = await office.node.submitted(requested_authority="TJ-MVD")
    done = await office.node.done(made, "TJ-MVD", "redirect", to_authority="TJ-GKNB", reason="Там")
    assert await numbers(office) == []
    assert await numbers(office, "TJ-MVD") == [str(done["seq"])]
    page = await (await office.person("TJ-MVD", Role.OFFICER)).get("/dispatch")
    assert f"/requests/{made['id']}/letters/1.pdf" in page.source


async def test_an_auditor_sees_the_list_and_marks_nothing_and_nobody_marks_another_s(office: Office) -> None:
    made = await office.node.submitted(requested_authority="TJ-GKNB")
    auditor = await office.person("KZ-MVD", Role.AUDITOR)
    assert await numbers(office, role=Role.AUDITOR) == []
    token = {"token": (await auditor.get("/account")).hidden()["token"]}
    assert (await auditor.post(f"/dispatch/{made['id']}/1", token)).status_code == 403
    other = await office.person("RU-MVD", Role.REGISTRAR)
    token = {"token": (await other.get("/account")).hidden()["token"]}
    assert (await other.post(f"/dispatch/{made['id']}/1", token)).status_code == 404


async def test_p_6_5_the_head_is_told_of_a_draft_that_waits_and_of_nothing_in_it(office: Office) -> None:
    node = office.node
    words = {key: value for key, value in examples.SUBMISSION.items() if key != "signatory"}
    draft = {"kind": "submit", "body": words}
    made = (await node.call("POST", "/v1/drafts", role=Role.OFFICER, value=draft)).json()
    sent = await node.call("POST", f"/v1/drafts/{made['id']}/sendings", role=Role.OFFICER, value={"version": 1})
    assert sent.status_code == 201, sent.text
    sink, mailer = await open_sink(node.runtime), Mailer(lambda: find_sink(node.runtime))
    await deliver_due(node.runtime, post_over(mailer), NOW)
    await mailer.close()
    await sink.stop()
    async with node.runtime.connection() as conn:
        (mail,) = await mails(conn)
    assert "head" in mail.to
    assert "Ждёт подписи" in mail.subject
    assert examples.SUBMISSION["purpose"] not in mail.text
