"""The module's calls: items by hand of a program and of people, contents, records, lists, marks; and its refusals."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import jsonschema
import pytest

from exchange.api.openapi import describe, example
from exchange.main import create_app
from exchange.protection.api import examples
from exchange.protection.api.catalogue import OPERATIONS
from exchange.settings import Settings
from schemas.vocabulary import Role
from tests.api.house import NOW, Node, open_node, problem
from tests.conftest import Database
from tests.protection.accesses import noted
from tests.protection.content.keys import PHRASE
from tests.protection.house import DESIGNATION, PURPOSE, REGISTRATION, House, open_house

ITEMS = "/v1/protection/items"
PAPER = {"reference": "1/1", "date": "2026-02-27"}
PLAIN = "Содержание, которого никто не видит".encode()
INLINE = {**REGISTRATION, "kind": "electronic", "content": base64.b64encode(PLAIN).decode()}
KEEPER = Role.SECRECY_OFFICER


@dataclass
class Caller:
    """The node with the module mounted."""

    node: Node
    house: House

    async def post(self, path: str, value: Any, by: str = "BY-MVD", role: Role = KEEPER, **more: Any) -> httpx.Response:
        """Send as a role of a body."""
        return await self.node.call("POST", path, by, role, value=value, **more)

    async def get(self, path: str, by: str = "BY-MVD", role: Role = KEEPER, **more: Any) -> httpx.Response:
        """Read as a role of a body."""
        return await self.node.get(path, by, role, **more)

    async def registered(self, by: str = "BY-MVD", **changes: Any) -> dict[str, Any]:
        """Take an item into a register."""
        answer = await self.post(ITEMS, {**REGISTRATION, **changes}, by)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def act(self, item: dict[str, Any], by: str, act: str, role: Role = KEEPER, **fields: Any) -> httpx.Response:
        """Try an act."""
        return await self.post(f"{ITEMS}/{item['id']}/acts", {"act": act, **fields}, by, role)

    async def done(self, item: dict[str, Any], by: str, act: str, **fields: Any) -> dict[str, Any]:
        """Do an act that must stand."""
        answer = await self.act(item, by, act, **fields)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def sent(self, item: dict[str, Any], by: str, to: str, **changes: Any) -> dict[str, Any]:
        """Release an item and send its first copy."""
        fields = {"recipient": to, "purpose": PURPOSE, "copies": 1, "decision": PAPER, "basis": "договор"}
        item = await self.done(item, by, "authorise_release", **fields)
        transport = {"means": "поезд", "route": "Минск – Москва", "escort": "двое", "agreed": PAPER}
        leaving = {"channel": "diplomatic", "cover_document": PAPER, "transport": transport}
        return await self.done(item, by, "dispatch", release=1, copies=[1], **(leaving | changes))

    async def received(self, item: dict[str, Any], by: str) -> dict[str, Any]:
        """Confirm receipt of the first copy."""
        fields = {"form": "written", "reference": PAPER, "own_number": "вх-7", "own_mark": "secret"}
        return await self.done(item, by, "confirm_receipt", copies=[1], received_at="2026-03-01T09:00:00Z", **fields)


@pytest.fixture
async def calls(database: Database, tmp_path: Path) -> AsyncIterator[Caller]:
    async with opened(database.dsn, tmp_path) as caller:
        yield caller


@asynccontextmanager
async def opened(dsn: str, folder: Path) -> AsyncIterator[Caller]:
    """Open a node that serves the module."""
    async with open_node(dsn) as node, open_house(dsn, folder) as house:
        house.now = NOW
        app = create_app(node.runtime, Settings(), module=house.module)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://node") as http:
            node.app, node.http = app, http
            yield Caller(node, house)
            assert await house.faults() == {}


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


async def granted(calls: Caller, item: dict[str, Any], by: str) -> None:
    """Grant a body's sample secrecy officer access to an item."""
    seen = await calls.house.read(UUID(item["id"]), by)
    await calls.house.grant(seen.item, by)


def reasons(answer: httpx.Response, status: int) -> list[tuple[str, str | None]]:
    """Return the pointers and rules of a refusal."""
    body = problem(answer, status)
    return [(each["pointer"], each["rule"]) for each in body["errors"]]


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


