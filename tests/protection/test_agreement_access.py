"""The Agreement of 18 June 2004, article 5: access, purpose, third parties, each rule with its test."""

from datetime import date, timedelta

from exchange.protection.core.access import MayRead, may_read, purposes
from exchange.protection.core.objections import Refusal
from exchange.protection.core.scene import Binding
from schemas.secrecy import Mark
from schemas.vocabulary import Role
from tests.protection.cases import NOON, bindings, dispatch, person, registered, release_fields, why
from tests.protection.stories import destruction, from_ru_to_by, reads


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
