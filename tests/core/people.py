"""People for tests of the law: a head, a deputy, an officer, and who stands in for whom."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from exchange.core.access import Verb
from exchange.core.decide import Refusal
from exchange.core.objections import Objection
from exchange.core.people import (
    Standin,
    to_account,
    to_change,
    to_confirmation,
    to_power,
    to_substitution,
    to_token,
)
from exchange.core.signing import Person, Substitution, signatory
from schemas.vocabulary import ActKind, Role

TODAY = date(2026, 3, 10)
HEAD = Person(login="aa.head", authority="KZ-MVD", name="Образцова А. А.", role=Role.HEAD)
DEPUTY = Person(login="bb.deputy", authority="KZ-MVD", name="Образцов Б. Б.", role=Role.DEPUTY_HEAD)
OFFICER = Person(login="vv.officer", authority="KZ-MVD", name="Образцов В. В.", role=Role.OFFICER)
ORDER = Substitution(
    id=UUID(int=1),
    absent=HEAD,
    substitute=OFFICER.login,
    order_number="12-к",
    order_date=date(2026, 3, 1),
    since=date(2026, 3, 5),
    until=date(2026, 3, 20),
)
STANDIN = Standin(
    absent=HEAD, substitute=OFFICER, order_date=date(2026, 3, 1), since=TODAY, until=date(2026, 3, 20), acts=None
)


def refusal(objections: Iterable[Objection]) -> Refusal:
    """Return what the objections come to."""
    found = tuple(objections)
    assert found
    return Refusal(found)


def unsigned(person: Person | None = OFFICER, **changes: Any) -> Callable[[], Refusal]:
    """Return why somebody may not sign under a changed order."""

    def probe() -> Refusal:
        found = signatory(person, [replace(ORDER, **changes)], ActKind.SUBMIT, TODAY)
        assert isinstance(found, Objection)
        return Refusal((found,))

    return probe


def entered(**changes: Any) -> Callable[[], Refusal]:
    """Return why a changed substitution is not entered."""
    return lambda: refusal(to_substitution(replace(STANDIN, **changes), TODAY))


PROBES: dict[str, Callable[[], Refusal]] = {
    "person_needed": unsigned(None),
    "account_disabled": unsigned(replace(HEAD, disabled=True)),
    "substitution_of_nobody": unsigned(absent=replace(HEAD, disabled=True)),
    "substitution_not_begun": unsigned(since=date(2026, 3, 11)),
    "substitution_expired": unsigned(until=date(2026, 3, 9)),
    "substitution_revoked": unsigned(revoked=True),
    "substitution_out_of_scope": unsigned(acts=frozenset({ActKind.REFUSE})),
    "absent_signs_not": entered(absent=OFFICER, substitute=DEPUTY),
    "person_unknown": entered(substitute=None),
    "substitute_self": entered(substitute=HEAD),
    "substitute_role": entered(substitute=replace(OFFICER, role=Role.OPERATOR)),
    "days_reversed": entered(until=date(2026, 3, 9)),
    "days_over": entered(since=date(2026, 3, 5), until=date(2026, 3, 9)),
    "order_later": entered(order_date=date(2026, 3, 11)),
    "act_unsigned": entered(acts=(ActKind.NOTE,)),
    "own_account": lambda: refusal(to_change("a.a", "a.a", sample=False, role=Role.HEAD, sets_up=False)),
    "sample_account": lambda: refusal(to_change("a.a", "b.b", sample=True, role=None, sets_up=True)),
    "login_taken": lambda: refusal(to_account("a.a", Role.HEAD, taken=True, sandbox=False)),
    "login_of_samples": lambda: refusal(to_account("kz-mvd.head", Role.HEAD, taken=True, sandbox=True)),
    "person_role_needed": lambda: refusal(to_account("a.a", Role.SYSTEM, taken=False, sandbox=False)),
    "head_confirms": lambda: refusal(to_power(given=True, entrusted=False)),
    "proposal_decided": lambda: refusal(to_confirmation("a.a", "b.b", decided=True)),
    "own_proposal_of_power": lambda: refusal(to_confirmation("a.a", "a.a", decided=False)),
    "token_of_signatory": lambda: refusal(to_token(Role.HEAD, None, 30, borne=True, sandbox=False)),
    "bearer_needed": lambda: refusal(to_token(Role.OFFICER, None, 30, borne=False, sandbox=False)),
    "token_too_long": lambda: refusal(to_token(Role.SYSTEM, None, 401, borne=False, sandbox=False)),
    "scope_not_of_role": lambda: refusal(to_token(Role.AUDITOR, [Verb.SIGN], 30, borne=False, sandbox=False)),
}
