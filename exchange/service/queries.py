"""What a caller may read: its requests, their records, its duties, its feed, the registry."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import TypeAdapter

from exchange.core.access import Actor
from exchange.core.deadlines import local_day, start_of_day
from exchange.core.errors import NotThere
from exchange.core.record import Sealed
from exchange.seals import payload_of
from exchange.service import views as show
from exchange.service.audit import filters
from exchange.service.use import show_use
from exchange.store import events, obligations, record, registry, requests
from exchange.store.audit import Trace
from exchange.store.database import Connection
from exchange.store.requests import NEVER, Bounds, Loaded
from schemas import views
from schemas.vocabulary import ActKind, Deed, DueBucket, ObligationState, State

LONG_AGO = datetime.fromisoformat("1900-01-01T00:00:00Z")
FIRST = UUID(int=0)
DAYS = {
    DueBucket.TODAY: (None, 1),
    DueBucket.THREE_DAYS: (1, 4),
    DueBucket.SEVEN_DAYS: (4, 8),
    DueBucket.LATER: (8, None),
}
"""The buckets in days from local midnight today: after the first, up to and with the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsAsked:
    """What a list of requests is asked for; None asks for all. `after` is where the last page ended."""

    box: str | None = None
    state: State | None = None
    due: DueBucket | None = None
    urgent: bool | None = None
    words: str | None = None
    after: tuple[datetime, UUID] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationsAsked:
    """What a list of duties is asked for; `state` is one of theirs or `overdue`."""

    state: str | None = None
    kind: str | None = None
    authority: str | None = None
    after: tuple[datetime, str] | None = None
    limit: int = 50


async def read(
    conn: Connection,
    request_id: UUID,
    actor: Actor,
    now: datetime,
    deed: Deed = Deed.READ,
    **detail: object,
) -> Loaded:
    """Return a request for the caller to see, and write down that it did; raise NotThere."""
    trace = Trace(actor=actor, deed=deed, at=now, detail=detail)
    loaded = await requests.show_to(conn, request_id, trace)
    if loaded is None:
        raise NotThere
    return loaded


async def load(conn: Connection, request_id: UUID, actor: Actor) -> Loaded:
    """Return a request as the caller may see it, for what shows nothing of it; raise NotThere."""
    loaded = await requests.load_for(conn, request_id, actor.authority)
    if loaded is None:
        raise NotThere
    return loaded


async def record_of(
    conn: Connection, request_id: UUID, actor: Actor, now: datetime, after: int = 0, limit: int = 50
) -> tuple[tuple[views.RecordEntryView, ...], int | None]:
    """Return one page of a request's record in order, and after which entry the next begins; write that down.

    It goes as far as the caller may see. Raise NotThere.
    """
    loaded = await read(conn, request_id, actor, now, Deed.READ_RECORD)
    through = loaded.request.seq
    found = await record.following(conn, request_id, after=after, through=through, limit=limit)
    return _entries(loaded, found), found[-1].seq if found and found[-1].seq < through else None


async def latest_of(
    conn: Connection, loaded: Loaded, before: int | None, limit: int
) -> tuple[tuple[views.RecordEntryView, ...], int | None]:
    """Return the last entries of a record as far as it was loaded, or the last before one, the latest first.

    Beside them: before which entry more stand.
    """
    end = loaded.request.seq + 1 if before is None else min(before, loaded.request.seq + 1)
    found = await record.latest(conn, UUID(loaded.request.id), before=end, limit=limit)
    return _entries(loaded, found), found[-1].seq if found and found[-1].seq > 1 else None


async def confirmation_of(conn: Connection, loaded: Loaded) -> views.RecordEntryView | None:
    """Return the written confirmation of a request as far as it was loaded, if it has one (Article 6)."""
    if loaded.request.confirmed_at is None:
        return None
    found = await record.first(conn, UUID(loaded.request.id), ActKind.CONFIRM, through=loaded.request.seq)
    return None if found is None else _entries(loaded, (found,))[0]


def _entries(loaded: Loaded, found: Iterable[Sealed]) -> tuple[views.RecordEntryView, ...]:
    """Show entries of a request's record; results say how they may be used (Article 10)."""
    use = show_use(loaded.request)
    carried: dict[int, list[views.AttachmentView]] = {}
    for one in loaded.request.attachments:
        carried.setdefault(one.seq, []).append(show.attachment(one.seq, one.file))
    return tuple(
        views.RecordEntryView(
            seq=entry.seq,
            act=ActKind(entry.act),
            author=entry.author,
            at=entry.at,
            recorded_at=entry.recorded_at,
            digest=entry.digest.hex(),
            previous=entry.previous.hex() if entry.seq > 1 else None,
            signature=entry.jws,
            body=json.loads(payload_of(entry.jws))["body"],
            use=use if entry.act == ActKind.REPORT_RESULTS else None,
            attachments=tuple(carried.get(entry.seq, ())),
        )
        for entry in found
    )


