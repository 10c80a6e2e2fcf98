"""Who calls: tokens that hold and that do not, how often, and what stands in the log."""

import logging
from datetime import timedelta

import pytest

from exchange.api.limits import Limiter
from exchange.api.problems import Fault
from exchange.core.access import Actor
from exchange.runtime import Mode, token_digest
from exchange.settings import Settings
from exchange.store import tokens
from schemas.vocabulary import Role
from tests.api.house import NOW, Node, open_node, problem
from tests.conftest import Database


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer wrong", "bearer " + "x" * 300]
)
async def test_who_proves_nothing_is_unknown(node: Node, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = await node.http.get("/v1/requests", headers=headers)
    problem(answer, 401, "caller_unknown")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_ends_when_it_expires_and_when_it_is_revoked(node: Node) -> None:
    token = await node.token("KZ-MVD", expires_at=NOW + timedelta(hours=1))
    headers = {"Authorization": f"Bearer {token}"}
    assert (await node.http.get("/v1/statistics", headers=headers)).status_code == 200
    node.clock.advance(hours=1)
    problem(await node.http.get("/v1/statistics", headers=headers), 401)
    assert (await node.get("/v1/statistics")).status_code == 200
    async with node.runtime.transaction() as conn:
        for kept in await tokens.every(conn, after=0, limit=100):
            await tokens.revoke(conn, kept.id, NOW)
    problem(await node.get("/v1/statistics"), 401)


async def test_no_token_is_stored(node: Node) -> None:
    token = await node.token("KZ-MVD")
    async with node.runtime.connection() as conn:
        rows = await conn.fetch("SELECT t::text AS row FROM token t")
    assert rows
    assert not [row for row in rows if token in row["row"]]


async def test_figures_are_for_those_who_may_measure(node: Node) -> None:
    made = await node.submitted()
    problem(await node.get("/metrics", role=Role.HEAD), 403, "role_may_not")
    answer = await node.get("/metrics", role=Role.OPERATOR)
    assert 'route="/v1/requests"' in answer.text
    assert "exchange_outbox_waiting 2.0" in answer.text
    assert made["id"] not in answer.text


async def test_production_knows_no_sandbox_and_counts_wrong_tokens(database: Database) -> None:
    async with open_node(database.dsn, Mode.PRODUCTION) as node:
        for path in ("tokens", "clock", "mail"):
            problem(await node.http.get(f"/v1/sandbox/{path}"), 404)
            problem(await node.http.post(f"/v1/sandbox/{path}", json={}), 404)
        for _ in range(20):
            problem(await node.http.get("/v1/requests", headers={"Authorization": "Bearer wrong"}), 401)
        answer = await node.http.get("/v1/requests", headers={"Authorization": "Bearer wrong"})
        problem(answer, 429, "too_many_calls")
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.headers["strict-transport-security"]


async def test_nobody_is_refused_for_the_wrong_tokens_of_others_behind_the_same_proxy(database: Database) -> None:
    async with open_node(database.dsn, Mode.PRODUCTION) as node:
        wrong = {"Authorization": "Bearer wrong", "Content-Type": "application/json"}
        statuses = [(await node.http.get("/v1/requests", headers=wrong)).status_code for _ in range(30)]
        assert statuses == [401] * 20 + [429] * 10
        problem(await node.http.post("/v1/requests", content=b"{}", headers=wrong), 429, "too_many_calls")
        assert (await node.get("/v1/requests")).status_code == 200
        assert (await node.submit()).status_code == 201


async def test_who_has_a_token_is_not_charged_for_an_address(database: Database) -> None:
    async with open_node(database.dsn, Mode.PRODUCTION) as node:
        assert {(await node.get("/v1/statistics")).status_code for _ in range(30)} == {200}
        problem(await node.http.get("/v1/requests", headers={"Authorization": "Bearer wrong"}), 401)


async def test_production_counts_the_calls_of_each_token(database: Database) -> None:
    async with open_node(database.dsn, Mode.PRODUCTION, Settings(calls_per_minute=3)) as node:
        answers = [(await node.get("/v1/statistics")).status_code for _ in range(5)]
        assert answers == [200, 200, 200, 429, 429]
        assert (await node.get("/v1/statistics", "RU-MVD")).status_code == 200


def test_a_bucket_fills_again() -> None:
    now = [0.0]
    limiter = Limiter(60, clock=lambda: now[0])
    for _ in range(60):
        limiter.take("caller")
    with pytest.raises(Fault):
        limiter.take("caller")
    now[0] += 1
    limiter.take("caller")


async def test_the_log_holds_no_token_query_body_or_id(node: Node, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "exchange"):
        made = await node.submitted(purpose="СЛОВО-ДЕЛА")
        await node.get(f"/v1/requests/{made['id']}?tail=1")
        await node.get("/v1/requests?q=СЛОВО-ДЕЛА")
        await node.submit(purpose="СЛОВО-ДЕЛА\u0001")
    text = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("exchange"))
    assert "POST /v1/requests 201" in text
    assert "СЛОВО-ДЕЛА" not in text
    assert made["id"] not in text
    assert not [token for token in node.tokens.values() if token in text]


