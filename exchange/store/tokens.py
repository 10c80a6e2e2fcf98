"""Tokens of programs: hashed, belonging to one authority, expiring and revocable."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from exchange.core.access import Actor
from exchange.store.database import Connection
from schemas.vocabulary import Role

SELECT_CALLER = """
SELECT t.id, t.authority, t.role, t.account, t.expires_at, t.revoked_at, c.shift, c.frozen_at
  FROM token t LEFT JOIN sandbox_clock c ON true WHERE t.digest = $1
"""

INSERT_TOKEN = """
INSERT INTO token (digest, authority, role, label, made_at, expires_at, account)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
"""

SELECT_TOKENS = "SELECT id, authority, role, label, made_at, expires_at, revoked_at FROM token ORDER BY id"

UPDATE_REVOKED = "UPDATE token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a token belongs to, and the sandbox clock read in the same breath (None in production)."""

    id: int
    actor: Actor
    expires_at: datetime | None
    revoked_at: datetime | None
    shift: timedelta | None
    frozen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Token:
    """A token's particulars; the token itself is kept nowhere."""

    id: int
    authority: str
    role: str
    label: str
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


async def identify(conn: Connection, digest: bytes) -> Caller | None:
    """Return whose token has this SHA-256 digest, or None; whether it still holds is the caller's to judge."""
    row = await conn.fetchrow(SELECT_CALLER, digest)
    if row is None:
        return None
    who = f"person:{row['account']}" if row["account"] else f"token:{row['id']}"
    actor = Actor(row["authority"], Role(row["role"]), who)
    return Caller(row["id"], actor, row["expires_at"], row["revoked_at"], row["shift"], row["frozen_at"])


async def add(
    conn: Connection, digest: bytes, actor: Actor, *, label: str, made_at: datetime, expires_at: datetime | None
) -> int:
    """Keep a new token's digest; return its number. One made for a person speaks for that person."""
    login = actor.who.removeprefix("person:") if actor.who.startswith("person:") else None
    number: int = await conn.fetchval(
        INSERT_TOKEN, digest, actor.authority, actor.role, label, made_at, expires_at, login
    )
    return number


async def every(conn: Connection) -> tuple[Token, ...]:
    """Return all tokens' particulars, oldest first."""
    return tuple(Token(**row) for row in await conn.fetch(SELECT_TOKENS))


async def revoke(conn: Connection, token: int, at: datetime) -> bool:
    """Revoke a token; tell whether it was there and not revoked before."""
    return await conn.fetchval(UPDATE_REVOKED, token, at) is not None
