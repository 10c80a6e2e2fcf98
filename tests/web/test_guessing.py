"""Guessing at the door and behind it: counted before it is tried, closed for longer and longer."""

import asyncio

import pyotp

from schemas.vocabulary import Role
from tests.web.door import PASSWORD, Door, Owner, deeds, form_of


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


async def held_closed(door: Door, login: str, hours: int) -> None:
    """Let a stranger who knows a login fail again whenever they are let."""
    stranger = Owner(door, login, pyotp.random_base32(), door.office.nobody())
    for _ in range(hours):
        for _ in range(6):
            if (await stranger.sign_in(password="неверная фраза о погоде")).status_code == 429:
                break
        door.office.node.clock.advance(hours=1)
    await stranger.sign_in(password="неверная фраза о погоде")


async def test_who_fails_every_hour_keeps_the_owner_out_of_no_browser_that_they_used_before(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    await held_closed(door, "petrov.pp", 12)
    assert (await petrov.sign_in()).status_code == 429  # a new browser, or the stranger
    for _ in range(2):
        assert (await petrov.sign_in(petrov.person)).status_code == 303
        petrov.later()
    assert (await petrov.sign_in()).status_code == 429  # the owner's success gave the stranger nothing


async def test_guesses_at_a_known_browser_close_that_browser(door: Door) -> None:
    petrov = await door.enrolled("petrov.pp")
    petrov.later()
    wrong = {"password": "неверная фраза о погоде"}
    seen = [(await petrov.sign_in(petrov.person, **wrong)).status_code for _ in range(6)]
    assert seen == [403] * 5 + [429]
    assert (await petrov.sign_in()).status_code == 303  # elsewhere nothing had failed


async def test_a_browser_is_known_for_who_signed_in_there_and_for_nobody_else(door: Door) -> None:
    petrov, sidorov = await door.enrolled("petrov.pp"), await door.enrolled("sidorov.ss")
    await held_closed(door, "petrov.pp", 2)
    assert (await petrov.sign_in(sidorov.person)).status_code == 429
    forged = door.office.nobody()
    forged.http.cookies.set("__Host-device", "A" * 43)
    assert (await petrov.sign_in(forged)).status_code == 429
    sidorov.later()
    assert (await sidorov.sign_in(petrov.person)).status_code == 303  # a shared desk
    petrov.later()
    assert (await petrov.sign_in(petrov.person)).status_code == 303


async def test_a_browser_is_forgotten_with_a_reset_and_after_half_a_year(door: Door) -> None:
    boss = await door.enrolled("boss.bb", Role.OPERATOR)
    await door.enrolled("petrov.pp", Role.OFFICER)
    async with door.office.node.runtime.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM device WHERE account = 'petrov.pp'") == 1
        own = await form_of(boss.person, "/account")
        assert (await boss.person.post("/accounts/petrov.pp", {**own, "change": "reset"})).status_code == 200
        assert await conn.fetchval("SELECT count(*) FROM device WHERE account = 'petrov.pp'") == 0
    door.office.node.clock.advance(days=181)
    await held_closed(door, "boss.bb", 2)
    boss.later()
    assert (await boss.sign_in(boss.person)).status_code == 429


async def test_an_operator_lifts_a_closing(door: Door) -> None:
    boss, petrov = await door.enrolled("boss.bb", Role.OPERATOR), await door.enrolled("petrov.pp")
    await held_closed(door, "petrov.pp", 1)
    assert (await petrov.sign_in()).status_code == 429
    boss.later()
    await boss.sign_in(boss.person)
    page = await boss.person.get("/accounts/petrov.pp")
    assert "Снять запрет входа" in page.text
    answer = await boss.person.post("/accounts/petrov.pp", {**page.hidden(), "change": "unlock"})
    assert (answer.status_code, "Вход закрыт до" in answer.text) == (200, False)
    petrov.later()
    assert (await petrov.sign_in()).status_code == 303


async def test_strangers_keep_nobody_from_setting_an_account_up(door: Door) -> None:
    code = await door.account("petrov.pp")
    for _ in range(7):
        assert (await door.set_up("petrov.pp", "AAAA-AAAA-AAAA-AAAA")).status_code == 403
    await held_closed(door, "petrov.pp", 1)
    assert (await door.set_up("petrov.pp", code)).status_code == 303
