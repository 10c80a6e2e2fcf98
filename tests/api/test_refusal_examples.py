"""The refusals of the description, each brought about on a live node; and the pages that show it."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest

from exchange.api import catalogue_registry, examples
from exchange.api.catalogue import OPERATIONS
from exchange.api.catalogue_drafts import WHOLE
from exchange.api.catalogue_people import ACCOUNT, SUBSTITUTION, TOKEN
from exchange.api.openapi import codes_of, refusal, refusals
from exchange.api.operation import Operation
from schemas.vocabulary import ActKind, Role
from tests.api.described import (
    ACKNOWLEDGE,
    DO,
    NOTICES,
    SUBMIT,
    TREATY,
    name,
    some_account,
    some_proposal,
    told,
)
from tests.api.house import Node

ELSEWHERE = re.compile(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//|@import|url\(""", re.IGNORECASE)


# --- the refusals against a live node ---------------------------------------------------------------------


def of(method: str, path: str) -> Operation:
    (operation,) = [one for one in OPERATIONS if name(one) == f"{method} {path}"]
    return operation


UPLOAD = "/v1/attachments"


NAMED = {"Content-Disposition": "attachment; filename=a"}


OTHER = {"Content-Type": "text/plain", "Content-Digest": f"sha-256=:{'A' * 43}=:"}


HIDDEN = "attachment; filename*=UTF-8''a%E2%80%AEfdp.exe"


INLINE = {"mark": "secret", "designation": "Справка", "kind": "document", "content": "0J7QsdGA0LDQt9C10YY="}


REFUSED: Mapping[str, tuple[str, str, dict[str, Any]]] = {
    "not_json": ("POST", SUBMIT, {"raw": b"{"}),
    "bad_idempotency_key": (
        "POST",
        SUBMIT,
        {"value": examples.SUBMISSION, "headers": {"Idempotency-Key": "a" * 256}},
    ),
    "idempotency_key_needed": ("POST", SUBMIT, {"value": {**examples.SUBMISSION, "protected": INLINE}}),
    "protected_unknown": ("POST", SUBMIT, {"value": {**examples.SUBMISSION, "protected": ["KZ-MVD/2026/S-00001"]}}),
    "state_secret_in_open_field": ("POST", SUBMIT, {"value": {**examples.SUBMISSION, "substance": "Секретно"}}),
    "caller_unknown": ("GET", SUBMIT, {"headers": {"Authorization": "Bearer x"}}),
    "role_may_not": ("POST", SUBMIT, {"role": Role.AUDITOR, "value": examples.SUBMISSION}),
    "signature_needed": ("POST", SUBMIT, {"role": Role.OFFICER, "value": examples.SUBMISSION}),
    "not_there": ("GET", "/v1/requests/{id}", {}),
    "clock_refused": ("POST", "/v1/sandbox/clock", {"value": {"now": "1999-01-01T00:00:00Z"}}),
    "not_in_this_state": ("POST", DO, {"by": "RU-MVD", "value": examples.act(ActKind.ACCEPT)}),
    "stale": ("POST", DO, {"value": examples.act(ActKind.NOTE), "headers": {"If-Match": '"0"'}}),
    "body_too_large": ("POST", SUBMIT, {"raw": b" " * 80_000_000}),
    "media_type": ("POST", SUBMIT, {"value": {}, "headers": {"Content-Type": "text/plain"}}),
    "authority_unknown": ("POST", "/v1/sandbox/tokens", {"value": {**examples.TOKEN, "authority": "XX"}}),
    "invalid_query": ("GET", SUBMIT, {"query": "?limit=0"}),
    "invalid_shape": ("POST", SUBMIT, {"value": {**examples.SUBMISSION, "colour": 1}}),
    "bad_file_name": (
        "POST",
        UPLOAD,
        {"raw": b"a", "headers": {"Content-Disposition": "attachment; filename*=UTF-8''%FF"}},
    ),
    "bad_digest": ("POST", UPLOAD, {"raw": b"a", "headers": NAMED | {"Content-Digest": "sha-256=:AA:"}}),
    "bad_media_type": ("POST", UPLOAD, {"raw": b"a", "headers": NAMED | {"Content-Type": "text"}}),
    "file_name_needed": ("POST", UPLOAD, {"raw": b"a"}),
    "file_name_path": ("POST", UPLOAD, {"raw": b"a", "query": "?name=../a"}),
    "file_name_unseen": ("POST", UPLOAD, {"raw": b"a", "headers": {"Content-Disposition": HIDDEN}}),
    "file_empty": ("POST", UPLOAD, {"raw": b"", "headers": NAMED}),
    "file_type_wrong": ("POST", UPLOAD, {"raw": b"a", "headers": NAMED | {"Content-Type": "application/pdf"}}),
    "file_digest_differs": ("POST", UPLOAD, {"raw": b"a", "headers": NAMED | OTHER}),
    "key_reused": ("POST", SUBMIT, {"value": examples.SUBMISSION, "headers": {"Idempotency-Key": "1"}}),
    "unavailable": ("GET", SUBMIT, {}),
    "login_taken": ("POST", "/v1/accounts", {"role": Role.OPERATOR, "value": ACCOUNT}),
    "own_account": (
        "POST",
        "/v1/accounts/{login}/changes",
        {"role": Role.OPERATOR, "value": {"change": "disable"}},
    ),
    "person_unknown": (
        "POST",
        "/v1/substitutions",
        {"role": Role.HEAD, "value": {**SUBSTITUTION, "substitute": "ru-mvd.head"}},
    ),
    "scope_not_of_role": (
        "POST",
        "/v1/tokens",
        {"role": Role.OPERATOR, "value": {**TOKEN, "role": "auditor", "scopes": ["sign"]}},
    ),
    "proposal_decided": ("POST", "/v1/proposals/{proposal}/confirm", {"role": Role.HEAD, "value": {}}),
    "acknowledged_already": ("POST", ACKNOWLEDGE, {"by": "RU-MVD", "value": {}}),
    "secretariat_only": ("POST", TREATY, {"value": catalogue_registry.WITHDRAWAL}),
    "leaving_too_early": (
        "POST",
        TREATY,
        {"by": "CSTO-SEC", "value": {**catalogue_registry.WITHDRAWAL, "leaving_on": "2026-08-19"}},
    ),
}
"""How each refusal comes about."""


