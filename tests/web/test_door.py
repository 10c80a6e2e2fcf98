"""The door of people in production: set-up by a one-time code, two factors, and everything hostile at it."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pyotp
import pytest

from exchange.core.access import Actor
from exchange.main import create_app
from exchange.runtime import Mode
from exchange.service import accounts
from exchange.service.passwords import Cost, Passwords
from exchange.settings import Settings
from schemas.people import AccountWanted
from schemas.vocabulary import Role
from tests.conftest import Database
from tests.web.house import Office, Person, Reader, open_office

PASSWORD = "длинная фраза о погоде 7"
OPERATOR = Actor("KZ-MVD", Role.OPERATOR, "command")
WRONG = "Логин, пароль или код не подошёл."


@dataclass
class Door:
    """A production node with cheap passwords, and people with their telephones."""

    office: Office

    async def account(self, login: str, role: Role = Role.HEAD, authority: str = "KZ-MVD") -> str:
        """Open an account and return its set-up code."""
        runtime = self.office.node.runtime
        wanted = AccountWanted(login=login, name="Петров П. П.", post="Начальник", role=role)
        async with runtime.transaction() as conn:
            actor, now = replace(OPERATOR, authority=authority), runtime.clock()
            made = await accounts.open_account(conn, actor, wanted, now, now, sandbox=False)
        assert made.set_up is not None
        return made.set_up.code

    async def set_up(self, login: str, code: str, person: Person | None = None, **changes: str) -> httpx.Response:
        """Send the form of the set-up."""
        form = {"login": login, "code": code, "new_password": PASSWORD, "again": PASSWORD}
        return await (person or self.office.nobody()).post("/set-up", {**form, **changes})

    async def enrolled(self, login: str, role: Role = Role.HEAD, authority: str = "KZ-MVD") -> "Owner":
        """Open an account, set it up, and enrol its second factor."""
        person = self.office.nobody()
        assert (await self.set_up(login, await self.account(login, role, authority), person)).status_code == 303
        page = await person.get("/set-up/second")
        secret = "".join(re.findall(r'<code class="secret">([A-Z2-7 ]+)</code>', page.source)[0].split())
        owner = Owner(self, login, secret, person)
        answer = await person.post("/set-up/second", {**page.hidden(), "code": owner.code()})
        assert answer.status_code == 200, answer.text[:500]
        owner.recovery = re.findall(r'<code class="secret">([A-Z2-7-]{19})</code>', answer.text)
        return owner


@dataclass
class Owner:
    """Somebody with an account, a telephone and recovery codes."""

    door: Door
    login: str
    secret: str
    person: Person
    recovery: list[str] = None  # type: ignore[assignment]

    def code(self, steps: int = 0) -> str:
        """Return what the telephone shows, now or so many steps from now."""
        now = self.door.office.node.clock.now
        return pyotp.TOTP(self.secret).at(now + timedelta(seconds=30 * steps))

    def later(self, steps: int = 2) -> None:
        """Wait until the telephone shows new codes."""
        self.door.office.node.clock.advance(seconds=30 * steps)

    async def sign_in(self, person: Person | None = None, **changes: str) -> httpx.Response:
        """Send the form of signing in, at a browser of one's own if none is given."""
        form = {"login": self.login, "password": PASSWORD, "code": self.code(), "next": "/"}
        return await (person or self.door.office.nobody()).post("/sign-in/password", {**form, **changes})


@pytest.fixture
async def door(database: Database, owner: Any) -> AsyncIterator[Door]:
    """Give a production node over a database of its own."""
    await owner.execute("UPDATE node SET mode = 'production'")
    await owner.execute("DELETE FROM sandbox_clock")
    async with open_office(database.dsn, Mode.PRODUCTION) as office:
        cheap = Passwords(Cost(passes=1, kibibytes=64, lanes=1))
        office.node.runtime = replace(office.node.runtime, passwords=cheap)
        office.node.app = create_app(office.node.runtime, Settings())
        yield Door(office)


async def deeds(door: Door) -> list[tuple[str, str, str]]:
    """Return what the trail tells of people."""
    async with door.office.node.runtime.connection() as conn:
        rows = await conn.fetch("SELECT deed, who, subject FROM audit WHERE deed <> 'read' ORDER BY id")
    return [(row["deed"], row["who"], row["subject"]) for row in rows]


