"""What operators do to accounts, and what they may not do alone."""

import re

import httpx
import pytest

from schemas.vocabulary import Role
from tests.web.door import PASSWORD, Door, Owner, deeds, form_of, lives


@pytest.mark.parametrize(
    "change",
    [
        {"change": "disable"},
        {"change": "end_sessions"},
        {"change": "reset"},
        {"change": "role", "role": "registrar", "post": "Регистратор"},
    ],
)
async def test_what_the_operator_does_to_an_account_ends_its_sessions_at_once(
    door: Door, change: dict[str, str]
) -> None:
    boss, petrov = await door.enrolled("boss.bb", Role.OPERATOR), await door.enrolled("petrov.pp", Role.OFFICER)
    own = await form_of(boss.person, "/accounts/petrov.pp")
    answer = await boss.person.post("/accounts/petrov.pp", {**own, **change})
    assert answer.status_code == 200, answer.text[:300]
    assert (await lives(petrov.person)).status_code == 303
    petrov.later()
    signs_in = (await petrov.sign_in()).status_code
    assert signs_in == (403 if change["change"] in {"disable", "reset"} else 303)
    assert ("access_changed", "person:boss.bb", "petrov.pp") in await deeds(door)


async def test_a_reset_gives_a_new_code_and_voids_what_was(door: Door) -> None:
    boss, petrov = await door.enrolled("boss.bb", Role.OPERATOR), await door.enrolled("petrov.pp", Role.OFFICER)
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


async def raised(boss: Owner, path: str, form: dict[str, str]) -> httpx.Response:
    """Send a form of the operator's that would give signing power."""
    return await boss.person.post(path, {**await form_of(boss.person, "/account"), **form})


GIVING: dict[str, tuple[str, dict[str, str]]] = {
    "open": ("/accounts", {"login": "ghost.gg", "name": "Г. Г.", "post": "-", "role": "head", "language": "ru"}),
    "role": ("/accounts/petrov.pp", {"change": "role", "role": "deputy_head", "post": "Заместитель"}),
    "reset": ("/accounts/boss.hh", {"change": "reset"}),
    "token": ("/tokens", {"label": "x", "role": "system", "days": "30"}),
}
PROPOSED: dict[str, dict[str, object]] = {
    "open": {"change": "open", "login": "ghost.gg", "name": "Г. Г.", "post": "-", "role": "head"},
    "role": {"change": "role", "login": "petrov.pp", "role": "deputy_head", "post": "Заместитель"},
    "reset": {"change": "reset", "login": "boss.hh"},
    "token": {"change": "token", "label": "x", "role": "system", "days": 30},
}


async def kept(door: Door) -> tuple[int, int, str | None]:
    """Return how many accounts and tokens there are, and petrov's role."""
    async with door.office.node.runtime.connection() as conn:
        return (
            await conn.fetchval("SELECT count(*) FROM account"),
            await conn.fetchval("SELECT count(*) FROM token"),
            await conn.fetchval("SELECT role FROM account WHERE login = 'petrov.pp'"),
        )


