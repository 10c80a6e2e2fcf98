"""The module's calls as a whole: marks and regimes, their description and examples, what each role may."""

import json

import httpx
import jsonschema
import pytest

from exchange.api.openapi import describe, example
from exchange.protection.api import examples
from exchange.protection.api.catalogue import OPERATIONS
from exchange.protection.api.catalogue_registry import OPERATIONS as REGISTRY
from schemas.vocabulary import Role
from tests.api.house import problem
from tests.protection.caller import INLINE, ITEMS, KEEPER, PAPER, Caller
from tests.protection.content.keys import PHRASE
from tests.protection.house import PURPOSE, REGISTRATION


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
    whole = describe("1", sandbox=True, more=(*OPERATIONS, *REGISTRY))
    assert not [name for name in whole["components"]["schemas"] if "__" in name], "two shapes of one name"
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
