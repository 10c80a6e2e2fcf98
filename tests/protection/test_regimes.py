"""Regimes as data: whole or refused; section 6 side by side; a further pair of states is a new file alone."""

import tomllib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from exchange.profiles.secrecy import orders, read_order, read_regime, regimes
from exchange.protection.core.decide import Decision
from exchange.protection.core.guard import guard_of
from exchange.protection.core.marks import counterpart, covers, highest, recipient_mark, scheme
from exchange.protection.core.regimes import applying
from exchange.protection.core.scene import Binding, Body, Law, Scene
from schemas.regimes import Regime, ReleaseOrder
from schemas.secrecy import Channel, ConsentKind, DutyKind, Mark, Origin
from tests.protection.cases import (
    BODIES,
    SINCE,
    Story,
    bindings,
    dispatch,
    law,
    paper,
    registered,
    release_fields,
    scene,
)

REGIMES = law().regimes

NEW_TREATY = """
id = "xa-xb-2030"
version = "1"
title = { en = "A fictitious treaty" }
authentic = "en"
bulky_rule = "XR-6"
copies_rule = "XR-7"
copies_by_cleared = "XR-7"
return_rule = "XR-8"
destruction_rule = "XR-8"
destruction_told = ["secret"]
destruction_told_rule = "XR-8"
force = { rule = "XR-15", notice_months = 3, notice_rule = "XR-15" }
marks = { origin = "XR-3", added = "XR-3", derived = "XR-3", change_told = "XR-3" }
channels = [{ channel = "courier", needs = "nothing", rule = "XR-6" }]
receipt = { rule = "XR-6", forms = { secret = "electronic" } }
decision = { rule = "XR-5" }
access = { rule = "XR-4", purpose_rule = "XR-4" }
third_party = { rule = "XR-4" }
consents = [{ kind = "copy", when = "received", of = "giver", rule = "XR-7" }]
bans = [{ kind = "destroy", marks = ["secret"], rule = "XR-8", instead = "return" }]
visits = { rule = "XR-9", sender = "authorised", visitor = ["surname"], visit = ["purpose"], days = 14 }
survival = { rule = "XR-15", until = "mark_removed" }
[breach]
rule = "XR-10"
kinds = ["loss"]
senders = ["competent"]
told = ["competent"]
inquiry_rule = "XR-10"
[[equivalence]]
sender = "XA"
recipient = "XB"
rule = "XR-3"
marks = { secret = "top_secret", confidential = "secret" }
[parties.XA]
name = { en = "A" }
languages = ["de"]
degrees.secret = { stamp = "GEHEIM", words = { de = "GEHEIM" } }
degrees.confidential = { stamp = "VS-VERTRAULICH", words = { de = "VS-VERTRAULICH" } }
[parties.XB]
name = { en = "B" }
languages = ["mn"]
degrees.top_secret = { stamp = "МАШ НУУЦ", words = { mn = "МАШ НУУЦ" } }
degrees.secret = { stamp = "НУУЦ", words = { mn = "НУУЦ" } }
[terms]
receipt = { days = 10, rule = "XR-6", product = false, steps = ["due"] }
destruction_report = { days = 10, rule = "XR-8", product = false, steps = ["due"] }
inquiry = { days = 10, rule = "XR-10", product = false, steps = ["due"] }
"""


def fictitious() -> Scene:
    """Return the world with one more treaty, read from a file, between two states that it alone knows."""
    new = read_regime(NEW_TREATY.encode())
    bodies = {code: Body(code, code[:2], "Europe/Berlin") for code in ("XA-1", "XA-C", "XB-1", "XB-C")}
    plain = scene()
    return replace(
        plain,
        law=Law({**law().regimes, new.id: new}, law().orders, law().calendars),
        bindings=(*bindings(), Binding(new.id, "XA", SINCE), Binding(new.id, "XB", SINCE)),
        bodies={**BODIES, **bodies},
        competent={**plain.competent, (new.id, "XA"): "XA-C", (new.id, "XB"): "XB-C"},
        numbers={**plain.numbers, "XA-1": "1"},
    )


