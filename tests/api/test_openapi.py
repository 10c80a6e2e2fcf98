"""The description of the interface: valid, whole, and every example in it held against a live node."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from exchange.api import answers
from exchange.api.catalogue import OPERATIONS
from exchange.api.metrics import Figures
from exchange.api.openapi import describe, refusal
from exchange.api.operation import Operation
from exchange.api.routes import handlers
from exchange.runtime import Mode
from tests.api.described import DESCRIPTION, READERS, SUBMIT, described, fits, name, same_names, shown
from tests.api.house import Node

SCHEMA = Path(__file__).parent / "schema" / "openapi-3.1.json"


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
