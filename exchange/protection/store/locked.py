"""Every column that stands locked under the record key: walked in windows, locked anew, counted by version of the key.

Each SELECT gives the next rows by their key after one, `locked` null where it stands under the newest version ($1)
already. Each UPDATE replaces exactly what was read, so that what an act wrote meanwhile stays. Records, readings,
signing keys, persons and competences only grow for the module's role: of these the UPDATE is the owner's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from asyncpg import Record

from exchange.store.database import Connection

NOTHING: Final = UUID(int=0)

SELECT_SIGNING_KEYS = """
SELECT id, body, CASE WHEN substr(locked, 2, 8) <> $1 THEN locked END AS locked
  FROM protection.signing_key WHERE id > $2 ORDER BY id LIMIT $3
"""

SELECT_ITEMS = """
SELECT id, seq, CASE WHEN substr(snapshot, 2, 8) <> $1 THEN snapshot END AS locked
  FROM protection.item WHERE id > $2 ORDER BY id LIMIT $3
"""

SELECT_SEALS = """
SELECT item, seq, CASE WHEN substr(jws, 2, 8) <> $1 THEN jws END AS locked
  FROM protection.record WHERE (item, seq) > ($2::uuid, $3::int) ORDER BY item, seq LIMIT $4
"""

SELECT_RULINGS = """
SELECT item, seq, CASE WHEN substr(ruling, 2, 8) <> $1 THEN ruling END AS locked
  FROM protection.record WHERE (item, seq) > ($2::uuid, $3::int) ORDER BY item, seq LIMIT $4
"""

SELECT_ACCESSES = """
SELECT id, item, proceeding, body, at, taken, given, seq, previous,
       CASE WHEN substr(detail, 2, 8) <> $1 THEN detail END AS locked
  FROM protection.access WHERE id > $2 ORDER BY id LIMIT $3
"""

SELECT_TRAILS = """
SELECT subject, seq, digest, CASE WHEN substr(proof, 2, 8) <> $1 THEN proof END AS locked
  FROM protection.trail WHERE subject > $2 ORDER BY subject LIMIT $3
"""

SELECT_DIGEST_KEY = """
SELECT one, CASE WHEN substr(locked, 2, 8) <> $1 THEN locked END AS locked
  FROM protection.digest_key WHERE one AND $2 LIMIT $3
"""

SELECT_CALLS = """
SELECT body, key, CASE WHEN substr(call, 2, 8) <> $1 THEN call END AS locked
  FROM protection.idempotency WHERE (body, key) > ($2, $3) ORDER BY body, key LIMIT $4
"""

SELECT_ANSWERS = """
SELECT body, key, CASE WHEN substr(answer, 2, 8) <> $1 THEN answer END AS locked
  FROM protection.idempotency WHERE (body, key) > ($2, $3) ORDER BY body, key LIMIT $4
"""

SELECT_AGREEMENTS = """
SELECT id, kind, code, regime, sides, parties, channel, since, until, proposed_by, proposed_at, agreed_at,
       CASE WHEN substr(detail, 2, 8) <> $1 THEN detail END AS locked
  FROM protection.agreement WHERE id > $2 ORDER BY id LIMIT $3
"""

SELECT_CLEARANCES = """
SELECT id, person, body, issuer, since, until, revoked_at,
       CASE WHEN substr(detail, 2, 8) <> $1 THEN detail END AS locked
  FROM protection.clearance WHERE id > $2 ORDER BY id LIMIT $3
"""

SELECT_GRANTS = """
SELECT id, person, body, item, since, until, revoked_at,
       CASE WHEN substr(detail, 2, 8) <> $1 THEN detail END AS locked
  FROM protection.access_grant WHERE id > $2 ORDER BY id LIMIT $3
"""

SELECT_PROCEEDINGS = """
SELECT id, kind, seq, CASE WHEN substr(snapshot, 2, 8) <> $1 THEN snapshot END AS locked
  FROM protection.proceeding WHERE id > $2 ORDER BY id LIMIT $3
