"""What a proof compares with the records: rows as they are kept, in the shape in which decisions write them."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from exchange.store.database import Connection
from exchange.store.decisions import OBLIGATION, Row, detail, former, snapshot
from exchange.store.record import WHOLE_TABLE_SECONDS
from exchange.store.requests import REQUEST
from schemas.requests import Submission

HOLD_STILL = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"

TAKE_TIME = "SET LOCAL statement_timeout = 0"

AT_ONCE: Final = 500
"""Rows fetched in one round trip."""

LAST: Final = UUID(int=2**128 - 1)

SELECT_REQUEST = """
SELECT requesting, holder, state, number, received_number, reference, seq, head, profile,
       submitted::text AS submitted, snapshot::text AS snapshot
  FROM request WHERE id = $1
"""

SELECT_WORDS_HOLD = "SELECT words = to_tsvector('russian', $2) FROM request WHERE id = $1"

SELECT_DUTIES = """
SELECT id, place, kind, authority, counterpart, steward, state, zone, due_at, due_version, reminded_through,
       next_step_at, detail::text AS detail, (SELECT max(at) FROM reminder m WHERE m.obligation = o.id) AS told_at
  FROM obligation o WHERE request = $1 ORDER BY place
"""

SELECT_PARTICIPANTS = """
SELECT request, authority, box, state, urgent, received_number, due_at, due_on, due_zone, due_kind, suspended,
       former::text AS former
  FROM participant ORDER BY request, authority
"""

SELECT_LINES = "SELECT request, authority, year, direction, number FROM register ORDER BY request, authority, direction"

SELECT_EVENTS = """
SELECT request, authority, number, seq, act, author, at, state FROM event ORDER BY request, authority, number
"""

SELECT_USES = "SELECT request, seq, place, attachment FROM attachment_use ORDER BY request, seq, place"

SELECT_COUNTED = "SELECT authority FROM counter"

DOCUMENTS: Final = frozenset({"submitted", "snapshot", "former", "detail"})
"""The columns that hold JSON text: the same document can be written in several ways."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty's row, and the two instants that its reminders moved: how far they got, and when the last was told."""

    row: Row
    reminded_through: datetime | None
    told_at: datetime | None


class Sorted:
    """Rows of a whole table in the order of their requests, taken request by request in one pass."""

    def __init__(self, name: str, rows: AsyncIterator[Record]) -> None:
        self.name = name
        self.strays: dict[UUID, None] = {}
        self._rows = rows
        self._next: Record | None = None

    async def of(self, request: UUID) -> tuple[Row, ...]:
        """Return the rows of a request; those passed by are of requests that nobody asked for: `strays`."""
        found = []
        while (row := self._next or await anext(self._rows, None)) is not None:
            self._next = row
            if row["request"] > request:
                break
            if row["request"] == request:
                found.append(dict(row))
            else:
                self.strays[row["request"]] = None
            self._next = None
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables that are read in one pass beside the requests."""

    participants: Sorted
    lines: Sorted
    events: Sorted
    uses: Sorted

    async def strays(self) -> AsyncIterator[str]:
        """Name, at the end, the requests of which a table tells although they are gone."""
        for table in (self.participants, self.lines, self.events, self.uses):
            await table.of(LAST)
            for request in table.strays:
                yield f"request {request}: it is gone, but the table {table.name} tells of it"


async def hold_still(conn: Connection) -> Tables:
    """Let the caller's transaction, which must not have read yet, see one moment only; open the tables in it."""
    await conn.execute(HOLD_STILL)
    await conn.execute(TAKE_TIME)
    return Tables(
        Sorted("participant", _pass(conn, SELECT_PARTICIPANTS)),
        Sorted("register", _pass(conn, SELECT_LINES)),
        Sorted("event", _pass(conn, SELECT_EVENTS)),
        Sorted("attachment_use", _pass(conn, SELECT_USES)),
    )


async def request(conn: Connection, number: UUID) -> Row:
    """Return a request's row."""
    (row,) = await conn.fetch(SELECT_REQUEST, number)
    return dict(row)


async def words_hold(conn: Connection, number: UUID, words: str) -> bool:
    """Tell whether a request is found by its words."""
    hold: bool = await conn.fetchval(SELECT_WORDS_HOLD, number, words)
    return hold


async def duties(conn: Connection, number: UUID) -> tuple[Duty, ...]:
    """Return a request's duties in their order."""
    rows = await conn.fetch(SELECT_DUTIES, number)
    return tuple(Duty(dict(row), row["reminded_through"], row["told_at"]) for row in rows)


async def counted(conn: Connection) -> frozenset[str]:
    """Return the authorities that have a feed and registers."""
    return frozenset(row["authority"] for row in await conn.fetch(SELECT_COUNTED))


def renewed(column: str, value: object, submitted: Submission) -> object:
    """Return a document that an earlier release wrote as this one writes it; what cannot be read stays as it is."""
    try:
        if column == "submitted" and isinstance(value, str):
            return Submission.model_validate_json(value).model_dump_json()
        if column == "snapshot" and isinstance(value, str):
            return _snapshot(json.loads(value), submitted)
        if column == "detail" and isinstance(value, str):
            return detail(OBLIGATION.validate_json(value))
        if column == "former" and isinstance(value, str):
            held = json.loads(value)
            duties = [detail(OBLIGATION.validate_json(json.dumps(each))) for each in held["obligations"]]
            return former(bytes.fromhex(held["head"]), _snapshot(held["snapshot"], submitted), duties)
    except (ValueError, TypeError, KeyError):
        pass
    return value


def _snapshot(value: dict[str, object], submitted: Submission) -> str:
    whole = {"submitted": submitted.model_dump(mode="json"), "obligations": []}
    return snapshot(REQUEST.validate_json(json.dumps(value | whole)))


def _pass(conn: Connection, sql: str) -> AsyncIterator[Record]:
    return aiter(conn.cursor(sql, prefetch=AT_ONCE, timeout=WHOLE_TABLE_SECONDS))
