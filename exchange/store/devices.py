"""Browsers in which people signed in before, by the digest of a cookie; one may be of several people."""

from datetime import datetime

from exchange.store.database import Connection

SELECT_KNOWN = "SELECT true FROM device WHERE digest = $1 AND account = $2 AND used_at > $3"

UPDATE_DIGEST = "UPDATE device SET digest = $2 WHERE digest = $1"

INSERT_DEVICE = """
INSERT INTO device (digest, account, used_at) VALUES ($1, $2, $3)
    ON CONFLICT (digest, account) DO UPDATE SET used_at = excluded.used_at
"""

DELETE_OLD = "DELETE FROM device WHERE used_at < $1"

DELETE_OF_ACCOUNT = "DELETE FROM device WHERE account = $1"


async def known(conn: Connection, digest: bytes, login: str, since: datetime) -> bool:
    """Tell whether an account was signed in to in a browser since an instant."""
    return await conn.fetchval(SELECT_KNOWN, digest, login, since) is not None


async def keep(conn: Connection, digest: bytes, login: str, at: datetime, *, former: bytes | None) -> None:
    """Keep that an account was signed in to in a browser, whose cookie is a new one instead of a former."""
    if former is not None:
        await conn.execute(UPDATE_DIGEST, former, digest)
    await conn.execute(INSERT_DEVICE, digest, login, at)


async def purge(conn: Connection, before: datetime) -> None:
    """Forget the browsers that were not used since an instant."""
    await conn.execute(DELETE_OLD, before)


async def forget(conn: Connection, login: str) -> None:
    """Forget every browser of an account."""
    await conn.execute(DELETE_OF_ACCOUNT, login)