"""

SELECT_PROCEEDING_SEALS = """
SELECT r.proceeding, r.seq, p.kind, CASE WHEN substr(r.jws, 2, 8) <> $1 THEN r.jws END AS locked
  FROM protection.proceeding_record r JOIN protection.proceeding p ON p.id = r.proceeding
 WHERE (r.proceeding, r.seq) > ($2::uuid, $3::int) ORDER BY r.proceeding, r.seq LIMIT $4
"""

SELECT_PROCEEDING_RULINGS = """
SELECT r.proceeding, r.seq, p.kind, CASE WHEN substr(r.ruling, 2, 8) <> $1 THEN r.ruling END AS locked
  FROM protection.proceeding_record r JOIN protection.proceeding p ON p.id = r.proceeding
 WHERE (r.proceeding, r.seq) > ($2::uuid, $3::int) ORDER BY r.proceeding, r.seq LIMIT $4
"""

SELECT_CONTENTS = """
SELECT id, CASE WHEN substr(sha256, 2, 8) <> $1 THEN sha256 END AS locked
  FROM protection.content WHERE id > $2 ORDER BY id LIMIT $3
"""

SELECT_BODIES = """
SELECT code, party, zone, office, legal_person, CASE WHEN substr(proof, 2, 8) <> $1 THEN proof END AS locked
  FROM protection.body WHERE code > $2 ORDER BY code LIMIT $3
"""

SELECT_BINDINGS = """
SELECT regime, party, since, left_on, released_on, CASE WHEN substr(proof, 2, 8) <> $1 THEN proof END AS locked
  FROM protection.binding WHERE (regime, party, since) > ($2::text, $3::text, $4::date)
 ORDER BY regime, party, since LIMIT $5
"""

SELECT_COMPETENT = """
SELECT id, regime, party, body, since, entry, CASE WHEN substr(proof, 2, 8) <> $1 THEN proof END AS locked
  FROM protection.competent WHERE id > $2 ORDER BY id LIMIT $3
"""

SELECT_PERSONS = """
SELECT code, body, CASE WHEN substr(proof, 2, 8) <> $1 THEN proof END AS locked
  FROM protection.person WHERE code > $2 ORDER BY code LIMIT $3
"""

SELECT_LEDGER = """
SELECT one, seq, digest, CASE WHEN substr(proof, 2, 8) <> $1 THEN NULLIF(proof, '') END AS locked
  FROM protection.ledger WHERE one AND $2 LIMIT $3
"""

SELECT_LEDGER_LINES = """
SELECT seq, CASE WHEN substr(detail, 2, 8) <> $1 THEN detail END AS locked
  FROM protection.ledger_line WHERE detail IS NOT NULL AND seq > $2 ORDER BY seq LIMIT $3
