"""How times grow with the number of open obligations: first overdue pages, and a reminder pass with nothing to do."""

import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, Final

import asyncpg

from bench.fill import fill
from bench.load import Call, drive, wire
from bench.office import Office, open_office
from bench.plans import plans
from bench.processes import Server, node
from exchange import opening
from exchange.opening import Place
from exchange.runtime import Mode
from exchange.service.reminders import remind_due
from exchange.settings import Settings
from exchange.store.localpg import LocalPostgres

SMALL: Final = 10_000
PAGES: Final = ("/v1/requests?due=overdue", "/v1/obligations?state=overdue", "/v1/obligations", "/v1/statistics")
"""The first two have a goal; counting all that is open cannot but grow."""
ASKING: Final = ("KZ-MVD", "AM-POL", "TJ-MVD")
"""Who asks in turn: one with an average share, one with the largest, one with the smallest."""

PASSES: Final = 40


@dataclass(frozen=True, slots=True)
class Filled:
    """A node over a filled database."""

    number: int
    data: Path
    office: Office
    server: Server


async def open_filled(
    stack: AsyncExitStack, postgres: LocalPostgres, folder: Path, number: int, say: Callable[[str], None]
) -> Filled:
    """Make a database with so many open obligations, and start a node on it."""
    office = await open_office(postgres, f"filled_{number}")
    data = folder / f"filled{number}"
    server = await stack.enter_async_context(node(data, "--no-scheduler", dsn=office.dsn))
    began = time.perf_counter()
    await fill(server, office, number, seed=7)
    say(f"{number:,} open obligations stand in the database ({time.perf_counter() - began:.0f} s)")
    return Filled(number, data, office, server)


async def reopened(stack: AsyncExitStack, filled: Filled) -> Filled:
    """Start a node again on a database that was filled before."""
    server = await stack.enter_async_context(node(filled.data, "--no-scheduler", dsn=filled.office.dsn))
    return replace(filled, server=server)


async def growth(small: Filled, large: Filled, rounds: int) -> dict[str, dict[str, Any]]:
    """Measure both in turns; return milliseconds, their ratio, and the plans of the statements."""
    found: dict[str, dict[str, Any]] = {}
    for path in PAGES:
        each: dict[int, list[float]] = {small.number: [], large.number: []}
        for _ in range(rounds + 1):
            for filled in (small, large):
                calls = [Call(wire("GET", path, filled.office.tokens[code]), b"200") for code in ASKING * 10]
                each[filled.number] += (await drive([filled.server.port], calls, connections=1)).each
        found[f"GET {path}"] = _compared(each, small, large, skip=len(ASKING) * 10)
    each = {small.number: [], large.number: []}
    for _ in range(rounds + 1):
        for filled in (small, large):
            each[filled.number] += await idle_passes(filled)
    found["idle reminder pass"] = _compared(each, small, large, skip=PASSES)
    found["plans"] = {str(filled.number): await plans(filled.office.dsn) for filled in (small, large)}
    return found


def _compared(each: dict[int, list[float]], small: Filled, large: Filled, skip: int) -> dict[str, float]:
    """Compare medians; the first round only warms up."""
    one, other = (median(each[filled.number][skip:]) * 1000 for filled in (small, large))
    return {"small_ms": one, "large_ms": other, "ratio": other / one}


async def idle_passes(filled: Filled) -> list[float]:
    """Run passes that find nothing due, as the scheduler runs them; return the seconds of each."""
    times = []
    conn = await asyncpg.connect(filled.office.dsn)
    now = await conn.fetchval("SELECT now()")
    await conn.close()
    place = Place(filled.office.dsn, filled.office.dsn)
    key = opening.wrapping_key(Settings(), Mode.SANDBOX, filled.data)
    async with opening.open_runtime(place, Settings(pool_size=2), Mode.SANDBOX, key, data=filled.data) as runtime:
        readings = runtime.desk.readings
        for _ in range(PASSES):
            began = time.perf_counter()
            await remind_due(runtime, readings, now)
            times.append(time.perf_counter() - began)
    return times
