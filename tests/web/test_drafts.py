"""Drafts on pages: written in the browser's forms, compared when two write at once, returned and signed by others."""

import re
from typing import Any

import pytest

from exchange.web.acts import drafting, unfilling
from exchange.web.acts.request import fill_request
from exchange.web.form import Form
from schemas.requests import Submission
from schemas.vocabulary import ActKind, Language, Role
from tests.api.house import SUBMISSION, URGENT
from tests.web.house import Office, Person, Reader
from tests.web.test_pages import EVIL, sound

WORDS: dict[str, Any] = {
    "requested_authority": "RU-MVD",
    "reference": "12/3-456",
    "purpose": "Установить лиц",
    "grounds": "Дело № 5",
    "substance": "Похищены средства\r\nграждан",
    "matters": ["information_technology"],
    "assistance__0__form": "information",
    "assistance__0__subject": "persons",
    "assistance__0__text": "Владелец сервера",
    "execution_term__basis": "protocol",
    "execution_term__days": "30",
}
REFUSAL = {"items__scope": "all", "reasons": "Нет состава", "national_law": "Закон, статья 1"}
ZONE = "Asia/Almaty"


async def draft(person: Person, **fields: Any) -> str:
    """Write a draft of a new request and return its address."""
    answer = await person.write("/drafts/new", **{**WORDS, **fields})
    assert answer.status_code == 303, Reader(answer.text).text
    return str(answer.headers["location"]).partition("?")[0]


async def sign(person: Person, way: str) -> Any:
    """Open the page of the signature and sign what it shows."""
    page = await person.get(f"{way}/sign")
    (own,) = [one for one in page.forms() if "digest" in one]
    return await person.post(f"{way}/sign", {**own, "do": "sign"})


def test_every_field_of_a_request_is_on_its_form() -> None:
    filled = fill_request(Form({"purpose": ("а",)}), ZONE)
    shown = {pointer.split("/")[1] for pointer in filled.places}
    assert shown | {"signatory", "language", "attachments", "protected"} >= set(Submission.model_fields)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (ActKind.SUBMIT, {**SUBMISSION, "signatory": None}),
        (ActKind.SUBMIT, {**SUBMISSION, "signatory": None, "urgent": URGENT, "handling": "official_use"}),
        (
            ActKind.SUBMIT,
            {
                "urgent": {
                    "agreement": {"kind": "ad_hoc", "citation": "Письмо", "date": "2026-02-28"},
                    "transmitted_at": "вчера",
                },
                "execution_term": {"days": "много", "note": "арест"},
                "protected": ["PR-1"],
                "language": "ru",
            },
        ),
        (ActKind.CONFIRM, {"sent_at": "2026-03-01T08:45:00Z"}),
        (ActKind.REFUSE, {"items": [2, 1], "reasons": "р", "national_law": "н"}),
        (ActKind.REFUSE, {"items": "all", "reasons": "р", "national_law": "н"}),
        (ActKind.ASK_PRESENCE, {"people": [{"name": "А", "position": "Б"}], "reason": "п"}),
        (ActKind.REPORT_RESULTS, {"items": [{"number": 2, "outcome": "о"}], "text": "т", "final": True}),
        (ActKind.REDIRECT, {"to_body": {"name": "П", "address": "К"}, "reason": "п"}),
    ],
)
def test_what_was_saved_fills_the_form_in_again(kind: ActKind, body: dict[str, Any]) -> None:
    import json

    words = {name: value for name, value in body.items() if value is not None}
    form = unfilling.form_of(kind, words, ZONE)
    assert json.loads(drafting.fill(kind, form, ZONE, words).raw) == words


