"""Sealed contents, which bodies hold a key to them, and the keys that are to be destroyed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from exchange.store.database import Connection

HELD: Final = "held"
HANDED: Final = "handed"

FIRST: Final = (datetime(1900, 1, 1, tzinfo=UTC), UUID(int=0))
"""Before every order."""

INSERT_CONTENT = """
INSERT INTO protection.content (id, by, state, size, file, sha256, at) VALUES ($1, $2, 'unbound', $3, $4, $5, $6)
"""

BIND = """
UPDATE protection.content SET item = $2, state = 'bound' WHERE id = $1 AND state = 'unbound' RETURNING true
"""

SELECT_UNBOUND = """
SELECT id, item, by, size, file, sha256 FROM protection.content WHERE by = $1 AND state = 'unbound'
 ORDER BY at DESC, id
"""

# What is read is locked: whatever becomes of a content's holders becomes of it one after the other.
SELECT_LOCKED = """
SELECT id, item, by, size, file, sha256 FROM protection.content WHERE item = $1 FOR UPDATE
"""

SELECT_OF_ITEM = "SELECT id, item, by, size, file, sha256 FROM protection.content WHERE item = $1"

SELECT_HOLDINGS = "SELECT content, body, state, key, means FROM protection.holding WHERE content = $1"

SELECT_LOCKED_BY_ID = "SELECT id FROM protection.content WHERE id = $1 FOR UPDATE"

SELECT_BY_KEY = "SELECT content, body, state, key, means FROM protection.holding WHERE content = $1 AND key = $2"

SELECT_HELD = """
SELECT c.id, c.item, c.by, c.size, c.file, c.sha256, h.key
  FROM protection.content c JOIN protection.holding h ON h.content = c.id
 WHERE c.item = $1 AND h.body = $2 AND h.state = 'held'
"""

UPSERT_HOLDING = """
INSERT INTO protection.holding (content, body, state, key, means) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (content, body) DO UPDATE SET state = excluded.state, key = excluded.key, means = excluded.means
"""

ORDER_SHREDDING = "INSERT INTO protection.shredding (key, content, body) VALUES ($1, $2, $3)"

DELETE_HOLDING = """
WITH gone AS (DELETE FROM protection.holding WHERE content = $1 AND body = $2 RETURNING key, content, body)
INSERT INTO protection.shredding (key, content, body) SELECT key, content, body FROM gone
"""

SELECT_ORDERED = """
SELECT s.key, s.body, s.ordered_at, c.id, c.item, c.by, c.size, c.file, c.sha256
  FROM protection.shredding s JOIN protection.content c ON c.id = s.content
 WHERE s.done_at IS NULL AND (s.ordered_at, s.key) > ($1::timestamptz, $2::uuid)
 ORDER BY s.ordered_at, s.key LIMIT 1 FOR UPDATE SKIP LOCKED
"""

UPDATE_SHREDDED = "UPDATE protection.shredding SET done_at = now(), refusal = $2 WHERE key = $1"

SELECT_HAS_HOLDERS = "SELECT EXISTS (SELECT FROM protection.holding WHERE content = $1)"

UPDATE_GONE = "UPDATE protection.content SET state = 'gone' WHERE id = $1"

SELECT_SHREDDED = """
SELECT s.key, s.body, s.ordered_at, s.done_at, s.refusal
  FROM protection.shredding s JOIN protection.content c ON c.id = s.content
 WHERE c.item = $1 ORDER BY s.ordered_at, s.key
"""

# One that is being bound at this moment is left to whoever binds it.
DROP_UNBOUND = """
WITH old AS (
    SELECT id FROM protection.content WHERE state = 'unbound' AND at < $1 ORDER BY at FOR UPDATE SKIP LOCKED
), gone AS (
    UPDATE protection.content c SET state = 'gone' FROM old WHERE c.id = old.id RETURNING c.id
), keys AS (
    DELETE FROM protection.holding h USING gone WHERE h.content = gone.id RETURNING h.key, h.content, h.body
), ordered AS (
    INSERT INTO protection.shredding (key, content, body) SELECT key, content, body FROM keys
)
SELECT id FROM gone ORDER BY id
"""

SELECT_KNOWN_KEYS = """
SELECT key FROM protection.holding WHERE key = ANY($1)
UNION SELECT key FROM protection.shredding WHERE key = ANY($1) AND done_at IS NULL
"""

SELECT_KNOWN_FILES = "SELECT file FROM protection.content WHERE file = ANY($1) AND state <> 'gone'"


@dataclass(frozen=True, slots=True)
class Content:
    """A content's row: `file` is the random name of its sealed bytes, `locked` the SHA-256 of its plaintext, locked."""

    id: UUID
    item: UUID | None
    by: str
    size: int
    file: bytes
    locked: bytes


@dataclass(frozen=True, slots=True)
class Holding:
    """That a body can open a content by a key file, or could once it confirms receipt."""

    content: UUID
    body: str
    state: str
    key: UUID
    means: str | None


