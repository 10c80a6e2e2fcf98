"""The short way of a call: what moved meanwhile, and whatever is not plain, goes the long way and loses nothing."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import TypeAdapter

from exchange.api.limits import Limiter
from exchange.api.lines import Lines
from exchange.core.access import Actor
from exchange.runtime import token_digest
from exchange.service import at_once
from exchange.store import at_once as store
from schemas.acts import ActBody
from schemas.requests import Submission
from schemas.vocabulary import Role
from tests.api.house import NOW, SUBMISSION, Node

ACT: TypeAdapter[ActBody] = TypeAdapter(ActBody)
SUBMITTED: TypeAdapter[Submission] = TypeAdapter(Submission)
HOLDER = Actor("RU-MVD", Role.SYSTEM)


async def read_for_act(node: Node, made: dict[str, Any]) -> Any:
    """Return what the short way reads of a request."""
    async with node.runtime.connection() as conn:
        found = await store.for_act(conn, token_digest(await node.token("RU-MVD")), UUID(made["id"]))
    assert found is not None
    return found[1]


async def accepted(node: Node, loaded: Any) -> Any:
    """Try to accept a request as it was read."""
    raw = b'{"act": "accept"}'
    async with node.runtime.connection() as conn:
        return await at_once.act(conn, node.runtime.desk, loaded, ACT.validate_json(raw), raw, HOLDER, NOW, fresh=True)


async def test_a_submission_is_not_written_when_its_register_moved(node: Node) -> None:
    raw = json.dumps(SUBMISSION).encode()
    async with node.runtime.connection() as conn:
        found = await store.for_submission(conn, token_digest(await node.token("KZ-MVD")), "RU-MVD")
        assert found is not None
        caller, facts = found
        await node.submitted("RU-MVD", requested_authority="KZ-MVD")  # the other registers of the two
        await node.submitted("AM-POL", requested_authority="RU-MVD")  # the addressee's incoming one
        before = await node.kept()
        wanted = SUBMITTED.validate_json(raw)
        done = await at_once.submit(conn, node.runtime.desk, uuid4(), wanted, raw, caller.actor, NOW, facts)
    assert done is None
    assert await node.kept() == before


async def test_a_submission_is_written_when_only_other_registers_moved(node: Node) -> None:
    raw = json.dumps(SUBMISSION).encode()
    async with node.runtime.connection() as conn:
        found = await store.for_submission(conn, token_digest(await node.token("KZ-MVD")), "RU-MVD")
        assert found is not None
        caller, facts = found
        await node.submitted("RU-MVD", requested_authority="KZ-MVD")
        wanted = SUBMITTED.validate_json(raw)
        done = await at_once.submit(conn, node.runtime.desk, uuid4(), wanted, raw, caller.actor, NOW, facts)
    assert done is not None
    assert done.request.number.endswith("O-00001")


async def test_an_act_is_not_written_when_another_came_first(node: Node) -> None:
    made = await node.submitted()
    loaded = await read_for_act(node, made)
    await node.done(made, "RU-MVD", "note", text="а")
    before = await node.kept()
    assert await accepted(node, loaded) is None
    assert await node.kept() == before


async def test_an_act_is_not_written_when_a_reminder_was_told_meanwhile(node: Node) -> None:
    made = await node.submitted()
    loaded = await read_for_act(node, made)
    async with node.runtime.transaction() as conn:
        await conn.execute("UPDATE obligation SET reminded_through = $1 WHERE kind = 'execution'", NOW)
    assert await accepted(node, loaded) is None
    assert (await accepted(node, await read_for_act(node, made))).request.state == "executing"


async def test_numbers_have_no_gaps_and_no_doubles_when_many_submit_by_both_ways_at_once(node: Node) -> None:
    keys: list[dict[str, str]] = [{} for _ in range(20)] + [{"Idempotency-Key": str(number)} for number in range(5)]
    answers = await asyncio.gather(
        *(node.call("POST", "/v1/requests", value=SUBMISSION, headers=headers) for headers in keys)
    )
    made = [answer.json() for answer in answers]
    assert sorted(one["number"] for one in made) == [f"KZ-MVD/2026/O-{n:05d}" for n in range(1, 26)]
    assert sorted(one["received_number"] for one in made) == [f"RU-MVD/2026/I-{n:05d}" for n in range(1, 26)]


async def test_acts_at_once_stand_one_after_the_other(node: Node) -> None:
    made = await node.submitted()
    answers = await asyncio.gather(*(node.act(made, "RU-MVD", "note", text=str(n)) for n in range(12)))
    assert sorted(answer.json()["seq"] for answer in answers) == list(range(3, 15))


async def test_an_act_on_what_another_version_was_seen_of_is_stale_by_either_way(node: Node) -> None:
    made = await node.submitted()
    first = await node.act(made, "RU-MVD", "note", text="а")
    tag = first.headers["ETag"]
    assert (await node.act(made, "RU-MVD", "note", text="б", headers={"If-Match": tag})).status_code == 201
    assert (await node.act(made, "RU-MVD", "note", text="в", headers={"If-Match": tag})).status_code == 412


async def test_lines_let_one_go_after_the_other_and_are_forgotten() -> None:
    lines, order = Lines(), list[str]()

    async def go(name: str, sender: str, addressee: str) -> None:
        async with lines.first(sender, addressee) as first:
            assert first
            order.append(name)
            await asyncio.sleep(0)
            order.append(name)

    await asyncio.gather(go("a", "KZ-MVD", "RU-MVD"), go("b", "KZ-MVD", "AM-POL"), go("c", "BY-MVD", "AM-POL"))
    assert [name for name in order if name != "a"] == ["c", "c", "b", "b"]
    assert not lines._lines


async def test_who_waits_too_long_in_line_goes_the_long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.api.lines.PATIENCE", 0.0)
    lines = Lines()
    async with lines.first("KZ-MVD", "RU-MVD") as first, lines.first("KZ-MVD", "AM-POL") as second:
        assert (first, second) == (True, False)


def test_a_call_given_back_is_counted_once() -> None:
    limiter = Limiter(2, clock=lambda: 0.0)
    limiter.take("a")
    limiter.give_back("a")
    limiter.take("a")
    assert limiter.buckets["a"].left == 1
