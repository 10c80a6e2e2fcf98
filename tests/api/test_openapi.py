"""The description of the interface: valid, whole, and every example in it held against a live node."""

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import jsonschema
import pytest
from pydantic import AwareDatetime, TypeAdapter

from exchange.api import answers, catalogue_registry, examples
from exchange.api.catalogue import OPERATIONS
from exchange.api.catalogue_drafts import WHOLE, WORDS
from exchange.api.catalogue_people import ACCOUNT, PROPOSALS_WANTED, SUBSTITUTION, TOKEN
from exchange.api.metrics import Figures
from exchange.api.openapi import codes_of, describe, refusal, refusals
from exchange.api.operation import Operation
from exchange.api.problems import RETRY_SECONDS
from exchange.api.routes import handlers
from exchange.core.acts import ACTS
from exchange.delivery.smtp import Mailer
from exchange.letters.code import code_of
from exchange.runtime import Mode
from exchange.service.outbox import deliver_due
from exchange.service.sandbox import find_sink, open_sink
from schemas.vocabulary import ActKind, Role, Side
from tests.api.house import NOW, URGENT, Node
from tests.service.node import post_over

ELSEWHERE = re.compile(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//|@import|url\(""", re.IGNORECASE)
SCHEMA = Path(__file__).parent / "schema" / "openapi-3.1.json"
DESCRIPTION = describe("1", sandbox=True)
SUBMIT, DO = "/v1/requests", "/v1/requests/{id}/acts"
NOTICES, TREATY = "/v1/registry/notices", "/v1/registry/treaty-notices"
ACKNOWLEDGE = f"{NOTICES}/{{notice}}/acknowledgements"
FREE = {"body", "fact", "detail"}
"""Members of no one form: each act, each fact and each deed of the trail has its own."""

BEFORE: Mapping[ActKind, tuple[ActKind, ...]] = {
    ActKind.PROVIDE_INFORMATION: (ActKind.ASK_INFORMATION,),
    ActKind.RESUME: (ActKind.POSTPONE,),
    ActKind.ACCEPT_CONDITIONS: (ActKind.OFFER_CONDITIONS,),
    ActKind.DECLINE_CONDITIONS: (ActKind.OFFER_CONDITIONS,),
    ActKind.DISCONTINUE: (ActKind.OFFER_CONDITIONS, ActKind.DECLINE_CONDITIONS),
    ActKind.AGREE_TERM: (ActKind.PROPOSE_TERM,),
    ActKind.GRANT_PRESENCE: (ActKind.ASK_PRESENCE,),
    ActKind.DENY_PRESENCE: (ActKind.ASK_PRESENCE,),
    ActKind.ASK_OTHER_USE: (ActKind.REPORT_RESULTS,),
    ActKind.GRANT_OTHER_USE: (ActKind.REPORT_RESULTS, ActKind.ASK_OTHER_USE),
    ActKind.DENY_OTHER_USE: (ActKind.REPORT_RESULTS, ActKind.ASK_OTHER_USE),
    ActKind.CLOSE_CONSULTATION: (ActKind.OPEN_CONSULTATION,),
    ActKind.AGREE_COSTS: (ActKind.PROPOSE_COSTS,),
}
"""The acts whose examples come before; the rest can be done on a request just received."""

CHANGES: Mapping[ActKind, dict[str, Any]] = {
    ActKind.RECEIVE: {"requested_authority": "TJ-GKNB"},
    ActKind.CONFIRM: {"urgent": URGENT, "signatory": None},
    ActKind.HOLD: {"urgent": URGENT, "signatory": None},
}
"""What the request must be for an example: to an authority without a node, or urgent and not yet confirmed."""

READERS: Mapping[str, Callable[[str], object]] = {
    "date": date.fromisoformat,
    "date-time": TypeAdapter(AwareDatetime).validate_python,
    "duration": TypeAdapter(timedelta).validate_python,
    "uuid": UUID,
}
FORMATS = jsonschema.FormatChecker(formats=())


def read_by(reader: Callable[[str], object]) -> Callable[[object], bool]:
    """Make the check of a format: texts must be readable, ValueError says that one is not."""

    def check(value: object) -> bool:
        if isinstance(value, str):
            reader(value)
        return True

    return check


for known, reader in READERS.items():
    FORMATS.checks(known, ValueError)(read_by(reader))


def name(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def described(operation: Operation) -> dict[str, Any]:
    return dict(DESCRIPTION["paths"][operation.path][operation.method.lower()])


def fits(value: object, schema: Mapping[str, Any]) -> None:
    """Prove that a value fits a schema of the description."""
    whole = {**schema, "components": DESCRIPTION["components"]}
    jsonschema.Draft202012Validator(whole, format_checker=FORMATS).validate(value)


def same_names(example: object, real: object, where: str = "") -> None:
    """Prove that an answer has the members of its example, all the way down, and that a page shows something."""
    if isinstance(example, dict) and isinstance(real, dict):
        assert set(example) == set(real), where
        for key in example.keys() - FREE:
            same_names(example[key], real[key], f"{where}/{key}")
    elif isinstance(example, list) and isinstance(real, list) and example:
        assert real or where != "/items", "nothing is shown"
        for item in real:
            same_names(example[0], item, f"{where}/-")


def told(answer: httpx.Response, operation: Operation) -> None:
    """Prove that an answer is what the description says, by status, headers, kind, schema and example."""
    response = described(operation)["responses"][str(answer.status_code)]
    assert all(each in answer.headers for each in response.get("headers", {}) if each != "Idempotent-Replayed")
    content_type = answer.headers["content-type"].partition(";")[0]
    content = response["content"].get(content_type) or response["content"]["*/*"]
    value: Any = answer.json() if content_type.endswith("json") else answer.text
    fits(value, content["schema"])
    if "example" in content:
        same_names(content["example"], value)
    else:
        assert value["code"] in content["examples"]
        same_names(refusal(value["code"]), value)


# --- the description itself -------------------------------------------------------------------------------


@pytest.mark.parametrize("sandbox", [True, False])
def test_the_description_is_valid(sandbox: bool) -> None:
    description = json.loads(json.dumps(describe("1", sandbox=sandbox)))
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(description)
    for schema in description["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_format_in_the_description_is_checked_by_these_tests() -> None:
    formats = set(re.findall(r'"format": "([^"]+)"', json.dumps(DESCRIPTION)))
    assert formats <= READERS.keys()


def test_the_description_names_every_address_and_method() -> None:
    served = {
        f"{method} {path}"
        for path, methods in handlers(Figures(), Mode.SANDBOX, ()).items()
        for method in methods
        if not path.startswith(("/docs", "/openapi"))
    }
    assert {name(operation) for operation in OPERATIONS} == served


def test_production_has_no_sandbox_address() -> None:
    assert not [path for path in handlers(Figures(), Mode.PRODUCTION, ()) if "sandbox" in path]
    assert not [path for path in describe("1", sandbox=False)["paths"] if "sandbox" in path]


@pytest.mark.parametrize("sandbox", [True, False])
def test_every_reference_in_the_description_leads_somewhere(sandbox: bool) -> None:
    description = describe("1", sandbox=sandbox)
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(description)):
        here: Any = description
        for step in reference.split("/"):
            here = here[step]
    operations = [one for path in description["paths"].values() for one in path.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)


async def test_the_node_serves_the_description(node: Node) -> None:
    served = (await node.http.get("/openapi.json")).json()
    assert served["openapi"].startswith("3.1")
    ours = json.loads(json.dumps(DESCRIPTION))
    assert {**served, "info": None} == {**ours, "info": None}


# --- the examples against their schemas -------------------------------------------------------------------


def shown(operation: Operation) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """Return each schema of a call with its examples, the references to them followed."""
    contents = [*described(operation)["responses"].values(), described(operation).get("requestBody", {})]
    for content in (one for each in contents for one in each.get("content", {}).values()):
        found = [content["example"]] if "example" in content else []
        for example in content.get("examples", {}).values():
            code = example.get("$ref", "").rpartition("/")[2]
            found.append((DESCRIPTION["components"]["examples"][code] if code else example)["value"])
        yield content["schema"], found


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
def test_every_body_and_answer_has_examples_that_fit(operation: Operation) -> None:
    one = described(operation)
    assert ("requestBody" in one) == (operation.takes is not None) == bool(operation.bodies)
    assert all(response["content"] for response in one["responses"].values())
    for schema, found in shown(operation):
        assert found
        for example in found:
            fits(example, schema)


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
def test_every_refusal_is_shown_under_its_own_status(operation: Operation) -> None:
    for status, response in described(operation)["responses"].items():
        for code in response["content"].get("application/problem+json", {"examples": {}})["examples"]:
            assert (refusal(code)["status"], refusal(code)["code"]) == (int(status), code)


def test_what_does_not_fit_is_noticed() -> None:
    schema = DESCRIPTION["paths"][SUBMIT]["post"]["responses"]["201"]["content"]["application/json"]["schema"]
    for wrong in ({"submitted_at": "вчера"}, {"state": "lost"}, {"seq": None}):
        with pytest.raises(jsonschema.ValidationError):
            fits({**answers.REQUEST, **wrong}, schema)
    with pytest.raises(AssertionError):
        same_names(answers.REQUEST, {**answers.REQUEST, "more": 1})


# --- the examples against a live node ---------------------------------------------------------------------


async def some_account(node: Node) -> str:
    """Open an account and return its login."""
    answer = await node.call("POST", "/v1/accounts", role=Role.OPERATOR, value=ACCOUNT)
    return str(answer.json()["login"])


async def some_substitution(node: Node) -> str:
    """Enter a substitution and return its id."""
    answer = await node.call("POST", "/v1/substitutions", role=Role.HEAD, value=SUBSTITUTION)
    return str(answer.json()["id"])


async def some_token(node: Node) -> str:
    """Give out a token and return its number."""
    answer = await node.call("POST", "/v1/tokens", role=Role.OPERATOR, value=TOKEN)
    return str(answer.json()["number"])


async def some_proposal(node: Node) -> str:
    """Propose an account of a deputy and return the proposal's number."""
    answer = await node.call("POST", "/v1/proposals", role=Role.OPERATOR, value=PROPOSALS_WANTED["open"])
    return str(answer.json()["number"])


async def some_notice(node: Node) -> str:
    """Notify the registry and return the notice's number."""
    answer = await node.call("POST", NOTICES, value=catalogue_registry.DESIGNATION)
    return str(answer.json()["number"])


async def some_authority(_node: Node) -> str:
    """Return an authority of the sample registry."""
    return "KZ-MVD"


GAPS: Mapping[str, Callable[[Node], Awaitable[str]]] = {
    "{login}": some_account,
    "{substitution}": some_substitution,
    "{number}": some_token,
    "{notice}": some_notice,
    "{proposal}": some_proposal,
    "{authority}": some_authority,
}
"""What stands for each part of an address beside a request's id."""

SHOWN: Mapping[str, Callable[[Node], Awaitable[str]]] = {
    "/v1/substitutions": some_substitution,
    "/v1/proposals": some_proposal,
}
"""What a list shows only when it was made before."""

ROLES = {
    "/v1/accounts": Role.OPERATOR,
    "/v1/tokens": Role.OPERATOR,
    "/v1/proposals/": Role.HEAD,
    "/v1/proposals": Role.OPERATOR,
    "/v1/substitutions": Role.HEAD,
    "/v1/audit": Role.AUDITOR,
}
"""Who calls; a system everywhere else."""

CALLERS: Mapping[str, str] = {
    DO: "RU-MVD",
    ACKNOWLEDGE: "RU-MVD",
    TREATY: "CSTO-SEC",
    "/v1/registry/agreements": "CSTO-SEC",
}
"""Who calls where it is not the sender of the request."""


async def send(node: Node, operation: Operation, made: Mapping[str, Any], body: Any) -> httpx.Response:
    """Call as the examples of the description say."""
    if operation.path.startswith("/v1/drafts"):
        return await send_of_draft(node, operation, made, body)
    path = operation.path.replace("{id}", made["id"]).replace("{seq}", "2")
    if "{code}" in path:
        path = path.replace("{code}", await printed(node, made))
    for gap, prepare in GAPS.items():
        path = path.replace(gap, await prepare(node)) if gap in path else path
    query = "&".join(
        f"{one.name}={one.example}" for one in operation.parameters if one.example and one.where == "query"
    )
    headers = {one.name: one.example for one in operation.parameters if one.example and one.where == "header"}
    by = CALLERS.get(operation.path, "KZ-MVD")
    role = next((role for start, role in ROLES.items() if path.startswith(start)), Role.SYSTEM)
    if operation.paged:
        for start, prepare in SHOWN.items():
            await prepare(node) if path.startswith(start) else None
    if "{attachment}" in path:
        carried = (await node.upload(examples.FILE.encode(), examples.FILE_NAME)).json()["id"]
        await node.done(made, "KZ-MVD", "note", text="а", attachments=[carried])
        path = path.replace("{attachment}", carried)
    if operation.sends != "application/json":
        headers["Content-Type"] = "text/plain"
        return await node.call(operation.method, f"{path}?{query}", by, raw=body.encode(), headers=headers)
    return await node.call(operation.method, f"{path}?{query}", by, role, value=body, headers=headers)


async def send_of_draft(node: Node, operation: Operation, made: Mapping[str, Any], body: Any) -> httpx.Response:
    """Call on a draft that has come as far as the example says: an officer's, signed or returned by the head."""
    step = operation.path.rpartition("/")[2]
    by = Role.HEAD if step in {"returns", "signatures"} else Role.OFFICER
    whole = by is Role.HEAD or step == "sendings"
    wanted = {"kind": "submit", "body": WHOLE if whole else WORDS}
    if step == "entries":
        wanted = {"kind": "note", "request": made["id"], "body": examples.ACTS[ActKind.NOTE]}
    draft = (await node.call("POST", "/v1/drafts", role=Role.OFFICER, value=wanted)).json()
    path = operation.path.replace("{id}", draft["id"])
    if by is Role.HEAD:
        sent = await node.call("POST", f"/v1/drafts/{draft['id']}/sendings", role=Role.OFFICER, value={"version": 1})
        assert sent.status_code == 201, sent.text
    if step in {"signatures", "entries"}:
        shown = (await node.get(f"/v1/drafts/{draft['id']}", role=by)).json()
        body = {**body, "digest": shown["to_sign"]["digest"]}
    query = "&".join(
        f"{one.name}={one.example}" for one in operation.parameters if one.example and one.where == "query"
    )
    headers = {one.name: one.example for one in operation.parameters if one.example and one.where == "header"}
    return await node.call(operation.method, f"{path}?{query}", role=by, value=body, headers=headers)


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
async def test_every_call_answers_as_its_example_says(node: Node, operation: Operation) -> None:
    await node.open_clock()
    made = await node.submitted()
    await node.get(f"/v1/requests/{made['id']}")  # so that the trail has something to tell
    if operation.path == "/v1/sandbox/mail":
        await send_mail(node)
    answer = await send(node, operation, made, next(iter(operation.bodies.values()), None))
    assert answer.status_code == operation.status, answer.text
    told(answer, operation)


async def printed(node: Node, made: Mapping[str, Any]) -> str:
    """Print the letter of a request and return the code that it bears."""
    await node.get(f"/v1/requests/{made['id']}/letter.pdf")
    entries = (await node.get(f"/v1/requests/{made['id']}/record")).json()["items"]
    return code_of(bytes.fromhex(entries[0]["digest"]))


async def send_mail(node: Node) -> None:
    """Let what waits go out, to the sandbox's own sink."""
    sink, mailer = await open_sink(node.runtime), Mailer(lambda: find_sink(node.runtime))
    try:
        await deliver_due(node.runtime, post_over(mailer), NOW)
    finally:
        await mailer.close()
        await sink.stop()


def author(kind: ActKind) -> str:
    """Return who does an act; what either side may do, the requested one answers."""
    side = ACTS[kind].by or (Side.REQUESTED if ACTS[kind].answers else Side.REQUESTING)
    return "KZ-MVD" if side is Side.REQUESTING else "RU-MVD"


@pytest.mark.parametrize("kind", sorted(set(ActKind) - {ActKind.SUBMIT}))
async def test_the_example_of_every_act_stands_and_is_answered_as_described(node: Node, kind: ActKind) -> None:
    (operation,) = [one for one in OPERATIONS if one.path == DO]
    assert operation.bodies[kind] == examples.act(kind)
    made = await node.submitted(**CHANGES.get(kind, {}))
    for before in BEFORE.get(kind, ()):
        await node.done(made, author(before), **examples.act(before))
    node.clock.advance(days=2)
    by = "TJ-GKNB" if kind is ActKind.RECEIVE else author(kind)
    answer = await node.act(made, by, **examples.act(kind))
    assert answer.status_code == 201, answer.text
    told(answer, operation)


async def test_a_request_is_answered_word_for_word_as_its_example_says(node: Node) -> None:
    made = await node.call("POST", SUBMIT, value=examples.SUBMISSION)
    request = made.json()["id"]
    accepted = await node.call("POST", f"{SUBMIT}/{request}/acts", "RU-MVD", value=examples.act(ActKind.ACCEPT))
    for answer, example in ((made, answers.REQUEST), (accepted, answers.ACCEPTED)):
        real = re.sub(r'"time_zone_data":"[^"]+"', '"time_zone_data":"2026f"', answer.text)
        assert json.loads(real.replace(request, str(example["id"]))) == example


async def test_the_figures_bear_the_names_of_their_example(node: Node) -> None:
    answer = await node.get("/metrics")
    names = {line.split()[2] for line in answers.METRICS.splitlines() if line.startswith("# TYPE")}
    assert names <= set(re.findall(r"^# TYPE (\S+)", answer.text, re.MULTILINE))


async def test_a_node_that_cannot_serve_says_when_to_ask_again(node: Node) -> None:
    await node.runtime.pool.close()
    (operation,) = [one for one in OPERATIONS if one.path == "/readyz"]
    answer = await node.http.get("/readyz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, str(RETRY_SECONDS))
    assert answer.json() == operation.unready
    told(answer, operation)


# --- the refusals against a live node ---------------------------------------------------------------------


def of(method: str, path: str) -> Operation:
    (operation,) = [one for one in OPERATIONS if name(one) == f"{method} {path}"]
    return operation


UPLOAD = "/v1/attachments"
NAMED = {"Content-Disposition": "attachment; filename=a"}
OTHER = {"Content-Type": "text/plain", "Content-Digest": f"sha-256=:{'A' * 43}=:"}
HIDDEN = "attachment; filename*=UTF-8''a%E2%80%AEfdp.exe"
REFUSED: Mapping[str, tuple[str, str, dict[str, Any]]] = {
    "not_json": ("POST", SUBMIT, {"raw": b"{"}),
    "bad_idempotency_key": (
        "POST",
        SUBMIT,
        {"value": examples.SUBMISSION, "headers": {"Idempotency-Key": "a" * 256}},
    ),
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

ELSEWHERE_TOO = {"authority_unknown", "secretariat_only", "leaving_too_early"}
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
