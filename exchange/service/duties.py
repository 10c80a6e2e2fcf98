"""The duties behind a number of the dashboard: the same bucket, kind and debtor that were counted."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from exchange.core.access import Actor
from exchange.core.deadlines import local_day, start_of_day
from exchange.service.audit import filters
from exchange.service.queries import DAYS, LONG_AGO
from exchange.store import duties, registry
from exchange.store.audit import Trace
from exchange.store.database import Connection
from exchange.store.requests import NEVER
from schemas.vocabulary import Deed, DueBucket, Handling, ObligationKind, ObligationState, State


@dataclass(frozen=True, slots=True, kw_only=True)
class DutiesAsked:
    """What a list of duties is asked for, and on which page; None asks for every kind and every debtor."""

    bucket: DueBucket
    kind: ObligationKind | None = None
    authority: str | None = None
    where: str = "duties"
    after: tuple[datetime, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """One duty of a list; its term was counted in days of `zone`, and there is no due moment while it is suspended."""

    request: str
    kind: ObligationKind
    authority: str
    zone: str
    due_at: datetime | None
    due_on: date | None
    overdue: bool
    number: str
    state: State
    requesting: str
    holder: str
    reference: str
    purpose: str
    handling: Handling
    holder_name: str


async def in_bucket(
    conn: Connection, actor: Actor, now: datetime, asked: DutiesAsked, *, known: tuple[str, ...] | None = None
) -> tuple[tuple[DutyLine, ...], tuple[datetime, str] | None]:
    """Return one page of the duties of a bucket, and where the next one begins; write down that it was read.

    `known` are the registry's zones, if they were read already.
    """
    zones = await registry.zones(conn) if known is None else known
    suspended = asked.bucket is DueBucket.SUSPENDED
    wanted = duties.Wanted(
        state=ObligationState.SUSPENDED if suspended else ObligationState.RUNNING,
        zones=zones,
        lows=tuple(_low(asked.bucket, now, zone) for zone in zones),
        highs=tuple(_high(asked.bucket, now, zone) for zone in zones),
        kind=asked.kind,
        authority=asked.authority,
        after=asked.after or (LONG_AGO, ""),
        limit=asked.limit + 1,
    )
    told = filters(due=asked.bucket, kind=asked.kind, authority=asked.authority, after=asked.after)
    trace = Trace(actor=actor, deed=Deed.LISTED, at=now, subject=asked.where, detail=told)
    lines = await duties.page(conn, trace, wanted)
    shown = lines[: asked.limit]
    following = (shown[-1].due_at, shown[-1].id) if len(lines) > asked.limit else None
    return tuple(_line(line, now) for line in shown), following


def _low(bucket: DueBucket, now: datetime, zone: str) -> datetime:
    """Return the instant after which a bucket's due moments lie, in a debtor's zone."""
    if bucket in {DueBucket.OVERDUE, DueBucket.SUSPENDED}:
        return LONG_AGO
    first = DAYS[bucket][0]
    return now if first is None else _midnight(now, zone, first)


def _high(bucket: DueBucket, now: datetime, zone: str) -> datetime:
    """Return the last instant at which a bucket's due moments lie, in a debtor's zone."""
    if bucket is DueBucket.OVERDUE:
        return now
    last = None if bucket is DueBucket.SUSPENDED else DAYS[bucket][1]
    return NEVER if last is None else _midnight(now, zone, last)


def _midnight(now: datetime, zone: str, days: int) -> datetime:
    return start_of_day(local_day(now, zone) + timedelta(days=days), zone)


def _line(of: duties.Line, now: datetime) -> DutyLine:
    due_at = None if of.due_at == NEVER else of.due_at
    return DutyLine(
        request=str(of.request),
        kind=ObligationKind(of.kind),
        authority=of.authority,
        zone=of.term_zone,
        due_at=due_at,
        due_on=date.fromisoformat(of.due_on) if of.due_on else None,
        overdue=due_at is not None and due_at <= now,
        number=of.number,
        state=State(of.state),
        requesting=of.requesting,
        holder=of.holder,
        reference=of.reference,
        purpose=of.purpose,
        handling=Handling(of.handling),
        holder_name=of.holder_name,
    )
