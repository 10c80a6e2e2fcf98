"""Whatever is wrong gets its status, names its field and article, is not echoed, and leaves nothing behind."""

import json
from typing import Any

import pytest

from schemas.vocabulary import Role
from tests.api.house import SUBMISSION, URGENT, Node, problem

SECRET = "сугубо-тайно"
ITEM = {"form": "other", "text": "т"}


def without(*fields: str) -> dict[str, Any]:
    return {name: value for name, value in SUBMISSION.items() if name not in fields}


SHAPES: list[tuple[str, dict[str, Any], str, str]] = [
    *(
        (f"{field} {title}", SUBMISSION | {field: value}, f"/{field}", "P-6.2")
        for field in ("purpose", "grounds", "substance", "reference")
        for title, value in {
            "empty": "",
            "blank": " \t\n",
            "too long": SECRET * 2000,
            "control": f"{SECRET}\u0001",
            "number": 17,
            "null": None,
        }.items()
    ),
    *(
        (f"{field} missing", without(field), f"/{field}", rule)
        for field, rule in {
            "purpose": "P-6.2",
            "grounds": "P-6.2",
            "substance": "P-6.2",
            "reference": "P-6.2",
            "requested_authority": "P-6.2",
            "assistance": "P-5",
            "execution_term": "P-7.2",
            "language": "P-13",
        }.items()
    ),
    ("wrong position", SUBMISSION | {"signatory": {"name": SECRET, "position": "x"}}, "/signatory/position", "P-6.5"),
    ("urgent without grounds", SUBMISSION | {"urgent": {"persons": SECRET}}, "/urgent/reason", "P-6.4"),
    ("no assistance", SUBMISSION | {"assistance": []}, "/assistance", "P-5"),
    ("unknown field", SUBMISSION | {"extra": SECRET}, "/extra", ""),
    ("inline protected, misshapen", SUBMISSION | {"protected": {"mark": SECRET}}, "/protected/content", "P-10.3"),
]

CONTENTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("unknown authority", {"requested_authority": SECRET}, "/requested_authority", "P-4.1"),
    ("the Secretariat", {"requested_authority": "CSTO-SEC"}, "/requested_authority", "P-4.1"),
    ("own state", {"requested_authority": "KZ-NSC"}, "/requested_authority", "P-16"),
    ("no signature", {"signatory": None}, "/signatory", "P-6.5"),
    ("no matter", {"matters": []}, "/matters", "P-3"),
    ("matter twice", {"matters": ["information_technology"] * 2}, "/matters", "P-3"),
    ("urgent without a crime", {"urgent": URGENT, "matters": ["prohibited_network_use"]}, "/matters", "P-6.4"),
    ("no subject", {"assistance": [{"form": "information", "text": SECRET}]}, "/assistance/0/subject", "P-5"),
    (
        "no citation",
        {"assistance": [ITEM, {"form": "procedural_act", "text": SECRET}]},
        "/assistance/1/citation",
        "P-5",
    ),
    ("protocol term", {"execution_term": {"days": 29, "basis": "protocol"}}, "/execution_term/days", "P-7.2"),
    ("treaty term", {"execution_term": {"days": 10, "basis": "treaty"}}, "/execution_term/citation", "P-7.2"),
    ("sent tomorrow", {"urgent": URGENT | {"transmitted_at": "2026-03-02T09:00:01Z"}},
     "/urgent/transmitted_at", "P-6.4"),
    ("no such agreement", {"urgent": URGENT | {"agreement": {"kind": "standing", "id": SECRET}}},
     "/urgent/agreement/id", "P-6.4"),
    ("unknown protected", {"protected": [SECRET]}, "/protected/0", "P-10.3"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "pointer", "rule"), [row[1:] for row in SHAPES], ids=[row[0] for row in SHAPES])
async def test_a_request_of_a_wrong_shape_is_refused_by_field_and_article(
    node: Node, value: dict[str, Any], pointer: str, rule: str
) -> None:
    before = await node.kept()
    answer = await node.call("POST", "/v1/requests", value=value)
    body = problem(answer, 422, "invalid_shape")
    assert (pointer, rule or None) in [(one["pointer"], one["rule"]) for one in body["errors"]]
    assert (body["article"] is None) is not bool(rule)
    assert SECRET not in answer.text
    assert await node.kept() == before


@pytest.mark.parametrize(
    ("changes", "pointer", "rule"), [row[1:] for row in CONTENTS], ids=[row[0] for row in CONTENTS]
)
async def test_a_request_of_unlawful_content_is_refused_by_field_and_article(
    node: Node, changes: dict[str, Any], pointer: str, rule: str
) -> None:
    before = await node.kept()
    answer = await node.submit(**changes)
    body = problem(answer, 422)
    assert (pointer, rule) in [(one["pointer"], one["rule"]) for one in body["errors"]]
    assert body["article"] == f"ст. {rule.removeprefix('P-').partition('.')[0]} Протокола"
    assert SECRET not in answer.text
    assert await node.kept() == before


async def test_p_16_a_state_for_which_the_protocol_is_not_in_force_takes_no_part(node: Node) -> None:
    async with node.runtime.transaction() as conn:
        await conn.execute("UPDATE party SET left_on = '2026-02-01' WHERE country = 'RU'")
    body = problem(await node.submit(), 422, "not_in_force")
    assert (body["rule"], body["errors"][0]["pointer"]) == ("P-16", "/requested_authority")
    problem(await node.submit("RU-MVD", requested_authority="KZ-MVD"), 422, "not_in_force")


