"""Acts by form: every kind of field reaches the record, and what is refused comes back with its remarks."""

import re
from typing import Any

import pytest

from schemas.vocabulary import Role
from tests.api.house import URGENT
from tests.web.house import Office, Reader


async def last(office: Office, request: str, by: str = "KZ-MVD") -> dict[str, Any]:
    """Return the last act of a record."""
    entries = (await office.node.get(f"/v1/requests/{request}/record", by)).json()["items"]
    return dict(entries[-1])


FILLED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("note", {"text": "первая\r\nвторая"}, {"text": "первая\nвторая"}),
    ("postpone", {"reason": "ход дела", "until": "2026-04-01"}, {"reason": "ход дела", "until": "2026-04-01"}),
    ("postpone", {"reason": "ход следствия", "until": ""}, {"reason": "ход следствия"}),
    ("propose_term", {"days": " 45 ", "citation": "Договор"}, {"days": 45, "citation": "Договор"}),
    ("redirect", {"to_authority": "RU-FSB", "reason": "п", "to_body__name": "", "to_body__address": " "},
     {"to_authority": "RU-FSB", "reason": "п"}),
    ("redirect", {"to_authority": "", "reason": "п", "to_body__name": "Прокуратура", "to_body__address": "Казань"},
     {"reason": "п", "to_body": {"name": "Прокуратура", "address": "Казань"}}),
    ("report_results", {"items__2__outcome": "сохранено", "items__1__outcome": "", "text": "т"},
     {"items": [{"number": 2, "outcome": "сохранено"}], "text": "т", "final": False}),
    ("report_results", {"items__2__outcome": "а", "items__1__outcome": "б", "text": "т", "final": "yes",
                        "executed_at": "2026-03-01T12:00:00"},
     {"items": [{"number": 2, "outcome": "а"}, {"number": 1, "outcome": "б"}], "text": "т", "final": True,
      "executed_at": "2026-03-01T09:00:00Z"}),
    ("accept", {}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("act", "typed", "body"), FILLED)
async def test_what_was_filled_in_is_what_the_record_holds(
    office: Office, act: str, typed: dict[str, Any], body: dict[str, Any]
) -> None:
    request = (await office.node.submitted())["id"]
    person = await office.person()
    answer = await person.act(request, act, **typed)
    assert answer.status_code == 303, Reader(answer.text).text
    entries = (await office.node.get(f"/v1/requests/{request}/record")).json()["items"]
    entry = next(one for one in entries if one["act"] == act)
    assert entry["author"] == "RU-MVD"
    for name, value in body.items():
        held = entry["body"][name]
        assert sorted(held, key=str) == sorted(value, key=str) if isinstance(value, list) else held == value
    assert set(entry["body"]) == {"act", *body}
    assert (await person.get(answer.headers["location"])).all("p", role="status")


async def test_people_and_answers_reach_the_record(office: Office) -> None:
    made = await office.node.submitted(urgent=URGENT, signatory=None)
    request, sender, holder = made["id"], await office.person("KZ-MVD"), await office.person("RU-MVD")
    people = {"people__1__name": "А", "people__1__position": "следователь", "reason": "допрос"}
    assert (await sender.act(request, "ask_presence", **people)).status_code == 303
    assert (await last(office, request))["body"]["people"] == [{"name": "А", "position": "следователь"}]
    page = await holder.get(f"/requests/{request}/acts/grant_presence")
    assert [one["value"] for one in page.all("option")] == ["1"]
    assert (await holder.act(request, "grant_presence", presence_number="1", terms="")).status_code == 303
    assert (await last(office, request))["body"] == {"act": "grant_presence", "presence_number": 1}


async def test_more_rows_keep_what_was_typed(office: Office) -> None:
    request = (await office.node.submitted())["id"]
    sender = await office.person("KZ-MVD")
    answer = await sender.act(request, "ask_presence", people__0__name="Первый", reason="причина", more="people")
    page = Reader(answer.text)
    assert answer.status_code == 200
    assert page.all("input", name="people.0.name")[0]["value"] == "Первый"
    assert len([one for one in page.all("input") if one.get("name", "").startswith("people.")]) > 6
    assert (await last(office, request))["act"] == "receive"


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("note", {"text": " "}, "text", "Заполните"),
    ("note", {"text": "я" * 20_001}, "text", "длиннее 20000"),
    ("note", {"text": "а\x07"}, "text", "Управляющие"),
    ("propose_term", {"days": "много", "citation": "д"}, "days", "целое число"),
    ("propose_term", {"days": "0", "citation": "д"}, "days", "меньше 1"),
    ("propose_term", {"days": "9" * 5000, "citation": "д"}, "days", "целое число"),
    ("postpone", {"reason": "п", "until": "2026-02-01"}, "until", "уже прошёл"),
    ("postpone", {"reason": "п", "until": "скоро"}, "until", "Введите день"),
    ("report_results", {"text": "т", "final": "yes"}, "items", "1, 2"),
    ("report_results", {"text": "т"}, "items", "хотя бы один"),
    ("report_results", {"items__1__outcome": "р", "text": "т", "executed_at": "2026-03-02T00:00"},
     "executed_at", "не наступил"),
    ("report_results", {"items__1__outcome": "р", "text": "т", "executed_at": "вчера"}, "executed_at", "день и время"),
    ("report_results", {"items__x__outcome": "р", "text": "т"}, "items.x.outcome", "целое число"),
    ("redirect", {"reason": "п"}, "", "либо"),
    ("redirect", {"to_authority": "KZ-NSC", "reason": "п"}, "to_authority", "своего государства"),
    ("redirect", {"to_body__name": "Орган", "reason": "п"}, "to_body.address", "Заполните"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "typed", "place", "words"), REFUSED)
