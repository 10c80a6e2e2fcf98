"""Releases, visits and dated entries as they stand, and their records; one act of them is written in one round trip."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record
from pydantic_core import to_json

from exchange.core.record import Sealed, stamp
from exchange.protection.core.notices import Notice
from exchange.protection.core.release import Owed
from exchange.protection.core.reminders import next_moment
from exchange.protection.store.accesses import Head
from exchange.protection.store.items import Kept
from exchange.protection.store.saving import entry_row, notice_row
from exchange.store.database import Connection
from schemas.secrecy import ProceedingKind

# A body sees what it takes part in, and nothing else.
SELECT_ONE = """
SELECT p.id, p.kind, p.number, p.author, p.state, p.seq, p.head, p.opened_at, p.snapshot
  FROM protection.proceeding p
  JOIN protection.proceeding_body b ON b.proceeding = p.id AND b.kind = p.kind AND b.body = $3
 WHERE p.id = $1 AND p.kind = $2
"""

# The row that is returned is the one that was locked, as whoever held it before left it.
SELECT_LOCKED = """
SELECT p.id, p.kind, p.number, p.author, p.state, p.seq, p.head, p.opened_at, p.snapshot
  FROM protection.proceeding p
 WHERE p.id = $1 AND p.kind = $2
   AND EXISTS (SELECT FROM protection.proceeding_body b
                WHERE b.proceeding = $1 AND b.kind = $2 AND b.body = $3)
   FOR UPDATE
"""

SELECT_SEVERAL = """
SELECT id, kind, number, author, state, seq, head, opened_at, snapshot
  FROM protection.proceeding WHERE id = ANY($1) AND kind = $2
"""

SELECT_PAGE = """
SELECT p.id, p.kind, p.number, p.author, p.state, p.seq, p.head, p.opened_at, p.snapshot
  FROM protection.proceeding_body b JOIN protection.proceeding p ON p.id = b.proceeding
 WHERE b.body = $1 AND b.kind = $2 AND ($3::text IS NULL OR p.state = $3) AND ($4::uuid IS NULL OR b.proceeding < $4)
 ORDER BY b.proceeding DESC LIMIT $5
"""

SELECT_RECORD = """
SELECT seq, act, author, at, recorded_at, jws, ruling, previous, digest
  FROM protection.proceeding_record WHERE proceeding = $1 AND seq >= $2 AND seq < $3 ORDER BY seq
"""

SELECT_NEXT = """
SELECT id, kind, number, author, state, seq, head, opened_at, snapshot
  FROM protection.proceeding WHERE id > $1 ORDER BY id LIMIT $2
"""

SELECT_DUTIES = """
SELECT kind, body, state, rule, started_at, due_at, closed_at
  FROM protection.proceeding_duty WHERE proceeding = $1 ORDER BY started_at, kind
"""

INSERT_NUMBER = """
INSERT INTO protection.proceeding_register AS r (body, kind, year, number) VALUES ($1, $2, $3, 1)
    ON CONFLICT (body, kind) DO UPDATE
       SET number = CASE WHEN excluded.year > r.year THEN 1 ELSE r.number + 1 END,
           year = greatest(r.year, excluded.year)
RETURNING year, number
"""

SELECT_SAVED = "SELECT protection.save_proceeding($1::text::jsonb, $2, $3, $4)"

SELECT_BEGUN = """
WITH begun AS (INSERT INTO protection.trail (subject, seq, digest, proof) VALUES ($5, $6, $7, $8))
SELECT protection.save_proceeding($1::text::jsonb, $2, $3, $4)
"""

WHOLE: Final = range(1, 2**31 - 1)
"""Every place in a record."""

_LETTERS: Mapping[ProceedingKind, str] = {
    ProceedingKind.RELEASE: "R",
    ProceedingKind.VISIT: "V",
    ProceedingKind.ENTRY: "E",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A proceeding's row: its number, state, latest sequence number and digest, the snapshot locked."""

    id: UUID
    kind: ProceedingKind
    number: str
    author: str
    state: str
    seq: int
    head: bytes
    opened_at: datetime
    snapshot: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """An act to be written: whose business the proceeding is, its duties, its notices; texts are locked.

    `trail` is the head of the trail of a new proceeding.
    """

    id: UUID
    kind: ProceedingKind
    number: str
    state: str
    bodies: Sequence[str]
    sealed: Sealed
    snapshot: bytes
    jws: bytes
    ruling: bytes
    trail: Head | None = None
    duties: Iterable[Owed] = ()
    notices: Iterable[Notice] = ()