async def test_a_call_made_twice_registers_once(calls: Caller) -> None:
    key = {"Idempotency-Key": "один раз".encode().hex()}
    first = await calls.post(ITEMS, INLINE, headers=key)
    again = await calls.post(ITEMS, INLINE, headers=key)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    other = await calls.post(ITEMS, {**INLINE, "copies": 3}, headers=key)
    problem(other, 422, "key_reused")
    assert len((await calls.get(ITEMS)).json()["items"]) == 1


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


@pytest.mark.parametrize(
    ("one", "other", "mark", "theirs", "rule"),
    [
        ("KZ", "LT", "secret", "secret", "KL-3"),
        ("LT", "KZ", "confidential", "secret", "KL-3"),
        ("BY", "RU", "top_secret", "top_secret", "A-3"),
    ],
)
async def test_marks_correspond_as_the_treaties_say(
    calls: Caller, one: str, other: str, mark: str, theirs: str, rule: str
) -> None:
    answer = await calls.get("/v1/protection/equivalence", params={"from": one, "to": other, "mark": mark})
    told = answer.json()
    assert answer.status_code == 200
    assert told["label"]
    assert (told["mark"], told["rule"]) == (theirs, rule)


@pytest.mark.parametrize(
    ("one", "other", "mark", "code", "rule"),
    [
        ("KZ", "LT", "special_importance", "no_counterpart", "KL-3"),
        ("LT", "RU", "secret", "no_regime", "A-14"),
        ("KZ", "XX", "secret", "no_regime", "A-14"),
        ("KZ", "KZ", "secret", "own_state", "A-6.1"),
    ],
)
async def test_a_mark_without_a_counterpart_is_refused_with_its_rule(
    calls: Caller, one: str, other: str, mark: str, code: str, rule: str
) -> None:
    answer = await calls.get("/v1/protection/equivalence", params={"from": one, "to": other, "mark": mark})
    assert problem(answer, 422, code)["rule"] == rule


async def test_regimes_and_marks_are_told_while_the_keys_are_sealed_and_nothing_else_is(calls: Caller) -> None:
    item = await calls.registered()
    provider = calls.house.module.provider
    provider.forget()
    try:
        assert (await calls.get("/v1/protection/regimes")).json()["limit"] == 3
        params = {"from": "KZ", "to": "LT", "mark": "secret"}
        assert (await calls.get("/v1/protection/equivalence", params=params)).status_code == 200
        for path in (ITEMS, f"{ITEMS}/{item['id']}", f"{ITEMS}/{item['id']}/content"):
            assert problem(await calls.get(path), 503, "protection_sealed")
        problem(await calls.post(ITEMS, REGISTRATION), 503, "protection_sealed")
        ready = await calls.get("/readyz")
        assert (ready.status_code, ready.json()["parts"]["protection"]) == (200, "sealed")
        assert ready.json()["status"] == "degraded"
    finally:
        provider.unseal(PHRASE)
    assert (await calls.get("/readyz")).json()["parts"]["protection"] == "ok"


def test_the_description_with_the_module_is_valid_and_its_examples_fit() -> None:
    whole = describe("1", sandbox=True, more=OPERATIONS)
    for operation in OPERATIONS:
        told = whole["paths"][operation.path][operation.method.lower()]["responses"][str(operation.status)]
        (content,) = told["content"].values()
        schema = {**content["schema"], "components": whole["components"]}
        jsonschema.Draft202012Validator(schema).validate(operation.example)
        for code in operation.troubles:
            assert example(code, [operation])["code"] == code.removeprefix("protection.")


async def test_the_examples_of_acts_fit_their_shapes(calls: Caller) -> None:
    item = await calls.registered()
    for kind in examples.ACTS:
        answer = await calls.post(f"{ITEMS}/{item['id']}/acts", examples.act(kind))
        assert answer.status_code != 422 or answer.json()["code"] != "invalid_shape", kind
        if answer.status_code == 201:
            item = answer.json()
    for body in (examples.REGISTER, examples.REGISTER_UPLOADED):
        answer = await calls.post(ITEMS, body)
        assert answer.status_code == 201 or answer.json()["code"] == "content_unknown", answer.text


