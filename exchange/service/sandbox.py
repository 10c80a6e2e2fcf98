"""The sandbox: a clock that is moved by hand, and the mail that really went out."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from typing import Final
from uuid import UUID

from exchange.core.errors import ClockRefused, Unavailable
from exchange.delivery.mail import ORIGIN
from exchange.delivery.sink import HOST, USER, Sink, answers
from exchange.delivery.smtp import Relay, RelayDown
from exchange.service.database import Database
from exchange.store import sandbox
from exchange.store.database import Connection
from exchange.store.sandbox import Clock, Origin, SinkPlace
from exchange.work import Outcome, Work
from schemas.base import LAST_YEAR

LEASE: Final = timedelta(seconds=10)
"""How long a sandbox claims notices: its own sink answers at once."""

SINK_PATIENCE: Final = 2.0
"""Seconds that the sink gets for an answer; with the time for a message, within half a lease."""

PATIENCE: Final = 45.0
"""Seconds (real ones) to wait for another process that moves the clock or holds what is due."""

TROUBLE_PATIENCE: Final = 15.0
"""Seconds (real ones) that a move of the clock goes on while some work only ever meets trouble."""

PAUSE: Final = 0.02
"""Seconds between two looks at what another process does."""

CLOSE: Final = timedelta(seconds=1)
"""A running clock that is asked to go back by less than this is asked to stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Where the clock is to go, by its face or by a length of time, and whether it stands then (None: as before)."""

    to: datetime | None = None
    by: timedelta | None = None
    frozen: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message that really went out, and the notice that it was, if it is known."""

    message_id: str
    sender: str
    to: str
    subject: str
    text: str
    html: str | None
    at: datetime
    notice: Origin | None


async def open_sink(db: Database, port: int = 0) -> Sink:
    """Start the mail sink, keep in the database what it catches, and tell every process where it listens."""

    async def catch(recipient: str, raw: bytes) -> None:
        async with db.transaction() as conn:
            await sandbox.catch(conn, recipient, message_id(raw), raw)

    sink = await Sink.start(catch, port)
    await publish(db, sink)
    return sink


async def publish(db: Database, sink: Sink) -> None:
    """Tell every process where a sink listens."""
    async with db.transaction() as conn:
        await sandbox.publish_sink(conn, SinkPlace(sink.port, sink.password, sink.certificate))


async def find_sink(db: Database) -> Relay:
    """Return the sink that was published last as a relay; raise RelayDown when none ever was."""
    async with db.connection() as conn:
        place = await sandbox.sink(conn)
    if place is None:
        raise RelayDown("no sink")
    return Relay(
        host=HOST,
        port=place.port,
        user=USER,
        password=place.password,
        authorities=place.certificate,
        patience=SINK_PATIENCE,
    )


class Sinks:
    """One process's way to a sink: the one that is published, or its own where nothing answers there.

    Whoever opened a sink may end at any time, and each process that sends has to find one that lives.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._own: Sink | None = None

    async def find(self) -> Relay:
        """Return a sink that answers, as a relay."""
        async with self._db.connection() as conn:
            place = await sandbox.sink(conn)
        if place is None or not await answers(place.port, place.certificate, SINK_PATIENCE):
            if self._own is None:
                self._own = await open_sink(self._db)
            else:
                await publish(self._db, self._own)
        return await find_sink(self._db)

    async def stop(self) -> None:
        """Stop our own, if one was needed."""
        if self._own is not None:
            await self._own.stop()
            self._own = None


async def mails(conn: Connection) -> tuple[Mail, ...]:
    """Return all messages that the sink caught, oldest first."""
    caught = await sandbox.caught(conn)
    parsed = [message_from_bytes(each.raw) for each in caught]
    ids = [identifier(message) for message in parsed]
    origins = await sandbox.origins(conn, [known for known in ids if known is not None])
    return tuple(
        Mail(
            message_id=header(message, "Message-ID"),
            sender=header(message, "From"),
            to=each.recipient,
            subject=header(message, "Subject"),
            text=content(message, "text/plain") or "",
            html=content(message, "text/html"),
            at=each.at,
            notice=(origins.get(known) or _told(message, known)) if known else None,
        )
        for each, message, known in zip(caught, parsed, ids, strict=True)
    )


def _told(message: Message, known: UUID) -> Origin | None:
    """Return the notice that a message says that it is: `protection; step=due`."""
    kind, _, step = str(message[ORIGIN] or "").partition("; step=")
    return Origin(known, kind, None, None, step or None, None) if kind else None


def header(message: Message, name: str) -> str:
    """Return a header as its reader sees it; the standard library's newer parser takes five times as long."""
    return str(make_header(decode_header("".join(str(message[name] or "").splitlines()))))


def content(message: Message, kind: str) -> str | None:
    """Return the first part of a kind, or None."""
    for part in message.walk():
        if part.get_content_type() == kind:
            payload = part.get_payload(decode=True)
            return payload.decode(part.get_content_charset("utf-8"), "replace") if isinstance(payload, bytes) else None
    return None


