"""Objections that follow from single articles of the Protocol, with their days and limits."""

from datetime import date
from typing import Any

import pytest

from exchange.core.access import Actor
from exchange.core.decide import Refusal, decide, decide_submission
from exchange.core.scene import Party
from schemas.vocabulary import Country, Form, InformationSubject, Role
from tests.core import cases
from tests.core.cases import NOON, act, reading, refused_submission, scene, sent, sent_urgent, stamp
from tests.core.probes import paper


@pytest.mark.parametrize("code", ["CSTO-SEC", "RU-XXX"])
def test_p_7_4_a_request_is_passed_on_to_a_known_body_or_a_named_one(code: str) -> None:
    assert "redirect_unknown" in sent().objections("redirect", to_authority=code, reason="а")


def test_p_7_4_a_redirect_names_one_target_only() -> None:
    both: dict[str, Any] = {"to_authority": "RU-FSB", "to_body": {"name": "а", "address": "б"}}
    assert sent().objections("redirect", reason="а", **both) == {"redirect_one_target"}


@pytest.mark.parametrize(
    "name", ["Орган RU-MVD", "орган  ru-mvd ", "ОРГАН\u00a0RU-MVD", "Лаборатория", "лаборатория\n"]
)
def test_p_7_4_a_body_that_held_the_request_does_not_get_it_again_by_another_spelling(name: str) -> None:
    case = sent().does("redirect", to_body={"name": "Лаборатория", "address": "а"}, reason="нет")
    case = case.does("receive", received_at=stamp(NOON))
    assert case.objections("redirect", to_body={"name": name, "address": "б"}, reason="нет") == {"redirect_ring"}


@pytest.mark.parametrize(("left_on", "taken"), [(date(2026, 3, 1), False), (date(2026, 3, 2), True)])
def test_p_18_the_day_of_leaving_is_the_first_without_requests(left_on: date, taken: bool) -> None:
    parties = {**scene().parties, Country.KZ: Party(Country.KZ, date(2020, 1, 1), left_on=left_on)}
    answer = decide_submission(
        "REQ-1", cases.submission(), cases.head_of("KZ-MVD"), scene(parties=parties), reading(), NOON
    )
    assert isinstance(answer, Refusal) is not taken


@pytest.mark.parametrize(("since", "taken"), [(date(2026, 3, 1), True), (date(2026, 3, 2), False)])
def test_p_16_a_request_is_possible_from_the_day_of_entry_into_force(since: date, taken: bool) -> None:
    parties = {**scene().parties, Country.RU: Party(Country.RU, since)}
    answer = decide_submission(
        "REQ-1", cases.submission(), cases.head_of("KZ-MVD"), scene(parties=parties), reading(), NOON
    )
    assert isinstance(answer, Refusal) is not taken


def test_p_16_a_state_that_is_no_party_has_no_requests() -> None:
    parties = {country: party for country, party in scene().parties.items() if country is not Country.RU}
    answer = decide_submission(
        "REQ-1", cases.submission(), cases.head_of("KZ-MVD"), scene(parties=parties), reading(), NOON
    )
    assert isinstance(answer, Refusal)


def test_p_18_a_request_open_on_the_day_of_leaving_is_executed_to_its_end() -> None:
    case = sent()
    nobody = scene(parties={})
    answer = decide(case.request, act("accept"), case.holder(), nobody, reading(), NOON)
    assert not isinstance(answer, Refusal)


@pytest.mark.parametrize("form", ["training", "information_systems", "research", "other"])
def test_p_3_training_systems_research_and_other_forms_need_no_matter(form: str) -> None:
    sent(assistance=[{"form": form, "text": "а"}], matters=...)


@pytest.mark.parametrize("form", ["information", "operational_search", "procedural_act", "coordinated_measures"])
def test_p_3_information_measures_and_acts_name_a_matter(form: str) -> None:
    subject = "crimes" if form == "information" else None
    item = {"form": form, "text": "а", "citation": "д", "subject": subject}
    codes = {of.code for of in refused_submission(assistance=[item], matters=[]).objections}
    assert codes == {"matter_needed"}


def test_p_6_4_an_urgent_request_rests_on_an_agreement_of_its_own_day() -> None:
    sent_urgent(agreement={"kind": "ad_hoc", "citation": "письмо № 1", "date": "2026-03-01"})


