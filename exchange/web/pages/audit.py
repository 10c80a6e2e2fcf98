"""The audit trail for those who may read it: who read, took out or changed what, newest first; and taken out signed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from exchange.core.access import Verb, may
from exchange.core.deadlines import start_of_day
from exchange.core.errors import Refused
from exchange.core.objections import object_to
from exchange.service import trail
from exchange.service.sessions import PERSON
from exchange.service.trail import TrailAsked
from exchange.web.errors import BadQuery
from exchange.web.house import ID, House, Turn
from exchange.web.query import Query
from schemas.views import AuditView
from schemas.vocabulary import Deed

PROGRAM: Final = "token:"
LARGEST: Final = 2**63 - 1
CATALOGUES: Final = {"form": "act", "role": "role", "former": "role", "scopes": "verb"}
"""Whose words the codes of a detail are, where they are not its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeedRow:
    """One deed of the list; `told` are the lines of what else is told of it."""

    at: datetime
    who: str
    role: str | None
    by_program: bool
    deed: Deed
    number: str | None
    href: str | None
    request: str | None
    subject: str
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """One page of the trail and what it was searched for."""

    deed: Deed | None
    who: str | None
    request: str | None
    since: str | None
    until: str | None
    rows: tuple[DeedRow, ...]
    continued: bool
    following: str | None
    export: str

    @property
    def filtered(self) -> bool:
        """Whether anything was asked for."""
        return any((self.deed, self.who, self.request, self.since, self.until))


async def listed(house: House, request: Request) -> Response:
    """List the deeds asked for."""
    async with house.reading(request) as turn:
        _require(turn)
        asked = Query(request)
        since, until = _span(turn, asked)
        wanted = TrailAsked(
            deed=asked.member("deed", Deed),
            who=asked.text("who"),
            request=_request(asked),
            since=since,
            until=until,
            after=asked.cursor(_place),
        )
        found, following = await trail.search(turn.conn, turn.actor, turn.now, wanted)
        view = Trail(
            deed=wanted.deed,
            who=wanted.who,
            request=asked.text("request"),
            since=asked.text("since"),
            until=asked.text("until"),
            rows=tuple(_row(turn, deed) for deed in found),
            continued=wanted.after is not None,
            following=asked.with_after("/audit", following),
            export=asked.kept("/audit/export", "since", "until"),
        )
    return house.page_for(turn, "audit", view=view, deeds=tuple(Deed))


async def exported(house: House, request: Request) -> Response:
    """Take the trail out; that it was taken out stands before any of it goes."""
    async with house.reading(request) as turn:
        _require(turn)
        since, until = _span(turn, Query(request))
        export = await trail.begin_export(turn.conn, turn.actor, turn.now, since=since, until=until)
    runtime = house.runtime
    lines = trail.lines(runtime, runtime.desk.keys, export)
    return StreamingResponse(lines, headers=trail.headers(export), media_type=trail.JSON_LINES)


def _require(turn: Turn) -> None:
    if not may(turn.actor, Verb.AUDIT):
        raise Refused((object_to("role_may_not"),))


def _span(turn: Turn, asked: Query) -> tuple[datetime | None, datetime | None]:
    """Return the instants between which the days asked for lie, both days included, in the caller's zone."""
    since, until = asked.day("since"), asked.day("until")
    return (
        None if since is None else start_of_day(since, turn.zone),
        None if until is None else start_of_day(until + timedelta(days=1), turn.zone),
    )


def _request(asked: Query) -> UUID | None:
    text = asked.text("request")
    if text is not None and not ID.fullmatch(text):
        raise BadQuery
    return None if text is None else UUID(text)


def _place(text: str) -> int:
    """Read a place of the trail; raise ValueError for what is none."""
    number = int(text)
    if not 0 <= number <= LARGEST:
        raise ValueError
    return number


def _row(turn: Turn, of: AuditView) -> DeedRow:
    by_program = of.who.startswith(PROGRAM)
    return DeedRow(
        at=of.at,
        who=of.who.removeprefix(PROGRAM).removeprefix(PERSON),
        role=of.role,
        by_program=by_program,
        deed=of.deed,
        number=of.number,
        href=f"/requests/{of.request}" if of.number else None,
        request=of.request,
        subject=_subject(turn, of.subject),
        told=tuple(_told(turn, of.detail)),
    )


def _subject(turn: Turn, subject: str) -> str:
    """Name what a deed was done to, where the code is one of ours; any other code says itself."""
    for key in (f"audit_subject.{subject}", f"act.{subject}"):
        if key in turn.tongue.words:
            return turn.tongue.words[key]
    return subject


def _told(turn: Turn, detail: Mapping[str, Any]) -> Iterator[str]:
    """Yield in words what else is told of a deed."""
    words = turn.tongue.words
    for name, value in detail.items():
        if value is None or value is False or value in ([], ""):
            continue
        label = words.get(f"audit_detail.{name}", name)
        yield label if value is True else f"{label}: {_value(turn, name, value)}"


def _value(turn: Turn, name: str, value: Any) -> str:
    words = turn.tongue.words
    if isinstance(value, list):
        return ", ".join(_named(words, name, one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {each}" for key, each in value.items())
    return _named(words, name, value)


def _named(words: Mapping[str, str], name: str, code: Any) -> str:
    """Name a code in words where it is one of ours; any other says itself."""
    return words.get(f"{CATALOGUES.get(name, f'audit_{name}')}.{code}", str(code))
