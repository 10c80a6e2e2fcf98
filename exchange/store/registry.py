"""The registry: Parties, authorities, standing agreements, and the counters of each authority."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from asyncpg import Record

from exchange.core.deadlines import local_day
from exchange.core.request import AuthorityRef
from exchange.core.scene import Party, Scene, StandingChannel
from exchange.store.database import Connection
from schemas.vocabulary import AuthorityKind, Country, Reach

SELECT_AUTHORITIES = """
SELECT code, kind, country, name::text AS name, zone, reach, mailbox, head_mailbox, address, since, until
  FROM authority ORDER BY code
"""

SELECT_NAMED = """
SELECT code, kind, country, name ->> 'ru' AS name, zone, reach, since, until FROM authority WHERE code = ANY($1)
"""

# All that a new request needs, in one round trip; the counters are locked in the order of their codes.
SELECT_SCENE = """
WITH locked AS MATERIALIZED (
    SELECT authority, out_year, out_number, in_year, in_number
      FROM counter WHERE authority = ANY($1) ORDER BY authority COLLATE "C" FOR UPDATE
)
SELECT (SELECT json_agg(l) FROM locked l) AS counters,
       (SELECT array_agg(json_build_object('code', code, 'kind', kind, 'country', country, 'name', name ->> 'ru',
                                           'zone', zone, 'reach', reach, 'since', since, 'until', until)::text)
          FROM authority WHERE code = ANY($1)) AS authorities,
       (SELECT json_agg(json_build_object('country', country, 'in_force_from', in_force_from, 'left_on', left_on))
          FROM party) AS parties,
       (SELECT json_agg(json_build_object('code', code, 'parties', parties, 'since', since, 'until', until))
          FROM agreement) AS agreements
"""

SELECT_PARTIES = "SELECT country, in_force_from, left_on FROM party ORDER BY country"

SELECT_AGREEMENTS = "SELECT code, parties, channel, citation, since, until FROM agreement ORDER BY code"

SELECT_ZONES = "SELECT DISTINCT zone FROM authority ORDER BY zone"

SELECT_COUNTERS = """
SELECT authority, out_year, out_number, in_year, in_number
  FROM counter WHERE authority = ANY($1) ORDER BY authority COLLATE "C" FOR UPDATE