def test_a_further_pair_of_states_is_a_new_file_and_nothing_else() -> None:
    world = fictitious()
    story = registered("XA-1", world, mark="secret")
    fields = release_fields(story.item, "", "XB-1", procedure=..., own_consent=..., recipient_cleared=...)
    story = story.does("XA-1", "authorise_release", **fields)
    refusal = story.refused("XA-1", "dispatch", **dispatch(story, release=1, transport=...))
    assert (refusal.codes, set(refusal.rules)) == (("channel_closed",), {"XR-6"})
    story = story.does("XA-1", "dispatch", **dispatch(story, release=1, channel="courier", transport=...))
    story = story.receives("XB-1")
    assert story.item.copies[0].mark is Mark.TOP_SECRET
    assert story.item.duties[0].calculation.rule == "XR-6"
    refusal = story.refused("XB-1", "copy", copy_number=1, count=1, to_whom="x", made_by="nobody")
    assert set(refusal.rules) == {"XR-7"}
    assert isinstance(story.tries("XB-1", "return", copies=[1], channel="courier", cover_document=paper()), Decision)
    guard = guard_of(world.law.regimes.values())
    assert guard.bears_mark("Geheim")
    assert guard.bears_mark("маш нууц")
    assert counterpart(world.law.regimes["xa-xb-2030"], "XB", "XA", Mark.SECRET) is None


def test_between_the_new_states_and_the_old_nothing_may_be_sent() -> None:
    world = fictitious()
    for one, other in (("XA-1", "KZ-MVD"), ("XB-1", "BY-MVD"), ("XA-1", "XA-C")):
        assert applying(world, world.bodies[one], world.bodies[other], date(2026, 3, 2)) == ()


PAIRS = [
    ("KZ-MVD", "AM-POL", {"csto-2004", "kz-am-2025"}),
    ("KZ-MVD", "LT-CB", {"kz-lt-2015"}),
    ("KZ-MVD", "BY-MVD", {"csto-2004"}),
    ("AM-POL", "LT-CB", set()),
    ("BY-MVD", "CSTO-SEC", {"csto-2004"}),
    ("LT-CB", "CSTO-SEC", set()),
    ("KZ-MVD", "CSTO-CLUB", set()),
    ("KZ-MVD", "KZ-NSC", set()),
]


@pytest.mark.parametrize(("one", "other", "expected"), PAIRS)
def test_all_regimes_in_force_between_two_bodies_apply_together(one: str, other: str, expected: set[str]) -> None:
    for first, second in ((one, other), (other, one)):
        found = applying(scene(), BODIES[first], BODIES[second], date(2026, 3, 2))
        assert {regime.id for regime in found} == expected


def consents(regime: str, when: Origin = Origin.RECEIVED) -> dict[ConsentKind, set[tuple[str, str]]]:
    found: dict[ConsentKind, set[tuple[str, str]]] = {}
    for rule in REGIMES[regime].consents:
        if rule.when is when:
            found.setdefault(rule.kind, set()).add((rule.of.value, rule.rule))
    return found


def test_section_6_whose_consent_each_regime_asks_for() -> None:
    """The table of section 6, column by column, for what was received."""
    assert consents("csto-2004") == {
        ConsentKind.THIRD_PARTY: {("giver_party", "A-5.3")},
        ConsentKind.REGRADE: {("giver", "A-7.5")},
        ConsentKind.DECLASSIFY: {("giver", "A-7.5")},
        ConsentKind.RETURN: {("giver", "A-7.8")},
        ConsentKind.DESTROY: {("giver", "A-7.8")},
    }
    assert consents("kz-am-2025") == {
        ConsentKind.THIRD_PARTY: {("giver_party", "KA-4")},
        ConsentKind.COPY: {("giver", "KA-6.5")},
        ConsentKind.TRANSLATE: {("giver", "KA-6.5")},
        ConsentKind.REGRADE: {("giver", "KA-6.3")},
        ConsentKind.DECLASSIFY: {("giver", "KA-6.4")},
        ConsentKind.RETURN: {("giver", "KA-6.6")},
        ConsentKind.DESTROY: {("giver", "KA-6.6")},
    }
    assert consents("kz-lt-2015") == {
        ConsentKind.THIRD_PARTY: {("giver_competent", "KL-4")},
        ConsentKind.COPY: {("giver", "KL-7.1")},
        ConsentKind.TRANSLATE: {("giver", "KL-7.1")},
        ConsentKind.REGRADE: {("giver_party", "KL-4")},
        ConsentKind.DECLASSIFY: {("giver_party", "KL-4")},
        ConsentKind.DESTROY: {("giver", "KL-7.6")},
    }


