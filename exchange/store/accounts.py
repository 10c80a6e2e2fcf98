"""Accounts of people: whose they are, what they may, and what proves them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from asyncpg import Record

from exchange.core.signing import Person
from exchange.store.database import Connection
from schemas.vocabulary import Role

SELECT_ACCOUNT = """
SELECT a.login, a.authority, a.name, a.post, a.role, a.language, a.sample, a.disabled_at, a.made_at, a.made_by,
       a.password IS NOT NULL AND a.factor IS NOT NULL AS ready, a.set_up_until, b.zone
  FROM account a JOIN authority b ON b.code = a.authority WHERE a.login = $1
"""

SELECT_ACCOUNTS = """
SELECT a.login, a.authority, a.name, a.post, a.role, a.language, a.sample, a.disabled_at, a.made_at, a.made_by,
       a.password IS NOT NULL AND a.factor IS NOT NULL AS ready, a.set_up_until, b.zone
  FROM account a JOIN authority b ON b.code = a.authority
 WHERE a.authority = $1 AND a.login > $2 ORDER BY a.login LIMIT $3
"""

SELECT_NAMES = """
SELECT 'person:' || login AS who, name FROM account WHERE authority = $1 AND login = ANY($2::text[])
 UNION ALL
SELECT 'token:' || id, label FROM token WHERE authority = $1 AND id = ANY($3::bigint[])
"""

SELECT_ZONE = "SELECT zone FROM authority WHERE code = $1"

SELECT_LOCKED = """
SELECT login, authority, name, role, language, sample, disabled_at, password, factor, factor_pending, factor_step,
       set_up, set_up_until
  FROM account WHERE login = $1 FOR NO KEY UPDATE
