"""Requests, acts and scenes for the tests of the law: plain functions from JSON, as they come from outside."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from pydantic import TypeAdapter

from exchange.core import fold
from exchange.core.access import Actor
from exchange.core.decide import Decision, Refusal, decide, decide_submission
from exchange.core.lawful import allowed_acts
from exchange.core.request import AttachmentRef, AuthorityRef, Entry, Obligation, Request
from exchange.core.scene import Party, Reading, Scene, StandingChannel
from exchange.profiles import protocol_source, reading_of
from schemas.acts import ActBody
from schemas.requests import Submission
from schemas.vocabulary import ActKind, AskKind, AuthorityKind, Country, ObligationKind, Reach, Role, Side

NOON = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
"""Sunday 1 March 2026, noon in Moscow: when the requests of these tests are sent unless they say otherwise."""

SUBMISSIONS: TypeAdapter[Submission] = TypeAdapter(Submission)
BODIES: TypeAdapter[ActBody] = TypeAdapter(ActBody)

HEAD = {"name": "Ахметов А. А.", "position": "head"}


def reading() -> Reading:
    """Return the Protocol's own profile."""
    return reading_of(protocol_source())


def _authority(
    code: str, zone: str, reach: Reach = Reach.NODE, kind: AuthorityKind = AuthorityKind.COMPETENT
) -> AuthorityRef:
    country = None if kind is AuthorityKind.SECRETARIAT else Country(code[:2])
    return AuthorityRef(code=code, name=f"Орган {code}", country=country, zone=zone, reach=reach, kind=kind)


AUTHORITIES = {
    authority.code: authority
    for authority in (
        _authority("KZ-MVD", "Asia/Almaty"),
        _authority("KZ-NSC", "Asia/Almaty"),
        _authority("RU-MVD", "Europe/Moscow"),
        _authority("RU-FSB", "Europe/Moscow"),
        _authority("RU-EAST", "Asia/Vladivostok", kind=AuthorityKind.DOMESTIC),
        _authority("RU-POST", "Europe/Moscow", Reach.POST, AuthorityKind.DOMESTIC),
        _authority("RU-MAIL", "Europe/Moscow", Reach.EMAIL, AuthorityKind.DOMESTIC),
        _authority("TJ-MVD", "Asia/Dushanbe"),
        _authority("TJ-GKNB", "Asia/Dushanbe", Reach.COURIER),
        _authority("AM-POL", "Asia/Yerevan"),
        _authority("BY-MVD", "Europe/Minsk"),
        _authority("KG-MVD", "Asia/Bishkek"),
        _authority("CSTO-SEC", "Europe/Moscow", kind=AuthorityKind.SECRETARIAT),
    )
}


def scene(**changes: Any) -> Scene:
    """Return a registry of six Parties, their authorities, one standing channel and the registers' next numbers."""
    plain: dict[str, Any] = {
        "authorities": AUTHORITIES,
        "parties": {country: Party(country, date(2020, 1, 1)) for country in Country},
        "agreements": {
            "CH-1": StandingChannel("CH-1", frozenset({Country.KZ, Country.RU}), date(2021, 1, 1), date(2026, 12, 31)),
        },
        "outgoing_numbers": {code: f"исх-{code}" for code in AUTHORITIES},
        "incoming_numbers": {code: f"вх-{code}" for code, of in AUTHORITIES.items() if of.on_node},
        "attachments": {code: AttachmentRef(code, "0" * 64, 1, "a.txt", "text/plain") for code in ("ATT-1", "ATT-2")},
        "protected": frozenset({"PR-1"}),
    }
    return Scene(**{**plain, **changes})


def submission_json(**changes: Any) -> dict[str, Any]:
    """Return a complete request with two items as JSON; a value of `...` takes its field away."""
    plain: dict[str, Any] = {
        "requested_authority": "RU-MVD",
        "reference": "1/2-345",
        "purpose": "установить владельца сервера",
        "grounds": "уголовное дело № 1",
        "substance": "рассылка вредоносных программ",
        "matters": ["information_technology"],
        "assistance": [
            {"form": "information", "subject": "persons", "text": "данные владельца"},
            {"form": "procedural_act", "text": "допрос свидетеля", "citation": "Минская конвенция, ст. 6"},
        ],
        "execution_term": {"days": 30, "basis": "protocol"},
        "signatory": HEAD,
        "language": "ru",
    }
    return {name: value for name, value in {**plain, **changes}.items() if value is not ...}


