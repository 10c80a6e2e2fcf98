"""Whole decisions, written in one round trip."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter
from pydantic_core import to_json

from exchange.core.deadlines import local_day
from exchange.core.decide import Decision
from exchange.core.notices import concerned, counterpart, feed_of, next_step_at, told_of
from exchange.core.record import Sealed, stamp
from exchange.core.request import AuthorityRef, Obligation, Request
from exchange.store.audit import Trace
from exchange.store.database import Connection
from exchange.store.requests import NEVER, REQUEST, Loaded
from schemas.acts import Redirect
from schemas.profile import Profile
from schemas.vocabulary import Direction, ObligationState

OBLIGATION = TypeAdapter(Obligation)

Row = dict[str, object]
"""A row by its columns, in the types that they have in the database; a document is JSON text."""

# Who did it stands in the same statement: no trace, no act.
CALL_SAVE = "SELECT save_decisions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"


@dataclass(frozen=True, slots=True)
class Registered:
    """A number given by one of an authority's registers."""

    direction: Direction
    year: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedDeed:
    """A decision ready to be written: its entries sealed and chained, the numbers that it took, who made it.

    `registered` holds the numbers by the authority whose register gave them; `profile` is what the request is under.
    """

    before: Request | None
    decision: Decision
    entries: tuple[Sealed, ...]
    registered: Mapping[str, Registered]
    profile: Profile
    trace: Trace

    @property
    def loaded(self) -> Loaded:
        """The request once it is written."""
        return Loaded(self.decision.request, self.entries[-1].digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a call under a key is answered, kept for when it comes again: `answer` is JSON text."""

    authority: str
    key: str
    fingerprint: bytes
    answer: str
    made_at: datetime

    @property
    def row(self) -> Row:
        """It as a row."""
        return {name: getattr(self, name) for name in self.__slots__}


async def save(conn: Connection, deeds: Sequence[SealedDeed], answers: Iterable[Answered] = ()) -> bool:
    """Write decisions on different requests, all or none: everything that follows from them, and their traces.

    That is the requests, their entries, duties, participants, notices, events and numbers. Nothing is written, and
    False returned, when something that they rest on moved since it was read; what was locked before cannot have.
    """
    made = [deed for deed in deeds if deed.before is None]
    changed = sorted((deed for deed in deeds if deed.before is not None), key=lambda deed: deed.decision.request.id)
    told = _told(deeds)
    stands: bool = await conn.fetchval(
        CALL_SAVE,
        [request_row(None, deed.decision.request, deed.entries[-1].digest) for deed in made],
        [
            request_row(deed.before, deed.decision.request, deed.entries[-1].digest) | _rested_on(deed)
            for deed in changed
        ],
        [body for deed in deeds for body in _new_bodies(deed.before, deed.decision)],
        _each(deeds, lambda deed: map(_entry, deed.entries)),
        _each(deeds, lambda deed: participant_rows(deed.before, deed.decision, deed.entries)),
        _each(deeds, lambda deed: obligation_rows(deed.before, deed.decision.request, deed.profile)),
        _each(deeds, lambda deed: _notices(deed.decision)),
        _events(told),
        _counts(told, deeds),
        _each(deeds, _numbers),
        [_trace(deed) for deed in deeds],
        [answer.row for answer in answers],
    )
    return stands


def _rested_on(deed: SealedDeed) -> Row:
    """Return what a decision on a request rests on: its last entry, and how far its reminders were told."""
    duties = deed.before.obligations if deed.before else ()
    return {"seen": deed.entries[0].previous, "told": [duty.reminded_through for duty in duties]}


def _each(deeds: Sequence[SealedDeed], rows: Callable[[SealedDeed], Iterable[Row]]) -> list[Row]:
    """Return the rows of all decisions, in order, with the requests to which they belong."""
    return [{**row, "request": deed.decision.request.id} for deed in deeds for row in rows(deed)]


def soonest(request: Request) -> Obligation | None:
    """Return the running duty that falls due first."""
    running = (duty for duty in request.obligations if duty.state is ObligationState.RUNNING and duty.due_at)
    return min(running, key=lambda duty: duty.due_at or NEVER, default=None)


def snapshot(request: Request) -> str:
    """Return what changes of a request, as JSON text; its submission and its duties are kept beside it.

    What is as it is by default is left out: most of a young request is.
    """
    return REQUEST.dump_json(request, exclude={"submitted", "obligations"}, exclude_defaults=True).decode()


def detail(duty: Obligation) -> str:
    """Return a duty without what the scheduler moves, as JSON text."""
    return OBLIGATION.dump_json(duty, exclude={"reminded_through"}, exclude_defaults=True).decode()


def former(head: bytes, stage: str, duties: Iterable[str]) -> str:
    """Return what a former holder goes on seeing: the digest of its last entry, and the request and its duties then."""
    return f'{{"head": "{head.hex()}", "snapshot": {stage}, "obligations": [{", ".join(duties)}]}}'


def request_row(before: Request | None, after: Request, head: bytes) -> Row:
    """Return what a request's row becomes; what never changes only when it is new."""
    body = after.submitted
    document: Row = {
        "id": after.id,
        "holder": after.holder.code,
        "state": after.state,
        "received_number": after.received_number,
        "seq": after.seq,
        "head": head,
        "snapshot": snapshot(after),
    }
    if before is None:
        # Numbers, sides and purpose: long texts would be most of the work, and stand in the index once more.
        words = (after.number, body.reference, after.requesting.name, after.holder.name, body.purpose)
        document |= {
            "requesting": after.requesting.code,
            "number": after.number,
            "reference": body.reference,
            "profile": after.profile.digest,
            "submitted": body.model_dump_json(),
            "words": "\n".join(words),
        }
    return document


def _entry(entry: Sealed) -> Row:
    return {
        "seq": entry.seq,
        "act": entry.act,
        "author": entry.author,
        "at": entry.at,
        "recorded_at": entry.recorded_at,
        "jws": entry.jws,
        "ruling": entry.ruling,
        "previous": entry.previous,
        "digest": entry.digest,
    }


def _new_bodies(before: Request | None, decision: Decision) -> list[Row]:
    """Return the domestic body that a redirect names and the registry does not know yet."""
    entry, request = decision.entries[0], decision.stages[0]
    if before is None or not isinstance(entry.body, Redirect) or entry.body.to_body is None:
        return []
    holder = request.holder
    return [
        {
            "code": holder.code,
            "kind": holder.kind,
            "country": holder.country,
            "name": to_json({"ru": holder.name}).decode(),
            "zone": holder.zone,
            "reach": holder.reach,
            "address": entry.body.to_body.address,
            "since": local_day(entry.at, holder.zone),
        }
    ]


def participant_rows(before: Request | None, decision: Decision, sealed: tuple[Sealed, ...]) -> list[Row]:
    """Return who sees the request as it stands, and who goes on seeing what stood when it left."""
    return [*_participants(decision.request), *_leaving(before, decision, sealed)]


def _participants(request: Request) -> list[Row]:
    """Return who sees the request as it stands, and by what falls due first."""
    due = soonest(request)
    suspended = due is None and any(duty.state is ObligationState.SUSPENDED for duty in request.obligations)
    shared: Row = {
        "state": request.state,
        "urgent": request.submitted.urgent is not None,
        "received_number": request.received_number,
        "due_at": due.due_at if due and due.due_at else NEVER,
        "due_on": due.due_on if due else None,
        "due_zone": due.authority.zone if due else None,
        "due_kind": due.kind if due else None,
        "suspended": suspended,
        "former": None,
    }
    out = request.requesting.code
    return [{"authority": code, "box": "out" if code == out else "in", **shared} for code in concerned(request)]


def _leaving(before: Request | None, decision: Decision, sealed: tuple[Sealed, ...]) -> list[Row]:
    """Return who stops following the request with this decision: it goes on seeing the stage of its redirect."""
    if before is None:
        return []
    gone = [code for code in concerned(before) if code not in concerned(decision.request)]
    if not gone:
        return []
    # It keeps the number that it gave itself; the one that the new holder gives is not for it.
    stage = replace(decision.stages[0], received_number=before.received_number)
    seen = former(sealed[0].digest, snapshot(stage), map(detail, stage.obligations))
    return [
        {
            "authority": code,
            "box": "in",
            "state": stage.state,
            "urgent": stage.submitted.urgent is not None,
            "received_number": stage.received_number,
            "due_at": NEVER,
            "due_on": None,
            "due_zone": None,
            "due_kind": None,
            "suspended": False,
            "former": seen,
        }
        for code in gone
    ]


def obligation_rows(before: Request | None, after: Request, profile: Profile) -> list[Row]:
    """Return the duties that a decision opened or changed, and those that a new holder owes."""
    return [
        _obligation(after, place, duty, profile)
        for place, duty in enumerate(after.obligations)
        if before is None or duty not in before.obligations or (duty.live and after.holder != before.holder)
    ]


def _obligation(request: Request, place: int, duty: Obligation, profile: Profile) -> Row:
    return {
        "id": duty.id,
        "place": place,
        "kind": duty.kind,
        "authority": duty.authority.code,
        "counterpart": counterpart(request, duty),
        "steward": request.steward if duty.authority.code == request.holder.code else None,
        "state": duty.state,
        "zone": duty.authority.zone,
        "due_at": duty.due_at or NEVER,
        "due_version": duty.due_version,
        "reminded_through": duty.reminded_through,
        "next_step_at": next_step_at(request, duty, profile),
        "detail": detail(duty),
    }


def _notices(decision: Decision) -> list[Row]:
    """Return the notices of each act to those who follow the request, with all that a notice may say."""
    rows: list[Row] = []
    for entry, request in zip(decision.entries, decision.stages, strict=True):
        data = to_json(notice_data(request) | {"act": entry.kind.value, "at": stamp(entry.at)}).decode()
        shared: Row = {"seq": entry.seq, "made_at": entry.recorded_at, "data": data}
        rows += [{"authority": addressee.authority, **shared} for addressee in told_of(request, entry)]
    return rows


def notice_data(request: Request) -> Row:
    """Return what any notice may say of a request: its numbers and its sides, nothing of the case."""
    return {
        "number": request.number,
        "received_number": request.received_number,
        "requesting": _side(request.requesting),
        "requested": _side((*request.past_holders, request.holder)[0]),
        "holder": _side(request.holder),
    }


def _side(authority: AuthorityRef) -> dict[str, str]:
    return {"code": authority.code, "name": authority.name}


def _trace(deed: SealedDeed) -> Row:
    """Return the line of the audit trail that tells who did it."""
    at, role, who, named, subject, detailed = deed.trace.columns
    return {
        "at": at,
        "authority": deed.trace.actor.authority,
        "role": role,
        "who": who,
        "deed": named,
        "request": deed.decision.request.id,
        "subject": subject,
        "detail": detailed,
    }


def _told(deeds: Sequence[SealedDeed]) -> dict[str, list[Row]]:
    """Return the events of decisions by the authority whose feed they enter, in order."""
    told: dict[str, list[Row]] = {}
    for deed in deeds:
        request = deed.decision.request.id
        for code, events in feeds(deed.decision).items():
            told.setdefault(code, []).extend({**event, "request": request} for event in events)
    return told


def _counts(told: Mapping[str, list[Row]], deeds: Sequence[SealedDeed]) -> list[Row]:
    """Return how far each concerned authority's counters go on, in the order in which they are locked."""
    counts: dict[str, Row] = {code: {"authority": code, "events": len(told[code])} for code in sorted(told)}
    for deed in deeds:
        for code, last in deed.registered.items():
            counts[code] |= {f"{last.direction}_year": last.year, f"{last.direction}_number": last.number}
    return list(counts.values())


def _numbers(deed: SealedDeed) -> list[Row]:
    """Return a line of the registers for each number that a decision took."""
    return [_number(code, given) for code, given in deed.registered.items()]


def _number(code: str, given: Registered) -> Row:
    return {"authority": code, "year": given.year, "direction": given.direction, "number": given.number}


def _events(told: Mapping[str, list[Row]]) -> list[Row]:
    """Return the events of each feed; their numbers are counted back from where its counter then stands."""
    return [
        {"authority": code, "following": following, **event}
        for code, events in told.items()
        for following, event in zip(reversed(range(len(events))), events, strict=True)
    ]


def feeds(decision: Decision) -> dict[str, list[Row]]:
    """Return the events of a decision by the authority whose feed they enter, in order."""
    events: dict[str, list[Row]] = {}
    for entry, request in zip(decision.entries, decision.stages, strict=True):
        event: Row = {
            "seq": entry.seq,
            "act": entry.kind,
            "author": entry.author,
            "at": entry.at,
            "state": request.state,
        }
        for code in feed_of(request, entry):
            events.setdefault(code, []).append(event)
    return events