def test_section_6_channels_and_what_they_need() -> None:
    found = {
        code: {rule.channel.value: rule.needs.value for rule in regime.channels} for code, regime in REGIMES.items()
    }
    assert found == {
        "csto-2004": {"diplomatic": "nothing", "courier": "nothing", "authorised_service": "agreement"},
        "kz-am-2025": {
            "diplomatic": "nothing",
            "courier": "nothing",
            "authorised_service": "agreement",
            "electronic": "means",
        },
        "kz-lt-2015": {
            "diplomatic": "nothing",
            "courier": "agreement",
            "authorised_service": "agreement",
            "electronic": "means",
        },
    }
    assert orders()["KZ"].value.channels.channels == (Channel.DIPLOMATIC, Channel.COURIER, Channel.ELECTRONIC)


def test_section_6_survival_and_breach() -> None:
    assert {code: regime.survival.until for code, regime in REGIMES.items()} == {
        "csto-2004": "mark_removed",
        "kz-am-2025": "destroyed_or_declassified",
        "kz-lt-2015": "released",
    }
    assert {code: regime.breach.disclosure_only for code, regime in REGIMES.items()} == {
        "csto-2004": False,
        "kz-am-2025": True,
        "kz-lt-2015": False,
    }


def test_every_term_of_the_product_is_marked_as_its_own() -> None:
    for regime in REGIMES.values():
        assert set(regime.terms) == set(DutyKind)
        assert all(term.product for term in regime.terms.values())


def test_marks_have_an_order_and_a_highest() -> None:
    ordered = list(Mark)
    for index, mark in enumerate(ordered):
        assert all(covers(mark, lower) for lower in ordered[index:])
        assert not any(covers(mark, higher) for higher in ordered[:index])
    assert highest([Mark.RESTRICTED, Mark.TOP_SECRET, Mark.SECRET]) is Mark.TOP_SECRET
    assert highest([]) is None


def test_the_mark_to_add_is_the_highest_that_any_regime_asks_for() -> None:
    raised = REGIMES["kz-am-2025"].model_copy(update={"equal": (Mark.SECRET,)})
    assert recipient_mark((REGIMES["csto-2004"], raised), "KZ", "AM", Mark.SECRET) is Mark.SECRET
    assert recipient_mark((REGIMES["csto-2004"], raised), "KZ", "AM", Mark.TOP_SECRET) is None
    assert recipient_mark((), "KZ", "AM", Mark.SECRET) is None
    assert scheme(REGIMES.values(), "KZ") == frozenset(Mark) - {Mark.CONFIDENTIAL}


@pytest.mark.parametrize(
    "change",
    [
        {"parties": {}},
        {"terms": {}},
        {"equal": []},
        {"equal_rule": None},
        {"equal": ["restricted"]},
        {"channels": []},
        {"unknown": 1},
        {"equivalence": [{"sender": "KZ", "recipient": "KZ", "rule": "A-3", "marks": {}}]},
        {"equivalence": [{"sender": "KZ", "recipient": "XX", "rule": "A-3", "marks": {}}]},
        {"equivalence": [{"sender": "KZ", "recipient": "AM", "rule": "A-3", "marks": {"confidential": "secret"}}]},
        {"bulky_rule": "somewhere"},
    ],
)
def test_a_regime_that_is_not_whole_is_refused(change: dict[str, Any]) -> None:
    data = tomllib.loads(regimes()["csto-2004"].source.decode())
    with pytest.raises(ValidationError):
        Regime.model_validate({**data, **change}, strict=False)


def test_a_visit_has_one_lead_and_an_order_all_its_terms() -> None:
    data = tomllib.loads(regimes()["kz-am-2025"].source.decode())
    with pytest.raises(ValidationError):
        Regime.model_validate({**data, "visits": {**data["visits"], "days": 30}}, strict=False)
    order = tomllib.loads(orders()["KZ"].source.decode())
    with pytest.raises(ValidationError):
        ReleaseOrder.model_validate({**order, "steps": {}}, strict=False)
    assert read_order(orders()["KZ"].source) == orders()["KZ"].value


def test_a_treaty_that_came_into_force_after_the_decision_asks_for_a_new_one() -> None:
    before = tuple(
        replace(each, since=date(2026, 3, 3)) if each.regime == "kz-am-2025" else each for each in bindings()
    )
    story: Story = registered("AM-POL", scene(bindings=before))
    fields = release_fields(story.item, "", "KZ-MVD", procedure=..., own_consent=..., recipient_cleared=...)
    story = story.does("AM-POL", "authorise_release", **fields).after(days=1)
    assert "regime_not_decided" in story.refused("AM-POL", "dispatch", **dispatch(story, release=1)).codes
