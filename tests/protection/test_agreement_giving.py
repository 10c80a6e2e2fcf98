"""The Agreement of 18 June 2004, articles 6, 11 and 14 to 16: giving, visits, from when and how long it binds."""

from datetime import date, timedelta

import pytest

from exchange.protection.core.objections import Refusal
from exchange.protection.core.regimes import applying
from exchange.protection.core.scene import Binding
from exchange.protection.core.visits import Visit, answer_visit, decide_visit
from schemas.release import ConsentVisit
from schemas.secrecy import DutyState, Mark
from tests.protection.cases import (
    BODIES,
    NOON,
    bindings,
    dispatch,
    law,
    officer,
    paper,
    registered,
    release_fields,
    scene,
    stamp,
    way,
    why,
)
from tests.protection.stories import destruction, from_ru_to_by, reads, visit

A = law().regimes["csto-2004"]


def test_a_6_1_the_sender_decides_case_by_case() -> None:
    story = registered("RU-MVD", copies=2)
    refusal = story.refused("RU-MVD", "dispatch", **dispatch(story))
    assert why(refusal) == (("release_unknown",), {"A-6.1"})
    story = story.releases("RU-MVD", "BY-MVD")
    refusal = story.refused("RU-MVD", "dispatch", **dispatch(story, (1, 2), release=1))
    assert refusal.codes == ("copies_beyond_release",)
    sent = story.does("RU-MVD", "dispatch", **dispatch(story, release=1))
    assert "release_used" in sent.refused("RU-MVD", "dispatch", **dispatch(story, (2,), release=1)).codes


@pytest.mark.parametrize(
    ("channel", "code"),
    [
        ("diplomatic", None),
        ("courier", None),
        ("authorised_service", "channel_not_agreed"),
        ("electronic", "channel_closed"),
    ],
)
def test_a_6_2_by_diplomatic_channels_courier_or_an_authorised_service_under_agreements(
    channel: str, code: str | None
) -> None:
    story = registered("RU-MVD").releases("RU-MVD", "BY-MVD")
    fields = dispatch(story, release=1, channel=channel, transport=...)
    if code is None:
        assert story.does("RU-MVD", "dispatch", **fields)
        return
    refusal = story.refused("RU-MVD", "dispatch", **fields)
    assert (code, "A-6.2") in {(each.code, each.rule) for each in refusal.objections}
    agreed = story.within(ways=(way("csto-2004", "RU BY", "authorised_service"),))
    if channel == "authorised_service":
        assert agreed.does("RU-MVD", "dispatch", **fields)


def test_a_6_3_the_receiving_body_confirms_receipt_and_is_reminded_of_it() -> None:
    story = registered("RU-MVD").releases("RU-MVD", "BY-MVD")
    story = story.does("RU-MVD", "dispatch", **dispatch(story, release=1))
    assert ("BY-MVD", "dispatch", "A-6.3") in story.notices
    duty = story.item.duties[0]
    assert (duty.kind, duty.body.code, duty.state) == ("receipt", "BY-MVD", DutyState.RUNNING)
    assert not story.item.held_by("BY-MVD")
    assert isinstance(reads(story, "p", "BY-MVD", Mark.SECRET), Refusal)
    received = story.receives("BY-MVD")
    assert received.item.duties[0].state is DutyState.MET
    assert ("RU-MVD", "receipt", "A-6.3") in received.notices
    assert story.after(days=60).item.duties[0].overdue(NOON + timedelta(days=60))


def test_a_6_3_a_receipt_is_neither_before_the_dispatch_nor_in_the_future() -> None:
    story = registered("RU-MVD").releases("RU-MVD", "BY-MVD")
    story = story.does("RU-MVD", "dispatch", **dispatch(story, release=1))
    fields = {"copies": [1], "form": "written", "reference": paper(), "own_number": "1", "own_mark": "secret"}
    for moment in (NOON - timedelta(hours=1), NOON + timedelta(hours=1)):
        refusal = story.refused("BY-MVD", "confirm_receipt", received_at=stamp(moment), **fields)
        assert refusal.codes == ("dispatched_later",)
    refusal = story.refused("RU-MVD", "confirm_receipt", received_at=stamp(NOON), **fields)
    assert "wrong_body" in refusal.codes


