"""Which treaty a rule is named from: the one that binds this item, not any that its Party has."""

from typing import Any

import pytest

from exchange.core.rules import article
from exchange.protection.core.acts import ACTS
from exchange.protection.core.bound import binding, rules_for
from exchange.protection.core.objections import Refusal
from schemas.secrecy import ItemAct, Mark
from tests.protection.cases import Story, law, paper, registered, release_fields
from tests.protection.stories import destruction, reads

ALONE = {"kz-lt-2015": ("KL-", "R-"), "csto-2004": ("A-", "R-")}


def documents(rules: Any) -> set[str]:
    """Return the treaties and orders that rules are of."""
    return {rule.partition("-")[0] for rule in rules}


def test_what_binds_an_item_is_what_its_party_gave_or_got_it_under() -> None:
    own = registered()
    assert binding(own.item, "KZ") == frozenset()
    given = own.gives("KZ-MVD", "LT-CB")
    assert binding(given.item, "KZ") == binding(given.item, "LT") == {"kz-lt-2015"}
    assert binding(given.item, "AM") == frozenset()
    assert binding(registered("AM-POL").gives("AM-POL", "KZ-MVD").item, "KZ") == {"csto-2004", "kz-am-2025"}
    joint = registered("RU-MVD", joint_with=["KZ-MVD"])
    assert binding(joint.item, "KZ") == {"csto-2004"}


def test_an_item_given_to_two_states_is_bound_by_the_treaties_with_both() -> None:
    story = registered(mark="secret", copies=2).gives("KZ-MVD", "LT-CB").releases("KZ-MVD", "AM-POL")
    assert binding(story.item, "KZ") == {"kz-lt-2015", "csto-2004", "kz-am-2025"}
    assert binding(story.item, "LT") == {"kz-lt-2015"}


@pytest.mark.parametrize("act", [act for act in ACTS if act is not ItemAct.REGISTER])
@pytest.mark.parametrize("regime", ALONE)
def test_every_act_has_a_rule_of_the_one_treaty_that_binds_the_item(regime: str, act: ItemAct) -> None:
    found = rules_for(ACTS[act].rules, "KZ", law(), {regime})
    assert found
    assert all(rule.startswith(ALONE[regime]) for rule in found), found
    assert all(article(rule) for rule in found)


def test_kl_4_reasons_told_to_kazakhstan_on_a_lithuanian_item_are_of_that_treaty() -> None:
    """Kazakhstan is a Party to the 2004 Agreement as well: it does not bind what Lithuania gave."""
    story = registered("LT-CB").gives("LT-CB", "KZ-MVD")
    told = [
        story.refused("KZ-MVD", "dispatch", release=7, copies=[1], channel="courier", cover_document=paper()),
        story.refused("KZ-MVD", "destroy", **destruction(1)),
        story.refused("KZ-MVD", "confirm_receipt", copies=[1], form="written", own_number="1",
                      received_at="2026-03-02T06:00:00Z"),
        story.refused("KZ-MVD", "close_breach", breach=4, measures="м"),
        story.refused("KZ-MVD", "grant_consent", consent=1, reference=paper()),
        story.refused("KZ-MVD", "regrade", mark="secret", ground="р"),
        reads(story, "p", "KZ-MVD", Mark.SECRET, purpose="иное"),
    ]  # fmt: skip
    for refusal in told:
        assert isinstance(refusal, Refusal)
        assert refusal.rules, refusal.codes
        assert documents(refusal.rules) == {"KL"}, [(each.code, each.rule) for each in refusal.objections]


def test_ka_5_7_electronic_transfer_is_named_from_the_treaty_that_opens_it() -> None:
    story = registered("LT-CB").gives("LT-CB", "KZ-MVD")
    refusal = story.refused("KZ-MVD", "return", copies=[1], channel="electronic", means="M-1", cover_document=paper())
    assert {each.rule for each in refusal.objections if each.code == "no_content"} == {"KL-6.2"}


def test_a_consent_of_another_treaty_is_asked_for_by_that_treaty() -> None:
    """What Russia gave is passed on to Lithuania by Russia's consent, under the 2004 Agreement."""
    story = registered("RU-MVD").gives("RU-MVD", "KZ-MVD")
    refusal = story.refused("KZ-MVD", "authorise_release", **release_fields(story.item, "", "LT-CB", procedure=...))
    asked = {each.rule for each in refusal.objections if each.code == "consent_missing"}
    assert documents(asked) == {"A"}


def test_an_own_item_is_released_by_the_treaty_with_its_recipient() -> None:
    story = registered()
    refusal = story.refused(
        "KZ-MVD", "authorise_release", **release_fields(story.item, "", "LT-CB", until="2026-01-01")
    )
    assert {each.rule for each in refusal.objections if each.code == "release_over"} == {"KL-6.1"}


def test_a_requirement_that_no_treaty_of_the_item_knows_is_named_without_a_rule() -> None:
    """A-5.6 has no counterpart in the treaty of Kazakhstan and Lithuania."""
    assert rules_for(("A-5.6",), "KZ", law(), {"kz-lt-2015"}) == ()
    story: Story = registered("LT-CB", requirements={"text": "т", "most_copies": 1}).gives("LT-CB", "KZ-MVD")
    fields = {"copy_number": 1, "count": 1, "to_whom": "отдел", "made_by": "clerk-KZ-MVD"}
    refusal = story.refused("KZ-MVD", "copy", **fields)
    assert [each.rule for each in refusal.objections if each.code == "copies_beyond"] == [None]
