"""Who may notify the registry of what, and what can stand in it; every objection is found, not only the first."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from exchange.core import treaty
from exchange.core.access import Actor, Verb, may
from exchange.core.deadlines import local_day
from exchange.core.designations import Authority, History, told
from exchange.core.objections import Objection, object_to
from exchange.core.treaty import Completion, Withdrawal
from schemas.profile import Force
from schemas.registry import (
    AgreementEnd,
    AnyFact,
    Change,
    ChannelAgreement,
    CompletionNotice,
    Designation,
    End,
    WithdrawalNotice,
)
from schemas.vocabulary import AuthorityKind, Country, FactKind

RESERVED: Final = re.compile(r"[A-Z]{2}-BODY-.*")
"""The codes of bodies that redirects name: nobody else gives them."""

DEPOSITARY: Final = (CompletionNotice, WithdrawalNotice, ChannelAgreement, AgreementEnd)
"""What only the Secretariat enters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the registry holds that a fact touches, and the numbers of the treaty."""

    history: History = ()
    facts: tuple[treaty.Fact, ...] = ()
    agreement: tuple[date, date | None] | None = None
    force: Force


def key_of(fact: AnyFact) -> str:
    """Return what a fact is about and the day of its effect: no two facts of a registry share it."""
    match fact:
        case Designation() | Change():
            return f"entry {fact.authority} {fact.since}"
        case End():
            return f"end {fact.authority} {fact.until}"
        case CompletionNotice() | WithdrawalNotice():
            return f"{fact.kind} {fact.country} {fact.received_on}"
        case ChannelAgreement():
            return f"agreement {fact.agreement}"
        case AgreementEnd():
            return f"agreement end {fact.agreement} {fact.until}"


def subject_of(fact: AnyFact) -> str:
    """Return the code of what a fact is about: a body's, a state's, or an agreement's."""
    match fact:
        case Designation() | Change() | End():
            return fact.authority
        case CompletionNotice() | WithdrawalNotice():
            return fact.country
        case _:
            return fact.agreement


def day_of(fact: AnyFact) -> date:
    """Return the day of a fact's effect."""
    match fact:
        case CompletionNotice():
            return fact.received_on
        case WithdrawalNotice():
            return fact.leaving_on
        case End() | AgreementEnd():
            return fact.until
        case _:
            return fact.since


def country_of(fact: AnyFact, history: History, by: Authority | None) -> Country | None:
    """Return the Party that a fact is of; None for the Secretariat's own entry and for agreements of several."""
    match fact:
        case Designation():
            own = by.country if by is not None and fact.body is not AuthorityKind.SECRETARIAT else None
            return fact.country or own
        case Change() | End():
            return history[-1].country if history else None
        case CompletionNotice() | WithdrawalNotice():
            return fact.country
        case _:
            return None


def is_domestic(fact: AnyFact, history: History) -> bool:
    """Tell whether a fact is of a body that only its own state knows."""
    if isinstance(fact, Designation):
        return fact.body is AuthorityKind.DOMESTIC
    return isinstance(fact, Change | End) and bool(history) and history[-1].kind is AuthorityKind.DOMESTIC


def to_the_caller(fact: AnyFact, actor: Actor, by: Authority | None, known: Known) -> Iterator[Objection]:
    """Yield the objections to who enters a fact; `by` is the caller's authority as it is registered today.

    A Party speaks for its own bodies by its competent authorities (Article 4); the Secretariat enters for any Party,
    but no domestic body, and alone what the depositary received and what several agreed on.
    """
    if not may(actor, Verb.NOTIFY):
        yield object_to("role_may_not", rule="P-4.2")
    secretariat = by is not None and by.kind is AuthorityKind.SECRETARIAT
    if isinstance(fact, DEPOSITARY):
        if not secretariat:
            yield object_to("secretariat_only", "/kind")
        return
    domestic, country = is_domestic(fact, known.history), country_of(fact, known.history, by)
    if secretariat:
        if domestic:
            yield object_to("domestic_of_others", "/authority")
    elif by is None or by.kind is not AuthorityKind.COMPETENT:
        yield object_to("not_a_competent_authority")
    elif country is not by.country and (known.history or isinstance(fact, Designation)):
        yield object_to("not_your_party", "/authority")


def to_the_fact(fact: AnyFact, known: Known, by: Authority | None, now: datetime) -> Iterator[Objection]:
    """Yield the objections to what a fact says, beside what the registry holds."""
    match fact:
        case Designation():
            yield from _designation(fact, known.history, country_of(fact, known.history, by))
        case Change():
            yield from _change(fact, known.history)
        case End():
            yield from _end(fact, known.history)
        case CompletionNotice():
            yield from _completion(fact, known, now)
        case WithdrawalNotice():
            yield from _withdrawal(fact, known, now)
        case ChannelAgreement():
            yield from _agreement(fact, known)
        case AgreementEnd():
            yield from _agreement_end(fact, known)


