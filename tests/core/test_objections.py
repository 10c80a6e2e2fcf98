"""Every reason for which an act can be refused: each is reached at least once, with its article and its words."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from exchange.core.access import Actor
from exchange.core.attachments import Upload, of_upload
from exchange.core.decide import Refusal, decide, decide_submission
from exchange.core.errors import Refused, Weight
from exchange.core.objections import GROUNDS, REGISTRY_GROUNDS, Objection
from exchange.core.rules import article
from exchange.core.scene import Party
from exchange.protection.gateway import open_watch
from schemas.vocabulary import Country, Role
from tests.core import cases, drafts, people
from tests.core.cases import HEAD, NOON, Case, act, reading, refused_submission, scene, sent, sent_urgent, stamp
from tests.core.probes import paper

WATCH = open_watch()


Make = Callable[[], Refusal]


OF_REQUESTS = [code for code in GROUNDS if code not in REGISTRY_GROUNDS]


LATER = stamp(NOON + timedelta(hours=2))


EARLIER = stamp(NOON - timedelta(hours=2))


PAPER = {"number": "17/4-22", "dated": "2026-03-01", "received_at": stamp(NOON)}


ITEM = {"form": "training", "text": "обучение"}


def _marked() -> Refusal:
    """Return what the mark guard says to a body, before any law is asked."""
    with pytest.raises(Refused) as refused:
        WATCH.look({"text": "Секретно"})
    return Refusal(tuple(one for one in refused.value.objections if isinstance(one, Objection)))


def _on(case: Case, kind: str, by: Actor | None = None, **fields: Any) -> Refusal:
    """Return the refusal of an act."""
    own = case.requesting() if kind in cases.REQUESTING_ACTS else case.holder()
    answer = case.answer(kind, by or own, **fields)
    assert isinstance(answer, Refusal), f"{kind} was taken"
    return answer


def _stale() -> Refusal:
    answer = decide(sent().request, act("accept"), cases.head_of("RU-MVD"), scene(), reading(), NOON, fresh=False)
    assert isinstance(answer, Refusal)
    return answer


def _not_in_force() -> Refusal:
    left = {**scene().parties, Country.RU: Party(Country.RU, date(2020, 1, 1), left_on=date(2026, 3, 1))}
    answer = decide_submission(
        "REQ-1", cases.submission(), cases.head_of("KZ-MVD"), scene(parties=left), reading(), NOON
    )
    assert isinstance(answer, Refusal)
    return answer


def _before_force() -> Refusal:
    """Article 16: transmitted on the eve of the Protocol's first day for the requesting state."""
    parties = {**scene().parties, Country.KZ: Party(Country.KZ, date(2026, 3, 1))}
    agreement = {"kind": "ad_hoc", "citation": "а", "date": "2026-02-28"}
    urgent = cases.urgent_json(transmitted_at="2026-02-28T18:59:59Z", agreement=agreement)
    body = cases.submission(urgent=urgent, signatory=...)
    answer = decide_submission("REQ-1", body, cases.head_of("KZ-MVD"), scene(parties=parties), reading(), NOON)
    assert isinstance(answer, Refusal)
    return answer


def _file(
    *, name: str = "a", media_type: str = "text/plain", sha256: str | None = None, size: int = 1, lies: bool = False
) -> Refusal:
    """Return the refusal of a file."""
    upload = Upload(name=name, media_type=media_type, sha256=sha256)
    return Refusal(tuple(of_upload(upload, size=size, digest="0" * 64, found="text/plain", lies=lies)))


def _refused(**changes: Any) -> Make:
    return lambda: refused_submission(**changes)


def _urgent(**changes: Any) -> Make:
    return lambda: refused_submission(urgent=cases.urgent_json(**changes), signatory=...)


def _passed_on() -> Case:
    return sent().after(hours=1).does("redirect", to_authority="RU-POST", reason="нет")


def _refuse(case: Case, items: Any) -> Refusal:
    return _on(case, "refuse", items=items, reasons="а", national_law="б")


def _report(case: Case, *numbers: int, final: bool = True, **more: Any) -> Refusal:
    items = [{"number": number, "outcome": "да"} for number in numbers]
    return _on(case, "report_results", items=items, text="а", final=final, **more)


