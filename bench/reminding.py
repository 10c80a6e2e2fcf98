"""The reminder pass: requests told of a second by one scheduler, against pgbench writing the same rows."""

import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Final
from uuid import UUID

from bench import floor
from bench.fill import location
from bench.load import Call, drive
from bench.office import PAIRS, open_office
from bench.processes import node
from exchange import opening
from exchange.opening import Place
from exchange.runtime import Mode
from exchange.service.reminders import remind_due
from exchange.settings import Settings
from exchange.store.localpg import LocalPostgres

STEPS: Final = (22, 29, 33, 39, 46)
"""Days after the submission by which -10d, -3d, all up to +1d, +7d and +14d have come, whatever the zone."""

WAYS: Final = 12


async def reminding(
    stack: AsyncExitStack, postgres: LocalPostgres, folder: Path, number: int, say: Callable[[str], None]
) -> dict[str, float]:
    """Let so many requests' steps come, one after the other, and the pass tell of them; the first warms up."""
    office = await open_office(postgres, "reminded")
    data = folder / "reminded"
    made: list[tuple[str, str]] = []

    def answered(call: Call, head: bytes, _body: bytes) -> None:
        made.append((location(head), call.about))

    server = await stack.enter_async_context(node(data, "--no-scheduler", dsn=office.dsn))
    calls = office.submissions(number, PAIRS, Random(3))  # noqa: S311 - a repeatable load
    await drive([server.port], calls, connections=8, answered=answered)
    await drive([server.port], [office.act(*each, b'{"act": "accept"}') for each in made], connections=8)
    key = opening.wrapping_key(Settings(), Mode.SANDBOX, data)
    some = [UUID(request) for request, _ in made[:WAYS]]
    passes, floors = [], []
    async with opening.open_runtime(Place(office.dsn, office.dsn), Settings(), Mode.SANDBOX, key, data=data) as runtime:
        readings, now = runtime.desk.readings, await runtime.now()
        for turn, days in enumerate(STEPS):
            began = time.perf_counter()
            told = await remind_due(runtime, readings, now + timedelta(days=days))
            passes.append(told / (time.perf_counter() - began))
            script = await floor.reminder_script(office.dsn, some)
            floors.append(await floor.rate(office.dsn, script, turn, transactions=number, clients=1))
            say(f"reminder pass: {passes[-1]:.0f} requests/s, pgbench {floors[-1]:.0f}/s")
    return {
        "node_per_s": median(passes[1:]),
        "floor_per_s": median(floors[1:]),
        "of_floor": median(a / b for a, b in zip(passes[1:], floors[1:], strict=True)),
    }
