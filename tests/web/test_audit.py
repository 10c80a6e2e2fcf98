"""The page of the trail: for auditors alone, with filters, in both languages, and taken out signed."""

from io import BytesIO

import pytest

from exchange.service.trail import faults
from schemas.vocabulary import Role
from tests.web.house import Office
from tests.web.test_pages import EVIL, sound


async def test_an_auditor_sees_who_opened_a_request_and_gets_to_it(office: Office) -> None:
    made = await office.node.submitted()
    officer = await office.person("RU-MVD", Role.OFFICER)
    await officer.get(f"/requests/{made['id']}")
    auditor = await office.person("RU-MVD", Role.AUDITOR)
    for language, words in (("ru", "открыл запрос"), ("en", "opened a request"), ("kk", "өтінішті ашты")):
        page = await auditor.get("/audit?deed=read", language=language)
        sound(page)
        assert words in page.text
        assert made["number"] in page.text
        assert page.all("a", href=f"/requests/{made['id']}")
    of_request = (await auditor.get(f"/requests/{made['id']}")).all("a", href=f"/audit?request={made['id']}")
    page = await auditor.get(of_request[0]["href"])
    assert page.all("input", name="request", value=made["id"])
    assert "Только по запросу" in page.text


async def test_what_is_told_of_a_deed_is_told_in_words(office: Office) -> None:
    operator = await office.person("RU-MVD", Role.OPERATOR)
    await operator.post("/tokens", {**(await operator.get("/tokens")).hidden(), "label": "n", "role": "officer"})
    auditor = await office.person("RU-MVD", Role.AUDITOR)
    page = await auditor.get("/audit?deed=access_changed")
    assert "что: токен выдан" in page.text
    assert "роль: сотрудник" in page.text


@pytest.mark.parametrize("role", [Role.OFFICER, Role.HEAD, Role.OPERATOR])
async def test_nobody_else_is_shown_the_trail_or_the_way_to_it(office: Office, role: Role) -> None:
    person = await office.person("RU-MVD", role)
    assert not (await person.get("/")).all("a", href="/audit")
    for path in ("/audit", "/audit/export"):
        sound(await person.get(path, 403))


async def test_the_trail_is_paged_and_filtered_and_days_are_those_of_the_visitor(office: Office) -> None:
    for _ in range(55):
        await office.node.get("/v1/requests", "RU-MVD")
    auditor = await office.person("RU-MVD", Role.AUDITOR)
    page = await auditor.get("/audit?deed=listed")
    following = page.all("a", rel="next")[0]["href"]
    rest = await auditor.get(following)
    assert len(page.all("th", scope="row")) == 50
    assert len(rest.all("th", scope="row")) >= 5
    assert len((await auditor.get("/audit?since=2026-03-01&until=2026-03-01&deed=listed")).all("th", scope="row")) == 50
    empty = await auditor.get("/audit?since=2026-03-02&deed=listed")
    sound(empty)
    assert "По этому отбору записей нет" in empty.text


@pytest.mark.parametrize("query", ["deed=x", "since=x", "until=0001-01-01", "request=x", "after=x", "after=W10="])
async def test_what_does_not_fit_is_not_left_out_silently(office: Office, query: str) -> None:
    sound(await (await office.person("RU-MVD", Role.AUDITOR)).get(f"/audit?{query}", 422))


async def test_nothing_asked_for_becomes_part_of_the_page(office: Office) -> None:
    auditor = await office.person("RU-MVD", Role.AUDITOR)
    answer = await auditor.http.get("/audit", params={"who": EVIL})
    assert answer.status_code == 200
    assert "<script>" not in answer.text


async def test_the_trail_is_taken_out_signed_from_the_page(office: Office) -> None:
    auditor = await office.person("RU-MVD", Role.AUDITOR)
    (link,) = [
        one["href"] for one in (await auditor.get("/audit?since=2026-03-01")).all("a") if "export" in one["href"]
    ]
    assert link == "/audit/export?since=2026-03-01"
    answer = await auditor.http.get(link)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"
    assert list(faults(BytesIO(answer.content), office.node.runtime.desk.keys)) == []
    assert answer.content.count(b"\n") > 1
