"""Who may see and do what."""

import pytest

from exchange.core.access import ACTING, MAY, Actor, Relation, Verb, could_do, may, relation, side
from exchange.core.acts import ACTS
from exchange.core.decide import Decision
from schemas.acts import ActBody
from schemas.requests import Submission
from schemas.vocabulary import ActKind, Role, Side
from tests.core import cases
from tests.core.cases import HEAD, NOON, Case, sent, sent_urgent, stamp

REFUSAL = {"items": [1], "reasons": "а", "national_law": "б"}


def _passed_on() -> Case:
    return sent().does("redirect", to_authority="RU-POST", reason="нет")


def _taken(case: Case, kind: str, code: str, role: Role, **fields: object) -> bool:
    return isinstance(case.answer(kind, Actor(code, role), **fields), Decision)


def test_every_role_reads_and_none_is_without_a_row() -> None:
    assert set(MAY) == set(Role)
    assert all(may(Actor("KZ-MVD", role), Verb.READ) for role in Role)


@pytest.mark.parametrize("verb", [Verb.ACT, Verb.SIGN, Verb.ENTER, Verb.RECEIVE])
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SECRECY_OFFICER, Role.OPERATOR])
def test_auditors_secrecy_officers_and_operators_only_read(role: Role, verb: Verb) -> None:
    assert not may(Actor("KZ-MVD", role), verb)


def test_a_system_may_do_every_act_of_its_authority() -> None:
    assert {Verb.READ, Verb.RECEIVE, Verb.ACT, Verb.SIGN, Verb.ENTER} <= MAY[Role.SYSTEM]


def test_no_program_gives_out_rights_or_reads_who_did_what() -> None:
    assert not MAY[Role.SYSTEM] & {Verb.SUBSTITUTE, Verb.ADMINISTER, Verb.AUDIT}


@pytest.mark.parametrize("role", list(Role))
def test_p_6_5_a_request_is_submitted_by_who_may_sign(role: Role) -> None:
    signs = role in {Role.HEAD, Role.DEPUTY_HEAD, Role.SYSTEM}
    if signs:
        sent(by=Actor("KZ-MVD", role))
    else:
        codes = [of.code for of in cases.refused_submission(by=Actor("KZ-MVD", role)).objections]
        assert codes == ["signature_needed" if role is Role.OFFICER else "role_may_not"]


@pytest.mark.parametrize("role", list(Role))
def test_p_6_5_a_confirmation_is_signed(role: Role) -> None:
    signs = role in {Role.HEAD, Role.DEPUTY_HEAD, Role.SYSTEM}
    assert _taken(sent_urgent(), "confirm", "KZ-MVD", role, signatory=HEAD) is signs


@pytest.mark.parametrize("role", list(Role))
def test_p_6_5_a_refusal_is_signed_when_it_bears_a_signatory(role: Role) -> None:
    signs = role in {Role.HEAD, Role.DEPUTY_HEAD, Role.SYSTEM}
    assert _taken(sent(), "refuse", "RU-MVD", role, **REFUSAL, signatory=HEAD) is signs
    assert _taken(sent(), "refuse", "RU-MVD", role, **REFUSAL) is (signs or role is Role.OFFICER)


@pytest.mark.parametrize("role", list(Role))
def test_p_7_2_the_registrar_receives_what_came_on_paper(role: Role) -> None:
    receives = role in {Role.REGISTRAR, Role.SYSTEM}
    assert _taken(sent(requested_authority="TJ-GKNB"), "receive", "TJ-GKNB", role, received_at=stamp(NOON)) is receives


@pytest.mark.parametrize("role", list(Role))
def test_p_7_4_the_registrar_of_who_passed_it_on_enters_receipt_and_answers(role: Role) -> None:
    enters = role in {Role.REGISTRAR, Role.SYSTEM}
    case = _passed_on()
    assert _taken(case, "receive", "RU-MVD", role, received_at=stamp(NOON)) is enters
    received = case.does("receive", received_at=stamp(NOON))
    assert _taken(received, "accept", "RU-MVD", role) is enters
    assert _taken(received, "refuse", "RU-MVD", role, **REFUSAL) is enters


@pytest.mark.parametrize("kind", ["note", "accept", "open_consultation", "hold"])
def test_p_7_4_a_former_holder_can_do_nothing_more(kind: str) -> None:
    fields = {"note": {"text": "а"}, "open_consultation": {"subject": "а"}, "hold": {"reason": "а"}}
    case = sent_urgent().does("redirect", to_authority="RU-FSB", reason="нет")
    answer = case.answer(kind, cases.system_of("RU-MVD"), **fields.get(kind, {}))
    assert not isinstance(answer, Decision)
    assert answer.objections[0].code == "former_holder"
    assert case.allowed(cases.system_of("RU-MVD")) == set()


def test_relations() -> None:
    case = _passed_on()
    told = {code: relation(case.request, code) for code in ("KZ-MVD", "RU-MVD", "RU-POST", "AM-POL")}
    assert told == {
        "KZ-MVD": Relation.REQUESTING,
        "RU-MVD": Relation.STEWARD,
        "RU-POST": Relation.HOLDER,
        "AM-POL": Relation.NONE,
    }
    again = case.does("receive", received_at=stamp(NOON)).does("redirect", to_authority="RU-FSB", reason="нет")
    assert relation(again.request, "RU-MVD") is Relation.FORMER
    assert relation(again.request, "RU-POST") is Relation.FORMER


def test_sides() -> None:
    assert {of: side(of) for of in Relation} == {
        Relation.REQUESTING: Side.REQUESTING,
        Relation.HOLDER: Side.REQUESTED,
        Relation.STEWARD: Side.REQUESTED,
        Relation.FORMER: None,
        Relation.NONE: None,
    }
    assert {Relation.REQUESTING, Relation.HOLDER, Relation.STEWARD} == ACTING


def test_a_stranger_is_offered_nothing() -> None:
    for role in Role:
        assert sent().allowed(Actor("AM-POL", role)) == set()


OFFICERS = {Role.OFFICER, Role.HEAD, Role.DEPUTY_HEAD, Role.SYSTEM}
SIGNERS = OFFICERS - {Role.OFFICER}
COULD: dict[str, tuple[Submission | ActBody, set[Role]]] = {
    "submit, signed": (cases.submission(), SIGNERS),
    "submit, urgent and unsigned": (cases.submission(urgent=cases.urgent_json(), signatory=...), OFFICERS),
    "receive": (cases.act("receive", received_at=stamp(NOON)), {Role.REGISTRAR, Role.SYSTEM}),
    "accept": (cases.act("accept"), OFFICERS | {Role.REGISTRAR}),
    "refuse": (cases.act("refuse", **REFUSAL), OFFICERS | {Role.REGISTRAR}),
    "refuse, signed": (cases.act("refuse", **REFUSAL, signatory=HEAD), SIGNERS | {Role.REGISTRAR}),
    "note": (cases.act("note", text="а"), OFFICERS | {Role.REGISTRAR}),
    "confirm": (cases.act("confirm", signatory=HEAD), SIGNERS),
    "withdraw": (cases.act("withdraw", reason="а"), OFFICERS),
}


@pytest.mark.parametrize(("body", "roles"), COULD.values(), ids=COULD)
def test_who_could_do_an_act_at_all(body: Submission | ActBody, roles: set[Role]) -> None:
    """A registrar enters what a body without a node does, which is never the requesting side's."""
    act = ACTS[ActKind.SUBMIT if isinstance(body, Submission) else body.act]
    assert {role for role in Role if could_do(Actor("KZ-MVD", role), act, body)} == roles
