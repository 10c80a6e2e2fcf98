"""Sessions of people: hashed, belonging to one role of one authority, expiring and revocable."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from exchange.core.access import Actor
from exchange.store.database import Connection
from schemas.vocabulary import Role

SELECT_SESSION = """
SELECT s.authority, s.role, s.expires_at, s.revoked_at, c.shift, c.frozen_at
  FROM session s LEFT JOIN sandbox_clock c ON true WHERE s.digest = $1
"""

INSERT_SESSION = "INSERT INTO session (digest, authority, role, made_at, expires_at) VALUES ($1, $2, $3, $4, $5)"

UPDATE_ENDED = "UPDATE session SET revoked_at = $2 WHERE digest = $1 AND revoked_at IS NULL"

DELETE_EXPIRED = "DELETE FROM session WHERE expires_at < $1"


@dataclass(frozen=True, slots=True)
class Session:
    """Whose session it is, and the sandbox clock read in the same breath (None in production)."""

    actor: Actor
    expires_at: datetime
    revoked_at: datetime | None
    shift: timedelta | None
    frozen_at: datetime | None


async def find(conn: Connection, digest: bytes) -> Session | None:
    """Return the session with this SHA-256 digest, or None; whether it still holds is the caller's to judge."""
    row = await conn.fetchrow(SELECT_SESSION, digest)
    if row is None:
        return None
    actor = Actor(row["authority"], Role(row["role"]))
    return Session(actor, row["expires_at"], row["revoked_at"], row["shift"], row["frozen_at"])


async def add(conn: Connection, digest: bytes, actor: Actor, *, made_at: datetime, expires_at: datetime) -> None:
    """Keep a new session's digest."""
    await conn.execute(INSERT_SESSION, digest, actor.authority, actor.role, made_at, expires_at)


async def end(conn: Connection, digest: bytes, at: datetime) -> None:
    """Revoke a session, if it is there."""
    await conn.execute(UPDATE_ENDED, digest, at)


async def purge(conn: Connection, before: datetime) -> None:
    """Forget the sessions that expired before an instant."""
    await conn.execute(DELETE_EXPIRED, before)
