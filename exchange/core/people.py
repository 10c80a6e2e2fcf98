"""What is lawful in giving people and programs access, and in letting one sign for another: objections, no more."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from exchange.core.access import MAY, Verb
from exchange.core.objections import Objection, object_to
from exchange.core.signing import FITTING, SIGNED, Person
from schemas.vocabulary import ActKind, Role

SIGNING: Final = frozenset({Role.HEAD, Role.DEPUTY_HEAD})
PEOPLE: Final = tuple(role for role in Role if role is not Role.SYSTEM)
"""The roles of people; `system` is a program's."""

SAMPLE_LOGIN: Final = re.compile(
    r"[a-z]{2,4}-[a-z0-9-]+\.(" + "|".join(role.replace("_", "-") for role in PEOPLE) + ")"
)
SPEAKING: Final = frozenset({Verb.SIGN, Verb.NOTIFY})
"""Rights with which one speaks for the authority: signs its acts (Article 6), notifies the registry (Article 4)."""

TOKEN_DAYS: Final = 400
"""The longest that a token lasts in production, in days."""


def speaks(role: Role, scopes: Collection[str] | None = None) -> bool:
    """Tell whether a role, narrowed down to some rights, speaks for its authority."""
    return bool(SPEAKING & (MAY[role] if scopes is None else MAY[role] & set(scopes)))


def to_power(*, given: bool, entrusted: bool) -> Iterator[Objection]:
    """Yield the objection to giving signing power without the head (Article 6): no operator makes signatories alone."""
    if given and not entrusted:
        yield object_to("head_confirms")


def to_confirmation(by: str | None, proposer: str | None, *, decided: bool) -> Iterator[Objection]:
    """Yield the objections to somebody's deciding on a proposal."""
    if decided:
        yield object_to("proposal_decided")
    if by is not None and by == proposer:
        yield object_to("own_proposal_of_power")


def to_account(login: str, role: Role, *, taken: bool, sandbox: bool) -> Iterator[Objection]:
    """Yield the objections to opening an account."""
    if role not in PEOPLE:
        yield object_to("person_role_needed", "/role")
    if sandbox and SAMPLE_LOGIN.fullmatch(login):
        yield object_to("login_of_samples", "/login")
    elif taken:
        yield object_to("login_taken", "/login")


def to_change(by: str | None, login: str, *, sample: bool, role: Role | None, sets_up: bool) -> Iterator[Objection]:
    """Yield the objections to somebody's changing an account; nobody gives anything to themselves."""
    if by == login:
        yield object_to("own_account")
    if sample and (sets_up or role is not None):
        yield object_to("sample_account")
    if role is not None and role not in PEOPLE:
        yield object_to("person_role_needed", "/role")


def to_token(
    role: Role, scopes: Collection[Verb] | None, days: int | None, *, borne: bool, sandbox: bool
) -> Iterator[Objection]:
    """Yield the objections to giving out a token (Article 6: a head signs in person, an officer's program has a name).

    `borne`: it names its bearer.
    """
    if role is Role.OFFICER and not borne and not sandbox:
        yield object_to("bearer_needed", "/bearer")
    if role in SIGNING and not sandbox:
        yield object_to("token_of_signatory", "/role")
    if not sandbox and (days is None or days > TOKEN_DAYS):
        yield object_to("token_too_long", "/days", days=TOKEN_DAYS)
    for index, verb in enumerate(scopes or ()):
        if verb not in MAY[role]:
            yield object_to("scope_not_of_role", f"/scopes/{index}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standin:
    """A substitution as it is to be entered; who is None is nobody with an active account of the authority."""

    absent: Person | None
    substitute: Person | None
    order_date: date
    since: date
    until: date
    acts: tuple[ActKind, ...] | None


def to_substitution(of: Standin, today: date) -> Iterator[Objection]:
    """Yield the objections to a substitution (Article 6): whom, by whom, from when to when, for which acts."""
    if of.absent is None:
        yield object_to("person_unknown", "/absent")
    elif of.absent.position is None:
        yield object_to("absent_signs_not", "/absent")
    if of.substitute is None:
        yield object_to("person_unknown", "/substitute")
    elif of.absent is not None and of.substitute.login == of.absent.login:
        yield object_to("substitute_self", "/substitute")
    elif of.substitute.role not in FITTING:
        yield object_to("substitute_role", "/substitute")
    yield from _to_days(of, today)
    for index, act in enumerate(of.acts or ()):
        if act not in SIGNED:
            yield object_to("act_unsigned", f"/acts/{index}")


def _to_days(of: Standin, today: date) -> Iterator[Objection]:
    """Yield the objections to the order's day and to the days of a substitution."""
    if of.order_date > of.since:
        yield object_to("order_later", "/order_date")
    if of.until < of.since:
        yield object_to("days_reversed", "/until")
    elif of.until < today:
        yield object_to("days_over", "/until")
