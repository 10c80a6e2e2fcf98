"""Kazakhstan's Rules No. 1355: a test for each rule of section 5 that is a duty of software."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from exchange.protection.core.objections import Refusal
from exchange.protection.core.release import (
    Case,
    ReleaseDecision,
    checklist,
    decide_proposal,
    decide_release,
    overdue,
    release_acts,
    rule_of_act,
)
from exchange.protection.core.reminders import Moment, moments, plan
from exchange.protection.core.scene import Caller, Scene
from schemas.regimes import Regime
from schemas.release import Propose, ReleaseBody
from schemas.secrecy import DutyState, Mark, ReleaseAct, ReleaseDuty, ReleaseState, TreatyElement
from schemas.vocabulary import Role
from tests.protection.cases import (
    NOON,
    bindings,
    dispatch,
    law,
    officer,
    outcome,
    paper,
    registered,
    release_fields,
    scene,
    way,
    why,
)

KZ = law().orders["KZ"]
BODIES: TypeAdapter[ReleaseBody] = TypeAdapter(ReleaseBody)

CONTENTS: dict[str, Any] = {
    "recipient": "AM-POL",
    "purpose": "розыск",
    "secrets": [{"designation": "Справка", "mark": "secret", "classified_by": "МВД", "ground": "перечень, п. 1"}],
    "term": "2027-12-31",
    "effect": "раскрытие преступления; ущерб при разглашении невелик",
    "compensation": "по договору",
}


NOTHING: dict[str, Any] = dict.fromkeys(CONTENTS, ...)


def proposed(
    world: Scene | None = None, mark: Mark = Mark.SECRET, by: str = "KZ-MVD", now: datetime = NOON, **changes: Any
) -> ReleaseDecision | Refusal:
    """Propose the release of an item, with every content unless told otherwise."""
    plain = {"act": "propose", "item": "IT-1", "classification_body": "KZ-NSC", **CONTENTS}
    fields = {name: value for name, value in {**plain, **changes}.items() if value is not ...}
    body = Propose.model_validate(fields, strict=False)
    return decide_proposal("P-1", body, mark, officer(by), "KZ-NSC", world or scene(), now)


def whole(**changes: Any) -> Case:
    answer = proposed(**changes)
    assert isinstance(answer, ReleaseDecision), answer.objections
    return answer.case


def does(case: Case, by: str, kind: str, now: datetime = NOON, **fields: Any) -> ReleaseDecision | Refusal:
    body = BODIES.validate_python({"act": kind, **fields}, strict=False)
    return decide_release(case, body, officer(by), scene(), now)


def taken(answer: ReleaseDecision | Refusal) -> Case:
    assert isinstance(answer, ReleaseDecision), answer.objections
    return answer.case


def refused(answer: object) -> Refusal:
    assert isinstance(answer, Refusal)
    return answer


def decided(case: Case, **changes: Any) -> Case:
    fields = {"positive": True, "decision": paper(), **changes}
    return taken(does(case, "KZ-NSC", "decide_classification_body", **fields))


def concluded(case: Case, now: datetime = NOON, **changes: Any) -> Case:
    fields = {"possible": True, "expedient": True, "conclusion": paper(), **changes}
    return taken(does(case, "KZ-NSC", "conclude_expert", now, **fields))


def approved() -> Case:
    case = concluded(decided(whole()))
    return taken(does(case, "KZ-MVD", "decide_government", positive=True, decision=paper("№ 1")))


def test_r_3_transfer_follows_the_governments_decision_on_the_expert_conclusion() -> None:
    case = whole()
    assert case.state is ReleaseState.PROPOSED
    early = refused(does(case, "KZ-MVD", "decide_government", positive=True, decision=paper()))
    assert "wrong_step" in early.codes
    assert approved().state is ReleaseState.APPROVED
    assert approved().outcome.approved
    assert not case.outcome.approved


def test_r_3_a_state_without_an_order_decides_in_one_step() -> None:
    refusal = refused(proposed(by="AM-POL", recipient="KZ-MVD"))
    assert why(refusal) == (("no_order",), {"R-3"})
    story = registered("AM-POL")
    assert story.does("AM-POL", "authorise_release", **release_fields(story.item, "", "KZ-MVD", procedure=...))


def test_r_3_the_restricted_marking_is_no_degree_and_takes_no_procedure() -> None:
    assert why(refused(proposed(mark=Mark.RESTRICTED))) == (("not_secret_here",), {"KL-3"})


@pytest.mark.parametrize("regime", ["csto-2004", "kz-am-2025", "kz-lt-2015"])
def test_r_4_the_eight_elements_are_answered_from_each_regimes_data(regime: str) -> None:
    answered = checklist(KZ, (law().regimes[regime],))
    assert [each.element for each in answered] == list(TreatyElement)
    prefix = {"csto-2004": "A-", "kz-am-2025": "KA-", "kz-lt-2015": "KL-"}[regime]
    assert all(each.rules and all(rule.startswith(prefix) for rule in each.rules) for each in answered)


def lacking(element: str) -> Scene:
    """Return a world whose only regime with Armenia lacks an element."""
    plain: Regime = law().regimes["kz-am-2025"]
    rows = tuple(row for row in plain.treaty if row.element != element)
    return scene(
        law=replace(law(), regimes={"kz-am-2025": plain.model_copy(update={"treaty": rows})}),
        bindings=tuple(each for each in bindings() if each.regime == "kz-am-2025"),
    )


@pytest.mark.parametrize("element", list(TreatyElement))
def test_r_10_a_missing_element_is_named_and_a_draft_amendment_goes_along(element: TreatyElement) -> None:
    refusal = refused(proposed(lacking(element)))
    assert why(refusal) == (("treaty_element_missing",), {"R-10"})
    assert refusal.objections[0].gaps == {"element": element}
    case = whole(world=lacking(element), treaty_draft=paper("проект"))
    assert case.missing == (element,)


def test_r_10_without_a_treaty_the_applicant_sees_to_one() -> None:
    assert why(refused(proposed(scene(bindings=())))) == (("no_treaty",), {"R-10"})


def test_r_5_all_six_contents_and_every_missing_one_named_at_once() -> None:
    refusal = refused(proposed(**NOTHING))
    assert [each.gaps["field"] for each in refusal.objections if "field" in each.gaps] == list(CONTENTS)
    assert refusal.rules == {"R-5"}
    assert refused(proposed(secrets=[])).objections[0].gaps == {"field": "secrets"}


def test_r_5_the_classifying_body_decides_within_20_working_days() -> None:
    """From Monday 2 March 2026: 9, 23, 24 and 25 March are days off."""
    duty = whole().duty(ReleaseDuty.CLASSIFICATION_DECISION)
    assert duty is not None
    assert (duty.body, duty.term.days, duty.term.due_on) == ("KZ-NSC", 20, date(2026, 4, 3))
    assert {each.day.day for each in duty.term.named if each.day.isoweekday() < 6} == {9, 23, 24, 25}
    steps = moments(duty.steps, duty.term.due_at, duty.term.zone)
    assert plan(steps, NOON, NOON + timedelta(days=33)).come == Moment("due", duty.term.due_at)
    late = does(
        whole(), "KZ-NSC", "decide_classification_body", NOON + timedelta(days=40), positive=True, decision=paper()
    )
    closed = taken(late).duty(ReleaseDuty.CLASSIFICATION_DECISION)
    assert closed is not None
    assert closed.state is DutyState.MET_LATE


def test_r_5_only_that_body_decides_and_a_negative_decision_ends_it_with_reasons() -> None:
    fields: dict[str, Any] = {"positive": False, "decision": paper()}
    refusal = refused(does(whole(), "KZ-MVD", "decide_classification_body", reasons="нет", **fields))
    assert why(refusal) == (("wrong_body",), {"R-5"})
    assert refused(does(whole(), "KZ-NSC", "decide_classification_body", **fields)).codes == ("reasons_missing",)
    ended = taken(does(whole(), "KZ-NSC", "decide_classification_body", reasons="не подлежит", **fields))
    assert (ended.state, ended.reasons) == (ReleaseState.REJECTED, "не подлежит")
    assert refused(does(ended, "KZ-NSC", "decide_classification_body", reasons="нет", **fields)).codes == (
        "wrong_step",
    )


def test_r_5_the_term_of_the_giving_bounds_the_release() -> None:
    story = registered()
    done = outcome(story.item, "KZ-MVD", "AM-POL", "розыск", until=date(2026, 6, 1))
    story = story.within(outcomes={"P-1": done})
    for until in ("2026-06-02", ...):
        fields = release_fields(story.item, "", "AM-POL", until=until)
        assert why(story.refused("KZ-MVD", "authorise_release", **fields)) == (("procedure_term",), {"R-5"})
    fields = release_fields(story.item, "", "AM-POL", until="2026-06-01")
    late = story.does("KZ-MVD", "authorise_release", **fields).after(days=100)
    assert "release_over" in late.refused("KZ-MVD", "dispatch", **dispatch(story, release=1)).codes


def test_r_6_the_expert_body_gets_proposal_decision_and_treaty_with_the_positive_decision() -> None:
    answer = does(whole(), "KZ-NSC", "decide_classification_body", positive=True, decision=paper())
    assert isinstance(answer, ReleaseDecision)
    assert answer.told == ("KZ-MVD",)  # the classifying body is the expert body here
    other = replace(whole(), expert_body="KZ-MVD", applicant=replace(whole().applicant, code="KZ-X"))
    told = does(other, "KZ-NSC", "decide_classification_body", positive=True, decision=paper())
    assert isinstance(told, ReleaseDecision)
    assert told.told == ("KZ-MVD", "KZ-X")
    assert other.regimes == ("csto-2004", "kz-am-2025")


def test_r_8_the_conclusion_comes_within_20_working_days_of_the_materials() -> None:
    duty = decided(whole()).duty(ReleaseDuty.EXPERT_CONCLUSION)
    assert duty is not None
    assert (duty.body, duty.term.due_on, duty.term.rule) == ("KZ-NSC", date(2026, 4, 3), "R-8")
    earlier = datetime(2026, 2, 26, 7, 0, tzinfo=UTC)
    named = decided(whole(), materials_received_at=earlier).duty(ReleaseDuty.EXPERT_CONCLUSION)
    assert named is not None
    assert named.term.due_on == date(2026, 4, 1)
    refusal = refused(
        does(
            whole(),
            "KZ-NSC",
            "decide_classification_body",
            positive=True,
            decision=paper(),
            materials_received_at=NOON + timedelta(minutes=1),
        )
    )
    assert refusal.codes == ("decision_in_future",)


def test_r_8_one_extension_by_up_to_five_working_days_and_the_applicant_is_told() -> None:
    case = decided(whole())
    refusal = refused(does(case, "KZ-NSC", "extend_expert", working_days=6, reason="экспертиза"))
    assert why(refusal) == (("extension_too_long",), {"R-8"})
    answer = does(case, "KZ-NSC", "extend_expert", working_days=5, reason="экспертиза")
    assert isinstance(answer, ReleaseDecision)
    assert answer.told == ("KZ-MVD",)
    duty = answer.case.duty(ReleaseDuty.EXPERT_CONCLUSION)
    assert duty is not None
    assert (duty.term.days, duty.term.due_on, duty.extended_by) == (25, date(2026, 4, 10), 5)
    again = refused(does(answer.case, "KZ-NSC", "extend_expert", working_days=1, reason="ещё"))
    assert why(again) == (("extended_already",), {"R-8"})


def test_r_8_no_extension_after_the_term_and_a_late_conclusion_is_marked() -> None:
    case, later = decided(whole()), NOON + timedelta(days=40)
    assert [each.kind for each in overdue(case, later)] == [ReleaseDuty.EXPERT_CONCLUSION]
    refusal = refused(does(case, "KZ-NSC", "extend_expert", later, working_days=1, reason="а"))
    assert why(refusal) == (("term_over",), {"R-8"})
    duty = concluded(case, later).duty(ReleaseDuty.EXPERT_CONCLUSION)
    assert duty is not None
    assert duty.state is DutyState.MET_LATE


def test_r_8_a_conclusion_that_finds_it_impossible_or_inexpedient_ends_the_procedure() -> None:
    verdicts: list[dict[str, Any]] = [{"possible": False}, {"expedient": False}]
    for verdict in verdicts:
        ended = concluded(decided(whole()), reasons="рано", **verdict)
        assert ended.state is ReleaseState.REJECTED


def test_r_9_the_applicant_enters_the_governments_decision() -> None:
    case = concluded(decided(whole()))
    refusal = refused(does(case, "KZ-NSC", "decide_government", positive=True, decision=paper()))
    assert why(refusal) == (("wrong_body",), {"R-9"})
    future = refused(does(case, "KZ-MVD", "decide_government", positive=True, decision=paper(day="2026-03-03")))
    assert why(future) == (("decision_in_future",), {"R-9"})
    ended = taken(does(case, "KZ-MVD", "decide_government", positive=False, decision=paper(), reasons="нет"))
    assert ended.state is ReleaseState.REJECTED


def test_r_11_the_release_rests_on_the_decision_for_this_item_recipient_and_purpose() -> None:
    story = registered()
    fields = release_fields(story.item, "", "AM-POL")
    assert why(story.refused("KZ-MVD", "authorise_release", **fields)) == (("procedure_missing",), {"R-11"})
    good = outcome(story.item, "KZ-MVD", "AM-POL", "розыск")
    changes: list[dict[str, Any]] = [
        {"item": "IT-2"},
        {"recipient": "AM-NSS"},
        {"purpose": "иное"},
        {"sender": "KZ-NSC"},
    ]
    for change in changes:
        refusal = story.within(outcomes={"P-1": replace(good, **change)}).refused(
            "KZ-MVD", "authorise_release", **fields
        )
        assert why(refusal) == (("procedure_other",), {"R-11"})
    rejected = story.within(outcomes={"P-1": replace(good, approved=False)})
    assert why(rejected.refused("KZ-MVD", "authorise_release", **fields)) == (("procedure_not_approved",), {"R-11"})
    assert story.within(outcomes={"P-1": approved().outcome}).does("KZ-MVD", "authorise_release", **fields)


def test_r_12_a_kazakh_sender_uses_diplomatic_channels_courier_or_encrypted_communication_alone() -> None:
    ways = (way("csto-2004", "KZ BY", "authorised_service"),)
    story = registered(world=scene(ways=ways)).releases("KZ-MVD", "BY-MVD")
    fields = dispatch(story, release=1, channel="authorised_service")
    assert why(story.refused("KZ-MVD", "dispatch", **fields)) == (("channel_narrowed",), {"R-12"})
    back = registered("BY-MVD", scene(ways=ways)).releases("BY-MVD", "KZ-MVD")
    assert back.does("BY-MVD", "dispatch", **dispatch(back, release=1, channel="authorised_service"))


def test_r_12_what_goes_back_to_its_giver_is_no_secret_of_the_holder() -> None:
    ways = (way("csto-2004", "KZ BY", "authorised_service"),)
    story = registered("BY-MVD", scene(ways=ways)).gives("BY-MVD", "KZ-MVD")
    story = story.asks("KZ-MVD", "return", copies=[1]).consents("BY-MVD")
    fields = {"copies": [1], "channel": "authorised_service", "cover_document": paper(), "consent": 1}
    assert story.does("KZ-MVD", "return", **fields)


def test_r_13_of_every_transport_means_route_and_escort_are_fixed_and_told() -> None:
    story = registered().releases("KZ-MVD", "BY-MVD")
    refusal = story.refused("KZ-MVD", "dispatch", **dispatch(story, release=1, transport=...))
    assert why(refusal) == (("transport_missing",), {"R-13"})
    sent = story.does("KZ-MVD", "dispatch", **dispatch(story, release=1))
    assert {to for to, _, rule in sent.notices if rule == "R-13"} == {"KZ-NSC", "BY-KGB"}


def test_r_14_treaties_may_add_protection_and_it_adds_up() -> None:
    story = registered(requirements={"text": "не копировать", "most_copies": 1}).gives("KZ-MVD", "BY-MVD")
    made = {"copy_number": 1, "count": 1, "to_whom": "отдел", "made_by": "clerk-BY-MVD"}
    assert "copies_beyond" in story.refused("BY-MVD", "copy", **made).codes


def test_who_may_not_decide_and_what_has_run_out_is_refused() -> None:
    body = Propose.model_validate(
        {"act": "propose", "item": "IT-1", "classification_body": "KZ-X", **CONTENTS, "term": "2026-03-01"},
        strict=False,
    )
    caller = Caller("KZ-MVD", Role.OFFICER, "person:x")
    refusal = refused(decide_proposal("P-1", body, Mark.SECRET, caller, "KZ-NSC", scene(), NOON))
    assert set(refusal.codes) == {"role_may_not", "body_unknown", "procedure_term"}
    assert refused(proposed(recipient="XX")).codes == ("body_unknown",)


def test_r_3_without_an_expert_body_in_the_registry_nothing_is_proposed() -> None:
    body = Propose.model_validate(
        {"act": "propose", "item": "IT-1", "classification_body": "KZ-NSC", **CONTENTS}, strict=False
    )
    answer = decide_proposal("P-1", body, Mark.SECRET, officer("KZ-MVD"), None, scene(), NOON)
    assert why(refused(answer)) == (("expert_unknown",), {"R-3"})


def test_r_5_the_body_that_classifies_is_one_of_the_applicants_own_state() -> None:
    assert why(refused(proposed(classification_body="AM-NSS"))) == (("body_unknown",), {"R-5"})


def test_r_8_the_next_acts_are_offered_to_whom_they_belong_and_an_extension_once() -> None:
    case = whole()
    assert release_acts(case, officer("KZ-NSC"), NOON) == (ReleaseAct.DECIDE_CLASSIFICATION_BODY,)
    assert release_acts(case, officer("KZ-MVD"), NOON) == ()
    assert release_acts(case, Caller("KZ-NSC", Role.AUDITOR, "person:x"), NOON) == ()
    at_expert = decided(case)
    both = (ReleaseAct.EXTEND_EXPERT, ReleaseAct.CONCLUDE_EXPERT)
    assert release_acts(at_expert, officer("KZ-NSC"), NOON) == both
    longer = taken(does(at_expert, "KZ-NSC", "extend_expert", working_days=5, reason="экспертиза"))
    assert release_acts(longer, officer("KZ-NSC"), NOON) == both[1:]
    assert release_acts(at_expert, officer("KZ-NSC"), NOON + timedelta(days=90)) == both[1:]
    assert release_acts(concluded(at_expert), officer("KZ-MVD"), NOON) == (ReleaseAct.DECIDE_GOVERNMENT,)
    assert rule_of_act(ReleaseAct.DECIDE_GOVERNMENT) == "R-9"
