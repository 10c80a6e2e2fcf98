"""The release procedure over the real interface: proposal, terms by working days, decisions, and what becomes of it."""

import asyncio
from datetime import date
from typing import Any

import asyncpg
import pytest

from exchange.protection.core.scene import Binding
from exchange.protection.service import proving, registering, seed
from schemas.vocabulary import Role
from tests.protection.hall import PAPER, Hall, rules

CONTENTS: dict[str, Any] = {
    "recipient": "AM-POL",
    "purpose": "розыск",
    "secrets": [{"designation": "Справка", "mark": "secret", "classified_by": "МВД", "ground": "перечень, п. 1"}],
    "term": "2027-12-31",
    "effect": "раскрытие преступления; ущерб при разглашении невелик",
    "compensation": "по договору",
}
RELEASING = {
    "act": "authorise_release",
    "recipient": "AM-POL",
    "purpose": "розыск",
    "copies": 1,
    "decision": PAPER,
    "basis": "договор",
    "until": "2027-12-31",
    "own_consent": PAPER,
    "recipient_cleared": PAPER,
}


async def proposed(hall: Hall, **changes: Any) -> dict[str, Any]:
    item = await hall.item()
    plain = {"item": item["id"], "classification_body": "KZ-NSC", **CONTENTS}
    return await hall.made("releases", {**plain, **changes})


async def does(hall: Hall, case: dict[str, Any], by: str, act: str, **fields: Any) -> dict[str, Any]:
    return await hall.made(f"releases/{case['id']}/acts", {"act": act, **fields}, by)


async def at_expert(hall: Hall) -> dict[str, Any]:
    case = await proposed(hall)
    return await does(hall, case, "KZ-NSC", "decide_classification_body", positive=True, decision=PAPER)


async def approved(hall: Hall) -> dict[str, Any]:
    case = await at_expert(hall)
    await does(hall, case, "KZ-NSC", "conclude_expert", possible=True, expedient=True, conclusion=PAPER)
    return await does(hall, case, "KZ-MVD", "decide_government", positive=True, decision=PAPER)


async def test_r_4_the_checklist_answers_every_element_with_its_rules(hall: Hall) -> None:
    case = await proposed(hall)
    found = {each["element"]: each for each in case["checklist"]}
    assert list(found) == [
        "bodies",
        "equivalence",
        "marking",
        "transfer",
        "copying",
        "protection",
        "third_party",
        "disputes",
    ]
    assert all(each["stated"] and each["rules"] and each["words"] for each in found.values())
    assert {"A-5.3", "KA-4"} <= set(found["third_party"]["rules"])
    assert case["regimes"] == ["csto-2004", "kz-am-2025"]
    assert case["missing"] == []


async def test_r_5_all_missing_contents_are_named_at_once(hall: Hall) -> None:
    item = await hall.item()
    told = await hall.refused("releases", {"item": item["id"], "classification_body": "KZ-NSC"})
    assert {each["pointer"] for each in told["errors"]} == {f"/{name}" for name in CONTENTS}
    assert rules(told) == {"R-5"}


async def test_r_5_the_term_of_20_working_days_is_shown_with_each_day_that_does_not_count(hall: Hall) -> None:
    case = await proposed(hall)
    (duty,) = case["duties"]
    assert (duty["kind"], duty["body"], duty["rule"], duty["working_days"]) == (
        "classification_decision",
        "KZ-NSC",
        "R-5",
        20,
    )
    skipped = {each["day"]: each for each in duty["skipped_days"]}
    assert skipped["2026-03-07"]["kind"] == "weekend"
    assert skipped["2026-03-23"]["name"]
    assert "2026-03-02" not in skipped, "a working Monday"
    assert duty["due_at"].startswith(duty["due_on"]), "midnight in Almaty is still that day in UTC"
    assert duty["calendar"]
    assert duty["estimated"] is bool(duty["doubts"])
    assert any("не считается" in step for step in duty["explanation"])
    rows = await hall.fetch(
        "SELECT kind, body, state, number, rule, next_step_at < due_at FROM protection.proceeding_duty"
    )
    assert rows == [("classification_decision", "KZ-NSC", "running", case["number"], "R-5", True)]


async def test_r_5_the_body_that_classifies_is_told_by_when_and_nothing_else(hall: Hall) -> None:
    case = await proposed(hall)
    assert await hall.notices("KZ-NSC") == [(case["number"], "decision_awaited", "R-5")]
    (due,) = await hall.fetch("SELECT by FROM protection.notice WHERE body = 'KZ-NSC'")
    assert due[0].isoformat().replace("+00:00", "Z") == case["duties"][0]["due_at"]


