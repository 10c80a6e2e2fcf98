"""The Agreement of 18 June 2004, articles 4, 8, 10 and point 9 of the annex: what bodies tell one another."""

from datetime import UTC, date, datetime
from functools import partial

from exchange.protection.core.entries import EntryDecision, decide_entry, takes_effect
from exchange.protection.core.objections import Refusal
from schemas.secrecy import DutyState
from tests.protection import stories
from tests.protection.cases import Story, dispatch, officer, registered, scene, why
from tests.protection.stories import from_ru_to_by

entry = partial(stories.entry, "csto-2004", "BY")


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


def test_what_a_notice_says_is_a_number_what_to_do_and_by_when() -> None:
    story: Story = registered("RU-MVD").releases("RU-MVD", "BY-MVD")
    story = story.does("RU-MVD", "dispatch", **dispatch(story, release=1))
    notice = story.decisions[-1].notices[0]
    assert (notice.number, notice.told, notice.by) == (
        "RU-MVD/2026/S-00001", "dispatch", datetime(2026, 4, 1, 21, tzinfo=UTC),
    )  # fmt: skip