"""

INSERT_PARTY = "INSERT INTO party (country, in_force_from) VALUES ($1, $2) ON CONFLICT DO NOTHING"

INSERT_AUTHORITY = """
INSERT INTO authority (code, kind, country, name, zone, reach, mailbox, head_mailbox, since)
VALUES ($1, $2, $3, $4::text::jsonb, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING
"""

INSERT_COUNTER = "INSERT INTO counter (authority) VALUES ($1) ON CONFLICT DO NOTHING"

INSERT_AGREEMENT = """
INSERT INTO agreement (code, parties, channel, citation, since, until)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A registered body with all that the registry holds of it; `name` by language code."""

    code: str
    kind: AuthorityKind
    country: Country | None
    name: Mapping[str, str]
    zone: str
    reach: Reach
    mailbox: str | None = None
    head_mailbox: str | None = None
    address: str | None = None
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A standing agreement of Parties on a technical channel (Article 6)."""

    code: str
    parties: tuple[Country, ...]
    channel: str
    citation: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Counter:
    """Where an authority's two registers stand."""

    out_year: int
    out_number: int
    in_year: int
    in_number: int


async def authorities(conn: Connection) -> tuple[Authority, ...]:
    """Return every registered body, by code."""
    return tuple(
        Authority(
            code=row["code"],
            kind=AuthorityKind(row["kind"]),
            country=_country(row),
            name=json.loads(row["name"]),
            zone=row["zone"],
            reach=Reach(row["reach"]),
            mailbox=row["mailbox"],
            head_mailbox=row["head_mailbox"],
            address=row["address"],
            since=row["since"],
            until=row["until"],
        )
        for row in await conn.fetch(SELECT_AUTHORITIES)
    )


async def parties(conn: Connection) -> tuple[Party, ...]:
    """Return the states for which the Protocol is or was in force."""
    rows = await conn.fetch(SELECT_PARTIES)
    return tuple(Party(Country(row["country"]), row["in_force_from"], row["left_on"]) for row in rows)


async def agreements(conn: Connection) -> tuple[Agreement, ...]:
    """Return the standing agreements on technical channels, by code."""
    return tuple(
        Agreement(
            code=row["code"],
            parties=tuple(Country(country) for country in row["parties"]),
            channel=row["channel"],
            citation=row["citation"],
            since=row["since"],
            until=row["until"],
        )
        for row in await conn.fetch(SELECT_AGREEMENTS)
    )


async def zones(conn: Connection) -> tuple[str, ...]:
    """Return the time zones of the registry."""
    return tuple(row["zone"] for row in await conn.fetch(SELECT_ZONES))


async def named(conn: Connection, codes: Iterable[str], now: datetime) -> dict[str, AuthorityRef]:
    """Return those of the named bodies that the registry holds on their own day of an instant."""
    rows = await conn.fetch(SELECT_NAMED, list(codes))
    return {row["code"]: _ref(row) for row in rows if _held(row["zone"], row["since"], row["until"], now)}


async def lock_scene(conn: Connection, codes: Iterable[str], now: datetime) -> tuple[Scene, dict[str, Counter]]:
    """Lock the counters of a new request's sides, as `lock_counters` does; return what the law needs to know too.

    The scene is without register numbers: those follow from the counters.
    """
    (row,) = await conn.fetch(SELECT_SCENE, sorted(codes))
    read = [_authority(text) for text in row["authorities"] or ()]
    scene = Scene(
        authorities={ref.code: ref for ref, since, until in read if _held(ref.zone, since, until, now)},
        parties=_parties(row["parties"] or "[]"),
        agreements=_channels(row["agreements"] or "[]"),
    )
    return scene, {each["authority"]: _counter(each) for each in json.loads(row["counters"] or "[]")}


async def lock_counters(conn: Connection, codes: Iterable[str]) -> dict[str, Counter]:
    """Lock the counters of authorities, by code, and return where their registers stand. Lock nothing after."""
    return {row["authority"]: _counter(row) for row in await conn.fetch(SELECT_COUNTERS, sorted(codes))}


async def add_party(conn: Connection, party: Party) -> None:
    """Enter a Party, unless it is there."""
    await conn.execute(INSERT_PARTY, party.country, party.in_force_from)


async def add_authority(conn: Connection, authority: Authority) -> None:
    """Enter an authority with its counter, unless it is there."""
    await conn.execute(
        INSERT_AUTHORITY,
        authority.code,
        authority.kind,
        authority.country,
        json.dumps(dict(authority.name), ensure_ascii=False),
        authority.zone,
        authority.reach,
        authority.mailbox,
        authority.head_mailbox,
        authority.since,
    )
    await conn.execute(INSERT_COUNTER, authority.code)


async def add_agreement(conn: Connection, agreement: Agreement) -> None:
    """Enter a standing agreement, unless it is there."""
    await conn.execute(
        INSERT_AGREEMENT,
        agreement.code,
        list(agreement.parties),
        agreement.channel,
        agreement.citation,
        agreement.since,
        agreement.until,
    )


# The registry hardly ever changes, and what a text says never does: each is read once.


@lru_cache(maxsize=1024)
def _authority(text: str) -> tuple[AuthorityRef, date, date | None]:
    """Read a body, with the first day on which the registry holds it and the first on which it no longer does."""
    row = json.loads(text)
    return _ref(row), date.fromisoformat(row["since"]), _day(row["until"])


@lru_cache(maxsize=4)
def _parties(text: str) -> Mapping[Country, Party]:
    """Read the Parties by their states."""
    return {
        Country(each["country"]): Party(
            Country(each["country"]), date.fromisoformat(each["in_force_from"]), _day(each["left_on"])
        )
        for each in json.loads(text)
    }


@lru_cache(maxsize=4)
def _channels(text: str) -> Mapping[str, StandingChannel]:
    """Read the standing agreements by their codes."""
    return {
        each["code"]: StandingChannel(
            each["code"],
            frozenset(Country(country) for country in each["parties"]),
            date.fromisoformat(each["since"]),
            _day(each["until"]),
        )
        for each in json.loads(text)
    }


def _counter(row: Mapping[str, Any] | Record) -> Counter:
    return Counter(row["out_year"], row["out_number"], row["in_year"], row["in_number"])


def _ref(row: Mapping[str, Any] | Record) -> AuthorityRef:
    """Read what a request needs to know of a body."""
    return AuthorityRef(
        code=row["code"],
        name=row["name"],
        country=_country(row),
        zone=row["zone"],
        reach=Reach(row["reach"]),
        kind=AuthorityKind(row["kind"]),
    )


def _held(zone: str, since: date, until: date | None, now: datetime) -> bool:
    """Tell whether the registry holds a body on the body's own day; `until` is the first day that it does not."""
    day = local_day(now, zone)
    return since <= day and (until is None or day < until)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _country(row: Mapping[str, Any] | Record) -> Country | None:
    """Read the state of a body; the Secretariat has none."""
    return Country(row["country"]) if row["country"] else None