async def list_requests(
    conn: Connection, actor: Actor, now: datetime, asked: RequestsAsked
) -> tuple[tuple[views.RequestLine, ...], tuple[datetime, UUID] | None]:
    """Return one page of the caller's requests, soonest due first, and where the next one begins; write it down."""
    wanted = requests.Wanted(
        box=asked.box,
        state=asked.state,
        urgent=asked.urgent,
        words=asked.words,
        suspended=True if asked.due is DueBucket.SUSPENDED else None,
        bounds=_bounds(asked.due, now, await registry.zones(conn)),
        after=asked.after or (LONG_AGO, FIRST),
        limit=asked.limit + 1,
    )
    told = filters(
        box=asked.box, state=asked.state, due=asked.due, urgent=asked.urgent, q=asked.words, after=asked.after
    )
    trace = Trace(actor=actor, deed=Deed.LISTED, at=now, subject="requests", detail=told)
    lines = await requests.page(conn, trace, wanted)
    shown = lines[: asked.limit]
    following = (shown[-1].due_at, shown[-1].id) if len(lines) > asked.limit else None
    return tuple(show.line(line, now) for line in shown), following


async def list_obligations(
    conn: Connection, actor: Actor, now: datetime, asked: ObligationsAsked
) -> tuple[tuple[views.ObligationView, ...], tuple[datetime, str] | None]:
    """Return one page of the duties that the caller owes or is owed; `overdue` is a state to ask for."""
    overdue = asked.state == DueBucket.OVERDUE
    wanted = obligations.Wanted(
        state=ObligationState.RUNNING if overdue else asked.state,
        due_by=now if overdue else NEVER,
        kind=asked.kind,
        authority=asked.authority,
        after=asked.after or (LONG_AGO, ""),
        limit=asked.limit + 1,
    )
    lines = await obligations.page(conn, actor.authority, wanted)
    shown = lines[: asked.limit]
    following = (shown[-1].due_at, shown[-1].duty.id) if len(lines) > asked.limit else None
    return tuple(show.obligation(str(line.request), line.duty, now) for line in shown), following


async def zones(conn: Connection) -> tuple[str, ...]:
    """Return the time zones of the registry, for whoever asks several things of one page with them."""
    return await registry.zones(conn)


async def statistics(
    conn: Connection, actor: Actor, now: datetime, *, known: tuple[str, ...] | None = None
) -> views.StatisticsView:
    """Count the open duties that the caller owes or is owed; `known` are the registry's zones, if they were read."""
    zones = await registry.zones(conn) if known is None else known
    ends = obligations.Zones(
        zones,
        tuple(_midnight(now, zone, 1) for zone in zones),
        tuple(_midnight(now, zone, 4) for zone in zones),
        tuple(_midnight(now, zone, 8) for zone in zones),
    )
    counts = await obligations.counts(conn, actor.authority, now, ends)
    buckets = dict.fromkeys(DueBucket, 0)
    for count in counts:
        buckets[DueBucket(count.bucket)] += count.number
    shape = TypeAdapter(tuple[views.BucketCount, ...])
    return views.StatisticsView(as_of=now, buckets=buckets, counts=shape.validate_python(counts, from_attributes=True))


async def list_events(
    conn: Connection, actor: Actor, *, after: int, limit: int
) -> tuple[tuple[views.EventView, ...], str | None]:
    """Return the caller's events that follow a number, and the cursor of the last one there is to go on from.

    No cursor leads beyond the last event: whoever held one of a database since restored loses nothing that comes.
    """
    shown = tuple(
        views.EventView(
            cursor=str(event.number),
            request=str(event.request),
            seq=event.seq,
            act=ActKind(event.act),
            author=event.author,
            at=event.at,
            state=State(event.state),
        )
        for event in await events.after(conn, actor.authority, after, limit)
    )
    if shown or not after:
        return shown, shown[-1].cursor if shown else None
    last = min(after, await events.last(conn, actor.authority))
    return (), str(last) if last else None


def _midnight(now: datetime, zone: str, days: int) -> datetime:
    """Return the instant at which the local day so many days from today begins."""
    return start_of_day(local_day(now, zone) + timedelta(days=days), zone)


def _bounds(due: DueBucket | None, now: datetime, zones: tuple[str, ...]) -> Bounds:
    """Return the span of due moments of a bucket; days are those of each debtor's zone."""
    if due is None:
        return Bounds(low=LONG_AGO, high=NEVER)
    if due is DueBucket.OVERDUE:
        return Bounds(low=LONG_AGO, high=now)
    if due is DueBucket.SUSPENDED:
        return Bounds(low=LONG_AGO, high=NEVER)
    first, last = DAYS[due]
    lows = tuple(now if first is None else _midnight(now, zone, first) for zone in zones)
    before_never = NEVER - timedelta(microseconds=1)
    highs = tuple(before_never if last is None else _midnight(now, zone, last) for zone in zones)
    return Bounds(low=min(lows, default=now), high=max(highs, default=now), zones=zones, lows=lows, highs=highs)