async def test_r_5_only_what_the_applicant_has_is_proposed_and_who_is_not_concerned_sees_nothing(hall: Hall) -> None:
    case = await proposed(hall)
    for by in ("AM-POL", "RU-FSB", "LT-CB"):
        assert (await hall.get(f"releases/{case['id']}", by)).status_code == 404
        assert await hall.all("releases", by) == []
        told = await hall.refused(
            f"releases/{case['id']}/acts",
            {"act": "decide_classification_body", "positive": True, "decision": PAPER},
            by,
            status=404,
        )
        assert told["code"] == "not_there"
    item = await hall.item("AM-POL")
    for strange in (item["id"], "нет такого"):
        told = await hall.refused("releases", {"item": strange, "classification_body": "KZ-NSC", **CONTENTS})
        assert (told["code"], told["rule"]) == ("item_unknown", "R-5")


async def test_r_5_a_decision_after_the_term_stands_and_is_late(hall: Hall) -> None:
    case = await proposed(hall)
    hall.node.clock.advance(days=60)
    (line,) = await hall.all("releases")
    assert line["overdue"]
    late = await does(hall, case, "KZ-NSC", "decide_classification_body", positive=True, decision=PAPER)
    assert [each["state"] for each in late["duties"]] == ["met_late", "running"]


async def test_r_6_the_expert_body_takes_part_once_the_materials_go_to_it(hall: Hall) -> None:
    async with hall.module.pool.transaction() as conn:
        await registering.add_competent(conn, hall.module, "kz-1355", "KZ", "KZ-MVD", date(2026, 1, 1))
    item = await hall.item("KZ-NSC")
    plain = {"item": item["id"], "classification_body": "KZ-NSC", **CONTENTS}
    case = await hall.made("releases", plain, "KZ-NSC")
    assert case["expert_body"] == "KZ-MVD"
    assert (await hall.get(f"releases/{case['id']}", "KZ-MVD")).status_code == 404
    await does(hall, case, "KZ-NSC", "decide_classification_body", positive=True, decision=PAPER)
    seen = (await hall.get(f"releases/{case['id']}", "KZ-MVD")).json()
    assert [each["act"] for each in seen["allowed_acts"]] == ["extend_expert", "conclude_expert"]
    assert await hall.notices("KZ-MVD") == [(case["number"], "decision_awaited", "R-8")]


async def test_r_8_one_extension_by_up_to_five_days_and_the_applicant_is_told(hall: Hall) -> None:
    case = await at_expert(hall)
    told = await hall.refused(
        f"releases/{case['id']}/acts", {"act": "extend_expert", "working_days": 6, "reason": "много"}, "KZ-NSC"
    )
    assert (told["code"], told["rule"]) == ("extension_too_long", "R-8")
    before = case["duties"][1]
    longer = await does(hall, case, "KZ-NSC", "extend_expert", working_days=5, reason="экспертиза")
    after = longer["duties"][1]
    assert (after["working_days"], after["extended_by"]) == (25, 5)
    assert after["due_on"] > before["due_on"]
    assert (case["number"], "decided", "R-8") in await hall.notices("KZ-MVD")
    assert [each["act"] for each in longer["allowed_acts"]] == ["conclude_expert"]
    again = await hall.refused(
        f"releases/{case['id']}/acts",
        {"act": "extend_expert", "working_days": 1, "reason": "ещё"},
        "KZ-NSC",
        status=409,
    )
    assert (again["code"], again["rule"]) == ("extended_already", "R-8")
    (due,) = await hall.fetch("SELECT due_at FROM protection.proceeding_duty WHERE kind = 'expert_conclusion'")
    assert due[0].isoformat().replace("+00:00", "Z") == after["due_at"]


async def test_r_5_a_negative_decision_has_reasons_and_ends_it(hall: Hall) -> None:
    case = await proposed(hall)
    bare = {"act": "decide_classification_body", "positive": False, "decision": PAPER}
    told = await hall.refused(f"releases/{case['id']}/acts", bare, "KZ-NSC")
    assert (told["code"], told["rule"]) == ("reasons_missing", "R-5")
    over = await hall.made(
        f"releases/{case['id']}/acts", {**bare, "reasons": "Сведения не подлежат передаче"}, "KZ-NSC"
    )
    assert (over["state"], over["reasons"], over["allowed_acts"]) == ("rejected", "Сведения не подлежат передаче", [])
    assert (case["number"], "decided", "R-5") in await hall.notices("KZ-MVD")
    late = await hall.refused(
        f"releases/{case['id']}/acts",
        {"act": "conclude_expert", "possible": True, "expedient": True, "conclusion": PAPER},
        "KZ-NSC",
        status=409,
    )
    assert late["code"] == "wrong_step"


