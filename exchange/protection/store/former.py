"""Former versions of keys on their way to be destroyed: since when nothing was met under one, when it was destroyed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from exchange.store.database import Connection

UPSERT_IDLE = """
INSERT INTO protection.former_key AS f (version, idle_since)
SELECT v, CASE WHEN NOT v = ANY ($2::bytea[]) THEN now() END FROM unnest($1::bytea[]) v
    ON CONFLICT (version) DO UPDATE
       SET idle_since = CASE WHEN excluded.idle_since IS NOT NULL THEN COALESCE(f.idle_since, now()) END
"""

SELECT_RIPE = """
SELECT version FROM protection.former_key
 WHERE version = ANY ($1::bytea[]) AND idle_since <= now() - interval '24 hours' AND destroyed_at IS NULL
 ORDER BY idle_since, version
"""

UPDATE_DESTROYED = """
UPDATE protection.former_key SET destroyed_at = now() WHERE destroyed_at IS NULL AND NOT version = ANY ($1::bytea[])
"""

SELECT_FORMER = "SELECT version, idle_since, destroyed_at FROM protection.former_key"


@dataclass(frozen=True, slots=True)
class Former:
    """A former version: since when nothing was found under it, when it was destroyed, by the database's clock."""

    version: bytes
    idle_since: datetime | None
    destroyed_at: datetime | None


async def looked(conn: Connection, versions: Collection[bytes], met: Collection[bytes]) -> tuple[bytes, ...]:
    """Note which former versions a whole look met, and which it did not; return those that nothing met for a day.

    The day is for what was under way: nothing that takes so long wraps under a version that is not the newest.
    """
    await conn.execute(UPSERT_IDLE, list(versions), list(met))
    return tuple(row["version"] for row in await conn.fetch(SELECT_RIPE, list(versions)))


async def destroyed(conn: Connection, left: Collection[bytes]) -> None:
    """Write down that all former versions are destroyed but those that are left."""
    await conn.execute(UPDATE_DESTROYED, list(left))


async def known(conn: Connection) -> dict[bytes, Former]:
    """Return what is known of former versions."""
    return {row["version"]: Former(**row) for row in await conn.fetch(SELECT_FORMER)}
