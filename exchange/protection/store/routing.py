"""What stands between the open exchange and the module: references, and items that came in with a request."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exchange.store.database import Connection

SELECT_KNOWN = "SELECT reference, item, number FROM protection.known_items($1, $2)"

SELECT_CONCERNED = "SELECT item FROM protection.concerned_items($1, $2)"

BIND = "SELECT protection.bind_items($1)"

INSERT_INLINE = "INSERT INTO protection.inline (item, body, key, since, state) VALUES ($1, $2, $3, $4, 'unbound')"

TOUCH = "UPDATE protection.inline SET since = $2 WHERE item = $1 AND state = 'unbound'"

# One that is called for again at this moment is left alone.
SELECT_LEFT = """
SELECT item, body, key FROM protection.inline WHERE state = 'unbound' AND since <= $1
 ORDER BY since, item LIMIT 100 FOR UPDATE SKIP LOCKED
"""

ABANDON = "UPDATE protection.inline SET state = 'abandoned' WHERE item = $1"

FORGET_ANSWER = "DELETE FROM protection.idempotency WHERE body = $1 AND key = $2"

SELECT_SOONEST = "SELECT min(since) FROM protection.inline WHERE state = 'unbound'"


@dataclass(frozen=True, slots=True)
class Known:
    """An item that a reference names: its id, and the number that its originator registered it under."""

    item: UUID
    number: str


@dataclass(frozen=True, slots=True)
class Left:
    """An item that came inline and was not bound: whose it is, and by what digest the call's key is kept."""

    item: UUID
    body: str
    key: bytes


async def known(conn: Connection, body: str, references: Iterable[str]) -> dict[str, Known]:
    """Return the items that references name, of those that a body registered or holds."""
    rows = await conn.fetch(SELECT_KNOWN, body, list(references))
    return {row["reference"]: Known(row["item"], row["number"]) for row in rows}


async def concerned(conn: Connection, body: str, items: Iterable[UUID]) -> frozenset[UUID]:
    """Return those of the items that concern a body."""
    return frozenset(row["item"] for row in await conn.fetch(SELECT_CONCERNED, body, list(items)))


async def bind(conn: Connection, items: Iterable[UUID]) -> None:
    """Let inline items stay: the open exchange refers to them."""
    await conn.execute(BIND, list(items))


async def add(conn: Connection, item: UUID, body: str, key: bytes, now: datetime) -> None:
    """Note that an item came inline, by a call with a key, of which the digest is kept."""
    await conn.execute(INSERT_INLINE, item, body, key, now)


async def touch(conn: Connection, item: UUID, now: datetime) -> None:
    """Note that the call which brought an item was made again."""
    await conn.execute(TOUCH, item, now)


async def left(conn: Connection, before: datetime) -> tuple[Left, ...]:
    """Lock some of the items that nobody called for since, and that are not bound."""
    return tuple(Left(row["item"], row["body"], row["key"]) for row in await conn.fetch(SELECT_LEFT, before))


async def abandon(conn: Connection, left: Left) -> None:
    """Give up an item: the call that brought it would bring another one."""
    await conn.execute(ABANDON, left.item)
    await conn.execute(FORGET_ANSWER, left.body, left.key)


async def soonest(conn: Connection) -> datetime | None:
    """Return since when the oldest unbound item has been waiting."""
    found: datetime | None = await conn.fetchval(SELECT_SOONEST)
    return found
