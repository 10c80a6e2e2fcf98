"""Drafts over the interface: from the first word to the signature, and all who may not or come at once."""

import asyncio
import json
from typing import Any

import pytest

from schemas.vocabulary import Role
from tests.api.drafts import DEPUTY, HEAD, OFFICER, REFUSAL, WORDS, save, sent, sign, start, step
from tests.api.house import SUBMISSION, URGENT, Node, problem

# --- the way of a draft -----------------------------------------------------------------------------------


async def test_p_6_5_an_officer_drafts_the_head_returns_and_then_signs(node: Node) -> None:
    draft = await start(node, {"reference": "1"})
    assert {gap["pointer"] for gap in draft["gaps"]} == {
        *("/requested_authority", "/purpose", "/grounds", "/substance", "/assistance", "/execution_term", "/language")
    }
    assert all(gap["article"] for gap in draft["gaps"])
    saved = (await save(node, draft, WORDS)).json()
    assert (saved["version"], saved["gaps"], saved["authors"]) == (2, [], ["person:kz-mvd.officer"])
    shown = await sent(node, saved)
    assert shown["allowed_steps"] == ["returned", "signed"]
    back = (await step(node, shown, "returns", HEAD, remarks="Назовите дело")).json()
    assert (back["state"], back["steps"][-1]["remarks"]) == ("returned", "Назовите дело")
    better = (await save(node, back, {**WORDS, "grounds": "Дело № 5"})).json()
    shown = await sent(node, better)
    answer = await sign(node, shown)
    signed = answer.json()
    assert answer.status_code == 201, answer.text
    assert (signed["state"], signed["signed_by"], signed["seq"]) == ("signed", "person:kz-mvd.head", 1)
    assert [one["step"] for one in signed["steps"]] == ["saved", "saved", "sent", "returned", "saved", "sent", "signed"]
    request = (await node.get(f"/v1/requests/{signed['became']}")).json()
    assert (request["grounds"], request["state"]) == ("Дело № 5", "received")
    assert request["signatory"]["position"] == "head"
    record = (await node.get(f"/v1/requests/{signed['became']}/record")).json()["items"]
    assert record[0]["body"] == json.loads(shown["to_sign"]["text"])
    assert signed["digest"] == shown["to_sign"]["digest"]


async def test_p_6_5_nobody_signs_words_of_their_own(node: Node) -> None:
    alone = await start(node, role=HEAD)
    await step(node, alone, "sendings", HEAD)
    shown = (await node.get(f"/v1/drafts/{alone['id']}", role=HEAD)).json()
    assert shown["to_sign"] is None
    deputy = (await node.get(f"/v1/drafts/{alone['id']}", role=DEPUTY)).json()
    answer = await step(node, deputy, "signatures", HEAD, digest=deputy["to_sign"]["digest"])
    assert problem(answer, 403, "own_words")["rule"] == "P-6.5"
    assert (await sign(node, deputy, DEPUTY)).status_code == 201


async def test_p_6_5_two_tokens_of_one_role_are_one_person(node: Node) -> None:
    draft = await start(node, role=HEAD)
    await step(node, draft, "sendings", HEAD)
    other = await node.token("KZ-MVD", HEAD)
    value = {"version": 2, "digest": "0" * 64}
    path = f"/v1/drafts/{draft['id']}/signatures"
    answer = await node.call("POST", path, value=value, headers={"Authorization": f"Bearer {other}"})
    assert problem(answer, 403)["code"] == "own_words"


async def test_p_6_5_an_officer_cannot_sign_and_a_program_is_nobody(node: Node) -> None:
    shown = await sent(node, await start(node))
    for role in (OFFICER, Role.AUDITOR, Role.SYSTEM):
        answer = await step(node, shown, "signatures", role, digest=shown["to_sign"]["digest"])
        assert answer.json()["rule"] == "P-6.5"
        assert problem(answer, 403)
        assert problem(await step(node, shown, "returns", role, remarks="а"), 403)


async def test_p_6_5_a_draft_that_bears_a_signatory_is_refused(node: Node) -> None:
    answer = await node.call("POST", "/v1/drafts", role=OFFICER, value={"kind": "submit", "body": SUBMISSION})
    assert problem(answer, 422, "signatory_by_node")["errors"][0]["pointer"] == "/signatory"


async def test_p_6_4_an_urgent_request_goes_out_unsigned_and_its_confirmation_is_signed(node: Node) -> None:
    draft = await start(node, {**WORDS, "urgent": URGENT})
    answer = await step(node, draft, "entries", digest=draft["to_sign"]["digest"])
    assert answer.status_code == 201, answer.text
    request = answer.json()["became"]
    assert (await node.get(f"/v1/requests/{request}")).json()["facts"]["unconfirmed"]
    confirm = await start(node, {}, kind="confirm", request=request)
    assert problem(await step(node, confirm, "entries", digest="0" * 64), 403, "signature_needed")
    assert (await sign(node, await sent(node, confirm))).status_code == 201
    assert not (await node.get(f"/v1/requests/{request}")).json()["facts"]["unconfirmed"]


