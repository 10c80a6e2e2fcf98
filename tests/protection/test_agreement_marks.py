"""The Agreement of 18 June 2004, articles 3 and 7: degrees and marks, each rule with its test."""

import pytest

from exchange.protection.core.marks import counterpart, degree
from exchange.protection.core.scene import Source
from schemas.secrecy import DutyState, ItemState, Mark
from tests.protection.cases import (
    CSTO_PARTIES,
    NOON,
    act,
    dispatch,
    law,
    paper,
    refused_registration,
    registered,
    release_fields,
    scene,
    stamp,
    why,
)
from tests.protection.stories import destruction, from_ru_to_by

A = law().regimes["csto-2004"]
DEGREES = (Mark.SPECIAL_IMPORTANCE, Mark.TOP_SECRET, Mark.SECRET)


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
