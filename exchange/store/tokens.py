"""Tokens of programs: hashed, belonging to one authority, narrowed to scopes, expiring and revocable."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from asyncpg import Record

from exchange.core.access import Actor, Verb
from exchange.store.database import Connection
from schemas.vocabulary import Role

SELECT_CALLER = """
SELECT id, authority, role, account, scopes, expires_at, revoked_at, used_at, shift, frozen_at, outside
  FROM caller WHERE digest = $1
"""

# Who has the row in hand notes its use, too.
UPDATE_USED = """
UPDATE token SET used_at = $2
 WHERE id = (SELECT id FROM token WHERE id = $1 AND (used_at IS NULL OR used_at < $2) FOR UPDATE SKIP LOCKED)
"""

INSERT_TOKEN = """
INSERT INTO token (digest, authority, role, label, made_at, expires_at, account, scopes, made_by, bearer)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id
"""

SELECT_TOKENS = """
SELECT id, authority, role, label, scopes, made_at, made_by, expires_at, revoked_at, used_at, bearer
  FROM token WHERE id > $1 ORDER BY id LIMIT $2
"""

SELECT_OF_AUTHORITY = """
SELECT id, authority, role, label, scopes, made_at, made_by, expires_at, revoked_at, used_at, bearer
  FROM token WHERE authority = $1 AND id < $2 ORDER BY id DESC LIMIT $3
"""

SELECT_ONE = """
SELECT id, authority, role, label, scopes, made_at, made_by, expires_at, revoked_at, used_at, bearer
  FROM token WHERE id = $1
"""

SELECT_BORNE = "SELECT true FROM token WHERE id = ANY($1::bigint[]) AND bearer = $2 LIMIT 1"

UPDATE_REVOKED = "UPDATE token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who a token belongs to, and the sandbox clock read in the same breath (None in production)."""

    id: int
    actor: Actor
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None
    shift: timedelta | None
    frozen_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token's particulars; the token itself is kept nowhere."""

    id: int
    authority: str
    role: Role
    label: str
    scopes: tuple[str, ...] | None
    made_at: datetime
    made_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None
    bearer: str | None


async def identify(conn: Connection, digest: bytes) -> Caller | None:
    """Return whose token has this SHA-256 digest, or None; whether it still holds is the caller's to judge."""
    row = await conn.fetchrow(SELECT_CALLER, digest)
    return None if row is None else caller(row)


def caller(row: Record) -> Caller:
    """Read who calls, with the columns of SELECT_CALLER."""
    who = f"person:{row['account']}" if row["account"] else f"token:{row['id']}"
    scopes = None if row["scopes"] is None else frozenset(verb for verb in Verb if verb in row["scopes"])
    return Caller(
        id=row["id"],
        actor=Actor(row["authority"], Role(row["role"]), who, scopes, row["outside"]),
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        used_at=row["used_at"],
        shift=row["shift"],
        frozen_at=row["frozen_at"],
    )


async def touch(conn: Connection, token: int, at: datetime) -> None:
    """Note that a token was used, without waiting for anybody."""
    await conn.execute(UPDATE_USED, token, at)


async def add(
    conn: Connection,
    digest: bytes,
    actor: Actor,
    *,
    label: str,
    made_at: datetime,
    expires_at: datetime | None,
    made_by: str = "",
    bearer: str | None = None,
) -> int:
    """Keep a new token's digest; return its number. One made for a person speaks for that person."""
    login = actor.who.removeprefix("person:") if actor.who.startswith("person:") else None
    scopes = None if actor.scopes is None else sorted(actor.scopes)
    number: int = await conn.fetchval(
        INSERT_TOKEN, digest, actor.authority, actor.role, label, made_at, expires_at, login, scopes, made_by, bearer
    )
    return number


async def every(conn: Connection, *, after: int, limit: int) -> tuple[Token, ...]:
    """Return the particulars of tokens of all authorities, oldest first, those after one."""
    return tuple(_token(row) for row in await conn.fetch(SELECT_TOKENS, after, limit))


async def of_authority(conn: Connection, authority: str, *, before: int, limit: int) -> tuple[Token, ...]:
    """Return the particulars of an authority's tokens, the latest first, those before one."""
    return tuple(_token(row) for row in await conn.fetch(SELECT_OF_AUTHORITY, authority, before, limit))


async def find(conn: Connection, number: int) -> Token | None:
    """Return a token's particulars, or None."""
    row = await conn.fetchrow(SELECT_ONE, number)
    return None if row is None else _token(row)


async def are_borne_by(conn: Connection, numbers: Sequence[int], login: str) -> bool:
    """Tell whether somebody bears one of some tokens."""
    return await conn.fetchval(SELECT_BORNE, list(numbers), login) is not None


async def revoke(conn: Connection, token: int, at: datetime) -> bool:
    """Revoke a token; tell whether it was there and not revoked before."""
    return await conn.fetchval(UPDATE_REVOKED, token, at) is not None


def _token(row: Record) -> Token:
    scopes = None if row["scopes"] is None else tuple(row["scopes"])
    return Token(**{**row, "role": Role(row["role"]), "scopes": scopes})
