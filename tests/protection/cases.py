"""Items, acts and scenes for the tests of protecting secrets: plain functions from JSON, as they come from outside."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from exchange.profiles.secrecy import calendars, orders, regimes
from exchange.protection.core.decide import Decision, decide, decide_registration
from exchange.protection.core.entry import Entry
from exchange.protection.core.item import Item
from exchange.protection.core.objections import Refusal
from exchange.protection.core.scene import (
    AgreedWay,
    Binding,
    Body,
    Caller,
    Clearance,
    Grant,
    Law,
    Means,
    Outcome,
    Person,
    Scene,
    StandingAgreement,
)
from schemas.protection import ItemBody, Register
from schemas.secrecy import Channel, Mark, Office
from schemas.vocabulary import Role
from tests.canary.suite import DESIGNATION

NOON = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
"""Monday 2 March 2026, noon in Almaty: when the items of these tests are registered unless they say otherwise."""

ACTS: TypeAdapter[ItemBody] = TypeAdapter(ItemBody)
REGISTER: TypeAdapter[Register] = TypeAdapter(Register)

ZONES = {
    "KZ": "Asia/Almaty",
    "AM": "Asia/Yerevan",
    "BY": "Europe/Minsk",
    "RU": "Europe/Moscow",
    "KG": "Asia/Bishkek",
    "TJ": "Asia/Dushanbe",
    "LT": "Europe/Vilnius",
    "CSTO": "Europe/Moscow",
}

COMPETENT = {
    "KZ": "KZ-NSC",
    "AM": "AM-NSS",
    "BY": "BY-KGB",
    "RU": "RU-FSB",
    "KG": "KG-GKNB",
    "TJ": "TJ-GKNB",
    "LT": "LT-VSD",
    "CSTO": "CSTO-SEC",
}

AUTHORISED = {"KZ": "KZ-MVD", "AM": "AM-POL", "BY": "BY-MVD", "RU": "RU-MVD", "LT": "LT-CB"}


def _body(code: str) -> Body:
    party = code.split("-", maxsplit=1)[0]
    return Body(code, party, ZONES[party])


BODIES = {
    code: _body(code) for code in (*COMPETENT.values(), *AUTHORISED.values(), "KG-MVD", "TJ-MVD") if code != "CSTO-SEC"
} | {
    "CSTO-SEC": Body("CSTO-SEC", "CSTO", ZONES["CSTO"], Office.SECRETARIAT),
    "CSTO-JS": Body("CSTO-JS", "CSTO", ZONES["CSTO"], Office.JOINT_STAFF),
    "CSTO-CLUB": Body("CSTO-CLUB", "CSTO", ZONES["CSTO"]),
    "LT-FIRM": Body("LT-FIRM", "LT", ZONES["LT"], legal_person=True),
}

CSTO_PARTIES = ("AM", "BY", "KZ", "KG", "RU", "TJ", "CSTO")
SINCE = date(2020, 1, 1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@cache
def law() -> Law:
    """Return the data that come with the product."""
    return Law(
        regimes={code: kept.value for code, kept in regimes().items()},
        orders={code: kept.value for code, kept in orders().items()},
        calendars=calendars(),
    )


def bindings() -> tuple[Binding, ...]:
    """Return all three regimes in force since 2020."""
    return (
        *(Binding("csto-2004", party, SINCE) for party in CSTO_PARTIES),
        *(Binding("kz-am-2025", party, SINCE) for party in ("KZ", "AM")),
        *(Binding("kz-lt-2015", party, SINCE) for party in ("KZ", "LT")),
    )


def person(
    code: str, body: str, *marks: Mark | str, issuer: str | None = None, until: datetime | None = None
) -> Person:
    """Return somebody of a body with clearances since long ago."""
    own = BODIES[body]
    clearances = tuple(Clearance(code, issuer or own.party, Mark(mark), LONG_AGO, until) for mark in marks)
    return Person(code, own, clearances)


def scene(**changes: Any) -> Scene:
    """Return a world with all three regimes in force, agreed means KZ–AM and KZ–LT, and cleared clerks everywhere."""
    plain: dict[str, Any] = {
        "law": law(),
        "bindings": bindings(),
        "competent": {
            (regime.id, party): COMPETENT[party] for regime in law().regimes.values() for party in regime.parties
        },
        "bodies": BODIES,
        "means": {
            "M-AM": Means("M-AM", frozenset({"KZ-NSC", "AM-NSS"}), "1/1", SINCE),
            "M-LT": Means("M-LT", frozenset({"KZ-NSC", "LT-VSD"}), "1/2", SINCE),
            "M-HALF": Means("M-HALF", frozenset({"KZ-NSC"}), "1/3", SINCE),
        },
        "standing": (StandingAgreement("kz-am-2025", frozenset({"KZ-MVD", "AM-POL"}), "2/1", SINCE),),
        "people": {f"clerk-{code}": person(f"clerk-{code}", code, "special_importance") for code in BODIES},
        "numbers": {code: f"{code}/2026/S-00001" for code in BODIES},
    }
    return Scene(**{**plain, **changes})


def way(regime: str, parties: str, channel: str) -> AgreedWay:
    """Return a channel agreed between two Parties: `way("kz-lt-2015", "KZ LT", "courier")`."""
    return AgreedWay(regime, frozenset(parties.split()), Channel(channel), "3/1", SINCE)


def paper(reference: str = "1/1", day: str = "2026-03-01") -> dict[str, str]:
    """Return a paper as JSON."""
    return {"reference": reference, "date": day}


def stamp(instant: datetime) -> str:
    """Write an instant as JSON."""
    return instant.isoformat().replace("+00:00", "Z")


def registration(**changes: Any) -> Register:
    """Return a lawful registration of a secret document; a value of `...` takes its field away."""
    plain: dict[str, Any] = {
        "act": "register",
        "mark": "secret",
        "designation": DESIGNATION,
        "kind": "document",
        "purpose": "розыск",
    }
    fields = {name: value for name, value in {**plain, **changes}.items() if value is not ...}
    return REGISTER.validate_json(json.dumps(fields))


def act(kind: str, /, **fields: Any) -> ItemBody:
    """Return an act from the JSON that would carry it."""
    return ACTS.validate_json(json.dumps({"act": kind, **fields}))


def officer(code: str) -> Caller:
    """Return the secrecy officer of a body."""
    return Caller(code, Role.SECRECY_OFFICER, f"person:{code.lower()}.secrecy")


@dataclass(frozen=True)
class Story:
    """An item and the record that led to it; each act returns a new story."""

    item: Item
    entries: tuple[Entry, ...]
    scene: Scene
    now: datetime = NOON
    decisions: tuple[Decision, ...] = field(default=(), repr=False)

    def after(self, **times: float) -> "Story":
        """Let time pass."""
        return replace(self, now=self.now + timedelta(**times))

    def within(self, **changes: Any) -> "Story":
        """Change the scene."""
        return replace(self, scene=replace(self.scene, **changes))

    def tries(self, by: str | Caller, kind: str, /, **fields: Any) -> Decision | Refusal:
        """Return what comes of an act."""
        caller = by if isinstance(by, Caller) else officer(by)
        return decide(self.item, act(kind, **fields), caller, self.scene, self.now)

    def does(self, by: str | Caller, kind: str, /, **fields: Any) -> "Story":
        """Do an act that must be taken."""
        answer = self.tries(by, kind, **fields)
        assert isinstance(answer, Decision), f"{kind}: {answer.objections}"
        return replace(
            self,
            item=answer.item,
            entries=(*self.entries, answer.entry),
            decisions=(*self.decisions, answer),
        )

    def refused(self, by: str | Caller, kind: str, /, **fields: Any) -> Refusal:
        """Try an act that must be refused."""
        answer = self.tries(by, kind, **fields)
        assert isinstance(answer, Refusal), f"{kind} was taken"
        return answer

    @property
    def notices(self) -> set[tuple[str, str, str | None]]:
        """Who was told of what under which rule by the last act."""
        return {(notice.to, notice.told.value, notice.rule) for notice in self.decisions[-1].notices}

    def releases(self, by: str, recipient: str, **changes: Any) -> "Story":
        """Authorise a release with all papers, the national procedure's outcome at hand."""
        fields = release_fields(self.item, by, recipient, **changes)
        world = replace(self.scene, outcomes={"P-1": outcome(self.item, by, recipient, fields["purpose"])})
        return replace(self, scene=world).does(by, "authorise_release", **fields)

    def gives(self, by: str, recipient: str, copies: tuple[int, ...] = (1,), **changes: Any) -> "Story":
        """Release, dispatch by diplomatic channels and receive."""
        story = self.releases(by, recipient, copies=len(copies)).does(by, "dispatch", **dispatch(self, copies))
        return story.receives(recipient, copies, **changes)

    def receives(self, recipient: str, copies: tuple[int, ...] = (1,), **changes: Any) -> "Story":
        """Confirm receipt with the mark and in the form that are right."""
        transit = self.item.copies[copies[0] - 1].transit
        assert transit is not None
        form = "written" if "written" in transit.forms else "electronic"
        fields = {
            "copies": copies,
            "form": form,
            "own_number": f"{recipient}/1",
            "received_at": stamp(self.now),
            "reference": paper() if form == "written" else None,
            "own_mark": transit.mark,
            **changes,
        }
        return self.does(recipient, "confirm_receipt", **fields)

    def asks(self, by: str, kind: str, /, **scope: Any) -> "Story":
        """Ask for a consent."""
        return self.does(by, "ask_consent", kind=kind, scope=scope, reason="нужно", reference=paper())

    def consents(self, by: str, number: int | None = None) -> "Story":
        """Give the latest consent that was asked for."""
        return self.does(by, "grant_consent", consent=number or len(self.item.consents), reference=paper())