async def test_p_6_5_from_the_first_word_to_the_signature(office: Office) -> None:
    officer, head = await office.person("KZ-MVD", Role.OFFICER), await office.person("KZ-MVD", Role.HEAD)
    assert (await officer.get("/")).all("a", href="/drafts/new")
    way = await draft(officer, purpose="", do="send")
    page = await officer.get(f"{way}?told=gaps")
    sound(page)
    assert "не передано" in page.text
    assert page.all("a", href="#f-purpose")
    assert page.all("textarea", id="f-purpose")[0]["aria-invalid"] == "true"
    assert "ст. 6 Протокола" in page.text
    answer = await officer.write(way, purpose="Установить лиц", do="send")
    assert answer.headers["location"] == f"{way}?told=sent"
    page = await officer.get(way)
    assert not page.all("textarea")
    assert "ждёт подписи" in page.text
    assert "Ждут вашей подписи: 1" in (await head.get("/")).text
    assert "Ждут вашей подписи:" not in (await officer.get("/")).text
    assert len((await head.get("/drafts")).all("table")) == 2
    own = next(one for one in (await head.get(way)).forms() if "remarks" in one)
    answer = await head.post(f"{way}/return", {**own, "remarks": "Назовите сервер"})
    assert answer.headers["location"] == f"{way}?told=returned"
    assert "Назовите сервер" in (await officer.get(way)).text
    assert (await officer.write(way, substance="Сервер в Москве", do="send")).status_code == 303
    page = await head.get(f"{way}/sign")
    sound(page)
    assert "Сервер в Москве" in page.text
    assert "Образцова А. А." in page.text
    answer = await sign(head, way)
    assert answer.status_code == 303, Reader(answer.text).text
    page = await head.get(answer.headers["location"])
    assert "Внесено в журнал под № 1" in page.text
    assert "Сервер в Москве" in page.text
    assert "Стал записью" in (await officer.get(way)).text


async def test_p_6_5_a_head_working_alone_cannot_sign_own_words(office: Office) -> None:
    head, deputy = await office.person("KZ-MVD", Role.HEAD), await office.person("KZ-MVD", Role.DEPUTY_HEAD)
    way = await draft(head)
    assert (await head.write(way, do="send")).headers["location"].endswith("told=sent")
    page = await head.get(way)
    assert "другой руководитель" in page.text
    assert not page.all("a", href=f"{way}/sign")
    shown = next(one for one in (await deputy.get(f"{way}/sign")).forms() if "digest" in one)
    own = {**shown, "token": page.hidden()["token"]}
    answer = await head.post(f"{way}/sign", {**own, "do": "sign"})
    assert answer.status_code == 403
    assert "автор своих слов не подписывает" in Reader(answer.text).text
    assert (await sign(deputy, way)).status_code == 303


@pytest.mark.parametrize("act", ["refuse", "confirm"])
async def test_p_6_5_people_do_what_is_signed_by_a_draft_only(office: Office, act: str) -> None:
    made = await office.node.submitted(urgent=URGENT, signatory=None)
    person = await office.person("KZ-MVD" if act == "confirm" else "RU-MVD", Role.HEAD)
    answer = await person.http.get(f"/requests/{made['id']}/acts/{act}")
    assert answer.headers["location"] == f"/drafts/new?kind={act}&request={made['id']}"
    page = await person.get(answer.headers["location"])
    sound(page)
    assert not [one for one in page.all("input") if one["name"].startswith("signatory")]
    token = page.hidden()["token"]
    fields = {"signatory.name": "А", "signatory.position": "head", "items.scope": "all", "reasons": "р"}
    answer = await person.post(
        f"/requests/{made['id']}/acts/{act}", {"token": token, "key": "1", "national_law": "н", **fields}
    )
    assert answer.status_code == 403
    assert (await office.node.get(f"/v1/requests/{made['id']}")).json()["seq"] == 2


