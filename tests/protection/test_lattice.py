"""Every combination of sender, recipient, mark, clearance, grant, purpose, consent, channel, means and regime.

The product's decision is compared with the naive oracle's in each case: neither may allow what the other forbids.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from exchange.protection.core.access import MayRead, may_read
from exchange.protection.core.decide import Decision, decide
from exchange.protection.core.item import Consent, Given, Item, NumberedCopy, Release, Transit
from exchange.protection.core.scene import Clearance, Passage, Person, Scene, StandingAgreement
from schemas.protection import Content, ItemBody, Scope
from schemas.secrecy import ConsentKind, CopyKind, CopyState, Mark
from schemas.vocabulary import Role
from tests.protection import oracle
from tests.protection.cases import (
    BODIES,
    COMPETENT,
    LONG_AGO,
    NOON,
    SINCE,
    act,
    dispatch,
    grant,
    officer,
    outcome,
    paper,
    registered,
    release_fields,
    scene,
    way,
)
from tests.protection.stories import destruction

ALL = frozenset({"A", "KA", "KL"})
IDS = {"A": "csto-2004", "KA": "kz-am-2025", "KL": "kz-lt-2015"}
SUBSETS = [
    frozenset(each for each, on in zip(["A", "KA", "KL"], bits, strict=True) if on)
    for bits in product((0, 1), repeat=3)
]
SENDERS = ("KZ-MVD", "AM-POL", "BY-MVD", "LT-CB", "CSTO-SEC")
RECIPIENTS = ("KZ-NSC", "AM-POL", "BY-MVD", "RU-MVD", "LT-CB", "LT-FIRM", "CSTO-JS", "CSTO-CLUB")
WORLD = scene()
PLAIN = registered(world=WORLD).item
CONTENT = Content(sha256="0" * 64, size=1)
CHANNELS = ("diplomatic", "courier", "authorised_service", "electronic")


def world_of(in_force: frozenset[str], **changes: Any) -> Scene:
    kept = tuple(each for each in WORLD.bindings if each.regime in {IDS[one] for one in in_force})
    return replace(WORLD, bindings=kept, **changes)


def item_of(sender: str, mark: str) -> Item:
    """Return an item that its body made, with one copy, already in the register."""
    body, degree = BODIES[sender], Mark(mark)
    made = PLAIN.registered.model_copy(update={"mark": degree, "content": CONTENT})
    return replace(
        PLAIN,
        originator=body,
        makers=(body,),
        known_bodies=(body,),
        registered=made,
        mark=degree,
        copies=(copy_of(sender, mark),),
    )


def copy_of(holder: str, mark: str, *path: Passage) -> NumberedCopy:
    return NumberedCopy(
        number=1,
        kind=CopyKind.ORIGINAL,
        holder=BODIES[holder],
        mark=Mark(mark),
        own_number="1",
        maker=holder,
        path=path,
    )


def agree(taken: bool, allowed: bool, case: object, answer: object) -> None:
    assert taken is allowed, f"{case}: the product says {taken}, the oracle {allowed}: {answer}"


def releases() -> Iterator[tuple[bool, bool, object, object]]:
    procedures = ("approved", "rejected", "none")
    bodies: dict[tuple[str, bool, bool], ItemBody] = {
        (recipient, own, cleared): act(
            "authorise_release",
            **release_fields(
                PLAIN,
                "",
                recipient,
                own_consent=paper() if own else ...,
                recipient_cleared=paper() if cleared else ...,
            ),
        )
        for recipient in RECIPIENTS
        for own in (True, False)
        for cleared in (True, False)
    }
    for sender, recipient, in_force in product(SENDERS, RECIPIENTS, SUBSETS):
        plain = world_of(in_force)
        approval = outcome(PLAIN, sender, recipient, PLAIN.purpose)
        worlds = {
            "approved": replace(plain, outcomes={"P-1": approval}),
            "rejected": replace(plain, outcomes={"P-1": replace(approval, approved=False)}),
            "none": plain,
        }
        for mark in Mark:
            item = item_of(sender, mark)
            for procedure, own, cleared in product(procedures, (True, False), (True, False)):
                answer = decide(item, bodies[recipient, own, cleared], officer(sender), worlds[procedure], NOON)
                allowed = oracle.may_release(
                    sender, recipient, mark, in_force, own_consent=own, cleared=cleared, procedure=procedure
                )
                case = (sender, recipient, mark, in_force, procedure, own, cleared)
                yield isinstance(answer, Decision), allowed, case, answer


def dispatches() -> Iterator[tuple[bool, bool, object, object]]:
    means = {"none": None, "half": "M-HALF", "both": "M"}
    transports = {True: dispatch(registered(world=WORLD), release=1)["transport"], False: None}
    bodies: dict[tuple[str, str, bool], ItemBody] = {
        (channel, agreed, moved): act(
            "dispatch",
            **dispatch(
                registered(world=WORLD), release=1, channel=channel, means=means[agreed], transport=transports[moved]
            ),
        )
        for channel in CHANNELS
        for agreed in means
        for moved in (True, False)
    }
    ways = tuple(
        way(regime, parties, channel)
        for regime, parties in (
            ("csto-2004", "AM BY KZ KG RU TJ CSTO"),
            ("kz-am-2025", "KZ AM"),
            ("kz-lt-2015", "KZ LT"),
        )
        for channel in ("courier", "authorised_service")
    )
    for sender, recipient, in_force in product(SENDERS, RECIPIENTS, SUBSETS):
        pair = frozenset({COMPETENT[sender.split("-")[0]], COMPETENT[recipient.split("-")[0]]})
        known = {"M": replace(WORLD.means["M-AM"], agreed_by=pair), "M-HALF": WORLD.means["M-HALF"]}
        standing = StandingAgreement("kz-am-2025", frozenset({sender, recipient}), "1", SINCE)
        release = Release(
            number=1,
            by=BODIES[sender],
            recipient=BODIES[recipient],
            purpose="розыск",
            copies=1,
            regimes=tuple(IDS.values()),
            decided_at=NOON,
            until=None,
            outcome=None,
        )
        for stands, agreed in product((True, False), repeat=2):
            world = world_of(in_force, means=known, standing=(standing,) * stands, ways=ways * agreed)
            for mark in Mark:
                item = replace(item_of(sender, mark), releases=(release,))
                for (channel, how, moved), body in bodies.items():
                    if channel != "electronic" and how != "none":
                        continue  # a means says nothing of a paper
                    answer = decide(item, body, officer(sender), world, NOON)
                    allowed = oracle.may_dispatch(
                        sender,
                        recipient,
                        mark,
                        in_force,
                        channel=channel,
                        means=how,
                        agreed=agreed,
                        standing=stands,
                        transport=moved,
                    )
                    case = (sender, recipient, mark, in_force, channel, how, stands, agreed, moved)
                    yield isinstance(answer, Decision), allowed, case, answer


PAIRS = (
    ("AM-POL", "KZ-MVD", frozenset({"A", "KA"})),
    ("AM-POL", "KZ-MVD", frozenset({"A"})),
    ("AM-POL", "KZ-MVD", frozenset({"KA"})),
    ("KZ-MVD", "AM-POL", frozenset({"A", "KA"})),
    ("BY-MVD", "KZ-MVD", frozenset({"A"})),
    ("LT-CB", "KZ-MVD", frozenset({"KL"})),
    ("KZ-MVD", "LT-CB", frozenset({"KL"})),
    ("CSTO-SEC", "RU-MVD", frozenset({"A"})),
)
"""Holder, giver, and what it was given under."""


def given(holder: str, giver: str, which: frozenset[str], mark: str) -> Item:
    """Return an item with one copy in the hands of who received it."""
    passage = Passage(BODIES[giver], tuple(IDS[each] for each in sorted(which)), "розыск", 1)
    release = Release(
        number=1,
        by=BODIES[giver],
        recipient=BODIES[holder],
        purpose="розыск",
        copies=1,
        regimes=passage.regimes,
        decided_at=NOON,
        until=None,
        outcome=None,
        used_by=3,
    )
    item = item_of(giver, mark)
    bodies = (BODIES[giver], BODIES[holder])
    return replace(item, copies=(copy_of(holder, mark, passage),), releases=(release,), known_bodies=bodies)


def readings() -> Iterator[tuple[bool, bool, object, object]]:
    moment = NOON + timedelta(days=30)
    roles = (Role.OFFICER, Role.OPERATOR, Role.SYSTEM, Role.AUDITOR)
    for (holder, giver, which), mark in product(PAIRS, Mark):
        if mark not in oracle.SCHEMES[holder.split("-")[0]]:
            continue
        held = given(holder, giver, which, mark)
        away = Transit(
            recipient=BODIES[giver],
            sender=BODIES[holder],
            seq=2,
            dispatched_at=NOON,
            mark=mark,
            forms=frozenset(),
            passage=None,
        )
        states = {
            True: held,
            False: replace(held, copies=(replace(held.copies[0], state=CopyState.IN_TRANSIT, transit=away),)),
        }
        issued = [None, *product((holder.split("-")[0], "RU", "LT", "US"), Mark)]
        grants = {
            "none": (),
            "right": (grant("p"), grant("p", purpose="иное")),
            "item": (grant("p", item="IT-2"),),
            "ended": (grant("p", until=moment),),
        }
        for holds, clearance, ended, named, fits, role in product(
            states, issued, (False, True), grants, (True, False), roles
        ):
            if (clearance is None and ended) or (role is not Role.OFFICER and (ended or not fits)):
                continue
            until = moment - timedelta(minutes=1) if ended else None
            clearances = (Clearance("p", *clearance, LONG_AGO, until),) if clearance else ()
            person = Person("p", BODIES[holder], clearances)
            chosen = tuple(each for each in grants[named] if (each.purpose == "розыск") is fits)
            answer = may_read(states[holds], person, role, chosen, WORLD, moment)
            allowed = oracle.may_read(
                holder,
                mark,
                which,
                holds=holds,
                role_reads=role is Role.OFFICER,
                clearance=clearance,
                ended=ended,
                grant=named if chosen else "none",
                purpose_fits=fits,
            )
            case = (holder, giver, which, mark, holds, clearance, ended, named, fits, role)
            yield isinstance(answer, MayRead), allowed, case, answer


SAID = ("none", "giver", "competent", "outsider", "denied", "withdrawn", "used", "other_scope", "other_asker", "half")
KINDS = {
    "copy": (ConsentKind.COPY, Scope(count=1), Scope(count=1)),
    "translate": (ConsentKind.TRANSLATE, Scope(language="xx"), Scope(language="zz")),
    "regrade": (ConsentKind.REGRADE, Scope(), Scope()),
    "declassify": (ConsentKind.DECLASSIFY, Scope(), Scope()),
    "return": (ConsentKind.RETURN, Scope(copies=(1,)), Scope(copies=(2,))),
    "destroy": (ConsentKind.DESTROY, Scope(copies=(1,)), Scope(copies=(2,))),
    "third_party": (ConsentKind.THIRD_PARTY, Scope(), Scope(recipient="TJ-MVD")),
}


def consent_of(
    said: str, kind: ConsentKind, scope: Scope, other: Scope, holder: str, giver: str
) -> tuple[Consent, ...]:
    """Return a consent in one of its conditions."""
    if said == "none":
        return ()
    speaker = {"competent": COMPETENT[giver.split("-", maxsplit=1)[0]], "outsider": "TJ-MVD"}.get(said, giver)
    return (
        Consent(
            number=1,
            kind=ConsentKind.JOINT_MARK if said == "other_scope" and kind is ConsentKind.DECLASSIFY else kind,
            asker="TJ-MVD" if said == "other_asker" else holder,
            scope=other if said == "other_scope" else scope,
            needs=(),
            asked_at=NOON,
            given=() if said == "half" else (Given(speaker, "1", NOON),),
            denied_by=giver if said == "denied" else None,
            withdrawn_by=giver if said == "withdrawn" else None,
            used_by=2 if said == "used" else None,
        ),
    )


def uses() -> Iterator[tuple[bool, bool, object, object]]:
    for (holder, giver, which), mark, kind in product(PAIRS, Mark, KINDS):
        party = holder.split("-")[0]
        if mark not in oracle.SCHEMES[party]:
            continue
        item = given(holder, giver, which, mark)
        for said, (variant, body, allowing) in product(SAID, variants(kind, holder, giver, mark, party)):
            consent_kind, scope, other = KINDS[kind]
            if kind == "regrade":
                scope, other = Scope(mark=getattr(body, "mark", None)), Scope(mark=mark)
            if kind == "third_party":
                scope = Scope(recipient=getattr(body, "recipient", None))
            if kind == "translate":
                scope = Scope(language=getattr(body, "language", None))
            if kind == "copy":
                other = Scope(language="zz")
            consents = consent_of(said, consent_kind, scope, other, holder, giver)
            outcomes = {"P-1": outcome(item, holder, str(allowing.get("recipient")), "розыск")}
            answer = decide(replace(item, consents=consents), body, officer(holder), world_with(outcomes), NOON)
            allowed = oracle.may_use(kind, mark, which, said, **allowing)
            if kind == "third_party" and allowed:
                allowed = oracle.may_release(
                    holder, str(allowing["recipient"]), mark, ALL, own_consent=True, cleared=True, procedure="approved"
                )
            yield isinstance(answer, Decision), allowed, (holder, giver, which, mark, kind, said, variant), answer


def world_with(outcomes: dict[str, Any]) -> Scene:
    return replace(WORLD, outcomes=outcomes)


def variants(  # noqa: C901 - one branch for each act
    kind: str, holder: str, giver: str, mark: str, party: str
) -> Iterator[tuple[str, ItemBody, dict[str, Any]]]:
    """Yield an act of a kind in each of its variants, with what the oracle is told of it."""
    clerk = {"made_by": f"clerk-{holder}", "consent": 1, "to_whom": "отдел"}
    if kind == "copy":
        yield "plain", act("copy", copy_number=1, count=1, **clerk), {}
        yield "extract", act("extract", copy_number=1, part="с. 1", **clerk), {}
    elif kind == "translate":
        national = {"KZ": "kk", "LT": "lt", "AM": "hy", "BY": "be", "CSTO": "ru"}[party]
        for language, first in ((national, True), ("xx", False)):
            yield language, act("translate", copy_number=1, language=language, **clerk), {"first_national": first}
    elif kind == "regrade":
        for other in oracle.SCHEMES[party]:
            if other != mark:
                yield other, act("regrade", mark=other, ground="решение", consent=1), {}
    elif kind == "declassify":
        yield "plain", act("declassify", ground="решение", consent=1), {}
    elif kind == "return":
        fields = {"copies": [1], "channel": "diplomatic", "cover_document": paper(), "consent": 1}
        yield "plain", act("return", **fields), {}
    elif kind == "destroy":
        yield "plain", act("destroy", **destruction(consent=1)), {"crisis": False}
        yield "crisis", act("destroy", crisis="пожар", **destruction(consent=1)), {"crisis": True}
    else:
        parties = frozenset({party, giver.split("-", maxsplit=1)[0]})
        for recipient in ("KG-MVD", "KZ-NSC", "CSTO-JS", "LT-CB", "RU-FSB"):
            fields = release_fields(PLAIN, holder, recipient, consent=1)
            yield recipient, act("authorise_release", **fields), {"recipient": recipient, "parties": parties}


PARTS: dict[str, tuple[Callable[[], Iterator[tuple[bool, bool, object, object]]], int]] = {
    "releases": (releases, 19_200),
    "dispatches": (dispatches, 76_800),
    "readings": (readings, 31_000),
    "uses": (uses, 4_000),
}
"""Each part with the least number of cases that it must try; together more than a hundred thousand."""


@pytest.mark.parametrize("part", PARTS)
def test_lattice_what_the_oracle_forbids_is_never_allowed_and_what_it_allows_never_forbidden(part: str) -> None:
    cases, least = PARTS[part]
    number = allowed_ones = 0
    for taken, allowed, case, answer in cases():
        agree(taken, allowed, case, answer)
        number += 1
        allowed_ones += allowed
    assert number >= least
    assert 0 < allowed_ones < number


def test_lattice_has_a_hundred_thousand_cases() -> None:
    assert sum(least for _, least in PARTS.values()) >= 100_000