def submission(**changes: Any) -> Submission:
    """Return a lawful request, changed as told, through the same door as one from outside."""
    return SUBMISSIONS.validate_json(json.dumps(submission_json(**changes)))


def urgent_json(**changes: Any) -> dict[str, Any]:
    """Return the grounds of the urgent path, transmitted an hour before noon."""
    plain: dict[str, Any] = {
        "persons": "Иванов И. И.",
        "reason": "готовится сегодня",
        "channel": "защищённая электронная почта",
        "agreement": {"kind": "standing", "id": "CH-1"},
        "transmitted_at": stamp(NOON - timedelta(hours=1)),
    }
    return {name: value for name, value in {**plain, **changes}.items() if value is not ...}


def act(kind: str, **fields: Any) -> ActBody:
    """Return an act from the JSON that would carry it."""
    return BODIES.validate_json(json.dumps({"act": kind, **fields}))


def stamp(instant: datetime) -> str:
    """Write an instant as JSON carries it."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def instants(first: int, last: int) -> st.SearchStrategy[datetime]:
    """Return a strategy for UTC instants from the beginning of one year to that of another."""
    years = (datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (first, last))
    return st.datetimes(*years, timezones=st.just(UTC))


def head_of(code: str) -> Actor:
    """Return the head of an authority."""
    return Actor(code, Role.HEAD)


def system_of(code: str) -> Actor:
    """Return an authority's own system, which may do every act of its authority."""
    return Actor(code, Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class Case:
    """A record on its way: what was decided so far, the request it tells of, and the moment reached."""

    record: tuple[Entry, ...]
    stages: tuple[Request, ...]
    now: datetime

    @property
    def request(self) -> Request:
        """Where it stands."""
        return self.stages[-1]

    def duty(self, kind: ObligationKind = ObligationKind.EXECUTION) -> Obligation:
        """Return the latest duty of a kind, which must be there."""
        duty = self.request.obligation(kind)
        assert duty is not None
        return duty

    def holder(self) -> Actor:
        """Return a caller that may do every act of the requested side."""
        return system_of(self.request.steward or self.request.holder.code)

    def requesting(self) -> Actor:
        """Return a caller that may do every act of the requesting side."""
        return system_of(self.request.requesting.code)

    def to(self, now: datetime) -> "Case":
        """Let time go on to a moment."""
        return replace(self, now=now)

    def after(self, **time: float) -> "Case":
        """Let some time pass."""
        return replace(self, now=self.now + timedelta(**time))

    def answer(self, kind: str, by: Actor, **fields: Any) -> Decision | Refusal:
        """Decide on an act without letting it stand."""
        return decide(self.request, act(kind, **fields), by, scene(), reading(), self.now)

    def does(self, kind: str, by: Actor | None = None, **fields: Any) -> "Case":
        """Let an act stand; by the side that can do it unless told."""
        own = self.requesting() if kind in REQUESTING_ACTS else self.holder()
        return self.decided(self.answer(kind, by or own, **fields))

    def decided(self, answer: Decision | Refusal) -> "Case":
        """Go on with a decision; a refusal fails the test with its reasons."""
        assert isinstance(answer, Decision), answer
        return replace(self, record=(*self.record, *answer.entries), stages=(*self.stages, *answer.stages))

    def objections(self, kind: str, by: Actor | None = None, **fields: Any) -> set[str]:
        """Return the codes of every objection to an act that must be refused."""
        own = self.requesting() if kind in REQUESTING_ACTS else self.holder()
        answer = self.answer(kind, by or own, **fields)
        assert isinstance(answer, Refusal)
        return {objection.code for objection in answer.objections}

    def allowed(self, by: Actor) -> set[str]:
        """Return the acts that a caller is offered."""
        return {row.kind.value for row in allowed_acts(self.request, by)}


REQUESTING_ACTS = frozenset(
    {
        "confirm",
        "provide_information",
        "accept_conditions",
        "decline_conditions",
        "withdraw",
        "ask_presence",
        "ask_other_use",
    }
)
"""The acts that only the requesting side does, spelled here anew so that a wrong table shows."""


def sent(now: datetime = NOON, by: Actor | None = None, **changes: Any) -> Case:
    """Submit a request: the holder's node, if it has one, receives at once."""
    answer = decide_submission("REQ-1", submission(**changes), by or system_of("KZ-MVD"), scene(), reading(), now)
    return Case((), (), now).decided(answer)


def sent_urgent(now: datetime = NOON, **changes: Any) -> Case:
    """Submit an urgent request without signature, transmitted an hour before."""
    urgent = urgent_json(**{"transmitted_at": stamp(now - timedelta(hours=1)), **changes})
    return sent(now, urgent=urgent, signatory=...)


def refused_submission(now: datetime = NOON, by: Actor | None = None, **changes: Any) -> Refusal:
    """Submit a request that must be refused."""
    answer = decide_submission("REQ-1", submission(**changes), by or system_of("KZ-MVD"), scene(), reading(), now)
    assert isinstance(answer, Refusal)
    return answer


def replayed(case: Case) -> Request:
    """Return the request as its record alone tells it."""
    return fold.fold("REQ-1", case.record)


def lawful_fields(request: Request, kind: ActKind, by: Actor, now: datetime) -> dict[str, Any]:
    """Return content for an act that is lawful wherever the act itself is."""
    own = Side.REQUESTING if by.authority == request.requesting.code else Side.REQUESTED

    def number(of: AskKind, *, others: bool = False) -> int:
        fits = (ask.number for ask in request.asked(of) if ask.open and not (others and ask.side is own))
        return next(fits, 1)

    opened = list(request.open_items())
    fields: dict[ActKind, Callable[[], dict[str, Any]]] = {
        ActKind.RECEIVE: lambda: {"received_at": stamp(now)},
        ActKind.REDIRECT: lambda: {
            "to_body": {"name": f"Иной орган {request.seq}", "address": "адрес"},
            "reason": "не в компетенции",
        },
        ActKind.CONFIRM: lambda: {"signatory": HEAD},
        ActKind.HOLD: lambda: {"reason": "ждём подтверждения"},
        ActKind.ASK_INFORMATION: lambda: {"question": "какой сервер?"},
        ActKind.PROVIDE_INFORMATION: lambda: {"question_number": number(AskKind.QUESTION), "answer": "такой"},
        ActKind.REPORT_IMPEDIMENT: lambda: {"circumstances": "нет доступа", "expected_delay": "неделя"},
        ActKind.POSTPONE: lambda: {"reason": "уголовное преследование"},
        ActKind.OFFER_CONDITIONS: lambda: {"conditions": "тайна", "ground": "дело", "consultation": "вчера, устно"},
        ActKind.DECLINE_CONDITIONS: lambda: {"reason": "не можем"},
        ActKind.DISCONTINUE: lambda: {"reason": "условия не приняты"},
        ActKind.REFUSE: lambda: {"items": "all", "reasons": "противоречит", "national_law": "ст. 1"},
        ActKind.REPORT_RESULTS: lambda: {
            "items": [{"number": n, "outcome": "установлено"} for n in opened],
            "text": "исполнено",
            "final": True,
        },
        ActKind.WITHDRAW: lambda: {"reason": "больше не нужно"},
        ActKind.PROPOSE_TERM: lambda: {"days": 45, "citation": "договор, ст. 5"},
        ActKind.AGREE_TERM: lambda: {"term_number": number(AskKind.TERM, others=True)},
        ActKind.ASK_PRESENCE: lambda: {"people": [{"name": "Петров", "position": "следователь"}], "reason": "нужно"},
        ActKind.GRANT_PRESENCE: lambda: {"presence_number": number(AskKind.PRESENCE)},
        ActKind.DENY_PRESENCE: lambda: {"presence_number": number(AskKind.PRESENCE), "reason": "нельзя"},
        ActKind.ASK_OTHER_USE: lambda: {"purpose": "другое дело"},
        ActKind.GRANT_OTHER_USE: lambda: {"other_use_number": number(AskKind.OTHER_USE)},
        ActKind.DENY_OTHER_USE: lambda: {"other_use_number": number(AskKind.OTHER_USE), "reason": "нельзя"},
        ActKind.OPEN_CONSULTATION: lambda: {"subject": "толкование"},
        ActKind.CLOSE_CONSULTATION: lambda: {
            "consultation_number": number(AskKind.CONSULTATION),
            "outcome": "согласие",
        },
        ActKind.PROPOSE_COSTS: lambda: {"arrangement": "пополам"},
        ActKind.AGREE_COSTS: lambda: {"costs_number": number(AskKind.COSTS, others=True)},
        ActKind.NOTE: lambda: {"text": "сообщение"},
    }
    return fields[kind]() if kind in fields else {}
