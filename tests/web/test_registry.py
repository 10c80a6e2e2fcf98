"""The registry's pages: read by everybody signed in, written by those who speak for their Party."""

import re
from typing import Any

import pytest

from schemas.vocabulary import FactKind, Role
from tests.web.house import Office, Person

NEW: dict[str, Any] = {
    "authority": "KZ-GP",
    "body": "competent",
    "name.ru": "Генеральная прокуратура",
    "zone": "Asia/Almaty",
    "reach": "node",
    "mailbox": "kz-gp@node.example",
    "since": "2026-03-01",
    "reference": "Нота № 14",
}


async def send(person: Person, kind: str, status: int = 303, **fields: Any) -> str:
    """Open the form of a notice, fill it in and send it; return where that leads, or the page."""
    own = (await person.get(f"/registry/new/{kind}")).hidden()
    answer = await person.post(f"/registry/new/{kind}", {**own, **fields})
    assert answer.status_code == status, answer.text[:600]
    return str(answer.headers["location"]) if status == 303 else answer.text


@pytest.mark.parametrize(
    ("language", "title", "fourth"),
    [
        ("ru", "Реестр Сторон", "с получения 4-го уведомления"),
        ("en", "Registry of Parties", "receipt of notification number 4"),
        ("kk", "Тараптар тізілімі", "4-хабарлама алынған күннен бастап"),
    ],
)
async def test_everybody_reads_why_the_protocol_is_in_force(
    office: Office, language: str, title: str, fourth: str
) -> None:
    page = await (await office.person(role=Role.AUDITOR)).get("/registry", language=language)
    assert title in page.text
    assert fourth in page.text
    assert "KZ-MVD" in page.text
    assert "CSTO-CHANNEL-1" in page.text
    assert not [one for one in page.all("a") if "/registry/new/" in one["href"]]


async def test_the_registry_is_shown_as_it_was_on_a_day(office: Office) -> None:
    person = await office.person()
    page = await person.get("/registry?on=2019-10-01")
    assert "Всего получено уведомлений" not in page.text
    assert "не действовал" in page.text
    assert "KZ-MVD" not in page.text.partition("Последние уведомления")[0]
    await person.get("/registry?on=2019-13-01", 422)


async def test_p_4_1_people_of_a_sample_body_come_in_on_the_days_of_the_sandbox_s_clock(office: Office) -> None:
    await office.node.open_clock()
    await send(await office.person("KZ-MVD"), "designation", **{**NEW, "since": "2040-01-01"})
    newcomer = {"authority": "KZ-GP", "role": "head", "next": "/"}
    for now, status in (("2039-12-31T18:59:59Z", 422), ("2039-12-31T19:00:00Z", 303)):
        await office.node.http.post("/v1/sandbox/clock", json={"now": now, "frozen": True})
        assert (await office.nobody().post("/sign-in", newcomer)).status_code == status, now


async def test_p_4_3_a_head_notifies_and_another_party_acknowledges(office: Office) -> None:
    kz, ru = await office.person("KZ-MVD"), await office.person("RU-MVD")
    place = await send(kz, "designation", **NEW)
    assert place == "/registry/notices/21?done=entered"
    assert "Внесено и направлено" in (await kz.get(place)).text
    listed = await ru.get("/registry/notices?awaiting=RU")
    assert "№ 21" in listed.text
    page = await ru.get("/registry/notices/21")
    assert "подтверждение ожидается" in page.text
    for _ in range(2):  # a second click is no mistake
        answer = await ru.post("/registry/notices/21/acknowledge", page.hidden())
        assert answer.status_code == 303, answer.text[:300]
    assert "№ 21" not in (await ru.get("/registry/notices?awaiting=RU")).text
    history = await ru.get("/registry/authorities/KZ-GP")
    assert "Генеральная прокуратура" in history.text
    assert "kz-gp@node.example" in history.text


async def test_a_form_sent_twice_enters_one_notice(office: Office) -> None:
    person = await office.person("KZ-MVD")
    own = (await person.get("/registry/new/designation")).hidden()
    places = [(await person.post("/registry/new/designation", {**own, **NEW})).headers["location"] for _ in range(2)]
    assert places == ["/registry/notices/21?done=entered"] * 2


async def test_what_was_typed_comes_back_with_a_remark_beside_each_input(office: Office) -> None:
    person = await office.person("KZ-MVD")
    page = await send(person, "designation", 422, **{**NEW, "zone": "Mars/Olympus", "name.ru": " ", "mailbox": "<b>"})
    assert "Такого часового пояса нет" in page
    assert 'value="KZ-GP"' in page
    assert "<b>" not in page
    assert set(re.findall(r'href="#(f-[\w-]+)"', page)) == {"f-zone", "f-name-ru", "f-mailbox"}
    page = await send(person, "designation", 422, **{**NEW, "authority": "RU-GP"})
    assert "ст. 4 Протокола" in page
    page = await send(person, "end", 422, authority="KZ-NSC", until="2020-01-01")
    assert "История не переписывается" in page


@pytest.mark.parametrize("kind", FactKind)
async def test_the_secretariat_has_every_form_and_a_party_its_own(office: Office, kind: FactKind) -> None:
    secretariat, kz = await office.person("CSTO-SEC"), await office.person("KZ-MVD")
    assert (await secretariat.get(f"/registry/new/{kind}")).all("button")
    await kz.get(f"/registry/new/{kind}", 200 if kind in {"designation", "change", "end"} else 404)
    await (await office.person("KZ-MVD", Role.OFFICER)).get(f"/registry/new/{kind}", 404)


async def test_the_secretariat_enters_what_the_depositary_received(office: Office) -> None:
    person = await office.person("CSTO-SEC")
    page = await send(person, "withdrawal", 422, country="TJ", received_on="2026-02-20", leaving_on="2026-08-19")
    assert "не раньше 20.08.2026" in page
    await send(person, "withdrawal", country="TJ", received_on="2026-02-20", leaving_on="2026-08-20")
    after = await person.get("/registry?on=2026-08-20")
    assert "уже не Сторона" in after.text
    await send(
        person, "agreement", agreement="KZ-RU-1", parties=["KZ", "RU"], channel="телефон", citation="Протокол",
        since="2026-02-20",
    )  # fmt: skip
    assert "KZ-RU-1" in (await person.get("/registry")).text


@pytest.mark.parametrize(
    "path", ["/registry/notices/0", "/registry/notices/x", "/registry/authorities/NOBODY", "/registry/new/x"]
)
async def test_what_is_not_there_is_a_page_that_says_so(office: Office, path: str) -> None:
    await (await office.person("KZ-MVD")).get(path, 404)


async def test_another_site_s_form_and_strangers_change_nothing(office: Office) -> None:
    person = await office.person("KZ-MVD")
    own = (await person.get("/registry/new/designation")).hidden()
    answer = await person.http.post(
        "/registry/new/designation", data={**own, **NEW}, headers={"Origin": "https://evil"}
    )
    assert answer.status_code == 403
    answer = await person.post("/registry/new/designation", {**own, **NEW, "token": "0"})
    assert answer.status_code == 403
    assert (await office.nobody().post("/registry/new/designation", {**own, **NEW})).status_code in {303, 401}
    assert "№ 21" not in (await person.get("/registry/notices")).text
