"""The caller's requests, incoming and outgoing, with filters; soonest due first."""

from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from exchange.core.access import Verb, may
from exchange.service import queries
from exchange.service.queries import RequestsAsked
from exchange.web import clocks
from exchange.web.clocks import Due
from exchange.web.house import House, Turn
from exchange.web.query import Query
from schemas.views import RequestLine
from schemas.vocabulary import DueBucket, Handling, ObligationKind, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One request of the list."""

    href: str
    number: str
    received_number: str | None
    incoming: bool
    reference: str
    purpose: str
    state: State
    requesting: str
    requesting_name: str
    holder: str
    holder_known: bool
    holder_name: str
    urgent: bool
    official_use: bool
    due_kind: ObligationKind | None
    due: Due | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests:
    """One page of the list and what it was asked for."""

    box: str | None
    state: State | None
    bucket: DueBucket | None
    urgent: str | None
    words: str | None
    rows: tuple[Row, ...]
    continued: bool
    following: str | None
    may_draft: bool

    @property
    def filtered(self) -> bool:
        """Whether anything but the box was asked for."""
        return any((self.state, self.bucket, self.urgent, self.words))


async def listed(house: House, request: Request) -> Response:
    """List the requests asked for."""
    async with house.reading(request) as turn:
        asked = Query(request)
        urgent = asked.one_of("urgent", "true", "false")
        wanted = RequestsAsked(
            box=asked.one_of("box", "in", "out"),
            state=asked.member("state", State),
            due=asked.member("due", DueBucket),
            urgent=None if urgent is None else urgent == "true",
            words=asked.text("q"),
            after=asked.cursor(UUID),
        )
        lines, following = await queries.list_requests(turn.conn, turn.actor, turn.now, wanted)
        view = Requests(
            box=wanted.box,
            state=wanted.state,
            bucket=wanted.due,
            urgent=urgent,
            words=wanted.words,
            rows=tuple(_row(turn, line) for line in lines),
            continued=wanted.after is not None,
            following=asked.with_after("/requests", following),
            may_draft=may(turn.actor, Verb.DRAFT),
        )
    return house.page_for(turn, "requests", view=view, states=tuple(State), buckets=tuple(DueBucket))


def _counted_by(of: RequestLine) -> str:
    """Return the authority in whose days the next term is counted: the 30 days are the first receiver's (Article 7)."""
    if of.due_kind is ObligationKind.CONFIRMATION:
        return of.requesting_authority
    return of.requested_authority if of.due_kind is ObligationKind.EXECUTION else of.holder


def _row(turn: Turn, of: RequestLine) -> Row:
    by_hours, zone = of.due_kind is ObligationKind.CONFIRMATION, turn.book.zone(_counted_by(of))
    told = clocks.due(turn.tongue, turn.now, at=of.due_at, on=of.due_on, zone=zone, by_hours=by_hours)
    language = turn.tongue.code
    return Row(
        href=f"/requests/{of.id}",
        number=of.number,
        received_number=of.received_number,
        incoming=of.box == "in",
        reference=of.reference,
        purpose=of.purpose,
        state=of.state,
        requesting=of.requesting_authority,
        requesting_name=turn.book.name(of.requesting_authority, language),
        holder=of.holder,
        holder_known=turn.book.is_short_for(of.holder),
        holder_name=turn.book.name(of.holder, language) if of.holder in turn.book.by_code else of.holder_name,
        urgent=of.urgent,
        official_use=of.handling is Handling.OFFICIAL_USE,
        due_kind=of.due_kind,
        due=clocks.suspended(turn.tongue) if of.suspended and told is None else told,
    )
