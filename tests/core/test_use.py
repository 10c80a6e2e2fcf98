"""What may be done with what was received (Articles 7 and 10)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.core.lawful import allowed_acts
from exchange.core.use import use_of
from schemas.acts import DenyOtherUse, GrantOtherUse
from schemas.vocabulary import ActKind, AskKind, UseState
from tests.core.cases import NOON, Case, lawful_fields, sent

PURPOSE = "установить владельца сервера"
CONDITIONS: dict[str, Any] = {"conditions": "тайна", "ground": "следствие", "consultation": "по телефону"}


def reported(case: Case | None = None) -> Case:
    return (case or sent()).does("report_results", items=[{"number": 1, "outcome": "есть"}], text="а", final=False)


def purposes(case: Case) -> list[tuple[str, int | None, int, str]]:
    return [(of.purpose, of.number, of.since.seq, of.since.by) for of in use_of(case.request).purposes]


def test_p_10_2_results_may_be_used_for_the_purpose_stated_in_the_request_and_no_other() -> None:
    use = use_of(reported().request)
    assert purposes(reported()) == [(PURPOSE, None, 1, "KZ-MVD")]
    assert use.purposes[0].since.at == NOON
    assert (use.conditions, use.not_granted) == ((), ())


def test_p_10_2_another_use_waits_until_the_authority_that_gave_the_information_consents() -> None:
    asked = reported().does("ask_other_use", purpose="гражданский иск")
    assert purposes(asked) == [(PURPOSE, None, 1, "KZ-MVD")]
    (waiting,) = use_of(asked.request).not_granted
    assert (waiting.purpose, waiting.number, waiting.state) == ("гражданский иск", 1, UseState.WAITING)
    assert (waiting.answered, waiting.reason) == (None, None)
    granted = asked.does("grant_other_use", other_use_number=1)
    assert purposes(granted)[1:] == [("гражданский иск", 1, granted.request.seq, "RU-MVD")]
    assert use_of(granted.request).not_granted == ()


def test_p_10_2_a_denied_use_is_shown_with_its_reason_and_is_no_purpose() -> None:
    asked = reported().does("ask_other_use", purpose="иск").does("ask_other_use", purpose="научная работа")
    denied = asked.does("deny_other_use", other_use_number=1, reason="следствие идёт")
    assert purposes(denied) == [(PURPOSE, None, 1, "KZ-MVD")]
    first, second = use_of(denied.request).not_granted
    assert (first.state, first.reason, first.answered and first.answered.by) == (
        UseState.DENIED,
        "следствие идёт",
        "RU-MVD",
    )
    assert (second.number, second.state) == (2, UseState.WAITING)


def test_p_7_7_conditions_bind_from_the_entry_that_accepted_them() -> None:
    offered = sent().does("offer_conditions", **CONDITIONS)
    assert use_of(offered.request).conditions == ()
    accepted = offered.does("accept_conditions")
    (bound,) = use_of(accepted.request).conditions
    assert (bound.conditions, bound.ground) == ("тайна", "следствие")
    assert (bound.since.seq, bound.since.by) == (accepted.request.seq, "KZ-MVD")


def test_p_7_7_declined_conditions_do_not_bind_and_later_ones_add_to_the_earlier() -> None:
    declined = sent().does("offer_conditions", **CONDITIONS).does("decline_conditions", reason="нет")
    assert use_of(declined.request).conditions == ()
    case = sent()
    for words in ("тайна", "не позднее мая"):
        case = case.does("offer_conditions", **{**CONDITIONS, "conditions": words}).does("accept_conditions")
    bound = use_of(reported(case).request).conditions
    assert [of.conditions for of in bound] == ["тайна", "не позднее мая"]
    assert bound[0].since.seq < bound[1].since.seq


@pytest.mark.parametrize("final", [True, False])
def test_p_7_7_conditions_go_on_binding_after_the_end(final: bool) -> None:
    case = sent().does("offer_conditions", **CONDITIONS).does("accept_conditions")
    items = [{"number": 1, "outcome": "а"}, {"number": 2, "outcome": "б"}]
    done = case.does("report_results", items=items, text="а", final=final)
    assert [of.conditions for of in use_of(done.request).conditions] == ["тайна"]


CHOSEN = (
    *(ActKind.OFFER_CONDITIONS, ActKind.ACCEPT_CONDITIONS, ActKind.DECLINE_CONDITIONS, ActKind.REPORT_RESULTS),
    *(ActKind.ASK_OTHER_USE, ActKind.GRANT_OTHER_USE, ActKind.DENY_OTHER_USE),
)


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_p_10_2_along_every_path_each_purpose_and_condition_names_the_entry_that_agreed_to_it(
    data: st.DataObject,
) -> None:
    """What is agreed to is what the record's own entries say, each once."""
    case = sent()
    for _ in range(data.draw(st.integers(0, 14))):
        choices = [
            (by, row.kind)
            for by in (case.requesting(), case.holder())
            for row in allowed_acts(case.request, by)
            if row.kind in CHOSEN
        ]
        if not choices:
            break
        by, kind = data.draw(st.sampled_from(choices))
        fields = lawful_fields(case.request, kind, by, case.now)
        if kind is ActKind.REPORT_RESULTS:
            fields = {**fields, "final": False, "items": [{"number": 1, "outcome": "а"}]}
        case = case.does(kind.value, by=by, **fields)
    use, by_seq = use_of(case.request), {entry.seq: entry for entry in case.record}
    for bound in use.conditions:
        assert by_seq[bound.since.seq].kind is ActKind.ACCEPT_CONDITIONS
    assert len(use.conditions) == sum(entry.kind is ActKind.ACCEPT_CONDITIONS for entry in case.record)
    for purpose in use.purposes[1:]:
        body = by_seq[purpose.since.seq].body
        assert isinstance(body, GrantOtherUse)
        assert body.other_use_number == purpose.number
    denied = [asked for asked in use.not_granted if asked.state is UseState.DENIED]
    assert len(denied) == sum(isinstance(entry.body, DenyOtherUse) for entry in case.record)
    asks = case.request.asked(AskKind.OTHER_USE)
    told = [*(of.number for of in use.purposes[1:]), *(of.number for of in use.not_granted)]
    assert sorted(of.number for of in asks) == sorted(number or 0 for number in told)
