"""What the module's registry knows for one act, in one round trip; free text comes out locked, as it stands."""

import json
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from exchange.protection.core.scene import Binding, Body
from exchange.store.database import Connection
from schemas.secrecy import AgreementKind, Channel, Office

# Bindings and competent bodies are few, and an item's givers may belong to any Party: they come whole.
SELECT_FACTS = """
WITH named AS MATERIALIZED (
    SELECT code, party, zone, office, legal_person FROM protection.body WHERE code = ANY($1)
)
SELECT (SELECT json_agg(n) FROM named n) AS bodies,
       (SELECT json_agg(json_build_object('regime', regime, 'party', party, 'since', since, 'left_on', left_on,
                                          'released_on', released_on)) FROM protection.binding) AS bindings,
       (SELECT json_agg(c) FROM (
            SELECT DISTINCT ON (c.regime, c.party) c.regime, c.party, c.body
              FROM protection.competent c JOIN protection.body b ON b.code = c.body
             WHERE c.since <= ($2 AT TIME ZONE b.zone)::date
             ORDER BY c.regime, c.party, c.since DESC, c.id DESC) c) AS competent,
       (SELECT json_agg(json_build_object('id', id, 'kind', kind, 'code', code, 'regime', regime, 'sides', sides,
                                          'parties', parties, 'channel', channel, 'since', since, 'until', until,
                                          'detail', encode(detail, 'base64')))
          FROM protection.agreement
         WHERE agreed_at IS NOT NULL AND parties <@ ARRAY(SELECT party FROM named)) AS agreements,
       (SELECT json_agg(json_build_object('code', p.code, 'body', json_build_object('code', b.code, 'party', b.party,
                                          'zone', b.zone, 'office', b.office, 'legal_person', b.legal_person)))
          FROM protection.person p JOIN protection.body b ON b.code = p.body WHERE p.code = ANY($3)) AS people,
       (SELECT json_agg(json_build_object('id', id, 'person', person, 'body', body, 'issuer', issuer, 'since', since,
                                          'until', until, 'revoked_at', revoked_at,
                                          'detail', encode(detail, 'base64')))
          FROM protection.clearance WHERE person = ANY($3)) AS clearances
"""

SELECT_BODIES = """
SELECT code, party, zone, office, legal_person FROM protection.body WHERE party = $1 ORDER BY code COLLATE "C"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFact:
    """What an agreement says: of what kind, between whom, for how long; `detail` is locked."""

    id: UUID
    kind: AgreementKind
    code: str
    regime: str
    sides: frozenset[str]
    parties: frozenset[str]
    channel: Channel | None
    since: date
    until: date | None
    detail: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceRow:
    """A clearance as it is kept; `detail` is locked."""

    id: UUID
    person: str
    body: str
    issuer: str
    since: datetime
    until: datetime | None
    revoked_at: datetime | None
    detail: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the registry said; `competent` by regime and Party, `people` by code with their bodies."""

    bodies: Mapping[str, Body]
    bindings: tuple[Binding, ...]
    competent: Mapping[tuple[str, str], str]
    agreements: tuple[AgreementFact, ...]
    people: Mapping[str, Body]
    clearances: tuple[ClearanceRow, ...]


async def facts(conn: Connection, bodies: Iterable[str], people: Iterable[str], now: datetime) -> Facts:
    """Return what the registry knows of named bodies and people; a competent body counts from its own local day."""
    row = await conn.fetchrow(SELECT_FACTS, sorted(set(bodies)), now, sorted(set(people)))
    read: dict[str, list[dict[str, Any]]] = {name: json.loads(text or "[]") for name, text in (row or {}).items()}
    return Facts(
        bodies={each["code"]: body_of(each) for each in read["bodies"]},
        bindings=tuple(_binding(each) for each in read["bindings"]),
        competent={(each["regime"], each["party"]): each["body"] for each in read["competent"]},
        agreements=tuple(_agreed(each) for each in read["agreements"]),
        people={each["code"]: body_of(each["body"]) for each in read["people"]},
        clearances=tuple(_clearance(each) for each in read["clearances"]),
    )


async def bodies_of(conn: Connection, party: str) -> tuple[Body, ...]:
    """Return the bodies of a Party, by code."""
    return tuple(body_of(row) for row in await conn.fetch(SELECT_BODIES, party))


def body_of(row: Mapping[str, Any] | Record) -> Body:
    """Read a body."""
    office = None if row["office"] is None else Office(row["office"])
    return Body(row["code"], row["party"], row["zone"], office, row["legal_person"])


def _binding(row: Mapping[str, Any]) -> Binding:
    since = date.fromisoformat(row["since"])
    return Binding(row["regime"], row["party"], since, _day(row["left_on"]), _day(row["released_on"]))


def _agreed(row: Mapping[str, Any]) -> AgreementFact:
    return AgreementFact(
        id=UUID(row["id"]),
        kind=AgreementKind(row["kind"]),
        code=row["code"],
        regime=row["regime"],
        sides=frozenset(row["sides"]),
        parties=frozenset(row["parties"]),
        channel=None if row["channel"] is None else Channel(row["channel"]),
        since=date.fromisoformat(row["since"]),
        until=_day(row["until"]),
        detail=b64decode(row["detail"]),
    )


def _clearance(row: Mapping[str, Any]) -> ClearanceRow:
    return ClearanceRow(
        id=UUID(row["id"]),
        person=row["person"],
        body=row["body"],
        issuer=row["issuer"],
        since=datetime.fromisoformat(row["since"]),
        until=_instant(row["until"]),
        revoked_at=_instant(row["revoked_at"]),
        detail=b64decode(row["detail"]),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