def release_fields(item: Item, _by: str, _recipient: str, **changes: Any) -> dict[str, Any]:
    """Return the fields of a release with every paper that any regime asks for."""
    plain: dict[str, Any] = {
        "recipient": _recipient,
        "purpose": item.purpose,
        "copies": 1,
        "decision": paper("решение 1"),
        "basis": "договор",
        "own_consent": paper("согласие 1"),
        "recipient_cleared": paper("допуск 1"),
        "procedure": "P-1",
        "until": "2027-12-31",
    }
    return {name: value for name, value in {**plain, **changes}.items() if value is not ...}


def dispatch(story: Story, copies: tuple[int, ...] = (1,), **changes: Any) -> dict[str, Any]:
    """Return the fields of a dispatch by diplomatic channels under the release that comes next."""
    plain: dict[str, Any] = {
        "release": len(story.item.releases) + 1,
        "copies": copies,
        "channel": "diplomatic",
        "cover_document": paper("сопр. 1"),
        "transport": {"means": "поезд", "route": "Астана – Минск", "escort": "двое", "agreed": paper()},
    }
    return {name: value for name, value in {**plain, **changes}.items() if value is not ...}


def outcome(item: Item, sender: str, recipient: str, purpose: str, **changes: Any) -> Outcome:
    """Return an approval by the government for exactly one giving."""
    plain: dict[str, Any] = {
        "code": "P-1",
        "item": item.id,
        "sender": sender,
        "recipient": recipient,
        "purpose": purpose,
        "approved": True,
        "until": date(2027, 12, 31),
    }
    return Outcome(**{**plain, **changes})


def registered(by: str = "KZ-MVD", world: Scene | None = None, **changes: Any) -> Story:
    """Return an item in the register of a body."""
    world = world or scene()
    answer = decide_registration("IT-1", registration(**changes), officer(by), world, NOON)
    assert isinstance(answer, Decision), answer.objections
    return Story(answer.item, (answer.entry,), world, decisions=(answer,))


def refused_registration(by: str = "KZ-MVD", world: Scene | None = None, **changes: Any) -> Refusal:
    """Return the refusal of a registration."""
    answer = decide_registration("IT-1", registration(**changes), officer(by), world or scene(), NOON)
    assert isinstance(answer, Refusal), "the registration was taken"
    return answer


def grant(code: str, purpose: str = "розыск", item: str = "IT-1", until: datetime | None = None) -> Grant:
    """Return a person's grant."""
    return Grant(code, item, purpose, "приказ 1", LONG_AGO, until)


def why(refusal: Refusal) -> tuple[tuple[str, ...], set[str]]:
    """Return the codes of a refusal, worst first, and the rules that it names."""
    return refusal.codes, set(refusal.rules)
