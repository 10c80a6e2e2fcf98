"""What a batch of calls rests on, read in one statement: who calls, whether a key is unused, what is decided on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from asyncpg import Record

from exchange.store import registry, requests, tokens
from exchange.store.database import Connection
from exchange.store.registry import Counter, Facts
from exchange.store.requests import Loaded
from exchange.store.tokens import Caller

SELECT_FOR_SUBMISSIONS = """
SELECT place, id, authority, role, account, scopes, expires_at, revoked_at, used_at, shift, frozen_at, outside, unused,
       counters, authorities, parties, agreements
  FROM for_submissions($1, $2, $3, $4)
"""

SELECT_FOR_ACTS = """
SELECT place, id, authority, role, account, scopes, expires_at, revoked_at, used_at, shift, frozen_at, outside, unused,
       document, head
  FROM for_acts($1, $2, $3, $4, $5)
"""

LONG = 65_536
"""Letters of a document above which an act on it goes alone."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a call: the digest of its token, its key, and which request or addressee it names."""

    digest: bytes
    key: str | None
    names: UUID | str


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """Who calls, whether the call's key is unused (held, too, inside a transaction), and what is decided on."""

    caller: Caller
    unused: bool
    on: T


async def for_submissions(
    conn: Connection, asked: Sequence[Asked], *, locked: bool
) -> tuple[list[Read[Facts] | None], dict[str, Counter]]:
    """Return what the registry says of each call's sides, None for a stranger's call, and the counters of all sides.

    Those are locked, inside a transaction, or as they were last seen.
    """
    rows = await conn.fetch(SELECT_FOR_SUBMISSIONS, *_columns(asked), locked)
    counters = registry.counters(rows[0]) if rows else {}
    return _placed(asked, rows, registry.facts), counters


async def for_acts(conn: Connection, asked: Sequence[Asked], *, locked: bool) -> list[Read[Loaded] | None]:
    """Return each request as it stands, locked, inside a transaction, or not; whether or not its caller may see it.

    None for a stranger's call, and for a request that is not there, is long, or to be locked and somebody else's.
    """
    return _placed(asked, await conn.fetch(SELECT_FOR_ACTS, *_columns(asked), locked, LONG), requests.of_row)


def _columns(asked: Sequence[Asked]) -> tuple[list[bytes], list[str | None], list[UUID | str]]:
    return [each.digest for each in asked], [each.key for each in asked], [each.names for each in asked]


def _placed(asked: Sequence[Asked], rows: Sequence[Record], on: Callable[[Record], T]) -> list[Read[T] | None]:
    """Return what was read by the place of each call."""
    read: list[Read[T] | None] = [None] * len(asked)
    for row in rows:
        read[row["place"] - 1] = Read(tokens.caller(row), row["unused"], on(row))
    return read