async def test_a_refused_act_names_its_field_and_article_and_keeps_what_was_typed(
    office: Office, act: str, typed: dict[str, Any], place: str, words: str
) -> None:
    request = (await office.node.submitted())["id"]
    person = await office.person()
    answer = await person.act(request, act, **typed)
    page = Reader(answer.text)
    assert answer.status_code == 422
    (summary,) = page.all("section", role="alert")
    assert "autofocus" in summary
    assert words in page.text
    if place and not place.startswith("items."):
        anchor = "f-" + place.replace(".", "-")
        assert page.all("a", href=f"#{anchor}")
        assert [one for _, one in page.elements if one.get("id") == anchor and one.get("aria-invalid") == "true"]
        assert [one for _, one in page.elements if one.get("id") == f"{anchor}-remark"]
    if act != "note":
        assert "Протокола" in page.text
    for name, value in typed.items():
        given = [one for one in page.all("input", name=name.replace("__", ".")) if one.get("type") in {"text", "date"}]
        assert all(one["value"] == value for one in given)
    assert (await last(office, request))["act"] == "receive"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            (
                "A final report needs a result or a refusal for the items: 1, 2.",
                "Art. 7 of the Protocol",
                "1 remark: the act was not recorded",
            ),
        ),
        (
            "kk",
            (
                "Қорытынды есепке дейін мына тармақтар бойынша нәтиже немесе бас тарту қажет: 1, 2.",
                "Хаттаманың 7-бабы",
                "1 ескерту: әрекет енгізілмеді",
            ),
        ),
    ],
)
async def test_remarks_are_in_the_visitor_s_language(office: Office, language: str, told: tuple[str, ...]) -> None:
    request = (await office.node.submitted())["id"]
    person = await office.person()
    person.http.cookies.set("language", language)
    answer = await person.act(request, "report_results", text="т", final="yes")
    text = Reader(answer.text).text
    assert [words for words in told if words not in text] == []


async def test_p_6_3_a_registrar_says_how_an_answer_came_on_paper_and_nobody_else_is_asked(office: Office) -> None:
    made = await office.node.submitted(requested_authority="TJ-GKNB")
    await office.node.done(made, "TJ-GKNB", "receive", received_at="2026-03-01T09:00:00Z")
    office.node.clock.advance(days=3)
    asker = await office.person("KZ-MVD", Role.OFFICER)
    assert not (await asker.get(f"/requests/{made['id']}/acts/note")).all("input", name="paper.number")
    registrar = await office.person("TJ-GKNB", Role.REGISTRAR)
    form = {
        "text": "ответ",
        "paper__number": "17/4",
        "paper__dated": "2026-02-01",
        "paper__received_at": "2026-03-03T10:00",
    }
    refused = await registrar.act(made["id"], "note", **form)
    assert refused.status_code == 422
    assert "не может быть раньше его отправления" in refused.text
    assert 'value="2026-02-01"' in refused.text
    done = await registrar.act(made["id"], "note", **{**form, "paper__dated": "2026-03-02"})
    assert done.status_code == 303, done.text[:500]
    page = await registrar.get(f"/requests/{made['id']}")
    assert "Как поступило на бумаге 17/4 Дата документа: 2 марта 2026" in page.text
    assert "Получено: 03.03.2026 10:00:00 (Asia/Dushanbe" in page.text
    plain = await registrar.act(made["id"], "note", text="без бумаги")
    assert plain.status_code == 303


@pytest.mark.parametrize(
    ("act", "typed", "fields"),
    [
        ("redirect", {"reason": " "}, {"Причина", "Компетентный орган из реестра"}),
        ("postpone", {"reason": "", "until": "2026-02-01"}, {"Причина", "До какого дня"}),
        ("report_results", {"text": "", "final": "yes"}, {"Текст", "Пункты содействия"}),
        ("report_results", {"text": "", "items__1__outcome": "\x01"}, {"Текст", "Пункты содействия, пункт 1"}),
    ],
)  # fmt: skip
async def test_what_is_missing_and_what_is_unlawful_are_named_at_once(
    office: Office, act: str, typed: dict[str, str], fields: set[str]
) -> None:
    made = await office.node.submitted()
    answer = await (await office.person("RU-MVD", Role.OFFICER)).act(made["id"], act, **typed)
    assert answer.status_code == 422
    page = Reader(answer.text)
    anchors = {one["href"].removeprefix("#") for one in page.all("a") if one["href"].startswith("#f-")}
    named = set(re.findall(r'<li><a href="#f-[^"]*">([^<]*)</a>', page.source))
    assert named == fields
    assert anchors <= {one.get("id", "") for _, one in page.elements}
    assert page.source.count('<span class="article">ст. 7 Протокола</span></li>') == len(fields)


async def test_a_form_with_gaps_also_says_that_the_act_is_no_longer_possible(office: Office) -> None:
    made = await office.node.submitted()
    person = await office.person("RU-MVD", Role.OFFICER)
    own = await person.open_form(made["id"], "postpone")
    await office.node.done(made, "KZ-MVD", "withdraw", reason="отпала надобность")
    answer = await person.post(f"/requests/{made['id']}/acts/postpone", {**own, "reason": ""})
    text = Reader(answer.text).text
    assert answer.status_code == 422
    assert "Причина : Заполните." in text
    assert "Действие в этом состоянии запроса невозможно. Состояние запроса: «отозван»." in text
