"""A record tells its item again; random lawful ways keep what must always hold; rulings survive as JSON."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from exchange.protection.core.acts import ACTS, MAY, Standing, Verb
from exchange.protection.core.decide import Decision, decide
from exchange.protection.core.entry import Entry, Ruling
from exchange.protection.core.fold import begin, fold
from exchange.protection.core.item import Item
from exchange.protection.core.lawful import allowed_acts, standings
from exchange.protection.core.marks import covers
from exchange.protection.core.notices import concerned
from exchange.protection.core.objections import Refusal
from exchange.protection.core.reminders import TOLD, moments, next_moment, plan
from exchange.protection.core.scene import Caller
from schemas.protection import AnyItemBody
from schemas.secrecy import CopyState, ItemAct, ItemState, Mark
from schemas.vocabulary import Role
from tests.protection.cases import (
    NOON,
    Story,
    act,
    dispatch,
    officer,
    paper,
    refused_registration,
    registered,
    release_fields,
    scene,
    stamp,
)
from tests.protection.stories import destruction

BODIES: TypeAdapter[Any] = TypeAdapter(AnyItemBody)
RULINGS: TypeAdapter[Ruling] = TypeAdapter(Ruling)

PLAYERS = ("KZ-MVD", "AM-POL", "RU-MVD", "BY-MVD", "LT-CB", "KZ-NSC", "AM-NSS")


def moves(story: Story, data: st.DataObject) -> tuple[str, str, dict[str, Any]]:
    """Draw who does what with which fields: mostly such that it could be lawful."""
    item = story.item
    by = data.draw(st.sampled_from(PLAYERS), "by")
    kind = data.draw(st.sampled_from([each for each in ItemAct if each is not ItemAct.REGISTER]), "kind")
    copies = [data.draw(st.integers(1, len(item.copies) or 1), "copy")]
    consent = data.draw(st.one_of(st.none(), st.integers(1, len(item.consents) + 1)), "consent")
    mark = data.draw(st.sampled_from(Mark), "mark")
    other = data.draw(st.sampled_from(PLAYERS), "other")
    made = {"copy_number": copies[0], "to_whom": "отдел", "made_by": f"clerk-{by}", "consent": consent}
    papers = {"reference": paper(), "reason": "нужно"}
    scopes = data.draw(
        st.sampled_from(
            [
                ("copy", {"count": 1}),
                ("destroy", {"copies": copies}),
                ("return", {"copies": copies}),
                ("regrade", {"mark": mark}),
                ("declassify", {}),
                ("third_party", {"recipient": other}),
                ("joint_mark", {"mark": mark}),
            ]
        ),
        "scope",
    )
    transit = item.copies[copies[0] - 1].transit if item.copies else None
    breach = data.draw(st.integers(1, 2), "breach")
    fields: dict[ItemAct, dict[str, Any]] = {
        ItemAct.AUTHORISE_RELEASE: release_fields(item, by, other, consent=consent, procedure=...),
        ItemAct.DISPATCH: dispatch(story, tuple(copies), release=len(item.releases) or 1),
        ItemAct.CONFIRM_RECEIPT: {
            "copies": copies,
            "form": "written",
            "reference": paper(),
            "own_number": f"{by}/1",
            "own_mark": transit.mark if transit else mark,
            "received_at": stamp(story.now),
        },
        ItemAct.ASK_CONSENT: {"kind": scopes[0], "scope": scopes[1], **papers},
        ItemAct.GRANT_CONSENT: {"consent": consent or 1, "reference": paper()},
        ItemAct.DENY_CONSENT: {"consent": consent or 1, **papers},
        ItemAct.WITHDRAW_CONSENT: {"consent": consent or 1, **papers},
        ItemAct.COPY: {**made, "count": 1},
        ItemAct.TRANSLATE: {**made, "language": "ru"},
        ItemAct.EXTRACT: {**made, "part": "с. 1"},
        ItemAct.REGRADE: {"mark": mark, "ground": "решение", "consent": consent},
        ItemAct.DECLASSIFY: {"ground": "решение", "consent": consent},
        ItemAct.RETURN: {"copies": copies, "channel": "diplomatic", "cover_document": paper(), "consent": consent},
        ItemAct.DESTROY: destruction(*copies, consent=consent),
        ItemAct.REPORT_BREACH: {
            "kinds": ["loss"],
            "disclosure": True,
            "circumstances": "а",
            "happened_on": "2026-03-01",
        },
        ItemAct.REPORT_INQUIRY: {"breach": breach, "findings": "а"},
        ItemAct.CLOSE_BREACH: {"breach": breach, "measures": "а"},
    }
    return by, kind, fields[kind]


def holds(before: Item, after: Item, decision: Decision) -> None:
    """Assert what is true whatever happened."""
    assert after.seq == before.seq + 1
    assert [copy.number for copy in after.copies] == list(range(1, len(after.copies) + 1))
    for copy in after.copies:
        assert (copy.transit is not None) is (copy.state is CopyState.IN_TRANSIT)
        assert copy.path == () or copy.path[0].giver in after.makers
    if after.floor is not None and after.mark is not None:
        assert covers(after.mark, after.floor)
    assert (after.state is ItemState.GONE) is (
        bool(after.copies) and all(copy.state is CopyState.DESTROYED for copy in after.copies)
    )
    for consent in after.consents:
        assert consent.used_by is None or consent.complete
    assert all(notice.to != decision.entry.author for notice in decision.notices)
    assert all(after.registered.designation not in repr(notice) for notice in decision.notices)


@given(st.sampled_from(["RU-MVD", "AM-POL", "LT-CB"]), st.booleans(), st.data())
@settings(max_examples=60, deadline=None)
def test_random_lawful_ways_keep_what_must_hold_and_are_told_again_alike(
    by: str, joint: bool, data: st.DataObject
) -> None:
    others = {"RU-MVD": "BY-MVD", "AM-POL": "KZ-MVD", "LT-CB": "KZ-MVD"}
    story = registered(by, joint_with=[others[by]] if joint else [])
    for _ in range(data.draw(st.integers(1, 12))):
        who, kind, fields = moves(story, data)
        answer = story.tries(who, kind, **fields)
        if isinstance(answer, Decision):
            holds(story.item, answer.item, answer)
            story = replace(story, item=answer.item, entries=(*story.entries, answer.entry))
        else:
            assert answer.objections
            assert all(each.detail for each in answer.objections)
        story = story.after(minutes=1)
    assert fold("IT-1", story.entries) == story.item


def test_a_record_is_kept_as_json_and_told_again() -> None:
    story = registered(joint_with=["AM-POL"]).consents("AM-POL").gives("KZ-MVD", "AM-POL")
    story = story.asks("AM-POL", "destroy", copies=[1]).consents("KZ-MVD")
    kept = [(entry, BODIES.dump_json(entry.body), RULINGS.dump_json(entry.ruling)) for entry in story.entries]
    again = [
        replace(entry, body=BODIES.validate_json(body), ruling=RULINGS.validate_json(ruling))
        for entry, body, ruling in kept
    ]
    assert fold("IT-1", again) == story.item


def test_a_record_begins_with_a_registration() -> None:
    with pytest.raises(ValueError, match="begins with a registration"):
        fold("IT-1", ())
    entry = Entry(seq=1, author="a", who="b", at=NOON, recorded_at=NOON, body=act("declassify", ground="а"))
    with pytest.raises(ValueError, match="begins with a registration"):
        begin("IT-1", entry)


def test_the_table_has_every_act_and_the_roles_only_their_verbs() -> None:
    assert set(ACTS) == set(ItemAct)
    assert set(MAY) == set(Role)
    assert Verb.READ not in MAY[Role.OPERATOR] | MAY[Role.SYSTEM] | MAY[Role.AUDITOR]
    assert all(row.rules and row.title for row in ACTS.values())


def test_what_a_body_is_to_an_item_and_what_it_could_do() -> None:
    story = registered("RU-MVD").gives("RU-MVD", "BY-MVD")
    assert standings(story.item, "BY-MVD", story.scene) == {Standing.HOLDER, Standing.FORMER}
    assert standings(story.item, "BY-KGB", story.scene) == {Standing.COMPETENT}
    assert standings(story.item, "KZ-MVD", story.scene) == frozenset()
    possible = {each.kind for each in allowed_acts(story.item, officer("BY-MVD"), story.scene)}
    assert {ItemAct.COPY, ItemAct.DESTROY, ItemAct.REPORT_BREACH} <= possible
    assert ItemAct.CONFIRM_RECEIPT not in possible
    nothing = allowed_acts(story.item, Caller("BY-MVD", Role.OPERATOR, "token:1"), story.scene)
    assert nothing == ()
    assert {each.code for each in concerned(story.item)} == {"RU-MVD", "BY-MVD"}


def test_a_body_without_business_with_an_item_learns_nothing_of_it() -> None:
    refusal = registered("RU-MVD").refused("KZ-MVD", "destroy", **destruction(7))
    assert refusal.codes == ("not_concerned",)


def test_a_stale_caller_is_told_beside_everything_else() -> None:
    story = registered("RU-MVD")
    answer = decide(story.item, act("declassify", ground="а"), officer("RU-MVD"), scene(), NOON, fresh=False)
    assert isinstance(answer, Refusal)
    assert answer.codes == ("stale",)


def test_a_duty_is_reminded_of_to_whoever_owes_it() -> None:
    story = registered("RU-MVD").releases("RU-MVD", "BY-MVD")
    story = story.does("RU-MVD", "dispatch", **dispatch(story, release=1))
    duty = story.item.duties[0]
    steps = moments(duty.steps, duty.due_at, duty.calculation.zone)
    assert plan(steps, NOON, NOON + timedelta(days=20)).come is None
    come = plan(steps, NOON, NOON + timedelta(days=31)).come
    assert come is not None
    assert (come.step, come.at) == ("due", duty.due_at)
    assert (duty.body.code, TOLD[duty.kind], duty.calculation.rule) == ("BY-MVD", "dispatch", "A-6.3")
    first = next_moment(duty, NOON)
    assert first is not None
    assert (first.step, duty.due_at - first.at) == ("-5d", timedelta(days=5))
    assert next_moment(duty, NOON + timedelta(days=60)) is None
    (received,) = story.receives("BY-MVD").item.duties
    assert next_moment(received, NOON) is None


def test_a_joint_item_with_an_asymmetric_mark_is_refused() -> None:
    refusal = refused_registration("KZ-MVD", mark="special_importance", joint_with=["LT-CB"])
    assert (refusal.codes, set(refusal.rules)) == (("no_counterpart",), {"KL-3"})


def test_oral_information_has_no_carrier() -> None:
    story = registered("RU-MVD", kind="oral")
    assert story.item.copies == ()
    assert refused_registration("RU-MVD", kind="oral", copies=2).codes == ("oral_has_no_carrier",)
    released = story.releases("RU-MVD", "BY-MVD")
    assert "wrong_body" in released.refused("RU-MVD", "dispatch", **dispatch(story, release=1)).codes
