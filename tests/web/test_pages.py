"""Every page for every role: whole, in its language, escaped, and closed to whom it does not concern."""

from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from jinja2 import UndefinedError
from markupsafe import escape

from exchange.web.house import environment
from exchange.web.pages.sign_in import ROLES
from schemas.vocabulary import DueBucket, Language, Role
from tests.api.house import URGENT
from tests.web.house import Office, Reader

EVIL = """<script>alert(1)</script>"'><img src=x onerror=alert(2)> javascript:alert(3) {{ 7*7 }} {x} %s"""
PAGES = (
    "/",
    "/drafts",
    "/requests",
    "/requests?box=in",
    "/requests?box=out&due=overdue",
    "/duties",
    "/mail",
    "/sign-in",
)
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'"


def sound(page: Reader) -> None:
    """Prove what every page owes: language, one first heading, labels, captions, neither script nor style."""
    (html,) = page.all("html")
    assert html["lang"] in set(Language)
    levels = [int(name[1]) for name, _ in page.elements if name in {"h1", "h2", "h3", "h4"}]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= sooner + 1 for sooner, later in pairwise(levels))
    labelled = {one["for"] for one in page.all("label")}
    for tag in ("input", "select", "textarea"):
        assert all(one.get("type") == "hidden" or one["id"] in labelled for one in page.all(tag))
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(one.get("scope") for one in page.all("th"))
    assert page.all("main", id="main")
    assert page.all("a", href="#main")
    assert not page.all("script")
    assert not page.all("style")
    attributes = {name for _, found in page.elements for name in found}
    assert not {name for name in attributes if name.startswith("on") or name == "style"}
    ids = [found["id"] for _, found in page.elements if "id" in found]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("role", ROLES)
async def test_every_page_opens_for_every_role_in_every_language(office: Office, role: Role) -> None:
    made = await office.node.submitted(urgent=URGENT, handling="official_use")
    await office.node.done(made, "RU-MVD", "ask_information", question="Какой сервер?")
    for authority in ("KZ-MVD", "RU-MVD"):
        person = await office.person(authority, role)
        request = f"/requests/{made['id']}"
        allowed = (await office.node.get(f"/v1{request}", authority, role)).json()["allowed_acts"]
        for path in (*PAGES, request, *(f"{request}/acts/{one['act']}" for one in allowed)):
            for language in Language:
                page = await person.get(path, language=language)
                sound(page)
                assert page.all("html", lang=language)
        page = await person.get(request)
        assert {one["href"].partition("?")[0] for one in page.all("a") if "/acts/" in one["href"]} == {
            f"{request}/acts/{one['act']}" for one in allowed
        }
        assert "Для служебного пользования" in page.text


async def test_acts_that_are_not_allowed_have_no_form(office: Office) -> None:
    made = await office.node.submitted()
    auditor = await office.person("RU-MVD", Role.AUDITOR)
    page = await auditor.get(f"/requests/{made['id']}/acts/refuse", 409)
    sound(page)
    assert not page.all("textarea")
    for act in ("submit", "nothing", "accept%00"):
        await auditor.get(f"/requests/{made['id']}/acts/{act}", 404)


async def test_requests_of_others_are_not_there(office: Office) -> None:
    made = await office.node.submitted()
    stranger, known = await office.person("BY-MVD"), await office.person("RU-MVD")
    for path in ("", "/acts/note"):
        sound(await stranger.get(f"/requests/{made['id']}{path}", 404))
        for nonsense in (str(uuid4()), "1", made["id"].upper(), "%00", "..%2f"):
            assert (await known.http.get(f"/requests/{nonsense}{path}")).status_code == 404
    own = await known.open_form(made["id"], "note")
    token = (await stranger.get("/")).hidden()["token"]
    answer = await stranger.post(f"/requests/{made['id']}/acts/note", {**own, "token": token, "text": "чужое"})
    assert answer.status_code == 404


async def test_a_former_holder_sees_and_does_nothing_more(office: Office) -> None:
    made = await office.node.submitted()
    await office.node.done(made, "RU-MVD", "redirect", to_authority="RU-FSB", reason="подследственность")
    former = await office.person("RU-MVD")
    page = await former.get(f"/requests/{made['id']}")
    assert "Вы передали этот запрос" in page.text
    assert not [one for one in page.all("a") if "/acts/" in one["href"]]
    await former.get(f"/requests/{made['id']}/acts/note", 409)


