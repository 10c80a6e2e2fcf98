"""Plain calls decided together: numbers, keys and locks hold as for each alone, and no call is trouble of another's."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest

from exchange import batches
from exchange.api import body
from exchange.api.limits import Limiter
from exchange.api.problems import Fault
from exchange.main import create_app
from exchange.runtime import Mode, token_digest
from exchange.settings import Settings
from exchange.store import pool
from tests.api.gathering import bodies, full, waiting, warm, written
from tests.api.house import NOW, SUBMISSION, Node, open_node, problem
from tests.conftest import Database
from tests.statements import recorded

POISON = """
CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.reference = 'яд' THEN RAISE EXCEPTION 'poisoned'; END IF;
    RETURN new;
END $$;
CREATE TRIGGER poison BEFORE INSERT ON request FOR EACH ROW EXECUTE FUNCTION poison();
"""


async def test_p_7_1_numbers_have_no_gaps_and_no_doubles_with_and_without_keys(node: Node) -> None:
    keys: list[dict[str, str]] = [{} for _ in range(20)] + [{"Idempotency-Key": str(number)} for number in range(5)]
    made = bodies(
        await asyncio.gather(
            *(node.call("POST", "/v1/requests", value=SUBMISSION, headers=headers) for headers in keys)
        )
    )
    assert sorted(one["number"] for one in made) == [f"KZ-MVD/2026/O-{n:05d}" for n in range(1, 26)]
    assert sorted(one["received_number"] for one in made) == [f"RU-MVD/2026/I-{n:05d}" for n in range(1, 26)]


async def test_requests_that_cross_each_other_in_one_batch_take_both_registers_of_both(node: Node) -> None:
    await warm(node, "KZ-MVD", "RU-MVD")
    async with recorded(node.runtime.pool) as recorder:
        ways = [("KZ-MVD", "RU-MVD"), ("RU-MVD", "KZ-MVD")] * 6
        made = bodies(await asyncio.gather(*(node.submit(by, requested_authority=to) for by, to in ways)))
        assert 0 < written(recorder) < len(ways)
    for by, to in ways[:2]:
        own = [one for one in made if one["number"].startswith(by)]
        assert sorted(one["number"] for one in own) == [f"{by}/2026/O-{n:05d}" for n in range(3, 9)]
        assert sorted(one["received_number"] for one in own) == [f"{to}/2026/I-{n:05d}" for n in range(1, 7)]


async def test_the_feed_of_each_side_tells_of_a_batch_without_gaps_and_in_order(node: Node) -> None:
    await warm(node, "KZ-MVD")
    made = bodies(await asyncio.gather(*(node.submit() for _ in range(9))))
    events = (await node.get("/v1/events", by="RU-MVD")).json()["items"]
    told = [(event["request"], event["seq"]) for event in events]
    assert set(told) == {(one["id"], seq) for one in made for seq in (1, 2)}
    assert all(told.index((one["id"], 1)) < told.index((one["id"], 2)) for one in made)


async def test_acts_at_once_on_one_request_stand_one_after_the_other(node: Node) -> None:
    made = await node.submitted()
    answers = await asyncio.gather(*(node.act(made, "RU-MVD", "note", text=str(n)) for n in range(12)))
    assert sorted(answer.json()["seq"] for answer in answers) == list(range(3, 15))


async def test_acts_on_many_requests_are_written_together(node: Node) -> None:
    requests = [await node.submitted() for _ in range(8)]
    for request in requests[:2]:
        await node.done(request, "RU-MVD", "note", text="а")
    async with recorded(node.runtime.pool) as recorder:
        made = bodies(await asyncio.gather(*(node.act(request, "RU-MVD", "accept") for request in requests)))
        assert written(recorder) < len(requests)
    assert {one["state"] for one in made} == {"executing"}
    assert {one["id"] for one in made} == {one["id"] for one in requests}


async def test_an_act_on_what_another_version_was_seen_of_is_stale(node: Node) -> None:
    made = await node.submitted()
    first = await node.act(made, "RU-MVD", "note", text="а")
    tag = first.headers["ETag"]
    assert (await node.act(made, "RU-MVD", "note", text="б", headers={"If-Match": tag})).status_code == 201
    assert (await node.act(made, "RU-MVD", "note", text="в", headers={"If-Match": tag})).status_code == 412


async def test_what_the_law_refuses_takes_nothing_with_it(node: Node) -> None:
    await warm(node, "KZ-MVD")
    calls = [node.submit(), node.submit(requested_authority="KZ-GP"), node.submit(), node.submit(purpose=None)]
    answers = await asyncio.gather(*calls)
    assert [answer.status_code for answer in answers] == [201, 422, 201, 422]
    assert sorted(answers[place].json()["number"] for place in (0, 2)) == [
        "KZ-MVD/2026/O-00003",
        "KZ-MVD/2026/O-00004",
    ]


async def test_a_call_that_cannot_be_written_is_no_trouble_of_the_others(node: Node, owner: asyncpg.Connection) -> None:
    await warm(node, "KZ-MVD")
    await owner.execute(POISON)
    calls = [node.submit(), node.submit(reference="яд"), node.submit()]
    ends = await asyncio.gather(*calls)
    assert [answer.status_code for answer in ends] == [201, 500, 201]
    assert sorted(answer.json()["number"] for answer in (ends[0], ends[2])) == [
        "KZ-MVD/2026/O-00003",
        "KZ-MVD/2026/O-00004",
    ]


async def test_nothing_stands_of_a_call_whose_token_cannot_be_noted(node: Node, owner: asyncpg.Connection) -> None:
    """What could break comes before what stands: a call that goes alone has done nothing yet."""
    await owner.execute(POISON.replace("new.reference = 'яд'", "true").replace("INSERT ON request", "UPDATE ON token"))
    before = await node.kept()
    assert (await node.submit()).status_code == 500
    assert await node.kept() == before


async def test_nobody_waits_for_an_act_on_a_request_that_somebody_else_has_locked(
    node: Node, owner: asyncpg.Connection
) -> None:
    held, free = await node.submitted(), await node.submitted()
    await node.done(free, "RU-MVD", "note", text="а")
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute("SELECT FROM request WHERE id = $1 FOR UPDATE", held["id"])
    waiting = asyncio.ensure_future(node.act(held, "RU-MVD", "accept"))
    assert (await node.act(free, "RU-MVD", "accept")).status_code == 201
    assert not waiting.done()
    await transaction.rollback()
    assert (await waiting).status_code == 201


async def test_a_register_that_somebody_else_holds_keeps_back_those_alone_who_need_it(
    node: Node, owner: asyncpg.Connection
) -> None:
    await warm(node, "KZ-MVD", "AM-POL")
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute("SELECT FROM counter WHERE authority = 'RU-MVD' FOR UPDATE")
    waiting = asyncio.ensure_future(node.submit())
    assert (await node.submit("AM-POL", requested_authority="BY-MVD")).status_code == 201
    assert not waiting.done()
    await transaction.rollback()
    assert (await waiting).status_code == 201


async def test_an_act_waits_for_no_counter_that_only_others_need(node: Node, owner: asyncpg.Connection) -> None:
    held, free = await node.submitted(), await node.submitted("AM-POL", requested_authority="BY-MVD")
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute("SELECT FROM counter WHERE authority = 'RU-MVD' FOR UPDATE")
    waiting = asyncio.ensure_future(node.act(held, "RU-MVD", "accept"))
    async with asyncio.timeout(8):  # a session's own patience is ten seconds
        assert (await node.act(free, "BY-MVD", "accept")).status_code == 201
    assert not waiting.done()
    await transaction.rollback()
    assert (await waiting).status_code == 201


async def test_two_processes_that_decide_ahead_overtake_each_other_and_leave_no_gap(node: Node) -> None:
    """A second application over the same database knows nothing of what the first has under way."""
    other = create_app(node.runtime, Settings())
    transport = httpx.ASGITransport(app=other, raise_app_exceptions=True)
    first = [await node.submitted() for _ in range(10)]
    async with httpx.AsyncClient(transport=transport, base_url="http://other") as http:
        headers = {code: await node.headers(code) for code in ("KZ-MVD", "RU-MVD")}
        there = [http.post("/v1/requests", json=SUBMISSION, headers=headers["KZ-MVD"]) for _ in range(15)]
        noted = [
            http.post(f"/v1/requests/{one['id']}/acts", json={"act": "note", "text": "а"}, headers=headers["RU-MVD"])
            for one in first
        ]
        here = [node.submit() for _ in range(15)]
        more = [node.act(one, "RU-MVD", "note", text="б") for one in first]
        answers = await asyncio.gather(*(call for four in zip(there, here, strict=True) for call in four))
        acts = bodies(await asyncio.gather(*noted, *more))
    made = first + bodies(answers)
    assert sorted(one["number"] for one in made) == [f"KZ-MVD/2026/O-{n:05d}" for n in range(1, 41)]
    assert sorted(one["received_number"] for one in made) == [f"RU-MVD/2026/I-{n:05d}" for n in range(1, 41)]
    assert sorted(one["seq"] for one in acts) == [3] * 10 + [4] * 10


async def test_a_token_that_was_revoked_is_no_trouble_of_the_others(node: Node, owner: asyncpg.Connection) -> None:
    revoked = await node.token("AM-POL")
    await owner.execute("UPDATE token SET revoked_at = $1 WHERE digest = $2", NOW, token_digest(revoked))
    calls = [node.submit() for _ in range(3)]
    bad = node.call("POST", "/v1/requests", value=SUBMISSION, headers={"Authorization": f"Bearer {revoked}"})
    answers = await asyncio.gather(*calls, bad)
    assert [answer.status_code for answer in answers] == [201, 201, 201, 401]


async def test_of_a_strangers_act_no_body_is_looked_at(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    made, looked = await node.submitted(), list[bytes]()
    document = body.document

    def watched(raw: bytes | Fault) -> body.Document:
        if isinstance(raw, bytes):
            looked.append(raw)
        return document(raw)

    monkeypatch.setattr(body, "document", watched)
    for stranger in ("sx_" + "a" * 43, "px_" + "a" * 43):
        authorization = {"Authorization": f"Bearer {stranger}"}
        answer = await node.http.post(f"/v1/requests/{made['id']}/acts", json={"act": "accept"}, headers=authorization)
        assert (answer.status_code, looked) == (401, [])
    assert (await node.act(made, "RU-MVD", "accept")).status_code == 201
    assert len(looked) == 1


async def test_registers_begin_anew_with_the_year_of_each_authority(node: Node) -> None:
    """A second after the end of the year in Almaty it is not over in Moscow."""
    node.clock.now = datetime(2026, 12, 31, 18, 59, 59, tzinfo=UTC)
    await node.submitted()
    node.clock.advance(seconds=2)
    made = bodies(await asyncio.gather(*(node.submit() for _ in range(3))))
    assert sorted(one["number"] for one in made) == [f"KZ-MVD/2027/O-{n:05d}" for n in (1, 2, 3)]
    assert sorted(one["received_number"] for one in made) == [f"RU-MVD/2026/I-{n:05d}" for n in (2, 3, 4)]


async def test_a_long_body_goes_alone(node: Node) -> None:
    await warm(node, "KZ-MVD")
    async with recorded(node.runtime.pool) as recorder:
        await node.submitted(substance="существо " * 2000)
        alone = recorder.taken()
        await node.submitted(substance="существо")
        assert len(alone) > len(recorder.taken())
    assert len([query for query in alone if "save_decisions" in query]) == 1


def test_a_call_given_back_is_counted_once() -> None:
    door = Limiter(2, clock=lambda: 0.0)
    door.take("a")
    door.give_back("a")
    door.take("a")
    assert door.buckets["a"].left == 1


async def test_a_caller_over_its_limit_is_refused_in_the_batch_and_the_others_stand(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "ABREAST", 1)
    async with open_node(database.dsn, Mode.PRODUCTION, Settings(calls_per_minute=4)) as node:
        callers = ("AM-POL", *("KZ-MVD",) * 3, "AM-POL", *("KZ-MVD",) * 2, "AM-POL")
        for caller in set(callers):
            await node.get("/v1/requests", by=caller)  # nobody's first call goes together with others
        async with recorded(node.runtime.pool) as recorder:
            async with full(node):
                calls = await waiting(*(node.submit(caller) for caller in callers))
            ends = await asyncio.gather(*calls)
            queries = recorder.taken()
        assert [end.status_code for end in ends] == [201, 201, 201, 201, 201, 429, 429, 201]
        for end in (ends[5], ends[6]):
            problem(end, 429, "too_many_calls")
            assert int(end.headers["Retry-After"]) > 0
        assert sum("save_decisions" in query for query in queries) == 2
        assert not [query for query in queries if "BEGIN" in query]  # nobody went alone
        problem(await node.submit(), 429, "too_many_calls")
        made = sorted(end.json()["number"] for end in ends if end.status_code == 201)
        assert made == [f"{code}/2026/O-{n:05d}" for code in ("AM-POL", "KZ-MVD") for n in (1, 2, 3)]
        assert (await node.kept())["request"] == 6


async def test_a_caller_over_its_limit_takes_no_act_of_others_with_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "ABREAST", 1)
    async with open_node(database.dsn, Mode.PRODUCTION, Settings(calls_per_minute=5)) as node:
        made = [await node.submitted("AM-POL") for _ in range(5)]
        await node.get("/v1/requests", by="RU-MVD")
        async with full(node):
            # Each of the requested authority's calls is on another request; the other side has none left.
            calls = await waiting(
                *(node.act(one, by, "note", text="а") for one in made[:3] for by in ("RU-MVD", "AM-POL")),
                node.act(made[3], "RU-MVD", "accept"),
            )
        ends = await asyncio.gather(*calls)
        assert [end.status_code for end in ends] == [201, 429] * 3 + [201]
        assert [end.json()["seq"] for end in ends if end.status_code == 201] == [3] * 4


async def test_batches_that_wait_for_a_connection_stand_when_there_is_one(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "LARGEST", 3)
    requests = [await node.submitted() for _ in range(8)]
    await node.headers("RU-MVD")
    async with full(node):
        calls = await waiting(
            *(node.submit() for _ in range(8)), *(node.act(one, "RU-MVD", "accept") for one in requests)
        )
    made = bodies(await asyncio.gather(*calls))
    assert sorted(one["number"] for one in made[:8]) == [f"KZ-MVD/2026/O-{n:05d}" for n in range(9, 17)]
    assert {(one["state"], one["seq"]) for one in made[8:]} == {("executing", 3)}


async def test_batches_that_get_no_connection_in_time_are_told_and_leave_nothing(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "LARGEST", 3)
    requests = [await node.submitted() for _ in range(8)]
    await node.headers("RU-MVD")
    before = await node.kept()
    keys = [{"Idempotency-Key": str(n)} for n in range(16)]

    def asked() -> list[Coroutine[Any, Any, httpx.Response]]:
        new = [node.call("POST", "/v1/requests", value=SUBMISSION, headers=key) for key in keys[:8]]
        acts = zip(requests, keys[8:], strict=True)
        return [*new, *(node.act(one, "RU-MVD", "accept", headers=key) for one, key in acts)]

    async with full(node):
        with monkeypatch.context() as patience:
            patience.setattr(pool, "ACQUIRE_SECONDS", 0.1)
            ends = await asyncio.gather(*asked())
    for end in ends:
        problem(end, 503, "unavailable")
        assert int(end.headers["Retry-After"]) > 0
    assert await node.kept() == before
    again = await asyncio.gather(*asked())
    assert {one["state"] for one in bodies(list(again))} == {"received", "executing"}
    assert not [one for one in again if "Idempotent-Replayed" in one.headers]


async def test_an_act_on_a_large_request_goes_alone_and_stands(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "ABREAST", 1)
    items = [{"form": "other", "text": "слово " * 2000} for _ in range(7)]
    large = await node.submitted(assistance=items)
    small = [await node.submitted() for _ in range(3)]
    await node.done(small[0], "RU-MVD", "note", text="а")
    async with recorded(node.runtime.pool) as recorder:
        async with full(node):
            calls = await waiting(*(node.act(one, "RU-MVD", "accept") for one in (small[0], large, *small[1:])))
        made = bodies(await asyncio.gather(*calls))
        queries = recorder.taken()
    assert [one["state"] for one in made] == ["executing"] * 4
    assert made[1]["seq"] == 3
    assert sum("save_decisions" in query for query in queries) == 3  # the first, the other small ones, the large one
    assert sum("lock_request" in query for query in queries) == 1
    more = await asyncio.gather(*(node.act(large, "RU-MVD", "note", text=str(n)) for n in range(4)))
    assert sorted(one["seq"] for one in bodies(list(more))) == [4, 5, 6, 7]