"""

INSERT_ACCOUNT = """
INSERT INTO account (login, authority, name, post, role, language, made_at, made_by, set_up, set_up_until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING RETURNING login
"""

INSERT_SAMPLES = """
INSERT INTO account (login, authority, name, post, role, language, sample, made_at, made_by)
SELECT each.login, each.authority, each.name, each.post, each.role, 'ru', true, $6, ''
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
       AS each (login, authority, name, post, role)
    ON CONFLICT DO NOTHING
"""

UPDATE_ROLE = "UPDATE account SET role = $2, post = $3 WHERE login = $1"

UPDATE_DISABLED = "UPDATE account SET disabled_at = $2 WHERE login = $1"

UPDATE_SET_UP = """
UPDATE account SET set_up = $2, set_up_until = $3, password = NULL, factor = NULL, factor_pending = NULL
 WHERE login = $1
"""

UPDATE_PASSWORD = """
UPDATE account SET password = $2, set_up = NULL, set_up_until = NULL WHERE login = $1
"""

UPDATE_HASH = "UPDATE account SET password = $2 WHERE login = $1"

UPDATE_PENDING = "UPDATE account SET factor_pending = $2 WHERE login = $1"

UPDATE_FACTOR = """
UPDATE account SET factor = factor_pending, factor_pending = NULL, factor_step = $2 WHERE login = $1
"""

UPDATE_STEP = "UPDATE account SET factor_step = $2 WHERE login = $1 AND factor_step < $2 RETURNING login"

DELETE_RECOVERY = "DELETE FROM recovery_code WHERE account = $1"

INSERT_RECOVERY = "INSERT INTO recovery_code (account, digest) SELECT $1, unnest($2::bytea[])"

UPDATE_RECOVERY = """
UPDATE recovery_code SET used_at = $3 WHERE account = $1 AND digest = $2 AND used_at IS NULL RETURNING account
"""

SELECT_RECOVERY = "SELECT count(*) FROM recovery_code WHERE account = $1 AND used_at IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account's particulars; `ready` once its password and second factor are set, `zone` its authority's."""

    login: str
    authority: str
    name: str
    post: str
    role: Role
    language: str
    sample: bool
    disabled_at: datetime | None
    made_at: datetime
    made_by: str
    ready: bool
    set_up_until: datetime | None
    zone: str

    @property
    def person(self) -> Person:
        """Who it is, as the law asks."""
        return Person(
            login=self.login,
            authority=self.authority,
            name=self.name,
            role=self.role,
            disabled=self.disabled_at is not None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to be opened, with the digest of the code that opens its set-up."""

    login: str
    authority: str
    name: str
    post: str
    role: Role
    language: str
    made_by: str
    set_up: bytes = field(repr=False)
    set_up_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """What proves an account, and whether it may be used: locked until the transaction ends."""

    login: str
    authority: str
    name: str
    role: Role
    language: str
    sample: bool
    disabled_at: datetime | None
    password: str | None = field(repr=False)
    factor: bytes | None = field(repr=False)
    factor_pending: bytes | None = field(repr=False)
    factor_step: int
    set_up: bytes | None = field(repr=False)
    set_up_until: datetime | None


@dataclass(frozen=True, slots=True)
class Sample:
    """A person of the sandbox's samples."""

    login: str
    authority: str
    name: str
    post: str
    role: Role


async def find(conn: Connection, login: str) -> Account | None:
    """Return an account's particulars, or None."""
    row = await conn.fetchrow(SELECT_ACCOUNT, login)
    return None if row is None else _account(row)


async def of_authority(conn: Connection, authority: str, *, after: str, limit: int) -> tuple[Account, ...]:
    """Return the accounts of an authority by login, those after one."""
    return tuple(_account(row) for row in await conn.fetch(SELECT_ACCOUNTS, authority, after, limit))


async def zone(conn: Connection, authority: str) -> str:
    """Return an authority's time zone."""
    held: str = await conn.fetchval(SELECT_ZONE, authority)
    return held


async def lock(conn: Connection, login: str) -> Proofs | None:
    """Lock an account and return what proves it, or None."""
    row = await conn.fetchrow(SELECT_LOCKED, login)
    return None if row is None else Proofs(**{**row, "role": Role(row["role"])})


async def add(conn: Connection, account: NewAccount, at: datetime) -> bool:
    """Open an account; false when its login is taken."""
    made = await conn.fetchval(
        INSERT_ACCOUNT,
        account.login,
        account.authority,
        account.name,
        account.post,
        account.role,
        account.language,
        at,
        account.made_by,
        account.set_up,
        account.set_up_until,
    )
    return made is not None


async def add_samples(conn: Connection, people: Sequence[Sample], at: datetime) -> None:
    """Enter sample people, those who are not there yet, in one round trip."""
    columns = [
        [person.login for person in people],
        [person.authority for person in people],
        [person.name for person in people],
        [person.post for person in people],
        [str(person.role) for person in people],
    ]
    await conn.execute(INSERT_SAMPLES, *columns, at)


async def give_role(conn: Connection, login: str, role: Role, post: str) -> None:
    """Give an account another role and post."""
    await conn.execute(UPDATE_ROLE, login, role, post)


async def disable(conn: Connection, login: str, at: datetime | None) -> None:
    """Disable an account, or let it be used again (None)."""
    await conn.execute(UPDATE_DISABLED, login, at)


async def open_set_up(conn: Connection, login: str, digest: bytes, until: datetime) -> None:
    """Void what proved an account, and open its set-up to a code."""
    await conn.execute(UPDATE_SET_UP, login, digest, until)
    await conn.execute(DELETE_RECOVERY, login)


async def set_password(conn: Connection, login: str, encoded: str) -> None:
    """Keep a password's hash; a code of set-up is good for nothing any more."""
    await conn.execute(UPDATE_PASSWORD, login, encoded)


async def rehash(conn: Connection, login: str, encoded: str) -> None:
    """Keep another hash, of the same password or of another one."""
    await conn.execute(UPDATE_HASH, login, encoded)


async def set_pending(conn: Connection, login: str, wrapped: bytes | None) -> None:
    """Keep a second factor's secret that is still to be confirmed."""
    await conn.execute(UPDATE_PENDING, login, wrapped)


async def confirm_factor(conn: Connection, login: str, step: int, recovery: Sequence[bytes]) -> None:
    """Let the pending second factor count, its first step used, with recovery codes of its own."""
    await conn.execute(UPDATE_FACTOR, login, step)
    await conn.execute(DELETE_RECOVERY, login)
    await conn.execute(INSERT_RECOVERY, login, list(recovery))


async def use_step(conn: Connection, login: str, step: int) -> bool:
    """Use up a step of the second factor; false when it, or a later one, was used before."""
    return await conn.fetchval(UPDATE_STEP, login, step) is not None


async def use_recovery(conn: Connection, login: str, digest: bytes, at: datetime) -> bool:
    """Use up a recovery code; false when there is none such, or it was used."""
    return await conn.fetchval(UPDATE_RECOVERY, login, digest, at) is not None


async def names(
    conn: Connection, authority: str, logins: Sequence[str], tokens: Sequence[int]
) -> tuple[tuple[str, str], ...]:
    """Return what people and programs of an authority are called: who it is (`person:LOGIN`, `token:NUMBER`), name."""
    return tuple((row["who"], row["name"]) for row in await conn.fetch(SELECT_NAMES, authority, logins, tokens))


async def recovery_left(conn: Connection, login: str) -> int:
    """Count the recovery codes that are left."""
    left: int = await conn.fetchval(SELECT_RECOVERY, login)
    return left


def _account(row: Record) -> Account:
    return Account(**{**row, "role": Role(row["role"])})