async def test_p_9_2_an_item_that_was_chosen_stays_chosen_without_a_word_on_how_many(office: Office) -> None:
    made = await office.node.submitted()
    officer = await office.person("RU-MVD", Role.OFFICER)
    answer = await officer.write(f"/drafts/new?kind=refuse&request={made['id']}", items=["1"], reasons="Нет состава")
    page = await officer.get(answer.headers["location"])
    ticked = {(one["name"], one["value"]) for one in page.all("input") if "checked" in one}
    assert ticked == {("items.scope", "some"), ("items", "1")}


async def test_p_9_2_a_refusal_is_drafted_by_one_and_signed_by_another(office: Office) -> None:
    made = await office.node.submitted()
    officer, head = await office.person("RU-MVD", Role.OFFICER), await office.person("RU-MVD", Role.HEAD)
    new = (await officer.http.get(f"/requests/{made['id']}/acts/refuse")).headers["location"]
    answer = await officer.write(new, **REFUSAL, do="send")
    way = answer.headers["location"].partition("?")[0]
    assert answer.headers["location"].endswith("told=sent")
    assert (await officer.http.get(f"/requests/{made['id']}/acts/refuse")).headers["location"] == way
    answer = await sign(head, way)
    assert answer.headers["location"] == f"/requests/{made['id']}?done=3"
    request = (await office.node.get(f"/v1/requests/{made['id']}")).json()
    assert (request["state"], request["facts"]["refusals"][0]["signatory"]["position"]) == ("refused", "head")


async def test_a_registrar_still_enters_what_was_signed_on_paper(office: Office) -> None:
    made = await office.node.submitted(requested_authority="TJ-GKNB")
    registrar = await office.person("TJ-GKNB", Role.REGISTRAR)
    assert (await registrar.act(made["id"], "receive", received_at="2026-03-01T14:00")).status_code == 303
    signed = {"signatory__name": "Образцов И. И.", "signatory__position": "head"}
    answer = await registrar.act(made["id"], "refuse", **REFUSAL, **signed)
    assert answer.status_code == 303, Reader(answer.text).text
    assert (await office.node.get(f"/v1/requests/{made['id']}")).json()["state"] == "refused"


async def test_p_6_4_an_urgent_request_goes_out_without_signature(office: Office) -> None:
    officer = await office.person("KZ-MVD", Role.OFFICER)
    urgent = {
        "urgent__persons": "Неизвестные",
        "urgent__reason": "Завтра",
        "urgent__channel": "связь",
        "urgent__agreement": "CSTO-CHANNEL-1",
        "urgent__transmitted_at": "2026-03-01T13:30:00",
    }
    way = await draft(officer, **urgent)
    answer = await officer.write(way, do="enter")
    assert answer.headers["location"] == f"{way}/sign"
    page = await officer.get(f"{way}/sign")
    (own,) = [one for one in page.forms() if "digest" in one]
    answer = await officer.post(f"{way}/sign", {**own, "do": "enter"})
    assert answer.status_code == 303, Reader(answer.text).text
    (line,) = (await office.node.get("/v1/requests")).json()["items"]
    assert line["urgent"]


# --- two at once ------------------------------------------------------------------------------------------


async def test_two_officers_at_once_see_both_versions_and_merge_by_hand(office: Office) -> None:
    officer, head = await office.person("KZ-MVD", Role.OFFICER), await office.person("KZ-MVD", Role.HEAD)
    way = await draft(officer)
    stale = next(one for one in (await head.get(way)).forms() if "key" in one)
    assert (await officer.write(way, purpose="Цель сотрудника")).status_code == 303
    answer = await head.post(way, {**stale, "purpose": "Цель руководителя"})
    page = Reader(answer.text)
    sound(page)
    assert answer.status_code == 412
    assert "Цель сотрудника" in page.text
    (own,) = [one for one in page.forms() if "key" in one]
    assert own["purpose"] == "Цель руководителя"
    assert page.text.count("Дело № 5") == 1
    answer = await head.post(way, {**own, "purpose": "Общая цель", "do": "save"})
    assert answer.status_code == 303
    page = await officer.get(way)
    assert "Общая цель" in page.text
    assert "Образцов В. В. (образец), Образцова А. А. (образец)" in page.text