def lives(person: Person) -> Any:
    """Ask for a page that only somebody signed in sees."""
    return person.http.get("/account")


async def test_a_set_up_code_leads_to_two_factors_and_a_session(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    assert len(petrov.recovery) == len(set(petrov.recovery)) == 10
    assert (await lives(petrov.person)).status_code == 200
    petrov.later()
    assert (await petrov.sign_in()).status_code == 303
    told = [deed for deed, _, _ in await deeds(door)]
    assert told == ["access_changed", "access_changed", "access_changed", "signed_in"]


async def test_a_set_up_code_is_good_once(door: Door) -> None:
    code = await door.account("petrov.pp")
    assert (await door.set_up("petrov.pp", code)).status_code == 303
    again = await door.set_up(
        "petrov.pp", code, new_password="другая фраза о погоде 8", again="другая фраза о погоде 8"
    )
    assert (again.status_code, "код настройки не подошёл" in again.text) == (403, True)


async def test_of_two_who_use_a_set_up_code_at_once_one_goes_through(door: Door) -> None:
    code = await door.account("petrov.pp")
    answers = await asyncio.gather(*(door.set_up("petrov.pp", code) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [303, 403, 403, 403]


async def test_a_set_up_code_expires_and_is_of_one_account(door: Door) -> None:
    code, other = await door.account("petrov.pp"), await door.account("sidorov.ss")
    assert (await door.set_up("petrov.pp", other)).status_code == 403
    door.office.node.clock.advance(hours=72)
    assert (await door.set_up("petrov.pp", code)).status_code == 403


async def test_a_session_of_a_set_up_opens_nothing_else(door: Door) -> None:
    person = door.office.nobody()
    await door.set_up("petrov.pp", await door.account("petrov.pp"), person)
    for path in ("/", "/account", "/accounts", "/requests"):
        assert (await person.http.get(path)).status_code == 303
    assert (await person.http.get("/set-up/second")).status_code == 200
    door.office.node.clock.advance(minutes=15)
    assert (await person.http.get("/set-up/second")).status_code == 303


async def test_an_account_without_second_factor_does_not_sign_in(door: Door) -> None:
    await door.set_up("petrov.pp", await door.account("petrov.pp"))
    petrov = Owner(door, "petrov.pp", pyotp.random_base32(), door.office.nobody())
    for code in ("", "000000", petrov.code()):
        assert (await petrov.sign_in(code=code)).status_code == 403


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("короткий", "короче 12"),
        ("petrov.pp и погода", "содержит логин"),
        ("1234567890123", "подбирают первым"),
        ("aaaaaaaaaaaaaaaa", "подбирают первым"),
        ("Password2026!", "подбирают первым"),
        ("я" * 257, "длиннее 256"),
    ],
)
async def test_a_weak_password_is_not_taken_and_costs_the_code_nothing(door: Door, password: str, words: str) -> None:
    code = await door.account("petrov.pp")
    answer = await door.set_up("petrov.pp", code, new_password=password, again=password)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert password not in answer.text
    assert (await door.set_up("petrov.pp", code)).status_code == 303


async def test_every_failure_has_the_same_answer_and_costs_one_hash(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    await door.account("unready.uu")
    petrov.later()
    passwords = door.office.node.runtime.passwords
    pages = []
    failures: tuple[dict[str, str], ...] = (
        {"login": "nobody.nn"},
        {"login": "unready.uu"},
        {"login": "x" * 5000},
        {"login": "п\0етров"},
        {"password": "неверная фраза о погоде"},
        {"password": "x" * 5000},
        {"password": ""},
        {"code": "000000" if petrov.code() != "000000" else "111111"},
        {"code": ""},
        {"code": "٠٠٠٠٠٠"},
        {"code": petrov.recovery[0][:-1]},
    )
    for changes in failures:
        before = passwords.computed
        answer = await petrov.sign_in(None, **changes)
        assert (answer.status_code, passwords.computed - before) == (403, 1), changes
        assert WRONG in answer.text
        pages.append(re.sub(r'value="[^"]*"', "", answer.text))
        async with door.office.node.runtime.transaction() as conn:
            await conn.execute("DELETE FROM attempt")
    assert len(set(pages)) == 1
    before = passwords.computed
    assert (await petrov.sign_in()).status_code == 303
    assert passwords.computed - before == 1


async def test_a_code_is_accepted_once_and_an_older_one_never(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    used = petrov.code()
    assert (await petrov.sign_in(code=used)).status_code == 403  # it confirmed the second factor
    petrov.later()
    present, former, following = petrov.code(), petrov.code(-1), petrov.code(1)
    assert (await petrov.sign_in(code=present)).status_code == 303
    assert (await petrov.sign_in(code=present)).status_code == 403
    assert (await petrov.sign_in(code=former)).status_code == 403
    assert (await petrov.sign_in(code=following)).status_code == 303


@pytest.mark.parametrize(("steps", "status"), [(-2, 403), (-1, 303), (0, 303), (1, 303), (2, 403)])
async def test_a_code_is_taken_one_step_early_or_late(door: Door, steps: int, status: int) -> None:
    petrov = await door.enrolled("petrov.pp")
    petrov.later(10)
    assert (await petrov.sign_in(code=petrov.code(steps))).status_code == status


async def test_of_many_who_sign_in_at_once_with_one_code_one_goes_through(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    petrov.later()
    answers = await asyncio.gather(*(petrov.sign_in() for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [303, 403, 403, 403]


async def test_a_recovery_code_stands_in_once_however_it_is_typed(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    first, second = petrov.recovery[:2]
    assert (await petrov.sign_in(code=first.lower().replace("-", " "))).status_code == 303
    assert (await petrov.sign_in(code=first)).status_code == 403
    answers = await asyncio.gather(*(petrov.sign_in(code=second) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [303, 403, 403]
    page = await petrov.person.get("/account")
    assert "Резервных кодов осталось: 8" in page.text


async def test_brute_force_closes_the_account_for_longer_and_longer(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    petrov.later()
    for _ in range(5):
        assert (await petrov.sign_in(password="неверная фраза о погоде")).status_code == 403
    passwords = door.office.node.runtime.passwords
    before = passwords.computed
    closed = await petrov.sign_in()
    assert (closed.status_code, closed.headers["retry-after"]) == (429, "60")
    assert passwords.computed == before
    petrov.later()
    assert (await petrov.sign_in(password="неверная фраза о погоде")).status_code == 403
    assert (await petrov.sign_in()).headers["retry-after"] == "120"
    petrov.later(4)
    assert (await petrov.sign_in()).status_code == 303
    petrov.later()
    assert (await petrov.sign_in(password="неверная фраза о погоде")).status_code == 403
    assert (await petrov.sign_in()).status_code == 303


async def test_guessers_at_once_have_no_more_tries_than_one_after_another(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    petrov.later()
    answers = await asyncio.gather(*(petrov.sign_in(code=f"{guess:06}") for guess in range(20)))
    tried = sum(answer.status_code == 403 for answer in answers)
    assert tried == 5
    assert all(answer.status_code in {403, 429} for answer in answers)


async def test_an_address_that_fails_for_many_accounts_is_closed_too(door: Door) -> None:
    petrov = Owner(door, "x", pyotp.random_base32(), door.office.nobody())
    seen = [(await petrov.sign_in(login=f"nobody.{number}")).status_code for number in range(31)]
    assert seen == [403] * 30 + [429]
    door.office.node.clock.advance(seconds=11)
    assert (await petrov.sign_in(login="nobody.99")).status_code == 403


async def test_the_operator_sees_the_failures_and_what_was_typed_stands_nowhere(door: Door) -> None:
    boss = await door.enrolled("boss.bb", Role.OPERATOR)
    petrov = await door.enrolled("petrov.pp")
    for _ in range(5):
        await petrov.sign_in(password="тайна-в-чужом-поле")
    await petrov.sign_in(login="тайна-в-чужом-поле")
    page = await boss.person.get("/accounts/petrov.pp")
    assert "Вход закрыт до" in page.text
    async with door.office.node.runtime.connection() as conn:
        kept = [await conn.fetchval(f"SELECT json_agg(t)::text FROM {table} t") for table in ("audit", "attempt")]  # noqa: S608
    assert all("тайна" not in each for each in kept)
    failed = [one for one in await deeds(door) if one[0] == "sign_in_failed"]
    assert failed == [("sign_in_failed", "person:petrov.pp", "petrov.pp")] * 5 + [("sign_in_failed", "", "")]


async def test_the_secret_is_new_at_sign_in_and_the_former_session_ends(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    fixed = petrov.person.http.cookies["__Host-session"]
    petrov.later()
    assert (await petrov.sign_in(petrov.person)).status_code == 303
    assert petrov.person.http.cookies["__Host-session"] != fixed
    stale = await door.office.nobody().http.get("/account", headers={"Cookie": f"__Host-session={fixed}"})
    assert stale.status_code == 303


async def test_a_cookie_that_somebody_planted_never_becomes_a_session(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    petrov.later()
    victim, planted = door.office.nobody(), "A" * 43
    victim.http.cookies.set("__Host-session", planted)
    answer = await petrov.sign_in(victim)
    assert answer.status_code == 303
    assert planted not in answer.headers["set-cookie"]
    thief = await door.office.nobody().http.get("/account", headers={"Cookie": f"__Host-session={planted}"})
    assert thief.status_code == 303


async def test_a_session_ends_after_half_an_hour_of_nothing_and_after_twelve_hours(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    for _ in range(25):
        door.office.node.clock.advance(minutes=28)
        assert (await lives(petrov.person)).status_code == 200
    door.office.node.clock.advance(minutes=28)
    assert (await lives(petrov.person)).status_code == 303  # twelve hours and some minutes
    petrov.later()
    await petrov.sign_in(petrov.person)
    door.office.node.clock.advance(minutes=30)
    assert (await lives(petrov.person)).status_code == 303


async def form_of(person: Person, path: str) -> dict[str, str]:
    """Return the token that a page's forms bear."""
    return {"token": (await person.get(path)).hidden()["token"]}


@pytest.mark.parametrize(
    "change",
    [
        {"change": "disable"},
        {"change": "end_sessions"},
        {"change": "reset"},
        {"change": "role", "role": "officer", "post": "Эксперт"},
    ],
)
async def test_what_the_operator_does_to_an_account_ends_its_sessions_at_once(
    door: Door, change: dict[str, str]
) -> None:
    boss, petrov = await door.enrolled("boss.bb", Role.OPERATOR), await door.enrolled("petrov.pp")
    own = await form_of(boss.person, "/accounts/petrov.pp")
    answer = await boss.person.post("/accounts/petrov.pp", {**own, **change})
    assert answer.status_code == 200, answer.text[:300]
    assert (await lives(petrov.person)).status_code == 303
    petrov.later()
    signs_in = (await petrov.sign_in()).status_code
    assert signs_in == (403 if change["change"] in {"disable", "reset"} else 303)
    assert ("access_changed", "person:boss.bb", "petrov.pp") in await deeds(door)


async def test_a_reset_gives_a_new_code_and_voids_what_was(door: Door) -> None:
    boss, petrov = await door.enrolled("boss.bb", Role.OPERATOR), await door.enrolled("petrov.pp")
    own = await form_of(boss.person, "/accounts/petrov.pp")
    answer = await boss.person.post("/accounts/petrov.pp", {**own, "change": "reset"})
    code = re.findall(r'<code class="secret large">([A-Z2-7-]{19})</code>', answer.text)[0]
    petrov.later()
    assert (await petrov.sign_in(code=petrov.recovery[0])).status_code == 403
    assert (await door.set_up("petrov.pp", code)).status_code == 303
    assert code not in (await boss.person.get("/accounts/petrov.pp")).source


async def test_an_operator_changes_nothing_of_the_own_account_and_none_of_another_authority(door: Door) -> None:
    boss = await door.enrolled("boss.bb", Role.OPERATOR)
    await door.enrolled("ivanov.ii", authority="RU-MVD")
    own = await form_of(boss.person, "/account")
    raised = {**own, "change": "role", "role": "head", "post": "Начальник"}
    assert (await boss.person.post("/accounts/boss.bb", raised)).status_code == 403
    for change in ("disable", "reset", "end_sessions"):
        assert (await boss.person.post("/accounts/boss.bb", {**own, "change": change})).status_code == 403
    assert (await boss.person.post("/accounts/ivanov.ii", raised)).status_code == 404
    assert (await boss.person.http.get("/accounts/ivanov.ii")).status_code == 404
    assert (await boss.person.http.get("/accounts/%00")).status_code == 404


async def test_who_changes_the_password_proves_again_and_ends_every_other_session(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    petrov.later()
    other = door.office.nobody()
    await petrov.sign_in(other)
    own, fresh = await form_of(petrov.person, "/account"), "совсем другая фраза 9"
    form = {**own, "new_password": fresh, "again": fresh}
    wrong = {**form, "password": "неверная фраза о погоде", "code": petrov.code(1)}
    assert (await petrov.person.post("/account/password", wrong)).status_code == 403
    used = {**form, "password": PASSWORD, "code": petrov.code()}
    assert (await petrov.person.post("/account/password", used)).status_code == 403
    right = {**form, "password": PASSWORD, "code": petrov.code(1)}
    assert (await petrov.person.post("/account/password", right)).headers["location"] == "/account?done=password"
    assert (await lives(petrov.person)).status_code == 200
    assert (await lives(other)).status_code == 303
    petrov.later()
    assert (await petrov.sign_in()).status_code == 403
    assert (await petrov.sign_in(password=fresh)).status_code == 303


async def test_proving_again_is_counted_and_closed_like_signing_in(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    petrov.later()
    own = await form_of(petrov.person, "/account")
    guess = {**own, "password": "неверная фраза о погоде", "code": petrov.code()}
    seen = [(await petrov.person.post("/account/second", guess)).status_code for _ in range(6)]
    assert seen == [403] * 5 + [429]


async def test_strangers_who_fail_at_the_door_keep_nobody_signed_in_from_proving_again(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    petrov.later()
    own = await form_of(petrov.person, "/account")
    seen = [(await petrov.sign_in(password="неверная фраза о погоде")).status_code for _ in range(6)]
    assert seen == [403] * 5 + [429]
    right = {**own, "password": PASSWORD, "code": petrov.code()}
    assert (await petrov.person.post("/account/second", right)).headers["location"] == "/set-up/second"


async def test_who_signs_in_anew_may_prove_again_at_once(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    petrov.later()
    own = await form_of(petrov.person, "/account")
    guess = {**own, "password": "неверная фраза о погоде", "code": petrov.code()}
    assert [(await petrov.person.post("/account/second", guess)).status_code for _ in range(6)][-1] == 429
    anew = door.office.nobody()
    assert (await petrov.sign_in(anew)).status_code == 303
    petrov.later()
    right = {**await form_of(anew, "/account"), "password": PASSWORD, "code": petrov.code()}
    assert (await anew.post("/account/second", right)).headers["location"] == "/set-up/second"


async def test_an_operator_changes_nothing_of_the_own_account_by_a_program_either(door: Door) -> None:
    boss, http = await door.enrolled("boss.bb", Role.OPERATOR), door.office.node.http
    made = {**await form_of(boss.person, "/tokens"), "label": "x", "role": "operator", "days": "30"}
    rights = {"scopes": ["administer", "read"]}
    page = await boss.person.post("/tokens", {**made, **rights})
    token = re.findall(r"px_[A-Za-z0-9_-]{40,}", page.text)[0]
    headers = {"Authorization": f"Bearer {token}"}
    wanted = {"label": "y", "role": "operator", "scopes": ["administer"], "days": 1}
    second = (await http.post("/v1/tokens", json=wanted, headers=headers)).json()["token"]
    for each in (token, second):
        raised = {"change": "role", "role": "head", "post": "Начальник"}
        headers = {"Authorization": f"Bearer {each}"}
        answer = await http.post("/v1/accounts/boss.bb/changes", json=raised, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "own_account")
    assert (await lives(boss.person)).status_code == 200


async def test_another_second_factor_replaces_the_first(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    petrov.later()
    own = await form_of(petrov.person, "/account")
    answer = await petrov.person.post("/account/second", {**own, "password": PASSWORD, "code": petrov.code()})
    assert answer.headers["location"] == "/set-up/second"
    assert (await lives(petrov.person)).status_code == 303
    page = await petrov.person.get("/set-up/second")
    secret = "".join(re.findall(r'<code class="secret">([A-Z2-7 ]+)</code>', page.source)[0].split())
    assert secret != petrov.secret
    former, petrov.secret = petrov.secret, secret
    answer = await petrov.person.post("/set-up/second", {**page.hidden(), "code": petrov.code()})
    assert answer.status_code == 200
    assert petrov.recovery[0] not in answer.text
    petrov.later()
    assert (await petrov.sign_in(code=petrov.recovery[0])).status_code == 403
    assert (await petrov.sign_in(code=pyotp.TOTP(former).at(door.office.node.clock.now))).status_code == 403
    assert (await petrov.sign_in()).status_code == 303


async def test_one_sees_and_ends_one_s_own_sessions_and_nobody_else_s(door: Door) -> None:
    petrov, sidorov = await door.enrolled("petrov.pp"), await door.enrolled("sidorov.ss")
    petrov.later()
    other = door.office.nobody()
    await petrov.sign_in(other)
    page = await petrov.person.get("/account")
    numbers = [one["value"] for one in page.all("button", name="end")]
    assert len(numbers) == 3  # two sessions, and all of them
    own = await form_of(sidorov.person, "/account")
    for number in (numbers[0], "0", "x", "9" * 30):
        assert (await sidorov.person.post("/account/sessions", {**own, "end": number})).status_code == 404
    assert (await lives(other)).status_code == 200
    own = await form_of(petrov.person, "/account")
    await petrov.person.post("/account/sessions", {**own, "end": "all"})
    assert (await lives(other)).status_code == (await lives(petrov.person)).status_code == 303


async def test_in_production_nobody_signs_in_by_a_click(door: Door) -> None:
    person = door.office.nobody()
    answer = await person.post("/sign-in", {"authority": "KZ-MVD", "role": "head"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (404, False)
    page = Reader((await person.http.get("/sign-in")).text)
    assert {one["name"] for one in page.all("input")} == {"next", "login", "password", "code"}


@pytest.mark.parametrize("path", ["/sign-in/password", "/set-up", "/set-up/second"])
async def test_a_form_of_another_site_is_refused_at_the_door(door: Door, path: str) -> None:
    answer = await door.office.nobody().http.post(
        path, data={"login": "petrov.pp"}, headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    )
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


async def test_hashes_are_made_anew_when_they_cost_more_and_sign_in_costs_two_at_most(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    petrov.later()
    runtime = door.office.node.runtime
    dearer = Passwords(Cost(passes=2, kibibytes=128, lanes=1))
    door.office.node.app = create_app(replace(runtime, passwords=dearer), Settings())
    assert (await petrov.sign_in()).status_code == 303
    assert dearer.computed == 2
    async with runtime.connection() as conn:
        kept = await conn.fetchval("SELECT password FROM account WHERE login = 'petrov.pp'")
    assert kept.startswith("$argon2id$v=19$m=128,t=2,p=1$")
    petrov.later()
    assert (await petrov.sign_in()).status_code == 303
    assert dearer.computed == 3


async def test_the_same_letters_from_another_keyboard_are_the_same_password(door: Door) -> None:
    code, person = await door.account("petrov.pp"), door.office.nobody()
    composed, decomposed = "чёрный йогурт и погода", "че\u0308рный и\u0306огурт и погода"
    await door.set_up("petrov.pp", code, person, new_password=composed, again=composed)
    page = await person.get("/set-up/second")
    secret = "".join(re.findall(r'<code class="secret">([A-Z2-7 ]+)</code>', page.source)[0].split())
    petrov = Owner(door, "petrov.pp", secret, person)
    await person.post("/set-up/second", {**page.hidden(), "code": petrov.code()})
    petrov.later()
    assert (await petrov.sign_in(password=decomposed)).status_code == 303


async def test_no_secret_is_stored_as_it_is(door: Door) -> None:
    code = await door.account("sidorov.ss")
    petrov = await door.enrolled("petrov.pp")
    async with door.office.node.runtime.connection() as conn:
        tables = ("account", "recovery_code", "session", "audit")
        kept = "".join([await conn.fetchval(f"SELECT json_agg(t)::text FROM {table} t") for table in tables])  # noqa: S608
    raw = bytes.fromhex("".join(re.findall(r"\\\\x([0-9a-f]+)", kept)))
    for secret in (code, petrov.secret, PASSWORD, *petrov.recovery, petrov.person.http.cookies["__Host-session"]):
        assert secret not in kept
        assert secret.encode() not in raw


async def test_guesses_at_once_of_somebody_signed_in_are_all_counted_though_no_connection_is_left(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    petrov.later()
    own = await form_of(petrov.person, "/account")
    guess = {**own, "password": PASSWORD, "code": "000000"}
    answers = await asyncio.gather(*(petrov.person.post("/account/second", guess) for _ in range(60)))
    seen = [answer.status_code for answer in answers]
    async with door.office.node.runtime.connection() as conn:
        counted = await conn.fetchval("SELECT failures FROM attempt WHERE kind = 'again' AND subject = 'petrov.pp'")
    assert counted == seen.count(403)
    assert seen.count(403) <= 15, seen
    assert set(seen) <= {403, 429, 503}