"""

UPDATE_ITEM = "UPDATE protection.item SET snapshot = $1 WHERE snapshot = $2 AND id = $3"
UPDATE_CALL = "UPDATE protection.idempotency SET call = $1 WHERE call = $2 AND body = $3 AND key = $4"
UPDATE_ANSWER = "UPDATE protection.idempotency SET answer = $1 WHERE answer = $2 AND body = $3 AND key = $4"
UPDATE_AGREEMENT = "UPDATE protection.agreement SET detail = $1 WHERE detail = $2 AND id = $3"
UPDATE_CLEARANCE = "UPDATE protection.clearance SET detail = $1 WHERE detail = $2 AND id = $3"
UPDATE_GRANT = "UPDATE protection.access_grant SET detail = $1 WHERE detail = $2 AND id = $3"
UPDATE_PROCEEDING = "UPDATE protection.proceeding SET snapshot = $1 WHERE snapshot = $2 AND id = $3"
UPDATE_BODY = "UPDATE protection.body SET proof = $1 WHERE proof = $2 AND code = $3"
UPDATE_BINDING = """
UPDATE protection.binding SET proof = $1 WHERE proof = $2 AND regime = $3 AND party = $4 AND since = $5
"""
UPDATE_TRAIL = "UPDATE protection.trail SET proof = $1 WHERE proof = $2 AND subject = $3"
UPDATE_CONTENT = "UPDATE protection.content SET sha256 = $1 WHERE sha256 = $2 AND id = $3"

UPDATE_LEDGER = "UPDATE protection.ledger SET proof = $1 WHERE proof = $2 AND one = $3"
OWNERS_LEDGER_LINE = "UPDATE protection.ledger_line SET detail = $1 WHERE detail = $2 AND seq = $3"

OWNERS_SIGNING_KEY = "UPDATE protection.signing_key SET locked = $1 WHERE locked = $2 AND id = $3"
OWNERS_DIGEST_KEY = "UPDATE protection.digest_key SET locked = $1 WHERE locked = $2 AND one = $3"
OWNERS_SEAL = "UPDATE protection.record SET jws = $1 WHERE jws = $2 AND item = $3 AND seq = $4"
OWNERS_RULING = "UPDATE protection.record SET ruling = $1 WHERE ruling = $2 AND item = $3 AND seq = $4"
OWNERS_ACCESS = "UPDATE protection.access SET detail = $1 WHERE detail = $2 AND id = $3"
OWNERS_COMPETENT = "UPDATE protection.competent SET proof = $1 WHERE proof = $2 AND id = $3"
OWNERS_PERSON = "UPDATE protection.person SET proof = $1 WHERE proof = $2 AND code = $3"
OWNERS_PROCEEDING_SEAL = """
UPDATE protection.proceeding_record SET jws = $1 WHERE jws = $2 AND proceeding = $3 AND seq = $4
"""
OWNERS_PROCEEDING_RULING = """
UPDATE protection.proceeding_record SET ruling = $1 WHERE ruling = $2 AND proceeding = $3 AND seq = $4
"""

SELECT_MAY = "SELECT has_table_privilege('protection.record', 'UPDATE')"

SELECT_COUNTS = """
SELECT version, count(*) AS number FROM (
    SELECT substr(locked, 2, 8) AS version FROM protection.signing_key
    UNION ALL SELECT substr(snapshot, 2, 8) FROM protection.item
    UNION ALL SELECT substr(jws, 2, 8) FROM protection.record
    UNION ALL SELECT substr(ruling, 2, 8) FROM protection.record
    UNION ALL SELECT substr(detail, 2, 8) FROM protection.access
    UNION ALL SELECT substr(locked, 2, 8) FROM protection.digest_key
    UNION ALL SELECT substr(call, 2, 8) FROM protection.idempotency
    UNION ALL SELECT substr(proof, 2, 8) FROM protection.trail
    UNION ALL SELECT substr(answer, 2, 8) FROM protection.idempotency
    UNION ALL SELECT substr(detail, 2, 8) FROM protection.agreement
    UNION ALL SELECT substr(detail, 2, 8) FROM protection.clearance
    UNION ALL SELECT substr(detail, 2, 8) FROM protection.access_grant
    UNION ALL SELECT substr(snapshot, 2, 8) FROM protection.proceeding
    UNION ALL SELECT substr(jws, 2, 8) FROM protection.proceeding_record
    UNION ALL SELECT substr(ruling, 2, 8) FROM protection.proceeding_record
    UNION ALL SELECT substr(sha256, 2, 8) FROM protection.content
    UNION ALL SELECT substr(proof, 2, 8) FROM protection.body
    UNION ALL SELECT substr(proof, 2, 8) FROM protection.binding
    UNION ALL SELECT substr(proof, 2, 8) FROM protection.competent
    UNION ALL SELECT substr(proof, 2, 8) FROM protection.person
    UNION ALL SELECT substr(proof, 2, 8) FROM protection.ledger WHERE proof <> ''
    UNION ALL SELECT substr(detail, 2, 8) FROM protection.ledger_line
) AS held WHERE version IS NOT NULL GROUP BY version
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that stands locked: how it is walked and replaced; `first` is a key before all others."""

    name: str
    select: str = field(repr=False)
    update: str = field(repr=False)
    key: tuple[str, ...] = ("id",)
    first: tuple[object, ...] = (NOTHING,)
    grows: bool = False
    """Whether it only grows for the module's role."""


