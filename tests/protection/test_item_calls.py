"""Items over the interface: registered and shown, once for each key, in the lists of whoever they concern."""

import asyncio
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest

from exchange.protection.content.safe import DigestKey
from exchange.protection.service import idempotency, renewing
from exchange.protection.service.work import Purge
from exchange.store.pool import open_pool
from schemas.vocabulary import Role
from tests.api.house import problem
from tests.conftest import Database
from tests.protection.caller import INLINE, ITEMS, KEEPER, PAPER, Caller, reasons
from tests.protection.house import DESIGNATION, PURPOSE, REGISTRATION

GRANTS = "/v1/protection/grants"
DESTRUCTION = {
    "act": "destroy",
    "copies": [1],
    "method": "измельчение",
    "people": ["И. Иванов"],
    "date": "2026-02-28",
    "document": PAPER,
    "irrecoverable": True,
}


async def test_an_item_is_registered_and_shown(calls: Caller) -> None:
    answer = await calls.post(ITEMS, {name: value for name, value in REGISTRATION.items() if name != "act"})
    assert answer.status_code == 201, answer.text
    item = answer.json()
    assert answer.headers["location"] == f"{ITEMS}/{item['id']}"
    assert (item["register_number"], item["mark"], item["state"]) == ("BY-MVD/2026/S-00001", "secret", "registered")
    assert item["designation"] == DESIGNATION
    again = await calls.get(f"{ITEMS}/{item['id']}")
    assert again.json() == item
    assert again.headers["etag"] == answer.headers["etag"]


async def test_a_call_made_twice_registers_once(calls: Caller) -> None:
    key = {"Idempotency-Key": "один раз".encode().hex()}
    first = await calls.post(ITEMS, INLINE, headers=key)
    again = await calls.post(ITEMS, INLINE, headers=key)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    other = await calls.post(ITEMS, {**INLINE, "copies": 3}, headers=key)
    problem(other, 422, "key_reused")
    assert len((await calls.get(ITEMS)).json()["items"]) == 1


async def test_the_same_call_twice_at_once_has_one_effect(calls: Caller) -> None:
    key = {"Idempotency-Key": "k-1"}
    answers = await asyncio.gather(*(calls.post(ITEMS, INLINE, headers=key) for _ in range(3)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.text for answer in answers if answer.status_code == 201}) == 1
    assert len((await calls.get(ITEMS)).json()["items"]) == 1
    (kept,) = await calls.house.fetch("SELECT answer FROM protection.idempotency")
    assert DESIGNATION.encode() not in kept[0]


async def test_a_7_9_the_answers_of_an_item_go_with_it_and_their_calls_stay_known(calls: Caller) -> None:
    first, last = {"Idempotency-Key": "k-1"}, {"Idempotency-Key": "k-2"}
    item = (await calls.post(ITEMS, INLINE, headers=first)).json()
    other = (await calls.post(ITEMS, INLINE, headers={"Idempotency-Key": "k-3"})).json()
    grant = {"item": item["id"], "purpose": PURPOSE, "document": "приказ 1", "person": "by-mvd.officer"}
    assert (await calls.post(GRANTS, grant, headers={"Idempotency-Key": "k-4"})).status_code == 201
    assert (await calls.post(ITEMS, INLINE, headers=first)).status_code == 201
    act, path = DESTRUCTION, f"{ITEMS}/{item['id']}/acts"
    answer = await calls.post(path, act, headers=last)
    assert (answer.status_code, answer.json()["state"]) == (201, "gone"), answer.text
    problem(await calls.post(path, act, headers=last), 409, "answer_erased")
    problem(await calls.post(ITEMS, INLINE, headers=first), 409, "answer_erased")
    problem(await calls.post(GRANTS, grant, headers={"Idempotency-Key": "k-4"}), 409, "answer_erased")
    problem(await calls.post(ITEMS, {**INLINE, "copies": 3}, headers=first), 422, "key_reused")
    assert (await calls.post(ITEMS, INLINE, headers={"Idempotency-Key": "k-3"})).json()["id"] == other["id"]
    kept = await calls.house.fetch(
        "SELECT answer IS NULL FROM protection.idempotency WHERE item = $1", UUID(item["id"])
    )
    assert kept == [(True,)] * 3


