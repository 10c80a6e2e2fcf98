"""Contents over the interface: sealed as they come in, read by those with a grant, gone with the last copy."""

from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256

import httpx
import pytest

from exchange.main import create_app
from exchange.protection.api import examples
from exchange.settings import Settings
from schemas.vocabulary import Role
from tests.api.house import problem
from tests.protection.accesses import noted
from tests.protection.caller import INLINE, ITEMS, KEEPER, PLAIN, Caller, granted
from tests.protection.house import PURPOSE, REGISTRATION


async def test_inline_content_is_sealed_and_leaves_only_its_digest(calls: Caller) -> None:
    item = (await calls.post(ITEMS, INLINE)).json()
    assert item["content"] == {"sha256": sha256(PLAIN).hexdigest(), "size": len(PLAIN)}
    (entry,) = (await calls.get(f"{ITEMS}/{item['id']}/record")).json()["items"]
    assert entry["body"]["content"] == item["content"]
    await granted(calls, item, "BY-MVD")
    read = await calls.get(f"{ITEMS}/{item['id']}/content")
    assert read.content == PLAIN
    assert read.headers["cache-control"] == "no-store"
    assert read.headers["content-length"] == str(len(PLAIN))


async def test_a_5_5_a_refused_reading_names_everything_that_is_missing(calls: Caller) -> None:
    item = (await calls.post(ITEMS, INLINE)).json()
    answer = await calls.get(f"{ITEMS}/{item['id']}/content", role=Role.HEAD)
    body = problem(answer, 403, "not_cleared")
    assert body["article"] == "ст. 5 Соглашения от 18 июня 2004 года"
    assert len(body["errors"]) == 2
    program = problem(await calls.get(f"{ITEMS}/{item['id']}/content", role=Role.SYSTEM), 403, "role_may_not")
    assert len(program["errors"]) == 3
    told = (await calls.get(f"{ITEMS}/{item['id']}/accesses", role=Role.AUDITOR)).json()["items"]
    assert [each["given"] for each in told] == [False, False]
    assert {tuple(each["missing"]) for each in told} == {
        ("not_cleared", "no_grant"),
        ("role_may_not", "not_cleared", "no_grant"),
    }
    assert set(told[0]) == set(examples.ACCESS)
    problem(await calls.get(f"{ITEMS}/{item['id']}/accesses", role=Role.HEAD), 403, "role_may_not")


async def test_a_n1_whoever_looked_at_a_card_by_call_is_told_to_its_own_secrecy_officer(calls: Caller) -> None:
    item = (await calls.post(ITEMS, INLINE)).json()
    path = f"{ITEMS}/{item['id']}"
    for room in ("", "/record", "/copies", "/content"):
        await calls.get(f"{path}{room}", role=Role.OFFICER)
    await calls.get(path, role=Role.SYSTEM)
    told = (await calls.get(f"{path}/accesses")).json()["items"]
    assert {each["taken"]: each["given"] for each in told} == {
        "card": True,
        "record": True,
        "copies": True,
        "content": False,
    }
    assert sorted(each["seq"] for each in told) == [1, 2, 3, 4, 5], "a program's look, too; asking for the list is none"
    cards = (await calls.get(f"{path}/accesses?taken=card")).json()["items"]
    assert {each["taken"] for each in cards} == {"card"}
    assert {each["role"] for each in cards} == {"officer", "system"}
    problem(await calls.get(f"{path}/accesses?taken=x"), 422, "invalid_query")


async def test_an_access_is_written_down_before_a_byte_is_given(calls: Caller) -> None:
    item = (await calls.post(ITEMS, INLINE)).json()
    await granted(calls, item, "BY-MVD")
    assert (await calls.get(f"{ITEMS}/{item['id']}/content")).content == PLAIN
    ((access, told),) = await noted(calls.house.module)
    assert access.given
    assert told == {
        "who": "person:by-mvd.secrecy-officer",
        "role": "secrecy_officer",
        "copy": 1,
        "purpose": PURPOSE,
        "document": "приказ 1",
    }


async def test_content_goes_with_an_electronic_dispatch_alone_and_goes_when_the_last_copy_does(calls: Caller) -> None:
    """A-7.8, KA-5.7: whoever holds no copy holds no content; a courier brings none."""
    item = (await calls.post(ITEMS, {**INLINE, "copies": 2})).json()
    item = await calls.sent(item, "BY-MVD", "RU-MVD")
    item = await calls.received(item, "RU-MVD")
    await granted(calls, item, "RU-MVD")
    problem(await calls.get(f"{ITEMS}/{item['id']}/content", "RU-MVD"), 404)


async def test_uploaded_content_is_named_by_its_digest_and_only_by_its_own_body(calls: Caller) -> None:
    kind = {"Content-Type": "application/octet-stream"}
    answer = await calls.node.call("POST", "/v1/protection/contents", "BY-MVD", KEEPER, raw=PLAIN, headers=kind)
    assert answer.status_code == 201, answer.text
    named = answer.json()
    assert named == {"sha256": sha256(PLAIN).hexdigest(), "size": len(PLAIN)}
    registration = {**REGISTRATION, "content": named}
    refused = await calls.post(ITEMS, registration, "RU-MVD")
    assert problem(refused, 422, "content_unknown")["errors"][0]["pointer"] == "/content"
    wrong = await calls.post(ITEMS, {**registration, "content": {**named, "size": 1}})
    problem(wrong, 422, "content_unknown")
    assert (await calls.post(ITEMS, registration)).json()["content"] == named
    problem(await calls.post(ITEMS, registration), 422, "content_unknown")


async def test_a_refused_registration_leaves_nothing_of_its_content(calls: Caller) -> None:
    problem(await calls.post(ITEMS, {**INLINE, "mark": "restricted"}), 422, "mark_not_of_state")
    assert [path for path in calls.house.folder.rglob("*") if path.is_file() and len(path.name) > 30] == []
    assert await calls.house.fetch("SELECT FROM protection.content") == []


@pytest.mark.parametrize("announced", [True, False])
async def test_content_beyond_the_limit_is_refused_and_leaves_nothing(calls: Caller, announced: bool) -> None:
    app = create_app(calls.node.runtime, replace(Settings(), attachment_limit=1000), module=calls.house.module)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100

    sent = {**await calls.node.headers("BY-MVD", KEEPER), "Content-Type": "application/octet-stream"}
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://node") as http:
        body = b"x" * 2000 if announced else pieces()
        answer = await http.post("/v1/protection/contents", headers=sent, content=body)
    problem(answer, 413, "body_too_large")
    assert [path for path in calls.house.folder.rglob("*") if path.is_file() and len(path.name) > 30] == []