def _reported(number: int = 1) -> Case:
    items = [{"number": number, "outcome": "да"}]
    return sent().does("report_results", items=items, text="а", final=False)


PROBES: dict[str, Make] = {
    "not_a_competent_authority": lambda: refused_submission(by=cases.head_of("RU-POST")),
    "wrong_side": lambda: _on(sent(), "accept", cases.head_of("KZ-MVD")),
    "designation_ended": lambda: _lapsed("RU-KGB"),
    "former_holder": lambda: _on(
        sent().does("redirect", to_authority="RU-FSB", reason="нет"), "note", cases.head_of("RU-MVD"), text="а"
    ),
    "role_may_not": lambda: _on(sent(), "accept", Actor("RU-MVD", Role.AUDITOR)),
    "signature_needed": lambda: refused_submission(by=Actor("KZ-MVD", Role.OFFICER)),
    "own_proposal": lambda: _on(
        sent()
        .does("propose_term", days=45, citation="д")
        .does("propose_term", by=cases.head_of("KZ-MVD"), days=9, citation="д"),
        "agree_term",
        term_number=1,
    ),
    "stale": _stale,
    "not_in_this_state": lambda: _on(sent(), "resume"),
    "receipt_not_entered": lambda: _on(_passed_on(), "accept"),
    "already_received": lambda: _on(sent(), "receive", received_at=stamp(NOON)),
    "not_urgent": lambda: _on(sent(), "confirm", signatory=HEAD),
    "already_confirmed": lambda: _on(sent_urgent().does("confirm", signatory=HEAD), "confirm", signatory=HEAD),
    "no_open_question": lambda: _on(sent(), "provide_information", question_number=1, answer="а"),
    "no_open_term": lambda: _on(sent(), "agree_term", term_number=1),
    "no_open_presence": lambda: _on(sent(), "grant_presence", presence_number=1),
    "no_open_other_use": lambda: _on(_reported(), "grant_other_use", other_use_number=1),
    "no_open_consultation": lambda: _on(sent(), "close_consultation", consultation_number=1, outcome="а"),
    "no_open_costs": lambda: _on(sent(), "agree_costs", costs_number=1),
    "no_results": lambda: _on(sent(), "ask_other_use", purpose="а"),
    "nothing_left": lambda: _refuse(
        sent().does(
            "report_results",
            items=[{"number": 1, "outcome": "а"}, {"number": 2, "outcome": "б"}],
            text="в",
            final=False,
        ),
        "all",
    ),
    "authority_unknown": _refused(requested_authority="RU-POST"),
    "own_state": _refused(requested_authority="KZ-NSC"),
    "not_in_force": _not_in_force,
    "matter_needed": _refused(matters=[]),
    "matter_twice": _refused(matters=["information_technology", "information_technology"]),
    "crime_needed": lambda: refused_submission(
        urgent=cases.urgent_json(), matters=["information_space_protection"], signatory=...
    ),
    "subject_needed": _refused(assistance=[{"form": "information", "text": "а"}]),
    "subject_out_of_place": _refused(assistance=[{**ITEM, "subject": "crimes"}]),
    "citation_needed": _refused(assistance=[{"form": "operational_search", "text": "а"}]),
    "item_number_wrong": _refused(assistance=[{**ITEM, "number": 2}]),
    "protocol_term_is_fixed": _refused(execution_term={"days": 31, "basis": "protocol"}),
    "term_citation_needed": _refused(execution_term={"days": 10, "basis": "treaty"}),
    "signatory_needed": _refused(signatory=...),
    "transmitted_in_future": _urgent(transmitted_at=LATER),
    "transmitted_before_force": _before_force,
    "agreement_unknown": _urgent(agreement={"kind": "standing", "id": "CH-9"}),
    "agreement_not_in_force": _urgent(transmitted_at="2020-12-31T17:59:59Z"),
    "agreement_of_others": lambda: refused_submission(
        requested_authority="BY-MVD", urgent=cases.urgent_json(), signatory=...
    ),
    "agreement_in_future": _urgent(agreement={"kind": "ad_hoc", "citation": "а", "date": "2026-03-02"}),
    "protected_unknown": _refused(protected=["PR-1", "PR-2"]),
    "protected_not_here": _refused(protected={"mark": "секретно", "designation": "1", "kind": "а", "content": "б"}),
    "state_secret_in_open_field": _marked,
    "received_in_future": lambda: _on(paper(), "receive", received_at=LATER),
    "received_before_dispatch": lambda: _on(paper(), "receive", received_at=EARLIER),
    "number_of_the_node": lambda: _on(
        paper(), "receive", received_at=stamp(NOON), register_number="TJ-GKNB/2026/I-00001"
    ),
    "paper_not_entered": lambda: _on(sent(), "note", text="а", paper=PAPER),
    "paper_in_future": lambda: _on(paper(), "note", text="а", paper={**PAPER, "received_at": LATER}),
    "paper_before_dispatch": lambda: _on(paper(), "note", text="а", paper={**PAPER, "dated": "2026-02-28"}),
    "paper_dated_after_receipt": lambda: _on(paper(), "note", text="а", paper={**PAPER, "dated": "2026-03-02"}),
    "redirect_one_target": lambda: _on(sent(), "redirect", reason="а"),
    "redirect_unknown": lambda: _on(sent(), "redirect", to_authority="RU-XXX", reason="а"),
    "redirect_other_state": lambda: _on(sent(), "redirect", to_authority="BY-MVD", reason="а"),
    "redirect_ring": lambda: _on(
        sent().does("redirect", to_authority="RU-FSB", reason="а"), "redirect", to_authority="RU-MVD", reason="б"
    ),
    "sent_in_future": lambda: _on(sent_urgent(), "confirm", signatory=HEAD, sent_at=LATER),
    "sent_before_transmission": lambda: _on(sent_urgent(), "confirm", signatory=HEAD, sent_at=EARLIER),
    "until_in_past": lambda: _on(sent(), "postpone", reason="а", until="2026-02-28"),
    "item_unknown": lambda: _refuse(sent(), [3]),
    "item_refused": lambda: _refuse(sent().does("refuse", items=[1], reasons="а", national_law="б"), [1]),
    "item_reported": lambda: _refuse(_reported(), [1]),
    "item_twice": lambda: _refuse(sent(), [1, 1]),
    "report_empty": lambda: _report(sent(), final=False),
    "report_incomplete": lambda: _report(sent(), 1),
    "executed_in_future": lambda: _report(sent(), 1, 2, executed_at=LATER),
    "executed_before_receipt": lambda: _report(sent(), 1, 2, executed_at=EARLIER),
    "attachment_unknown": lambda: _on(sent(), "note", text="а", attachments=["ATT-1", "ATT-9"]),
    "attachment_twice": lambda: _on(sent(), "accept", attachments=["ATT-1", "ATT-2", "ATT-1"]),
    "file_name_needed": lambda: _file(name=""),
    "file_name_path": lambda: _file(name="../a"),
    "file_name_unseen": lambda: _file(name="a\u202efdp.exe"),
    "file_name_long": lambda: _file(name="я" * 128),
    "file_empty": lambda: _file(size=0),
    "file_type_wrong": lambda: _file(media_type="application/pdf", lies=True),
    "file_digest_differs": lambda: _file(sha256="1" * 64),
    "number_unknown": lambda: _on(
        sent().does("ask_information", question="а"), "provide_information", question_number=2, answer="б"
    ),
    **people.PROBES,
    **drafts.PROBES,
}


