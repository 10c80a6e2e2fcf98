"""Who may do what, asked of a live node: every actor at every object with every verb, and with ids that are not theirs.

What is expected stands in the tables of `tests/api/access.py`.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from exchange.api import catalogue_registry
from schemas.vocabulary import Role
from tests.api.access import (
    AUTHORITIES,
    GRANTED,
    HEAD,
    NOTICES,
    OPERATOR,
    ORDER,
    PAGES,
    PEOPLE,
    ROWS,
    SCOPED,
    TAKEN,
    Row,
)
from tests.api.house import NOW, SUBMISSION, Node
from tests.web.house import OWN, Reader

SIZE: Final = len(AUTHORITIES) * (len(ROWS) * len(Role) + len(PAGES) * len(PEOPLE))


async def made(node: Node, path: str, by: str, role: Role, value: Any) -> dict[str, Any]:
    """Make an object and return it."""
    answer = await node.call("POST", path, by, role, value=value)
    assert answer.status_code == 201, (path, answer.text)
    return dict(answer.json())


async def world(node: Node) -> dict[str, str]:
    """Make an object of every kind of KZ-MVD's, and one of every kind of BY-MVD's, with which nobody here has to do."""
    notice = await made(node, NOTICES, "BY-MVD", HEAD, {**catalogue_registry.DESIGNATION, "authority": "BY-NEW"})
    found = {"unknown": str(uuid4()), "notice": str(notice["number"])}
    for side, by, to in (("", "KZ-MVD", "RU-MVD"), ("foreign_", "BY-MVD", "TJ-MVD")):
        file = await node.upload(by.encode(), "a.txt", by=by)
        attachment = file.json()["id"]
        request = await made(node, "/v1/requests", by, Role.SYSTEM, SUBMISSION | {"requested_authority": to})
        await node.done(request, by, "note", text="а", attachments=[attachment])
        account = TAKEN | {"login": f"{by.lower()}.person"}
        order = ORDER | {"absent": f"{by.lower()}.head", "substitute": f"{by.lower()}.officer"}
        token = {"label": "а", "role": "auditor", "days": 1}
        proposal = {"change": "role", "login": account["login"], "role": "head", "post": "а"}
        draft = {"kind": "submit", "body": {"reference": "1"}}
        found |= {
            f"{side}attachment": attachment,
            f"{side}login": (await made(node, "/v1/accounts", by, OPERATOR, account))["login"],
            f"{side}token": str((await made(node, "/v1/tokens", by, OPERATOR, token))["number"]),
            f"{side}proposal": str((await made(node, "/v1/proposals", by, OPERATOR, proposal))["number"]),
            f"{side}draft": (await made(node, "/v1/drafts", by, Role.OFFICER, draft))["id"],
            "foreign_order" if side else "substitution": (await made(node, "/v1/substitutions", by, HEAD, order))["id"],
            "foreign" if side else "request": request["id"],
        }
        if not side:
            await node.done(request, to, "redirect", to_authority="RU-FSB", reason="а")
    return found


def told(answer: httpx.Response, expected: int) -> bool:
    """Tell whether an answer is as expected; a page that asks to sign in is no grant."""
    if expected != GRANTED:
        return answer.status_code == expected
    return (
        answer.status_code not in {401, 403, 404}
        and answer.status_code < 500
        and "/sign-in" not in answer.headers.get("location", "")
    )


async def call(node: Node, row: Row, by: str, role: Role, ids: Mapping[str, str]) -> httpx.Response:
    """Call as an actor."""
    path = row.address.format_map(ids)
    if isinstance(row.value, bytes):
        headers = {**await node.headers(by, role), "Content-Type": "text/plain"}
        return await node.http.request(row.method, path, content=row.value, headers=headers)
    return await node.call(row.method, path, by, role, value=row.value, headers=row.headers)


@pytest.mark.parametrize("authority", AUTHORITIES, ids=lambda code: f"{code} of {SIZE} cells")
async def test_every_actor_at_every_object_with_every_verb(node: Node, authority: str) -> None:
    await node.open_clock()
    ids, wrong = await world(node), []
    for role in Role:
        for row in ROWS:
            answer, expected = await call(node, row, authority, role, ids), row.expected(AUTHORITIES[authority], role)
            if not told(answer, expected):
                wrong.append((row.name, role.value, expected or "granted", answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("authority", AUTHORITIES, ids=lambda code: f"{code} of {SIZE} cells")
async def test_every_person_at_every_page(node: Node, authority: str) -> None:
    await node.open_clock()
    ids, wrong = await world(node), []
    for role in PEOPLE:
        transport = httpx.ASGITransport(app=node.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://node", headers=OWN) as http:
            await http.post("/sign-in", data={"authority": authority, "role": role})
            token = Reader((await http.get("/account")).text).hidden()["token"]
            for row in PAGES:
                sent = None if row.value is None else {**row.value, "token": token}
                answer = await http.request(row.method, row.address.format_map(ids), data=sent)
                expected = row.expected(AUTHORITIES[authority], role)
                if not told(answer, expected):
                    wrong.append((row.name, role.value, expected or "granted", answer.status_code))
    assert wrong == []


async def test_who_is_not_signed_in_gets_nothing(node: Node) -> None:
    ids = await world(node)
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Bearer px_{'a' * 43}"}):
        for row in ROWS:
            content = row.value if isinstance(row.value, bytes) else b"{}"
            answer = await node.http.request(row.method, row.address.format_map(ids), content=content, headers=headers)
            assert answer.status_code == 401, row.name
    for row in PAGES:
        answer = await node.http.request(row.method, row.address.format_map(ids), headers={"Accept": "text/html"})
        assert answer.status_code in {303, 401, 403, 415}, row.name


@pytest.mark.parametrize("scope", SCOPED)
async def test_a_token_narrowed_to_one_right_has_no_other(node: Node, scope: str) -> None:
    await node.open_clock()
    ids = await world(node)
    wanted = {"label": "а", "role": "system", "scopes": [scope]}
    narrow = (await made(node, "/v1/tokens", "KZ-MVD", OPERATOR, wanted))["token"]
    for row in ROWS:
        content = row.value if isinstance(row.value, bytes) else None
        answer = await node.http.request(
            row.method,
            row.address.format_map(ids),
            content=content,
            json=None if content else row.value,
            headers={"Authorization": f"Bearer {narrow}", **row.headers},
        )
        expected = SCOPED[scope].get(row.name)
        if expected is not None:
            assert told(answer, expected), (row.name, answer.status_code)
        elif scope != "read" and row.method == "GET" and row.name != "metrics":
            assert answer.status_code in {403, 404}, row.name


async def test_a_token_tells_when_it_was_used_to_the_minute(node: Node) -> None:
    wanted = {"label": "а", "role": "system"}
    given = await made(node, "/v1/tokens", "KZ-MVD", OPERATOR, wanted)
    headers = {"Authorization": f"Bearer {given['token']}"}

    async def used() -> Any:
        return (await node.get("/v1/tokens", role=OPERATOR)).json()["items"][0]["used_at"]

    assert await used() is None
    await node.http.get("/v1/requests", headers=headers)
    first = await used()
    assert first == NOW.isoformat().replace("+00:00", "Z")
    node.clock.advance(seconds=59)
    await node.http.get("/v1/requests", headers=headers)
    assert await used() == first
    node.clock.advance(seconds=1)
    await node.http.get("/v1/requests", headers=headers)
    assert await used() == "2026-03-01T09:01:00Z"
    assert (await node.call("POST", f"/v1/tokens/{given['number']}/revoke", role=OPERATOR, value={})).status_code == 200
    assert (await node.http.get("/v1/requests", headers=headers)).status_code == 401