async def test_p_7_4_who_answers_for_a_body_without_a_node_is_shown_the_request_as_it_is_now(office: Office) -> None:
    """It passed the request on and goes on entering what that body says: it is no former holder."""
    made = await office.node.submitted()
    body = {"name": "Управление связи (образец)", "address": "г. Казань"}
    await office.node.done(made, "RU-MVD", "redirect", to_body=body, reason="подследственность")
    steward = await office.person("RU-MVD", Role.REGISTRAR)
    page = await steward.get(f"/requests/{made['id']}")
    assert "он показан таким, каким был тогда" not in page.text
    assert [one for one in page.all("a") if one["href"].endswith("/acts/receive")]
    assert "RU-BODY-" not in (await steward.get(f"/requests/{made['id']}/acts/receive")).text


async def test_p_7_4_a_redirect_after_its_due_date_is_said_though_acceptance_voided_the_duty(office: Office) -> None:
    made = await office.node.submitted()
    await office.node.done(made, "RU-MVD", "accept")
    office.node.clock.advance(days=3, hours=12)
    made = await office.node.done(made, "RU-MVD", "redirect", to_authority="RU-FSB", reason="подследственность")
    assert made["facts"]["late_redirects"] == ["RU-MVD"]
    for code in ("KZ-MVD", "RU-FSB", "RU-MVD"):
        page = await (await office.person(code)).get(f"/requests/{made['id']}")
        assert "Передано по компетенции позже срока: RU-MVD ст. 7 Протокола" in page.text, code


async def test_p_6_5_an_urgent_request_is_shown_signed_once_its_confirmation_is(office: Office) -> None:
    made = await office.node.submitted(urgent=URGENT, signatory=None)
    for code in ("KZ-MVD", "RU-MVD"):
        assert "ещё не подписан" in (await (await office.person(code)).get(f"/requests/{made['id']}")).text
    signatory = {"name": "Ахметов А. А.", "position": "deputy_head"}
    await office.node.done(made, "KZ-MVD", "confirm", signatory=signatory)
    for code in ("KZ-MVD", "RU-MVD"):
        page = await (await office.person(code)).get(f"/requests/{made['id']}")
        assert "ещё не подписан" not in page.text
        assert "Ахметов А. А., заместитель руководителя в письменном подтверждении:" in page.text


async def test_every_answer_bears_the_policy_and_no_page_may_be_kept(office: Office) -> None:
    person = await office.person()
    icon = (await person.get("/")).all("link", rel="icon")[0]["href"]
    for path in (*PAGES, "/nope", "/requests/x", "/requests?state=x", icon):
        answer = await person.http.get(path)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"
        if path != icon:
            assert answer.headers["content-security-policy"].startswith(POLICY)
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "same-origin"


async def test_unknown_addresses_answer_people_with_a_page_and_programs_with_a_problem(office: Office) -> None:
    person = await office.person()
    sound(await person.get("/nope", 404))
    for path, accept in (("/nope", "application/json"), ("/v1/nope", "text/html")):
        answer = await person.http.get(path, headers={"Accept": accept})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    answer = await person.http.request("DELETE", "/requests")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert (await person.http.head("/requests")).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["state=x", "due=soon", "box=both", "urgent=1", "after=x", "after=W10=", "q=%00", "q=a&q=b", "q=" + "я" * 301],
)
async def test_filters_that_do_not_exist_are_not_left_out_silently(office: Office, query: str) -> None:
    person = await office.person()
    sound(await person.get(f"/requests?{query}", 422))


async def test_lists_filter_search_and_go_on_by_page(office: Office) -> None:
    for number in range(53):
        await office.node.submitted(reference=f"исх-{number}")
    person = await office.person()
    page = await person.get("/requests?box=in")
    following = page.all("a", rel="next")[0]["href"]
    rest = await person.get(following)
    assert [len(one.all("th", scope="row")) for one in (page, rest)] == [50, 3]
    found = await person.get("/requests?box=in&q=исх-7&state=&due=&urgent=")
    assert len(found.all("th", scope="row")) == 1
    assert "Ничего не найдено" in (await person.get("/requests?box=in&state=executed")).text
    assert "Исходящих запросов ещё нет" in (await person.get("/requests?box=out")).text