async def test_an_answer_has_the_members_of_its_example(calls: Caller) -> None:
    item = await calls.registered()
    assert set(item) == set(examples.ITEM)
    assert set(item["copies"][0]) == set(examples.COPY)
    line = (await calls.get(ITEMS)).json()["items"][0]
    assert set(line) == set(examples.LINE)
    entry = (await calls.get(f"{ITEMS}/{item['id']}/record")).json()["items"][0]
    assert set(entry) == set(examples.ENTRY)


async def test_a_refused_registration_leaves_nothing_of_its_content(calls: Caller) -> None:
    problem(await calls.post(ITEMS, {**INLINE, "mark": "restricted"}), 422, "mark_not_of_state")
    assert [path for path in calls.house.folder.rglob("*") if path.is_file() and len(path.name) > 30] == []
    assert await calls.house.fetch("SELECT FROM protection.content") == []


SEES = {Role.OFFICER, Role.HEAD, Role.DEPUTY_HEAD, Role.SECRECY_OFFICER, Role.AUDITOR, Role.SYSTEM}
KEEPS = {Role.SECRECY_OFFICER, Role.SYSTEM}
DECIDES = KEEPS | {Role.HEAD, Role.DEPUTY_HEAD}


@pytest.mark.parametrize("role", Role)
async def test_each_role_does_what_the_table_gives_it(calls: Caller, role: Role) -> None:
    """An administrator has nothing by being one; what a role may not is refused, never hidden as something else."""
    item = (await calls.post(ITEMS, {**INLINE, "copies": 2})).json()
    path = f"{ITEMS}/{item['id']}"

    def expected(answer: httpx.Response, may: bool, done: int) -> None:
        if may:
            assert answer.status_code == done, answer.text
        else:
            problem(answer, 403, "role_may_not")

    for seen in (ITEMS, path, f"{path}/record", f"{path}/copies"):
        expected(await calls.get(seen, role=role), role in SEES, 200)
    expected(await calls.get(f"{path}/accesses", role=role), role in {KEEPER, Role.SYSTEM, Role.AUDITOR}, 200)
    expected(await calls.post(ITEMS, REGISTRATION, role=role), role in KEEPS, 201)
    release = {"act": "authorise_release", "recipient": "RU-MVD", "purpose": PURPOSE, "copies": 1, "basis": "-"}
    decided = await calls.post(f"{path}/acts", {**release, "decision": PAPER}, role=role)
    expected(decided, role in DECIDES, 201)
    breach = {"kinds": ["loss"], "disclosure": False, "circumstances": "-", "happened_on": "2026-03-01"}
    reported = await calls.post(f"{path}/acts", {"act": "report_breach", **breach}, role=role)
    expected(reported, role in DECIDES | {Role.OFFICER}, 201)
    problem(await calls.get(f"{path}/content", role=role), 403)  # nobody has a grant


async def test_a_token_narrowed_to_reading_does_no_act(calls: Caller) -> None:
    wanted = {"label": "чтение", "role": "system", "days": 30, "scopes": ["read"]}
    made = await calls.node.call("POST", "/v1/tokens", "BY-MVD", Role.OPERATOR, value=wanted)
    assert made.status_code == 201, made.text
    sent = {"Authorization": f"Bearer {made.json()['token']}", "Content-Type": "application/json"}
    assert (await calls.node.http.get(ITEMS, headers=sent)).status_code == 200
    answer = await calls.node.http.post(ITEMS, headers=sent, content=json.dumps(REGISTRATION).encode())
    problem(answer, 403, "role_may_not")


async def test_the_same_call_twice_at_once_has_one_effect(calls: Caller) -> None:
    key = {"Idempotency-Key": "k-1"}
    answers = await asyncio.gather(*(calls.post(ITEMS, INLINE, headers=key) for _ in range(3)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.text for answer in answers if answer.status_code == 201}) == 1
    assert len((await calls.get(ITEMS)).json()["items"]) == 1
    (kept,) = await calls.house.fetch("SELECT answer FROM protection.idempotency")
    assert DESIGNATION.encode() not in kept[0]


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
