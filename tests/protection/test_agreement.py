"""The Agreement of 18 June 2004: a test for each rule of section 2 that is a duty of software."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from exchange.protection.core.access import MayRead, may_read, purposes
from exchange.protection.core.entries import EntryDecision, decide_entry, takes_effect
from exchange.protection.core.marks import counterpart, degree
from exchange.protection.core.objections import Refusal
from exchange.protection.core.regimes import applying
from exchange.protection.core.scene import Binding, Source
from exchange.protection.core.visits import Visit, answer_visit, decide_visit
from schemas.release import ConsentVisit, DatedEntry, RequestVisit
from schemas.secrecy import Channel, CopyKind, CopyState, DutyState, ItemState, Mark
from schemas.vocabulary import Role
from tests.protection.cases import (
    BODIES,
    CSTO_PARTIES,
    NOON,
    Story,
    act,
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
    way,
    why,
)

A = law().regimes["csto-2004"]
DEGREES = (Mark.SPECIAL_IMPORTANCE, Mark.TOP_SECRET, Mark.SECRET)


def from_ru_to_by(**changes: Any) -> Story:
    """Return an item that Russia gave to Belarus: the Agreement alone, and no national order of release."""
    return registered("RU-MVD", **changes).gives("RU-MVD", "BY-MVD")


def destruction(*numbers: int, **changes: object) -> dict[str, object]:
    plain = {
        "copies": numbers or (1,),
        "method": "сжигание",
        "people": ["Иванов", "Петров"],
        "date": "2026-03-01",
        "document": paper("акт 1"),
        "irrecoverable": True,
    }
    return {**plain, **changes}


def reads(story: Story, who: str, body: str, *marks: Mark, **changes: object) -> MayRead | Refusal:
    options = {"issuer": None, "until": None, "purpose": story.item.purpose, "role": Role.OFFICER, **changes}
    reader = person(who, body, *marks, issuer=options["issuer"], until=options["until"])  # type: ignore[arg-type]
    grants = (grant(who, str(options["purpose"])),)
    return may_read(story.item, reader, Role(str(options["role"])), grants, story.scene, story.now)


# Degrees and marks.


@pytest.mark.parametrize("mark", DEGREES)
def test_a_3_three_degrees_are_equal_in_six_states_and_the_organisation(mark: Mark) -> None:
    for one in CSTO_PARTIES:
        for other in CSTO_PARTIES:
            assert counterpart(A, one, other, mark) is mark


def test_a_3_the_marks_are_spelled_in_each_language() -> None:
    armenian, kazakh = degree(A, "AM", Mark.TOP_SECRET), degree(A, "KZ", Mark.TOP_SECRET)
    assert armenian is not None
    assert kazakh is not None
    assert armenian.words["hy"] == "Հույժ գաղտնի"
    assert kazakh.words["kk"] == "Өте құпия"
    assert kazakh.words["ru"] == armenian.words["ru"] == "Совершенно секретно"


def test_a_3_the_restricted_level_has_no_counterpart() -> None:
    refusal = registered(mark="restricted").refused(
        "KZ-MVD", "authorise_release", **release_fields(registered().item, "", "BY-MVD")
    )
    assert ("no_counterpart", "A-3") in {(each.code, each.rule) for each in refusal.objections}


def test_a_7_1_the_mark_is_one_of_the_originators_own_state() -> None:
    assert registered("RU-MVD", mark="top_secret").item.mark is Mark.TOP_SECRET
    assert refused_registration("RU-MVD", mark="confidential").codes == ("mark_not_of_state",)
    assert refused_registration("LT-CB", mark="special_importance").rules == {"KL-3"}, "the Agreement does not bind it"


def test_a_7_2_the_recipient_adds_its_own_mark_also_on_copies_and_translations() -> None:
    story = registered("RU-MVD").releases("RU-MVD", "BY-MVD")
    story = story.does("RU-MVD", "dispatch", **dispatch(registered()))
    for mark, code in (("top_secret", "own_mark_wrong"), (None, "own_mark_missing")):
        fields = {
            "copies": [1],
            "form": "written",
            "reference": paper(),
            "own_number": "1",
            "own_mark": mark,
            "received_at": stamp(NOON),
        }
        refusal = story.refused("BY-MVD", "confirm_receipt", **fields)
        assert (code, "A-7.2") in {(each.code, each.rule) for each in refusal.objections}
    story = story.receives("BY-MVD")
    story = story.does("BY-MVD", "translate", copy_number=1, language="be", to_whom="отдел", made_by="clerk-BY-MVD")
    assert [copy.mark for copy in story.item.copies] == [Mark.SECRET, Mark.SECRET]


def test_a_7_3_what_is_derived_is_not_marked_lower_than_its_source() -> None:
    world = scene(sources={"IT-9": Source("IT-9", held=True, mark=Mark.TOP_SECRET)})
    refusal = refused_registration("BY-MVD", world, derived_from=["IT-9"], mark="secret")
    assert refusal.codes == ("mark_below_source",)
    assert refusal.rules == {"A-7.3"}
    story = registered("BY-MVD", world, derived_from=["IT-9"], mark="top_secret")
    assert story.item.floor is Mark.TOP_SECRET
    refusal = story.refused("BY-MVD", "regrade", mark="secret", ground="решение")
    assert "mark_below_source" in refusal.codes


def test_a_7_3_what_is_derived_carries_the_givers_ban_on_third_parties() -> None:
    given = from_ru_to_by().item.copies[0]
    world = scene(sources={"IT-9": Source("IT-9", held=True, mark=Mark.SECRET, passages=given.path)})
    story = registered("BY-MVD", world, derived_from=["IT-9"])
    fields = release_fields(story.item, "", "KG-MVD", procedure=...)
    assert "consent_missing" in story.refused("BY-MVD", "authorise_release", **fields).codes
    back = release_fields(story.item, "", "RU-MVD", procedure=...)
    assert story.does("BY-MVD", "authorise_release", **back)


def test_a_7_3_a_source_that_the_body_does_not_hold_is_refused() -> None:
    assert refused_registration(derived_from=["IT-9"]).codes == ("source_unknown",)


def test_a_7_4_received_and_joint_information_stands_in_the_recipients_register() -> None:
    story = from_ru_to_by()
    assert story.item.copies[0].own_number == "BY-MVD/1"
    joint = registered("RU-MVD", joint_with=["BY-MVD"])
    assert joint.item.number == "RU-MVD/2026/S-00001"


def test_a_7_5_the_mark_of_received_information_changes_with_the_givers_written_permission_only() -> None:
    story = from_ru_to_by()
    for kind, fields in (("regrade", {"mark": "top_secret"}), ("declassify", {})):
        refusal = story.refused("BY-MVD", kind, ground="решение", **fields)
        assert refusal.codes == ("consent_missing",)
        assert refusal.rules == {"A-7.5"}
    asked = story.asks("BY-MVD", "regrade", mark="top_secret")
    assert "not_concerned" in asked.refused("KZ-NSC", "grant_consent", consent=1, reference=paper()).codes
    allowed = asked.consents("RU-MVD").does("BY-MVD", "regrade", mark="top_secret", ground="решение", consent=1)
    assert allowed.item.copies[0].mark is Mark.TOP_SECRET
    assert allowed.item.mark is Mark.SECRET


def test_a_7_5_raising_is_as_bound_to_permission_as_lowering() -> None:
    story = registered("RU-MVD", mark="top_secret").gives("RU-MVD", "BY-MVD")
    for mark in ("secret", "special_importance"):
        assert story.refused("BY-MVD", "regrade", mark=mark, ground="р").codes == ("consent_missing",)


def test_a_7_6_the_mark_of_joint_information_is_set_by_mutual_agreement() -> None:
    story = registered("RU-MVD", joint_with=["BY-MVD"])
    assert story.item.state is ItemState.PENDING
    assert {notice.to for notice in story.decisions[0].notices} == {"BY-MVD"}
    refusal = story.refused("RU-MVD", "authorise_release", **release_fields(story.item, "", "BY-MVD"))
    assert "not_in_this_state" in refusal.codes
    agreed = story.consents("BY-MVD")
    assert agreed.item.state is ItemState.REGISTERED
    refusal = agreed.refused("RU-MVD", "regrade", mark="top_secret", ground="решение")
    assert refusal.rules == {"A-7.6"}
    changed = agreed.asks("RU-MVD", "regrade", mark="top_secret").consents("BY-MVD")
    assert changed.does("RU-MVD", "regrade", mark="top_secret", ground="р", consent=2).item.mark is Mark.TOP_SECRET


def test_a_7_6_another_joint_mark_can_be_proposed_after_a_refusal() -> None:
    story = registered("RU-MVD", joint_with=["BY-MVD"])
    story = story.does("BY-MVD", "deny_consent", consent=1, reason="мало", reference=paper())
    story = story.asks("RU-MVD", "joint_mark", mark="top_secret").consents("BY-MVD")
    assert story.item.state is ItemState.REGISTERED
    assert {story.item.mark, *(copy.mark for copy in story.item.copies)} == {Mark.TOP_SECRET}


def test_a_7_7_the_other_side_is_told_of_a_change_in_the_same_act() -> None:
    story = from_ru_to_by().does("RU-MVD", "regrade", mark="top_secret", ground="решение")
    assert ("BY-MVD", "mark_changed", "A-7.7") in story.notices
    assert story.item.copies[0].mark is Mark.TOP_SECRET
    lifted = story.does("RU-MVD", "declassify", ground="решение")
    assert ("BY-MVD", "mark_changed", "A-7.7") in lifted.notices
    assert lifted.item.state is ItemState.DECLASSIFIED


def test_a_7_7_a_mark_changed_on_the_way_arrives_changed() -> None:
    fields = {"mark": "top_secret", "ground": "решение"}
    story = registered("RU-MVD", copies=2).releases("RU-MVD", "BY-MVD")
    story = story.does("RU-MVD", "dispatch", **dispatch(story, release=1))
    moved = story.does("RU-MVD", "regrade", **fields)
    assert ("BY-MVD", "mark_changed", "A-7.7") in moved.notices
    assert moved.receives("BY-MVD").item.copies[0].mark is Mark.TOP_SECRET


@pytest.mark.parametrize("kind", ["return", "destroy"])
def test_a_7_8_carriers_are_returned_or_destroyed_with_the_givers_written_permission(kind: str) -> None:
    story = from_ru_to_by()
    going = {"copies": [1], "channel": "courier", "cover_document": paper()}
    fields = going if kind == "return" else destruction()
    refusal = story.refused("BY-MVD", kind, **fields)
    assert why(refusal) == (("consent_missing",), {"A-7.8"})
    allowed = story.asks("BY-MVD", kind, copies=[1]).consents("RU-MVD")
    assert allowed.does("BY-MVD", kind, consent=1, **fields).item.consents[0].used_by == allowed.item.seq + 1


def test_a_7_9_a_destruction_has_its_act_excludes_recovery_and_is_reported_in_writing() -> None:
    story = from_ru_to_by(content={"sha256": "0" * 64, "size": 9})
    story = story.asks("BY-MVD", "destroy", copies=[1]).consents("RU-MVD")
    with pytest.raises(ValueError, match="irrecoverable"):
        act("destroy", consent=1, **destruction(irrecoverable=False))
    refusal = story.refused("BY-MVD", "destroy", consent=1, **destruction(date="2026-03-03"))
    assert refusal.codes == ("destroyed_in_future",)
    done = story.does("BY-MVD", "destroy", consent=1, **destruction())
    assert ("RU-MVD", "destroyed", "A-7.9") in done.notices
    assert done.item.state is ItemState.GONE
    assert done.decisions[-1].shreds == ("BY-MVD",)


def test_a_7_9_an_allowed_destruction_that_is_not_reported_is_a_duty() -> None:
    story = from_ru_to_by().asks("BY-MVD", "destroy", copies=[1]).consents("RU-MVD")
    duty = story.item.duties[-1]
    assert (duty.kind, duty.body.code, duty.state) == ("destruction_report", "BY-MVD", DutyState.RUNNING)
    assert duty.calculation.days == A.terms[duty.kind].days
    assert A.terms[duty.kind].product
    done = story.after(days=40).does("BY-MVD", "destroy", consent=1, **destruction())
    assert done.item.duties[-1].state is DutyState.MET_LATE
    gone = story.does("RU-MVD", "withdraw_consent", consent=1, reason="нет", reference=paper())
    assert gone.item.duties[-1].state is DutyState.VOID


def test_a_7_9_a_return_is_reported_and_its_receipt_awaited() -> None:
    story = from_ru_to_by().asks("BY-MVD", "return", copies=[1]).consents("RU-MVD")
    story = story.does("BY-MVD", "return", copies=[1], channel="courier", cover_document=paper(), consent=1)
    assert ("RU-MVD", "returned", "A-7.9") in story.notices
    back = story.receives("RU-MVD")
    assert back.item.copies[0].path == ()
    assert back.item.held_by("RU-MVD") == back.item.copies


# Access and purpose.


def test_a_5_1_received_information_is_protected_as_the_recipients_own() -> None:
    received, own = from_ru_to_by(), registered("BY-MVD")
    for story in (received, own):
        assert isinstance(reads(story, "p", "BY-MVD", Mark.SECRET), MayRead)
        assert isinstance(reads(story, "p", "BY-MVD"), Refusal)


def test_a_5_2_it_is_used_only_for_the_purpose_stated_at_transfer() -> None:
    story = from_ru_to_by()
    answer = reads(story, "p", "BY-MVD", Mark.SECRET, purpose="диссертация")
    assert isinstance(answer, Refusal)
    assert why(answer) == (("other_purpose",), {"A-5.2"})
    fields = release_fields(story.item, "", "KG-MVD", purpose="иное", procedure=...)
    assert "purpose_not_given" in story.refused("BY-MVD", "authorise_release", **fields).codes


def test_a_5_2_a_new_decision_opens_another_purpose_and_nothing_else_does() -> None:
    story = from_ru_to_by()
    assert purposes(story.item, "BY-MVD", date(2026, 3, 2)) == {"розыск"}
    world = registered("RU-MVD", copies=2).gives("RU-MVD", "BY-MVD").releases("RU-MVD", "BY-MVD", purpose="обучение")
    assert purposes(world.item, "BY-MVD", date(2026, 3, 2)) == {"розыск", "обучение"}
    assert isinstance(reads(world, "p", "BY-MVD", Mark.SECRET, purpose="обучение"), MayRead)


def test_a_5_3_no_third_party_without_the_prior_written_consent_of_the_party_that_gave_it() -> None:
    story = from_ru_to_by()
    fields = release_fields(story.item, "", "KG-MVD", procedure=...)
    refusal = story.refused("BY-MVD", "authorise_release", **fields)
    assert why(refusal) == (("consent_missing",), {"A-5.3"})
    for speaker in ("RU-MVD", "RU-FSB"):
        allowed = story.asks("BY-MVD", "third_party", recipient="KG-MVD").consents(speaker)
        assert allowed.does("BY-MVD", "authorise_release", consent=1, **fields)
        other = release_fields(story.item, "", "TJ-MVD", procedure=...)
        assert "consent_other" in allowed.refused("BY-MVD", "authorise_release", consent=1, **other).codes


def test_a_5_3_whoever_gets_it_so_stays_bound_to_the_first_giver() -> None:
    story = from_ru_to_by().asks("BY-MVD", "third_party", recipient="KG-MVD").consents("RU-MVD")
    story = story.does(
        "BY-MVD", "authorise_release", consent=1, **release_fields(story.item, "", "KG-MVD", procedure=...)
    )
    story = story.does("BY-MVD", "dispatch", **dispatch(story, release=2)).receives("KG-MVD")
    refusal = story.refused("KG-MVD", "destroy", **destruction())
    assert {str(each.gaps["who"]) for each in refusal.objections} == {"RU-MVD", "BY-MVD"}


def test_a_5_4_a_clearance_of_another_member_state_is_recognised_for_what_is_exchanged() -> None:
    story, own = from_ru_to_by(), registered("BY-MVD")
    assert isinstance(reads(story, "p", "BY-MVD", Mark.SECRET, issuer="KZ"), MayRead)
    assert isinstance(reads(story, "p", "BY-MVD", Mark.SECRET, issuer="LT"), Refusal)
    assert isinstance(reads(own, "p", "BY-MVD", Mark.SECRET, issuer="KZ"), Refusal)
    left = tuple(
        Binding(each.regime, each.party, each.since, date(2026, 1, 1)) if each.party == "KZ" else each
        for each in bindings()
    )
    assert isinstance(reads(story.within(bindings=left), "p", "BY-MVD", Mark.SECRET, issuer="KZ"), Refusal)


def test_a_5_5_only_those_who_need_it_for_their_duties_and_hold_the_clearance() -> None:
    story = from_ru_to_by()
    reader = person("p", "KG-MVD", Mark.RESTRICTED)
    refusal = may_read(story.item, reader, Role.OPERATOR, (), story.scene, NOON)
    assert isinstance(refusal, Refusal)
    assert set(refusal.codes) == {"role_may_not", "no_copy", "not_cleared", "no_grant"}
    assert refusal.rules == {"A-5.5"}


def test_a_5_5_a_clearance_that_ended_a_minute_ago_opens_nothing() -> None:
    story = from_ru_to_by()
    assert isinstance(reads(story, "p", "BY-MVD", Mark.SECRET, until=NOON - timedelta(minutes=1)), Refusal)
    assert isinstance(reads(story, "p", "BY-MVD", Mark.SECRET, until=NOON), Refusal)
    assert isinstance(reads(story, "p", "BY-MVD", Mark.SECRET, until=NOON + timedelta(microseconds=1)), MayRead)


def test_a_5_5_administrators_have_no_access_by_being_administrators() -> None:
    for role in (Role.OPERATOR, Role.AUDITOR, Role.SYSTEM, Role.REGISTRAR):
        assert isinstance(reads(from_ru_to_by(), "p", "BY-MVD", Mark.SPECIAL_IMPORTANCE, role=role), Refusal)


def test_a_5_6_the_sender_may_ask_for_more_protection_and_copies_stay_within_it() -> None:
    story = from_ru_to_by(requirements={"text": "не более двух", "most_copies": 2})
    fields = {"copy_number": 1, "to_whom": "отдел", "made_by": "clerk-BY-MVD"}
    refusal = story.refused("BY-MVD", "copy", count=2, **fields)
    assert why(refusal) == (("copies_beyond",), {"A-5.6"})
    story = story.does("BY-MVD", "copy", count=1, **fields)
    assert "copies_beyond" in story.refused("BY-MVD", "copy", count=1, **fields).codes


def test_a_5_7_the_standing_working_bodies_are_bodies_of_the_organisation_and_others_are_not() -> None:
    for code in ("CSTO-SEC", "CSTO-JS"):
        assert registered("RU-MVD").gives("RU-MVD", code)
    story = registered("RU-MVD")
    fields = release_fields(story.item, "", "CSTO-CLUB")
    assert "no_regime" in story.refused("RU-MVD", "authorise_release", **fields).codes


def test_a_5_7_they_are_no_third_party_under_the_agreement() -> None:
    story = from_ru_to_by()
    assert story.does("BY-MVD", "authorise_release", **release_fields(story.item, "", "CSTO-SEC", procedure=...))


# Giving.


def test_a_6_1_the_sender_decides_case_by_case() -> None:
    story = registered("RU-MVD", copies=2)
    refusal = story.refused("RU-MVD", "dispatch", **dispatch(story))
    assert why(refusal) == (("release_unknown",), {"A-6.1"})
    story = story.releases("RU-MVD", "BY-MVD")
    refusal = story.refused("RU-MVD", "dispatch", **dispatch(story, (1, 2), release=1))
    assert refusal.codes == ("copies_beyond_release",)
    sent = story.does("RU-MVD", "dispatch", **dispatch(story, release=1))
    assert "release_used" in sent.refused("RU-MVD", "dispatch", **dispatch(story, (2,), release=1)).codes


@pytest.mark.parametrize(
    ("channel", "code"),
    [
        ("diplomatic", None),
        ("courier", None),
        ("authorised_service", "channel_not_agreed"),
        ("electronic", "channel_closed"),
    ],
)
def test_a_6_2_by_diplomatic_channels_courier_or_an_authorised_service_under_agreements(
    channel: str, code: str | None
) -> None:
    story = registered("RU-MVD").releases("RU-MVD", "BY-MVD")
    fields = dispatch(story, release=1, channel=channel, transport=...)
    if code is None:
        assert story.does("RU-MVD", "dispatch", **fields)
        return
    refusal = story.refused("RU-MVD", "dispatch", **fields)
    assert (code, "A-6.2") in {(each.code, each.rule) for each in refusal.objections}
    agreed = story.within(ways=(way("csto-2004", "RU BY", "authorised_service"),))
    if channel == "authorised_service":
        assert agreed.does("RU-MVD", "dispatch", **fields)


def test_a_6_3_the_receiving_body_confirms_receipt_and_is_reminded_of_it() -> None:
    story = registered("RU-MVD").releases("RU-MVD", "BY-MVD")
    story = story.does("RU-MVD", "dispatch", **dispatch(story, release=1))
    assert ("BY-MVD", "dispatch", "A-6.3") in story.notices
    duty = story.item.duties[0]
    assert (duty.kind, duty.body.code, duty.state) == ("receipt", "BY-MVD", DutyState.RUNNING)
    assert not story.item.held_by("BY-MVD")
    assert isinstance(reads(story, "p", "BY-MVD", Mark.SECRET), Refusal)
    received = story.receives("BY-MVD")
    assert received.item.duties[0].state is DutyState.MET
    assert ("RU-MVD", "receipt", "A-6.3") in received.notices
    assert story.after(days=60).item.duties[0].overdue(NOON + timedelta(days=60))


def test_a_6_3_a_receipt_is_neither_before_the_dispatch_nor_in_the_future() -> None:
    story = registered("RU-MVD").releases("RU-MVD", "BY-MVD")
    story = story.does("RU-MVD", "dispatch", **dispatch(story, release=1))
    fields = {"copies": [1], "form": "written", "reference": paper(), "own_number": "1", "own_mark": "secret"}
    for moment in (NOON - timedelta(hours=1), NOON + timedelta(hours=1)):
        refusal = story.refused("BY-MVD", "confirm_receipt", received_at=stamp(moment), **fields)
        assert refusal.codes == ("dispatched_later",)
    refusal = story.refused("RU-MVD", "confirm_receipt", received_at=stamp(NOON), **fields)
    assert "wrong_body" in refusal.codes


def test_a_6_4_bulky_carriers_travel_by_a_route_fixed_for_the_case() -> None:
    story = registered("RU-MVD", bulky=True).releases("RU-MVD", "BY-MVD")
    refusal = story.refused("RU-MVD", "dispatch", **dispatch(story, release=1, transport=...))
    assert why(refusal) == (("transport_missing",), {"A-6.4"})
    assert story.does("RU-MVD", "dispatch", **dispatch(story, release=1))


def visit(**changes: object) -> RequestVisit:
    plain = {
        "act": "request_visit",
        "host": "BY-MVD",
        "visitors": [{"person": "clerk-RU-MVD", "surname": "Иванов", "given_names": "Иван", "body": "МВД"}],
        "providing_document": "план 1",
        "degree": "secret",
        "first_day": date(2026, 4, 2),
    }
    fields = {name: value for name, value in {**plain, **changes}.items() if value is not ...}
    return RequestVisit.model_validate(fields, strict=False)


def test_a_6_5_a_visit_takes_the_consent_of_the_hosts_competent_body_and_the_degree_told_before() -> None:
    asked = decide_visit("V-1", visit(), officer("RU-MVD"), scene(), NOON)
    assert isinstance(asked, Visit)
    assert asked.competent == {"BY-KGB"}
    consent = ConsentVisit.model_validate({"act": "consent_visit", "reference": paper()}, strict=False)
    refusal = answer_visit(asked, consent, officer("BY-MVD"), scene())
    assert isinstance(refusal, Refusal)
    assert set(refusal.codes) == {"not_the_host", "degree_missing"}
    assert "A-6.5" in refusal.rules
    named = consent.model_copy(update={"degree": Mark.SECRET})
    answered = answer_visit(asked, named, officer("BY-KGB"), scene())
    assert isinstance(answered, Visit)
    assert answered.state == "consented"
    again = answer_visit(answered, named, officer("BY-KGB"), scene())
    assert isinstance(again, Refusal)
    assert again.codes == ("visit_answered",)


# Breaches, notices, force.


def test_a_10_the_inquirys_result_is_told_and_a_missing_one_is_a_duty() -> None:
    story = from_ru_to_by().does(
        "BY-MVD",
        "report_breach",
        kinds=["loss"],
        disclosure=False,
        circumstances="портфель",
        happened_on="2026-03-01",
    )
    duty = story.item.duties[-1]
    assert (duty.kind, duty.body.code) == ("inquiry", "BY-MVD")
    refusal = story.refused("RU-MVD", "report_inquiry", breach=1, findings="найден")
    assert why(refusal) == (("breach_not_yours",), {"A-10"})
    assert story.refused("BY-MVD", "close_breach", breach=1, measures="выговор").codes == ("inquiry_missing",)
    told = story.does("BY-KGB", "report_inquiry", breach=1, findings="найден")
    assert ("RU-FSB", "inquiry", "A-10") in told.notices
    assert told.item.duties[-1].state is DutyState.MET
    assert told.refused("BY-MVD", "report_inquiry", breach=1, findings="опять").codes == ("inquiry_known",)
    closed = told.does("BY-MVD", "close_breach", breach=1, measures="выговор")
    assert closed.item.breaches[0].state == "closed"
    assert closed.refused("BY-MVD", "close_breach", breach=1, measures="ещё").codes == ("breach_closed",)


def test_a_10_what_no_treaty_calls_a_breach_is_noted_and_owes_no_inquiry() -> None:
    circumstances = {"circumstances": "залито", "happened_on": "2026-03-01"}
    story = from_ru_to_by().does("BY-MVD", "report_breach", kinds=["damage"], disclosure=False, **circumstances)
    assert not story.notices
    assert [each.kind for each in story.item.duties] == ["receipt"]
    assert story.does("BY-MVD", "report_inquiry", breach=1, findings="высушено")


def test_a_n9_a_leak_or_loss_is_told_at_once_to_the_authorised_and_competent_bodies_of_the_others() -> None:
    story = from_ru_to_by().does(
        "BY-MVD",
        "report_breach",
        kinds=["dissemination"],
        disclosure=True,
        circumstances="копия",
        happened_on="2026-03-01",
    )
    told = {to for to, what, rule in story.notices if what == "breach" and rule == "A-N9"}
    assert told == {"RU-MVD", "RU-FSB", "BY-KGB"}


def test_a_11_a_bilateral_treaty_adds_its_channels_and_all_duties_add_up() -> None:
    regimes = applying(scene(), BODIES["KZ-MVD"], BODIES["AM-POL"], date(2026, 3, 2))
    assert {regime.id for regime in regimes} == {"csto-2004", "kz-am-2025"}
    story = registered(content={"sha256": "0" * 64, "size": 9}, kind="electronic").releases("KZ-MVD", "AM-POL")
    fields = dispatch(story, release=1, channel="electronic", means="M-AM", transport=...)
    assert story.does("KZ-MVD", "dispatch", **fields)
    alone = story.within(bindings=tuple(each for each in bindings() if each.regime == "csto-2004"))
    assert alone.refused("KZ-MVD", "dispatch", **fields).codes == ("channel_closed",)


def test_a_14_it_binds_each_party_from_its_own_day() -> None:
    late = tuple(
        Binding(each.regime, each.party, date(2026, 3, 3)) if each.party == "BY" else each for each in bindings()
    )
    story = registered("RU-MVD", scene(bindings=late))
    fields = release_fields(story.item, "", "BY-MVD", procedure=...)
    refusal = story.refused("RU-MVD", "authorise_release", **fields)
    assert why(refusal) == (("no_regime",), {"A-14"})
    assert story.after(days=1).does("RU-MVD", "authorise_release", **fields)


def test_a_15_a_16_leaving_ends_sending_and_never_protection() -> None:
    story = from_ru_to_by()
    left = tuple(
        Binding(each.regime, each.party, each.since, date(2026, 3, 2)) if each.party == "BY" else each
        for each in bindings()
    )
    after = story.within(bindings=left)
    fields = release_fields(story.item, "", "BY-MVD", procedure=...)
    assert "no_regime" in after.refused("RU-MVD", "authorise_release", **fields).codes
    assert after.refused("BY-MVD", "destroy", **destruction()).rules == {"A-7.8"}
    assert after.refused("BY-MVD", "declassify", ground="вышли").rules == {"A-7.5"}
    assert isinstance(reads(after, "p", "BY-MVD"), Refusal)
    back = after.asks("BY-MVD", "return", copies=[1]).consents("RU-MVD")
    fields = {"copies": [1], "channel": "courier", "cover_document": paper(), "consent": 1}
    assert back.does("BY-MVD", "return", **fields)
    assert A.force.notice_months == 6


def entry(kind: str, fields: Mapping[str, object], **changes: object) -> DatedEntry:
    plain = {"kind": kind, "regime": "csto-2004", "party": "BY", "date": date(2026, 3, 2), "fields": fields}
    return DatedEntry.model_validate({**plain, **changes}, strict=False)


def test_a_4_a_competent_body_and_its_change_are_told_through_diplomatic_channels() -> None:
    made = entry("competent_body", {"body": "RU-FSB"})
    refusal = decide_entry(made, officer("RU-FSB"), scene())
    assert isinstance(refusal, Refusal)
    assert set(refusal.codes) == {"entry_field_missing", "through_diplomats"}
    assert refusal.rules == {"A-4"}
    whole = entry("competent_body", {"body": "RU-FSB", "since": date(2026, 1, 1)}, diplomatic=True)
    others = ("BY-KGB", "AM-NSS", "CSTO-SEC", "KG-GKNB", "KZ-NSC", "TJ-GKNB")
    assert decide_entry(whole, officer("RU-FSB"), scene()) == EntryDecision(whole, "A-4", others)
    assert takes_effect(whole, date(2026, 3, 2)) == date(2026, 3, 2), "never before it was entered"


def test_a_4_a_party_names_its_own_competent_body_and_only_through_the_one_that_is() -> None:
    fields = {"body": "RU-MVD", "since": "2026-05-01"}
    whole = entry("competent_body", fields, diplomatic=True)
    assert takes_effect(whole, date(2026, 3, 2)) == date(2026, 5, 1)
    refusal = decide_entry(whole, officer("RU-MVD"), scene())
    assert isinstance(refusal, Refusal)
    assert why(refusal) == (("not_competent_body",), {"A-4"})
    for wrong in ({"body": "BY-MVD"}, {"body": "RU-NOBODY"}):
        refusal = decide_entry(
            entry("competent_body", {**fields, **wrong}, diplomatic=True), officer("RU-FSB"), scene()
        )
        assert isinstance(refusal, Refusal)
        assert why(refusal) == (("body_unknown",), {"A-4"})
    refusal = decide_entry(
        entry("competent_body", {**fields, "since": "скоро"}, diplomatic=True), officer("RU-FSB"), scene()
    )
    assert isinstance(refusal, Refusal)
    assert why(refusal) == (("entry_field_wrong",), {"A-4"})


def test_a_8_rules_are_exchanged_and_consultations_held() -> None:
    for kind, fields in (("rules", {"title": "Закон"}), ("consultation", {"subject": "порядок"})):
        answer = decide_entry(entry(kind, fields), officer("RU-FSB"), scene())
        assert isinstance(answer, EntryDecision)
        assert (answer.rule, answer.told) == ("A-8", ("BY-KGB",))


# The annex.


def test_a_n1_copies_are_made_by_the_few_who_are_cleared() -> None:
    story = from_ru_to_by()
    world = {**story.scene.people, "new": person("new", "BY-MVD", Mark.RESTRICTED)}
    fields = {"copy_number": 1, "count": 1, "to_whom": "отдел"}
    for who in ("new", "nobody", "clerk-RU-MVD"):
        refusal = story.within(people=world).refused("BY-MVD", "copy", made_by=who, **fields)
        assert why(refusal) == (("maker_not_cleared",), {"A-N1"})


def test_a_n2_people_are_named_in_writing_beforehand() -> None:
    answer = decide_entry(entry("people", {"surname": "Иванов"}, body="BY-MVD"), officer("RU-MVD"), scene())
    assert isinstance(answer, Refusal)
    assert {each.gaps["field"] for each in answer.objections} == {"given_names", "body", "providing_document"}
    assert answer.rules == {"A-N2"}
    whole = {"surname": "Иванов", "given_names": "Иван", "body": "МВД", "providing_document": "план 1"}
    told = decide_entry(entry("people", whole, body="BY-MVD"), officer("RU-MVD"), scene())
    assert isinstance(told, EntryDecision)
    assert told.told == ("BY-MVD",)


def test_a_n2_a_visit_under_the_agreement_alone_names_just_that() -> None:
    refusal = decide_visit(
        "V-1",
        visit(visitors=[{"person": "clerk-RU-MVD"}], providing_document=...),
        officer("RU-MVD"),
        scene(),
        NOON,
    )
    assert isinstance(refusal, Refusal)
    assert {each.gaps["field"] for each in refusal.objections if "field" in each.gaps} == {
        "surname",
        "given_names",
        "body",
        "providing_document",
    }


def test_a_n4_things_are_issued_against_receipt() -> None:
    answer = decide_entry(entry("issued", {"thing": "тетрадь"}), officer("RU-MVD"), scene())
    assert isinstance(answer, Refusal)
    assert {each.gaps["field"] for each in answer.objections} == {"number", "issued_to", "receipt"}


def test_a_n6_nobody_carries_carriers_across_the_border_in_person() -> None:
    assert {each.value for each in Channel} == {"diplomatic", "courier", "authorised_service", "electronic"}
    with pytest.raises(ValueError, match="channel"):
        act("dispatch", **dispatch(registered(), channel="in_person"))


def test_a_n7_the_original_bears_how_many_copies_were_made_and_to_whom_they_went() -> None:
    story = from_ru_to_by()
    story = story.does("BY-MVD", "copy", copy_number=1, count=2, to_whom="отдел 1", made_by="clerk-BY-MVD").does(
        "BY-MVD", "extract", copy_number=1, part="с. 3", to_whom="отдел 2", made_by="clerk-BY-MVD"
    )
    assert [(note.copy, note.made, note.to_whom) for note in story.item.notes] == [
        (1, (2, 3), "отдел 1"),
        (1, (4,), "отдел 2"),
    ]
    assert [copy.kind for copy in story.item.copies[1:]] == [CopyKind.COPY, CopyKind.COPY, CopyKind.EXTRACT]
    assert all(copy.state is CopyState.HELD and copy.path for copy in story.item.copies)


def test_a_n8_publication_follows_declassification_and_joint_information_takes_an_agreement() -> None:
    story = registered("RU-MVD", joint_with=["BY-MVD"]).consents("BY-MVD")
    refusal = story.refused("RU-MVD", "declassify", ground="решение")
    assert why(refusal) == (("consent_missing",), {"A-N8"})
    agreed = story.asks("RU-MVD", "declassify").consents("BY-MVD")
    lifted = agreed.does("RU-MVD", "declassify", ground="решение", consent=2)
    assert lifted.item.state is ItemState.DECLASSIFIED
    assert ("BY-MVD", "mark_changed", "A-7.7") in lifted.notices


def test_what_a_notice_says_is_a_number_what_to_do_and_by_when() -> None:
    story: Story = registered("RU-MVD").releases("RU-MVD", "BY-MVD")
    story = story.does("RU-MVD", "dispatch", **dispatch(story, release=1))
    notice = story.decisions[-1].notices[0]
    assert (notice.number, notice.told, notice.by) == (
        "RU-MVD/2026/S-00001", "dispatch", datetime(2026, 4, 1, 21, tzinfo=UTC),
    )  # fmt: skip