async def test_each_number_of_the_dashboard_leads_to_as_many_duties(office: Office) -> None:
    made = [await office.node.submitted() for _ in range(3)]
    await office.node.submitted(requested_authority="BY-MVD")
    await office.node.done(made[0], "RU-MVD", "postpone", reason="ход следствия")
    await office.node.done(made[1], "RU-MVD", "accept")
    counted: dict[str, int] = {}
    for days in (0, 3, 21, 10):
        office.node.clock.advance(days=days)
        person = await office.person("KZ-MVD")
        page = await person.get("/")
        links = [one["href"] for one in page.all("a") if one["href"].startswith("/duties")]
        figures = (await office.node.get("/v1/statistics")).json()
        for bucket in DueBucket:
            rows = (await person.get(f"/duties?due={bucket}")).all("th", scope="row")
            assert len(rows) == figures["buckets"][bucket]
            counted[bucket] = counted.get(bucket, 0) + len(rows)
        for count in figures["counts"]:
            href = f"/duties?due={count['bucket']}&authority={count['authority']}&kind={count['kind']}"
            assert href in links
            assert len((await person.get(href)).all("th", scope="row")) == count["number"]
    assert {bucket for bucket, number in counted.items() if number} >= {"overdue", "3d", "7d", "later", "suspended"}


async def test_the_language_is_chosen_by_a_link_and_kept(office: Office) -> None:
    person = await office.person()
    page = await person.get("/requests?box=in&lang=xx")
    (link,) = page.all("a", hreflang="en")
    answer = await person.http.get(f"/requests{link['href']}")
    assert answer.headers["location"] == "/requests?box=in"
    assert "Incoming requests" in (await person.get("/requests?box=in")).text
    (link,) = (await person.get("/requests?box=in")).all("a", hreflang="kk")
    assert (await person.http.get(f"/requests{link['href']}")).status_code == 303
    page = await person.get("/requests?box=in")
    assert "Кіріс өтініштер" in page.text
    assert [one["hreflang"] for one in page.all("a") if "hreflang" in one] == ["ru", "en"]
    assert "Ресей Федерациясының Ішкі істер министрлігі (үлгі)" in (await person.get("/")).text


HOSTILE: dict[str, Any] = {
    **{field: f"{field} {EVIL}" for field in ("reference", "purpose", "grounds", "substance", "other_information")},
    "assistance": [
        {"form": "procedural_act", "text": EVIL, "citation": EVIL},
        {"form": "information", "subject": "persons", "text": EVIL},
    ],
    "execution_term": {"days": 20, "basis": "treaty", "citation": EVIL, "note": EVIL},
    "signatory": {"name": EVIL, "position": "head", "acting_under": EVIL},
    "urgent": {
        **URGENT,
        **dict.fromkeys(("persons", "reason", "channel"), EVIL),
        "agreement": {"kind": "ad_hoc", "citation": EVIL, "date": "2026-02-27"},
    },
}
ACTS: list[tuple[str, str, dict[str, Any]]] = [
    ("RU-MVD", "ask_information", {"question": EVIL}),
    ("KZ-MVD", "provide_information", {"question_number": 1, "answer": EVIL}),
    ("RU-MVD", "ask_information", {"question": EVIL}),
    ("RU-MVD", "report_impediment", {"circumstances": EVIL, "expected_delay": EVIL}),
    ("RU-MVD", "hold", {"reason": EVIL}),
    ("RU-MVD", "offer_conditions", {"conditions": EVIL, "ground": EVIL, "consultation": EVIL}),
    ("KZ-MVD", "accept_conditions", {}),
    ("KZ-MVD", "ask_presence", {"people": [{"name": EVIL, "position": EVIL}], "reason": EVIL}),
    ("RU-MVD", "grant_presence", {"presence_number": 1, "terms": EVIL}),
    ("KZ-MVD", "propose_term", {"days": 25, "citation": EVIL}),
    ("RU-MVD", "agree_term", {"term_number": 1}),
    ("RU-MVD", "propose_costs", {"arrangement": EVIL}),
    ("KZ-MVD", "open_consultation", {"subject": EVIL}),
    ("RU-MVD", "report_results", {"items": [{"number": 2, "outcome": EVIL}], "text": EVIL, "final": False}),
    ("KZ-MVD", "ask_other_use", {"purpose": EVIL}),
    ("RU-MVD", "grant_other_use", {"other_use_number": 1}),
    ("RU-MVD", "refuse", {"items": [1], "reasons": EVIL, "national_law": EVIL,
                          "signatory": {"name": EVIL, "position": "head"}}),
    ("RU-MVD", "postpone", {"reason": EVIL}),
    ("RU-MVD", "resume", {}),
    ("RU-MVD", "redirect", {"to_body": {"name": EVIL, "address": EVIL}, "reason": EVIL}),
]  # fmt: skip


