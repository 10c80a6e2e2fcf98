"""The dashboard: what is overdue and what comes next, by bucket, debtor and duty; each number leads to its list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from exchange.core.access import Verb, may
from exchange.service import dispatch, drafts, duties, queries
from exchange.web.house import House, Turn
from exchange.web.pages.duties import DutyRow, row
from exchange.web.query import address
from schemas.views import BucketCount
from schemas.vocabulary import DueBucket, ObligationKind

OLDEST: Final = 10


@dataclass(frozen=True, slots=True)
class Cell:
    """A number and the list that it counts."""

    bucket: DueBucket
    number: int
    href: str


@dataclass(frozen=True, slots=True)
class Debtor:
    """What one authority owes of one kind, by bucket."""

    code: str
    name: str
    known: bool
    own: bool
    kind: ObligationKind
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """The figures, as of an instant."""

    as_of: datetime
    buckets: tuple[Cell, ...]
    debtors: tuple[Debtor, ...]
    oldest: tuple[DutyRow, ...]
    all_overdue: str | None
    for_signature: int
    may_draft: bool
    to_send: int


async def show(house: House, request: Request) -> Response:
    """Show the figures."""
    async with house.reading(request) as turn:
        zones = await queries.zones(turn.conn)
        figures = await queries.statistics(turn.conn, turn.actor, turn.now, known=zones)
        overdue = duties.DutiesAsked(bucket=DueBucket.OVERDUE, where="dashboard", limit=OLDEST)
        oldest, following = await duties.in_bucket(turn.conn, turn.actor, turn.now, overdue, known=zones)
        view = Dashboard(
            as_of=figures.as_of,
            buckets=tuple(_cell(bucket, number) for bucket, number in figures.buckets.items()),
            debtors=_debtors(turn, figures.counts),
            oldest=tuple(row(turn, line) for line in oldest),
            all_overdue=_cell(DueBucket.OVERDUE, 0).href if following else None,
            for_signature=await drafts.waiting(turn.conn, turn.actor, turn.now),
            may_draft=may(turn.actor, Verb.DRAFT),
            to_send=len(await dispatch.waiting(turn.conn, turn.actor)),
        )
    return house.page_for(turn, "dashboard", view=view)


def _cell(bucket: DueBucket, number: int, authority: str | None = None, kind: str | None = None) -> Cell:
    return Cell(bucket, number, address("/duties", due=bucket, authority=authority, kind=kind))


def _debtors(turn: Turn, counts: Iterable[BucketCount]) -> tuple[Debtor, ...]:
    """Return a row for each debtor and kind, the caller's own authority first."""
    found: dict[tuple[str, ObligationKind], dict[DueBucket, int]] = {}
    for count in counts:
        found.setdefault((count.authority, count.kind), {})[count.bucket] = count.number
    own = turn.actor.authority
    order = sorted(found, key=lambda key: (key[0] != own, key[0], list(ObligationKind).index(key[1])))
    return tuple(
        Debtor(
            code,
            turn.book.name(code, turn.tongue.code),
            turn.book.is_short_for(code),
            code == own,
            kind,
            tuple(_cell(bucket, found[code, kind].get(bucket, 0), code, kind) for bucket in DueBucket),
        )
        for code, kind in order
    )