def message_id(raw: bytes) -> str | None:
    """Return the Message-ID of a message, by which mailboxes know one that comes again; None where there is none."""
    return str(message_from_bytes(raw)["Message-ID"] or "").strip() or None


def identifier(message: Message) -> UUID | None:
    """Return the part of a Message-ID that the outbox gave, or None for a message of somebody else's."""
    local = str(message["Message-ID"] or "").strip().removeprefix("<").partition("@")[0]
    try:
        return UUID(local)
    except ValueError:
        return None


async def open_clock(conn: Connection, first: datetime | None) -> None:
    """Give a new sandbox its clock; let one run on that a process left standing when it died while moving it.

    Call it in a transaction: nobody else moves the clock until that ends.
    """
    await sandbox.make_clock(conn, first)
    if await sandbox.take_turn(conn):
        await sandbox.settle(conn, frozen=None, moved_to=None)


async def read_clock(conn: Connection) -> Clock:
    """Return what the clock shows; raise Unavailable before it was set up."""
    clock = await sandbox.clock(conn)
    if clock is None:
        raise Unavailable("the sandbox has no clock yet")
    return clock


async def move_clock(db: Database, works: Sequence[Work], wish: Wish) -> Clock:
    """Move the clock forward and return what it shows then; raise ClockRefused for a move back.

    1. Wait for our turn; 2. let the clock stand; 3. stop at every due moment on the way, in order, and work what is
    due with the clock standing there, waiting for what another process has claimed; 4. let it run on from the
    target, or stand. Nothing is due, claimed or in flight then. Raise Unavailable when somebody else does not finish.
    """
    async with _turn(db):
        async with db.connection() as conn:
            target = _target(await read_clock(conn), wish)
        try:
            standing = await _stand(db, None)
            await _work_until(db, works, standing, max(target, standing))
        except BaseException:
            await asyncio.shield(_settle(db, frozen=None, moved_to=None))
            raise
        return await _settle(db, frozen=wish.frozen, moved_to=target)


async def _stand(db: Database, at: datetime | None) -> datetime:
    """Let the clock stand at an instant, or where it is."""
    async with db.connection() as conn:
        return await sandbox.stand(conn, at)


async def _settle(db: Database, *, frozen: bool | None, moved_to: datetime | None) -> Clock:
    """Let the clock run on or stay, and return what it shows then."""
    async with db.connection() as conn:
        await sandbox.settle(conn, frozen=frozen, moved_to=moved_to)
        return await read_clock(conn)


def _target(clock: Clock, wish: Wish) -> datetime:
    """Return the instant to go to; raise ClockRefused when it lies behind, or beyond the years that are taken."""
    target = wish.to if wish.to is not None else clock.now + (wish.by or timedelta())
    same = target == clock.moved_to or (not clock.frozen and clock.now - target < CLOSE)
    if (target < clock.now and not same) or target.year > LAST_YEAR:
        raise ClockRefused
    return max(target, clock.now)


async def _work_until(db: Database, works: Sequence[Work], standing: datetime, target: datetime) -> None:
    """Work every due moment up to the target, with the clock standing at it."""
    loop = asyncio.get_running_loop()
    progress_at = loop.time()
    troubled = Troubled()
    while True:
        moment = await _soonest(works)
        if moment is None or moment > standing:
            if standing == target:
                return
            standing = await _stand(db, min(moment or target, target))
            progress_at = loop.time()
        outcomes = {work.name: await work.run(standing) for work in works}
        troubled.note(outcomes, loop.time())
        if any(outcome.did for outcome in outcomes.values()):
            progress_at = loop.time()
        elif loop.time() - progress_at > PATIENCE:
            raise Unavailable("what is due is held by another process")
        else:
            await asyncio.sleep(PAUSE)  # nothing was there after all, or another process has it in hand


class Troubled:
    """Since when (seconds of the loop) each kind of work has met trouble and done nothing.

    Each try on the way takes its time and is put off to the next, which is due soon too: a long way would never end.
    """

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def note(self, outcomes: Mapping[str, Outcome], at: float) -> None:
        """Note what a pass came to; raise Unavailable for trouble that has lasted too long."""
        for name, outcome in outcomes.items():
            if outcome.did:
                self._since.pop(name, None)
            elif outcome.trouble is not None and at - self._since.setdefault(name, at) > TROUBLE_PATIENCE:
                raise Unavailable(f"{name}: {outcome.trouble}")


async def _soonest(works: Sequence[Work]) -> datetime | None:
    """Return the first due moment of all."""
    moments = [await work.next_at() for work in works]
    return min((moment for moment in moments if moment is not None), default=None)


@asynccontextmanager
async def _turn(db: Database) -> AsyncIterator[None]:
    """Take the turn to move the clock, asking again and again without holding on to a connection meanwhile.

    The turn is a transaction's, in which nothing is written: it ends with the transaction, whatever becomes of us.
    """
    loop = asyncio.get_running_loop()
    asked_at = loop.time()
    while True:
        async with db.transaction() as conn:
            if await sandbox.take_turn(conn):
                yield
                return
        if loop.time() - asked_at > PATIENCE:
            raise Unavailable("another call has been moving the clock for too long")
        await asyncio.sleep(PAUSE)