async def test_what_was_being_answered_while_its_item_was_ended_is_erased_by_the_job(calls: Caller) -> None:
    item = (await calls.post(ITEMS, INLINE, headers={"Idempotency-Key": "k-1"})).json()
    async with calls.house.module.pool.transaction() as conn:
        await conn.execute("UPDATE protection.item SET state = 'gone' WHERE id = $1", UUID(item["id"]))
    await Purge(calls.house.module).run(calls.house.now)
    problem(await calls.post(ITEMS, INLINE, headers={"Idempotency-Key": "k-1"}), 409, "answer_erased")
    async with calls.house.module.pool.transaction() as conn:
        await conn.execute("UPDATE protection.item SET state = 'registered' WHERE id = $1", UUID(item["id"]))


async def test_the_key_of_a_call_stands_nowhere_in_clear(calls: Caller) -> None:
    told = "named-after-the-secret"
    assert (await calls.post(ITEMS, INLINE, headers={"Idempotency-Key": told})).status_code == 201
    ((row,),) = await calls.house.fetch("SELECT k::text FROM protection.idempotency k")
    for guess in (told.encode(), told.encode().hex().encode(), sha256(f"BY-MVD\n{told}".encode()).hexdigest().encode()):
        assert guess not in row.encode()
    fresh = replace(calls.house.module, digests=DigestKey())  # another process knows the call again
    async with fresh.pool.transaction() as conn:
        first = await idempotency.digest(conn, calls.house.module, "BY-MVD", told)
        assert await idempotency.digest(conn, fresh, "BY-MVD", told) == first
        assert await idempotency.digest(conn, fresh, "RU-MVD", told) != first


async def test_a_call_is_known_again_after_the_keys_were_rotated(calls: Caller, database: Database) -> None:
    key = {"Idempotency-Key": "k-1"}
    first = await calls.post(ITEMS, INLINE, headers=key)
    calls.house.module.provider.rotate_all()
    owner = await open_pool(database.dsn, size=1, role="none")
    try:
        going = await renewing.begin(calls.house.module, owner=owner)
        while going is not None and not going.over:
            await going.step()
    finally:
        await owner.close()
    calls.house.module.digests.secret = None
    again = await calls.post(ITEMS, INLINE, headers=key)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()


async def test_if_match_lets_an_act_stand_on_what_was_read_alone(calls: Caller) -> None:
    item = await calls.registered()
    path, act = f"{ITEMS}/{item['id']}/acts", {"act": "declassify", "ground": "истёк срок"}
    problem(await calls.post(path, act, headers={"If-Match": '"00"'}), 412, "stale")
    seen = (await calls.get(f"{ITEMS}/{item['id']}")).headers["etag"]
    assert (await calls.post(path, act, headers={"If-Match": seen})).status_code == 201


async def test_a_body_that_an_item_does_not_concern_finds_none(calls: Caller) -> None:
    item = await calls.registered()
    paths = ["", "/record", "/copies", "/content"]
    for path in paths:
        problem(await calls.get(f"{ITEMS}/{item['id']}{path}", "RU-MVD"), 404, "not_there")
        problem(await calls.get(f"{ITEMS}/{uuid4()}{path}", "RU-MVD"), 404, "not_there")
        problem(await calls.get(f"{ITEMS}/нет{path}", "RU-MVD"), 404, "not_there")
    problem(await calls.act(item, "RU-MVD", "declassify", ground="-"), 404, "not_there")
    problem(await calls.act(item, "RU-MVD", "nonsense"), 404, "not_there")
    assert (await calls.get(ITEMS, "RU-MVD")).json()["items"] == []


