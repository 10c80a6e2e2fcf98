"""A body of the protection module alone: it gets tokens and has people, and the open exchange has nothing for it."""

from pathlib import Path

import pytest

from exchange.api.catalogue import OPERATIONS
from exchange.api.operation import Operation
from exchange.core.errors import NodeError
from exchange.registry_commands import Office
from exchange.runtime import Mode
from exchange.service.registry import LITHUANIAN
from exchange.settings import Settings
from schemas.vocabulary import Role
from tests.api.house import SUBMISSION, Node
from tests.conftest import Database

CLOSED = [each for each in OPERATIONS if each.with_token and not each.sandbox]
SEEN = {"If-Match": '"1"'}
NOWHERE = "019cbcf2-7c00-7000-8000-000000000001"


def name(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


@pytest.mark.parametrize("role", Role)
async def test_no_call_of_the_open_exchange_answers_it(node: Node, role: Role) -> None:
    for operation in CLOSED:
        path = operation.path
        for gap in ("id", "attachment", "code", "authority", "notice", "login", "seq", "number", "substitution"):
            path = path.replace(f"{{{gap}}}", {"seq": "1", "number": "1", "notice": "1"}.get(gap, NOWHERE))
        for value in operation.bodies.values() or (None,):
            told = await node.call(operation.method, path, LITHUANIAN, role, value=value, headers=SEEN)
            assert told.status_code in {403, 404, 415}, (name(operation), told.status_code, told.text)


async def test_it_lists_nobody_and_nobody_lists_it(node: Node) -> None:
    assert (await node.get("/v1/authorities", LITHUANIAN)).status_code == 403
    listed = (await node.get("/v1/authorities", params={"limit": "200"})).json()["items"]
    assert LITHUANIAN not in {each["code"] for each in listed}
    assert (await node.get(f"/v1/registry/authorities/{LITHUANIAN}")).status_code == 404


async def test_no_request_can_be_sent_to_it_or_passed_on_to_it(node: Node) -> None:
    told = await node.submit(requested_authority=LITHUANIAN)
    assert (told.status_code, told.json()["code"]) == (422, "authority_unknown")
    request = await node.submitted(requested_authority="RU-MVD")
    to = {"act": "redirect", "to_authority": LITHUANIAN, "reason": "не наша компетенция"}
    passed = await node.call("POST", f"/v1/requests/{request['id']}/acts", "RU-MVD", value=to)
    assert (passed.status_code, passed.json()["code"]) == (422, "redirect_unknown")


async def test_it_sends_no_request(node: Node) -> None:
    told = await node.call("POST", "/v1/requests", LITHUANIAN, Role.HEAD, value=SUBMISSION)
    assert told.status_code == 403


async def test_nobody_changes_or_designates_it_by_a_notice(node: Node) -> None:
    change = {"kind": "change", "authority": LITHUANIAN, "since": "2026-05-01", "zone": "Europe/Riga"}
    told = await node.call("POST", "/v1/registry/notices", "CSTO-SEC", value=change)
    assert (told.status_code, told.json()["code"]) == (422, "authority_not_known")
    fact = {
        "kind": "designation",
        "authority": "LT-TWO",
        "body": "protection",
        "name": {"ru": "Орган"},
        "zone": "Europe/Vilnius",
        "reach": "node",
        "since": "2026-05-01",
    }
    told = await node.call("POST", "/v1/registry/notices", "CSTO-SEC", value=fact)
    assert (told.status_code, told.json()["code"]) == (422, "invalid_shape")


async def test_a_sandbox_gives_it_tokens_of_its_people(node: Node) -> None:
    wanted = {"authority": LITHUANIAN, "role": "secrecy_officer"}
    told = await node.http.post("/v1/sandbox/tokens", json=wanted)
    assert told.status_code == 201


def test_an_operator_enters_one_by_a_command_and_never_one_of_a_state(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = Office(Settings(database_url=database.dsn), Mode.SANDBOX, tmp_path)
    assert office.outside("LT-VSD", "Орган", "Europe/Vilnius", "lt@node.example") == 0
    assert "LT-VSD is entered" in capsys.readouterr().out
    for code, words in (("LT-VSD", "already"), ("KZ-TWO", "designates it by a notice")):
        with pytest.raises(NodeError, match=words):
            office.outside(code, "Орган", "Europe/Vilnius", None)
    with pytest.raises(NodeError, match="zone"):
        office.outside("LT-ONE", "Орган", "Nowhere", None)
