"""The floor: pgbench writing the rows of a submission or an act in one transaction and one round trip, nothing else."""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from bench.load import Failed
from exchange.store import localpg

TPS: Final = re.compile(rb"^tps = ([0-9.]+)", re.MULTILINE)
PLACE_AND_TURN: Final = "00000000-0000-7000-:place-:turn"
"""An id in the scripts: the client's place and its turn, in the order of time as real ones."""

FIRST_TURN: Final = 100_000_000_000
ROUND: Final = 1_000_000
GIVEN: Final = {"outbox": ("id", "message_id")}
"""Columns that the database fills by itself."""

PREAMBLE: Final = "\\set turn :turn + 1\n\\set place 1000 + :client_id\n\\set way :turn % {ways}\n"

SELECT_COLUMNS = """
SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1
"""

Row = dict[str, str]
"""A row as SQL literals, by column."""


@dataclass(frozen=True, slots=True)
class Scripts:
    """What pgbench is given: one that submits, and one that acts on what the other submitted."""

    submit: str
    act: str


async def scripts(dsn: str, submitted: Sequence[UUID], acted: Sequence[UUID]) -> Scripts:
    """Write the scripts from what the node itself wrote for some requests; those acted on have the act last."""
    conn = await asyncpg.connect(dsn)
    try:
        submits = [" \\;\n".join([part async for part in _submission(conn, request)]) for request in submitted]
        acts = [" \\;\n".join([part async for part in _act(conn, request)]) for request in acted]
    finally:
        await conn.close()
    return Scripts(_choice(submits), _choice(acts))


async def reminder_script(dsn: str, requests: Sequence[UUID]) -> str:
    """Write a script of what a pass leaves behind for a request's latest step, under a step of its own each time."""
    conn = await asyncpg.connect(dsn)
    ways = []
    try:
        for request in requests:
            told = await _rows(conn, "reminder", request)
            step = told[-1]["step"]
            parts = [_insert("reminder", row | {"step": "'s:turn'"}) for row in told if row["step"] == step]
            sent = [row for row in await _rows(conn, "outbox", request) if row["step"] == step]
            parts += [_insert("outbox", row) for row in sent]
            for row in await _rows(conn, "obligation", request):
                if row["id"] == told[-1]["obligation"]:
                    parts.append(_update("obligation", row, ("reminded_through", "next_step_at"), ("id",)))
            ways.append(" \\;\n".join(parts).replace(PLACE_AND_TURN, str(request)))
    finally:
        await conn.close()
    return _choice(ways)


async def rate(dsn: str, script: str, turn: int, *, transactions: int, clients: int) -> float:
    """Return how many transactions a second pgbench makes; a turn's acts need the same turn's submissions."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        process = await asyncio.create_subprocess_exec(
            *(str(localpg.binary("pgbench")), "--no-vacuum", "--protocol=simple", f"--file={file.name}"),
            *(f"--client={clients}", f"--transactions={max(1, transactions // clients)}"),
            *(f"--define=turn={FIRST_TURN + turn * ROUND}", dsn),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complained = await process.communicate()
    found = TPS.search(said)
    if process.returncode or found is None:
        raise Failed(complained.decode("utf-8", "replace")[-2000:])
    return float(found[1])


def _choice(ways: list[str]) -> str:
    """Put the statements of several ways between authorities into one script."""
    branches = "".join(
        f"\\{'elif' if place else 'if'} :way = {place}\n{statements};\n" for place, statements in enumerate(ways)
    )
    return PREAMBLE.format(ways=len(ways)) + branches + "\\endif\n"


async def _submission(conn: asyncpg.Connection, request: UUID) -> AsyncIterator[str]:
    """Yield the statements that write what a submission leaves behind."""
    for table in ("request", "record", "participant", "obligation", "outbox"):
        for row in await _rows(conn, table, request):
            yield _insert(table, row)
    for part in await _counted(conn, request, 1):
        yield part


async def _act(conn: asyncpg.Connection, request: UUID) -> AsyncIterator[str]:
    """Yield the statements that write what the last act changed."""
    (row,) = await _rows(conn, "request", request)
    last = int(row["seq"].strip("'"))
    changed = ("holder", "state", "received_number", "seq", "head", "snapshot")
    yield _update("request", row, changed, ("id",))
    for row in await _rows(conn, "record", request):
        if row["seq"] == f"'{last}'":
            yield _insert("record", row)
    for row in await _rows(conn, "participant", request):
        yield _update("participant", row, ("state", "due_at", "due_zone", "due_kind"), ("authority", "request"))
    for row in await _rows(conn, "obligation", request):
        if row["state"] == "'void'":
            yield _update("obligation", row, ("state", "due_at", "next_step_at", "detail"), ("id",))
    for row in await _rows(conn, "outbox", request):
        if row["seq"] == f"'{last}'":
            yield _insert("outbox", row)
    for part in await _counted(conn, request, last):
        yield part


async def _counted(conn: asyncpg.Connection, request: UUID, since: int) -> list[str]:
    """Return what is written under the counters, authority by authority."""
    events = [row for row in await _rows(conn, "event", request) if int(row["seq"].strip("'")) >= since]
    register = await _rows(conn, "register", request) if since == 1 else []
    parts = []
    for code in sorted({row["authority"] for row in events}):
        own = [row for row in events if row["authority"] == code]
        numbers = [row for row in register if row["authority"] == code]
        ways = [row["direction"].strip("'") for row in numbers]
        more = "".join(f", {way}_number = {way}_number + 1" for way in ways)
        parts.append(f"UPDATE counter SET event = event + {len(own)}{more} WHERE authority = {code}")  # noqa: S608
        parts += [
            _insert("event", row | {"number": _counter(code, f"event - {place}")}) for place, row in enumerate(own)
        ]
        parts += [
            _insert("register", row | {"number": _counter(code, f"{way}_number")})
            for way, row in zip(ways, numbers, strict=True)
        ]
    return parts


def _counter(code: str, number: str) -> str:
    return f"(SELECT {number} FROM counter WHERE authority = {code})"  # noqa: S608 - our own rows


async def _rows(conn: asyncpg.Connection, table: str, request: UUID) -> list[Row]:
    """Return a request's rows of a table as literals, with the scripts' id in the place of its own."""
    columns = [row["column_name"] for row in await conn.fetch(SELECT_COLUMNS, table)]
    columns = [column for column in columns if column not in GIVEN.get(table, ())]
    key = {"request": "id", "reminder": "left(obligation, 36)::uuid"}.get(table, "request")
    chosen = ", ".join(f"quote_nullable({column}::text) AS {column}" for column in columns)
    rows = await conn.fetch(f"SELECT {chosen} FROM {table} WHERE {key} = $1", request)  # noqa: S608 - our own names
    return [{name: value.replace(str(request), PLACE_AND_TURN) for name, value in row.items()} for row in rows]


def _insert(table: str, row: Row) -> str:
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(row.values())})"  # noqa: S608 - our own rows


def _update(table: str, row: Row, columns: Sequence[str], keys: Sequence[str]) -> str:
    changes = ", ".join(f"{column} = {row[column]}" for column in columns)
    place = " AND ".join(f"{key} = {row[key]}" for key in keys)
    return f"UPDATE {table} SET {changes} WHERE {place}"  # noqa: S608 - our own rows
