"""Plain calls decided together under idempotency keys: one effect each, whatever comes at once."""

import asyncio

import pytest

from tests.api.gathering import full, waiting, warm
from tests.api.house import SUBMISSION, Node


async def test_calls_at_once_under_one_key_have_one_effect_and_break_no_batch(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    await warm(node, "KZ-MVD")
    before = await node.kept()
    headers = {"Idempotency-Key": "one"}
    calls = [node.call("POST", "/v1/requests", value=SUBMISSION, headers=headers) for _ in range(6)]
    async with full(node):
        held = await waiting(*calls)  # two batches at least
    answers = await asyncio.gather(*held)
    assert "fell apart" not in caplog.text
    assert {answer.status_code for answer in answers} <= {201, 409}
    again = await node.call("POST", "/v1/requests", value=SUBMISSION, headers=headers)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert {answer.json()["id"] for answer in answers if answer.status_code == 201} == {again.json()["id"]}
    after = await node.kept()
    assert (after["request"], after["idempotency"]) == (before["request"] + 1, before["idempotency"] + 1)


async def test_a_key_used_for_another_call_is_told_also_when_it_came_in_a_batch(node: Node) -> None:
    await warm(node, "KZ-MVD")
    headers = {"Idempotency-Key": "one"}
    await node.call("POST", "/v1/requests", value=SUBMISSION, headers=headers)
    answer, other = await asyncio.gather(
        node.call("POST", "/v1/requests", value=SUBMISSION | {"reference": "другой"}, headers=headers), node.submit()
    )
    assert (answer.status_code, answer.json()["code"], other.status_code) == (422, "key_reused", 201)


async def test_acts_at_once_under_one_key_have_one_effect(node: Node) -> None:
    made, headers = await node.submitted(), {"Idempotency-Key": "one"}
    answers = await asyncio.gather(
        *(node.act(made, "RU-MVD", "note", text="а", headers=headers) for _ in range(5)),
        node.act(await node.submitted(), "RU-MVD", "note", text="б"),
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.json()["seq"] for answer in answers if answer.status_code == 201} == {3}
    assert len((await node.get(f"/v1/requests/{made['id']}/record")).json()["items"]) == 3