async def test_p_9_2_a_refusal_is_drafted_and_signed(node: Node) -> None:
    request = (await node.submitted())["id"]
    draft = await start(node, REFUSAL, kind="refuse", by="RU-MVD", request=request)
    shown = await sent(node, draft, "RU-MVD", DEPUTY)
    signed = (await sign(node, shown, DEPUTY, "RU-MVD")).json()
    assert (signed["became"], signed["seq"], signed["number"]) == (request, 3, "KZ-MVD/2026/O-00001")
    refusal = (await node.get(f"/v1/requests/{request}")).json()["facts"]["refusals"][0]
    assert refusal["signatory"]["position"] == "deputy_head"


async def test_an_act_that_nobody_signs_is_entered(node: Node) -> None:
    request = (await node.submitted())["id"]
    draft = await start(node, {"text": "Направляем копию"}, kind="note", request=request)
    assert problem(await step(node, draft, "sendings"), 409, "nothing_to_sign")
    entered = (await step(node, draft, "entries", digest=draft["to_sign"]["digest"])).json()
    assert (entered["state"], entered["seq"]) == ("entered", 3)
    again = await step(node, draft, "entries", digest=draft["to_sign"]["digest"])
    assert (again.status_code, again.json()["seq"]) == (201, 3)
    assert (await node.get(f"/v1/requests/{request}")).json()["seq"] == 3


async def test_a_redirect_names_its_own_entry_and_not_the_receipt_that_follows(node: Node) -> None:
    request = (await node.submitted())["id"]
    body = {"to_authority": "RU-FSB", "reason": "подследственность"}
    draft = await start(node, body, kind="redirect", by="RU-MVD", request=request)
    entered = (await step(node, draft, "entries", by="RU-MVD", digest=draft["to_sign"]["digest"])).json()
    record = (await node.get(f"/v1/requests/{request}/record")).json()["items"]
    assert record[entered["seq"] - 1]["act"] == "redirect"


# --- gaps -------------------------------------------------------------------------------------------------


async def test_p_6_2_every_gap_is_named_at_once_the_law_s_too(node: Node) -> None:
    body = {
        **WORDS,
        "purpose": " ",
        "requested_authority": "KZ-NSC",
        "execution_term": {"days": 29, "basis": "protocol"},
        "assistance": [{"form": "procedural_act", "text": ""}],
    }
    gaps = {gap["pointer"]: gap["rule"] for gap in (await start(node, body))["gaps"]}
    assert gaps == {
        "/purpose": "P-6.2",
        "/requested_authority": "P-16",
        "/execution_term/days": "P-7.2",
        "/assistance/0/text": "P-5",
        "/assistance/0/citation": "P-5",
    }


async def test_a_draft_with_gaps_is_not_sent(node: Node) -> None:
    draft = await start(node, {**WORDS, "purpose": "", "requested_authority": "KZ-NSC"})
    told = problem(await step(node, draft, "sendings"), 422, "draft_gaps")
    assert {one["pointer"] for one in told["errors"]} == {"/purpose", "/requested_authority"}
    own = await start(node, {**WORDS, "requested_authority": "KZ-NSC"})
    assert problem(await step(node, own, "sendings"), 422, "own_state")


async def test_a_request_that_changed_meanwhile_leaves_the_draft_for_signature(node: Node) -> None:
    request = (await node.submitted())["id"]
    draft = await start(node, REFUSAL, kind="refuse", by="RU-MVD", request=request)
    shown = await sent(node, draft, "RU-MVD")
    await node.done({"id": request}, "KZ-MVD", "withdraw", reason="а")
    before = await node.kept()
    assert problem(await sign(node, shown, by="RU-MVD"), 409, "not_in_this_state")["allowed_acts"]
    left = (await node.get(f"/v1/drafts/{draft['id']}", "RU-MVD", HEAD)).json()
    assert (left["state"], left["version"], bool(left["gaps"])) == ("for_signature", 2, True)
    assert await node.kept() == before
    assert (await step(node, left, "returns", HEAD, by="RU-MVD", remarks="Запрос отозван")).status_code == 201


# --- two at once ------------------------------------------------------------------------------------------


async def test_two_officers_who_save_at_once_lose_no_words(node: Node) -> None:
    draft = await start(node)
    mine, yours = {**WORDS, "purpose": "одно"}, {**WORDS, "purpose": "другое"}
    answers = await asyncio.gather(save(node, draft, mine), save(node, draft, yours, role=HEAD))
    assert sorted(one.status_code for one in answers) == [200, 412]
    stale = next(one for one in answers if one.status_code == 412)
    told = problem(stale, 412, "draft_is_newer")
    assert {told["current"]["body"]["purpose"], told["yours"]["purpose"]} == {"одно", "другое"}
    assert told["current"]["version"] == 2


