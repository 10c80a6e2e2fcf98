"""Drafts for tests of the interface: begun, saved, sent, signed."""

from typing import Any

import httpx

from schemas.vocabulary import Role
from tests.api.house import SUBMISSION, Node

WORDS = {name: value for name, value in SUBMISSION.items() if name != "signatory"}


REFUSAL = {"items": "all", "reasons": "Нет состава", "national_law": "Закон, статья 1"}


OFFICER, HEAD, DEPUTY = Role.OFFICER, Role.HEAD, Role.DEPUTY_HEAD


async def start(
    node: Node, body: Any = None, *, role: Role = OFFICER, kind: str = "submit", by: str = "KZ-MVD", **more: Any
) -> dict[str, Any]:
    """Begin a draft that must stand."""
    value = {"kind": kind, "body": WORDS if body is None else body, **more}
    answer = await node.call("POST", "/v1/drafts", by, role, value=value)
    assert answer.status_code == 201, answer.text
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["location"] == f"/v1/drafts/{answer.json()['id']}"
    return dict(answer.json())


async def step(
    node: Node, draft: dict[str, Any], name: str, role: Role = OFFICER, *, by: str = "KZ-MVD", **value: Any
) -> httpx.Response:
    """Take a step with the version last seen."""
    sent = {"version": draft["version"], **value}
    return await node.call("POST", f"/v1/drafts/{draft['id']}/{name}", by, role, value=sent)


async def sent(node: Node, draft: dict[str, Any], by: str = "KZ-MVD", role: Role = HEAD) -> dict[str, Any]:
    """Send a draft for signature and return it as a signatory sees it."""
    answer = await step(node, draft, "sendings", by=by)
    assert answer.status_code == 201, answer.text
    return dict((await node.get(f"/v1/drafts/{draft['id']}", by, role)).json())


async def sign(node: Node, shown: dict[str, Any], role: Role = HEAD, by: str = "KZ-MVD") -> httpx.Response:
    """Sign what was shown."""
    return await step(node, shown, "signatures", role, by=by, digest=shown["to_sign"]["digest"])


async def save(node: Node, draft: dict[str, Any], body: Any, *, role: Role = OFFICER, tag: str | None = "") -> Any:
    """Put new words over a version."""
    tag = f'"{draft["version"]}"' if tag == "" else tag
    headers = {} if tag is None else {"If-Match": tag}
    return await node.call("PUT", f"/v1/drafts/{draft['id']}", "KZ-MVD", role, value={"body": body}, headers=headers)
