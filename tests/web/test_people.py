"""The pages about people and programs in a sandbox: accounts, substitutions, tokens, and the samples themselves."""

import re
from typing import Any

import pytest

from schemas.vocabulary import Role
from tests.web.house import Office, Person, Reader

ORDER = {
    "absent": "kz-mvd.head",
    "substitute": "kz-mvd.officer",
    "order_number": "12-к",
    "order_date": "2026-02-27",
    "since": "2026-03-01",
    "until": "2026-03-15",
    "scope": "some",
    "acts": ["submit", "confirm"],
}


async def own(person: Person, path: str) -> dict[str, str]:
    """Return what a page's forms bear for themselves."""
    return (await person.get(path)).hidden()


async def listed(office: Office, what: str, role: Role) -> list[dict[str, Any]]:
    """Return a list of KZ-MVD's as the interface gives it."""
    return list((await office.node.get(f"/v1/{what}", role=role)).json()["items"])


async def test_the_samples_are_marked_and_one_click_is_one_of_them(office: Office) -> None:
    person = await office.person("KZ-MVD", Role.DEPUTY_HEAD)
    page = await person.get("/account")
    assert "Образцов Б. Б. (образец)" in page.text
    assert "kz-mvd.deputy-head" in page.text
    assert not page.all("input", type="password")
    operator = await office.person("KZ-MVD", Role.OPERATOR)
    assert len((await operator.get("/accounts")).all("tr")) == 8


async def test_a_sample_signs_in_with_no_password_and_is_not_set_up(office: Office) -> None:
    form = {"login": "kz-mvd.head", "password": "", "code": ""}
    assert (await office.nobody().post("/sign-in/password", form)).status_code == 403
    operator = await office.person("KZ-MVD", Role.OPERATOR)
    sent = {**await own(operator, "/accounts/kz-mvd.head"), "change": "reset"}
    answer = await operator.post("/accounts/kz-mvd.head", sent)
    assert (answer.status_code, "входит без пароля" in answer.text) == (403, True)


async def test_a_disabled_sample_is_let_in_neither_by_click_nor_by_token(office: Office) -> None:
    operator, head = await office.person("KZ-MVD", Role.OPERATOR), await office.person("KZ-MVD")
    assert (await office.node.get("/v1/requests", role=Role.HEAD)).status_code == 200
    sent = {**await own(operator, "/accounts/kz-mvd.head"), "change": "disable"}
    assert (await operator.post("/accounts/kz-mvd.head", sent)).status_code == 200
    assert (await head.http.get("/")).status_code == 303
    assert (await office.node.get("/v1/requests", role=Role.HEAD)).status_code == 401
    click = await office.nobody().post("/sign-in", {"authority": "KZ-MVD", "role": "head"})
    assert (click.status_code, "set-cookie" in click.headers) == (401, False)


async def test_p_6_5_the_head_orders_a_substitution_once_and_revokes_it(office: Office) -> None:
    head, officer = await office.person("KZ-MVD"), await office.person("KZ-MVD", Role.OFFICER)
    form = {**await own(head, "/substitutions"), **ORDER}
    answers = [await head.post("/substitutions", form) for _ in range(2)]
    assert [answer.headers.get("location") for answer in answers] == ["/substitutions"] * 2
    (entered,) = await listed(office, "substitutions", Role.AUDITOR)
    assert (entered["order"], entered["acts"]) == ("Приказ № 12-к от 27.02.2026", ["submit", "confirm"])
    assert "Приказ № 12-к от 27.02.2026" in (await officer.get("/substitutions")).text
    path = f"/substitutions/{entered['id']}/revoke"
    assert (await officer.post(path, await own(officer, "/account"))).status_code == 403
    assert (await head.post(path, await own(head, "/substitutions"))).status_code == 303
    assert (await listed(office, "substitutions", Role.HEAD))[0]["revoked_by"] == "person:kz-mvd.head"


