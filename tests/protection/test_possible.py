"""What is offered is what would be taken: acts that nothing lawful could carry are left out, and no others."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from exchange.protection.core.decide import Decision, decide_registration
from exchange.protection.core.item import Item
from exchange.protection.core.objections import Refusal
from exchange.protection.core.possible import possible_acts
from exchange.protection.core.scene import Caller
from schemas.secrecy import Mark
from schemas.vocabulary import Role
from tests.protection.cases import (
    NOON,
    Story,
    dispatch,
    officer,
    outcome,
    paper,
    registered,
    registration,
    release_fields,
    scene,
    stamp,
)

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


# What is offered, against everything that could be tried.

PEOPLE = ("KZ-MVD", "BY-MVD", "RU-MVD", "KZ-NSC", "BY-KGB", "LT-CB", "AM-POL")
BREACH = {"kinds": ["loss"], "disclosure": True, "circumstances": "утрата", "happened_on": "2026-03-01"}


def stories() -> Iterator[tuple[str, Story]]:
    """Yield items at every turn of their lives, under each regime."""
    fresh = registered(copies=3)
    yield "fresh", fresh
    yield "oral", registered(kind="oral")
    yield "restricted", registered(mark="restricted")
    yield "few copies", registered(requirements={"text": "-", "most_copies": 1})
    for to in ("BY-MVD", "LT-CB", "AM-POL"):
        released = fresh.releases("KZ-MVD", to)
        yield f"released to {to}", released
        sent = released.does("KZ-MVD", "dispatch", **dispatch(fresh))
        yield f"sent to {to}", sent
        held = sent.receives(to)
        yield f"held by {to}", held
        yield f"regraded, held by {to}", _regraded(held)
        for kind in ("destroy", "return"):
            answer = held.tries(to, "ask_consent", kind=kind, scope={"copies": [1]}, reason="нужно", reference=paper())
            if isinstance(answer, Decision):
                asked = held.asks(to, kind, copies=[1])
                yield f"{kind} asked by {to}", asked
                given = asked
                for need in asked.item.consents[-1].needs:
                    if not given.item.consents[-1].complete:
                        given = given.consents(min(need.bodies))
                yield f"{kind} allowed to {to}", given
                yield (
                    f"{kind} denied to {to}",
                    asked.does(
                        min(asked.item.consents[-1].needs[0].bodies),
                        "deny_consent",
                        consent=len(asked.item.consents),
                        reason="нет",
                        reference=paper(),
                    ),
                )
    yield "declassified", fresh.does("KZ-MVD", "declassify", ground="истёк срок")
    joint = registered(joint_with=["BY-MVD"])
    yield "pending", joint
    yield "joint", joint.consents("BY-MVD")
    reported = fresh.does("KZ-MVD", "report_breach", **BREACH)
    yield "breached", reported
    yield "inquired", reported.does("KZ-MVD", "report_inquiry", breach=1, findings="-")


def _regraded(story: Story) -> Story:
    asked = story.tries("KZ-MVD", "regrade", mark="top_secret", ground="пересмотр")
    return (
        story.does("KZ-MVD", "regrade", mark="top_secret", ground="пересмотр") if isinstance(asked, Decision) else story
    )


Tries = Iterator[tuple[str, dict[str, Any]]]


def candidates(story: Story, by: str) -> Tries:
    """Yield what a body could lawfully try with an item, if anything of the kind is lawful."""
    consents: list[int | None] = [None, *range(1, len(story.item.consents) + 1)]
    for number in [copy.number for copy in story.item.copies] or [1]:
        yield from _of_copy(story, by, number, consents)
    for scope in SCOPES:
        yield "ask_consent", {**ASKING, **scope}
    for consent in consents:
        yield from _of_consent(story.item, by, consent)
    yield "report_breach", BREACH
    yield "report_inquiry", {"breach": 1, "findings": "-"}
    yield "close_breach", {"breach": 1, "measures": "-"}


def _of_copy(story: Story, by: str, number: int, consents: list[int | None]) -> Tries:
    for release in range(1, len(story.item.releases) + 1):
        yield "dispatch", {**dispatch(story), "release": release, "copies": [number]}
    transit = story.item.copies[number - 1].transit if story.item.copies else None
    for form in ("written", "electronic"):
        receipt = {"form": form, "reference": paper(), "own_number": "1", "received_at": stamp(story.now)}
        yield "confirm_receipt", {**receipt, "copies": [number], "own_mark": transit.mark if transit else None}
    for consent in consents:
        given = {"copies": [number], "consent": consent}
        yield "return", {**given, "channel": "diplomatic", "cover_document": paper()}
        yield "destroy", {**DESTRUCTION, **given}
        yield "destroy", {**DESTRUCTION, **given, "crisis": "угроза"}
        handled = {"copy_number": number, "to_whom": "-", "made_by": f"clerk-{by}", "consent": consent}
        yield "copy", {**handled, "count": 1}
        yield "extract", {**handled, "part": "1"}
        yield from (("translate", {**handled, "language": language}) for language in LANGUAGES)
    yield "ask_consent", {**ASKING, "kind": "destroy", "scope": {"copies": [number]}}
    yield "ask_consent", {**ASKING, "kind": "return", "scope": {"copies": [number]}}


def _of_consent(item: Item, by: str, consent: int | None) -> Tries:
    for to in ("BY-MVD", "RU-MVD", "LT-CB", "AM-POL", "KZ-MVD"):
        yield "authorise_release", release_fields(item, by, to, consent=consent)
    yield "declassify", {"ground": "-", "consent": consent}
    for mark in Mark:
        yield "regrade", {"mark": mark, "ground": "-", "consent": consent}
    if consent is not None:
        answer = {"consent": consent, "reference": paper()}
        yield "grant_consent", answer
        yield "deny_consent", {**answer, "reason": "-"}
        yield "withdraw_consent", {**answer, "reason": "-"}


LANGUAGES = ("ru", "kk", "hy", "be", "lt", "fr")
ASKING: dict[str, Any] = {"reason": "-", "reference": paper()}
SCOPES: tuple[dict[str, Any], ...] = (
    {"kind": "copy", "scope": {"count": 1}},
    *({"kind": "translate", "scope": {"language": each}} for each in LANGUAGES),
    *({"kind": "regrade", "scope": {"mark": each}} for each in ("secret", "top_secret")),
    {"kind": "declassify", "scope": {}},
    *({"kind": "third_party", "scope": {"recipient": each}} for each in ("RU-MVD", "LT-CB", "KZ-NSC")),
    {"kind": "joint_mark", "scope": {"mark": "secret"}},
)
DESTRUCTION: dict[str, Any] = {
    "method": "сожжение",
    "people": ["Иванов"],
    "date": "2026-03-01",
    "document": paper(),
    "irrecoverable": True,
}


@pytest.mark.parametrize(("name", "story"), [pytest.param(*each, id=each[0]) for each in stories()])
def test_exactly_what_would_be_taken_is_offered(name: str, story: Story) -> None:
    for by in PEOPLE:
        world = replace(story.scene, outcomes={})
        taken = {
            kind for kind, fields in candidates(story, by) if isinstance(_tried(story, by, kind, fields), Decision)
        }
        assert offered(replace(story, scene=world), by) == taken, (name, by)


def _tried(story: Story, by: str, kind: str, fields: dict[str, Any]) -> Decision | Refusal:
    """Try an act, with the outcome of a national procedure for exactly what a release names."""
    if kind == "authorise_release":
        approved = outcome(story.item, by, fields["recipient"], fields["purpose"])
        story = replace(story, scene=replace(story.scene, outcomes={"P-1": approved}))
    return story.tries(by, kind, **fields)
