"""The authorities' signing keys, wrapped."""

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.store.database import Connection

SELECT_OTHERS = """
SELECT id, authority, public, wrapped FROM authority_key WHERE id <> ALL($1) ORDER BY made_at, id
"""

SELECT_KEYLESS = """
SELECT DISTINCT a.code FROM entry a
 WHERE (a.kind NOT IN ('domestic', 'protection') OR (a.kind = 'domestic' AND a.reach = 'node'))
   AND NOT EXISTS (SELECT FROM authority_key k WHERE k.authority = a.code)
 ORDER BY a.code
"""

INSERT_KEY = "INSERT INTO authority_key (id, authority, public, wrapped) VALUES ($1, $2, $3, $4)"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as it is kept: its identifier, its public part as a JWK in JSON, its private part wrapped."""

    id: str
    authority: str
    public: str
    wrapped: bytes


async def others(conn: Connection, known: Sequence[str]) -> tuple[StoredKey, ...]:
    """Return all keys but those whose identifiers are known, oldest first."""
    rows = await conn.fetch(SELECT_OTHERS, known)
    return tuple(StoredKey(row["id"], row["authority"], row["public"], row["wrapped"]) for row in rows)


async def keyless(conn: Connection) -> tuple[str, ...]:
    """Return who has no key yet and authors acts (competent authorities, domestic bodies on the node) or files."""
    return tuple(row["code"] for row in await conn.fetch(SELECT_KEYLESS))


async def add(conn: Connection, key: StoredKey) -> None:
    """Keep a key."""
    await conn.execute(INSERT_KEY, key.id, key.authority, key.public, key.wrapped)
