"""Requests and acts over HTTP: the way of a request, versions, retries."""

from base64 import urlsafe_b64encode
from itertools import pairwise
from uuid import uuid4

import pytest

from schemas.vocabulary import Role
from tests.api.house import URGENT, Node, problem

SIGNATORY = {"name": "Образцов И. И.", "position": "head"}


async def test_a_request_is_submitted_received_and_shown_to_both_sides(node: Node) -> None:
    answer = await node.submit()
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["location"] == f"/v1/requests/{made['id']}"
    assert (made["state"], made["seq"], made["holder"]) == ("received", 2, "RU-MVD")
    again = await node.get(answer.headers["location"])
    assert again.content == answer.content
    assert again.headers["etag"] == answer.headers["etag"]
    theirs = (await node.get(answer.headers["location"], "RU-MVD")).json()
    assert "accept" in [act["act"] for act in theirs["allowed_acts"]]
    assert theirs["obligations"][0]["due_at"].endswith("Z")


async def test_what_is_not_the_callers_is_not_there(node: Node) -> None:
    made = await node.submitted()
    for path in (made["id"], str(uuid4()), "1", "../../x", "%00", made["id"].upper(), made["id"] + "0"):
        problem(await node.get(f"/v1/requests/{path}", "AM-POL"), 404)
    problem(await node.act(made, "AM-POL", "note", text="т"), 404, "not_there")
    problem(await node.act(made, "AM-POL", "nonsense"), 404, "not_there")
    problem(await node.get(f"/v1/requests/{made['id']}/record", "AM-POL"), 404, "not_there")


async def test_a_request_goes_its_whole_way(node: Node) -> None:
    made = await node.submitted()
    await node.done(made, "RU-MVD", "accept")
    await node.done(made, "RU-MVD", "ask_information", question="Какой сервер?")
    await node.done(made, "KZ-MVD", "provide_information", question_number=1, answer="Тот самый")
    items = [{"number": 1, "outcome": "Установлен"}, {"number": 2, "outcome": "Сохранено"}]
    ended = await node.done(made, "RU-MVD", "report_results", items=items, text="Готово", final=True)
    assert ended["state"] == "executed"
    record = (await node.get(f"/v1/requests/{made['id']}/record")).json()["items"]
    assert [entry["act"] for entry in record] == [
        "submit", "receive", "accept", "ask_information", "provide_information", "report_results",
    ]  # fmt: skip
    assert [entry["seq"] for entry in record] == [1, 2, 3, 4, 5, 6]
    assert all(before["digest"] == after["previous"] for before, after in pairwise(record))


async def test_an_act_out_of_turn_says_the_state_and_what_is_allowed(node: Node) -> None:
    made = await node.submitted()
    body = problem(await node.act(made, "RU-MVD", "resume"), 409, "not_in_this_state")
    assert (body["rule"], body["article"], body["state"]) == ("P-7.6", "ст. 7 Протокола", "received")
    theirs = (await node.get(f"/v1/requests/{made['id']}", "RU-MVD")).json()
    assert body["allowed_acts"] == [act["act"] for act in theirs["allowed_acts"]]


async def test_if_match_lets_an_act_stand_only_on_the_version_that_was_seen(node: Node) -> None:
    answer = await node.submit()
    made, seen = answer.json(), answer.headers["etag"]
    for tag in ('"other"', f"W/{seen}", "rubbish", '""'):
        problem(await node.act(made, "RU-MVD", "accept", headers={"If-Match": tag}), 412, "stale")
    several = ('"other", {seen}', '"other",{seen}', '{seen} , "other"', 'W/"a", "b,c", {seen}, "", "d"')
    for tag in ("*", *several):
        headers = {"If-Match": tag.format(seen=seen)}
        assert (await node.act(made, "RU-MVD", "note", text="т", headers=headers)).status_code == 201
        seen = (await node.get(f"/v1/requests/{made['id']}")).headers["etag"]
    for tag in ('"other", "another"', f'"other", W/{seen}'):
        problem(await node.act(made, "RU-MVD", "accept", headers={"If-Match": tag}), 412, "stale")
    assert (await node.act(made, "RU-MVD", "accept", headers={"If-Match": seen})).status_code == 201
    problem(await node.act(made, "RU-MVD", "accept", headers={"If-Match": seen}), 412, "stale")
    problem(await node.act(made, "KZ-MVD", "accept", headers={"If-Match": seen}), 403)


