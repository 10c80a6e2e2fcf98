"""The page of the signature in production: nothing is signed without password and code, and a wrong one is counted."""

import re
from typing import Any

import httpx
import pytest

from schemas.vocabulary import Role
from tests.api.house import SUBMISSION
from tests.web.door import PASSWORD, Door, Owner, deeds, form_of
from tests.web.test_drafts import draft


async def waiting(door: Door) -> tuple[Owner, str]:
    """Let an officer send a draft for signature; return the head, whose telephone shows a new code, and its address."""
    officer, head = await door.enrolled("officer.oo", Role.OFFICER), await door.enrolled("boss.hh", Role.HEAD)
    way = await draft(officer.person, do="send")
    head.later()
    return head, way


async def shown(head: Owner, way: str) -> dict[str, Any]:
    """Return the form of the page that shows what is signed: it asks for password and code."""
    page = await head.person.get(f"{way}/sign")
    assert page.all("input", name="password", type="password")
    (own,) = [one for one in page.forms() if "digest" in one]
    return {**own, "do": "sign"}


async def submitted(door: Door) -> int:
    """Count the requests of the node."""
    async with door.office.node.runtime.connection() as conn:
        return int(await conn.fetchval("SELECT count(*) FROM request"))


async def test_p_6_5_password_and_code_sign_in_production(door: Door) -> None:
    head, way = await waiting(door)
    own = await shown(head, way)
    answer = await head.person.post(f"{way}/sign", {**own, "password": PASSWORD, "code": head.code()})
    assert answer.status_code == 303, answer.text[:500]
    assert await submitted(door) == 1
    assert "Петров П. П." in (await head.person.get(answer.headers["location"])).text
    assert ("signed", "person:boss.hh") in [(deed, who) for deed, who, _ in await deeds(door)]


@pytest.mark.parametrize(
    "proof", [{}, {"password": PASSWORD}, {"password": PASSWORD, "code": "000000"}, {"password": "x", "code": None}]
)
async def test_p_6_5_without_both_nothing_is_signed_and_it_is_counted(door: Door, proof: dict[str, Any]) -> None:
    head, way = await waiting(door)
    own = await shown(head, way)
    given = {name: value or head.code() for name, value in proof.items()}
    answer = await head.person.post(f"{way}/sign", {**own, **given})
    assert (answer.status_code, await submitted(door)) == (403, 0)
    assert PASSWORD not in answer.text
    async with door.office.node.runtime.connection() as conn:
        assert await conn.fetchval("SELECT failures FROM attempt WHERE kind = 'again' AND subject = 'boss.hh'") == 1


async def test_p_6_5_a_code_signs_one_thing(door: Door) -> None:
    head, way = await waiting(door)
    other = await door.enrolled("officer.pp", Role.OFFICER)
    second = await draft(other.person, do="send", reference="99")
    code, own = head.code(), await shown(head, way)
    assert (await head.person.post(f"{way}/sign", {**own, "password": PASSWORD, "code": code})).status_code == 303
    own = await shown(head, second)
    again = await head.person.post(f"{second}/sign", {**own, "password": PASSWORD, "code": code})
    assert (again.status_code, await submitted(door)) == (403, 1)


async def test_p_6_5_nobody_signs_what_their_own_program_drafted(door: Door) -> None:
    operator, head = await door.enrolled("boss.bb", Role.OPERATOR), await door.enrolled("boss.hh", Role.HEAD)
    await door.account("petrov.pp", Role.OFFICER)
    http = door.office.node.http

    async def token(**wanted: Any) -> httpx.Response:
        own = await form_of(operator.person, "/account")
        return await operator.person.post("/tokens", {**own, "label": "x", "role": "officer", "days": "30", **wanted})

    assert (await token()).status_code == 422
    assert (await token(bearer="nobody.nn")).status_code == 422
    for login, status in (("boss.hh", 403), ("petrov.pp", 303)):
        made = re.findall(r"px_[A-Za-z0-9_-]{40,}", (await token(bearer=login)).text)[0]
        headers = {"Authorization": f"Bearer {made}"}
        words = {key: value for key, value in SUBMISSION.items() if key != "signatory"}
        wanted = {"kind": "submit", "body": words}
        number = (await http.post("/v1/drafts", json=wanted, headers=headers)).json()["id"]
        sent = await http.post(f"/v1/drafts/{number}/sendings", json={"version": 1}, headers=headers)
        assert sent.status_code == 201, sent.text
        head.later()
        own = await shown(head, f"/drafts/{number}")
        answer = await head.person.post(f"/drafts/{number}/sign", {**own, "password": PASSWORD, "code": head.code()})
        assert answer.status_code == status
