"""Who may send which form: signed in, from our own page, made for this session, and of the version that was seen."""

import asyncpg
import httpx
import pytest

from exchange.runtime import Mode
from exchange.service import sessions
from exchange.web.guard import way_back
from schemas.vocabulary import Role
from tests.conftest import Database
from tests.web.house import OWN, Office, Person, Reader, open_office


async def acts_of(office: Office, request: str) -> list[str]:
    answer = await office.node.get(f"/v1/requests/{request}/record")
    return [entry["act"] for entry in answer.json()["items"]]


async def test_pages_lead_to_the_sign_in_and_back(office: Office) -> None:
    nobody = office.nobody()
    answer = await nobody.http.get("/requests?box=in&q=%D1%8F")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Frequests%3Fbox%3Din%26q%3D%25D1%258F"
    page = await nobody.get(answer.headers["location"])
    assert {one["value"] for one in page.all("input", name="next")} == {"/requests?box=in&q=%D1%8F"}


async def test_the_cookie_is_for_this_host_alone_and_new_at_every_sign_in(office: Office) -> None:
    person = office.nobody()
    form = {"authority": "KZ-MVD", "role": "head"}
    first, second = [await person.post("/sign-in", form) for _ in range(2)]
    cookies = [answer.headers["set-cookie"] for answer in (first, second)]
    for cookie in cookies:
        name, _, rest = cookie.partition("=")
        assert name == "__Host-session"
        assert {"httponly", "secure", "path=/", "samesite=lax"} <= {part.strip().lower() for part in rest.split(";")}
        assert "domain" not in rest.lower()
    former = cookies[0].split(";")[0]
    assert former != cookies[1].split(";")[0]
    answer = await office.nobody().http.get("/", headers={"Cookie": former})
    assert answer.status_code == 303


async def test_only_the_digest_of_a_session_is_stored(office: Office) -> None:
    person = await office.person()
    secret = person.http.cookies["__Host-session"]
    async with office.node.runtime.connection() as conn:
        rows = await conn.fetch("SELECT digest, authority, role FROM session")
    assert [row["digest"] for row in rows] == [sessions.digest(secret)]
    assert secret.encode() not in bytes(rows[0]["digest"])


async def test_a_session_ends_with_sign_out_and_with_its_day(office: Office) -> None:
    person, other = await office.person(), await office.person("KZ-MVD")
    secret = person.http.cookies["__Host-session"]
    token = (await person.get("/")).hidden()["token"]
    assert (await person.post("/sign-out", {"token": token})).headers["location"] == "/sign-in"
    answer = await office.nobody().http.get("/", headers={"Cookie": f"__Host-session={secret}"})
    assert answer.status_code == 303
    await other.get("/")
    office.node.clock.advance(hours=12, seconds=1)
    assert (await other.http.get("/")).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://other.node", "Sec-Fetch-Site": "same-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "none"},
        {},
    ],
    ids=str,
)
async def test_a_form_of_another_site_does_nothing(office: Office, headers: dict[str, str]) -> None:
    request = (await office.node.submitted())["id"]
    person = await office.person()
    own = await person.open_form(request, "note")
    address = f"/requests/{request}/acts/note"
    answer = await person.http.post(address, data={**own, "text": "подделка"}, headers=headers)
    assert answer.status_code == 403
    assert "подделка" not in answer.text
    sign_in = await office.nobody().http.post("/sign-in", data={"authority": "KZ-MVD", "role": "head"}, headers=headers)
    assert sign_in.status_code == 403
    assert "set-cookie" not in sign_in.headers
    assert "note" not in await acts_of(office, request)


@pytest.mark.parametrize("token", ["", "0" * 64, "я", None, "foreign"])
async def test_a_form_without_this_session_s_token_does_nothing(office: Office, token: str | None) -> None:
    request = (await office.node.submitted())["id"]
    person, other = await office.person(), await office.person(role=Role.DEPUTY_HEAD)
    own = await person.open_form(request, "note")
    foreign = (await other.open_form(request, "note"))["token"]
    del own["token"]
    given = {} if token is None else {"token": foreign if token == "foreign" else token}
    answer = await person.post(f"/requests/{request}/acts/note", {**own, **given, "text": "набрано зря"})
    assert answer.status_code == 403
    assert "набрано зря" in Reader(answer.text).text
    assert "note" not in await acts_of(office, request)


