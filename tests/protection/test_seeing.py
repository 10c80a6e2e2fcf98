"""How much of an item each body sees: what its work needs, and no more."""

from exchange.protection.core.acts import Standing
from exchange.protection.core.seeing import Sight, sight_of
from tests.protection.cases import Story, paper, registered

BREACH = {"kinds": ["loss"], "disclosure": True, "circumstances": "утрата", "happened_on": "2026-03-01"}


def sight(story: Story, by: str) -> Sight:
    return sight_of(story.item, by, story.scene)


def read(story: Story, by: str) -> list[str]:
    """Return the acts whose words a body reads."""
    seen = sight(story, by)
    return [entry.kind.value for entry in story.entries if seen.entry(entry)]


def test_its_makers_see_all_of_it() -> None:
    story = registered("BY-MVD", copies=2).gives("BY-MVD", "RU-MVD")
    seen = sight(story, "BY-MVD")
    assert seen.whole
    assert len(read(story, "BY-MVD")) == len(story.entries)


def test_a_5_5_whoever_awaits_a_copy_sees_neither_designation_nor_the_copies_of_others() -> None:
    story = registered("BY-MVD", copies=2)
    story = story.releases("BY-MVD", "RU-MVD").does("BY-MVD", "dispatch", **leaving(1))
    seen = sight(story, "RU-MVD")
    assert (seen.named, seen.requirements) == (False, True)
    assert [copy.number for copy in story.item.copies if seen.copy(copy)] == [1]
    assert read(story, "RU-MVD") == ["authorise_release", "dispatch"]
    assert sight(story, "KZ-MVD").standings == frozenset()


def test_a_holder_does_not_see_to_whom_else_the_item_went() -> None:
    story = registered("BY-MVD", copies=2).gives("BY-MVD", "RU-MVD")
    story = story.releases("BY-MVD", "KZ-MVD").does("BY-MVD", "dispatch", **{**leaving(2), "release": 2})
    seen = sight(story, "RU-MVD")
    assert [copy.number for copy in story.item.copies if seen.copy(copy)] == [1]
    assert [each.number for each in story.item.releases if seen.release(each)] == [1]
    assert read(story, "RU-MVD") == ["register", "authorise_release", "dispatch", "confirm_receipt"]


def test_a_7_7_a_holder_reads_of_the_change_that_it_was_told_of() -> None:
    story = registered("BY-MVD").gives("BY-MVD", "RU-MVD")
    story = story.does("BY-MVD", "regrade", mark="top_secret", ground="пересмотр")
    assert read(story, "RU-MVD")[-1] == "regrade"


def test_a_10_a_breach_is_read_where_it_happened_and_by_those_who_made_or_hold_the_item() -> None:
    story = registered("BY-MVD", copies=2).gives("BY-MVD", "RU-MVD")
    story = story.releases("BY-MVD", "KZ-MVD").does("BY-MVD", "dispatch", **{**leaving(2), "release": 2})
    story = story.does("RU-MVD", "report_breach", **BREACH)
    for by, reads in (("BY-MVD", True), ("RU-MVD", True), ("RU-FSB", True), ("KZ-MVD", False)):
        assert ("report_breach" in read(story, by)) is reads, by


def test_a_competent_body_sees_what_concerns_its_party_without_the_designation() -> None:
    story = registered("BY-MVD", copies=2).gives("BY-MVD", "RU-MVD")
    seen = sight(story, "RU-FSB")
    assert seen.standings == {Standing.COMPETENT}
    assert not seen.named
    assert [copy.number for copy in story.item.copies if seen.copy(copy)] == [1]


def test_whoever_is_asked_for_a_consent_sees_it_and_its_answer() -> None:
    story = registered("BY-MVD").gives("BY-MVD", "RU-MVD").asks("RU-MVD", "destroy", copies=[1])
    assert read(story, "BY-MVD")[-1] == "ask_consent"
    answered = story.does("BY-MVD", "deny_consent", consent=1, reason="нет", reference=paper())
    assert read(answered, "RU-MVD")[-2:] == ["ask_consent", "deny_consent"]


def leaving(copy: int) -> dict[str, object]:
    """Return the fields of a dispatch of one copy."""
    transport = {"means": "поезд", "route": "Минск – Москва", "escort": "двое", "agreed": paper()}
    return {
        "release": 1,
        "copies": [copy],
        "channel": "diplomatic",
        "cover_document": paper(),
        "transport": transport,
    }