async def find(conn: Connection, proceeding: UUID, kind: ProceedingKind, body: str) -> Row | None:
    """Load a proceeding that a body takes part in; None when it is not there for it."""
    row = await conn.fetchrow(SELECT_ONE, proceeding, kind, body)
    return None if row is None else _row(row)


async def lock(conn: Connection, proceeding: UUID, kind: ProceedingKind, body: str) -> Row | None:
    """Lock a proceeding that a body takes part in and load what stands then; None when it is not there for it."""
    row = await conn.fetchrow(SELECT_LOCKED, proceeding, kind, body)
    return None if row is None else _row(row)


async def several(conn: Connection, proceedings: Sequence[UUID], kind: ProceedingKind) -> tuple[Row, ...]:
    """Load those of the proceedings that are there."""
    return tuple(map(_row, await conn.fetch(SELECT_SEVERAL, list(proceedings), kind)))


async def page(
    conn: Connection, body: str, kind: ProceedingKind, *, state: str | None, before: UUID | None, limit: int
) -> tuple[Row, ...]:
    """Return one page of a body's proceedings of a kind, the latest first."""
    return tuple(map(_row, await conn.fetch(SELECT_PAGE, body, kind, state, before, limit)))


async def record(conn: Connection, proceeding: UUID, only: range = WHOLE) -> tuple[Kept, ...]:
    """Return the entries of a record in order, all of them or those at some places."""
    return tuple(Kept(**row) for row in await conn.fetch(SELECT_RECORD, proceeding, only.start, only.stop))


async def following(conn: Connection, after: UUID, limit: int) -> tuple[Row, ...]:
    """Return the next proceedings by id, for whoever proves them all."""
    return tuple(map(_row, await conn.fetch(SELECT_NEXT, after, limit)))


async def duties(conn: Connection, proceeding: UUID) -> list[tuple[object, ...]]:
    """Return what is owed in a proceeding as it stands in the table, in the columns of `standing`."""
    return [tuple(row) for row in await conn.fetch(SELECT_DUTIES, proceeding)]


def standing(duties: Iterable[Owed]) -> list[tuple[object, ...]]:
    """Return duties as the table has to hold them: kind, body, state, rule, start, due moment, end."""
    return [
        (each.kind, each.body, each.state, each.term.rule, each.term.started_at, each.term.due_at, each.closed_at)
        for each in duties
    ]


async def take_number(conn: Connection, body: str, kind: ProceedingKind, year: int) -> str:
    """Take a body's next number of a kind; it is given again if the transaction does not stand."""
    row = await conn.fetchrow(INSERT_NUMBER, body, kind, year)
    return f"{body}/{row['year']}/{_LETTERS[kind]}-{row['number']:05d}" if row else ""


async def save(conn: Connection, saving: Saving) -> None:
    """Write an act; a notice without a number of its own bears the proceeding's."""
    sealed = saving.sealed
    document = {
        "proceeding": {
            "id": saving.id,
            "kind": saving.kind.value,
            "number": saving.number,
            "state": saving.state,
        },
        "bodies": sorted(set(saving.bodies)),
        "entry": entry_row(sealed),
        "duties": [_duty(each, sealed.recorded_at) for each in saving.duties],
        "notices": [notice_row(each) for each in saving.notices],
    }
    told, trail = (to_json(document).decode(), saving.snapshot, saving.jws, saving.ruling), saving.trail
    if trail is None:
        await conn.execute(SELECT_SAVED, *told)
    else:
        await conn.execute(SELECT_BEGUN, *told, trail.subject, trail.seq, trail.digest, trail.proof)


def _duty(duty: Owed, moment: datetime) -> dict[str, object]:
    told = next_moment(duty, moment)
    return {
        "kind": duty.kind.value,
        "body": duty.body,
        "zone": duty.term.zone,
        "state": duty.state.value,
        "rule": duty.term.rule,
        "started_at": stamp(duty.term.started_at),
        "due_at": stamp(duty.term.due_at),
        "closed_at": None if duty.closed_at is None else stamp(duty.closed_at),
        "steps": list(duty.steps),
        "next_step_at": None if told is None else stamp(told.at),
    }


def _row(row: Record) -> Row:
    return Row(**{**row, "kind": ProceedingKind(row["kind"])})
