"""The registry: Parties, authorities, standing agreements, and the counters of each authority."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from asyncpg import Record

from exchange.core.deadlines import local_day
from exchange.core.designations import Authority
from exchange.core.request import AuthorityRef
from exchange.core.scene import Party, Scene, StandingChannel
from exchange.store.database import Connection
from schemas.vocabulary import AuthorityKind, Country, Direction, Reach

SELECT_NAMED = """
SELECT code, kind, country, name ->> 'ru' AS name, zone, reach, since, until FROM entry WHERE code = ANY($1)
"""

# All that a new request needs, in one round trip; the counters are locked in the order of their codes.
SELECT_SCENE = """
WITH locked AS MATERIALIZED (
    SELECT authority, out_year, out_number, in_year, in_number
      FROM counter WHERE authority = ANY($2) ORDER BY authority COLLATE "C" FOR UPDATE
)
SELECT (SELECT json_agg(l) FROM locked l) AS counters,
       (SELECT array_agg(json_build_object('code', code, 'kind', kind, 'country', country, 'name', name ->> 'ru',
                                           'zone', zone, 'reach', reach, 'since', since, 'until', until)::text)
          FROM entry WHERE code = ANY($1)) AS authorities,
       (SELECT json_agg(json_build_object('country', country, 'in_force_from', in_force_from, 'left_on', left_on))
          FROM party) AS parties,
       (SELECT json_agg(json_build_object('code', code, 'parties', parties, 'since', since, 'until', until))
          FROM agreement) AS agreements
"""

SELECT_AGREEMENTS = "SELECT code, parties, channel, citation, since, until FROM agreement ORDER BY code"

SELECT_ZONES = "SELECT DISTINCT zone FROM entry ORDER BY zone"

SELECT_COUNTERS = """
SELECT authority, out_year, out_number, in_year, in_number
  FROM counter WHERE authority = ANY($1) ORDER BY authority COLLATE "C" FOR UPDATE
"""

INSERT_PARTY = """
INSERT INTO party (country, in_force_from, left_on) VALUES ($1, $2, $3)
    ON CONFLICT (country) DO UPDATE SET in_force_from = excluded.in_force_from, left_on = excluded.left_on
"""

DELETE_PARTIES = "DELETE FROM party WHERE country <> ALL($1)"

INSERT_AUTHORITY = """
INSERT INTO authority (code, kind, country, name, zone, reach, mailbox, head_mailbox, language, address, since, until,
                       notice)
VALUES ($1, $2, $3, $4::text::jsonb, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING
"""

INSERT_COUNTER = "INSERT INTO counter (authority) VALUES ($1) ON CONFLICT DO NOTHING"

INSERT_AGREEMENT = """
INSERT INTO agreement (code, parties, channel, citation, since, until)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
"""

UPDATE_AGREEMENT_END = "UPDATE agreement SET until = $2 WHERE code = $1"


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

    def last(self, direction: Direction) -> tuple[int, int]:
        """Return the year and the number that one of the registers gave last."""
        outgoing = direction is Direction.OUTGOING
        return (self.out_year, self.out_number) if outgoing else (self.in_year, self.in_number)

    def furthest(self, other: "Counter") -> "Counter":
        """Return each register where it stands furthest."""
        outgoing, incoming = (max(self.last(way), other.last(way)) for way in (Direction.OUTGOING, Direction.INCOMING))
        return Counter(*outgoing, *incoming)

    def after(self, direction: Direction, year: int, number: int) -> "Counter":
        """Return where they stand once one of them gave a number."""
        if direction is Direction.OUTGOING:
            return replace(self, out_year=year, out_number=number)
        return replace(self, in_year=year, in_number=number)


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


async def lock_scene(conn: Connection, codes: Iterable[str], now: datetime) -> tuple[Scene, Mapping[str, Counter]]:
    """Lock the counters of a new request's sides, as `lock_counters` does; return what the law needs to know too.

    The scene is without register numbers: those follow from the counters.
    """
    wanted = sorted(codes)
    (row,) = await conn.fetch(SELECT_SCENE, wanted, wanted)
    return facts(row).scene(now), counters(row)


async def scene(conn: Connection, codes: Iterable[str], now: datetime) -> Scene:
    """Return what the law needs to know for a new request, and lock no counter."""
    (row,) = await conn.fetch(SELECT_SCENE, sorted(codes), [])
    return facts(row).scene(now)


async def lock_counters(conn: Connection, codes: Iterable[str]) -> dict[str, Counter]:
    """Lock the counters of authorities, by code, and return where their registers stand. Lock nothing after."""
    return {row["authority"]: _counter(row) for row in await conn.fetch(SELECT_COUNTERS, sorted(codes))}


async def keep_parties(conn: Connection, parties: Sequence[Party]) -> None:
    """Let the Parties be these, as they follow from what the depositary received."""
    await conn.execute(DELETE_PARTIES, [party.country for party in parties])
    await conn.executemany(INSERT_PARTY, [(each.country, each.in_force_from, each.left_on) for each in parties])


async def add_authority(conn: Connection, *authorities: Authority) -> None:
    """Enter bodies with their counters, unless they are there."""
    await conn.executemany(INSERT_AUTHORITY, [columns(each) for each in authorities])
    await conn.executemany(INSERT_COUNTER, [(each.code,) for each in authorities])


def columns(of: Authority) -> tuple[object, ...]:
    """Return an entry as the columns of a row."""
    name = json.dumps(dict(of.name), ensure_ascii=False)
    where = (of.zone, of.reach, of.mailbox, of.head_mailbox, of.language, of.address)
    return (of.code, of.kind, of.country, name, *where, of.since, of.until, of.notice)


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


async def end_agreement(conn: Connection, code: str, until: date) -> None:
    """Let a standing agreement end with a day."""
    await conn.execute(UPDATE_AGREEMENT_END, code, until)


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


@dataclass(frozen=True, slots=True)
class Facts:
    """What the registry says of a new request, each fact as its text."""

    authorities: tuple[str, ...]
    parties: str
    agreements: str

    def scene(self, now: datetime) -> Scene:
        """Read what they say on a day."""
        read = [_authority(text) for text in self.authorities]
        return Scene(
            authorities={ref.code: ref for ref, since, until in read if _held(ref.zone, since, until, now)},
            lapsed={ref.code: until for ref, _since, until in read if until and until <= local_day(now, ref.zone)},
            parties=_parties(self.parties),
            agreements=_channels(self.agreements),
        )


def facts(row: Record) -> Facts:
    """Read the columns of SELECT_SCENE but for the counters."""
    return Facts(tuple(row["authorities"] or ()), row["parties"] or "[]", row["agreements"] or "[]")


def counters(row: Record) -> dict[str, Counter]:
    """Read where the registers of SELECT_SCENE stand."""
    return {each["authority"]: _counter(each) for each in json.loads(row["counters"] or "[]")}


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