async def test_nothing_typed_anywhere_becomes_part_of_a_page(office: Office) -> None:
    made = await office.node.submitted(**HOSTILE)
    for by, act, fields in ACTS:
        await office.node.done(made, by, act, **fields)
    office.node.clock.advance(days=90)
    seen = 0
    for authority in ("KZ-MVD", "RU-MVD"):
        person = await office.person(authority)
        request = f"/requests/{made['id']}"
        acts = (await office.node.get(f"/v1{request}", authority, Role.HEAD)).json()["allowed_acts"]
        for path in (request, *PAGES, *(f"{request}/acts/{one['act']}" for one in acts)):
            page = await person.get(path)
            sound(page)
            assert not [one for one in page.all("img") if not one["src"].startswith("/static/")]
            assert all(one["href"].startswith(("/", "#", "?")) for one in page.all("a"))
            seen += page.text.count("<script>alert(1)</script>")
    assert seen > 50


async def test_nothing_typed_into_a_form_that_comes_back_becomes_part_of_it(office: Office) -> None:
    made = await office.node.submitted()
    person = await office.person()
    for act in ("report_results", "redirect", "propose_term", "postpone", "report_impediment"):
        own = await person.open_form(made["id"], act)
        page = await person.get(f"/requests/{made['id']}/acts/{act}")
        names = [one["name"] for tag in ("input", "textarea", "select") for one in page.all(tag) if "name" in one]
        typed = {name: EVIL for name in names if name not in own}
        answer = await person.post(f"/requests/{made['id']}/acts/{act}", {**own, **typed, "final": "yes", EVIL: EVIL})
        assert answer.status_code in {303, 422}, act
        if answer.status_code == 422:
            page = Reader(answer.text)
            sound(page)
            assert "<script>alert(1)</script>" in answer.text.replace("&lt;", "<").replace("&gt;", ">")
    answer = await person.http.get(f"/sign-in?next=/{EVIL}&authority={EVIL}")
    assert "<script" not in answer.text


async def test_an_open_question_stands_out_and_leads_to_its_answer(office: Office) -> None:
    made = await office.node.submitted()
    for question in ("Первый вопрос", "Второй вопрос"):
        await office.node.done(made, "RU-MVD", "ask_information", question=question)
    sender, holder = await office.person("KZ-MVD"), await office.person("RU-MVD")
    page = await sender.get(f"/requests/{made['id']}")
    links = [one["href"] for one in page.all("a") if "?number=" in one["href"]]
    assert links == [f"/requests/{made['id']}/acts/provide_information?number={number}" for number in (1, 2)]
    form = await sender.get(links[1])
    assert [one["value"] for one in form.all("option") if "selected" in one] == ["2"]
    assert (await sender.act(made["id"], "provide_information", question_number="2", answer="ответ")).is_redirect
    page = await holder.get(f"/requests/{made['id']}")
    assert "Вопрос № 1" in page.text
    assert "Вопрос № 2" not in page.text
    assert not [one for one in page.all("a") if "?number=" in one["href"]]


def test_templates_escape_everything_and_know_no_missing_name() -> None:
    made = environment()
    assert made.autoescape is True
    assert made.from_string("{{ x }}").render(x=EVIL) == str(escape(EVIL))
    with pytest.raises(UndefinedError):
        made.from_string("{{ nothing }}").render()


async def test_a_body_that_a_redirect_named_is_shown_by_its_name(office: Office) -> None:
    """Its code follows from the request, and says nothing to whoever reads it."""
    made = await office.node.submitted()
    body = {"name": "Управление связи (образец)", "address": "г. Казань"}
    await office.node.done(made, "RU-MVD", "redirect", to_body=body, reason="подследственность")
    office.node.clock.advance(days=33)
    person = await office.person("RU-MVD")
    (duty,) = (await office.node.get("/v1/obligations?kind=execution")).json()["items"]
    for path in ("/requests", "/duties?due=overdue", f"/duties?due=overdue&authority={duty['authority']}", "/"):
        page = await person.get(path)
        assert body["name"] in page.text, path
        assert "RU-BODY-" not in page.text, path
    clocks = await person.get(f"/requests/{made['id']}")
    assert f"Обязан: {body['name']}" in clocks.text


async def test_the_trail_tells_of_a_draft_in_words(office: Office) -> None:
    writer = await office.person("KZ-MVD", Role.OFFICER)
    form = {**(await writer.get("/drafts/new?kind=submit")).hidden(), "purpose": "Раскрытие преступления"}
    saved = await writer.post("/drafts/new", {**form, "do": "save"})
    assert saved.status_code == 303
    await writer.get(saved.headers["location"])
    for language, words in (
        ("ru", "версия черновика: 1"),
        ("en", "version of the draft: 1"),
        ("kk", "қаралама нұсқасы: 1"),
    ):
        page = await (await office.person("KZ-MVD", Role.AUDITOR)).get("/audit", language=language)
        assert words in page.text
