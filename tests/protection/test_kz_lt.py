"""Kazakhstan – Lithuania, 2015: a test for each rule of section 4 that is a duty of software."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from exchange.protection.core.access import MayRead
from exchange.protection.core.bound import rules_for
from exchange.protection.core.entries import EntryDecision, decide_entry
from exchange.protection.core.marks import counterpart, degree
from exchange.protection.core.objections import Refusal
from exchange.protection.core.scene import Binding
from exchange.protection.core.visits import Visit, decide_visit
from schemas.secrecy import Mark
from tests.protection import stories
from tests.protection.cases import (
    NOON,
    Story,
    bindings,
    dispatch,
    law,
    officer,
    paper,
    person,
    registered,
    release_fields,
    scene,
    stamp,
    way,
    why,
)
from tests.protection.stories import VISITOR, breach, destruction, letter, reads

KL = law().regimes["kz-lt-2015"]

entry = partial(stories.entry, "kz-lt-2015", "LT")


def from_lt(mark: str = "secret", **changes: Any) -> Story:
    """Return an item that Lithuania gave to Kazakhstan."""
    return registered("LT-CB", mark=mark, **changes).gives("LT-CB", "KZ-MVD")


def made(by: str = "KZ-MVD") -> dict[str, Any]:
    return {"copy_number": 1, "to_whom": "отдел", "made_by": f"clerk-{by}"}


EQUAL = [
    ("KZ", "LT", "top_secret", "top_secret"),
    ("KZ", "LT", "secret", "secret"),
    ("KZ", "LT", "restricted", "restricted"),
    ("KZ", "LT", "special_importance", None),
    ("KZ", "LT", "confidential", None),
    ("LT", "KZ", "top_secret", "top_secret"),
    ("LT", "KZ", "secret", "secret"),
    ("LT", "KZ", "confidential", "secret"),
    ("LT", "KZ", "restricted", "restricted"),
]


@pytest.mark.parametrize(("sender", "recipient", "mark", "other"), EQUAL)
def test_kl_3_marks_answer_each_other_unevenly(sender: str, recipient: str, mark: str, other: str | None) -> None:
    assert counterpart(KL, sender, recipient, Mark(mark)) == other


def test_kl_3_the_stamps_are_those_of_the_treaty() -> None:
    stamps = {
        (party, mark): (degree(KL, party, mark) or KL.parties["KZ"].degrees[Mark.SECRET]).stamp
        for party in ("KZ", "LT")
        for mark in KL.parties[party].degrees
    }
    assert stamps["LT", Mark.TOP_SECRET] == "VISIŠKAI SLAPTAI / TOP SECRET"
    assert stamps["LT", Mark.CONFIDENTIAL] == "KONFIDENCIALIAI / CONFIDENTIAL"
    assert stamps["LT", Mark.RESTRICTED] == "RIBOTO NAUDOJIMO / RESTRICTED"
    assert stamps["KZ", Mark.SECRET] == "ҚҰПИЯ / СЕКРЕТНО"
    assert KL.parties["KZ"].degrees[Mark.RESTRICTED].official_use
    assert not KL.parties["LT"].degrees[Mark.RESTRICTED].official_use


def test_kl_3_special_importance_cannot_be_sent() -> None:
    story = registered(mark="special_importance")
    refusal = story.refused("KZ-MVD", "authorise_release", **release_fields(story.item, "", "LT-CB"))
    assert ("no_counterpart", "KL-3") in {(each.code, each.rule) for each in refusal.objections}


def test_kl_3_a_mark_out_there_is_not_raised_beyond_what_the_other_side_can_mark() -> None:
    story = registered().gives("KZ-MVD", "LT-CB")
    refusal = story.refused("KZ-MVD", "regrade", mark="special_importance", ground="решение")
    assert why(refusal) == (("no_counterpart",), {"KL-3"})
    assert story.does("KZ-MVD", "regrade", mark="top_secret", ground="р").item.copies[0].mark is Mark.TOP_SECRET


def test_kl_3_the_national_order_does_not_apply_to_the_restricted_level() -> None:
    story = registered(mark="restricted")
    assert story.does("KZ-MVD", "authorise_release", **release_fields(story.item, "", "LT-CB", procedure=...))
    refusal = registered().refused(
        "KZ-MVD", "authorise_release", **release_fields(registered().item, "", "LT-CB", procedure=...)
    )
    assert "procedure_missing" in refusal.codes


def test_kl_4_clearance_is_asked_for_save_at_the_restricted_level() -> None:
    refused = reads(from_lt(), "p", "KZ-MVD")
    assert isinstance(refused, Refusal)
    assert why(refused) == (("not_cleared",), {"KL-4"})
    assert isinstance(reads(from_lt("restricted"), "p", "KZ-MVD"), MayRead)


def test_kl_4_the_holders_mark_decides_which_clearance_is_enough() -> None:
    """What Lithuania marked KONFIDENCIALIAI is ҚҰПИЯ in Kazakhstan, and takes a clearance for that."""
    story = from_lt("confidential")
    assert isinstance(reads(story, "p", "KZ-MVD", Mark.RESTRICTED), Refusal)
    assert isinstance(reads(story, "p", "KZ-MVD", Mark.SECRET), MayRead)
    assert isinstance(reads(registered("LT-CB", mark="confidential"), "p", "LT-CB", Mark.CONFIDENTIAL), MayRead)


@pytest.mark.parametrize("mark", ["secret", "restricted"])
def test_kl_4_no_third_party_without_the_other_competent_body_restricted_too(mark: str) -> None:
    story = from_lt(mark).asks("KZ-MVD", "third_party", recipient="BY-MVD")
    assert {need.bodies for need in story.item.consents[0].needs} == {frozenset({"LT-VSD"})}
    fields = release_fields(story.item, "", "BY-MVD", consent=1)
    assert "KL-4" in story.refused("KZ-MVD", "authorise_release", **fields).rules
    assert "not_concerned" not in story.refused("LT-CB", "grant_consent", consent=1, reference=paper()).codes
    assert "not_asked" in story.refused("LT-CB", "grant_consent", consent=1, reference=paper()).codes


@pytest.mark.parametrize("mark", ["secret", "restricted"])
def test_kl_4_no_other_purpose_restricted_too(mark: str) -> None:
    refusal = reads(from_lt(mark), "p", "KZ-MVD", Mark.SPECIAL_IMPORTANCE, purpose="иное")
    assert isinstance(refusal, Refusal)
    assert why(refusal) == (("other_purpose",), {"KL-4"})


def test_kl_4_the_recipient_marks_by_the_table() -> None:
    assert from_lt("confidential").item.copies[0].mark is Mark.SECRET
    story = registered("LT-CB", mark="confidential").releases("LT-CB", "KZ-MVD")
    story = story.does("LT-CB", "dispatch", **dispatch(story, release=1, transport=...))
    fields = {"copies": [1], "form": "electronic", "own_number": "1", "received_at": stamp(NOON)}
    refusal = story.refused("KZ-MVD", "confirm_receipt", own_mark="restricted", **fields)
    assert why(refusal) == (("own_mark_wrong",), {"KL-4"})


@pytest.mark.parametrize("speaker", ["LT-CB", "LT-VSD"])
def test_kl_4_no_declassifying_or_remarking_without_the_other_state(speaker: str) -> None:
    story = from_lt()
    assert why(story.refused("KZ-MVD", "declassify", ground="р")) == (("consent_missing",), {"KL-4"})
    assert why(story.refused("KZ-MVD", "regrade", mark="top_secret", ground="р")) == (("consent_missing",), {"KL-4"})
    asked = story.asks("KZ-MVD", "declassify").consents(speaker)
    done = asked.does("KZ-MVD", "declassify", ground="решение", consent=1)
    assert done.item.copies[0].mark is None
    assert ("LT-CB", "mark_changed", "KL-4") in done.notices


def test_kl_4_lithuania_is_told_its_own_articles_and_nobody_those_of_treaties_that_do_not_bind_it() -> None:
    story = from_lt("confidential")
    for wrong in ({"breach": 9, "findings": "нет"}, {"breach": 1, "findings": "нет"}):
        assert story.refused("LT-CB", "report_inquiry", **wrong).rules == {"KL-10"}
    assert story.refused("LT-CB", "authorise_release", **release_fields(story.item, "LT-CB", "RU-MVD")).rules == {
        "KL-14"
    }
    act = ("A-6.1", "KA-5.2", "KA-5.3", "R-11")
    assert rules_for(act, "KZ", law()) == act
    assert rules_for(act, "AM", law()) == ("A-6.1", "KA-5.2", "KA-5.3")
    assert rules_for(act, "RU", law()) == ("A-6.1",)
    assert rules_for(act, "LT", law()) == ("KL-6.1",)


def test_kl_4_what_is_only_awaited_bears_no_mark_yet_and_is_not_called_declassified() -> None:
    story = registered("LT-CB").releases("LT-CB", "KZ-MVD")
    sent = story.does("LT-CB", "dispatch", **dispatch(story, release=1, channel="diplomatic", transport=...))
    refusal = sent.refused("KZ-MVD", "regrade", mark="top_secret", ground="г")
    assert refusal.codes == ("wrong_body",)
    assert sent.refused("KZ-MVD", "declassify", ground="г").codes == ("wrong_body",)


def test_kl_5_bodies_and_contacts_go_through_diplomatic_channels_and_changes_of_law_are_told() -> None:
    refusal = decide_entry(entry("competent_body", {"body": "KZ-NSC"}), officer("KZ-NSC"), scene())
    assert isinstance(refusal, Refusal)
    assert set(refusal.codes) == {"entry_field_missing", "through_diplomats"}
    assert refusal.rules == {"KL-5"}
    answer = decide_entry(
        entry("law_change", {"title": "Закон", "since": date(2026, 1, 1)}), officer("KZ-NSC"), scene()
    )
    assert isinstance(answer, EntryDecision)
    assert answer.told == ("LT-VSD",)


def test_kl_6_1_the_parties_decide_case_by_case() -> None:
    story = registered("LT-CB", copies=2).gives("LT-CB", "KZ-MVD")
    assert "release_used" in story.refused("LT-CB", "dispatch", **dispatch(story, (2,), release=1)).codes


@pytest.mark.parametrize("mark", ["secret", "restricted"])
@pytest.mark.parametrize("channel", ["courier", "authorised_service", "electronic"])
def test_kl_6_2_other_ways_than_diplomatic_are_agreed_beforehand_restricted_too(channel: str, mark: str) -> None:
    content = {"sha256": "0" * 64, "size": 1}
    story = registered("LT-CB", mark=mark, content=content).releases("LT-CB", "KZ-MVD")
    fields = dispatch(story, release=1, channel=channel, transport=...)
    refusal = story.refused("LT-CB", "dispatch", **fields)
    assert refusal.rules == {"KL-6.2"}
    agreed = story.within(ways=(way("kz-lt-2015", "KZ LT", channel),))
    assert agreed.does("LT-CB", "dispatch", **{**fields, "means": "M-LT" if channel == "electronic" else None})
    later = replace(way("kz-lt-2015", "KZ LT", channel), since=date(2026, 3, 3))
    assert story.within(ways=(later,)).refused("LT-CB", "dispatch", **fields).rules == {"KL-6.2"}


@pytest.mark.parametrize(
    ("mark", "form", "wrong"),
    [
        ("top_secret", "written", "electronic"),
        ("secret", "written", "electronic"),
        ("confidential", "electronic", "written"),
        ("restricted", "electronic", "written"),
    ],
)
def test_kl_6_3_the_senders_mark_decides_how_receipt_is_confirmed(mark: str, form: str, wrong: str) -> None:
    story = registered("LT-CB", mark=mark).releases("LT-CB", "KZ-MVD")
    story = story.does("LT-CB", "dispatch", **dispatch(story, release=1, transport=...))
    transit = story.item.copies[0].transit
    assert transit is not None
    assert transit.forms == {form}
    fields = {"copies": [1], "own_number": "1", "own_mark": transit.mark, "received_at": stamp(NOON)}
    refusal = story.refused("KZ-MVD", "confirm_receipt", form=wrong, reference=paper(), **fields)
    assert why(refusal) == (("form_wrong",), {"KL-6.3"})
    assert story.does("KZ-MVD", "confirm_receipt", form=form, reference=paper(), **fields)


def test_kl_6_4_of_bulky_carriers_the_competent_bodies_decide_case_by_case() -> None:
    story = registered("LT-CB", bulky=True).releases("LT-CB", "KZ-MVD")
    refusal = story.refused("LT-CB", "dispatch", **dispatch(story, release=1, transport=...))
    assert why(refusal) == (("transport_missing",), {"KL-6.4"})


@pytest.mark.parametrize(
    ("mark", "asks"), [("top_secret", True), ("secret", True), ("confidential", True), ("restricted", False)]
)
def test_kl_7_1_copying_needs_the_senders_consent_by_the_holders_mark(mark: str, asks: bool) -> None:
    story = from_lt(mark)
    if asks:
        assert why(story.refused("KZ-MVD", "copy", count=1, **made())) == (("consent_missing",), {"KL-7.1"})
    else:
        assert story.does("KZ-MVD", "copy", count=1, **made())


def test_kl_7_1_the_first_copy_translated_into_the_national_language_is_free() -> None:
    story = from_lt("top_secret")
    assert why(story.refused("KZ-MVD", "translate", language="ru", **made()))[0] == ("consent_missing",)
    first = story.does("KZ-MVD", "translate", language="kk", **made())
    refusal = first.refused("KZ-MVD", "translate", language="kk", **made())
    assert why(refusal) == (("consent_missing",), {"KL-7.1"})
    lithuanian = registered(mark="secret").gives("KZ-MVD", "LT-CB")
    assert lithuanian.does("LT-CB", "translate", language="lt", **made("LT-CB"))
    assert why(lithuanian.refused("LT-CB", "translate", language="kk", **made("LT-CB")))[0] == ("consent_missing",)


def test_kl_7_2_copies_and_translations_are_made_by_cleared_people() -> None:
    story = from_lt("secret")
    people = {**story.scene.people, "new": person("new", "KZ-MVD", Mark.RESTRICTED)}
    fields = {**made(), "made_by": "new"}
    refusal = story.within(people=people).refused("KZ-MVD", "translate", language="kk", **fields)
    assert why(refusal) == (("maker_not_cleared",), {"KL-7.2"})


def test_kl_7_3_every_copy_carries_the_originals_mark() -> None:
    story = from_lt("confidential").asks("KZ-MVD", "copy", count=2).consents("LT-CB")
    story = story.does("KZ-MVD", "copy", count=2, consent=1, **made())
    assert {copy.mark for copy in story.item.copies} == {Mark.SECRET}
    assert (
        "consent_other"
        in from_lt()
        .asks("KZ-MVD", "copy", count=1)
        .consents("LT-CB")
        .refused("KZ-MVD", "copy", count=2, consent=1, **made())
        .codes
    )


def test_kl_7_4_destruction_is_told_to_the_sender_and_for_the_restricted_level_no_notice_is_asked() -> None:
    story = from_lt("secret").asks("KZ-MVD", "destroy", copies=[1]).consents("LT-CB")
    done = story.does("KZ-MVD", "destroy", consent=1, **destruction())
    assert ("LT-CB", "destroyed", "KL-7.4") in done.notices
    assert from_lt("restricted").does("KZ-MVD", "destroy", **destruction()).notices == set()


def test_kl_7_5_top_secret_is_never_destroyed_and_returned_without_permission() -> None:
    story = from_lt("top_secret")
    assert why(story.refused("KZ-MVD", "destroy", **destruction())) == (("never_destroyed",), {"KL-7.5"})
    asked = {"kind": "destroy", "scope": {"copies": [1]}, "reason": "нужно", "reference": paper()}
    refusal = story.refused("KZ-MVD", "ask_consent", **asked)
    assert why(refusal) == (("never_destroyed",), {"KL-7.5"})
    back = story.does("KZ-MVD", "return", copies=[1], channel="diplomatic", cover_document=paper())
    assert ("LT-CB", "returned", "KL-7.5") in back.notices


@pytest.mark.parametrize("mark", ["secret", "confidential"])
def test_kl_7_6_what_the_holder_marks_secret_is_destroyed_after_the_senders_consent(mark: str) -> None:
    story = from_lt(mark)
    assert why(story.refused("KZ-MVD", "destroy", **destruction())) == (("consent_missing",), {"KL-7.6"})
    asked = story.asks("KZ-MVD", "destroy", copies=[1])
    assert "not_asked" in asked.refused("LT-VSD", "grant_consent", consent=1, reference=paper()).codes
    assert asked.consents("LT-CB").does("KZ-MVD", "destroy", consent=1, **destruction())


def test_kl_7_7_the_restricted_level_is_destroyed_without_permission() -> None:
    assert from_lt("restricted").does("KZ-MVD", "destroy", **destruction()).item.state == "gone"


@pytest.mark.parametrize("mark", ["top_secret", "secret", "confidential", "restricted"])
def test_kl_7_8_in_a_crisis_it_is_destroyed_at_once_and_the_sender_told(mark: str) -> None:
    done = from_lt(mark).does("KZ-MVD", "destroy", **destruction(crisis="пожар, вынести нельзя"))
    assert ("LT-CB", "destroyed", "KL-7.8") in done.notices


def test_kl_8_a_contract_has_its_clauses_and_a_legal_person_is_confirmed_before_it_gets_anything() -> None:
    fields = {"number": "1", "date": date(2026, 1, 1), "clauses": ()}
    refusal = decide_entry(entry("contract", fields), officer("KZ-MVD"), scene())
    assert isinstance(refusal, Refusal)
    assert {each.gaps.get("clause", each.gaps.get("field")) for each in refusal.objections} == {
        "list_and_degree",
        "protection_and_use",
        "disputes_and_damage",
        "clearance_confirmed",
    }
    story = registered(mark="restricted")
    papers = release_fields(story.item, "", "LT-FIRM", recipient_cleared=...)
    assert why(story.refused("KZ-MVD", "authorise_release", **papers)) == (("recipient_not_confirmed",), {"KL-8"})
    assert story.does("KZ-MVD", "authorise_release", **release_fields(story.item, "", "LT-CB", recipient_cleared=...))


def test_kl_9_an_application_30_days_before_with_everything_named_at_once() -> None:
    world = scene()
    bare = letter(host="LT-CB", visitors=[{"person": "clerk-KZ-MVD"}], questions=..., purpose=..., first_day=...)
    refusal = decide_visit("V-1", bare, officer("KZ-MVD"), world, NOON)
    assert isinstance(refusal, Refusal)
    assert refusal.rules == {"KL-9"}
    assert {each.gaps["field"] for each in refusal.objections} == set(KL.visits.visitor) | {"purpose", "first_day"}
    whole = letter(host="LT-CB", visitors=[{**VISITOR, "person": "clerk-KZ-MVD"}], first_day=date(2026, 4, 1))
    on_time = decide_visit("V-1", whole, officer("KZ-MVD"), world, NOON)
    late = decide_visit("V-1", whole, officer("KZ-MVD"), world, NOON + timedelta(days=1))
    assert isinstance(on_time, Visit)
    assert isinstance(late, Visit)
    assert on_time.late == ()
    assert [(each.rule, each.last_day) for each in late.late] == [("KL-9", date(2026, 3, 2))]


def test_kl_9_the_degree_is_the_hosts_and_the_visitor_is_cleared_for_its_counterpart() -> None:
    people = {"clerk-KZ-MVD": person("clerk-KZ-MVD", "KZ-MVD", Mark.RESTRICTED)}
    visitors = [{**VISITOR, "person": "clerk-KZ-MVD"}]
    whole = letter(host="LT-CB", visitors=visitors, degree="confidential")
    refusal = decide_visit("V-1", whole, officer("KZ-MVD"), scene(people=people), NOON)
    assert isinstance(refusal, Refusal)
    assert why(refusal) == (("visitor_not_cleared",), {"KL-9"})
    restricted = letter(host="LT-CB", visitors=visitors, degree="restricted")
    assert isinstance(decide_visit("V-1", restricted, officer("KZ-MVD"), scene(people=people), NOON), Visit)


@pytest.mark.parametrize("kind", ["dissemination", "loss", "destruction", "damage", "taking", "improper_use"])
@pytest.mark.parametrize("mark", ["secret", "restricted"])
def test_kl_10_competent_body_tells_competent_body_of_every_kind_of_breach(kind: str, mark: str) -> None:
    told = breach(from_lt(mark), [kind], False, "KZ-MVD")
    assert {(to, rule) for to, _, rule in told} == {("KZ-NSC", "KL-10"), ("LT-VSD", "KL-10")}


def test_kl_10_the_notice_goes_in_the_name_of_the_competent_body() -> None:
    story = from_lt().does(
        "KZ-MVD", "report_breach", kinds=["loss"], disclosure=False, circumstances="а", happened_on="2026-03-01"
    )
    senders = {notice.to: notice.sender for notice in story.decisions[-1].notices}
    assert senders == {"KZ-NSC": "KZ-MVD", "LT-VSD": "KZ-NSC"}


def test_kl_14_protection_lasts_until_the_parties_release_each_other() -> None:
    ended = tuple(Binding(each.regime, each.party, each.since, date(2026, 3, 1)) for each in bindings())
    story = from_lt().within(bindings=ended)
    assert story.refused("KZ-MVD", "destroy", **destruction()).rules == {"KL-7.6"}
    one = tuple(replace(each, released_on=date(2026, 3, 2)) if each.party == "KZ" else each for each in ended)
    assert story.within(bindings=one).refused("KZ-MVD", "destroy", **destruction()).rules == {"KL-7.6"}
    both = tuple(replace(each, released_on=date(2026, 3, 2)) for each in ended)
    assert story.within(bindings=both).does("KZ-MVD", "destroy", **destruction())
    assert "no_regime" in story.refused("KZ-MVD", "authorise_release", **release_fields(story.item, "", "LT-CB")).codes
