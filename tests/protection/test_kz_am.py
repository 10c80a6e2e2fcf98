"""Kazakhstan – Armenia, 2025: a test for each rule of section 3 that is a duty of software."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from exchange.protection.core.entries import EntryDecision, decide_entry
from exchange.protection.core.marks import counterpart, degree
from exchange.protection.core.objections import Refusal
from exchange.protection.core.regimes import applying
from exchange.protection.core.scene import Binding, Source
from exchange.protection.core.visits import Visit, answer_visit, decide_visit, month_before
from schemas.release import ConsentVisit
from schemas.secrecy import ItemState, Mark
from schemas.vocabulary import Role
from tests.protection import stories
from tests.protection.cases import (
    BODIES,
    NOON,
    Story,
    bindings,
    dispatch,
    grant,
    law,
    officer,
    paper,
    person,
    refused_registration,
    registered,
    release_fields,
    scene,
    stamp,
    why,
)
from tests.protection.stories import breach, destruction, letter, reads

KA = law().regimes["kz-am-2025"]
ALONE = tuple(each for each in bindings() if each.regime == "kz-am-2025")
"""The treaty without the Agreement beside it, so that what it says can be seen by itself."""

MADE = {"copy_number": 1, "to_whom": "отдел", "made_by": "clerk-AM-POL"}
CONTENT = {"sha256": "0" * 64, "size": 9}
entry = partial(stories.entry, "kz-am-2025", "AM")


def from_kz(**changes: Any) -> Story:
    """Return an item that Kazakhstan gave to Armenia under this treaty alone."""
    return registered(world=scene(bindings=ALONE), **changes).gives("KZ-MVD", "AM-POL")


def released(**changes: Any) -> Story:
    """Return an item on whose giving to Armenia was decided under both regimes."""
    return registered(**changes).releases("KZ-MVD", "AM-POL")


def test_ka_2_three_degrees_are_equal_and_the_recipient_marks_with_the_equal_one() -> None:
    for mark in (Mark.SPECIAL_IMPORTANCE, Mark.TOP_SECRET, Mark.SECRET):
        assert counterpart(KA, "KZ", "AM", mark) is counterpart(KA, "AM", "KZ", mark) is mark
    assert counterpart(KA, "KZ", "AM", Mark.RESTRICTED) is None
    stamps = [degree(KA, party, Mark.SECRET) for party in ("KZ", "AM")]
    assert [each.words[name] for each, name in zip(stamps, ("kk", "hy"), strict=True) if each] == ["Құпия", "Գաղտնի"]
    story = released().does("KZ-MVD", "dispatch", **dispatch(registered()))
    fields = {"copies": [1], "form": "written", "reference": paper(), "own_number": "1", "received_at": stamp(NOON)}
    assert "own_mark_wrong" in story.refused("AM-POL", "confirm_receipt", own_mark="top_secret", **fields).codes


def test_ka_3_changes_of_law_are_told_and_a_change_of_body_goes_through_diplomatic_channels() -> None:
    changed = entry("law_change", {"title": "Закон", "since": date(2026, 1, 1)})
    assert decide_entry(changed, officer("KZ-NSC"), scene()) == EntryDecision(changed, "KA-3", ("AM-NSS",))
    body = entry("competent_body", {"body": "KZ-NSC", "since": date(2026, 1, 1)})
    refusal = decide_entry(body, officer("KZ-NSC"), scene())
    assert isinstance(refusal, Refusal)
    assert why(refusal) == (("through_diplomats",), {"KA-3"})


def test_ka_4_the_mark_the_purpose_the_third_party_and_the_access_are_bound() -> None:
    story = from_kz()
    assert "KA-6.3" in story.refused("AM-POL", "regrade", mark="top_secret", ground="р").rules
    other = reads(story, "p", "AM-POL", Mark.SECRET, purpose="иное")
    assert isinstance(other, Refusal)
    assert why(other) == (("other_purpose",), {"KA-4"})
    uncleared = reads(story, "p", "AM-POL")
    assert isinstance(uncleared, Refusal)
    assert why(uncleared) == (("not_cleared",), {"KA-4"})
    both = story.within(bindings=bindings())
    fields = release_fields(story.item, "", "BY-MVD", procedure=...)
    refusal = both.refused("AM-POL", "authorise_release", **fields)
    assert why(refusal) == (("consent_missing",), {"KA-4"})
    assert "KA-4" in both.refused("AM-POL", "authorise_release", **release_fields(story.item, "", "CSTO-SEC")).rules


def test_ka_4_joint_material_too_reaches_no_third_party_without_the_other_side() -> None:
    story = registered(world=scene(), joint_with=["AM-POL"]).consents("AM-POL")
    refusal = story.refused("KZ-MVD", "authorise_release", **release_fields(story.item, "", "BY-MVD"))
    assert {"KA-4", "A-5.3"} <= refusal.rules
    allowed = story.asks("KZ-MVD", "third_party", recipient="BY-MVD").consents("AM-NSS")
    assert allowed.releases("KZ-MVD", "BY-MVD", consent=2)


def test_ka_4_a_clearance_of_another_state_is_not_recognised_by_this_treaty() -> None:
    assert isinstance(reads(from_kz(), "p", "AM-POL", Mark.SECRET, issuer="KZ"), Refusal)


def test_ka_5_1_the_competent_bodies_are_kept_informed_of_what_is_given() -> None:
    told = {(to, rule) for to, what, rule in released().notices if what == "release"}
    assert told == {("KZ-NSC", "KA-5.1"), ("AM-NSS", "KA-5.1")}


@pytest.mark.parametrize(
    ("field", "code", "rule"),
    [("own_consent", "own_consent_missing", "KA-5.2"), ("recipient_cleared", "recipient_not_confirmed", "KA-5.3")],
)
def test_ka_5_2_and_5_3_a_paper_of_the_competent_bodies_comes_before_the_transfer(
    field: str, code: str, rule: str
) -> None:
    story = registered()
    fields = release_fields(story.item, "", "AM-POL", **{field: ...})
    refusal = story.refused("KZ-MVD", "authorise_release", **fields)
    assert (code, rule) in {(each.code, each.rule) for each in refusal.objections}
    late = release_fields(story.item, "", "AM-POL", **{field: paper(day="2026-03-03")})
    assert "decision_in_future" in story.refused("KZ-MVD", "authorise_release", **late).codes


def test_ka_5_2_the_own_competent_body_consents_in_writing() -> None:
    story = registered("AM-POL")
    refusal = story.refused("AM-POL", "authorise_release", **release_fields(story.item, "", "KZ-MVD", own_consent=...))
    assert why(refusal) == (("own_consent_missing",), {"KA-5.2"})


def test_ka_5_3_the_other_competent_body_confirms_that_the_recipient_is_cleared() -> None:
    story = registered("AM-POL")
    fields = release_fields(story.item, "", "KZ-MVD", recipient_cleared=...)
    assert why(story.refused("AM-POL", "authorise_release", **fields)) == (("recipient_not_confirmed",), {"KA-5.3"})


def test_ka_5_4_each_transfer_is_decided_by_itself() -> None:
    story = registered("AM-POL", copies=2).gives("AM-POL", "KZ-MVD")
    assert "release_used" in story.refused("AM-POL", "dispatch", **dispatch(story, (2,), release=1)).codes


def test_ka_5_6_channels_and_a_receipt_in_writing() -> None:
    story = registered(world=scene(bindings=ALONE)).releases("KZ-MVD", "AM-POL")
    for channel in ("diplomatic", "courier"):
        assert story.does("KZ-MVD", "dispatch", **dispatch(story, release=1, channel=channel))
    sent = story.does("KZ-MVD", "dispatch", **dispatch(story, release=1))
    fields = {"copies": [1], "own_number": "1", "own_mark": "secret", "received_at": stamp(NOON)}
    refusal = sent.refused("AM-POL", "confirm_receipt", form="electronic", **fields)
    assert why(refusal) == (("form_wrong",), {"KA-5.6"})
    refusal = sent.refused("AM-POL", "confirm_receipt", form="written", **fields)
    assert why(refusal) == (("reference_missing",), {"KA-5.6"})


@pytest.mark.parametrize(("means", "taken"), [("M-AM", True), ("M-HALF", False), ("M-LT", False), (None, False)])
def test_ka_5_7_electronic_transfer_takes_means_agreed_by_both_competent_bodies(means: str | None, taken: bool) -> None:
    story = released(kind="electronic", content=CONTENT)
    fields = dispatch(story, release=1, channel="electronic", means=means, transport=...)
    if taken:
        assert story.does("KZ-MVD", "dispatch", **fields)
    else:
        assert why(story.refused("KZ-MVD", "dispatch", **fields)) == (("means_not_agreed",), {"KA-5.7"})


def test_ka_5_7_nothing_is_sent_electronically_that_the_module_does_not_hold() -> None:
    story = released()
    fields = dispatch(story, release=1, channel="electronic", means="M-AM", transport=...)
    assert why(story.refused("KZ-MVD", "dispatch", **fields)) == (("no_content",), {"KA-5.7"})


def test_ka_6_1_copies_carry_the_originals_mark_and_what_is_derived_is_not_lower() -> None:
    story = from_kz().asks("AM-POL", "copy", count=1).consents("KZ-MVD")
    story = story.does("AM-POL", "copy", count=1, consent=1, **MADE)
    assert story.item.copies[1].mark is story.item.copies[0].mark
    held = story.item.copies[0]
    world = scene(sources={"IT-9": Source("IT-9", held=True, mark=Mark.TOP_SECRET, passages=held.path)})
    assert "mark_below_source" in refused_registration("AM-POL", world, derived_from=["IT-9"]).codes


def test_ka_6_2_it_stands_in_the_recipients_register_under_its_own_number() -> None:
    assert from_kz().item.copies[0].own_number == "AM-POL/1"


def test_ka_6_3_the_degree_changes_with_the_givers_consent_and_a_joint_one_by_agreement() -> None:
    story = from_kz()
    refusal = story.refused("AM-POL", "regrade", mark="top_secret", ground="решение")
    assert why(refusal) == (("consent_missing",), {"KA-6.3"})
    joint = registered(world=scene(bindings=ALONE), joint_with=["AM-POL"])
    assert joint.item.state is ItemState.PENDING
    assert {need.rule for need in joint.item.consents[0].needs} == {"KA-6.3"}
    agreed = joint.consents("AM-POL")
    assert agreed.refused("KZ-MVD", "regrade", mark="top_secret", ground="р").rules == {"KA-6.3"}


def test_ka_6_4_declassifying_takes_both_authorised_bodies_whoever_does_it() -> None:
    story = from_kz()
    refusal = story.refused("KZ-MVD", "declassify", ground="решение")
    assert why(refusal) == (("consent_missing",), {"KA-6.4"})
    assert {each.gaps["who"] for each in refusal.objections} == {"AM-POL"}
    refusal = story.refused("AM-POL", "declassify", ground="решение")
    assert {each.gaps["who"] for each in refusal.objections} == {"KZ-MVD"}
    agreed = story.asks("KZ-MVD", "declassify").consents("AM-POL")
    lifted = agreed.does("KZ-MVD", "declassify", ground="решение", consent=1)
    assert ("AM-POL", "mark_changed", "KA-6.4") in lifted.notices


def test_ka_6_4_before_it_was_given_and_after_it_came_back_the_giver_decides_alone() -> None:
    story = registered(world=scene(bindings=ALONE))
    assert story.does("KZ-MVD", "declassify", ground="решение")
    back = from_kz().asks("AM-POL", "return", copies=[1]).consents("KZ-MVD")
    back = back.does("AM-POL", "return", copies=[1], channel="courier", cover_document=paper(), consent=1)
    assert back.receives("KZ-MVD").does("KZ-MVD", "declassify", ground="решение")


@pytest.mark.parametrize(
    ("kind", "fields", "scope", "consent"),
    [
        ("copy", {"count": 2}, {"count": 2}, "copy"),
        ("extract", {"part": "с. 1"}, {"count": 1}, "copy"),
        ("translate", {"language": "hy"}, {"language": "hy"}, "translate"),
    ],
)
def test_ka_6_5_copying_and_translating_need_the_givers_written_consent(
    kind: str, fields: dict[str, Any], scope: dict[str, Any], consent: str
) -> None:
    story = from_kz()
    refusal = story.refused("AM-POL", kind, **fields, **MADE)
    assert why(refusal) == (("consent_missing",), {"KA-6.5"})
    allowed = story.asks("AM-POL", consent, **scope)
    assert why(allowed.refused("AM-POL", kind, consent=1, **fields, **MADE))[0] == ("consent_not_whole",)
    done = allowed.consents("KZ-MVD").does("AM-POL", kind, consent=1, **fields, **MADE)
    assert "consent_used" in done.refused("AM-POL", kind, consent=1, **fields, **MADE).codes


def test_ka_6_6_destruction_and_return_need_the_givers_permission_and_are_reported() -> None:
    story = from_kz()
    assert why(story.refused("AM-POL", "destroy", **destruction())) == (("consent_missing",), {"KA-6.6"})
    going = {"copies": [1], "channel": "diplomatic", "cover_document": paper()}
    assert why(story.refused("AM-POL", "return", **going)) == (("consent_missing",), {"KA-6.6"})
    assert why(story.refused("AM-POL", "destroy", **destruction(crisis="пожар")))[0] == ("consent_missing",)
    allowed = story.asks("AM-POL", "destroy", copies=[1]).consents("KZ-MVD")
    done = allowed.does("AM-POL", "destroy", consent=1, **destruction())
    assert ("KZ-MVD", "destroyed", "KA-6.6") in done.notices


def test_ka_6_7_nothing_is_sent_before_the_bodies_agreed_on_marking_and_registering() -> None:
    story = released().within(standing=())
    refusal = story.refused("KZ-MVD", "dispatch", **dispatch(story, release=1))
    assert why(refusal) == (("standing_missing",), {"KA-6.7"})
    over = scene().standing[0]
    ended = story.within(standing=(type(over)(over.regime, over.bodies, over.reference, over.since, date(2026, 3, 1)),))
    assert "standing_missing" in ended.refused("KZ-MVD", "dispatch", **dispatch(story, release=1)).codes


def test_ka_6_7_the_competent_bodies_are_told_of_every_act_of_article_6() -> None:
    story = from_kz()
    assert {("KZ-NSC", "handled", "KA-6.7"), ("AM-NSS", "handled", "KA-6.7")} <= story.notices
    copied = story.asks("AM-POL", "copy", count=1).consents("KZ-MVD").does("AM-POL", "copy", count=1, consent=1, **MADE)
    assert {("KZ-NSC", "handled", "KA-6.7"), ("AM-NSS", "handled", "KA-6.7")} <= copied.notices


def test_ka_6_7_a_standing_agreement_serves_for_nothing_else() -> None:
    assert KA.standing is not None
    assert from_kz().refused("AM-POL", "copy", count=1, **MADE).codes == ("consent_missing",)


def test_ka_7_a_contract_has_all_its_clauses() -> None:
    fields = {"number": "1", "date": date(2026, 1, 1), "clauses": ("order_of_transfer", "no_third_party")}
    refusal = decide_entry(entry("contract", fields), officer("KZ-MVD"), scene())
    assert isinstance(refusal, Refusal)
    assert {each.gaps["clause"] for each in refusal.objections} == {
        "list_and_degree",
        "protection_and_use",
        "cleared_people_only",
        "disputes_and_damage",
    }
    assert refusal.rules == {"KA-7"}
    whole = {**fields, "clauses": law().regimes["kz-am-2025"].contract.clauses}  # type: ignore[union-attr]
    assert isinstance(decide_entry(entry("contract", whole), officer("KZ-MVD"), scene()), EntryDecision)


def test_ka_8_rules_are_exchanged_and_consultations_held() -> None:
    for kind, fields in (("rules", {"title": "Закон"}), ("consultation", {"subject": "порядок"})):
        answer = decide_entry(entry(kind, fields), officer("KZ-NSC"), scene())
        assert isinstance(answer, EntryDecision)
        assert (answer.rule, answer.told) == ("KA-8", ("AM-NSS",))


def test_ka_9_every_missing_content_of_the_letter_is_named_at_once() -> None:
    bare = letter(
        visitors=[{"person": "clerk-KZ-NSC"}],
        **dict.fromkeys(("length_days", "purpose", "questions", "bodies_to_visit", "people_to_meet"), ...),
    )
    refusal = decide_visit("V-1", bare, officer("KZ-NSC"), scene(bindings=ALONE), NOON)
    assert isinstance(refusal, Refusal)
    assert refusal.rules == {"KA-9"}
    named = {each.gaps["field"] for each in refusal.objections}
    assert named == set(KA.visits.visitor) | (set(KA.visits.visit) - {"first_day"})


def test_ka_9_the_letter_goes_between_competent_bodies() -> None:
    refusal = decide_visit("V-1", letter(), officer("KZ-MVD"), scene(bindings=ALONE), NOON)
    assert isinstance(refusal, Refusal)
    assert why(refusal) == (("not_competent_body",), {"KA-9"})


@pytest.mark.parametrize(
    ("first_day", "last_day"),
    [
        (date(2026, 3, 31), date(2026, 2, 28)),
        (date(2024, 3, 31), date(2024, 2, 29)),
        (date(2026, 5, 31), date(2026, 4, 30)),
        (date(2026, 4, 2), date(2026, 3, 2)),
        (date(2027, 1, 15), date(2026, 12, 15)),
    ],
)
def test_ka_9_a_month_before_a_day_that_its_month_does_not_have_is_its_last(first_day: date, last_day: date) -> None:
    assert month_before(first_day) == last_day


def test_ka_9_a_late_letter_is_marked_and_the_host_may_still_consent() -> None:
    on_time = decide_visit("V-1", letter(), officer("KZ-NSC"), scene(), NOON)
    late = decide_visit("V-1", letter(), officer("KZ-NSC"), scene(), NOON + timedelta(days=1))
    assert isinstance(on_time, Visit)
    assert isinstance(late, Visit)
    assert on_time.late == ()
    assert [(each.rule, each.last_day) for each in late.late] == [("KA-9", date(2026, 3, 2))]
    consent = ConsentVisit.model_validate(
        {"act": "consent_visit", "reference": paper(), "degree": "secret"}, strict=False
    )
    answer = answer_visit(late, consent, officer("AM-NSS"), scene())
    assert isinstance(answer, Visit)
    assert answer.state == "consented"


def test_ka_9_only_cleared_people_go_and_for_the_whole_time() -> None:
    clerk = person("clerk-KZ-NSC", "KZ-NSC", Mark.SECRET, until=NOON + timedelta(days=32))
    for people in ({}, {"clerk-KZ-NSC": person("clerk-KZ-NSC", "KZ-NSC")}, {"clerk-KZ-NSC": clerk}):
        refusal = decide_visit("V-1", letter(), officer("KZ-NSC"), scene(people=people), NOON)
        assert isinstance(refusal, Refusal)
        assert refusal.codes == ("visitor_not_cleared",)
    assert isinstance(decide_visit("V-1", letter(), officer("KZ-NSC"), scene(), NOON), Visit)


def test_ka_11_a_breach_that_led_to_disclosure_is_told_to_the_other_competent_body() -> None:
    told = breach(from_kz(), ["damage"], True)
    assert {(to, rule) for to, _, rule in told} == {("KZ-NSC", "KA-11"), ("AM-NSS", "KA-11")}
    assert breach(from_kz(), ["damage"], False) == set()
    sides = breach(from_kz(), ["dissemination"], True, "KZ-MVD")
    assert ("AM-NSS", "breach", "KA-11") in sides


def test_ka_12_other_treaties_are_untouched_and_hold_beside_it() -> None:
    story = registered().gives("KZ-MVD", "AM-POL")
    assert story.refused("AM-POL", "destroy", **destruction()).rules == {"A-7.8", "KA-6.6"}


def test_ka_15_protection_goes_on_after_the_end_and_sending_does_not() -> None:
    ended = tuple(Binding(each.regime, each.party, each.since, date(2026, 3, 2), date(2026, 3, 2)) for each in ALONE)
    story = from_kz().within(bindings=ended)
    assert applying(story.scene, BODIES["KZ-MVD"], BODIES["AM-POL"], date(2026, 3, 2)) == ()
    assert story.refused("AM-POL", "copy", count=1, **MADE).rules == {"KA-6.5"}
    assert KA.force.notice_months == 6
    assert grant("p").holds_at(NOON)
    assert Role.OFFICER in Role
