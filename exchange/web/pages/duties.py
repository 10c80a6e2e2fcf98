"""The duties behind a number of the dashboard."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from exchange.service import duties
from exchange.service.duties import DutiesAsked, DutyLine
from exchange.web import clocks
from exchange.web.clocks import Due
from exchange.web.house import House, Turn
from exchange.web.query import Query
from schemas.vocabulary import DueBucket, Handling, ObligationKind, State


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRow:
    """One duty of a list."""

    href: str
    number: str
    reference: str
    purpose: str
    official_use: bool
    state: State
    kind: ObligationKind
    debtor: str
    debtor_name: str
    debtor_known: bool
    requesting: str
    holder: str
    due: Due


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """One page of the list and what it was asked for."""

    bucket: DueBucket
    kind: ObligationKind | None
    authority: str | None
    rows: tuple[DutyRow, ...]
    following: str | None


async def listed(house: House, request: Request) -> Response:
    """List the duties of a bucket, soonest due first."""
    async with house.reading(request) as turn:
        asked = Query(request)
        wanted = DutiesAsked(
            bucket=asked.member("due", DueBucket) or DueBucket.OVERDUE,
            kind=asked.member("kind", ObligationKind),
            authority=asked.text("authority"),
            after=asked.cursor(str),
        )
        lines, following = await duties.in_bucket(turn.conn, turn.actor, turn.now, wanted)
        view = Duties(
            bucket=wanted.bucket,
            kind=wanted.kind,
            authority=wanted.authority,
            rows=tuple(row(turn, line) for line in lines),
            following=asked.with_after("/duties", following),
        )
    return house.page_for(turn, "duties", view=view)


def row(turn: Turn, of: DutyLine) -> DutyRow:
    """Show a duty in a list."""
    by_hours = of.kind is ObligationKind.CONFIRMATION
    known = of.authority in turn.book.by_code
    told = clocks.due(turn.tongue, turn.now, at=of.due_at, on=of.due_on, zone=of.zone, by_hours=by_hours)
    return DutyRow(
        href=f"/requests/{of.request}",
        number=of.number,
        reference=of.reference,
        purpose=of.purpose,
        official_use=of.handling is Handling.OFFICIAL_USE,
        state=of.state,
        kind=of.kind,
        debtor=of.authority,
        debtor_name=turn.book.name(of.authority, turn.tongue.code) if known else of.holder_name,
        debtor_known=turn.book.is_short_for(of.authority),
        requesting=of.requesting,
        holder=of.holder,
        due=told or clocks.suspended(turn.tongue),
    )
