"""Answers kept, locked, under a digest of the call's key, so that a call made twice has one effect."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exchange.store.database import Connection

SELECT_DIGEST_KEY = "SELECT locked FROM protection.digest_key"

INSERT_DIGEST_KEY = "INSERT INTO protection.digest_key (locked) VALUES ($1) ON CONFLICT DO NOTHING"

SELECT_CLAIM = "SELECT pg_try_advisory_xact_lock($1)"

UPDATE_REPLAYED = """
UPDATE protection.idempotency SET replays = replays + 1 WHERE body = $1 AND key = $2 RETURNING call, answer
"""

# The answer to the call that ended an item goes at once.
INSERT_ANSWER = """
INSERT INTO protection.idempotency (body, key, call, answer, item, made_at)
SELECT $1, $2, $3, CASE WHEN EXISTS (SELECT FROM protection.item i WHERE i.id = $5 AND i.state = 'gone') THEN NULL
                        ELSE $4::bytea END, $5, $6
"""

UPDATE_ERASED = "UPDATE protection.idempotency SET answer = NULL WHERE item = $1 AND answer IS NOT NULL"

# What was being answered while its item was ended.
UPDATE_LEFT = """
UPDATE protection.idempotency k SET answer = NULL
  FROM protection.item i WHERE i.id = k.item AND i.state = 'gone' AND k.answer IS NOT NULL
"""

DELETE_OLD = "DELETE FROM protection.idempotency WHERE made_at < $1"


@dataclass(frozen=True, slots=True)
class Kept:
    """A call that took effect, and its answer, both locked; None for one that went with its item."""

    call: bytes
    answer: bytes | None


async def digest_key(conn: Connection) -> bytes | None:
    """Return the locked key of digests, None where none was made yet."""
    locked: bytes | None = await conn.fetchval(SELECT_DIGEST_KEY)
    return locked


async def add_digest_key(conn: Connection, locked: bytes) -> None:
    """Keep the key of digests, unless there is one by now."""
    await conn.execute(INSERT_DIGEST_KEY, locked)


async def claim(conn: Connection, key: bytes) -> bool:
    """Claim a key until the transaction ends; False when another call holds it."""
    claimed: bool = await conn.fetchval(SELECT_CLAIM, int.from_bytes(key[:8], "big", signed=True))
    return claimed


async def replay(conn: Connection, body: str, key: bytes) -> Kept | None:
    """Return what is kept, or None; a replay writes, so that it confirms nothing that could still be lost."""
    row = await conn.fetchrow(UPDATE_REPLAYED, body, key)
    return None if row is None else Kept(row["call"], row["answer"])


async def keep(conn: Connection, body: str, key: bytes, kept: Kept, item: UUID | None, at: datetime) -> None:
    """Keep a call with its answer in the effect's own transaction; `item` is the one that the answer tells of."""
    await conn.execute(INSERT_ANSWER, body, key, kept.call, kept.answer, item, at)


async def erase(conn: Connection, item: UUID) -> None:
    """Erase the answers that tell of an item; their calls stay known."""
    await conn.execute(UPDATE_ERASED, item)


async def purge(conn: Connection, before: datetime) -> None:
    """Forget what was kept before an instant, and erase the answers that outlived their items."""
    await conn.execute(UPDATE_LEFT)
    await conn.execute(DELETE_OLD, before)