async def test_a_retry_with_its_key_has_one_effect_and_the_same_answer(node: Node) -> None:
    made = await node.submitted()
    key = {"Idempotency-Key": 'any "printable" ~ key'}
    first = await node.act(made, "RU-MVD", "accept", headers=key)
    before = await node.kept()
    again = await node.act(made, "RU-MVD", "accept", headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert again.headers["etag"] == first.headers["etag"]
    assert await node.kept() == before
    problem(await node.act(made, "RU-MVD", "note", text="т", headers=key), 422, "key_reused")
    problem(await node.act(made, "RU-MVD", "accept", Role.AUDITOR, headers=key), 403)
    problem(await node.act(made, "AM-POL", "accept", headers=key), 404)


async def test_a_replay_writes_before_it_answers(node: Node) -> None:
    """What only reads would confirm an effect whose transaction a failing database may still lose."""
    made = await node.submitted()
    key = {"Idempotency-Key": "w"}
    for replays in range(3):
        assert (await node.act(made, "RU-MVD", "accept", headers=key)).status_code == 201
        async with node.runtime.connection() as conn:
            assert await conn.fetchval("SELECT replays FROM idempotency WHERE key = 'w'") == replays


async def test_a_stored_answer_is_not_shown_to_a_role_that_could_not_do_the_act(node: Node) -> None:
    made = await node.submitted()
    key = {"Idempotency-Key": "s"}
    assert (await node.act(made, "KZ-MVD", "withdraw", reason="р", headers=key)).status_code == 201
    for role in (Role.REGISTRAR, Role.AUDITOR):
        problem(await node.act(made, "KZ-MVD", "withdraw", role, reason="р", headers=key), 403, "role_may_not")


async def test_a_refused_call_leaves_its_key_free(node: Node) -> None:
    made = await node.submitted()
    key = {"Idempotency-Key": "k"}
    problem(await node.act(made, "RU-MVD", "resume", headers=key), 409)
    assert (await node.act(made, "RU-MVD", "accept", headers=key)).status_code == 201


async def test_a_redirect_is_replayed_to_who_is_a_former_holder_by_then(node: Node) -> None:
    made = await node.submitted()
    key = {"Idempotency-Key": "r"}
    first = await node.act(made, "RU-MVD", "redirect", to_authority="RU-FSB", reason="р", headers=key)
    again = await node.act(made, "RU-MVD", "redirect", to_authority="RU-FSB", reason="р", headers=key)
    assert (first.status_code, again.content) == (201, first.content)
    problem(await node.act(made, "RU-MVD", "note", text="т"), 403, "former_holder")


async def test_a_key_that_cannot_be_kept_is_refused(node: Node) -> None:
    made = await node.submitted()
    for key in ("", "a\x7f", "k" * 256):
        problem(await node.act(made, "RU-MVD", "accept", headers={"Idempotency-Key": key}), 400, "bad_idempotency_key")


async def test_lists_page_and_filter(node: Node) -> None:
    for number in range(5):
        await node.submitted(reference=f"R-{number}")
    await node.submitted(urgent=URGENT)
    first = (await node.get("/v1/requests?box=out&limit=4")).json()
    assert (len(first["items"]), first["limit"]) == (4, 4)
    second = (await node.get(f"/v1/requests?box=out&limit=4&after={first['next']}")).json()
    assert second["next"] is None
    seen = [item["id"] for item in first["items"] + second["items"]]
    assert len(set(seen)) == 6
    assert [item["urgent"] for item in (await node.get("/v1/requests?urgent=true")).json()["items"]] == [True]
    assert (await node.get("/v1/requests?box=in")).json()["items"] == []
    found = (await node.get("/v1/requests?q=R-3")).json()["items"]
    assert [item["reference"] for item in found] == ["R-3"]
    buckets = [
        len((await node.get(f"/v1/requests?due={due}")).json()["items"])
        for due in ("overdue", "today", "3d", "7d", "later", "suspended")
    ]
    assert sum(buckets) == 6


async def test_a_parameter_that_does_not_fit_is_named_and_not_echoed(node: Node) -> None:
    bad = [
        *("box=secret", "state=secret", "due=secret", "urgent=1", "limit=0", "limit=x", "limit=1000", "q=%00"),
        *("after=!!", "after=bnVsbA==", "unknown=secret", "Secret%20Key=1", "box=in&box=out", "q=" + "x" * 300),
    ]
    for parameters in bad:
        answer = await node.get(f"/v1/requests?{parameters}")
        problem(answer, 422, "invalid_query")
        assert "secret" not in answer.text.lower()


MARKED_ID = '"00000000-0000-7000-8000-000000000000"'


@pytest.mark.parametrize(
    "place",
    [
        f'["0001-01-01T00:00:00+23:59", {MARKED_ID}]',
        f'["0001-01-01T00:00:00+00:00", {MARKED_ID}]',
        f'["1899-12-31T23:59:59+00:00", {MARKED_ID}]',
        f'["9999-12-31T23:59:59-23:59", {MARKED_ID}]',
        f'["2026-03-01T12:00:00+03:00", {MARKED_ID}]',
        f'["2026-03-01T12:00:00", {MARKED_ID}]',
        '["2026-03-01T12:00:00+00:00", "\\ud800"]',
        '["2026-03-01T12:00:00+00:00", 5]',
        "[" * 5000,
    ],
)
async def test_a_cursor_that_the_node_never_gave_is_refused(node: Node, place: str) -> None:
    cursor = urlsafe_b64encode(place.encode()).decode()
    for path in ("/v1/requests", "/v1/obligations"):
        answer = await node.get(f"{path}?after={cursor}")
        problem(answer, 422, "invalid_query")


@pytest.mark.parametrize("path", ["/v1/authorities", "/v1/parties", "/v1/agreements", "/v1/accounts", "/v1/tokens"])
async def test_a_place_by_code_that_the_node_never_gave_is_refused(node: Node, path: str) -> None:
    for place in ('["\\ud800"]', '["a", "b"]', "[5]", "{}", '"a"'):
        cursor = urlsafe_b64encode(place.encode()).decode()
        problem(await node.get(f"{path}?after={cursor}", role=Role.OPERATOR), 422, "invalid_query")
    cursor = urlsafe_b64encode(b'["\\u0000"]').decode()
    assert (await node.get(f"{path}?after={cursor}", role=Role.OPERATOR)).status_code in {200, 422}


@pytest.mark.parametrize("at", ["1900-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00"])
async def test_the_first_and_the_last_place_of_a_list_can_be_named(node: Node, at: str) -> None:
    cursor = urlsafe_b64encode(f'["{at}", {MARKED_ID}]'.encode()).decode()
    for path in ("/v1/requests", "/v1/obligations"):
        assert (await node.get(f"{path}?after={cursor}")).status_code == 200


async def test_a_request_is_found_by_its_numbers_its_sides_and_its_purpose(node: Node) -> None:
    made = await node.submitted(reference="R-77", purpose="Установить владельцев серверов", substance="Похищены деньги")
    for words in ("R-77", made["number"], "установить сервер", "Министерство внутренних дел"):
        assert len((await node.get("/v1/requests", params={"q": words})).json()["items"]) == 1, words
    assert (await node.get("/v1/requests", params={"q": "деньги"})).json()["items"] == []


async def test_words_are_looked_for_as_they_are_kept(node: Node) -> None:
    await node.submitted(reference="И-\u0439")
    for spelling in ("И-\u0439", "И-\u0438\u0306"):
        assert len((await node.get("/v1/requests", params={"q": spelling})).json()["items"]) == 1
    for text in ("\u2800", "а" + "\u0300\u0316" * 50):
        body = problem(await node.get("/v1/requests", params={"q": text}), 422, "invalid_query")
        assert "Параметр q" in body["detail"]


async def test_the_feed_is_read_to_its_end_and_stays_there(node: Node) -> None:
    assert (await node.get("/v1/events")).json() == {"items": [], "next": None, "limit": 50}
    made = await node.submitted()
    await node.done(made, "RU-MVD", "accept")
    first = (await node.get("/v1/events?limit=2")).json()
    rest = (await node.get(f"/v1/events?after={first['next']}")).json()
    assert [item["act"] for item in first["items"] + rest["items"]] == ["submit", "receive", "accept"]
    assert rest["next"] == rest["items"][-1]["cursor"] == "3"
    assert (await node.get("/v1/events?after=3")).json()["next"] == "3"
    for beyond in (4, 999, 2**63 - 1):  # of a database since restored, or of nobody
        assert (await node.get(f"/v1/events?after={beyond}")).json()["next"] == "3"
        assert (await node.get(f"/v1/events?after={beyond}", by="BY-KGB")).json()["next"] is None
    problem(await node.get("/v1/events?after=x"), 422)
    problem(await node.get(f"/v1/events?after={2**63}"), 422)


async def test_the_rest_can_be_read(node: Node) -> None:
    await node.submitted()
    assert len((await node.get("/v1/authorities")).json()["items"]) == 13
    assert len((await node.get("/v1/parties")).json()["items"]) == 6
    assert [item["id"] for item in (await node.get("/v1/agreements")).json()["items"]] == ["CSTO-CHANNEL-1"]
    for state in ("running", "overdue", "suspended", "met", "met_late", "void"):
        answer = await node.get(f"/v1/obligations?state={state}&kind=execution&authority=RU-MVD")
        assert len(answer.json()["items"]) == (state == "running")
    assert (await node.get("/v1/statistics")).json()["buckets"]["later"] == 1


@pytest.mark.parametrize(("path", "name", "count"), [("authorities", "code", 13), ("parties", "country", 6)])
async def test_the_registry_is_read_page_by_page(node: Node, path: str, name: str, count: int) -> None:
    whole = (await node.get(f"/v1/{path}")).json()
    assert (len(whole["items"]), whole["next"], whole["limit"]) == (count, None, 50)
    names, after = [], ""
    for left in range(count, 0, -4):
        page = (await node.get(f"/v1/{path}?limit=4{after}")).json()
        assert (len(page["items"]), page["limit"], page["next"] is None) == (min(4, left), 4, left <= 4)
        names += [item[name] for item in page["items"]]
        after = f"&after={page['next']}"
    assert names == sorted(names) == sorted(item[name] for item in whole["items"])


@pytest.mark.parametrize("path", ["authorities", "parties", "agreements"])
async def test_a_page_of_the_registry_begins_where_one_ended(node: Node, path: str) -> None:
    last = urlsafe_b64encode(b'["ZZZ"]').decode()
    assert (await node.get(f"/v1/{path}?limit=1&after={last}")).json() == {"items": [], "next": None, "limit": 1}
    for bad in ("!!", "bnVsbA==", "WzVd", "W10=", "limit", "W" * 100):
        problem(await node.get(f"/v1/{path}?after={bad}"), 422, "invalid_query")
    problem(await node.get(f"/v1/{path}?limit=0"), 422, "invalid_query")


async def test_p_7_4_lists_name_a_body_of_the_other_state_that_the_registry_does_not_show(node: Node) -> None:
    made = await node.submitted()
    body = {"name": "Областная прокуратура", "address": "г. Тверь"}
    await node.done(made, "RU-MVD", "redirect", to_body=body, reason="Там")
    for path in ("/v1/requests", "/v1/requests?q=" + made["number"]):
        (line,) = (await node.get(path)).json()["items"]
        assert line["holder_name"] == "Областная прокуратура"
