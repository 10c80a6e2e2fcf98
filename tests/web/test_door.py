"""The door of people in production: set-up by a one-time code, two factors, and everything hostile at it."""

import asyncio
import re
from dataclasses import replace

import pyotp
import pytest

from exchange.main import create_app
from exchange.service.passwords import Cost, Passwords
from exchange.settings import Settings
from schemas.vocabulary import Language
from tests.web.door import PASSWORD, WRONG, Door, Owner, deeds, lives
from tests.web.house import Reader


async def test_a_set_up_code_leads_to_two_factors_and_a_session(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    assert len(petrov.recovery) == len(set(petrov.recovery)) == 10
    assert (await lives(petrov.person)).status_code == 200
    petrov.later()
    assert (await petrov.sign_in()).status_code == 303
    told = [deed for deed, _, _ in await deeds(door)]
    assert told == ["access_changed", "access_changed", "access_changed", "signed_in"]


@pytest.mark.parametrize("language", Language)
async def test_the_pages_are_in_the_account_s_language_unless_the_browser_holds_a_choice(
    door: Door, language: Language
) -> None:
    petrov = await door.enrolled("petrov.pp", language=language)
    petrov.later()
    new, chosen = door.office.nobody(), door.office.nobody()
    assert (await petrov.sign_in(new)).status_code == 303
    assert (await new.get("/account")).all("html", lang=language)
    petrov.later()
    assert (await chosen.http.get("/sign-in?lang=en")).status_code == 303
    assert (await petrov.sign_in(chosen)).status_code == 303
    assert (await chosen.get("/account")).all("html", lang="en")


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