async def test_r_3_the_government_decides_last_and_through_the_applicant(hall: Hall) -> None:
    case = await at_expert(hall)
    early = {"act": "decide_government", "positive": True, "decision": PAPER}
    told = await hall.refused(f"releases/{case['id']}/acts", early, status=409)
    assert told["code"] == "wrong_step"
    await does(hall, case, "KZ-NSC", "conclude_expert", possible=True, expedient=True, conclusion=PAPER)
    assert (case["number"], "decision_awaited", "R-9") in await hall.notices("KZ-MVD")
    wrong = await hall.refused(f"releases/{case['id']}/acts", early, "KZ-NSC", status=403)
    assert wrong["code"] == "wrong_body"
    done = await hall.made(f"releases/{case['id']}/acts", early)
    assert (done["state"], done["approved"]) == ("approved", True)


async def test_r_11_the_release_of_the_item_follows_the_governments_decision(hall: Hall) -> None:
    case = await approved(hall)
    room = f"items/{case['item']}/acts"
    bare = await hall.refused(room, RELEASING)
    assert (bare["code"], bare["rule"]) == ("procedure_missing", "R-11")
    strange = await hall.refused(room, {**RELEASING, "procedure": case["item"]})
    assert strange["code"] == "procedure_missing"
    other = await hall.refused(room, {**RELEASING, "procedure": case["id"], "recipient": "AM-NSS"})
    assert other["code"] == "procedure_other"
    longer = await hall.refused(room, {**RELEASING, "procedure": case["id"], "until": "2028-01-01"})
    assert (longer["code"], longer["rule"]) == ("procedure_term", "R-5")
    given = await hall.made(room, {**RELEASING, "procedure": case["id"]})
    assert given["releases"][0]["procedure"] == case["id"]


async def test_r_11_a_procedure_that_was_not_approved_carries_nothing(hall: Hall) -> None:
    case = await at_expert(hall)
    told = await hall.refused(f"items/{case['item']}/acts", {**RELEASING, "procedure": case["id"]})
    assert (told["code"], told["rule"]) == ("procedure_not_approved", "R-11")


async def test_r_10_without_a_treaty_nothing_is_proposed(hall: Hall) -> None:
    item = await hall.item()
    async with hall.module.pool.transaction() as conn:
        for regime in ("csto-2004", "kz-am-2025"):
            left = Binding(regime, "AM", seed.SINCE, left_on=date(2026, 1, 1))
            await registering.bind(conn, hall.module, left)
    told = await hall.refused("releases", {"item": item["id"], "classification_body": "KZ-NSC", **CONTENTS})
    assert (told["code"], told["rule"]) == ("no_treaty", "R-10")


async def test_r_3_a_state_without_an_order_proposes_nothing(hall: Hall) -> None:
    item = await hall.item("BY-MVD")
    fields = {"item": item["id"], "classification_body": "BY-KGB", **CONTENTS, "recipient": "RU-MVD"}
    told = await hall.refused("releases", fields, "BY-MVD")
    assert told["code"] == "no_order"


async def test_r_9_roles_that_decide_nothing_take_no_step(hall: Hall) -> None:
    case = await proposed(hall)
    act = {"act": "decide_classification_body", "positive": True, "decision": PAPER}
    for role in (Role.OFFICER, Role.AUDITOR):
        told = await hall.refused(f"releases/{case['id']}/acts", act, "KZ-NSC", role, status=403)
        assert told["code"] == "role_may_not"
    for role in (Role.REGISTRAR, Role.OPERATOR):
        assert (await hall.get(f"releases/{case['id']}", "KZ-NSC", role)).status_code == 403
    assert (await hall.get(f"releases/{case['id']}", "KZ-NSC", Role.AUDITOR)).json()["allowed_acts"] == []


