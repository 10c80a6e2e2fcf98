"""What a batch of calls rests on, read in one statement: who calls, whether a key is unused, and what is locked."""

from collections.abc import Sequence
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
WITH called AS MATERIALIZED (
    SELECT w.place, w.requested, w.key, c.id, c.authority, c.role, c.account, c.scopes, c.expires_at, c.revoked_at,
           c.used_at, c.shift, c.frozen_at, c.outside
      FROM unnest($1::bytea[], $2::text[], $3::text[]) WITH ORDINALITY AS w (digest, key, requested, place)
      JOIN caller c ON c.digest = w.digest
)
SELECT place, id, authority, role, account, scopes, expires_at, revoked_at, used_at, shift, frozen_at, outside,
       key IS NULL OR (claim_key(authority, key) AND NOT EXISTS (
           SELECT FROM idempotency i WHERE i.authority = called.authority AND i.key = called.key)) AS unused,
       (SELECT json_agg(l) FROM lock_counters(
           ARRAY(SELECT x.authority FROM called x UNION SELECT x.requested FROM called x)) l) AS counters,
       (SELECT array_agg(json_build_object('code', code, 'kind', kind, 'country', country, 'name', name ->> 'ru',
                                           'zone', zone, 'reach', reach, 'since', since, 'until', until)::text)
          FROM entry WHERE code IN (called.authority, called.requested)) AS authorities,
       (SELECT json_agg(json_build_object('country', country, 'in_force_from', in_force_from, 'left_on', left_on))
          FROM party) AS parties,
       (SELECT json_agg(json_build_object('code', code, 'parties', parties, 'since', since, 'until', until))
          FROM agreement) AS agreements
  FROM called ORDER BY place
"""

# What somebody else has locked is left out, so that no batch waits for it; nothing is locked for a stranger.
SELECT_FOR_ACTS = """
WITH called AS MATERIALIZED (
    SELECT w.place, w.request, w.key, c.id, c.authority, c.role, c.account, c.scopes, c.expires_at, c.revoked_at,
           c.used_at, c.shift, c.frozen_at, c.outside
      FROM unnest($1::bytea[], $2::text[], $3::uuid[]) WITH ORDINALITY AS w (digest, key, request, place)
      JOIN caller c ON c.digest = w.digest
)
SELECT place, id, authority, role, account, scopes, expires_at, revoked_at, used_at, shift, frozen_at, outside,
       key IS NULL OR (claim_key(authority, key) AND NOT EXISTS (
           SELECT FROM idempotency i WHERE i.authority = called.authority AND i.key = called.key)) AS unused,
       l.document, l.head
  FROM called JOIN LATERAL lock_request(called.request, true) l ON true ORDER BY place
"""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a call: the digest of its token, its key, and which request or addressee it names."""

    digest: bytes
    key: str | None
    names: UUID | str


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """Who calls, whether the call's key is unused and now held, and what is decided on."""

    caller: Caller
    unused: bool
    on: T


@dataclass(frozen=True, slots=True)
class Held:
    """What the registry says of a submission's sides, and the locked registers of the whole batch.

    All submissions of a batch share `counters`: each moves them on for the next.
    """

    facts: Facts
    counters: dict[str, Counter]


async def for_submissions(conn: Connection, asked: Sequence[Asked]) -> list[Read[Held] | None]:
    """Lock the counters of all sides and return what each call's decision rests on; None for a stranger's call."""
    rows = await conn.fetch(SELECT_FOR_SUBMISSIONS, *_columns(asked))
    counters = registry.counters(rows[0]) if rows else {}
    return _placed(asked, rows, {row["place"]: Held(registry.facts(row), counters) for row in rows})


async def for_acts(conn: Connection, asked: Sequence[Asked]) -> list[Read[Loaded] | None]:
    """Lock the requests and return each as it stands, whether or not its caller may see it.

    None for a stranger's call, and for a request that is not there, or that somebody else has locked.
    """
    rows = await conn.fetch(SELECT_FOR_ACTS, *_columns(asked))
    return _placed(asked, rows, {row["place"]: requests.of_row(row) for row in rows})


def _columns(asked: Sequence[Asked]) -> tuple[list[bytes], list[str | None], list[UUID | str]]:
    return [each.digest for each in asked], [each.key for each in asked], [each.names for each in asked]


def _placed(asked: Sequence[Asked], rows: Sequence[Record], on: dict[int, T]) -> list[Read[T] | None]:
    """Return what was read by the place of each call."""
    read: list[Read[T] | None] = [None] * len(asked)
    for row in rows:
        read[row["place"] - 1] = Read(tokens.caller(row), row["unused"], on[row["place"]])
    return read
