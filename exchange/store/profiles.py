"""Treaty profiles as they were when requests pinned them."""

from exchange.store.database import Connection

SELECT_SOURCE = "SELECT source FROM profile WHERE digest = $1"

INSERT_PROFILE = "INSERT INTO profile (digest, id, version, source) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"


async def source(conn: Connection, digest: str) -> bytes | None:
    """Return the bytes of the profile with this digest, or None."""
    found: bytes | None = await conn.fetchval(SELECT_SOURCE, digest)
    return found


async def keep(conn: Connection, digest: str, name: str, version: str, source: bytes) -> None:
    """Keep a profile's bytes, unless they are there."""
    await conn.execute(INSERT_PROFILE, digest, name, version, source)