async def test_of_two_decisions_at_once_one_stands(hall: Hall) -> None:
    case = await proposed(hall)
    act = {"act": "decide_classification_body", "positive": True, "decision": PAPER}
    answers = await asyncio.gather(*(hall.post(f"releases/{case['id']}/acts", act, "KZ-NSC") for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    record = await hall.all(f"releases/{case['id']}/record")
    assert [each["act"] for each in record] == ["propose", "decide_classification_body"]


async def test_a_decision_on_an_older_version_is_refused_and_a_retry_has_one_effect(hall: Hall) -> None:
    item = await hall.item()
    fields = {"item": item["id"], "classification_body": "KZ-NSC", **CONTENTS}
    first = await hall.post("releases", fields, headers={"Idempotency-Key": "r-1"})
    again = await hall.post("releases", fields, headers={"Idempotency-Key": "r-1"})
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert len(await hall.all("releases")) == 1
    case, seen = first.json(), first.headers["etag"]
    act = {"act": "decide_classification_body", "positive": True, "decision": PAPER}
    room = f"releases/{case['id']}/acts"
    assert (await hall.post(room, act, "KZ-NSC", headers={"If-Match": seen})).status_code == 201
    more = {"act": "extend_expert", "working_days": 1, "reason": "экспертиза"}
    told = await hall.refused(room, more, "KZ-NSC", status=412, headers={"If-Match": seen})
    assert told["code"] == "stale"


async def test_the_record_comes_page_by_page(hall: Hall) -> None:
    case = await approved(hall)
    room, places, way = f"releases/{case['id']}/record", [], "?limit=3"
    while way:
        page = (await hall.get(f"{room}{way}")).json()
        places.append([each["seq"] for each in page["items"]])
        way = f"?limit=3&after={page['next']}" if page["next"] else ""
    assert places == [[1, 2, 3], [4]]
    assert (await hall.get(f"{room}?after=1")).status_code == 422
    assert (await hall.get(f"{room}?limit=0")).status_code == 422


async def test_the_record_is_sealed_chained_and_locked(hall: Hall) -> None:
    case = await approved(hall)
    entries = await hall.all(f"releases/{case['id']}/record")
    assert [each["author"] for each in entries] == ["KZ-MVD", "KZ-NSC", "KZ-NSC", "KZ-MVD"]
    assert [each["previous"] for each in entries[1:]] == [each["digest"] for each in entries[:-1]]
    assert entries[0]["body"]["effect"] == CONTENTS["effect"]
    stored = await hall.fetch(
        "SELECT p.snapshot, r.jws, r.ruling "
        "FROM protection.proceeding p JOIN protection.proceeding_record r ON r.proceeding = p.id"
    )
    for row in stored:
        for locked in row:
            assert "розыск".encode() not in locked
            assert b"secret" not in locked
            assert b"eyJ" not in locked


async def test_numbers_run_on_by_body_and_lists_go_on_page_by_page(hall: Hall) -> None:
    cases = []
    for _ in range(3):
        hall.node.clock.advance(seconds=1)
        cases.append(await proposed(hall))
    assert [each["number"] for each in cases] == [f"KZ-MVD/2026/R-0000{number}" for number in (1, 2, 3)]
    first = (await hall.get("releases", params={"limit": "2"})).json()
    rest = (await hall.get("releases", params={"limit": "2", "after": first["next"]})).json()
    assert [each["id"] for each in (*first["items"], *rest["items"])] == [each["id"] for each in reversed(cases)]
    assert rest["next"] is None
    assert (await hall.get("releases", params={"state": "approved"})).json()["items"] == []


async def test_a_sealed_module_answers_nothing(hall: Hall) -> None:
    case = await proposed(hall)
    hall.provider.forget()
    for answer in (
        await hall.get(f"releases/{case['id']}"),
        await hall.get("releases"),
        await hall.post("releases", {"item": case["item"], "classification_body": "KZ-NSC", **CONTENTS}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (503, "protection_sealed")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("UPDATE protection.proceeding SET head = sha256(head)", "it is not the last of the record"),
        (
            "UPDATE protection.proceeding SET snapshot = set_byte(snapshot, 60, get_byte(snapshot, 60) # 1)",
            "does not open",
        ),
        ("UPDATE protection.proceeding_record SET at = at - interval '1 s' WHERE seq = 1", "entry 1: "),
        ("UPDATE protection.proceeding_record SET digest = sha256(digest) WHERE seq = 2", "entry 2: its digest"),
        ("UPDATE protection.proceeding_record SET jws = set_byte(jws, 90, get_byte(jws, 90) # 1)", "does not open"),
        ("DELETE FROM protection.proceeding_record WHERE seq = 3", "entry 3: missing"),
        ("UPDATE protection.proceeding_duty SET due_at = due_at + interval '1 day'", "its duties are not those"),
    ],
)
async def test_harm_to_a_record_is_found(hall: Hall, owner: "asyncpg.Connection", harm: str, words: str) -> None:
    await approved(hall)
    undone = owner.transaction()
    await undone.start()
    await owner.execute(harm)
    found = [each async for _, each in proving.proofs(owner, hall.module)]
    await undone.rollback()
    assert words in " ".join(fault for faults in found for fault in faults)