@pytest.mark.parametrize("what", GIVING)
async def test_no_operator_gives_signing_power_alone_article_6(door: Door, what: str) -> None:
    operator, _ = await door.enrolled("boss.bb", Role.OPERATOR), await door.account("petrov.pp", Role.OFFICER)
    head = await door.enrolled("boss.hh", Role.HEAD)
    before, (path, form) = await kept(door), GIVING[what]
    answer = await raised(operator, path, form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/proposals?done=proposed")
    assert await kept(door) == before
    head.later()
    assert (await head.sign_in()).status_code == 303  # nothing of the head's was voided
    own = await form_of(operator.person, "/proposals")
    assert (await operator.person.post("/proposals/1/confirm", own)).status_code == 403
    assert await kept(door) == before


@pytest.mark.parametrize("what", ["open", "role", "token"])
async def test_the_head_confirms_with_password_and_code_and_alone_sees_the_secret(door: Door, what: str) -> None:
    operator, head = await door.enrolled("boss.bb", Role.OPERATOR), await door.enrolled("boss.hh", Role.HEAD)
    await door.account("petrov.pp", Role.OFFICER)
    await raised(operator, *GIVING[what])
    before = await kept(door)
    head.later()
    own = await form_of(head.person, "/proposals")
    wrong = await head.person.post("/proposals/1/confirm", {**own, "password": PASSWORD, "code": "000000"})
    assert (wrong.status_code, await kept(door)) == (403, before)
    proof = {**own, "password": PASSWORD, "code": head.code()}
    done = await head.person.post("/proposals/1/confirm", proof)
    if what == "role":
        assert (done.headers["location"], (await kept(door))[2]) == ("/proposals?done=confirmed", "deputy_head")
    else:
        secret = re.findall(r'<code class="secret[^"]*">([^<]+)</code>', done.text)
        assert (done.status_code, len(secret)) == (200, 1)
        if what == "token":
            answer = await door.office.node.http.get("/v1/requests", headers={"Authorization": f"Bearer {secret[0]}"})
            assert answer.status_code == 200
        else:
            assert (await door.set_up("ghost.gg", secret[0])).status_code == 303
    head.later()
    again = await head.person.post("/proposals/1/confirm", {**proof, "code": head.code()})
    assert again.status_code == 409
    assert ("access_changed", "person:boss.hh", "proposal:1") in await deeds(door)


async def test_a_head_confirms_no_reset_of_the_own_account_and_the_operator_may_take_it_back(door: Door) -> None:
    operator, head = await door.enrolled("boss.bb", Role.OPERATOR), await door.enrolled("boss.hh", Role.HEAD)
    await raised(operator, *GIVING["reset"])
    head.later()
    own = {**await form_of(head.person, "/proposals"), "password": PASSWORD, "code": head.code()}
    assert (await head.person.post("/proposals/1/confirm", own)).status_code == 403
    assert (await raised(operator, "/proposals/1/decline", {})).status_code == 303
    head.later()
    assert (await head.person.post("/proposals/1/confirm", {**own, "code": head.code()})).status_code == 409


async def test_a_head_of_another_authority_confirms_nothing(door: Door) -> None:
    operator = await door.enrolled("boss.bb", Role.OPERATOR)
    other = await door.enrolled("boss.rr", Role.HEAD, "RU-MVD")
    await raised(operator, *GIVING["token"])
    other.later()
    own = {**await form_of(other.person, "/proposals"), "password": PASSWORD, "code": other.code()}
    assert (await other.person.post("/proposals/1/confirm", own)).status_code == 404
    assert (await other.person.post("/proposals/1/decline", own)).status_code == 404


async def test_a_substitute_s_account_is_reset_by_two_while_the_order_stands_article_6(door: Door) -> None:
    operator, head = await door.enrolled("boss.bb", Role.OPERATOR), await door.enrolled("boss.hh", Role.HEAD)
    await door.account("petrov.pp", Role.OFFICER)
    today = door.office.node.clock.now.date()
    order = {
        **await form_of(head.person, "/substitutions"),
        "absent": "boss.hh",
        "substitute": "petrov.pp",
        "order_number": "1",
        "key": "1",
        "order_date": today.isoformat(),
        "since": today.isoformat(),
        "until": today.isoformat(),
    }
    reset = ("/accounts/petrov.pp", {"change": "reset"})
    assert (await raised(operator, *reset)).status_code == 200
    assert (await head.person.post("/substitutions", order)).status_code == 303
    assert (await raised(operator, *reset)).headers["location"] == "/proposals?done=proposed"
    door.office.node.clock.advance(days=2)
    operator.later()
    await operator.sign_in(operator.person)
    assert (await raised(operator, *reset)).status_code == 200


@pytest.mark.parametrize("what", GIVING)
async def test_an_operator_s_program_proposes_and_gives_nothing_by_itself(door: Door, what: str) -> None:
    operator, http = await door.enrolled("boss.bb", Role.OPERATOR), door.office.node.http
    await door.account("petrov.pp", Role.OFFICER)
    await door.account("boss.hh", Role.HEAD)
    page = await raised(operator, "/tokens", {"label": "x", "role": "operator", "days": "30"})
    headers = {"Authorization": "Bearer " + re.findall(r"px_[A-Za-z0-9_-]{40,}", page.text)[0]}
    wanted = PROPOSED[what]
    left_out = "login" if what in {"role", "reset"} else "change"
    direct = {key: value for key, value in wanted.items() if key != left_out}
    path = {"open": "/v1/accounts", "token": "/v1/tokens"}.get(what, f"/v1/accounts/{wanted.get('login')}/changes")
    refused = await http.post(path, json=direct, headers=headers)
    assert (refused.status_code, refused.json()["code"], refused.json()["rule"]) == (403, "head_confirms", "P-6.5")
    made = await http.post("/v1/proposals", json=wanted, headers=headers)
    assert (made.status_code, made.json()["state"]) == (201, "waiting")
    answer = await http.post("/v1/proposals/1/confirm", json={}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "role_may_not")


async def test_a_token_without_the_right_to_sign_or_to_notify_needs_no_head(door: Door) -> None:
    operator = await door.enrolled("boss.bb", Role.OPERATOR)
    form = {"label": "x", "role": "system", "days": "30"}
    for scopes, status in ((["read", "act"], 200), (["read", "sign"], 303), (["notify"], 303)):
        assert (await raised(operator, "/tokens", {**form, "scopes": scopes})).status_code == status  # type: ignore[dict-item]
