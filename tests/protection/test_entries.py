"""Dated entries over the real interface: what must stand in them, whom they reach, what they change and when."""

from datetime import date
from typing import Any

import pytest

from schemas.vocabulary import Role
from tests.protection.hall import Hall, rules

CLAUSES = {
    "kz-am-2025": [
        "list_and_degree",
        "protection_and_use",
        "order_of_transfer",
        "no_third_party",
        "cleared_people_only",
        "disputes_and_damage",
    ],
}


def entry(kind: str, fields: dict[str, Any], **changes: Any) -> dict[str, Any]:
    plain = {"kind": kind, "regime": "kz-am-2025", "party": "AM", "date": "2026-03-01", "fields": fields}
    return {**plain, **changes}


def change(regime: str = "kz-am-2025", party: str = "AM", **fields: Any) -> dict[str, Any]:
    whole = {"body": "KZ-MVD", "since": "2026-03-10", **fields}
    return entry("competent_body", whole, regime=regime, party=party, diplomatic=True)


async def competent(hall: Hall, regime: str, party: str) -> str:
    rows = await hall.all("bindings")
    return next(str(each["competent"]) for each in rows if (each["regime"], each["party"]) == (regime, party))


async def test_ka_7_every_missing_clause_of_a_contract_is_named_at_once(hall: Hall) -> None:
    fields = {"number": "К-7", "date": "2026-03-01", "clauses": ["no_third_party"]}
    told = await hall.refused("entries", entry("contract", fields))
    assert len(told["errors"]) == len(CLAUSES["kz-am-2025"]) - 1
    assert rules(told) == {"KA-7"}
    whole = {**fields, "clauses": CLAUSES["kz-am-2025"]}
    made = await hall.made("entries", entry("contract", whole, body="AM-POL"))
    assert (made["number"], made["rule"], made["told"]) == ("KZ-MVD/2026/E-00001", "KA-7", ["AM-NSS"])
    assert await hall.notices("AM-NSS") == [(made["number"], "entered", "KA-7")]
    assert (await hall.get(f"entries/{made['id']}", "AM-POL")).json() == made
    assert (await hall.get(f"entries/{made['id']}", "RU-MVD")).status_code == 404


async def test_kl_8_a_contract_of_a_legal_person_confirms_its_clearance_first(hall: Hall) -> None:
    fields = {"number": "К-8", "date": "2026-03-01", "clauses": []}
    told = await hall.refused("entries", entry("contract", fields, regime="kz-lt-2015", party="LT"))
    assert {"/fields/clearance_confirmed", "/fields/clauses"} == {each["pointer"] for each in told["errors"]}
    assert rules(told) == {"KL-8"}


async def test_a_n2_people_are_named_in_writing_to_the_body_that_they_come_to(hall: Hall) -> None:
    fields = {"surname": "Образцов", "given_names": "В. В.", "body": "МВД", "providing_document": "план 1"}
    named = entry("people", fields, regime="csto-2004", party="RU", body="RU-MVD")
    told = await hall.refused("entries", {**named, "fields": {"surname": "Образцов"}})
    assert {each["rule"] for each in told["errors"]} == {"A-N2"}
    assert len(told["errors"]) == 3
    made = await hall.made("entries", named)
    assert made["told"] == ["RU-MVD"]
    for wrong, code in ((None, "entry_field_missing"), ("KZ-NSC", "body_unknown"), ("RU-X", "body_unknown")):
        nobody = await hall.refused("entries", {**named, "body": wrong})
        assert (nobody["code"], nobody["rule"], nobody["errors"][0]["pointer"]) == (code, "A-N2", "/body")
    assert await hall.notices("RU-FSB") == [], "people are named to those whom they come to, and to nobody else"


async def test_a_n4_things_are_issued_against_receipt_and_stay_with_the_body(hall: Hall) -> None:
    fields = {"thing": "тетрадь", "number": 12, "issued_to": "kz-mvd.officer"}
    issued = entry("issued", fields, regime="csto-2004", party="RU")
    told = await hall.refused("entries", issued)
    assert [each["pointer"] for each in told["errors"]] == ["/fields/receipt"]
    made = await hall.made("entries", {**issued, "fields": {**fields, "receipt": "расписка 12"}})
    assert (made["told"], made["fields"]["number"]) == ([], 12)
    assert [each["id"] for each in await hall.all("entries?kind=issued")] == [made["id"]]
    assert await hall.all("entries?kind=people") == []


async def test_a_4_a_change_of_the_competent_body_goes_through_diplomats_and_counts_from_its_day(hall: Hall) -> None:
    bare = await hall.refused("entries", {**change("csto-2004", "RU"), "diplomatic": False}, "KZ-NSC")
    assert (bare["code"], bare["rule"]) == ("through_diplomats", "A-4")
    made = await hall.made("entries", change("csto-2004", "RU"), "KZ-NSC")
    assert made["effective_from"] == "2026-03-10"
    assert sorted(made["told"]) == ["AM-NSS", "BY-KGB", "CSTO-SEC", "KG-GKNB", "RU-FSB", "TJ-GKNB"], "all the others"
    assert await hall.notices("CSTO-SEC") == [(made["number"], "entered", "A-4")], "the depositary among them"
    assert await competent(hall, "csto-2004", "KZ") == "KZ-NSC"
    hall.node.clock.advance(days=8, hours=9)  # 9 March, 23:00 in Almaty
    assert await competent(hall, "csto-2004", "KZ") == "KZ-NSC"
    hall.node.clock.advance(hours=1)
    assert await competent(hall, "csto-2004", "KZ") == "KZ-MVD"
    assert await competent(hall, "kz-am-2025", "KZ") == "KZ-NSC", "each regime has its own"