async def test_every_reason_is_listed_at_once(node: Node) -> None:
    body = problem(await node.submit(matters=[], signatory=None, execution_term={"days": 1, "basis": "protocol"}), 422)
    assert {one["pointer"] for one in body["errors"]} == {"/matters", "/signatory", "/execution_term/days"}


@pytest.mark.parametrize("field", ["purpose", "reference", "requested_authority"])
async def test_half_a_character_names_its_field(node: Node, field: str) -> None:
    raw = json.dumps(SUBMISSION | {field: "@"}).replace('"@"', '"\\ud800"').encode()
    body = problem(await node.call("POST", "/v1/requests", raw=raw), 422, "invalid_shape")
    assert body["errors"][0]["pointer"] == f"/{field}"


async def test_bodies_that_are_no_json_are_refused_before_any_shape(node: Node) -> None:
    for raw, code in {
        b"": "not_json",
        b"[" * 10_000: "too_deep",
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000: "too_deep",
        b'{"purpose": 1, "purpose": 2}': "duplicate_key",
    }.items():
        problem(await node.call("POST", "/v1/requests", raw=raw), 400, code)
    typed = {"Content-Type": "text/plain"}
    problem(await node.call("POST", "/v1/requests", raw=b"{}", headers=typed), 415, "media_type")


async def test_a_body_of_100_mb_is_not_read(node: Node) -> None:
    answer = await node.call("POST", "/v1/requests", raw=b" " * 100_000_000)
    problem(answer, 413, "body_too_large")


async def test_the_order_of_checks(node: Node) -> None:
    """Who calls, the body, what is there, the shape, rights, the version, the state, the content."""
    made = await node.submitted()
    path = f"/v1/requests/{made['id']}/acts"
    large = b" " * 3_000_000
    nobody = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    problem(await node.http.post(path, content=large, headers=nobody), 401, "caller_unknown")
    problem(await node.call("POST", path, "AM-POL", raw=large), 413)
    problem(await node.call("POST", path, "AM-POL", raw=b"{", headers={"Content-Type": "text/plain"}), 415)
    problem(await node.call("POST", path, "AM-POL", raw=b"{"), 400)
    problem(await node.call("POST", path, "AM-POL", value={"act": "no"}), 404)
    problem(await node.call("POST", path, "RU-MVD", Role.AUDITOR, value={"act": "no"}), 422)
    stale = {"If-Match": '"x"'}
    problem(await node.act(made, "RU-MVD", "resume", Role.AUDITOR, headers=stale), 403)
    problem(await node.act(made, "RU-MVD", "resume", headers=stale), 412)
    items = [{"number": 9, "outcome": "т"}]
    postponed = await node.done(made, "RU-MVD", "postpone", reason="р")
    problem(await node.act(postponed, "RU-MVD", "report_results", items=items, text="т", final=False), 409)
    await node.done(made, "RU-MVD", "resume")
    body = problem(await node.act(made, "RU-MVD", "report_results", items=items, text="т", final=False), 422)
    assert (body["code"], body["errors"][0]["pointer"]) == ("item_unknown", "/items/0/number")


async def test_rights_of_each_role(node: Node) -> None:
    made = await node.submitted()
    for role in (Role.AUDITOR, Role.REGISTRAR, Role.OPERATOR, Role.SECRECY_OFFICER):
        problem(await node.act(made, "RU-MVD", "accept", role), 403, "role_may_not")
    signed: dict[str, Any] = {
        "items": "all",
        "reasons": "р",
        "national_law": "з",
        "signatory": {"name": "О", "position": "head"},
    }
    problem(await node.act(made, "RU-MVD", "refuse", Role.OFFICER, **signed), 403, "signature_needed")
    problem(await node.submit(role=Role.OFFICER), 403, "signature_needed")
    assert (await node.submit(role=Role.HEAD)).status_code == 201
    assert (await node.act(made, "RU-MVD", "accept", Role.OFFICER)).status_code == 201
    problem(await node.submit("CSTO-SEC"), 403, "not_a_competent_authority")


async def test_acts_by_the_wrong_side_on_ended_requests_and_round_in_a_ring(node: Node) -> None:
    made = await node.submitted()
    problem(await node.act(made, "KZ-MVD", "accept"), 403, "wrong_side")
    problem(await node.act(made, "RU-MVD", "redirect", to_authority="KZ-NSC", reason="р"), 422, "redirect_other_state")
    problem(await node.act(made, "RU-MVD", "redirect", to_authority="RU-MVD", reason="р"), 422, "redirect_ring")
    problem(await node.act(made, "RU-MVD", "redirect", to_authority=SECRET, reason="р"), 422, "redirect_unknown")
    await node.done(made, "RU-MVD", "redirect", to_authority="RU-FSB", reason="р")
    problem(await node.act(made, "RU-FSB", "redirect", to_authority="RU-MVD", reason="р"), 422, "redirect_ring")
    await node.done(made, "KZ-MVD", "withdraw", reason="р")
    before = await node.kept()
    body = problem(await node.act(made, "RU-FSB", "accept"), 409, "not_in_this_state")
    assert body["state"] == "withdrawn"
    assert await node.kept() == before


async def test_reports_and_refusals_name_items_that_are_there(node: Node) -> None:
    made = await node.submitted()
    body = problem(
        await node.act(
            made, "RU-MVD", "report_results", items=[{"number": 3, "outcome": "т"}], text="т", final=True
        ), 422,
    )  # fmt: skip
    assert {one["pointer"] for one in body["errors"]} == {"/items/0/number", "/items"}
    answer = await node.act(made, "RU-MVD", "refuse", items=[2, 2, 7], reasons="р", national_law="з")
    assert {one["pointer"] for one in problem(answer, 422)["errors"]} == {"/items/1", "/items/2"}
