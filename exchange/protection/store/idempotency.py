"""Answers kept, locked, under the key of the call, so that a call made twice has one effect."""

from datetime import datetime

from exchange.store.database import Connection

SELECT_CLAIM = "SELECT pg_try_advisory_xact_lock(hashtextextended('protection' || $1, 0))"

UPDATE_REPLAYED = """
UPDATE protection.idempotency SET replays = replays + 1 WHERE body = $1 AND key = $2 RETURNING answer
"""

INSERT_ANSWER = """
INSERT INTO protection.idempotency (body, key, answer, made_at) VALUES ($1, $2, $3, $4)
"""

DELETE_OLD = "DELETE FROM protection.idempotency WHERE made_at < $1"


async def claim(conn: Connection, body: str, key: str) -> bool:
    """Claim a key until the transaction ends; False when another call holds it."""
    claimed: bool = await conn.fetchval(SELECT_CLAIM, f"{body}\n{key}")
    return claimed


async def replay(conn: Connection, body: str, key: str) -> bytes | None:
    """Return the locked answer, or None; a replay writes, so that it confirms nothing that could still be lost."""
    answer: bytes | None = await conn.fetchval(UPDATE_REPLAYED, body, key)
    return answer


async def keep(conn: Connection, body: str, key: str, answer: bytes, at: datetime) -> None:
    """Keep a locked answer in the effect's own transaction."""
    await conn.execute(INSERT_ANSWER, body, key, answer, at)


async def purge(conn: Connection, before: datetime) -> None:
    """Forget answers made before an instant."""
    await conn.execute(DELETE_OLD, before)
