"""What is offered is what would be taken: acts that nothing lawful could carry are left out, and no others."""

from typing import Any

from exchange.protection.core.decide import decide_registration
from exchange.protection.core.objections import Refusal
from exchange.protection.core.possible import possible_acts
from exchange.protection.core.scene import Caller
from schemas.vocabulary import Role
from tests.protection.cases import NOON, Story, officer, registered, registration, scene

CONTENT = {"sha256": "0" * 64, "size": 3}


def offered(story: Story, by: str | Caller) -> set[str]:
    caller = by if isinstance(by, Caller) else officer(by)
    return {act.kind.value for act in possible_acts(story.item, caller, story.scene, story.now)}


def test_a_7_1_content_that_a_registration_names_was_sealed_for_this_body_before() -> None:
    body = registration(content=CONTENT)
    refusal = decide_registration("IT-1", body, officer("KZ-MVD"), scene(), NOON, content_here=False)
    assert isinstance(refusal, Refusal)
    assert refusal.codes == ("content_unknown",)
    assert [each.pointer for each in refusal.objections] == ["/content"]


def test_a_fresh_item_can_be_released_copied_marked_destroyed_and_reported() -> None:
    assert offered(registered(), "KZ-MVD") == {
        "authorise_release",
        "copy",
        "translate",
        "extract",
        "regrade",
        "declassify",
        "destroy",
        "report_breach",
    }


def test_a_dispatch_is_offered_while_a_release_waits() -> None:
    story = registered().releases("KZ-MVD", "BY-MVD")
    assert "dispatch" in offered(story, "KZ-MVD")
    gone = story.after(days=1)
    sent = gone.gives("KZ-MVD", "BY-MVD")
    assert "dispatch" not in offered(sent, "KZ-MVD")


def test_a_7_8_a_recipient_must_ask_before_it_returns_or_destroys() -> None:
    story = registered().gives("KZ-MVD", "BY-MVD")
    assert {"return", "destroy"} & offered(story, "BY-MVD") == {"destroy"} & offered(story, "BY-MVD")
    assert "ask_consent" in offered(story, "BY-MVD")
    asked = story.asks("BY-MVD", "return", copies=[1])
    assert "return" not in offered(asked, "BY-MVD")
    assert {"grant_consent", "deny_consent"} <= offered(asked, "KZ-MVD")
    assert "withdraw_consent" not in offered(asked, "KZ-MVD")
    given = asked.consents("KZ-MVD")
    assert "return" in offered(given, "BY-MVD")
    assert "withdraw_consent" in offered(given, "KZ-MVD")
    assert "grant_consent" not in offered(given, "KZ-MVD")


def test_a_10_the_turn_of_an_inquiry_decides_what_is_offered() -> None:
    breach: dict[str, Any] = {
        "kinds": ["loss"],
        "disclosure": True,
        "circumstances": "утрата",
        "happened_on": "2026-03-01",
    }
    story = registered()
    assert not {"report_inquiry", "close_breach"} & offered(story, "KZ-MVD")
    story = story.does("KZ-MVD", "report_breach", **breach)
    assert {"report_inquiry", "close_breach"} & offered(story, "KZ-MVD") == {"report_inquiry"}
    story = story.does("KZ-MVD", "report_inquiry", breach=1, findings="найдено")
    assert {"report_inquiry", "close_breach"} & offered(story, "KZ-MVD") == {"close_breach"}


def test_nothing_is_offered_to_whom_the_item_does_not_concern_or_whose_role_does_nothing() -> None:
    story = registered()
    assert offered(story, "BY-MVD") == set()
    assert offered(story, Caller("KZ-MVD", Role.AUDITOR, "person:a")) == set()
    assert offered(story, Caller("KZ-MVD", Role.OFFICER, "person:o")) == {"report_breach"}