@dataclass(frozen=True, slots=True)
class Ordered:
    """A key file that is to be destroyed: whose it was, and when that was ordered."""

    key: UUID
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Shredding:
    """A key file that is to be destroyed, or was: `refusal` is how opening was refused afterwards."""

    key: UUID
    body: str
    ordered_at: datetime
    done_at: datetime | None
    refusal: str | None


async def add(conn: Connection, content: Content, at: datetime) -> None:
    """Keep a content that nothing is bound to."""
    await conn.execute(INSERT_CONTENT, content.id, content.by, content.size, content.file, content.locked, at)


async def bind(conn: Connection, content: UUID, item: UUID) -> bool:
    """Make an unbound content the item's; tell whether it was still there to be bound."""
    return bool(await conn.fetchval(BIND, content, item))


async def unbound(conn: Connection, by: str) -> tuple[Content, ...]:
    """Return a body's contents that are not bound, the latest first."""
    return tuple(_content(row) for row in await conn.fetch(SELECT_UNBOUND, by))


async def lock(conn: Connection, item: UUID) -> Content | None:
    """Return an item's content and let nobody else change its holders before the transaction ends."""
    row = await conn.fetchrow(SELECT_LOCKED, item)
    return None if row is None else _content(row)


async def of_item(conn: Connection, item: UUID) -> Content | None:
    """Return an item's content, for whoever only looks."""
    row = await conn.fetchrow(SELECT_OF_ITEM, item)
    return None if row is None else _content(row)


async def holdings(conn: Connection, content: UUID) -> dict[str, Holding]:
    """Return the holders of a content by body."""
    return {row["body"]: Holding(**row) for row in await conn.fetch(SELECT_HOLDINGS, content)}


async def lock_by_key(conn: Connection, content: UUID, key: UUID) -> Holding | None:
    """Lock a content, as `lock` does, and return who holds it by a key file."""
    await conn.fetchval(SELECT_LOCKED_BY_ID, content)
    row = await conn.fetchrow(SELECT_BY_KEY, content, key)
    return None if row is None else Holding(**row)


async def held(conn: Connection, item: UUID, body: str) -> tuple[Content, UUID] | None:
    """Return an item's content with the key file of a body that holds it."""
    row = await conn.fetchrow(SELECT_HELD, item, body)
    return None if row is None else (_content(row), row["key"])


async def hold(conn: Connection, holding: Holding) -> None:
    """Let a body hold a content, by this key file from now on."""
    await conn.execute(UPSERT_HOLDING, holding.content, holding.body, holding.state, holding.key, holding.means)


async def order(conn: Connection, holding: Holding) -> None:
    """Order a key file to be destroyed that another one stands in for."""
    await conn.execute(ORDER_SHREDDING, holding.key, holding.content, holding.body)


async def let_go(conn: Connection, content: UUID, body: str) -> None:
    """Let a body hold a content no more, and order its key file to be destroyed."""
    await conn.execute(DELETE_HOLDING, content, body)


async def next_ordered(conn: Connection, after: tuple[datetime, UUID]) -> tuple[Ordered, Content] | None:
    """Lock the next key file that is to be destroyed, in the order of ordering; return it with its content."""
    row = await conn.fetchrow(SELECT_ORDERED, *after)
    return None if row is None else (Ordered(row["key"], row["body"], row["ordered_at"]), _content(row))


async def done(conn: Connection, key: UUID, refusal: str) -> None:
    """Write down that a key file was destroyed, and how opening was refused."""
    await conn.execute(UPDATE_SHREDDED, key, refusal)


async def has_holders(conn: Connection, content: UUID) -> bool:
    """Tell whether any body can open a content, now or after its receipt."""
    return bool(await conn.fetchval(SELECT_HAS_HOLDERS, content))


async def gone(conn: Connection, content: UUID) -> None:
    """Write down that nothing of a content is left."""
    await conn.execute(UPDATE_GONE, content)


async def shredded(conn: Connection, item: UUID) -> tuple[Shredding, ...]:
    """Return what was ordered and destroyed of an item's keys."""
    return tuple(Shredding(**row) for row in await conn.fetch(SELECT_SHREDDED, item))


async def drop_unbound(conn: Connection, before: datetime) -> tuple[UUID, ...]:
    """Give up the contents that were not bound in time, and order their keys to be destroyed."""
    return tuple(row["id"] for row in await conn.fetch(DROP_UNBOUND, before))


async def known_keys(conn: Connection, keys: Sequence[UUID]) -> frozenset[UUID]:
    """Return those of the key files that a body holds, or that are still to be destroyed by order."""
    return frozenset(row["key"] for row in await conn.fetch(SELECT_KNOWN_KEYS, list(keys)))


async def known_files(conn: Connection, names: Sequence[bytes]) -> frozenset[bytes]:
    """Return those of the names under which the bytes of a content lie."""
    return frozenset(row["file"] for row in await conn.fetch(SELECT_KNOWN_FILES, list(names)))


def _content(row: Record) -> Content:
    return Content(row["id"], row["item"], row["by"], row["size"], row["file"], row["sha256"])
