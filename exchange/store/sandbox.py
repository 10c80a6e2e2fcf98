"""The sandbox's clock, and the mail that its sink caught."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exchange.store.database import Connection

INSERT_CLOCK = """
INSERT INTO sandbox_clock (shift)
VALUES (coalesce($1::timestamptz AT TIME ZONE 'UTC' - clock_timestamp() AT TIME ZONE 'UTC', interval '0'))
    ON CONFLICT DO NOTHING
"""

SELECT_CLOCK = """
SELECT node_now() AS now, coalesce(frozen_after, frozen_at IS NOT NULL) AS frozen, moved_to,
       frozen_after IS NOT NULL AS moving
  FROM sandbox_clock
"""

UPDATE_STANDING = """
UPDATE sandbox_clock
   SET frozen_after = coalesce(frozen_after, frozen_at IS NOT NULL), frozen_at = coalesce($1, node_now())
RETURNING frozen_at
"""

UPDATE_SETTLED = """
UPDATE sandbox_clock
   SET shift = frozen_at AT TIME ZONE 'UTC' - clock_timestamp() AT TIME ZONE 'UTC',
       frozen_at = CASE WHEN coalesce($1, frozen_after) THEN frozen_at END,
       moved_to = coalesce($2, moved_to), frozen_after = NULL
 WHERE frozen_after IS NOT NULL
"""

SELECT_NOW = "SELECT node_now()"

SELECT_TURN = """
SELECT pg_try_advisory_xact_lock(hashtext('exchange.store.sandbox')),
       set_config('idle_in_transaction_session_timeout', '0', true)
"""

INSERT_MAIL = """
INSERT INTO sandbox_mail (at, recipient, message_id, raw) VALUES (node_now(), $1, $2, $3) ON CONFLICT DO NOTHING
"""

SELECT_MAIL = "SELECT at, recipient, raw FROM sandbox_mail ORDER BY id"

SELECT_NOTICES = """
SELECT o.message_id, o.kind, o.request, o.obligation, o.step, r.act
  FROM outbox o LEFT JOIN record r ON r.request = o.request AND r.seq = o.seq
 WHERE o.message_id = ANY($1)
"""

INSERT_SINK = """
INSERT INTO sandbox_sink (port, password, certificate) VALUES ($1, $2, $3)
    ON CONFLICT (one) DO UPDATE
   SET port = excluded.port, password = excluded.password, certificate = excluded.certificate
"""

SELECT_SINK = "SELECT port, password, certificate FROM sandbox_sink"


@dataclass(frozen=True, slots=True)
class Clock:
    """What the clock shows; `moving` while a call moves it, `moved_to` where the last one put it."""

    now: datetime
    frozen: bool
    moved_to: datetime | None
    moving: bool


@dataclass(frozen=True, slots=True)
class Caught:
    """One message as it came over SMTP, for one recipient."""

    at: datetime
    recipient: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Origin:
    """Which notice a message was."""

    message_id: UUID
    kind: str
    request: UUID | None
    obligation: str | None
    step: str | None
    act: str | None


@dataclass(frozen=True, slots=True)
class SinkPlace:
    """Where the sink listens on the loopback, and how to be let in."""

    port: int
    password: str
    certificate: str


async def make_clock(conn: Connection, first: datetime | None) -> None:
    """Give a new sandbox its clock, showing `first` now or else the real time; one that is there stays as it is."""
    await conn.execute(INSERT_CLOCK, first)


async def clock(conn: Connection) -> Clock | None:
    """Read the clock; None where the node has none of its own."""
    row = await conn.fetchrow(SELECT_CLOCK)
    return None if row is None else Clock(**row)


async def now(conn: Connection) -> datetime:
    """Return what the node's clock shows, in a sandbox and in production."""
    instant: datetime = await conn.fetchval(SELECT_NOW)
    return instant


async def stand(conn: Connection, at: datetime | None) -> datetime:
    """Let the clock stand at an instant, or where it is, until it is settled; return that instant."""
    instant: datetime = await conn.fetchval(UPDATE_STANDING, at)
    return instant


async def settle(conn: Connection, *, frozen: bool | None, moved_to: datetime | None) -> None:
    """Let a clock that stands for a move run on from there, or keep it frozen (None: as before the move)."""
    await conn.execute(UPDATE_SETTLED, frozen, moved_to)


async def take_turn(conn: Connection) -> bool:
    """Claim the right to move the clock until the transaction ends, however long it idles; false: another has it."""
    taken: bool = await conn.fetchval(SELECT_TURN)
    return taken


async def catch(conn: Connection, recipient: str, message_id: str | None, raw: bytes) -> None:
    """Keep a message for a recipient, once, at the instant that the node's clock shows."""
    await conn.execute(INSERT_MAIL, recipient, message_id, raw)


async def caught(conn: Connection) -> tuple[Caught, ...]:
    """Return all messages, oldest first."""
    return tuple(Caught(**row) for row in await conn.fetch(SELECT_MAIL))


async def origins(conn: Connection, message_ids: Sequence[UUID]) -> dict[UUID, Origin]:
    """Return which notices messages were, by their identifiers."""
    rows = await conn.fetch(SELECT_NOTICES, message_ids)
    return {row["message_id"]: Origin(**row) for row in rows}


async def publish_sink(conn: Connection, place: SinkPlace) -> None:
    """Tell every process where the sink listens now."""
    await conn.execute(INSERT_SINK, place.port, place.password, place.certificate)


async def sink(conn: Connection) -> SinkPlace | None:
    """Return where the sink listens, or None."""
    row = await conn.fetchrow(SELECT_SINK)
    return None if row is None else SinkPlace(**row)
