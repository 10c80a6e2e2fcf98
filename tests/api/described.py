"""The description of the interface as tests ask of it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import jsonschema
from pydantic import AwareDatetime, TypeAdapter

from exchange.api.catalogue_people import ACCOUNT, PROPOSALS_WANTED
from exchange.api.openapi import describe, refusal
from exchange.api.operation import Operation
from exchange.core.acts import ACTS
from schemas.vocabulary import ActKind, Role, Side
from tests.api.house import URGENT, Node

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


# --- the examples against a live node ---------------------------------------------------------------------


async def some_account(node: Node) -> str:
    """Open an account and return its login."""
    answer = await node.call("POST", "/v1/accounts", role=Role.OPERATOR, value=ACCOUNT)
    return str(answer.json()["login"])


async def some_proposal(node: Node) -> str:
    """Propose an account of a deputy and return the proposal's number."""
    answer = await node.call("POST", "/v1/proposals", role=Role.OPERATOR, value=PROPOSALS_WANTED["open"])
    return str(answer.json()["number"])


def author(kind: ActKind) -> str:
    """Return who does an act; what either side may do, the requested one answers."""
    side = ACTS[kind].by or (Side.REQUESTED if ACTS[kind].answers else Side.REQUESTING)
    return "KZ-MVD" if side is Side.REQUESTING else "RU-MVD"
