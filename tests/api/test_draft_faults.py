"""Drafts under hostile bodies, substitutes, and a node that dies."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from exchange.api.catalogue_people import SUBSTITUTION
from exchange.core.access import Actor
from exchange.core.errors import Unavailable
from exchange.service import drafts, people
from exchange.service.drafts import Proof
from schemas.vocabulary import Role
from tests.api.drafts import DEPUTY, HEAD, OFFICER, REFUSAL, WORDS, sent, sign, start, step
from tests.api.house import NOW, Node, problem
from tests.conftest import Database

# --- hostile bodies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b'{"kind": "submit", "body": []}',
        b'{"kind": "submit", "body": "x"}',
        b'{"kind": "submit"}',
        b'{"kind": "sign", "body": {}}',
        b'{"kind": "submit", "body": {}, "state": "signed"}',
        b'{"kind": "submit", "body": {}, "request": "x"}',
        b'{"kind": "submit", "body": {"purpose": "\\ud800"}}',
        b'{"kind": "submit", "body": {"purpose": ' + b"9" * 5000 + b"}}",
        b'{"kind": "submit", "body": {"purpose": {"purpose": {}}}}',
        b'{"kind": "submit", "body": {"assistance": [[[]]]}}',
        b'{"kind": "submit", "body": {"protected": {"mark": "a", "content": "b"}}}',
    ],
)
async def test_hostile_bodies_are_refused_whole(node: Node, raw: bytes) -> None:
    assert problem(await node.call("POST", "/v1/drafts", role=OFFICER, raw=raw), 422)
    assert (await node.get("/v1/drafts")).json()["items"] == []


async def test_a_null_byte_stays_in_the_draft_and_is_a_gap(node: Node) -> None:
    draft = await start(node, {**WORDS, "purpose": "а\0б"})
    assert draft["body"]["purpose"] == "а\0б"
    assert [gap["pointer"] for gap in draft["gaps"]] == ["/purpose"]


async def test_the_trail_tells_of_every_step(node: Node) -> None:
    draft = await start(node)
    signed = (await sign(node, await sent(node, draft))).json()
    async with node.runtime.connection() as conn:
        rows = await conn.fetch("SELECT deed, who, request FROM audit WHERE subject = $1 ORDER BY id", draft["id"])
    assert [(row["deed"], row["who"]) for row in rows] == [
        ("drafted", "person:kz-mvd.officer"),
        ("sent_for_signature", "person:kz-mvd.officer"),
        ("read", "person:kz-mvd.head"),
        ("signed", "person:kz-mvd.head"),
    ]
    assert str(rows[-1]["request"]) == signed["became"]


async def test_the_application_cannot_change_or_take_away_a_step(node: Node) -> None:
    await start(node)
    async with node.runtime.connection() as conn:
        for sql in ("UPDATE draft_step SET who = 'x'", "DELETE FROM draft_step", "DELETE FROM draft"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.execute(sql)


# --- who stands in, and what breaks -----------------------------------------------------------------------


async def test_p_6_5_a_substitute_signs_in_the_absent_head_s_position_until_the_order_ends(node: Node) -> None:
    assert (await node.call("POST", "/v1/substitutions", role=HEAD, value=SUBSTITUTION)).status_code == 201
    first, second = [await start(node, role=DEPUTY) for _ in range(2)]
    for draft in (first, second):
        assert (await step(node, draft, "sendings", DEPUTY)).status_code == 201
    shown = (await node.get(f"/v1/drafts/{first['id']}", role=OFFICER)).json()
    assert shown["to_sign"]["signatory"] == {
        "name": "Образцов В. В. (образец)",
        "position": "head",
        "acting_under": "Приказ № 12-к от 27.02.2026",
    }
    signed = await sign(node, shown, OFFICER)
    assert signed.status_code == 201, signed.text
    assert (await node.get(f"/v1/requests/{signed.json()['became']}")).json()["signatory"]["acting_under"]
    late = (await node.get(f"/v1/drafts/{second['id']}", role=OFFICER)).json()
    node.clock.advance(days=15)
    assert problem(await sign(node, late, OFFICER), 403, "substitution_expired")["rule"] == "P-6.5"
    gone = (await node.get(f"/v1/drafts/{second['id']}", role=OFFICER)).json()
    assert (gone["state"], gone["to_sign"]) == ("for_signature", None)


async def test_p_6_5_a_substitution_covers_the_acts_that_the_order_names(node: Node) -> None:
    order = {**SUBSTITUTION, "absent": "ru-mvd.head", "substitute": "ru-mvd.officer"}
    assert (await node.call("POST", "/v1/substitutions", "RU-MVD", HEAD, value=order)).status_code == 201
    request = (await node.submitted())["id"]
    draft = await start(node, REFUSAL, kind="refuse", by="RU-MVD", role=DEPUTY, request=request)
    await step(node, draft, "sendings", DEPUTY, by="RU-MVD")
    answer = await node.call(
        "POST",
        f"/v1/drafts/{draft['id']}/signatures",
        "RU-MVD",
        OFFICER,
        value={"version": 2, "digest": "0" * 64},
    )
    assert problem(answer, 403, "substitution_out_of_scope")


async def sign_and_die(node: Node, database: Database, shown: dict[str, Any], head: Actor) -> None:
    """Sign in a transaction whose connection is cut off before it ends."""
    proof, desk = Proof(node.runtime.gate, "", "", NOW), node.runtime.desk
    digest = shown["to_sign"]["digest"]
    async with node.runtime.transaction() as conn:
        own = await conn.fetchval("SELECT pg_backend_pid()")
        done = await drafts.sign(conn, desk, UUID(shown["id"]), shown["version"], digest, proof, head, NOW)
        assert done.state == "signed"
        killer = await asyncpg.connect(database.dsn)
        await killer.execute("SELECT pg_terminate_backend($1)", own)
        await killer.close()


async def test_a_node_that_dies_between_the_signature_and_the_answer_leaves_nothing_half(
    node: Node, database: Database
) -> None:
    draft = await start(node)
    shown = await sent(node, draft)
    before = await node.kept()
    async with node.runtime.connection() as conn:
        head = await people.sample(conn, "KZ-MVD", HEAD, NOW)
    with pytest.raises(Unavailable):
        await sign_and_die(node, database, shown, head)
    assert await node.kept() == before
    left = (await node.get(f"/v1/drafts/{draft['id']}", role=HEAD)).json()
    assert (left["state"], left["became"], left["steps"][-1]["step"]) == ("for_signature", None, "sent")
    assert (await sign(node, left)).status_code == 201


async def test_a_step_made_again_under_its_key_is_shown_to_nobody_who_drafts_not(node: Node) -> None:
    draft = await start(node)
    way, key = f"/v1/drafts/{draft['id']}/sendings", {"Idempotency-Key": "one"}
    value = {"version": draft["version"]}
    first = await node.call("POST", way, role=OFFICER, value=value, headers=key)
    again = await node.call("POST", way, role=OFFICER, value=value, headers=key)
    assert (first.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    problem(await node.call("POST", way, role=Role.AUDITOR, value=value, headers=key), 403, "role_may_not")