def test_p_6_5_an_urgent_request_may_come_without_signature_and_then_any_officer_sends_it() -> None:
    sent(by=Actor("KZ-MVD", Role.OFFICER), urgent=cases.urgent_json(), signatory=...)
    signed = refused_submission(by=Actor("KZ-MVD", Role.OFFICER), urgent=cases.urgent_json())
    assert {of.code for of in signed.objections} == {"signature_needed"}


@pytest.mark.parametrize(
    ("number", "taken"),
    [
        ("TJ-GKNB/2026/I-00001", False),
        ("tj-gknb / 2026 / i-00001", False),
        ("TJ-GKNB/2026/I-123456", False),
        ("TJ-GKNB/2026/O-00001", True),
        ("TJ-MVD/2026/I-00001", True),
        ("вх. 17/2026", True),
        ("TJ-GKNB/2026/I-00001/2", True),
    ],
)
def test_p_7_2_numbers_of_the_nodes_register_are_given_by_the_node_alone(number: str, taken: bool) -> None:
    answer = paper().answer("receive", paper().holder(), received_at=stamp(NOON), register_number=number)
    assert isinstance(answer, Refusal) is not taken


def test_p_16_an_urgent_request_may_be_transmitted_on_the_first_day_of_the_protocol() -> None:
    parties = {**scene().parties, Country.KZ: Party(Country.KZ, date(2026, 3, 1))}
    agreement = {"kind": "ad_hoc", "citation": "а", "date": "2026-02-28"}
    urgent = cases.urgent_json(transmitted_at="2026-02-28T19:00:00Z", agreement=agreement)
    body = cases.submission(urgent=urgent, signatory=...)
    answer = decide_submission("REQ-1", body, cases.head_of("KZ-MVD"), scene(parties=parties), reading(), NOON)
    assert not isinstance(answer, Refusal)


@pytest.mark.parametrize("country", [Country.KZ, Country.RU])
@pytest.mark.parametrize(("day", "taken"), [(date(2026, 2, 28), True), (date(2026, 3, 1), False)])
def test_p_16_nothing_is_transmitted_before_the_protocol_is_in_force_for_both(
    country: Country, day: date, taken: bool
) -> None:
    """Transmitted on the last second of 28 February in Almaty; both are bound by the day on which it is entered."""
    parties = {**scene().parties, country: Party(country, day)}
    agreement = {"kind": "ad_hoc", "citation": "а", "date": "2026-02-28"}
    urgent = cases.urgent_json(transmitted_at="2026-02-28T18:59:59Z", agreement=agreement)
    body = cases.submission(urgent=urgent, signatory=...)
    answer = decide_submission("REQ-1", body, cases.head_of("KZ-MVD"), scene(parties=parties), reading(), NOON)
    found = [(of.code, of.rule, of.gaps) for of in answer.objections] if isinstance(answer, Refusal) else []
    assert found == ([] if taken else [("transmitted_before_force", "P-16", {"country": country})])


@pytest.mark.parametrize("form", ["operational_search", "procedural_act"])
def test_p_5_measures_and_procedural_acts_cite_their_treaty(form: str) -> None:
    sent(assistance=[{"form": form, "text": "а", "citation": "Минская конвенция, ст. 6"}])
    (only,) = refused_submission(assistance=[{"form": form, "text": "а"}]).objections
    assert (only.code, only.pointer, only.rule) == ("citation_needed", "/assistance/0/citation", "P-5")


def test_p_5_information_is_exchanged_on_one_of_six_subjects() -> None:
    assert len(InformationSubject) == 6
    for subject in InformationSubject:
        sent(assistance=[{"form": "information", "subject": subject, "text": "а"}])
    (only,) = refused_submission(assistance=[{"form": "information", "text": "а"}]).objections
    assert (only.code, only.pointer, only.rule) == ("subject_needed", "/assistance/0/subject", "P-5")


@pytest.mark.parametrize("form", [form for form in Form if form is not Form.INFORMATION])
def test_p_5_other_forms_have_no_subject_of_information(form: Form) -> None:
    item = {"form": form, "text": "а", "citation": "д"}
    sent(assistance=[item])
    (only,) = refused_submission(assistance=[{**item, "subject": "crimes"}]).objections
    assert (only.code, only.pointer, only.rule) == ("subject_out_of_place", "/assistance/0/subject", "P-5")
