"""The Agreement of 18 June 2004, its annex: a test for each point that is a duty of software."""

from functools import partial

import pytest

from exchange.protection.core.entries import EntryDecision, decide_entry
from exchange.protection.core.objections import Refusal
from exchange.protection.core.visits import decide_visit
from schemas.secrecy import Channel, CopyKind, CopyState, ItemState, Mark
from tests.protection import stories
from tests.protection.cases import NOON, act, dispatch, officer, person, registered, scene, why
from tests.protection.stories import from_ru_to_by, visit

entry = partial(stories.entry, "csto-2004", "BY")


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
