"""Sessions of people: hashed, each of one account of one authority in one role, expiring and revocable."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from exchange.core.access import Actor
from exchange.store.database import Connection
from schemas.vocabulary import Role

# An account that was disabled, or whose role is another one by now, has no session.
SELECT_SESSION = """
SELECT s.id, s.account, s.authority, s.role, s.made_at, s.expires_at, s.revoked_at, s.seen_at, s.enrolling, a.name,
       c.shift, c.frozen_at,
       EXISTS (SELECT FROM authority o WHERE o.code = s.authority AND o.kind = 'protection') AS outside
  FROM session s JOIN account a ON a.login = s.account AND a.authority = s.authority AND a.role = s.role
       LEFT JOIN sandbox_clock c ON true
 WHERE s.digest = $1 AND a.disabled_at IS NULL
"""

# Who has the row in hand sees the session, too.
UPDATE_SEEN = """
UPDATE session SET seen_at = $2
 WHERE id = (SELECT id FROM session WHERE id = $1 AND seen_at < $2 FOR UPDATE SKIP LOCKED)
"""

INSERT_SESSION = """
INSERT INTO session (digest, account, authority, role, agent, made_at, seen_at, expires_at, enrolling)
VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8)
"""

SELECT_OF_ACCOUNT = """
SELECT id, agent, made_at, seen_at, expires_at FROM session
 WHERE account = $1 AND revoked_at IS NULL AND expires_at > $2 AND seen_at > $3 AND NOT enrolling
 ORDER BY seen_at DESC, id DESC LIMIT 100
"""

UPDATE_ENDED = "UPDATE session SET revoked_at = $2 WHERE digest = $1 AND revoked_at IS NULL"

UPDATE_ENDED_ONE = """
UPDATE session SET revoked_at = $3 WHERE account = $1 AND id = $2 AND revoked_at IS NULL RETURNING id
"""

UPDATE_ENDED_ALL = "UPDATE session SET revoked_at = $2 WHERE account = $1 AND revoked_at IS NULL"

DELETE_EXPIRED = "DELETE FROM session WHERE expires_at < $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Whose session it is, and the sandbox clock read in the same breath (None in production)."""

    id: int
    actor: Actor
    name: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    seen_at: datetime
    enrolling: bool
    shift: timedelta | None
    frozen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Open:
    """A session as its owner sees it: where it was opened, roughly, and when."""

    id: int
    agent: str
    made_at: datetime
    seen_at: datetime
    expires_at: datetime


async def find(conn: Connection, digest: bytes) -> Session | None:
    """Return the session with this SHA-256 digest, or None; whether it still holds is the caller's to judge."""
    row = await conn.fetchrow(SELECT_SESSION, digest)
    if row is None:
        return None
    return Session(
        id=row["id"],
        actor=Actor(
            row["authority"],
            Role(row["role"]),
            f"person:{row['account']}",
            outside=row["outside"],
        ),
        name=row["name"],
        made_at=row["made_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        seen_at=row["seen_at"],
        enrolling=row["enrolling"],
        shift=row["shift"],
        frozen_at=row["frozen_at"],
    )


async def touch(conn: Connection, session: int, at: datetime) -> None:
    """Note that a session was used, without waiting for anybody."""
    await conn.execute(UPDATE_SEEN, session, at)


async def add(
    conn: Connection,
    digest: bytes,
    actor: Actor,
    login: str,
    *,
    agent: str,
    made_at: datetime,
    expires_at: datetime,
    enrolling: bool,
) -> None:
    """Keep a new session's digest."""
    await conn.execute(
        INSERT_SESSION, digest, login, actor.authority, actor.role, agent, made_at, expires_at, enrolling
    )


async def of_account(conn: Connection, login: str, at: datetime, seen_after: datetime) -> tuple[Open, ...]:
    """Return the sessions of an account that hold at an instant, the one used last first."""
    return tuple(Open(**row) for row in await conn.fetch(SELECT_OF_ACCOUNT, login, at, seen_after))


async def end(conn: Connection, digest: bytes, at: datetime) -> None:
    """Revoke a session, if it is there."""
    await conn.execute(UPDATE_ENDED, digest, at)


async def end_one(conn: Connection, login: str, session: int, at: datetime) -> bool:
    """Revoke one session of an account; false when it has none such."""
    return await conn.fetchval(UPDATE_ENDED_ONE, login, session, at) is not None


async def end_all(conn: Connection, login: str, at: datetime) -> None:
    """Revoke every session of an account."""
    await conn.execute(UPDATE_ENDED_ALL, login, at)


async def purge(conn: Connection, before: datetime) -> None:
    """Forget the sessions that expired before an instant."""
    await conn.execute(DELETE_EXPIRED, before)
