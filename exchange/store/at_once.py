"""What a call that takes the short way reads: who calls and what the decision rests on, in one statement, unlocked."""

from uuid import UUID

from exchange.store import registry, requests, tokens
from exchange.store.database import Connection
from exchange.store.registry import Facts
from exchange.store.requests import Loaded
from exchange.store.tokens import Caller

SELECT_FOR_SUBMISSION = """
SELECT c.id, c.authority, c.role, c.account, c.scopes, c.expires_at, c.revoked_at, c.used_at, c.shift, c.frozen_at,
       c.outside,
       (SELECT json_agg(json_build_object('authority', authority, 'out_year', out_year, 'out_number', out_number,
                                          'in_year', in_year, 'in_number', in_number))
          FROM counter WHERE authority IN (c.authority, $2)) AS counters,
       (SELECT array_agg(json_build_object('code', code, 'kind', kind, 'country', country, 'name', name ->> 'ru',
                                           'zone', zone, 'reach', reach, 'since', since, 'until', until)::text)
          FROM entry WHERE code IN (c.authority, $2)) AS authorities,
       (SELECT json_agg(json_build_object('country', country, 'in_force_from', in_force_from, 'left_on', left_on))
          FROM party) AS parties,
       (SELECT json_agg(json_build_object('code', code, 'parties', parties, 'since', since, 'until', until))
          FROM agreement) AS agreements
  FROM caller c WHERE c.digest = $1
"""

SELECT_FOR_ACT = """
SELECT c.id, c.authority, c.role, c.account, c.scopes, c.expires_at, c.revoked_at, c.used_at, c.shift, c.frozen_at,
       c.outside,
       request_document(r) AS document, r.head
  FROM caller c JOIN request r ON r.id = $2 WHERE c.digest = $1
"""


async def for_submission(conn: Connection, digest: bytes, requested: str) -> tuple[Caller, Facts] | None:
    """Return who calls, and what the registry says of the caller and of another authority; None for a stranger."""
    row = await conn.fetchrow(SELECT_FOR_SUBMISSION, digest, requested)
    return None if row is None else (tokens.caller(row), registry.facts(row))


async def for_act(conn: Connection, digest: bytes, request: UUID) -> tuple[Caller, Loaded] | None:
    """Return who calls, and a request as it stands, whether or not the caller may see it; None without either."""
    row = await conn.fetchrow(SELECT_FOR_ACT, digest, request)
    loaded = requests.loaded(row)
    return None if row is None or loaded is None else (tokens.caller(row), loaded)