@pytest.mark.parametrize(
    ("regime", "party", "rule"),
    [("kz-am-2025", "AM", "KA-3"), ("kz-lt-2015", "LT", "KL-5"), ("csto-2004", "RU", "A-4")],
)
async def test_only_the_competent_body_names_its_successor_and_only_of_its_own_state(
    hall: Hall, regime: str, party: str, rule: str
) -> None:
    wanted = change(regime, party, contacts="+7")
    told = await hall.refused("entries", wanted, "KZ-MVD", status=403)
    assert (told["code"], told["rule"]) == ("not_competent_body", rule)
    foreign = await hall.refused("entries", change(regime, party, contacts="+7", body="AM-NSS"), "KZ-NSC")
    assert (foreign["code"], foreign["rule"]) == ("body_unknown", rule)
    soon = await hall.refused("entries", change(regime, party, contacts="+7", since="скоро"), "KZ-NSC")
    assert (soon["code"], soon["rule"]) == ("entry_field_wrong", rule)


async def test_ka_3_the_new_competent_body_agrees_on_means_from_its_day_and_the_old_one_no_more(hall: Hall) -> None:
    await hall.made("entries", change(), "KZ-NSC")
    hall.node.clock.advance(days=10)
    wanted = {
        "code": "M-AM-2",
        "regime": "kz-am-2025",
        "other": "AM-NSS",
        "reference": {"reference": "1", "date": "2026-03-01"},
        "since": "2026-03-12",
    }
    assert (await hall.refused("means", wanted, "KZ-NSC", status=403))["code"] == "not_competent_body"
    assert (await hall.made("means", wanted, "KZ-MVD"))["agreed_at"] is None


async def test_kl_14_protection_ends_on_the_day_from_which_both_parties_released_each_other(hall: Hall) -> None:
    def released(party: str) -> dict[str, Any]:
        fields = {"note": "нота 5", "since": "2026-04-01"}
        return entry("released", fields, regime="kz-lt-2015", party=party, diplomatic=True)

    told = await hall.refused("entries", released("LT"), "KZ-MVD", status=403)
    assert (told["code"], told["rule"]) == ("not_competent_body", "KL-14")
    await hall.made("entries", released("LT"), "KZ-NSC")
    rows = {each["party"]: each for each in await hall.all("bindings") if each["regime"] == "kz-lt-2015"}
    assert (rows["KZ"]["released_on"], rows["LT"]["released_on"]) == ("2026-04-01", None), (
        "one side's word is not both's"
    )
    await hall.made("entries", {**released("KZ"), "fields": {"note": "нота 6", "since": "2026-04-15"}}, "LT-CB")
    stored = await hall.fetch(
        "SELECT party, released_on FROM protection.binding WHERE regime = 'kz-lt-2015' ORDER BY 1"
    )
    assert stored == [("KZ", date(2026, 4, 1)), ("LT", date(2026, 4, 15))]


async def test_a_8_rules_and_consultations_reach_the_other_competent_body(hall: Hall) -> None:
    for kind, fields in (("rules", {"title": "Закон"}), ("consultation", {"subject": "порядок"})):
        made = await hall.made("entries", entry(kind, fields, regime="csto-2004", party="BY"))
        assert (made["told"], made["rule"]) == (["BY-KGB"], "A-8")


async def test_what_no_treaty_provides_for_is_no_entry(hall: Hall) -> None:
    for wrong in (
        entry("issued", {}),
        entry("rules", {"title": "Закон"}, party="RU"),
        entry("rules", {"title": "Закон"}, party="KZ"),
        entry("rules", {"title": "Закон"}, regime="nothing"),
    ):
        assert (await hall.refused("entries", wrong))["code"] == "entry_not_known"
    told = await hall.refused("entries", entry("rules", {"title": "Закон"}), role=Role.OFFICER, status=403)
    assert told["code"] == "role_may_not"


async def test_an_entry_has_its_record_and_stands_locked(hall: Hall) -> None:
    made = await hall.made("entries", entry("rules", {"title": "Закон о тайне"}))
    (act,) = await hall.all(f"entries/{made['id']}/record")
    assert (act["act"], act["author"], act["body"]["fields"]) == ("rules", "KZ-MVD", {"title": "Закон о тайне"})
    for row in await hall.fetch(
        "SELECT p.snapshot, r.jws FROM protection.proceeding p, protection.proceeding_record r"
    ):
        assert not any("Закон".encode() in locked for locked in row)