async def test_a_session_that_ended_meanwhile_loses_nothing_typed(office: Office) -> None:
    request = (await office.node.submitted())["id"]
    person = await office.person()
    own = await person.open_form(request, "note")
    office.node.clock.advance(hours=13)
    answer = await person.post(f"/requests/{request}/acts/note", {**own, "text": "долго набирал"})
    assert answer.status_code == 401
    assert "долго набирал" in Reader(answer.text).text


FORMS = [
    ("/substitutions", {"order_number": "долго набирал 7", "since": "2026-03-02"}),
    ("/accounts", {"login": "new.officer", "name": "Долго Набирал"}),
    ("/tokens", {"label": "долго набирал", "days": "30"}),
    ("/registry/new/change", {"name.ru": "Долго набирал", "reference": "№ 5"}),
]


@pytest.mark.parametrize(("path", "typed"), FORMS)
async def test_a_session_that_ended_meanwhile_loses_nothing_typed_into_other_forms(
    office: Office, path: str, typed: dict[str, str]
) -> None:
    person = await office.person()
    forged = await person.post(path, {**typed, "token": "другого сеанса", "password": "не для показа"})
    office.node.clock.advance(hours=13)
    ended = await person.post(path, {**typed, "password": "не для показа"})
    assert (forged.status_code, ended.status_code) == (403, 401)
    for text in (Reader(forged.text).text, Reader(ended.text).text):
        assert [words for words in typed.values() if words not in text] == []
        assert "не для показа" not in text
    foreign = await person.http.post(path, data=typed, headers={"Sec-Fetch-Site": "cross-site"})
    assert not [words for words in typed.values() if words in Reader(foreign.text).text]


BROKEN = """
CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$;
CREATE TRIGGER broken BEFORE INSERT ON record FOR EACH ROW EXECUTE FUNCTION broken();
"""


async def test_what_the_node_itself_gets_wrong_loses_nothing_typed(office: Office, owner: asyncpg.Connection) -> None:
    request = (await office.node.submitted())["id"]
    person = await office.person()
    own = await person.open_form(request, "note")
    await owner.execute(BROKEN)
    answer = await person.post(f"/requests/{request}/acts/note", {**own, "text": "долго набирал"})
    assert answer.status_code == 500
    text = Reader(answer.text).text
    assert "Ошибка узла" in text
    assert "долго набирал" in text
    assert "broken" not in text


async def test_a_stale_form_shows_what_changed_and_what_was_typed(office: Office) -> None:
    made = await office.node.submitted()
    person = await office.person()
    address = f"/requests/{made['id']}/acts/report_impediment"
    own = await person.open_form(made["id"], "report_impediment")
    await office.node.done(made, "KZ-MVD", "note", text="появилось между делом")
    answer = await person.post(address, {**own, "circumstances": "набранное", "expected_delay": "неделя"})
    page = Reader(answer.text)
    assert answer.status_code == 412
    assert "Запрос изменился" in page.text
    assert "появилось между делом" in page.text
    assert "набранное" in page.text
    assert page.all("input", name="expected_delay")[0]["value"] == "неделя"
    assert page.all("section", role="alert", tabindex="-1")
    again = {**page.hidden(), "circumstances": "набранное", "expected_delay": "неделя"}
    assert (await person.post(address, again)).status_code == 303
    assert (await acts_of(office, made["id"]))[-1] == "report_impediment"


@pytest.mark.parametrize("seen", ["", "0" * 64, "x"])
async def test_a_form_without_its_version_is_stale(office: Office, seen: str) -> None:
    request = (await office.node.submitted())["id"]
    person = await office.person()
    own = await person.open_form(request, "note")
    answer = await person.post(f"/requests/{request}/acts/note", {**own, "seen": seen, "text": "т"})
    assert answer.status_code == 412


async def test_a_form_for_what_is_no_longer_possible_keeps_what_was_typed(office: Office) -> None:
    made = await office.node.submitted()
    person = await office.person()
    own = await person.open_form(made["id"], "postpone")
    await office.node.done(made, "KZ-MVD", "withdraw", reason="не нужно")
    answer = await person.post(f"/requests/{made['id']}/acts/postpone", {**own, "reason": "набранная причина"})
    assert answer.status_code == 412
    assert "набранная причина" in Reader(answer.text).text
    assert not Reader(answer.text).all("textarea")