DRAFT = "/v1/drafts/{id}"


OF_DRAFTS: Mapping[str, tuple[str, str, dict[str, Any]]] = {
    "draft_field_unknown": ("PUT", DRAFT, {"value": {"body": {"colour": 1}}, "headers": {"If-Match": '"1"'}}),
    "signatory_by_node": ("PUT", DRAFT, {"value": {"body": {"signatory": {}}}, "headers": {"If-Match": '"1"'}}),
    "no_version": ("PUT", DRAFT, {"value": {"body": {}}}),
    "draft_is_newer": ("PUT", DRAFT, {"value": {"body": {"reference": "2"}}, "headers": {"If-Match": '"1"'}}),
    "draft_changed": ("POST", f"{DRAFT}/drops", {"value": {"version": 9}}),
    "draft_not_in_this_state": ("POST", f"{DRAFT}/sendings", {"value": {"version": 2}}),
    "draft_gaps": ("POST", f"{DRAFT}/entries", {"value": {"version": 1}}),
    "own_words": ("POST", f"{DRAFT}/signatures", {"role": Role.HEAD, "value": {"version": 2, "digest": "0" * 64}}),
    "other_bytes": ("POST", f"{DRAFT}/signatures", {"role": Role.HEAD, "value": {"version": 2, "digest": "0" * 64}}),
}
"""How each refusal of a draft comes about, once an officer began one."""


ELSEWHERE_TOO = {
    "authority_unknown",
    "secretariat_only",
    "leaving_too_early",
    "protected_unknown",
    "state_secret_in_open_field",
}
"""The refusals whose pointer or gaps are others in each call."""


SLOW = {
    "body_too_slow",
    "key_in_work",
    "too_many_calls",
    "body_cut_off",
    "no_room",
    "file_broken",
    "no_such_range",
    "head_confirms",
    "not_printed",
}
"""The refusals that other tests bring about, since they need patience or a node of another kind."""


