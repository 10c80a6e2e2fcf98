"""What was notified to the registry, to whom it was passed on, and who acknowledged it."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from asyncpg import Record

from exchange.store.database import Connection

UPDATE_HEAD = "UPDATE registry_head SET number = number + 1 RETURNING number"

SELECT_HEAD = "SELECT number FROM registry_head FOR UPDATE"

UPDATE_FIRST = "UPDATE registry_head SET number = $1 WHERE number = 0 RETURNING number"

INSERT_NOTICE = """
INSERT INTO registry_notice (number, key, kind, country, subject, day, domestic, fact, entered_at, entered_by, who,
                             file)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb, $9, $10, $11, $12)
"""

INSERT_RELAYS = "INSERT INTO registry_relay (notice, country) SELECT $1, unnest($2::text[])"

INSERT_MAILS = """
INSERT INTO outbox (kind, authority, mailbox, data, made_at, next_try_at)
SELECT 'registry', code, 'authority', $2::text::jsonb, $3, $3 FROM unnest($1::text[]) AS code
"""

INSERT_ACKNOWLEDGEMENT = """
INSERT INTO registry_acknowledgement (notice, country, at, authority, who) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING RETURNING notice
"""

SELECT_RELAY = "SELECT country FROM registry_relay WHERE notice = $1 AND country = $2"

SELECT_TREATY_FACTS = """
SELECT fact::text AS fact FROM registry_notice WHERE kind IN ('completion', 'withdrawal') ORDER BY number
"""

SELECT_KNOWN = "SELECT key, fact::text AS fact FROM registry_notice WHERE key = ANY($1)"

# A domestic body's notices are for its own state alone; $1 is the authority that looks.
SELECT_FACTS = """
SELECT fact::text AS fact FROM registry_notice
 WHERE NOT domestic OR country = (SELECT country FROM authority WHERE code = $1)
 ORDER BY number
"""

SELECT_NOTICES = """
SELECT n.number, n.kind, n.country, n.subject, n.day, n.domestic, n.fact::text AS fact, n.entered_at, n.entered_by,
       n.who, n.file,
       (SELECT json_agg(json_build_object('country', r.country, 'at', a.at, 'authority', a.authority)
                        ORDER BY r.country)
          FROM registry_relay r
          LEFT JOIN registry_acknowledgement a ON a.notice = r.notice AND a.country = r.country
         WHERE r.notice = n.number) AS relays
  FROM registry_notice n
 WHERE (NOT n.domestic OR n.country = (SELECT country FROM authority WHERE code = $1))
   AND n.number < $2
   AND ($3::bigint IS NULL OR n.number = $3)
   AND ($4::text IS NULL OR n.subject = $4)
   AND ($5::text IS NULL OR EXISTS (
        SELECT FROM registry_relay r
         WHERE r.notice = n.number AND r.country = $5 AND NOT EXISTS (
               SELECT FROM registry_acknowledgement a WHERE a.notice = r.notice AND a.country = r.country)))
 ORDER BY n.number DESC LIMIT $6
"""

LAST = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A notice as it is written down; `file` is the digest of the signed file that it came with, if it did."""

    number: int
    key: str
    kind: str
    country: str | None
    subject: str
    day: date
    domestic: bool
    fact: Mapping[str, Any]
    entered_at: datetime
    entered_by: str
    who: str
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Relay:
    """A Party to which a notice was passed on; when and by whom it was acknowledged, if it was."""

    country: str
    at: datetime | None
    authority: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A notice as it is kept, with its relays."""

    notice: Written
    relays: tuple[Relay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list of notices is asked for, latest first; `awaiting` a state whose acknowledgement is to come."""

    before: int = LAST
    number: int | None = None
    subject: str | None = None
    awaiting: str | None = None
    limit: int = 1


async def next_number(conn: Connection) -> int:
    """Return the next notice's number; until the transaction ends nobody else changes the registry."""
    number: int = await conn.fetchval(UPDATE_HEAD)
    return number


async def hold(conn: Connection) -> None:
    """Let nobody else change the registry until the transaction ends."""
    await conn.execute(SELECT_HEAD)


async def begin(conn: Connection, number: int) -> bool:
    """Take the first numbers of an empty registry; tell whether it was empty."""
    return await conn.fetchval(UPDATE_FIRST, number) is not None


async def add(conn: Connection, *notices: Written) -> None:
    """Write notices down."""
    await conn.executemany(
        INSERT_NOTICE,
        [
            (
                one.number,
                one.key,
                one.kind,
                one.country,
                one.subject,
                one.day,
                one.domestic,
                json.dumps(dict(one.fact), ensure_ascii=False),
                one.entered_at,
                one.entered_by,
                one.who,
                one.file,
            )
            for one in notices
        ],
    )


async def relay(conn: Connection, number: int, countries: Collection[str]) -> None:
    """Write down to which Parties a notice is passed on."""
    await conn.execute(INSERT_RELAYS, number, sorted(countries))


async def mail(conn: Connection, authorities: Sequence[str], data: Mapping[str, Any], at: datetime) -> None:
    """Put a notice to authorities into the outbox."""
    await conn.execute(INSERT_MAILS, authorities, json.dumps(dict(data), ensure_ascii=False), at)


async def acknowledge(conn: Connection, number: int, country: str, at: datetime, authority: str, who: str) -> bool:
    """Write an acknowledgement down; tell whether it is the Party's first."""
    return await conn.fetchval(INSERT_ACKNOWLEDGEMENT, number, country, at, authority, who) is not None


async def was_relayed(conn: Connection, number: int, country: str) -> bool:
    """Tell whether a notice was passed on to a Party."""
    return await conn.fetchval(SELECT_RELAY, number, country) is not None


async def treaty_facts(conn: Connection) -> tuple[dict[str, Any], ...]:
    """Return what the depositary received, in the order of entering."""
    return tuple(json.loads(row["fact"]) for row in await conn.fetch(SELECT_TREATY_FACTS))


async def known(conn: Connection, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the facts that are known under keys."""
    return {row["key"]: json.loads(row["fact"]) for row in await conn.fetch(SELECT_KNOWN, list(keys))}


async def facts(conn: Connection, to: str) -> tuple[dict[str, Any], ...]:
    """Return all facts that an authority may see, in the order of entering."""
    return tuple(json.loads(row["fact"]) for row in await conn.fetch(SELECT_FACTS, to))


async def notices(conn: Connection, to: str, wanted: Wanted) -> tuple[Kept, ...]:
    """Return notices that an authority may see, the latest first."""
    asked = (to, wanted.before, wanted.number, wanted.subject, wanted.awaiting, wanted.limit)
    return tuple(_kept(row) for row in await conn.fetch(SELECT_NOTICES, *asked))


def _kept(row: Record) -> Kept:
    notice = Written(
        number=row["number"],
        key="",
        kind=row["kind"],
        country=row["country"],
        subject=row["subject"],
        day=row["day"],
        domestic=row["domestic"],
        fact=json.loads(row["fact"]),
        entered_at=row["entered_at"],
        entered_by=row["entered_by"],
        who=row["who"],
        file=row["file"],
    )
    return Kept(
        notice,
        tuple(
            Relay(one["country"], one["at"] and datetime.fromisoformat(one["at"]), one["authority"])
            for one in json.loads(row["relays"] or "[]")
        ),
    )
