"""What the module's registry knows for one act, in one round trip; free text comes out locked, the rest with proofs."""

import json
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from asyncpg import Record

from exchange.core.errors import Tampered
from exchange.protection.core.scene import Binding, Body
from exchange.protection.store.accesses import Head
from exchange.protection.store.items import Row
from exchange.protection.store.ledger import End, end_of
from exchange.store.database import Connection
from schemas.secrecy import AgreementKind, Channel, Office

# Bindings and competent bodies are few, and an item's givers may be of any Party: they come whole. With an item come
# the bodies that it concerns, the item itself and the head of its trail: reading it needs no other statement.
SELECT_FACTS = """
WITH named AS MATERIALIZED (
    SELECT code, party FROM protection.body
     WHERE code = ANY($1) OR code IN (SELECT body FROM protection.participant WHERE item = $3)
), belonging AS MATERIALIZED (
    SELECT code, body, proof FROM protection.person WHERE code = ANY($2)
)
SELECT (SELECT json_agg(json_build_object('code', code, 'party', party, 'zone', zone, 'office', office,
                                          'legal_person', legal_person, 'proof', encode(proof, 'base64')))
          FROM protection.body
         WHERE code IN (SELECT code FROM named) OR code IN (SELECT body FROM belonging)
            OR code IN (SELECT body FROM protection.competent)) AS bodies,
       (SELECT json_agg(json_build_object('regime', regime, 'party', party, 'since', since, 'left_on', left_on,
                                          'released_on', released_on, 'proof', encode(proof, 'base64')))
          FROM protection.binding) AS bindings,
       (SELECT json_agg(json_build_object('id', id, 'regime', regime, 'party', party, 'body', body, 'since', since,
                                          'entry', entry, 'proof', encode(proof, 'base64')))
          FROM protection.competent) AS competent,
       (SELECT json_agg(json_build_object('id', id, 'kind', kind, 'code', code, 'regime', regime, 'sides', sides,
                                          'parties', parties, 'channel', channel, 'since', since, 'until', until,
                                          'detail', encode(detail, 'base64')))
          FROM protection.agreement
         WHERE agreed_at IS NOT NULL AND parties <@ ARRAY(SELECT party FROM named)) AS agreements,
       (SELECT json_agg(json_build_object('code', code, 'body', body, 'proof', encode(proof, 'base64')))
          FROM belonging) AS people,
       (SELECT json_agg(json_build_object('id', id, 'person', person, 'body', body, 'issuer', issuer, 'since', since,
                                          'until', until, 'revoked_at', revoked_at,
                                          'detail', encode(detail, 'base64')))
          FROM protection.clearance WHERE person = ANY($2)) AS clearances,
       i.id, i.seq, i.head, i.snapshot, t.seq AS trail_seq, t.digest AS trail_digest, t.proof AS trail_proof,
       l.seq AS ledger_seq, l.digest AS ledger_digest, l.proof AS ledger_proof,
       COALESCE(l.xmin = pg_current_xact_id_if_assigned()::xid, false) AS ledger_own
  FROM (SELECT $3::uuid AS id) asked
  LEFT JOIN protection.ledger l ON true
  LEFT JOIN protection.item i ON i.id = asked.id
  LEFT JOIN protection.trail t ON t.subject = asked.id
"""

SELECT_BODIES = """
SELECT code, party, zone, office, legal_person, proof FROM protection.body WHERE party = $1 ORDER BY code COLLATE "C"
"""

LISTS: Final = ("bodies", "bindings", "competent", "agreements", "people", "clearances")

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Vouched(Generic[T]):
    """A row that stands in clear, with the proof beside it; whoever uses it has it proved first."""

    row: T
    proof: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Competence:
    """Who is competent for a Party under a regime (or an order of release) from a day on; `entry` is what named it."""

    id: int
    regime: str
    party: str
    body: str
    since: date
    entry: UUID | None