@pytest.mark.parametrize(("tag", "status"), [(None, 428), ('"9"', 412), ('W/"1"', 412), ("*", 412), ('"1", "2"', 412)])
async def test_a_save_names_the_version_that_it_was_made_from(node: Node, tag: str | None, status: int) -> None:
    draft = await start(node)
    assert problem(await save(node, draft, WORDS, tag=tag), status)


async def test_two_signatories_at_once_have_one_effect(node: Node) -> None:
    draft = await start(node)
    shown = await sent(node, draft)
    other = (await node.get(f"/v1/drafts/{draft['id']}", role=DEPUTY)).json()
    await node.headers("KZ-MVD", HEAD)
    await node.headers("KZ-MVD", DEPUTY)
    answers = await asyncio.gather(*[sign(node, shown), sign(node, other, DEPUTY)] * 2)
    codes = sorted({one.status_code for one in answers})
    assert codes in ([201, 409], [201, 412])
    assert len({one.json()["signed_by"] for one in answers if one.status_code == 201}) == 1
    assert len((await node.get("/v1/requests")).json()["items"]) == 1


async def test_a_signature_made_again_is_answered_as_it_was(node: Node) -> None:
    shown = await sent(node, await start(node))
    first, again = await sign(node, shown), await sign(node, shown)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert len((await node.get("/v1/requests")).json()["items"]) == 1


async def test_a_retry_under_one_key_takes_a_step_once(node: Node) -> None:
    draft, headers = await start(node), {"Idempotency-Key": "k"}
    path, value = f"/v1/drafts/{draft['id']}/sendings", {"version": 1}
    first = await node.call("POST", path, role=OFFICER, value=value, headers=headers)
    again = await node.call("POST", path, role=OFFICER, value=value, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotent-replayed"] == "true"


# --- who does not see it ----------------------------------------------------------------------------------


async def test_no_other_authority_ever_sees_a_draft(node: Node) -> None:
    draft = await start(node)
    path = f"/v1/drafts/{draft['id']}"
    for by in ("RU-MVD", "KZ-NSC"):
        assert problem(await node.get(path, by, HEAD), 404, "not_there")
        value: dict[str, Any] = {"version": 1}
        assert problem(await node.call("PUT", path, by, HEAD, value={"body": {}}, headers={"If-Match": '"1"'}), 404)
        assert problem(await node.call("POST", f"{path}/sendings", by, HEAD, value=value), 404)
        assert problem(await node.call("POST", f"{path}/drops", by, HEAD, value=value), 404)
        assert problem(await node.call("POST", f"{path}/returns", by, HEAD, value={**value, "remarks": "а"}), 404)
        for name in ("signatures", "entries"):
            sent_ = {**value, "digest": "0" * 64}
            assert problem(await node.call("POST", f"{path}/{name}", by, HEAD, value=sent_), 404)
            assert problem(await node.call("POST", f"{path}/{name}", by, HEAD, value={"x": 1}), 404)
        assert (await node.get("/v1/drafts", by, HEAD)).json()["items"] == []
    assert [one["id"] for one in (await node.get("/v1/drafts", role=Role.AUDITOR)).json()["items"]] == [draft["id"]]


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.AUDITOR, Role.SECRECY_OFFICER, Role.OPERATOR])
async def test_who_may_not_draft_writes_nothing(node: Node, role: Role) -> None:
    draft = await start(node)
    answer = await node.call("POST", "/v1/drafts", role=role, value={"kind": "submit", "body": {}})
    assert problem(answer, 403, "role_may_not")
    assert problem(await save(node, draft, WORDS, role=role), 403)
    for name in ("sendings", "drops"):
        assert problem(await step(node, draft, name, role), 403, "role_may_not")


async def test_a_draft_of_an_act_is_on_a_request_that_its_author_sees(node: Node) -> None:
    request = (await node.submitted())["id"]
    value = {"kind": "note", "body": {}, "request": request}
    assert problem(await node.call("POST", "/v1/drafts", "BY-MVD", OFFICER, value=value), 404)
    assert problem(await node.call("POST", "/v1/drafts", role=OFFICER, value={"kind": "note", "body": {}}), 422)
    odd = {"kind": "submit", "body": {}, "request": request}
    assert problem(await node.call("POST", "/v1/drafts", role=OFFICER, value=odd), 422, "draft_request")


async def test_drafts_are_listed_by_page_the_last_changed_first(node: Node) -> None:
    made = []
    for number in range(3):
        node.clock.advance(minutes=1)
        made.append((await start(node, {"purpose": f"цель {number}"}))["id"])
    first = (await node.get("/v1/drafts", params={"limit": "2"})).json()
    assert [one["id"] for one in first["items"]] == made[:0:-1]
    assert first["items"][0]["about"] == "цель 2"
    rest = (await node.get("/v1/drafts", params={"limit": "2", "after": first["next"]})).json()
    assert ([one["id"] for one in rest["items"]], rest["next"]) == (made[:1], None)
    assert (await node.get("/v1/drafts", params={"state": "signed"})).json()["items"] == []
    assert len((await node.get("/v1/drafts", params={"kind": "submit"})).json()["items"]) == 3