async def test_p_6_5_who_goes_back_and_enters_another_order_has_entered_both(office: Office) -> None:
    head = await office.person("KZ-MVD")
    form = {**await own(head, "/substitutions"), **ORDER}
    for changes in ({}, {"order_number": "13-к", "substitute": "kz-mvd.deputy-head"}):
        assert (await head.post("/substitutions", {**form, **changes})).headers.get("location") == "/substitutions"
    orders = {one["order"] for one in await listed(office, "substitutions", Role.AUDITOR)}
    assert orders == {"Приказ № 12-к от 27.02.2026", "Приказ № 13-к от 27.02.2026"}


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"until": "2026-02-28"}, "until", "Последний день раньше первого"),
        ({"order_date": "2026-03-02"}, "order_date", "не может быть позже"),
        ({"absent": "kz-mvd.officer", "substitute": "kz-mvd.head"}, "absent", "Замещают руководителя"),
        ({"substitute": "ru-mvd.officer"}, "substitute", "нет"),
        ({"acts": "note"}, "acts", "не подписывают"),
        ({"acts": []}, "acts", "Выберите"),
        ({"since": "завтра"}, "since", "Введите день"),
        ({"order_number": " "}, "order_number", "Заполните"),
    ],
)
async def test_p_6_5_an_order_that_is_not_lawful_comes_back_with_what_was_typed(
    office: Office, changes: dict[str, Any], field: str, words: str
) -> None:
    head = await office.person("KZ-MVD")
    answer = await head.post("/substitutions", {**await own(head, "/substitutions"), **ORDER, **changes})
    page = Reader(answer.text)
    assert answer.status_code == 422
    assert page.all("a", href=f"#f-{field}")
    assert words in page.text
    assert await listed(office, "substitutions", Role.HEAD) == []


async def test_a_token_is_shown_once_and_works_until_it_is_revoked(office: Office) -> None:
    operator = await office.person("KZ-MVD", Role.OPERATOR)
    form = {**await own(operator, "/tokens"), "label": "учёт", "role": "system", "scopes": ["read", "act"], "days": "3"}
    answer = await operator.post("/tokens", form)
    token = re.findall(r"sx_[\w-]{43}", answer.text)[0]
    headers = {"Authorization": f"Bearer {token}"}
    assert (await office.node.http.get("/v1/requests", headers=headers)).status_code == 200
    page = await operator.get("/tokens")
    assert token not in page.source
    assert "совершать действия, читать запросы" in page.text
    (kept,) = [one for one in await listed(office, "tokens", Role.OPERATOR) if one["label"] == "учёт"]
    assert (kept["scopes"], kept["used_at"] is not None) == (["act", "read"], True)
    await operator.post(f"/tokens/{kept['number']}/revoke", await own(operator, "/tokens"))
    assert (await office.node.http.get("/v1/requests", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    "changes", [{"days": "много"}, {"days": "0"}, {"label": ""}, {"role": ""}, {"scopes": "audit"}]
)
async def test_a_token_that_is_not_lawful_is_not_given_out(office: Office, changes: dict[str, str]) -> None:
    operator = await office.person("KZ-MVD", Role.OPERATOR)
    form = {**await own(operator, "/tokens"), "label": "учёт", "role": "system", **changes}
    answer = await operator.post("/tokens", form)
    assert answer.status_code == 422
    assert not re.search(r"sx_[\w-]{43}", answer.text)
    assert "учёт" in answer.text or changes in ({"label": ""}, {"role": ""})


async def test_an_account_is_opened_with_what_fits_alone(office: Office) -> None:
    operator = await office.person("KZ-MVD", Role.OPERATOR)
    form = {**await own(operator, "/accounts"), "login": "petrov.pp", "name": "Петров", "post": "а", "role": "officer"}
    for changes in ({"login": "Петров"}, {"login": "pp"}, {"login": "ru-mvd.head"}, {"role": "system"}, {"name": ""}):
        answer = await operator.post("/accounts", {**form, **changes, "language": "ru"})
        assert answer.status_code == 422, changes
    answer = await operator.post("/accounts", {**form, "language": "ru"})
    assert re.search(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){3}", answer.text)
    answer = await operator.post("/accounts", {**form, "language": "ru"})
    assert (answer.status_code, "уже есть" in answer.text) == (422, True)


async def test_the_form_of_a_token_offers_the_rights_of_its_role_alone(office: Office) -> None:
    operator = await office.person("KZ-MVD", Role.OPERATOR)
    assert not (await operator.get("/tokens")).all("input", name="scopes")
    page = await operator.get("/tokens?role=auditor")
    assert {one["value"] for one in page.all("input", name="scopes")} == {"read", "audit"}


async def test_p_6_5_only_who_does_the_authority_s_acts_stands_in(office: Office) -> None:
    head = await office.person("KZ-MVD", Role.HEAD)
    page = await head.get("/substitutions")
    assert "kz-mvd.operator" not in page.source
    order = {**page.hidden(), **ORDER, "substitute": "kz-mvd.operator"}
    answer = await head.post("/substitutions", order)
    assert (answer.status_code, "сотрудник или заместитель" in answer.text) == (422, True)
