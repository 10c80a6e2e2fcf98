"""The description of the interface: every example in it is sent to a live node, and nothing comes from elsewhere."""

import json
import re
from typing import Any

import pytest

from exchange.api import examples, shape
from exchange.api.body import document
from exchange.api.catalogue import OPERATIONS, Operation
from exchange.api.metrics import Figures
from exchange.api.openapi import describe
from exchange.api.routes import handlers
from exchange.runtime import Mode
from schemas.vocabulary import ActKind, Role
from tests.api.house import Node

ELSEWHERE = re.compile(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//|@import|url\(""", re.IGNORECASE)


def name(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=name)
async def test_every_example_works_on_a_live_node(node: Node, operation: Operation) -> None:
    await node.open_clock()
    made = await node.submitted()
    path = operation.path.replace("{id}", made["id"])
    query = "&".join(
        f"{one.name}={one.example}" for one in operation.parameters if one.example and one.where == "query"
    )
    headers = {one.name: one.example for one in operation.parameters if one.example and one.where == "header"}
    by = "RU-MVD" if operation.path.endswith("/acts") else "KZ-MVD"
    body = next(iter(operation.bodies.values()), None)
    answer = await node.call(operation.method, f"{path}?{query}", by, Role.SYSTEM, value=body, headers=headers)
    assert answer.status_code == operation.status, answer.text


@pytest.mark.parametrize("kind", sorted(set(ActKind) - {ActKind.SUBMIT}))
def test_there_is_an_example_of_every_act(kind: ActKind) -> None:
    assert shape.act(document(json.dumps(examples.act(kind)).encode())).act is kind


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


async def test_every_reference_in_the_description_leads_somewhere(node: Node) -> None:
    answer = await node.http.get("/openapi.json")
    description = answer.json()
    assert description["openapi"].startswith("3.1")
    for reference in re.findall(r'"\$ref":\s*"#/([^"]+)"', answer.text):
        here: Any = description
        for step in reference.split("/"):
            here = here[step]
    operations = [one for path in description["paths"].values() for one in path.values()]
    assert len({one["operationId"] for one in operations}) == len(operations) == len(OPERATIONS)


@pytest.mark.parametrize("path", ["/docs", "/docs/style.css"])
async def test_pages_load_nothing_from_elsewhere(node: Node, path: str) -> None:
    answer = await node.http.get(path)
    assert answer.status_code == 200
    assert not ELSEWHERE.search(answer.text)
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")


async def test_the_reference_shows_every_call(node: Node) -> None:
    text = (await node.http.get("/docs")).text
    assert all(name(operation) in text for operation in OPERATIONS)