def _lapsed(code: str) -> Refusal:
    """Submit to an authority whose designation ended."""
    body, lapsed = cases.submission(requested_authority=code), scene(lapsed={code: date(2026, 2, 28)})
    answer = decide_submission("REQ-1", body, cases.system_of("KZ-MVD"), lapsed, reading(), NOON)
    assert isinstance(answer, Refusal)
    return answer


def _found(refusal: Refusal, code: str) -> Objection:
    return next(objection for objection in refusal.objections if objection.code == code)


def test_every_ground_of_refusal_is_reached() -> None:
    assert set(PROBES) == set(OF_REQUESTS)


@pytest.mark.parametrize("code", list(PROBES))
def test_a_ground_is_found_with_its_words(code: str) -> None:
    refusal = PROBES[code]()
    assert code in {objection.code for objection in refusal.objections}
    found = _found(refusal, code)
    assert "{" not in found.detail
    assert found.detail.endswith(".")
    assert found.pointer == "" or found.pointer.startswith("/")


@pytest.mark.parametrize("code", list(PROBES))
def test_the_weightiest_objection_comes_first(code: str) -> None:
    weights = [objection.weight for objection in PROBES[code]().objections]
    assert weights == sorted(weights)


@pytest.mark.parametrize(
    "code",
    [
        code
        for code in OF_REQUESTS
        if code not in {*drafts.PROBES, *people.PROBES} and GROUNDS[code].weight is Weight.STATE
    ],
)
def test_an_objection_to_the_state_names_the_state_and_what_is_allowed_now(code: str) -> None:
    detail = _found(PROBES[code](), code).detail
    assert "Состояние запроса: «" in detail
    assert "Сейчас возможно: " in detail