@dataclass(frozen=True, slots=True)
class Belonging:
    """A person, and the body that it belongs to."""

    person: str
    body: str


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
    """What the registry said. `bodies` are those that were named, those of the people, and all competent ones.

    `item` and `trail` are there where an item was asked for, and is there; the bodies that it concerns come along.
    `end` is the last change of the registry at that moment.
    """

    bodies: tuple[Vouched[Body], ...]
    bindings: tuple[Vouched[Binding], ...]
    competent: tuple[Vouched[Competence], ...]
    agreements: tuple[AgreementFact, ...]
    people: tuple[Vouched[Belonging], ...]
    clearances: tuple[ClearanceRow, ...]
    item: Row | None
    trail: Head | None
    end: End


async def facts(conn: Connection, bodies: Iterable[str], people: Iterable[str], item: UUID | None = None) -> Facts:
    """Return what the registry knows of named bodies and people, in one statement; nothing of it is proved yet."""
    row = await conn.fetchrow(SELECT_FACTS, sorted(set(bodies)), sorted(set(people)), item)
    found: dict[str, Any] = {} if row is None else dict(row.items())
    read: dict[str, list[dict[str, Any]]] = {name: json.loads(found.get(name) or "[]") for name in LISTS}
    return Facts(
        bodies=tuple(Vouched(body_of(each), b64decode(each["proof"])) for each in read["bodies"]),
        bindings=tuple(Vouched(_binding(each), b64decode(each["proof"])) for each in read["bindings"]),
        competent=tuple(Vouched(_competence(each), b64decode(each["proof"])) for each in read["competent"]),
        agreements=tuple(_agreed(each) for each in read["agreements"]),
        people=tuple(
            Vouched(Belonging(each["code"], each["body"]), b64decode(each["proof"])) for each in read["people"]
        ),
        clearances=tuple(_clearance(each) for each in read["clearances"]),
        item=_item(found),
        trail=_trail(item, found),
        end=end_of({name: found.get(f"ledger_{name}") for name in ("seq", "digest", "proof", "own")}),
    )


async def bodies_of(conn: Connection, party: str) -> tuple[Vouched[Body], ...]:
    """Return the bodies of a Party, by code."""
    return tuple(Vouched(body_of(row), row["proof"]) for row in await conn.fetch(SELECT_BODIES, party))


def member(kind: type[E], word: str) -> E:
    """Return a member of a vocabulary; raise Tampered for a word that the module never wrote."""
    try:
        return kind(word)
    except ValueError:
        raise Tampered("a row bears a word that is none of its vocabulary") from None


def body_of(row: Mapping[str, Any] | Record) -> Body:
    """Read a body; raise Tampered for an office that is none."""
    office = None if row["office"] is None else member(Office, row["office"])
    return Body(row["code"], row["party"], row["zone"], office, row["legal_person"])


def _item(row: Mapping[str, Any]) -> Row | None:
    return None if row.get("id") is None else Row(row["id"], row["seq"], row["head"], row["snapshot"])


def _trail(item: UUID | None, row: Mapping[str, Any]) -> Head | None:
    if item is None or row.get("trail_seq") is None:
        return None
    return Head(subject=item, seq=row["trail_seq"], digest=row["trail_digest"], proof=row["trail_proof"])


def _binding(row: Mapping[str, Any]) -> Binding:
    since = date.fromisoformat(row["since"])
    return Binding(row["regime"], row["party"], since, _day(row["left_on"]), _day(row["released_on"]))


def _competence(row: Mapping[str, Any]) -> Competence:
    return Competence(
        id=row["id"],
        regime=row["regime"],
        party=row["party"],
        body=row["body"],
        since=date.fromisoformat(row["since"]),
        entry=None if row["entry"] is None else UUID(row["entry"]),
    )


def _agreed(row: Mapping[str, Any]) -> AgreementFact:
    return AgreementFact(
        id=UUID(row["id"]),
        kind=member(AgreementKind, row["kind"]),
        code=row["code"],
        regime=row["regime"],
        sides=frozenset(row["sides"]),
        parties=frozenset(row["parties"]),
        channel=None if row["channel"] is None else member(Channel, row["channel"]),
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
