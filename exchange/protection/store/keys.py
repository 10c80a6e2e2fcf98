"""The bodies' signing keys for acts on items, their private parts locked; of a former one the public part is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from exchange.store.database import Connection

SELECT_OTHERS = """
SELECT id, body, public, locked, former_at FROM protection.signing_key WHERE id <> ALL($1) ORDER BY made_at, id
"""

SELECT_PRESENT = "SELECT id FROM protection.signing_key WHERE body = $1 AND former_at IS NULL"

INSERT_KEY = """
INSERT INTO protection.signing_key (id, body, public, locked) VALUES ($1, $2, $3, $4)
ON CONFLICT (body) WHERE former_at IS NULL DO NOTHING
"""

OWNERS_PRESENT = """
SELECT id, body, public, locked, former_at FROM protection.signing_key
 WHERE former_at IS NULL AND ($1::text IS NULL OR body = $1) ORDER BY body FOR UPDATE
"""

OWNERS_FORMER = "UPDATE protection.signing_key SET locked = $2, former_at = clock_timestamp() WHERE id = $1"

OWNERS_KEY = """
INSERT INTO protection.signing_key (id, body, public, locked, made_at) VALUES ($1, $2, $3, $4, clock_timestamp())
"""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as it is kept: its identifier, its public part as a JWK in JSON, its private part locked.

    Of a former one (PEM) the public part stands locked: what the database says of it in clear proves nothing.
    """

    id: str
    body: str
    public: str
    locked: bytes
    former_at: datetime | None = None


async def others(conn: Connection, known: Sequence[str]) -> tuple[StoredKey, ...]:
    """Return all keys but those whose identifiers are known, oldest first."""
    return tuple(StoredKey(**row) for row in await conn.fetch(SELECT_OTHERS, list(known)))


async def present(conn: Connection, body: str) -> str | None:
    """Return the identifier of the key that a body seals with, None where it has none."""
    found: str | None = await conn.fetchval(SELECT_PRESENT, body)
    return found


async def add(conn: Connection, key: StoredKey) -> None:
    """Keep a body's key, unless it has one by now."""
    await conn.execute(INSERT_KEY, key.id, key.body, key.public, key.locked)


async def to_replace(conn: Connection, body: str | None) -> tuple[StoredKey, ...]:
    """Lock the keys that bodies seal with, or that of one body: for the schema's owner, as what follows."""
    return tuple(StoredKey(**row) for row in await conn.fetch(OWNERS_PRESENT, body))


async def replace(conn: Connection, former: str, public: bytes, key: StoredKey) -> None:
    """Let a body seal with another key; of the former one its public part, locked, is left."""
    await conn.execute(OWNERS_FORMER, former, public)
    await conn.execute(OWNERS_KEY, key.id, key.body, key.public, key.locked)