@pytest.mark.parametrize("code", list(GROUNDS))
def test_a_ground_rests_on_an_article_that_is_there(code: str) -> None:
    rule = GROUNDS[code].rule
    assert (rule is None) is (article(rule) is None)


def test_an_act_out_of_its_state_is_refused_with_the_article_of_the_act() -> None:
    found = _found(_on(sent(), "resume"), "not_in_this_state")
    assert found.rule == "P-7.6"
    assert article(found.rule) == "ст. 7 Протокола"
    assert "received" in found.detail
    assert "accept, redirect" in found.detail


def test_what_is_allowed_now_is_what_the_caller_may_do() -> None:
    found = _found(_on(sent(), "resume", Actor("RU-MVD", Role.AUDITOR)), "not_in_this_state")
    assert found.detail.endswith("Сейчас возможно: —.")


def test_all_that_is_wrong_with_a_request_is_named_at_once() -> None:
    refusal = refused_submission(
        by=Actor("KZ-MVD", Role.OFFICER),
        requested_authority="KZ-NSC",
        matters=[],
        assistance=[{"form": "information", "text": "а", "number": 7}, {"form": "procedural_act", "text": "б"}],
        execution_term={"days": 29, "basis": "protocol"},
        protected=["PR-9"],
    )
    assert [objection.code for objection in refusal.objections] == [
        "signature_needed",
        "own_state",
        "matter_needed",
        "item_number_wrong",
        "subject_needed",
        "citation_needed",
        "protocol_term_is_fixed",
        "protected_unknown",
    ]


def test_p_4_1_a_body_that_was_not_designated_hears_of_all_else_too() -> None:
    codes = [objection.code for objection in refused_submission(by=cases.head_of("RU-POST"), matters=[]).objections]
    assert codes[0] == "not_a_competent_authority"
    assert {"matter_needed", "own_state"} <= set(codes)


def test_all_that_is_wrong_with_an_act_is_named_at_once() -> None:
    codes = {
        objection.code
        for objection in _on(
            sent().does("accept").does("postpone", reason="а"),
            "report_results",
            Actor("KZ-MVD", Role.OFFICER),
            items=[{"number": 1, "outcome": "а"}, {"number": 1, "outcome": "а"}, {"number": 9, "outcome": "а"}],
            text="а",
            final=True,
            executed_at=LATER,
            attachments=["ATT-9"],
        ).objections
    }
    assert codes == {
        "wrong_side",
        "not_in_this_state",
        "item_twice",
        "item_unknown",
        "report_incomplete",
        "executed_in_future",
        "attachment_unknown",
    }


def test_an_objection_points_at_its_place() -> None:
    refusal = refused_submission(assistance=[ITEM, {"form": "procedural_act", "text": "б"}], protected=["PR-1", "а"])
    assert {objection.pointer for objection in refusal.objections} == {"/assistance/1/citation", "/protected/1"}
    assert _found(_refuse(sent(), [1, 2, 2]), "item_twice").pointer == "/items/2"
    assert _found(_report(sent(), 1, 2, 9), "item_unknown").pointer == "/items/2/number"


def test_an_objection_never_repeats_what_came_in() -> None:
    refusal = _on(sent(), "redirect", to_authority="ТАЙНА", reason="ТАЙНА")
    assert "ТАЙНА" not in "".join(objection.detail for objection in refusal.objections)