def test_every_refusal_of_the_description_is_brought_about() -> None:
    assert set(refusals(OPERATIONS)) == REFUSED.keys() | OF_DRAFTS.keys() | SLOW


@pytest.mark.parametrize("code", REFUSED)
async def test_every_refusal_comes_as_its_example_says(node: Node, code: str) -> None:
    method, path, more = REFUSED[code]
    await node.open_clock()
    made = await node.submitted()
    if code == "not_in_this_state":
        await node.done(made, "KZ-MVD", **examples.act(ActKind.WITHDRAW))
    if code == "key_reused":
        await node.call("POST", SUBMIT, value={**examples.SUBMISSION, "reference": "1"}, headers=more["headers"])
    if code == "proposal_decided":
        await some_proposal(node)
        await node.call("POST", "/v1/proposals/1/decline", role=Role.HEAD, value={})
    if code == "login_taken":
        await some_account(node)
    if code == "unavailable":
        await node.headers("KZ-MVD")
        await node.runtime.pool.close()
    if code == "acknowledged_already":
        await node.call("POST", NOTICES, value=catalogue_registry.DESIGNATION)
        await node.call("POST", f"{NOTICES}/21/acknowledgements", "RU-MVD", value={})
    query = more.get("query", "")
    call = {key: value for key, value in more.items() if key != "query"}
    request = str(uuid4()) if code == "not_there" else made["id"]
    address = path.replace("{id}", request).replace("{login}", "kz-mvd.operator").replace("{notice}", "21")
    address = address.replace("{proposal}", "1")
    answer = await node.call(method, address + query, **call)
    assert (answer.status_code, answer.json()["code"]) == (refusal(code)["status"], code), answer.text
    assert code in codes_of(of(method, path))
    told(answer, of(method, path))
    if code not in ELSEWHERE_TOO:
        assert answer.json() == refusal(code)


@pytest.mark.parametrize("code", OF_DRAFTS)
async def test_every_refusal_of_a_draft_comes_as_its_example_says(node: Node, code: str) -> None:
    method, path, more = OF_DRAFTS[code]
    role = more.get("role", Role.OFFICER)
    author = Role.HEAD if code == "own_words" else Role.OFFICER
    wanted: dict[str, Any] = {"kind": "submit", "body": WHOLE}
    if code == "draft_gaps":
        wanted = {"kind": "note", "request": (await node.submitted())["id"], "body": {}}
    draft = (await node.call("POST", "/v1/drafts", role=author, value=wanted)).json()
    value = dict(more["value"])
    if code == "draft_gaps":
        value["digest"] = draft["to_sign"]["digest"]
    before = {
        "draft_is_newer": ("PUT", "", {"body": {"reference": "1"}}),
        "draft_not_in_this_state": ("POST", "/drops", {"version": 1}),
        "own_words": ("POST", "/sendings", {"version": 1}),
        "other_bytes": ("POST", "/sendings", {"version": 1}),
    }
    if code in before:
        verb, step, sent = before[code]
        done = await node.call(
            verb, f"/v1/drafts/{draft['id']}{step}", role=author, value=sent, headers={"If-Match": '"1"'}
        )
        assert done.is_success, done.text
    address = path.replace("{id}", draft["id"])
    answer = await node.call(method, address, role=role, value=value, headers=more.get("headers"))
    assert (answer.status_code, answer.json()["code"]) == (refusal(code)["status"], code), answer.text
    assert code in codes_of(of(method, path))
    told(answer, of(method, path))
    assert answer.json() == refusal(code)


# --- the pages --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/docs", "/docs/style.css"])
async def test_pages_load_nothing_from_elsewhere(node: Node, path: str) -> None:
    answer = await node.http.get(path)
    assert answer.status_code == 200
    assert not ELSEWHERE.search(answer.text)
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")


async def test_the_reference_shows_every_call_with_its_answers(node: Node) -> None:
    text = (await node.http.get("/docs")).text
    assert all(name(operation) in text for operation in OPERATIONS)
    assert text.count("<summary>Пример ответа: <code>") == len(OPERATIONS) + 1  # one goes with 503
    places = set(re.findall(r'\bid="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= places
    assert {f"problem-{code}" for code in refusals(OPERATIONS)} <= places