def test_a_6_4_bulky_carriers_travel_by_a_route_fixed_for_the_case() -> None:
    story = registered("RU-MVD", bulky=True).releases("RU-MVD", "BY-MVD")
    refusal = story.refused("RU-MVD", "dispatch", **dispatch(story, release=1, transport=...))
    assert why(refusal) == (("transport_missing",), {"A-6.4"})
    assert story.does("RU-MVD", "dispatch", **dispatch(story, release=1))


def test_a_6_5_a_visit_takes_the_consent_of_the_hosts_competent_body_and_the_degree_told_before() -> None:
    asked = decide_visit("V-1", visit(), officer("RU-MVD"), scene(), NOON)
    assert isinstance(asked, Visit)
    assert asked.competent == {"BY-KGB"}
    consent = ConsentVisit.model_validate({"act": "consent_visit", "reference": paper()}, strict=False)
    refusal = answer_visit(asked, consent, officer("BY-MVD"), scene())
    assert isinstance(refusal, Refusal)
    assert set(refusal.codes) == {"not_the_host", "degree_missing"}
    assert "A-6.5" in refusal.rules
    named = consent.model_copy(update={"degree": Mark.SECRET})
    answered = answer_visit(asked, named, officer("BY-KGB"), scene())
    assert isinstance(answered, Visit)
    assert answered.state == "consented"
    again = answer_visit(answered, named, officer("BY-KGB"), scene())
    assert isinstance(again, Refusal)
    assert again.codes == ("visit_answered",)


def test_a_11_a_bilateral_treaty_adds_its_channels_and_all_duties_add_up() -> None:
    regimes = applying(scene(), BODIES["KZ-MVD"], BODIES["AM-POL"], date(2026, 3, 2))
    assert {regime.id for regime in regimes} == {"csto-2004", "kz-am-2025"}
    story = registered(content={"sha256": "0" * 64, "size": 9}, kind="electronic").releases("KZ-MVD", "AM-POL")
    fields = dispatch(story, release=1, channel="electronic", means="M-AM", transport=...)
    assert story.does("KZ-MVD", "dispatch", **fields)
    alone = story.within(bindings=tuple(each for each in bindings() if each.regime == "csto-2004"))
    assert alone.refused("KZ-MVD", "dispatch", **fields).codes == ("channel_closed",)


def test_a_14_it_binds_each_party_from_its_own_day() -> None:
    late = tuple(
        Binding(each.regime, each.party, date(2026, 3, 3)) if each.party == "BY" else each for each in bindings()
    )
    story = registered("RU-MVD", scene(bindings=late))
    fields = release_fields(story.item, "", "BY-MVD", procedure=...)
    refusal = story.refused("RU-MVD", "authorise_release", **fields)
    assert why(refusal) == (("no_regime",), {"A-14"})
    assert story.after(days=1).does("RU-MVD", "authorise_release", **fields)


def test_a_15_a_16_leaving_ends_sending_and_never_protection() -> None:
    story = from_ru_to_by()
    left = tuple(
        Binding(each.regime, each.party, each.since, date(2026, 3, 2)) if each.party == "BY" else each
        for each in bindings()
    )
    after = story.within(bindings=left)
    fields = release_fields(story.item, "", "BY-MVD", procedure=...)
    assert "no_regime" in after.refused("RU-MVD", "authorise_release", **fields).codes
    assert after.refused("BY-MVD", "destroy", **destruction()).rules == {"A-7.8"}
    assert after.refused("BY-MVD", "declassify", ground="вышли").rules == {"A-7.5"}
    assert isinstance(reads(after, "p", "BY-MVD"), Refusal)
    back = after.asks("BY-MVD", "return", copies=[1]).consents("RU-MVD")
    fields = {"copies": [1], "channel": "courier", "cover_document": paper(), "consent": 1}
    assert back.does("BY-MVD", "return", **fields)
    assert A.force.notice_months == 6
