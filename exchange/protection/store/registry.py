"""The module's registry: bodies, the days of each regime's force for a Party, who is competent from when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pydantic_core import to_json

from exchange.protection.core.scene import Binding, Body
from exchange.store.database import Connection

INSERT_BODY = """
INSERT INTO protection.body (code, party, zone, office, legal_person, name, mailbox, language, sample)
VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7, $8, $9) ON CONFLICT DO NOTHING
"""

TELL_BODY = """
INSERT INTO protection.body AS held (code, party, zone, office, legal_person, name, mailbox, language, sample)
VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7, $8, $9)
    ON CONFLICT (code) DO UPDATE
       SET zone = excluded.zone, name = excluded.name, mailbox = excluded.mailbox, language = excluded.language
     WHERE (held.zone, held.name, held.mailbox, held.language)
           IS DISTINCT FROM (excluded.zone, excluded.name, excluded.mailbox, excluded.language)
RETURNING true
"""

INSERT_BINDING = """
INSERT INTO protection.binding (regime, party, since, left_on, released_on) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (regime, party, since) DO NOTHING
"""

# What an operator enters: a day of leaving can be told later, the day of release comes by entries alone.
INSERT_BOUND = """
INSERT INTO protection.binding (regime, party, since, left_on) VALUES ($1, $2, $3, $4)
    ON CONFLICT (regime, party, since) DO UPDATE SET left_on = COALESCE(excluded.left_on, binding.left_on)
"""

INSERT_COMPETENT = """
INSERT INTO protection.competent (regime, party, body, since, entry) VALUES ($1, $2, $3, $4, $5)
"""

# The first who is competent for a Party under a regime; a later one comes by a dated entry.
INSERT_FIRST_COMPETENT = """
INSERT INTO protection.competent (regime, party, body, since)
SELECT $1, $2, $3, $4
 WHERE NOT EXISTS (SELECT FROM protection.competent WHERE regime = $1 AND party = $2)
"""

# Two entries count from the earlier day.
UPDATE_RELEASED = """
UPDATE protection.binding SET released_on = LEAST(released_on, $3) WHERE regime = $1 AND party = $2
"""

SELECT_BINDINGS = """
SELECT b.regime, b.party, b.since, b.left_on, b.released_on,
       (SELECT c.body FROM protection.competent c JOIN protection.body o ON o.code = c.body
         WHERE c.regime = b.regime AND c.party = b.party AND c.since <= ($1 AT TIME ZONE o.zone)::date
         ORDER BY c.since DESC, c.id DESC LIMIT 1) AS competent
  FROM protection.binding b ORDER BY b.regime, b.party COLLATE "C", b.since
"""

SELECT_NAMES = """
SELECT code, coalesce(name ->> $2, name ->> 'ru', code) AS name FROM protection.body WHERE code = ANY($1)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBody:
    """A body to be entered: what the law needs of it, its names by language, where its mail goes."""

    body: Body
    name: Mapping[str, str]
    mailbox: str | None
    language: str = "ru"
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding, with who is competent for its Party now."""

    binding: Binding
    competent: str | None


async def add_bodies(conn: Connection, bodies: Iterable[NewBody]) -> None:
    """Enter bodies that are not there yet."""
    await conn.executemany(INSERT_BODY, map(_row, bodies))


async def tell_bodies(conn: Connection, bodies: Iterable[NewBody]) -> bool:
    """Enter bodies, and what is told otherwise of those that are there; tell whether anything changed."""
    told = [await conn.fetchval(TELL_BODY, *_row(each)) for each in bodies]
    return any(told)


def _row(body: NewBody) -> tuple[object, ...]:
    law = body.body
    name = to_json(dict(body.name)).decode()
    return law.code, law.party, law.zone, law.office, law.legal_person, name, body.mailbox, body.language, body.sample


async def names(conn: Connection, codes: Iterable[str], language: str) -> Mapping[str, str]:
    """Return what bodies are called in a language, in Russian where it has no name there."""
    return {row["code"]: row["name"] for row in await conn.fetch(SELECT_NAMES, sorted(set(codes)), language)}


async def add_bindings(conn: Connection, bindings: Iterable[Binding]) -> None:
    """Enter bindings that are not there yet."""
    rows = [(each.regime, each.party, each.since, each.left_on, each.released_on) for each in bindings]
    await conn.executemany(INSERT_BINDING, rows)


async def bind(conn: Connection, binding: Binding) -> None:
    """Enter a binding, or the day of leaving of one that is there."""
    await conn.execute(INSERT_BOUND, binding.regime, binding.party, binding.since, binding.left_on)


async def add_first_competent(conn: Connection, rows: Iterable[tuple[str, str, str, date]]) -> None:
    """Enter the first competent bodies: regime (or order of release), Party, body, day; where there is one, nothing."""
    await conn.executemany(INSERT_FIRST_COMPETENT, list(rows))


async def add_competent(conn: Connection, regime: str, party: str, body: str, since: date, entry: UUID) -> None:
    """Let a body be competent for a Party from a day on, by a dated entry."""
    await conn.execute(INSERT_COMPETENT, regime, party, body, since, entry)


async def release_party(conn: Connection, regime: str, party: str, since: date) -> None:
    """Let a Party be released from protecting under a regime from a day on (KL-14)."""
    await conn.execute(UPDATE_RELEASED, regime, party, since)


async def bindings(conn: Connection, now: datetime) -> tuple[Bound, ...]:
    """Return every binding, by regime and Party."""
    return tuple(
        Bound(Binding(row["regime"], row["party"], row["since"], row["left_on"], row["released_on"]), row["competent"])
        for row in await conn.fetch(SELECT_BINDINGS, now)
    )