async def test_the_same_words_saved_twice_are_no_conflict(office: Office) -> None:
    officer = await office.person("KZ-MVD", Role.OFFICER)
    way = await draft(officer)
    (own,) = [one for one in (await officer.get(way)).forms() if "key" in one]
    answers = [await officer.post(way, {**own, "purpose": "Иная"}) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert "версия 2" in (await officer.get(way)).text


async def test_who_goes_back_and_sends_other_words_writes_on_in_the_draft_that_was_begun(office: Office) -> None:
    person = await office.person("KZ-MVD", Role.OFFICER)
    page = await person.get("/drafts/new")
    (own,) = [one for one in page.forms() if "key" in one]
    first = await person.post("/drafts/new", {**own, "purpose": "Первая цель", "do": "save"})
    again = await person.post("/drafts/new", {**own, "purpose": "Вторая цель", "do": "save"})
    assert [first.status_code, again.status_code] == [303, 303], Reader(again.text).text
    assert first.headers["location"] == again.headers["location"]
    place = first.headers["location"].partition("?")[0]
    assert "Вторая цель" in (await person.get(place)).source
    late = await person.post("/drafts/new", {**own, "purpose": "Третья цель", "do": "save"})
    assert late.status_code == 412  # the draft has gone on since: both versions are shown
    assert {"Вторая цель", "Третья цель"} <= set(re.findall(r"\w+ цель", Reader(late.text).source))
    other = await person.post("/drafts/new", {**own, "kind": "refuse", "request": "", "do": "save"})
    assert other.status_code in {404, 422}
    assert len((await office.node.get("/v1/drafts", role=Role.OFFICER)).json()["items"]) == 1


async def test_two_clicks_begin_one_draft(office: Office) -> None:
    officer = await office.person("KZ-MVD", Role.OFFICER)
    (own,) = [one for one in (await officer.get("/drafts/new")).forms() if "key" in one]
    answers = [await officer.post("/drafts/new", {**own, "purpose": "а"}) for _ in range(2)]
    assert len({one.headers["location"] for one in answers}) == 1


def test_what_a_draft_s_form_bears_for_itself_is_nothing_that_was_typed() -> None:
    own = {name: (name,) for name in ("token", "key", "version", "digest", "do", "more")}
    assert list(Form({**own, "purpose": ("цель",)}).typed()) == [("purpose", "цель")]


async def test_more_items_keep_what_was_typed(office: Office) -> None:
    officer = await office.person("KZ-MVD", Role.OFFICER)
    (own,) = [one for one in (await officer.get("/drafts/new")).forms() if "key" in one]
    typed = {"assistance.0.text": "первый", "purpose": "цель", "more": "assistance"}
    page = Reader((await officer.post("/drafts/new", {**own, **typed})).text)
    (own,) = [one for one in page.forms() if "key" in one]
    assert (own["assistance.0.text"], own["purpose"], "assistance.1.text" in own) == ("первый", "цель", True)
    typed = {"assistance.1.text": "второй", "do": "save"}
    way = (await officer.post("/drafts/new", {**own, **typed})).headers["location"].partition("?")[0]
    (own,) = [one for one in (await officer.get(way)).forms() if "key" in one]
    page = Reader((await officer.post(way, {**own, "more": "assistance", "purpose": "иная"})).text)
    (own,) = [one for one in page.forms() if "key" in one]
    assert (own["assistance.1.text"], own["purpose"], "assistance.2.text" in own) == ("второй", "иная", True)


# --- who and what -----------------------------------------------------------------------------------------


async def test_drafts_of_another_authority_are_not_there(office: Office) -> None:
    way = await draft(await office.person("KZ-MVD", Role.OFFICER))
    for authority in ("KZ-NSC", "RU-MVD"):
        other = await office.person(authority, Role.HEAD)
        for path in (way, f"{way}/sign"):
            await other.get(path, 404)
        token = (await other.get("/")).hidden()["token"]
        for path in (way, f"{way}/sign", f"{way}/return", f"{way}/drop"):
            assert (await other.post(path, {"token": token, "remarks": "а"})).status_code == 404, path
        assert "12/3-456" not in (await other.get("/drafts")).text


async def test_who_only_reads_sees_drafts_and_no_form(office: Office) -> None:
    way = await draft(await office.person("KZ-MVD", Role.OFFICER))
    auditor = await office.person("KZ-MVD", Role.AUDITOR)
    page = await auditor.get(way)
    sound(page)
    assert not page.all("textarea")
    assert "Установить лиц" in page.text
    await auditor.get("/drafts/new", 403)
    assert not (await auditor.get("/")).all("a", href="/drafts/new")


async def test_a_draft_is_given_up_and_stays_in_the_list_of_those(office: Office) -> None:
    officer = await office.person("KZ-MVD", Role.OFFICER)
    way = await draft(officer)
    own = next(one for one in (await officer.get(way)).forms() if "remarks" in one)
    answer = await officer.post(f"{way}/drop", {**own, "remarks": "Уже известно"})
    assert answer.headers["location"] == f"{way}?told=dropped"
    assert not (await officer.get("/drafts")).all("a", href=way)
    assert (await officer.get("/drafts?state=dropped")).all("a", href=way)


async def test_a_return_without_remarks_and_steps_out_of_order_are_told(office: Office) -> None:
    officer, head = await office.person("KZ-MVD", Role.OFFICER), await office.person("KZ-MVD", Role.HEAD)
    way = await draft(officer)
    token = (await head.get("/")).hidden()["token"]
    answer = await head.post(f"{way}/return", {"token": token, "version": "1", "remarks": "а"})
    assert (answer.status_code, "пишется" in Reader(answer.text).text) == (409, True)
    await officer.write(way, do="send")
    answer = await head.post(f"{way}/return", {"token": token, "version": "2", "remarks": " "})
    assert "без замечаний" in (await head.get(answer.headers["location"])).text
    answer = await head.post(f"{way}/sign", {"token": token, "version": "2", "digest": "0" * 64, "do": "sign"})
    assert (answer.status_code, "показанным байтам" in Reader(answer.text).text) == (412, True)


async def test_nothing_typed_into_a_draft_becomes_part_of_a_page(office: Office) -> None:
    officer, head = await office.person("KZ-MVD", Role.OFFICER), await office.person("KZ-MVD", Role.HEAD)
    evil = {name: EVIL for name in WORDS if name != "matters"}
    way = await draft(officer, **evil, matters=[EVIL], urgent__agreement=EVIL, urgent__transmitted_at=EVIL)
    for page in (await officer.get(way), await officer.get("/drafts"), await head.get(way)):
        sound(page)
        assert "<script>alert(1)</script>" in page.text
    for person in (officer, head):
        for language in Language:
            sound(await person.get(way, language=language))


async def test_a_request_that_changed_meanwhile_is_told_on_the_page_of_the_signature(office: Office) -> None:
    made = await office.node.submitted()
    officer, head = await office.person("RU-MVD", Role.OFFICER), await office.person("RU-MVD", Role.HEAD)
    new = f"/drafts/new?kind=refuse&request={made['id']}"
    way = (await officer.write(new, **REFUSAL, do="send")).headers["location"].partition("?")[0]
    await office.node.done(made, "KZ-MVD", "withdraw", reason="а")
    page = await head.get(f"{way}/sign")
    assert "отозван" in page.text
    answer = await sign(head, way)
    assert (answer.status_code, "отозван" in Reader(answer.text).text) == (409, True)
    assert "на подписи" in (await officer.get(way)).text
