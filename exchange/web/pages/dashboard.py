"""The dashboard: what is overdue and what comes next, by bucket, debtor and duty; each number leads to its list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from exchange.core.access import Verb, may
from exchange.service import dispatch, drafts, duties, queries
from exchange.web.house import House, Visit
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
    async with house.reading(request) as visit:
        zones = await queries.zones(visit.conn)
        figures = await queries.statistics(visit.conn, visit.actor, visit.now, known=zones)
        overdue = duties.DutiesAsked(bucket=DueBucket.OVERDUE, where="dashboard", limit=OLDEST)
        oldest, following = await duties.in_bucket(visit.conn, visit.actor, visit.now, overdue, known=zones)
        view = Dashboard(
            as_of=figures.as_of,
            buckets=tuple(_cell(bucket, number) for bucket, number in figures.buckets.items()),
            debtors=_debtors(visit, figures.counts),
            oldest=tuple(row(visit, line) for line in oldest),
            all_overdue=_cell(DueBucket.OVERDUE, 0).href if following else None,
            for_signature=await drafts.waiting(visit.conn, visit.actor, visit.now),
            may_draft=may(visit.actor, Verb.DRAFT),
            to_send=len(await dispatch.waiting(visit.conn, visit.actor)),
        )
    return house.page_for(visit, "dashboard", view=view)


def _cell(bucket: DueBucket, number: int, authority: str | None = None, kind: str | None = None) -> Cell:
    return Cell(bucket, number, address("/duties", due=bucket, authority=authority, kind=kind))


def _debtors(visit: Visit, counts: Iterable[BucketCount]) -> tuple[Debtor, ...]:
    """Return a row for each debtor and kind, the visitor's own authority first."""
    found: dict[tuple[str, ObligationKind], dict[DueBucket, int]] = {}
    for count in counts:
        found.setdefault((count.authority, count.kind), {})[count.bucket] = count.number
    own = visit.actor.authority
    order = sorted(found, key=lambda key: (key[0] != own, key[0], list(ObligationKind).index(key[1])))
    return tuple(
        Debtor(
            code,
            visit.book.name(code, visit.tongue.code),
            visit.book.is_short_for(code),
            code == own,
            kind,
            tuple(_cell(bucket, found[code, kind].get(bucket, 0), code, kind) for bucket in DueBucket),
        )
        for code, kind in order
    )
