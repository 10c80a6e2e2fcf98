"""What two sides agree on beside a treaty, and whom a body lets near secrets, against the pure law."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from exchange.protection.core.admission import decide_clearance, decide_grant, of_admitting
from exchange.protection.core.agreements import Agreement, AgreementDecision, decide_agreement
from exchange.protection.core.objections import Refusal
from exchange.protection.core.scene import Caller, Clearance, Grant
from schemas.admission import AgreementWanted, ClearanceWanted, GrantWanted, WayWanted
from schemas.secrecy import AgreementKind
from schemas.vocabulary import Role
from tests.protection.cases import NOON, officer, person, scene, why

MEANS, WAY, STANDING = AgreementKind.MEANS, AgreementKind.WAY, AgreementKind.STANDING


def said(
    by: str | Caller, kind: AgreementKind = MEANS, known: Agreement | None = None, **changes: Any
) -> AgreementDecision | Refusal:
    plain = {
        "code": "M-AM-2",
        "regime": "kz-am-2025",
        "other": "AM-NSS",
        "reference": {"reference": "7/1", "date": "2026-03-01"},
        "since": "2026-03-02",
    }
    shape = WayWanted if kind is WAY else AgreementWanted
    body = shape.model_validate({**plain, **changes}, strict=False)
    caller = by if isinstance(by, Caller) else officer(by)
    return decide_agreement(kind, body, known, caller, scene(), NOON)


def proposed(by: str, kind: AgreementKind = MEANS, **changes: Any) -> Agreement:
    answer = said(by, kind, **changes)
    assert isinstance(answer, AgreementDecision)
    assert answer.agreement.agreed_at is None
    return answer.agreement


def codes(answer: AgreementDecision | Refusal) -> tuple[str, ...]:
    assert isinstance(answer, Refusal)
    return answer.codes


def test_ka_5_7_means_count_once_the_other_competent_body_named_the_same() -> None:
    one = proposed("KZ-NSC")
    answer = said("AM-NSS", known=one, other="KZ-NSC")
    assert isinstance(answer, AgreementDecision)
    assert (answer.agreement.agreed_at, answer.rule) == (NOON, "KA-5.7")
    assert answer.agreement == replace(one, agreed_at=NOON)


def test_ka_5_7_what_one_side_said_alone_it_may_say_anew_and_the_other_agrees_to_the_same_only() -> None:
    one = proposed("KZ-NSC")
    anew = said("KZ-NSC", known=one, since="2026-04-01")
    assert isinstance(anew, AgreementDecision)
    assert (anew.agreement.since, anew.agreement.agreed_at) == (date(2026, 4, 1), None)
    assert codes(said("AM-NSS", known=one, other="KZ-NSC", since="2026-04-01")) == ("agreement_other",)
    assert codes(said("KZ-NSC", known=replace(one, agreed_at=NOON))) == ("agreement_made",)


@pytest.mark.parametrize("by", ["KZ-MVD", "AM-POL"])
def test_ka_5_7_another_body_of_the_state_neither_proposes_nor_agrees(by: str) -> None:
    other = "AM-NSS" if by.startswith("KZ") else "KZ-NSC"
    assert "not_competent_body" in codes(said(by, other=other))
    assert "not_competent_body" in codes(said(by, known=proposed("KZ-NSC"), other=other))
    assert codes(said("KZ-NSC", other="AM-POL")) == ("agreement_side",)


def test_a_third_state_takes_no_part_in_the_agreement_of_two() -> None:
    one = proposed("KZ-NSC")
    assert codes(said("RU-FSB", known=one, regime="csto-2004", kind=WAY, channel="courier", other="KZ-NSC")) == (
        "agreement_not_known",
        "agreement_other",
    )
    assert set(codes(said("KZ-NSC", known=one, regime="kz-lt-2015", other="LT-VSD"))) == {"agreement_other"}


def test_ka_6_7_a_standing_agreement_is_of_authorised_bodies_and_the_competent_ones_are_told() -> None:
    one = proposed("KZ-MVD", STANDING, code="S-1", other="AM-POL")
    answer = said("AM-POL", STANDING, known=one, code="S-1", other="KZ-MVD")
    assert isinstance(answer, AgreementDecision)
    assert set(answer.told) == {"KZ-MVD", "KZ-NSC", "AM-NSS"}
    assert answer.rule == "KA-6.7"
    assert codes(said("KZ-MVD", STANDING, regime="kz-lt-2015", other="LT-CB")) == ("agreement_not_known",)


def test_kl_6_2_ways_are_agreed_by_the_competent_bodies_where_the_treaty_leaves_them_to_it() -> None:
    one = proposed("KZ-NSC", WAY, code="W-1", regime="kz-lt-2015", other="LT-VSD", channel="courier")
    assert one.parties == {"KZ", "LT"}
    assert codes(said("KZ-NSC", WAY, channel="courier")) == ("agreement_not_known",), "open without an agreement"


def test_what_an_agreement_must_be_is_named_at_once() -> None:
    reader = Caller("KZ-NSC", Role.OFFICER, "person:x")
    assert codes(said(reader, other="NOBODY", until="2026-03-01")) == (
        "role_may_not",
        "body_unknown",
        "agreement_term",
        "agreement_not_known",
    )
    assert "own_state" in codes(said("KZ-NSC", other="KZ-MVD"))


def clearance(by: Caller, known: str | None = None, **changes: Any) -> Clearance | Refusal:
    body = ClearanceWanted.model_validate({"person": "p", "mark": "secret", **changes}, strict=False)
    return decide_clearance(body, None if known is None else person("p", known), by, scene(), NOON)


def test_a_5_5_clearances_and_grants_are_the_secrecy_officers_of_the_persons_own_body() -> None:
    assert clearance(officer("KZ-MVD")) == Clearance("p", "KZ", clearance_mark(), NOON)
    refusal = clearance(officer("AM-POL"), known="KZ-MVD")
    assert isinstance(refusal, Refusal)
    assert why(refusal) == (("person_of_another",), {"A-5.5"})
    for role in set(Role) - {Role.SECRECY_OFFICER}:
        refusal = clearance(Caller("KZ-MVD", role, "person:x"))
        assert isinstance(refusal, Refusal)
        assert refusal.codes == ("role_may_not",)
        assert of_admitting(Caller("KZ-MVD", role, "person:x")) is not None
    assert of_admitting(officer("KZ-MVD")) is None


def clearance_mark() -> Any:
    return ClearanceWanted.model_validate({"person": "p", "mark": "secret"}, strict=False).mark


def test_a_5_4_a_clearance_of_another_member_state_is_taken_in_and_of_no_other() -> None:
    assert isinstance(clearance(officer("KZ-MVD"), issuer="RU"), Clearance)
    for issuer in ("LT", "XX"):
        refusal = clearance(officer("RU-MVD"), issuer=issuer)
        assert isinstance(refusal, Refusal)
        assert "issuer_not_recognised" in refusal.codes
    refusal = clearance(officer("KZ-MVD"), mark="confidential")
    assert isinstance(refusal, Refusal)
    assert refusal.codes == ("mark_not_of_state",)


def test_a_5_5_a_grant_names_the_item_the_purpose_and_the_document() -> None:
    wanted = GrantWanted(person="p", item="1", purpose="розыск", document="план 1", until=NOON + timedelta(days=1))
    own = person("p", "KZ-MVD")
    answer = decide_grant(wanted, own, officer("KZ-MVD"), NOON, concerned=True)
    assert answer == Grant("p", "1", "розыск", "план 1", NOON, NOON + timedelta(days=1))
    over = wanted.model_copy(update={"until": NOON})
    refusal = decide_grant(over, own, officer("AM-POL"), NOON, concerned=False)
    assert isinstance(refusal, Refusal)
    assert set(refusal.codes) == {"person_unknown", "item_unknown", "admission_term"}
    assert decide_grant(wanted, None, officer("AM-POL"), NOON, concerned=False) == decide_grant(
        wanted, own, officer("AM-POL"), NOON, concerned=False
    ), "somebody of another body is as unknown as nobody"
