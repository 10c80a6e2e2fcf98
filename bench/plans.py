"""The plans of the statements on which lists, passes and acts stand, with the arguments that the node gives them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from exchange.store import health, obligations, outbox, reminders, requests, tokens

LONG_AGO: Final = datetime(1900, 1, 1, tzinfo=UTC)
FIRST: Final = UUID(int=0)


def statements(now: datetime, some: UUID) -> Mapping[str, tuple[str, tuple[Any, ...]]]:
    """Return the hot statements of lists and passes, with their arguments; two of them write down who read."""
    nothing = (None, None, None)
    trace = (now, "officer", "token:1", "listed", "requests", "{}")
    return {
        "requests.SELECT_PAGE": (
            requests.SELECT_PAGE,
            ("KZ-MVD", *nothing, None, now, LONG_AGO, FIRST, *nothing, 51, *trace),
        ),
        "requests.SELECT_SHOWN": (requests.SELECT_SHOWN, (some, "KZ-MVD", *trace)),
        "obligations.SELECT_IN_STATE": (
            obligations.SELECT_IN_STATE,
            ("KZ-MVD", "running", now, None, None, LONG_AGO, "", 51),
        ),
        "obligations.SELECT_ANY": (
            obligations.SELECT_ANY,
            ("KZ-MVD", "{running,suspended,met,met_late,void}", None, None, LONG_AGO, "", 51),
        ),
        "reminders.SELECT_DUE": (reminders.SELECT_DUE, (now, *reminders.FIRST, 200)),
        "reminders.SELECT_SOONEST": (reminders.SELECT_SOONEST, ()),
        "outbox.SELECT_SOONEST": (outbox.SELECT_SOONEST, ()),
        "health.COUNT_OVERDUE": (health.COUNT_OVERDUE, (now,)),
        "tokens.SELECT_CALLER": (tokens.SELECT_CALLER, (bytes(32),)),
    }


async def plans(dsn: str) -> dict[str, str]:
    """Return each statement's plan as PostgreSQL carries it out when it keeps one that knows no arguments."""
    conn = await asyncpg.connect(dsn, server_settings={"plan_cache_mode": "force_generic_plan", "jit": "off"})
    try:
        now = await conn.fetchval("SELECT now()")
        some = await conn.fetchval("SELECT request FROM participant WHERE authority = 'KZ-MVD' LIMIT 1")
        found = {}
        for number, (name, (sql, arguments)) in enumerate(statements(now, some).items()):
            await conn.execute(f"PREPARE s{number} AS {sql}")
            given = ", ".join(await _literals(conn, arguments))
            call = f"EXECUTE s{number}({given})" if given else f"EXECUTE s{number}"
            for _ in range(3):  # the last is warm
                rows = await conn.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {call}")
            found[name] = "\n".join(row[0] for row in rows)
        return found
    finally:
        await conn.close()


async def _literals(conn: asyncpg.Connection, arguments: tuple[Any, ...]) -> list[str]:
    """Write arguments as SQL literals: EXECUTE takes no parameters."""
    texts = [f"\\x{value.hex()}" if isinstance(value, bytes) else value for value in arguments]
    return [
        "NULL" if text is None else str(await conn.fetchval("SELECT quote_literal($1::text)", str(text)))
        for text in texts
    ]
