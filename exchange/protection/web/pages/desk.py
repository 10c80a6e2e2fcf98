"""The secrecy officer's desk: what waits now, and what falls due next; each number leads to its list."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from exchange.core.deadlines import local_day
from exchange.protection.core.acts import Verb
from exchange.protection.service import waiting
from exchange.protection.store.waiting import Owed
from exchange.protection.web.chamber import Chamber, Room
from exchange.web.clocks import Due
from exchange.web.query import Query
from schemas.secrecy import VisitState
from schemas.vocabulary import DueBucket

MOST: Final = 100
"""Duties on the page."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A number and the list that it counts."""

    bucket: DueBucket
    number: int
    href: str


@dataclass(frozen=True, slots=True)
class Wait:
    """What waits for the caller's word, and the list of it."""

    words: str
    number: int
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedRow:
    """One duty of the list."""

    href: str
    number: str
    title: str
    article: str | None
    due: Due | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskView:
    """The figures, and the duties of a bucket or of all."""

    waits: tuple[Wait, ...]
    buckets: tuple[Cell, ...]
    bucket: DueBucket | None
    rows: tuple[OwedRow, ...]
    may_register: bool


async def show(chamber: Chamber, request: Request) -> Response:
    """Show the desk."""
    bucket = Query(request).member("due", DueBucket)
    if bucket is DueBucket.SUSPENDED:
        bucket = None
    async with chamber.reading(request) as room:
        own, now, t = room.own, room.turn.now, room.tell.tongue.t
        counted = await waiting.waiting(room.conn, own.code, own.zone, now)
        owed = await waiting.owed(room.conn, own.code, own.zone, now, bucket, MOST)
        view = DeskView(
            waits=(
                Wait(t("secret.desk.awaited"), counted.awaiting, "/protection/items?box=awaiting"),
                Wait(t("secret.desk.asked"), counted.asked, "/protection/items?box=asked"),
                Wait(t("secret.desk.visits"), counted.visits, f"/protection/visits?state={VisitState.REQUESTED}"),
            ),
            buckets=tuple(Cell(each, number, f"/protection?due={each}") for each, number in counted.buckets.items()),
            bucket=bucket,
            rows=tuple(_row(room, each) for each in owed),
            may_register=room.may(Verb.KEEP),
        )
    return chamber.page(room, "desk", view=view)


def _row(room: Room, of: Owed) -> OwedRow:
    tell = room.tell
    kind = f"secret.duty_kind.{of.kind}" if of.of_item else f"secret.release_duty.{of.kind}"
    last = local_day(of.due_at - timedelta(microseconds=1), of.zone)
    return OwedRow(
        href=f"/protection/{'items' if of.of_item else 'releases'}/{of.subject}",
        number=of.number,
        title=tell.tongue.t(kind),
        article=tell.tongue.article(of.rule),
        due=tell.due(of.due_at, last, of.zone),
    )
