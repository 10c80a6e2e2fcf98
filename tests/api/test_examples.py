"""The examples of the description, each held against a live node."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest

from exchange.api import answers, catalogue_registry, examples
from exchange.api.catalogue import OPERATIONS
from exchange.api.catalogue_drafts import WHOLE, WORDS
from exchange.api.catalogue_people import SUBSTITUTION, TOKEN
from exchange.api.operation import Operation
from exchange.api.problems import RETRY_SECONDS
from exchange.delivery.smtp import Mailer
from exchange.letters.code import code_of
from exchange.service.outbox import deliver_due
from exchange.service.sandbox import find_sink, open_sink
from schemas.vocabulary import ActKind, Role
from tests.api.described import (
    ACKNOWLEDGE,
    BEFORE,
    CHANGES,
    DO,
    NOTICES,
    SUBMIT,
    TREATY,
    author,
    name,
    some_account,
    some_proposal,
    told,
)
from tests.api.house import NOW, Node
from tests.service.node import post_over


async def some_substitution(node: Node) -> str:
    """Enter a substitution and return its id."""
    answer = await node.call("POST", "/v1/substitutions", role=Role.HEAD, value=SUBSTITUTION)
    return str(answer.json()["id"])


async def some_token(node: Node) -> str:
    """Give out a token and return its number."""
    answer = await node.call("POST", "/v1/tokens", role=Role.OPERATOR, value=TOKEN)
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
