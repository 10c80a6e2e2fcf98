"""Sessions in production: secrets, ends, and what only who proves again may change."""

import re

import pyotp

from tests.web.door import PASSWORD, Door, form_of, lives


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