@pytest.mark.parametrize("key", ["", "\0", "\uffff" * 3000, "'; --"])
async def test_whatever_key_a_form_bears_it_has_one_effect(office: Office, key: str) -> None:
    request = (await office.node.submitted())["id"]
    person = await office.person()
    own = {**await person.open_form(request, "note"), "key": key, "text": "а"}
    answers = [await person.post(f"/requests/{request}/acts/note", own) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert (await acts_of(office, request)).count("note") == 1
    begun = [
        await person.post("/drafts/new", {**own, "purpose": "а", "kind": "submit", "do": "save"}) for _ in range(2)
    ]
    assert len({answer.headers["location"] for answer in begun}) == 1


async def test_two_clicks_have_one_effect(office: Office) -> None:
    import asyncio

    request = (await office.node.submitted())["id"]
    person = await office.person()
    own = await person.open_form(request, "note")
    sent = [person.post(f"/requests/{request}/acts/note", {**own, "text": "один раз"}) for _ in range(3)]
    answers = await asyncio.gather(*sent)
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {
        (303, f"/requests/{request}?done=3")
    }
    assert (await acts_of(office, request)).count("note") == 1
    page = await person.get(f"/requests/{request}?done=3")
    assert page.all("p", role="status")


async def test_a_changed_form_under_a_used_key_is_not_taken_for_the_first(office: Office) -> None:
    request = (await office.node.submitted())["id"]
    person = await office.person()
    own = await person.open_form(request, "note")
    address = f"/requests/{request}/acts/note"
    assert (await person.post(address, {**own, "text": "первое"})).status_code == 303
    answer = await person.post(address, {**own, "text": "второе"})
    assert answer.status_code == 409
    assert "второе" in Reader(answer.text).text
    assert (await acts_of(office, request)).count("note") == 1


async def test_no_link_can_claim_an_act_that_is_not_one_s_own(office: Office) -> None:
    request = (await office.node.submitted())["id"]
    person = await office.person("RU-MVD")
    for seq in ("1", "99", "0"):
        assert not (await person.get(f"/requests/{request}?done={seq}")).all("p", role="status")


@pytest.mark.parametrize(
    ("asked", "gone"),
    [
        ("/requests?box=in", "/requests?box=in"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("", "/"),
    ],
)
def test_the_way_back_stays_on_the_node(asked: str, gone: str) -> None:
    assert way_back(asked) == gone


async def test_nobody_signs_in_as_a_system_or_for_an_unknown_authority(office: Office) -> None:
    for form in ({"authority": "KZ-MVD", "role": "system"}, {"authority": "XX\0", "role": "head"}, {"role": ""}):
        answer = await office.nobody().post("/sign-in", form)
        assert answer.status_code == 422
        assert "set-cookie" not in answer.headers


async def test_in_production_people_prove_themselves_and_see_no_caught_mail(database: Database) -> None:
    async with open_office(database.dsn, Mode.PRODUCTION) as office:
        nobody = office.nobody()
        assert {one["name"] for one in (await nobody.get("/sign-in")).all("input", type="password")} == {"password"}
        answer = await nobody.post("/sign-in", {"authority": "KZ-MVD", "role": "head"})
        assert (answer.status_code, "set-cookie" in answer.headers) == (404, False)
        assert (await nobody.http.get("/mail")).status_code == 404


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"token=%FF%FE", "application/x-www-form-urlencoded", 400),
        ("token=я".encode(), "application/x-www-form-urlencoded", 400),
        (b"a=1&" * 3000, "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"", "multipart/form-data; boundary=x", 400),
        (b"a=" + b"x" * (2 * 1024 * 1024), "application/x-www-form-urlencoded", 413),
    ],
    ids=["not text", "not ascii", "too many", "json", "multipart", "too large"],
)
async def test_what_is_no_form_is_refused(office: Office, content: bytes, kind: str, status: int) -> None:
    person: Person = await office.person()
    request = (await office.node.submitted())["id"]
    answer: httpx.Response = await person.http.post(
        f"/requests/{request}/acts/note", content=content, headers={**OWN, "Content-Type": kind}
    )
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