async def test_a_body_on_the_way_sees_what_it_must_and_no_designation(calls: Caller) -> None:
    item = await calls.sent(await calls.registered(copies=2), "BY-MVD", "RU-MVD")
    seen = (await calls.get(f"{ITEMS}/{item['id']}", "RU-MVD")).json()
    assert (seen["designation"], seen["mark"], seen["purpose"]) == (None, "secret", PURPOSE)
    assert [copy["number"] for copy in seen["copies"]] == [1]
    assert [act["act"] for act in seen["allowed_acts"]] == ["confirm_receipt", "report_breach"]
    (one, two, three) = (await calls.get(f"{ITEMS}/{item['id']}/record", "RU-MVD")).json()["items"]
    assert (one["body"], one["signature"]) == (None, None)
    assert two["body"]["recipient"] == "RU-MVD"
    assert three["previous"] == two["digest"]
    text = (await calls.get(f"{ITEMS}/{item['id']}/record", "RU-MVD")).text
    assert DESIGNATION not in text
    held = await calls.received(item, "RU-MVD")
    assert held["designation"] == DESIGNATION
    assert held["own_number"] == "вх-7"


@pytest.mark.parametrize(
    ("changes", "pointer", "rule"),
    [
        ({"mark": "cosmic"}, "/mark", "A-7.1"),
        ({"copies": 1001}, "/copies", "A-7.4"),
        ({"copies": 0}, "/copies", "A-7.4"),
        ({"content": "не base64"}, "/content", None),
        ({"content": ""}, "/content", None),
        ({"content": {"sha256": "0", "size": 1}}, "/content", "A-7.4"),
        ({"designation": " "}, "/designation", "A-7.4"),
        ({"act": "destroy"}, "/act", "A-7.4"),
        ({"derived_from": ["x"] * 101}, "/derived_from", "A-7.3"),
    ],
)
async def test_a_registration_that_does_not_fit_names_its_field(
    calls: Caller, changes: dict[str, Any], pointer: str, rule: str | None
) -> None:
    answer = await calls.post(ITEMS, {**REGISTRATION, **changes})
    assert reasons(answer, 422) == [(pointer, rule)]
    assert "cosmic" not in answer.text


async def test_copies_beyond_bounds_and_unknown_acts_are_clear_problems(calls: Caller) -> None:
    item = await calls.registered()
    answer = await calls.act(item, "BY-MVD", "destroy", copies=list(range(1, 1002)))
    assert ("/copies", "A-7.8") in reasons(answer, 422)
    assert reasons(await calls.act(item, "BY-MVD", "burn"), 422) == [("/act", None)]
    problem(await calls.act(item, "BY-MVD", "burn", Role.REGISTRAR), 422, "invalid_shape")
    for raw in (b'{"designation": "\\ud800"}', b'{"copies": ' + b"1" * 10_000 + b"}", b"[]", b'"x"', b"{}"):
        answer = await calls.node.call("POST", ITEMS, "BY-MVD", KEEPER, raw=raw)
        problem(answer, 422, "invalid_shape")


async def test_lists_are_filtered_by_standing_state_and_due(calls: Caller) -> None:
    one, two = await calls.registered(), await calls.registered()
    await calls.done(two, "BY-MVD", "declassify", ground="истёк срок")
    await calls.sent(one, "BY-MVD", "RU-MVD")

    async def shown(by: str, **params: str) -> list[str]:
        return [each["id"] for each in (await calls.get(ITEMS, by, params=params)).json()["items"]]

    assert set(await shown("BY-MVD")) == {one["id"], two["id"]}
    assert await shown("BY-MVD", state="declassified") == [two["id"]]
    assert await shown("BY-MVD", box="held") == [two["id"]]
    assert await shown("RU-MVD", box="awaiting") == [one["id"]]
    assert await shown("RU-MVD", due="overdue") == []
    assert set(await shown("BY-KGB", box="competent")) == {one["id"], two["id"]}
    assert await shown("RU-FSB", box="competent") == [one["id"]]
    first = (await calls.get(ITEMS, params={"limit": "1"})).json()
    rest = (await calls.get(ITEMS, params={"limit": "1", "after": first["next"]})).json()
    assert {first["items"][0]["id"], rest["items"][0]["id"]} == {one["id"], two["id"]}
    assert rest["next"] is None
    problem(await calls.get(ITEMS, params={"mark": "secret"}), 422, "invalid_query")