COLUMNS: Final = (
    Column(name="signing_key", select=SELECT_SIGNING_KEYS, update=OWNERS_SIGNING_KEY, first=("",), grows=True),
    Column(name="item", select=SELECT_ITEMS, update=UPDATE_ITEM),
    Column(
        name="record/jws", select=SELECT_SEALS, update=OWNERS_SEAL, key=("item", "seq"), first=(NOTHING, 0), grows=True
    ),
    Column(
        name="record/ruling",
        select=SELECT_RULINGS,
        update=OWNERS_RULING,
        key=("item", "seq"),
        first=(NOTHING, 0),
        grows=True,
    ),
    Column(name="access", select=SELECT_ACCESSES, update=OWNERS_ACCESS, grows=True),
    Column(name="trail", select=SELECT_TRAILS, update=UPDATE_TRAIL, key=("subject",)),
    Column(
        name="digest_key", select=SELECT_DIGEST_KEY, update=OWNERS_DIGEST_KEY, key=("one",), first=(True,), grows=True
    ),
    Column(name="call", select=SELECT_CALLS, update=UPDATE_CALL, key=("body", "key"), first=("", b"")),
    Column(name="answer", select=SELECT_ANSWERS, update=UPDATE_ANSWER, key=("body", "key"), first=("", b"")),
    Column(name="agreement", select=SELECT_AGREEMENTS, update=UPDATE_AGREEMENT),
    Column(name="clearance", select=SELECT_CLEARANCES, update=UPDATE_CLEARANCE),
    Column(name="access_grant", select=SELECT_GRANTS, update=UPDATE_GRANT),
    Column(name="proceeding", select=SELECT_PROCEEDINGS, update=UPDATE_PROCEEDING),
    Column(
        name="proceeding_record/jws",
        select=SELECT_PROCEEDING_SEALS,
        update=OWNERS_PROCEEDING_SEAL,
        key=("proceeding", "seq"),
        first=(NOTHING, 0),
        grows=True,
    ),
    Column(
        name="proceeding_record/ruling",
        select=SELECT_PROCEEDING_RULINGS,
        update=OWNERS_PROCEEDING_RULING,
        key=("proceeding", "seq"),
        first=(NOTHING, 0),
        grows=True,
    ),
    Column(name="content", select=SELECT_CONTENTS, update=UPDATE_CONTENT),
    Column(name="body", select=SELECT_BODIES, update=UPDATE_BODY, key=("code",), first=("",)),
    Column(
        name="binding",
        select=SELECT_BINDINGS,
        update=UPDATE_BINDING,
        key=("regime", "party", "since"),
        first=("", "", date.min),
    ),
    Column(name="competent", select=SELECT_COMPETENT, update=OWNERS_COMPETENT, first=(0,), grows=True),
    Column(name="person", select=SELECT_PERSONS, update=OWNERS_PERSON, key=("code",), first=("",), grows=True),
    Column(name="ledger", select=SELECT_LEDGER, update=UPDATE_LEDGER, key=("one",), first=(True,)),
    Column(
        name="ledger_line", select=SELECT_LEDGER_LINES, update=OWNERS_LEDGER_LINE, key=("seq",), first=(0,), grows=True
    ),
)


async def window(
    conn: Connection, column: Column, newest: bytes, after: Sequence[object], limit: int
) -> tuple[Record, ...]:
    """Return the next rows of a column after a key; what is locked under the newest version is left out of them."""
    return tuple(await conn.fetch(column.select, newest, *after, limit))


async def replace(conn: Connection, column: Column, row: Record, locked: bytes) -> None:
    """Put what was locked anew in the place of what was read; nothing where that is no more what stands."""
    await conn.execute(column.update, locked, row["locked"], *(row[name] for name in column.key))


async def may_lock_anew(conn: Connection) -> bool:
    """Tell whether a connection may lock anew what only grows for the module's role: that is its owner's."""
    return bool(await conn.fetchval(SELECT_MAY))


async def counts(conn: Connection) -> dict[bytes, int]:
    """Return how many columns of rows stand locked under each version of the record key."""
    return {row["version"]: row["number"] for row in await conn.fetch(SELECT_COUNTS)}
