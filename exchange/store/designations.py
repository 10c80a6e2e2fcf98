"""The bodies of the registry over time: the entry of today stands in `authority`, the others in `designation`."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby

from asyncpg import Record

from exchange.core.designations import Authority, History, present
from exchange.store.database import Connection
from exchange.store.registry import INSERT_COUNTER, columns
from schemas.vocabulary import AuthorityKind, Country, Reach

SELECT_HISTORIES = """
SELECT code, kind, country, name::text AS name, zone, reach, mailbox, head_mailbox, language, address, since, until,
       notice
  FROM entry WHERE code = ANY($1) ORDER BY code COLLATE "C", since
"""

# A domestic body's entries are for its own state alone, those of a body of the protection module for nobody but itself;
# $1 is the authority that looks.
SELECT_VISIBLE = """
SELECT code, kind, country, name::text AS name, zone, reach, mailbox, head_mailbox, language, address, since, until,
       notice
  FROM entry
 WHERE kind NOT IN ('domestic', 'protection') OR country = (SELECT country FROM authority WHERE code = $1) OR code = $1
 ORDER BY code COLLATE "C", since
"""

SELECT_PAGE = """
SELECT code, kind, country, name::text AS name, zone, reach, mailbox, head_mailbox, language, address, since, until,
       notice
  FROM entry
 WHERE code IN (
        SELECT e.code FROM entry e
         WHERE e.code COLLATE "C" > $2
           AND (e.kind NOT IN ('domestic', 'protection') OR e.country = (SELECT country FROM authority WHERE code = $1))
           AND ($3::date IS NULL OR e.since <= $3 AND (e.until IS NULL OR $3 < e.until))
         GROUP BY e.code ORDER BY e.code COLLATE "C" LIMIT $4)
   AND (kind NOT IN ('domestic', 'protection') OR country = (SELECT country FROM authority WHERE code = $1))
   AND ($3::date IS NULL OR since <= $3 AND (until IS NULL OR $3 < until))
 ORDER BY code COLLATE "C", since
"""

SELECT_OUTSIDE = """
SELECT code, kind, country, name::text AS name, zone, reach, mailbox, head_mailbox, language, address, since, until,
       notice
  FROM entry WHERE kind = 'protection' ORDER BY code COLLATE "C", since
"""

SELECT_COMPETENT = """
SELECT code, kind, country, name::text AS name, zone, reach, mailbox, head_mailbox, language, address, since, until,
       notice
  FROM entry WHERE kind = 'competent' ORDER BY code COLLATE "C", since
"""

UPDATE_AUTHORITY = """
INSERT INTO authority (code, kind, country, name, zone, reach, mailbox, head_mailbox, language, address, since, until,
                       notice)
VALUES ($1, $2, $3, $4::text::jsonb, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT (code) DO UPDATE
   SET kind = excluded.kind, name = excluded.name, zone = excluded.zone, reach = excluded.reach,
       mailbox = excluded.mailbox, head_mailbox = excluded.head_mailbox, language = excluded.language,
       address = excluded.address, since = excluded.since, until = excluded.until, notice = excluded.notice
"""

DELETE_ENTRIES = "DELETE FROM designation WHERE authority = $1"

INSERT_ENTRY = """
INSERT INTO designation (authority, kind, name, zone, reach, mailbox, head_mailbox, language, address, since, until,
                         notice)
VALUES ($1, $2, $3::text::jsonb, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""

SELECT_TO_COME = """
SELECT d.authority, d.since, d.zone
  FROM designation d JOIN authority a ON a.code = d.authority
 WHERE d.since > a.since ORDER BY d.since, d.authority LIMIT $1
"""


async def histories(conn: Connection, codes: Iterable[str]) -> dict[str, History]:
    """Return the entries of bodies by code, each oldest first."""
    return _grouped(await conn.fetch(SELECT_HISTORIES, list(codes)))


async def visible(conn: Connection, to: str | None) -> dict[str, History]:
    """Return all entries that an authority may see; None sees no domestic body."""
    return _grouped(await conn.fetch(SELECT_VISIBLE, to))


async def page(conn: Connection, to: str, *, on: date | None, after: str, limit: int) -> dict[str, History]:
    """Return entries that an authority may see, of so many bodies that follow a code; of a day, only what held then."""
    return _grouped(await conn.fetch(SELECT_PAGE, to, after, on, limit))


async def competent(conn: Connection, now: datetime) -> tuple[Authority, ...]:
    """Return the competent authorities that the registry holds at an instant."""
    rows = await conn.fetch(SELECT_COMPETENT)
    return tuple(entry for entry in map(_entry, rows) if entry.holds_at(now))


async def outside(conn: Connection) -> dict[str, History]:
    """Return the entries of the bodies that take part in the protection module alone."""
    return _grouped(await conn.fetch(SELECT_OUTSIDE))


async def keep(conn: Connection, history: History, now: datetime) -> None:
    """Let a body's entries be these; the one that it is known by now stands in `authority`."""
    shown = present(history, now)
    await conn.execute(UPDATE_AUTHORITY, *columns(shown))
    await conn.execute(INSERT_COUNTER, shown.code)
    await conn.execute(DELETE_ENTRIES, shown.code)
    rows = [columns(entry) for entry in history if entry is not shown]
    await conn.executemany(INSERT_ENTRY, [(code, kind, *rest) for code, kind, _country, *rest in rows])


async def to_come(conn: Connection, limit: int) -> tuple[tuple[str, date, str], ...]:
    """Return the next entries to come: the body's code, the day and its zone."""
    rows = await conn.fetch(SELECT_TO_COME, limit)
    return tuple((row["authority"], row["since"], row["zone"]) for row in rows)


def _grouped(rows: Iterable[Record]) -> dict[str, History]:
    entries = map(_entry, rows)
    return {code: tuple(members) for code, members in groupby(entries, key=lambda entry: entry.code)}


def _entry(row: Record) -> Authority:
    return Authority(
        code=row["code"],
        kind=AuthorityKind(row["kind"]),
        country=Country(row["country"]) if row["country"] else None,
        name=json.loads(row["name"]),
        zone=row["zone"],
        reach=Reach(row["reach"]),
        mailbox=row["mailbox"],
        head_mailbox=row["head_mailbox"],
        language=row["language"],
        address=row["address"],
        since=row["since"],
        until=row["until"],
        notice=row["notice"],
    )