def treaty_fact(fact: CompletionNotice | WithdrawalNotice) -> treaty.Fact:
    """Return a notice as the law of coming into force reads it."""
    if isinstance(fact, CompletionNotice):
        return Completion(fact.country, fact.received_on)
    return Withdrawal(fact.country, fact.received_on, fact.leaving_on)


def _designation(fact: Designation, history: History, country: Country | None) -> Iterator[Objection]:
    of_secretariat = fact.body is AuthorityKind.SECRETARIAT
    if of_secretariat is (country is not None):
        yield object_to("country_out_of_place" if of_secretariat else "country_needed", "/country")
    if country is not None and not fact.authority.startswith(f"{country}-"):
        yield object_to("code_of_other_state", "/authority", country=country)
    if of_secretariat and fact.authority[:3] in {f"{state}-" for state in Country}:
        yield object_to("code_of_a_state", "/authority")
    if RESERVED.fullmatch(fact.authority):
        yield object_to("code_reserved", "/authority")
    if not history:
        return
    last = history[-1]
    raised = last.kind is AuthorityKind.DOMESTIC and fact.body is AuthorityKind.COMPETENT
    if last.country is not country or (last.until is None and not raised):
        yield object_to("authority_known", "/authority")
    elif fact.since <= last.since or (last.until is not None and fact.since < last.until):
        yield object_to("entry_not_after_last", "/since", day=f"{last.until or last.since:%d.%m.%Y}")


def _change(fact: Change, history: History) -> Iterator[Objection]:
    if not history:
        yield object_to("authority_not_known", "/authority")
        return
    if history[-1].until is not None:
        yield object_to("designation_over", "/authority")
    if fact.since <= history[-1].since:
        yield object_to("entry_not_after_last", "/since", day=f"{history[-1].since:%d.%m.%Y}")
    if not told(fact):
        yield object_to("nothing_changes")


def _end(fact: End, history: History) -> Iterator[Objection]:
    if not history:
        yield object_to("authority_not_known", "/authority")
        return
    if history[-1].until is not None:
        yield object_to("designation_over", "/authority")
    if fact.until <= history[-1].since:
        yield object_to("entry_not_after_last", "/until", day=f"{history[-1].since:%d.%m.%Y}")


def _completion(fact: CompletionNotice, known: Known, now: datetime) -> Iterator[Objection]:
    yield from _received(fact.received_on, now)
    own = [each for each in known.facts if each.country is fact.country]
    last = max(own, key=lambda each: each.received_on, default=None)
    if isinstance(last, Completion):
        yield object_to("completion_known", "/country")
    elif last is not None and fact.received_on <= last.received_on:
        yield object_to("entry_not_after_last", "/received_on", day=f"{last.received_on:%d.%m.%Y}")


def _withdrawal(fact: WithdrawalNotice, known: Known, now: datetime) -> Iterator[Objection]:
    yield from _received(fact.received_on, now)
    spans = treaty.periods(fact.country, known.facts, known.force)
    if not spans or fact.received_on < spans[-1].in_force_from:
        yield object_to("not_a_party", "/country")
    elif spans[-1].left_on is not None:
        yield object_to("withdrawal_known", "/country")
    earliest = treaty.earliest_leaving(fact.received_on, known.force.leaving_months)
    if fact.leaving_on < earliest:
        months = known.force.leaving_months
        yield object_to("leaving_too_early", "/leaving_on", months=months, earliest=f"{earliest:%d.%m.%Y}")


def _received(day: date, now: datetime) -> Iterator[Objection]:
    """Object to a receipt that has not come anywhere on earth."""
    if day > local_day(now, "Pacific/Kiritimati"):
        yield object_to("notice_in_future", "/received_on")


def _agreement(fact: ChannelAgreement, known: Known) -> Iterator[Objection]:
    if known.agreement is not None:
        yield object_to("agreement_known", "/agreement")
    if len(set(fact.parties)) < len(fact.parties):
        yield object_to("agreement_party_twice", "/parties")
    if fact.until is not None and fact.until < fact.since:
        yield object_to("agreement_ends_early", "/until")


def _agreement_end(fact: AgreementEnd, known: Known) -> Iterator[Objection]:
    if known.agreement is None:
        yield object_to("agreement_unknown", "/agreement")
        return
    since, until = known.agreement
    if until is not None and until <= fact.until:
        yield object_to("agreement_over", "/until")
    if fact.until < since:
        yield object_to("agreement_ends_early", "/until")


KINDS: Final[Mapping[FactKind, type[AnyFact]]] = {
    FactKind.DESIGNATION: Designation,
    FactKind.CHANGE: Change,
    FactKind.END: End,
    FactKind.COMPLETION: CompletionNotice,
    FactKind.WITHDRAWAL: WithdrawalNotice,
    FactKind.AGREEMENT: ChannelAgreement,
    FactKind.AGREEMENT_END: AgreementEnd,
}