async def test_every_answer_bears_the_security_headers(node: Node) -> None:
    for path in ("/healthz", "/nowhere", "/v1/requests", "/docs"):
        answer = await node.http.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers


async def test_addresses_and_methods_that_are_not_there(node: Node) -> None:
    problem(await node.http.get("/v1/nothing"), 404, "not_found")
    problem(await node.http.get("/v1/requests/"), 404)
    answer = await node.http.delete("/v1/requests")
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"


async def test_a_database_that_is_away_is_told_and_not_ready(node: Node) -> None:
    headers = await node.headers("KZ-MVD")
    await node.runtime.pool.close()
    answer = await node.http.get("/v1/requests", headers=headers)
    problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    ready = await node.http.get("/readyz")
    assert (ready.status_code, ready.json()["parts"]["database"]) == (503, "down")
    assert (await node.http.get("/healthz")).status_code == 200


async def test_an_unforeseen_error_is_told_without_content(
    node: Node, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("СЛОВО-ДЕЛА")

    monkeypatch.setattr("exchange.service.queries.statistics", broken)
    answer = await node.get("/v1/statistics")
    problem(answer, 500, "internal")
    assert "СЛОВО-ДЕЛА" not in answer.text + caplog.text
    assert "ZeroDivisionError" in caplog.text


async def test_the_sandbox_gives_tokens_and_shows_its_clock(node: Node) -> None:
    await node.open_clock()
    wanted = {"authority": "KZ-MVD", "role": "head"}
    token = (await node.http.post("/v1/sandbox/tokens", json=wanted)).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert (await node.http.get("/v1/statistics", headers=headers)).status_code == 200
    async with node.runtime.connection() as conn:
        caller = await tokens.identify(conn, token_digest(token))
    assert caller is not None
    assert caller.actor == Actor("KZ-MVD", Role.HEAD, "person:kz-mvd.head")
    problem(await node.http.post("/v1/sandbox/tokens", json=wanted | {"authority": "XX"}), 422, "authority_unknown")
    problem(await node.http.post("/v1/sandbox/tokens", json=wanted | {"role": "king"}), 422, "invalid_shape")
    moved = await node.http.post("/v1/sandbox/clock", json={"advance": "P1D", "frozen": True})
    assert moved.json()["frozen"] is True
    assert (await node.http.get("/v1/sandbox/clock")).json() == moved.json()
    problem(await node.http.post("/v1/sandbox/clock", json={"advance": "-P1D"}), 409, "clock_refused")
    problem(await node.http.post("/v1/sandbox/clock", json={"advance": 5}), 422, "invalid_shape")
    problem(await node.http.post("/v1/sandbox/clock", json={"advance": "P1D", "now": "2030-01-01T00:00:00Z"}), 422)


async def test_a_body_named_when_the_clock_is_ahead_gets_its_token(node: Node) -> None:
    await node.open_clock()
    assert (await node.http.post("/v1/sandbox/clock", json={"advance": "P400D"})).status_code == 200
    made = await node.submitted()
    body = {"name": "Областная прокуратура", "address": "г. Тверь"}
    redirected = await node.done(made, "RU-MVD", "redirect", to_body=body, reason="Там")
    wanted = {"authority": redirected["holder"], "role": "registrar"}
    assert (await node.http.post("/v1/sandbox/tokens", json=wanted)).status_code == 201
