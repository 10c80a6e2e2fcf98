"""The bodies' signing keys for acts on items, their private parts locked."""

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.store.database import Connection

SELECT_OTHERS = """
SELECT id, body, public, locked FROM protection.signing_key WHERE id <> ALL($1) ORDER BY made_at, id
"""

INSERT_KEY = """
INSERT INTO protection.signing_key (id, body, public, locked) VALUES ($1, $2, $3, $4) ON CONFLICT (body) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as it is kept: its identifier, its public part as a JWK in JSON, its private part locked."""

    id: str
    body: str
    public: str
    locked: bytes


async def others(conn: Connection, known: Sequence[str]) -> tuple[StoredKey, ...]:
    """Return all keys but those whose identifiers are known, oldest first."""
    return tuple(StoredKey(**row) for row in await conn.fetch(SELECT_OTHERS, list(known)))


async def add(conn: Connection, key: StoredKey) -> None:
    """Keep a body's key, unless it has one by now."""
    await conn.execute(INSERT_KEY, key.id, key.body, key.public, key.locked)
