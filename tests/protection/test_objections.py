"""Every reason for a refusal is tried somewhere, names its article, and is said in words without gaps."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from exchange.core.errors import Weight
from exchange.core.rules import article
from exchange.protection.core.access import may_read
from exchange.protection.core.decide import Decision
from exchange.protection.core.entries import decide_entry
from exchange.protection.core.objections import GROUNDS, Objection, Refusal, object_to, refuse
from exchange.protection.core.scene import Caller
from exchange.protection.core.visits import decide_visit
from schemas.release import DatedEntry
from schemas.secrecy import Mark
from schemas.vocabulary import Role
from tests.protection.cases import (
    NOON,
    Story,
    dispatch,
    grant,
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
from tests.protection.stories import destruction, letter

CORE = Path(__file__).parents[2] / "exchange" / "protection" / "core"


def given(**changes: Any) -> Story:
    return registered("RU-MVD", **changes).gives("RU-MVD", "BY-MVD")


def ask(kind: str, **scope: Any) -> dict[str, Any]:
    return {"kind": kind, "scope": scope, "reason": "нужно", "reference": paper()}


def test_copies_that_are_not_there_or_not_here_are_each_named() -> None:
    story = given(copies=2)
    refusal = story.refused("BY-MVD", "destroy", **destruction(1, 1, 2, 9))
    assert {(each.code, each.gaps.get("number")) for each in refusal.objections if each.code.startswith("copy")} == {
        ("copy_twice", 1),
        ("copy_not_held", 2),
        ("copy_unknown", 9),
    }


def test_a_copy_that_is_not_awaited_and_copies_of_two_dispatches() -> None:
    story = registered("RU-MVD", copies=3).releases("RU-MVD", "BY-MVD")
    story = story.does("RU-MVD", "dispatch", **dispatch(story, (1,), release=1)).releases("RU-MVD", "BY-MVD")
    story = story.does("RU-MVD", "dispatch", **dispatch(story, (2,), release=2))
    fields = {
        "form": "written",
        "reference": paper(),
        "own_number": "1",
        "own_mark": "secret",
        "received_at": stamp(NOON),
    }
    assert "copies_together" in story.refused("BY-MVD", "confirm_receipt", copies=[1, 2], **fields).codes
    assert "copy_not_awaited" in story.refused("BY-MVD", "confirm_receipt", copies=[1, 3], **fields).codes
    assert "copy_unknown" in story.refused("BY-MVD", "confirm_receipt", copies=[8], **fields).codes


def test_what_the_body_made_itself_is_returned_to_nobody() -> None:
    going = {"copies": [1], "channel": "electronic", "cover_document": paper()}
    refusal = registered("RU-MVD").refused("RU-MVD", "return", **going)
    assert set(refusal.codes) == {"copy_not_received", "no_content"}


def test_copies_of_two_givers_go_back_one_by_one() -> None:
    story = registered("RU-MVD", copies=2).gives("RU-MVD", "BY-MVD").gives("RU-MVD", "KG-MVD", (2,))
    story = story.asks("KG-MVD", "third_party", recipient="BY-MVD").consents("RU-MVD")
    fields = release_fields(story.item, "", "BY-MVD", procedure=..., consent=1)
    story = story.does("KG-MVD", "authorise_release", **fields)
    story = story.does("KG-MVD", "dispatch", **dispatch(story, (2,), release=3)).receives("BY-MVD", (2,))
    going = {"copies": [1, 2], "channel": "courier", "cover_document": paper()}
    assert "copies_together" in story.refused("BY-MVD", "return", **going).codes


def test_the_mark_that_stands_there_already_is_no_change() -> None:
    assert "mark_same" in given().refused("RU-MVD", "regrade", mark="secret", ground="р").codes
    lifted = given().asks("BY-MVD", "declassify").consents("RU-MVD")
    lifted = lifted.does("BY-MVD", "declassify", ground="р", consent=1)
    assert lifted.refused("BY-MVD", "declassify", ground="р").codes == ("mark_same",)


def test_joint_items_are_made_with_bodies_that_a_regime_binds() -> None:
    assert refused_registration("BY-MVD", joint_with=["LT-CB"]).codes == ("joint_unknown",)
    assert "joint_unknown" in refused_registration("BY-MVD", joint_with=["XX"]).codes
    assert "joint_unknown" in refused_registration("BY-MVD", joint_with=["RU-MVD", "RU-MVD"]).codes


def test_nothing_is_given_by_treaty_within_one_state() -> None:
    story = registered("RU-MVD")
    refusal = story.refused("RU-MVD", "authorise_release", **release_fields(story.item, "", "RU-FSB"))
    assert why(refusal) == (("own_state",), {"A-6.1"})
    unknown = story.refused("RU-MVD", "authorise_release", **release_fields(story.item, "", "XX"))
    assert unknown.codes == ("body_unknown",)
    past = release_fields(story.item, "", "BY-MVD", procedure=..., until="2026-03-01")
    assert why(story.refused("RU-MVD", "authorise_release", **past)) == (("release_over",), {"A-6.1"})


def test_a_consent_that_is_not_there_refused_withdrawn_or_given_twice() -> None:
    story = given().asks("BY-MVD", "destroy", copies=[1])
    assert {"consent_unknown", "consent_missing"} <= set(
        story.refused("BY-MVD", "destroy", consent=9, **destruction()).codes
    )
    assert story.refused("RU-MVD", "grant_consent", consent=9, reference=paper()).codes == ("consent_unknown",)
    denied = story.does("RU-MVD", "deny_consent", consent=1, reason="нет", reference=paper())
    assert "consent_denied" in denied.refused("BY-MVD", "destroy", consent=1, **destruction()).codes
    assert "consent_denied" in denied.refused("RU-MVD", "grant_consent", consent=1, reference=paper()).codes
    gone = story.consents("RU-MVD").does("RU-MVD", "withdraw_consent", consent=1, reason="нет", reference=paper())
    assert "consent_withdrawn" in gone.refused("BY-MVD", "destroy", consent=1, **destruction()).codes
    twice = story.consents("RU-MVD").refused("RU-MVD", "grant_consent", consent=1, reference=paper())
    assert twice.codes == ("consent_already_given",)
    withdrawn = story.refused("RU-MVD", "withdraw_consent", consent=1, reason="нет", reference=paper())
    assert withdrawn.codes == ("not_asked",)
    assert [each.item.consents[0].usable for each in (story, denied, gone)] == [False] * 3
    assert story.consents("RU-MVD").item.consents[0].usable
    used = story.consents("RU-MVD").does("BY-MVD", "destroy", consent=1, **destruction())
    assert not used.item.consents[0].open
    assert used.item.consents[0].used_by == used.item.seq


def test_a_consent_is_for_what_it_names_and_for_who_asked() -> None:
    story = given(copies=2).gives("RU-MVD", "BY-MVD", (2,)).asks("BY-MVD", "destroy", copies=[1]).consents("RU-MVD")
    assert story.refused("BY-MVD", "destroy", consent=1, **destruction(2)).codes == ("consent_other",)
    assert story.refused("BY-MVD", "destroy", consent=1, **destruction(1, 2)).codes == ("consent_other",)
    going = {"copies": [1], "channel": "courier", "cover_document": paper(), "consent": 1}
    assert story.refused("BY-MVD", "return", **going).codes == ("consent_other",)


def test_a_consent_that_nobody_asks_for_is_not_used_up() -> None:
    story = given()
    refusal = story.refused("BY-MVD", "ask_consent", **ask("copy", count=1))
    assert refusal.codes == ("consent_not_needed",)
    fields = {"copy_number": 1, "count": 1, "to_whom": "отдел", "made_by": "clerk-BY-MVD", "consent": 5}
    assert isinstance(story.tries("BY-MVD", "copy", **fields), Decision)


def test_a_consent_names_exactly_what_its_kind_needs() -> None:
    story = given()
    for scope in ({}, {"copies": [1], "count": 1}, {"mark": "secret"}):
        refusal = story.refused("BY-MVD", "ask_consent", **ask("destroy", **scope))
        assert refusal.codes == ("scope_wrong",)
    assert set(story.refused("BY-MVD", "ask_consent", **ask("destroy", copies=[7])).codes) == {
        "copy_unknown",
        "consent_not_needed",
    }
    assert "copy_not_held" in given(copies=2).refused("BY-MVD", "ask_consent", **ask("destroy", copies=[2])).codes
    assert story.refused("BY-MVD", "ask_consent", **ask("third_party", recipient="XX")).codes == ("body_unknown",)
    joint = registered("RU-MVD", joint_with=["BY-MVD"])
    assert "not_in_this_state" in joint.refused("RU-MVD", "ask_consent", **ask("regrade", mark="top_secret")).codes


def test_where_the_registry_knows_no_competent_body_nobody_can_consent() -> None:
    story = registered("LT-CB").gives("LT-CB", "KZ-MVD").within(competent={})
    refusal = story.refused("KZ-MVD", "ask_consent", **ask("third_party", recipient="BY-MVD"))
    assert why(refusal) == (("nobody_can_consent",), {"KL-4"})
    fields = release_fields(story.item, "", "BY-MVD")
    assert "consent_missing" in story.refused("KZ-MVD", "authorise_release", **fields).codes


def test_a_consent_covers_the_givers_that_there_were_and_no_later_one() -> None:
    """Belarus may pass on what Russia gave it; a copy that Kyrgyzstan passed on has another giver beside."""
    story = registered("RU-MVD", copies=2).gives("RU-MVD", "BY-MVD").gives("RU-MVD", "KG-MVD", (2,))
    story = story.asks("BY-MVD", "third_party", recipient="TJ-MVD").consents("RU-MVD")
    story = story.does(
        "BY-MVD", "authorise_release", **release_fields(story.item, "", "TJ-MVD", procedure=..., consent=1)
    )
    story = story.asks("KG-MVD", "third_party", recipient="BY-MVD").consents("RU-MVD")
    fields = release_fields(story.item, "", "BY-MVD", procedure=..., consent=2)
    story = story.does("KG-MVD", "authorise_release", **fields)
    story = story.does("KG-MVD", "dispatch", **dispatch(story, (2,), release=4)).receives("BY-MVD", (2,))
    refusal = story.refused("BY-MVD", "dispatch", **dispatch(story, (2,), release=3))
    assert why(refusal) == (("consent_missing",), {"A-5.3"})
    assert {each.gaps["who"] for each in refusal.objections} == {"KG-GKNB / KG-MVD"}
    assert story.does("BY-MVD", "dispatch", **dispatch(story, (1,), release=3))


def test_a_maker_without_a_copy_goes_through_its_states_order_all_the_same() -> None:
    story = registered("RU-MVD", joint_with=["KZ-MVD"]).consents("KZ-MVD")
    story = story.asks("KZ-MVD", "third_party", recipient="BY-MVD").consents("RU-MVD")
    fields = release_fields(story.item, "", "BY-MVD", consent=2, procedure=...)
    assert story.refused("KZ-MVD", "authorise_release", **fields).codes == ("procedure_missing",)


def test_what_its_holder_declassified_gets_no_other_mark_there() -> None:
    story = given().asks("BY-MVD", "declassify").consents("RU-MVD")
    story = story.does("BY-MVD", "declassify", ground="р", consent=1)
    assert story.refused("BY-MVD", "regrade", mark="secret", ground="р").codes == ("not_in_this_state",)


def test_an_allowed_destruction_falls_away_with_the_return() -> None:
    story = given().asks("BY-MVD", "destroy", copies=[1]).consents("RU-MVD")
    story = story.asks("BY-MVD", "return", copies=[1]).consents("RU-MVD")
    going = {"copies": [1], "channel": "courier", "cover_document": paper(), "consent": 2}
    back = story.does("BY-MVD", "return", **going)
    assert [(duty.kind, duty.state) for duty in back.item.duties][1] == ("destruction_report", "void")


def test_a_breach_that_is_not_there_or_has_not_happened() -> None:
    story = given()
    assert story.refused("BY-MVD", "report_inquiry", breach=1, findings="а").codes == ("breach_unknown",)
    fields = {"kinds": ["loss"], "disclosure": False, "circumstances": "а", "happened_on": "2026-03-03"}
    assert story.refused("BY-MVD", "report_breach", **fields).codes == ("happened_in_future",)


def test_the_term_of_a_giving_ends_its_use() -> None:
    story = registered("RU-MVD").releases("RU-MVD", "BY-MVD", until="2026-06-01")
    story = story.does("RU-MVD", "dispatch", **dispatch(story, release=1)).receives("BY-MVD")
    reader, grants = person("p", "BY-MVD", Mark.SECRET), (grant("p"),)
    late = may_read(story.item, reader, Role.OFFICER, grants, story.scene, NOON + timedelta(days=100))
    assert isinstance(late, Refusal)
    assert why(late) == (("giving_over",), {"R-5"})


def test_roles_and_strangers() -> None:
    story = given()
    clerk = Caller("BY-MVD", Role.OFFICER, "person:x")
    assert "role_may_not" in story.refused(clerk, "destroy", **destruction()).codes
    assert registered("RU-MVD").refused("KZ-MVD", "declassify", ground="р").codes == ("not_concerned",)
    fields = {"kinds": ["loss"], "disclosure": False, "circumstances": "а", "happened_on": "2026-03-01"}
    assert story.does(clerk, "report_breach", **fields)


def test_a_visit_within_the_state_without_a_treaty_or_to_nobody() -> None:
    for host, code in (("KZ-MVD", "own_state"), ("XX", "body_unknown")):
        refusal = decide_visit("V-1", letter(host=host), officer("KZ-NSC"), scene(), NOON)
        assert isinstance(refusal, Refusal)
        assert code in refusal.codes
    refusal = decide_visit("V-1", letter(), Caller("KZ-NSC", Role.OFFICER, "x"), scene(bindings=()), NOON)
    assert isinstance(refusal, Refusal)
    assert set(refusal.codes) == {"role_may_not", "no_regime"}
    high = letter(host="LT-CB", degree="special_importance")
    refusal = decide_visit("V-1", high, officer("KZ-NSC"), scene(), NOON)
    assert isinstance(refusal, Refusal)
    assert refusal.codes == ("no_counterpart",)


def test_an_entry_that_no_treaty_knows() -> None:
    for regime, kind, party in (("x", "rules", "AM"), ("kz-lt-2015", "issued", "LT"), ("kz-am-2025", "rules", "RU")):
        fields = {"regime": regime, "kind": kind, "party": party, "date": date(2026, 3, 2), "fields": {}}
        entry = DatedEntry.model_validate(fields, strict=False)
        refusal = decide_entry(entry, Caller("KZ-NSC", Role.AUDITOR, "x"), scene())
        assert isinstance(refusal, Refusal)
        assert refusal.codes == ("entry_not_known",)


def test_all_reasons_come_at_once_and_the_lightest_weight_first() -> None:
    story = registered(mark="special_importance", bulky=True)
    fields = release_fields(
        story.item,
        "",
        "AM-POL",
        own_consent=...,
        recipient_cleared=...,
        decision=paper(day="2026-03-05"),
        until="2026-01-01",
    )
    refusal = story.refused(Caller("KZ-MVD", Role.AUDITOR, "x"), "authorise_release", **fields)
    assert set(refusal.codes) == {
        "role_may_not",
        "own_consent_missing",
        "recipient_not_confirmed",
        "decision_in_future",
        "release_over",
        "procedure_missing",
    }
    assert [each.weight for each in refusal.objections] == sorted(each.weight for each in refusal.objections)
    assert refusal.objections[0].weight is Weight.FORBIDDEN


def test_one_reason_is_named_once() -> None:
    assert len(refuse([object_to("stale"), object_to("stale")]).objections) == 1


@pytest.mark.parametrize("code", GROUNDS)
def test_a_reason_has_words_whose_gaps_are_filled_and_a_rule_that_leads_to_its_article(code: str) -> None:
    ground = GROUNDS[code]
    gaps = {name for _, name, _, _ in Formatter().parse(ground.words) if name}
    assert Objection(code, gaps=dict.fromkeys(gaps, "х")).detail.endswith((".", "х."))
    assert ground.rule is None or article(ground.rule) is not None


def test_every_reason_is_raised_somewhere_and_tried_somewhere() -> None:
    code = "\n".join(path.read_text("utf-8") for path in CORE.glob("*.py") if path.name != "objections.py")
    tests = "\n".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [each for each in GROUNDS if f'"{each}"' not in code] == []
    by_gap = {"content_missing", "visit_field_missing", "visitor_field_missing", "clause_missing"}
    assert [each for each in GROUNDS if f'"{each}"' not in tests and each not in by_gap] == []


def test_what_an_objection_says_of_an_item_is_neither_designation_nor_content() -> None:
    story = registered("RU-MVD", designation="Список агентов", purpose="операция Заря")
    story = replace(story, item=story.item)
    fields = release_fields(story.item, "", "LT-CB", procedure=...)
    words = " ".join(each.detail for each in story.refused("RU-MVD", "authorise_release", **fields).objections)
    assert "Список" not in words
    assert "Заря" not in words
