"""Answers kept under the key of the call, so that a call made twice has one effect."""

from dataclasses import dataclass
from datetime import datetime

from exchange.store.database import Connection

SELECT_CLAIM = "SELECT claim_key($1, $2)"

UPDATE_REPLAYED = """
UPDATE idempotency SET replays = replays + 1 WHERE authority = $1 AND key = $2
RETURNING fingerprint, answer::text AS answer
"""

INSERT_ANSWER = """
INSERT INTO idempotency (authority, key, fingerprint, answer, made_at) VALUES ($1, $2, $3, $4::text::jsonb, $5)
"""

DELETE_OLD = "DELETE FROM idempotency WHERE made_at < $1"


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored answer and the fingerprint of the call that it belongs to."""

    fingerprint: bytes
    answer: str


async def claim(conn: Connection, authority: str, key: str) -> bool:
    """Claim a key until the transaction ends; False when another call holds it."""
    claimed: bool = await conn.fetchval(SELECT_CLAIM, authority, key)
    return claimed


async def replay(conn: Connection, authority: str, key: str) -> Kept | None:
    """Return the stored answer, or None; a replay writes, so that it confirms nothing that could still be lost."""
    row = await conn.fetchrow(UPDATE_REPLAYED, authority, key)
    return None if row is None else Kept(row["fingerprint"], row["answer"])


async def keep(conn: Connection, authority: str, key: str, kept: Kept, at: datetime) -> None:
    """Keep an answer in the effect's own transaction."""
    await conn.execute(INSERT_ANSWER, authority, key, kept.fingerprint, kept.answer, at)


async def purge(conn: Connection, before: datetime) -> None:
    """Forget answers made before an instant."""
    await conn.execute(DELETE_OLD, before)
