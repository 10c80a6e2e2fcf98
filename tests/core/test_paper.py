"""Acts of bodies without a node, entered from paper: who may say how it came, and what it does to lateness."""

from datetime import timedelta
from typing import Any

import pytest

from exchange.core.fold import fold
from schemas.vocabulary import ObligationKind, ObligationState
from tests.core import cases
from tests.core.cases import NOON, Case, sent, stamp, system_of

BODY = {"name": "Следственный комитет", "address": "Москва"}


def paper(**changes: Any) -> dict[str, Any]:
    """Return how a paper came: dated on the second day, stamped on the third."""
    return {"number": "17/4-22", "dated": "2026-03-02", "received_at": stamp(NOON + timedelta(days=2)), **changes}


def passed_on() -> Case:
    """Return a case whose holder is a body on paper, its receipt entered, three days after noon."""
    case = sent().does("redirect", to_body=BODY, reason="не наше").after(days=1)
    return case.does("receive", received_at=stamp(case.now)).after(days=2)


def to_courier() -> Case:
    """Return a case at an authority that is reached by courier."""
    case = sent(requested_authority="TJ-GKNB").after(days=1)
    return case.does("receive", received_at=stamp(case.now)).after(days=2)


@pytest.mark.parametrize("case", [passed_on(), to_courier()], ids=["steward", "own registrar"])
def test_p_6_3_who_enters_an_act_says_how_its_paper_came(case: Case) -> None:
    done = case.does("accept", paper=paper())
    body: Any = done.record[-1].body
    assert body.paper.number == "17/4-22"
    assert fold("REQ-1", done.record) == done.request


def test_p_6_3_nobody_on_the_node_writes_on_paper() -> None:
    assert sent().after(days=3).objections("accept", paper=paper()) == {"paper_not_entered"}
    case = passed_on()
    assert case.objections("note", case.requesting(), text="а", paper=paper()) == {"paper_not_entered"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"received_at": stamp(NOON + timedelta(days=4))}, "paper_in_future"),
        ({"received_at": stamp(NOON - timedelta(seconds=1)), "dated": "2026-03-01"}, "paper_before_dispatch"),
        ({"dated": "2026-02-28"}, "paper_before_dispatch"),
        ({"dated": "2026-03-04"}, "paper_dated_after_receipt"),
    ],
)
def test_a_paper_cannot_have_come_when_it_cannot(changes: dict[str, Any], code: str) -> None:
    assert to_courier().objections("note", text="а", paper=paper(**changes)) == {code}


def test_the_days_of_a_paper_are_those_of_the_holder() -> None:
    """Dispatched at 20:30 UTC on the first, which is the second of March in Dushanbe."""
    case = sent(NOON.replace(hour=20, minute=30), requested_authority="TJ-GKNB").after(days=3)
    assert case.objections("note", text="а", paper=paper(dated="2026-03-01")) == {"paper_before_dispatch"}
    case.does("note", text="а", paper=paper(dated="2026-03-02", received_at=stamp(case.now)))


def test_p_7_2_what_counts_for_lateness_is_the_entry_and_not_the_stamp() -> None:
    case = to_courier().after(days=40)
    items = [{"number": 1, "outcome": "1"}, {"number": 2, "outcome": "2"}]
    done = case.does("report_results", items=items, text="всё", final=True, paper=paper())
    assert done.duty().state is ObligationState.MET_LATE
    assert done.duty(ObligationKind.REDIRECT).state is ObligationState.VOID


def test_an_act_without_paper_is_kept_as_it_always_was() -> None:
    assert "paper" not in cases.act("accept").model_dump(mode="json")
    assert "paper" not in cases.act("accept").model_dump_json()


def test_only_the_system_of_the_steward_enters_for_the_body() -> None:
    case = passed_on()
    assert "former_holder" not in case.objections(
        "note", system_of("RU-MVD"), text="а", paper=paper(dated="2026-02-01")
    )
