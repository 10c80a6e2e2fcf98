"""Who read what is written down with the reading: no trace, no read."""

import asyncpg
import pytest

from exchange.service.audit import DENIED_A_MINUTE
from schemas.vocabulary import Role
from tests.api.house import Node, problem
from tests.api.trail import deeds, trail

READS = ("", "/record")


async def test_a_read_of_a_request_and_of_its_record_leaves_a_trace_each(node: Node) -> None:
    made = await node.submitted()
    before = len(await trail(node, "RU-MVD"))
    for path in READS:
        assert (await node.get(f"/v1/requests/{made['id']}{path}", "RU-MVD", Role.OFFICER)).status_code == 200
    read, record = (await trail(node, "RU-MVD"))[before:]
    assert (read["deed"], record["deed"]) == ("read", "read_record")
    assert {read["request"], record["request"]} == {made["id"]}
    assert (read["role"], read["who"], read["detail"]) == ("officer", "person:ru-mvd.officer", {})


async def test_a_list_tells_the_names_of_its_filters_and_how_much_it_showed_but_never_the_words(node: Node) -> None:
    await node.submitted(reference="тайное-слово")
    await node.get("/v1/requests?limit=1")
    await node.get("/v1/requests?box=out&q=тайное-слово&urgent=false")
    plain, found = [row for row in await trail(node) if row["deed"] == "listed"]
    assert (plain["subject"], plain["request"], plain["detail"]) == ("requests", None, {"filters": [], "shown": 1})
    assert found["detail"] == {"filters": ["box", "urgent", "q"], "shown": 1}
    assert "тайное" not in str(await trail(node))


@pytest.mark.parametrize("harm", ["REVOKE INSERT ON audit FROM exchange_app", "TRIGGER"])
async def test_a_read_whose_trace_cannot_be_written_gives_no_content(
    node: Node, owner: asyncpg.Connection, harm: str
) -> None:
    made = await node.submitted()
    if harm == "TRIGGER":
        await owner.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no room'; END$$;"
            "CREATE TRIGGER no_room BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION no_room()"
        )
    else:
        await owner.execute(harm)
    for path in (f"/v1/requests/{made['id']}", f"/v1/requests/{made['id']}/record", "/v1/requests", "/v1/requests?q=а"):
        answer = await node.get(path)
        problem(answer, 500, "internal")
        assert made["purpose"] not in answer.text


async def test_every_act_names_who_did_it_and_which_entry_it_made(node: Node) -> None:
    made = await node.submitted()
    await node.done(made, "RU-MVD", "accept")
    problem(await node.act(made, "RU-MVD", "resume"), 409)
    own = [row for row in await trail(node) if row["deed"] == "acted"]
    assert [(row["subject"], row["detail"], row["request"]) for row in own] == [("submit", {"seq": 1}, made["id"])]
    theirs = [row for row in await trail(node, "RU-MVD") if row["deed"] == "acted"]
    assert [(row["subject"], row["detail"]) for row in theirs] == [("accept", {"seq": 3})]
    assert all(row["who"] for row in own + theirs)


async def test_an_act_whose_trace_cannot_be_written_does_not_stand(node: Node, owner: asyncpg.Connection) -> None:
    made = await node.submitted()
    await owner.execute("REVOKE INSERT ON audit FROM exchange_app")
    before = await node.kept()
    problem(await node.act(made, "RU-MVD", "accept"), 500, "internal")
    problem(await node.submit(), 500, "internal")
    assert await node.kept() == before


@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
async def test_the_trail_can_only_grow(node: Node, change: str) -> None:
    await node.get("/v1/requests")
    async with node.runtime.connection() as conn:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute(change)


