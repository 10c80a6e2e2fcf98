"""The module's other places by forms: visits, entries, agreements, people; items derived, joint and given back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import Database
from tests.web.chambers import ITEMS, Chambers, act, fill, form_of, led, open_chambers, register
from tests.web.house import Reader
from tests.web.test_protection_pages import paper

VISITS, ENTRIES, AGREEMENTS = "/protection/visits", "/protection/entries", "/protection/agreements"
GIVEN = {"channel": "diplomatic", **paper("cover_document", "5")}


@pytest.fixture
async def chambers(database: Database, tmp_path: Path) -> AsyncIterator[Chambers]:
    """Give a node with the module in it."""
    async with open_chambers(database.dsn, tmp_path) as opened:
        yield opened


async def given(chambers: Chambers, **changes: str) -> tuple[str, Reader]:
    """Give a copy from Belarus to Russia by forms; return the item, and its card there."""
    by, ru = await chambers.keeper("BY-MVD"), await chambers.keeper("RU-MVD")
    item = await register(by, None, kind="document", **changes)
    decided = {"recipient": "RU-MVD", "basis": "договор", **paper("decision", "1")}
    await led(by, await fill(by, f"{ITEMS}/{item}/acts/authorise_release", decided))
    await led(by, await fill(by, f"{ITEMS}/{item}/acts/dispatch", {"copies": "1", **GIVEN}))
    received = {"own_number": "RU/1", "form": "written", **paper("reference", "2")}
    return item, await led(ru, await fill(ru, f"{ITEMS}/{item}/acts/confirm_receipt", received))


async def test_ka_9_a_letter_names_all_that_is_missing_and_the_host_answers(chambers: Chambers) -> None:
    nsc, nss = await chambers.keeper("KZ-NSC"), await chambers.keeper("AM-NSS")
    refused = await fill(nsc, f"{VISITS}/new", {"host": "AM-NSS", "visitors.0.surname": "Иванов"})
    page = Reader(refused.text)
    assert refused.status_code == 422
    assert "О посетителе № 1 нет обязательного: Паспорт" in page.text
    assert "ст. 9 Соглашения Казахстана и Армении 2025 года" in page.text
    assert {"#f-visitors-0-passport", "#f-questions"} <= {one["href"] for one in page.all("a")}
    visitor = {
        "surname": "Иванов",
        "given_names": "Иван",
        "birth_date": "1980-01-02",
        "birth_place": "Астана",
        "citizenship": "Казахстан",
        "passport": "N 1",
        "position": "эксперт",
        "body": "КНБ",
        "clearance": "secret",
        "person": "kz-nsc.officer",
    }
    letter = {
        "host": "AM-NSS",
        "degree": "secret",
        "first_day": "2026-03-20",
        "length_days": "3",
        "purpose": "сверка",
        "questions": "учёт",
        "bodies_to_visit": "СНБ",
        "people_to_meet": "Петросян",
        "providing_document": "план",
        **{f"visitors.0.{name}": value for name, value in visitor.items()},
    }
    more = await fill(nsc, f"{VISITS}/new", {**letter, "more": "visitors"})
    assert Reader(more.text).all("input", name="visitors.1.surname")
    page = await led(nsc, await fill(nsc, f"{VISITS}/new", letter))
    assert "обращение позже срока: последний день был 20 февраля 2026" in page.text
    (printed,) = [one["href"] for one in page.all("a") if one["href"].endswith("letter.pdf")]
    assert (await nsc.http.get(printed)).content.startswith(b"%PDF")
    (way,) = {one["href"] for one in (await nss.get(VISITS)).all("a") if one["href"].startswith(f"{VISITS}/0")}
    assert "Согласие на визит" in (await nss.get(way)).text
    page = await led(nss, await fill(nss, f"{way}/acts/consent_visit", {"degree": "secret", **paper("reference", "7")}))
    assert "согласие дано" in page.text
    assert (await nss.http.get(f"{way}/acts/refuse_visit")).status_code == 409


async def test_ka_7_a_contract_without_its_clauses_is_named_clause_by_clause(chambers: Chambers) -> None:
    keeper = await chambers.keeper("KZ-MVD")
    way = f"{ENTRIES}/new/kz-am-2025/contract"
    entry = {"party": "AM", "fields.number": "12", "fields.date": "2026-02-01", "fields.clauses": "no_third_party"}
    refused = await fill(keeper, way, entry)
    assert refused.status_code == 422
    assert "В контракте нет обязательного условия: порядок защиты и использования" in Reader(refused.text).text
    whole = [one["value"] for one in (await keeper.get(way)).all("input", name="fields.clauses")]
    page = await led(keeper, await fill(keeper, way, {**entry, "fields.clauses": whole}))
    assert "запрет передачи третьей стороне" in page.text
    assert (await keeper.http.get(f"{ENTRIES}/new/kz-lt-2015/nothing")).status_code == 404
    assert "Записей нет" in (await keeper.get(f"{ENTRIES}?kind=rules")).text


async def test_ka_5_7_means_count_once_the_other_side_has_agreed(chambers: Chambers) -> None:
    nsc, nss = await chambers.keeper("KZ-NSC"), await chambers.keeper("AM-NSS")
    words = {
        "code": "M-NEW",
        "regime": "kz-am-2025",
        "other": "AM-NSS",
        "since": "2026-03-01",
        **paper("reference", "3"),
    }
    page = await led(nsc, await fill(nsc, f"{AGREEMENTS}/means", words))
    assert "Ждём ответа другой стороны" in page.text
    page = await nss.get(AGREEMENTS)
    agreed = await nss.post(f"{AGREEMENTS}/means", form_of(page))
    page = await led(nss, agreed)
    assert "Ждёт согласия другой стороны" not in page.text
    assert "M-NEW" in page.text
    assert "договора нет" in (await nsc.get(f"{AGREEMENTS}?on=2019-12-31")).text
    refused = await fill(await chambers.keeper("KZ-MVD"), f"{AGREEMENTS}/means", words)
    assert "делает компетентный орган" in Reader(refused.text).text


async def test_clearances_and_grants_are_taken_in_and_ended(chambers: Chambers) -> None:
    keeper = await chambers.keeper("BY-MVD")
    item = await register(keeper, None)
    new = {"person": "by-mvd.expert", "mark": "secret", "issuer": "BY", "document": "приказ 3"}
    page = await led(keeper, await fill(keeper, "/protection/people/clearances", new))
    assert "by-mvd.expert" in page.text
    page = await keeper.get(f"/protection/people/grants?item={item}")
    assert form_of(page)["purpose"]
    grant = {"person": "by-mvd.expert", "document": "приказ 4"}
    page = await led(keeper, await fill(keeper, f"/protection/people/grants?item={item}", grant))
    for action in [form["action"] for form in page.all("form") if form.get("action", "").endswith("/end")]:
        own = next(one for one in page.forms() if one.get("key") and one["key"] in action)
        await led(keeper, await keeper.post(action, own))
    page = await keeper.get("/protection/people")
    assert "прекращён" in page.text
    assert not [form for form in page.all("form") if form.get("action", "").endswith("/end")]
    officer = await chambers.keeper("RU-MVD")
    assert (await officer.post(action, own)).status_code in {403, 404}


async def test_a_7_3_what_is_derived_is_marked_no_lower_and_leads_to_its_source(chambers: Chambers) -> None:
    keeper = await chambers.keeper("BY-MVD")
    source = await register(keeper, None, mark="top_secret")
    refused = await fill(
        keeper,
        f"{ITEMS}/new",
        {"mark": "secret", "designation": "x", "purpose": "y", "derived_from": "BY-MVD/2026/S-00001\nнет такого"},
    )
    text = Reader(refused.text).text
    assert "не ниже «совершенно секретно»" in text
    assert "Источника с таким номером орган не хранит" in text
    item = await register(keeper, None, mark="top_secret", derived_from="BY-MVD/2026/S-00001")
    page = await keeper.get(f"{ITEMS}/{item}")
    assert page.all("a", href=f"{ITEMS}/{source}")


async def test_a_7_6_a_joint_mark_waits_for_the_other_maker(chambers: Chambers) -> None:
    by, ru = await chambers.keeper("BY-MVD"), await chambers.keeper("RU-MVD")
    item = await register(by, None, joint_with="RU-MVD")
    assert "ждёт согласованного грифа" in (await by.get(f"{ITEMS}/{item}")).text
    page = await led(ru, await fill(ru, f"{ITEMS}/{item}/acts/grant_consent?consent=1", paper("reference", "9")))
    assert "на учёте" in page.text


async def test_a_7_8_what_was_given_goes_back_with_consent_and_one_can_be_denied_and_withdrawn(
    chambers: Chambers,
) -> None:
    item, page = await given(chambers)
    assert "RU/1" in page.text
    by, ru = await chambers.keeper("BY-MVD"), await chambers.keeper("RU-MVD")
    asked = {"scope.copies": "1", "reason": "не нужно", **paper("reference", "3")}
    for _ in range(2):
        await led(ru, await fill(ru, f"{ITEMS}/{item}/acts/ask_consent?kind=return", asked))
    denied = {"reason": "ещё нужно", **paper("reference", "4")}
    page = await led(by, await fill(by, f"{ITEMS}/{item}/acts/deny_consent?consent=1", denied))
    assert "Отказал: BY-MVD" in page.text
    await led(by, await fill(by, f"{ITEMS}/{item}/acts/grant_consent?consent=2", paper("reference", "5")))
    back = {"copies": "1", "consent": "2", **GIVEN}
    page = await led(ru, await fill(ru, f"{ITEMS}/{item}/acts/return", back))
    assert "в пути к BY-MVD" in page.text
    again = {"form": "written", "own_number": "BY/2", **paper("reference", "8")}
    await led(by, await fill(by, f"{ITEMS}/{item}/acts/confirm_receipt", again))
    regraded = await act(by, item, "regrade", mark="top_secret", ground="новые сведения")
    assert "Совершенно секретно" in (await led(by, regraded)).text
    second = await act(by, item, "declassify", ground="срок истёк")
    sure = form_of(Reader(second.text))
    assert "Гриф будет снят" in second.text
    changed = await by.post(f"{ITEMS}/{item}/acts/declassify", {**sure, "more": "again"})
    assert "срок истёк" in changed.text
    page = await led(by, await by.post(f"{ITEMS}/{item}/acts/declassify", {**sure, "sure": "yes"}))
    assert "рассекречен" in page.text


async def test_kl_3_a_body_of_the_module_alone_receives_by_its_own_clock_and_marks(chambers: Chambers) -> None:
    kz, lt = await chambers.keeper("KZ-MVD"), await chambers.keeper("LT-CB")
    item = await register(kz, mark="restricted")
    decided = {"recipient": "LT-CB", "basis": "договор", **paper("decision", "1")}
    await led(kz, await fill(kz, f"{ITEMS}/{item}/acts/authorise_release", decided))
    assert "✓ открыт: M-LT" in (await kz.get(f"{ITEMS}/{item}/acts/dispatch")).text
    sent = {"copies": "1", "channel": "electronic", "means": "M-LT", **paper("cover_document", "5")}
    await led(kz, await fill(kz, f"{ITEMS}/{item}/acts/dispatch", sent))
    page = await lt.get("/protection")
    assert "Europe/Vilnius" in page.text
    assert not page.all("a", href="/requests?box=in")
    page = await led(lt, await fill(lt, f"{ITEMS}/{item}/acts/confirm_receipt", {"own_number": "LT/1"}))
    assert "RIBOTO NAUDOJIMO / RESTRICTED" in page.text


async def test_a_n2_people_are_named_to_one_body_and_the_form_asks_which(chambers: Chambers) -> None:
    keeper = await chambers.keeper("KZ-MVD")
    way = f"{ENTRIES}/new/csto-2004"
    assert "Орган (необязательно)" in (await keeper.get(f"{way}/consultation")).text
    assert "Орган (необязательно)" not in (await keeper.get(f"{way}/people")).text
    person = {"fields.surname": "Иванов", "fields.given_names": "И.", "fields.body": "МВД"}
    lacking = await fill(keeper, f"{way}/people", {"party": "RU", **person, "fields.providing_document": "план 1"})
    assert lacking.status_code == 422
    assert "п. 2 приложения к Соглашению от 18 июня 2004 года" in Reader(lacking.text).text
