"""What may be notified to the registry, and by whom (Articles 4, 6, 16 and 18)."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from exchange.core import party_notices
from exchange.core.access import Actor
from exchange.core.designations import Authority, History, changed, designated, ended, holding, present
from exchange.core.objections import REGISTRY_GROUNDS, Objection
from exchange.core.party_notices import KINDS, Known
from exchange.core.treaty import Completion, Withdrawal
from exchange.profiles import force
from schemas.registry import AnyFact, Change, Designation, End, Fact
from schemas.vocabulary import AuthorityKind, Country, FactKind, Reach, Role

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
FACT: TypeAdapter[AnyFact] = TypeAdapter(Fact)
TREATY = tuple(Completion(country, date(2019, 1, 1)) for country in Country if country is not Country.TJ)


def entry(code: str = "KZ-MVD", kind: AuthorityKind = AuthorityKind.COMPETENT, **more: Any) -> Authority:
    country = Country(code[:2]) if kind is not AuthorityKind.SECRETARIAT else None
    given = {"name": {"ru": code}, "zone": "Asia/Almaty", "reach": Reach.NODE, "since": date(2020, 1, 1), **more}
    return Authority(code=code, kind=kind, country=country, **given)


SECRETARIAT = entry("CSTO-SEC", AuthorityKind.SECRETARIAT)
KZ, RU = entry(), entry("RU-MVD")


def fact(kind: FactKind, **fields: Any) -> AnyFact:
    plain: dict[FactKind, dict[str, Any]] = {
        FactKind.DESIGNATION: {
            "authority": "KZ-GP",
            "country": Country.KZ,
            "name": {"ru": "Прокуратура"},
            "zone": "Asia/Almaty",
            "reach": Reach.NODE,
            "since": date(2026, 4, 1),
        },
        FactKind.CHANGE: {"authority": "KZ-MVD", "since": date(2026, 4, 1), "zone": "Asia/Qyzylorda"},
        FactKind.END: {"authority": "KZ-MVD", "until": date(2026, 4, 1)},
        FactKind.COMPLETION: {"country": Country.TJ, "received_on": date(2026, 2, 1)},
        FactKind.WITHDRAWAL: {
            "country": Country.KZ,
            "received_on": date(2026, 2, 1),
            "leaving_on": date(2026, 8, 1),
        },
        FactKind.AGREEMENT: {
            "agreement": "KZ-RU-1",
            "parties": (Country.KZ, Country.RU),
            "channel": "телефон",
            "citation": "Протокол",
            "since": date(2026, 2, 1),
        },
        FactKind.AGREEMENT_END: {"agreement": "KZ-RU-1", "until": date(2026, 12, 31)},
    }
    return FACT.validate_python({"kind": kind, **plain[kind], **fields})


def known(history: History = (), agreement: tuple[date, date | None] | None = None, **more: Any) -> Known:
    return Known(history=history, agreement=agreement, force=force(), **{"facts": TREATY, **more})


def asked(told: AnyFact, by: Authority | None = KZ, role: Role = Role.HEAD, of: Known | None = None) -> list[Objection]:
    beside = of or known()
    actor = Actor(by.code if by else "NOBODY", role)
    return [
        *party_notices.to_the_caller(told, actor, by, beside),
        *party_notices.to_the_fact(told, beside, by, NOW),
    ]


D, C, E = FactKind.DESIGNATION, FactKind.CHANGE, FactKind.END
DOMESTIC = entry("KZ-GP", AuthorityKind.DOMESTIC)
OVER = entry(until=date(2026, 1, 1))
PROBES: dict[str, Callable[[], list[Objection]]] = {
    "not_your_party": lambda: asked(fact(C, authority="RU-MVD"), of=known((RU,))),
    "secretariat_only": lambda: asked(fact(FactKind.COMPLETION)),
    "domestic_of_others": lambda: asked(fact(D, body=AuthorityKind.DOMESTIC), SECRETARIAT),
    "authority_known": lambda: asked(fact(D, authority="KZ-MVD"), of=known((KZ,))),
    "authority_not_known": lambda: asked(fact(C)),
    "designation_over": lambda: asked(fact(E), of=known((OVER,))),
    "entry_not_after_last": lambda: asked(fact(C, since=date(2020, 1, 1)), of=known((KZ,))),
    "code_of_other_state": lambda: asked(fact(D, authority="RU-GP")),
    "code_of_a_state": lambda: asked(
        fact(D, body=AuthorityKind.SECRETARIAT, country=None, authority="KZ-S"), SECRETARIAT
    ),
    "code_reserved": lambda: asked(fact(D, authority="KZ-BODY-0123456789AB")),
    "country_needed": lambda: asked(fact(D, country=None), SECRETARIAT),
    "country_out_of_place": lambda: asked(fact(D, body=AuthorityKind.SECRETARIAT, authority="CSTO-TWO"), SECRETARIAT),
    "nothing_changes": lambda: asked(
        FACT.validate_python({"kind": C, "authority": "KZ-MVD", "since": date(2026, 4, 1)}), of=known((KZ,))
    ),
    "notice_in_future": lambda: asked(fact(FactKind.COMPLETION, received_on=date(2026, 3, 3)), SECRETARIAT),
    "completion_known": lambda: asked(fact(FactKind.COMPLETION, country=Country.KZ), SECRETARIAT),
    "not_a_party": lambda: asked(fact(FactKind.WITHDRAWAL, country=Country.TJ), SECRETARIAT),
    "withdrawal_known": lambda: asked(
        fact(FactKind.WITHDRAWAL),
        SECRETARIAT,
        of=known(facts=(*TREATY, Withdrawal(Country.KZ, date(2025, 1, 1), date(2026, 12, 1)))),
    ),
    "leaving_too_early": lambda: asked(fact(FactKind.WITHDRAWAL, leaving_on=date(2026, 7, 31)), SECRETARIAT),
    "agreement_known": lambda: asked(
        fact(FactKind.AGREEMENT), SECRETARIAT, of=known(agreement=(date(2026, 1, 1), None))
    ),
    "agreement_party_twice": lambda: asked(fact(FactKind.AGREEMENT, parties=(Country.KZ, Country.KZ)), SECRETARIAT),
    "agreement_ends_early": lambda: asked(fact(FactKind.AGREEMENT, until=date(2026, 1, 31)), SECRETARIAT),
    "agreement_over": lambda: asked(
        fact(FactKind.AGREEMENT_END), SECRETARIAT, of=known(agreement=(date(2026, 1, 1), date(2026, 12, 31)))
    ),
}
ELSEWHERE = {"not_relayed_to_you", "acknowledged_already", "told_twice", "told_otherwise"}
"""The grounds that no single fact meets: tests of the services bring them about."""


def test_every_ground_is_reached() -> None:
    assert PROBES.keys() | ELSEWHERE == REGISTRY_GROUNDS.keys()


@pytest.mark.parametrize("code", PROBES)
def test_a_ground_is_found_with_its_words(code: str) -> None:
    (found,) = [one for one in PROBES[code]() if one.code == code]
    assert "{" not in found.detail
    assert found.detail.endswith((".", "-."))
    assert found.rule


@pytest.mark.parametrize("kind", FactKind)
def test_each_fact_stands_for_who_may_tell_it(kind: FactKind) -> None:
    agreed = (date(2026, 1, 1), None) if kind is FactKind.AGREEMENT_END else None
    history = (KZ,) if kind in {C, E} else ()
    assert asked(fact(kind), SECRETARIAT, of=known(history, agreed)) == []
    codes = {one.code for one in asked(fact(kind), of=known(history, agreed))}
    assert codes == (set() if kind in {D, C, E} else {"secretariat_only"})
    assert type(fact(kind)) is KINDS[kind]


@pytest.mark.parametrize("role", Role)
def test_p_4_2_only_who_speaks_for_the_party_notifies(role: Role) -> None:
    codes = {one.code for one in asked(fact(D), role=role)}
    assert codes == (set() if role in {Role.HEAD, Role.SYSTEM} else {"role_may_not"})


def test_p_4_1_a_domestic_body_does_not_speak_for_its_party() -> None:
    assert {one.code for one in asked(fact(D), DOMESTIC)} == {"not_a_competent_authority"}
    assert {one.code for one in asked(fact(D), None)} == {"not_a_competent_authority"}


def test_a_domestic_body_can_be_designated_and_an_ended_designation_can_be_renewed() -> None:
    assert asked(fact(D), of=known((DOMESTIC,))) == []
    assert asked(fact(D, authority="KZ-MVD"), of=known((OVER,))) == []
    assert [one.code for one in asked(fact(D, authority="KZ-MVD", since=date(2025, 12, 31)), of=known((OVER,)))] == [
        "entry_not_after_last"
    ]


def test_p_18_a_notice_that_comes_late_names_the_earliest_lawful_day() -> None:
    (found,) = PROBES["leaving_too_early"]()
    assert "не раньше 01.08.2026" in found.detail
    assert found.rule == "P-18"


STEPS = st.lists(
    st.tuples(st.sampled_from(["change", "end", "designation"]), st.dates(date(2020, 1, 1), date(2030, 1, 1))),
    max_size=12,
)


@given(STEPS, st.datetimes(datetime(2019, 1, 1), datetime(2031, 1, 1)))  # noqa: DTZ001 - made aware below
def test_whatever_is_told_one_entry_at_most_holds_on_a_day(steps: list[tuple[str, date]], moment: datetime) -> None:
    """Only what the law lets through enters a history, and the history never contradicts itself."""
    history: History = (entry(notice=1),)
    for number, (kind, on) in enumerate(steps, 2):
        told = fact(FactKind(kind), authority="KZ-MVD", **{"until" if kind == "end" else "since": on})
        if asked(told, of=known(history)):
            continue
        match told:
            case Designation():
                history = designated(history, told, Country.KZ, number)
            case Change():
                history = changed(history, told, number)
            case End():
                history = ended(history, told)
    now = moment.replace(tzinfo=UTC)
    assert [one.since for one in history] == sorted({one.since for one in history})
    assert all(one.until is not None and one.until <= after.since for one, after in pairwise(history))
    assert all(one.until is None or one.until > one.since for one in history)
    assert sum(one.holds_at(now) for one in history) <= 1
    found = holding(history, now)
    assert found is None or present(history, now) is found


def test_what_a_change_does_not_name_stays_and_what_it_names_as_null_goes() -> None:
    old = entry(mailbox="a@kz.example", address="Астана")
    told = FACT.validate_json(
        '{"kind": "change", "authority": "KZ-MVD", "since": "2026-04-01", "mailbox": null, "zone": null}'
    )
    assert isinstance(told, Change)
    new = changed((old,), told, 7)[-1]
    assert (new.mailbox, new.address, new.zone, new.notice) == (None, "Астана", "Asia/Almaty", 7)