async def test_what_somebody_known_was_kept_from_is_written_down_though_it_was_undone(node: Node) -> None:
    made = await node.submitted()
    nowhere = made["id"][:-1] + ("0" if made["id"][-1] != "0" else "1")
    problem(await node.get(f"/v1/requests/{made['id']}", "AM-POL"), 404)
    problem(await node.get(f"/v1/requests/{nowhere}/record", "AM-POL"), 404)
    problem(await node.get("/v1/requests/x", "AM-POL"), 404)
    problem(await node.act(made, "AM-POL", "accept"), 404)
    rows = await trail(node, "AM-POL")
    assert [(row["deed"], row["subject"], row["request"], row["detail"]) for row in rows] == [
        ("denied", "not_there", made["id"], {"method": "GET"}),
        ("denied", "not_there", nowhere, {"method": "GET"}),
        ("denied", "not_there", None, {"method": "GET"}),
        ("denied", "not_there", made["id"], {"method": "POST"}),
    ]
    problem(await node.act(made, "RU-MVD", "accept", Role.AUDITOR), 403)
    denied = (await trail(node, "RU-MVD"))[-1]
    assert (denied["deed"], denied["subject"], denied["role"]) == ("denied", "role_may_not", "auditor")


async def test_what_the_state_or_the_content_forbids_is_no_denial(node: Node) -> None:
    made = await node.submitted()
    problem(await node.act(made, "RU-MVD", "resume"), 409)
    problem(await node.act(made, "RU-MVD", "note", text=""), 422)
    assert "denied" not in await deeds(node, "RU-MVD")


async def test_a_flood_of_refusals_is_written_down_so_far_and_says_that_there_were_more(node: Node) -> None:
    for _ in range(DENIED_A_MINUTE + 5):
        problem(await node.get("/v1/requests/x", "AM-POL"), 404)
    rows = await trail(node, "AM-POL")
    assert len(rows) == DENIED_A_MINUTE
    assert [row["detail"].get("more") for row in rows[-2:]] == [None, True]
    problem(await node.get("/v1/requests/x", "AM-POL", Role.OFFICER), 404)  # another's bound is its own
    node.clock.advance(minutes=2)
    problem(await node.get("/v1/requests/x", "AM-POL"), 404)
    assert len(await trail(node, "AM-POL")) == DENIED_A_MINUTE + 2


async def test_a_stored_answer_that_is_given_again_is_a_read(node: Node) -> None:
    made = await node.submitted()
    key = {"Idempotency-Key": "k"}
    for _ in range(2):
        assert (await node.act(made, "RU-MVD", "accept", headers=key)).status_code == 201
    read = (await trail(node, "RU-MVD"))[-1]
    assert (read["deed"], read["request"], read["detail"]) == ("read", made["id"], {"replayed": True})


async def test_a_file_that_is_not_theirs_is_a_denial_too(node: Node) -> None:
    made = await node.submitted()
    file = (await node.upload("текст".encode())).json()["id"]
    problem(await node.get(f"/v1/attachments/{file}", "AM-POL"), 404)
    problem(await node.get(f"/v1/requests/{made['id']}/attachments/{file}", "AM-POL"), 404)
    problem(await node.get(f"/v1/requests/{made['id']}/attachments/{file}", "RU-MVD"), 404)
    told = [("denied", "not_there", {"method": "GET"})] * 2
    assert [(row["deed"], row["subject"], row["detail"]) for row in await trail(node, "AM-POL")] == told
    assert [(row["deed"], row["request"]) for row in await trail(node, "RU-MVD")] == [("denied", made["id"])]


async def test_who_reads_a_draft_or_the_list_of_drafts_is_written_down(node: Node) -> None:
    sent = {"kind": "submit", "body": {"purpose": "Раскрытие преступления"}}
    draft = (await node.call("POST", "/v1/drafts", role=Role.OFFICER, value=sent)).json()
    before = len(await trail(node))
    await node.get(f"/v1/drafts/{draft['id']}", role=Role.AUDITOR)
    await node.get("/v1/drafts?kind=submit", role=Role.AUDITOR)
    rows = [(row["deed"], row["subject"], row["detail"]) for row in (await trail(node))[before:]]
    assert rows == [("read", draft["id"], {"draft": 1}), ("listed", "drafts", {"filters": ["kind"]})]
