"""Two processes that answer and two that remind over one database, any of which may be killed at any time."""

import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from tests.faults.process import Node, start, token

APIS: Final = ("api1", "api2")
SCHEDULERS: Final = ("scheduler1", "scheduler2")
START_SECONDS: Final = 30
RETRY_SECONDS: Final = 60
STOP_SECONDS: Final = 15
TRY_AGAIN: Final = frozenset({409, 429, 500, 502, 503})
"""What a caller with an idempotency key, or one that moves the clock, answers by asking again."""


@dataclass(slots=True)
class Crew:
    """The four processes; `killed` counts what was done to them."""

    data: Path
    environment: Mapping[str, str]
    random: Random
    apis: dict[str, Node] = field(default_factory=dict)
    schedulers: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    killed: int = 0

    async def begin(self) -> None:
        """Start all, the first alone: it makes the key that the others use."""
        for name in (*APIS, *SCHEDULERS):
            await self.put_up(name)

    async def put_up(self, name: str) -> None:
        """Start one."""
        if name in APIS:
            self.apis[name] = await start(self.data, "--no-scheduler", environment=self.environment)
            return
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "exchange.cli", "scheduler", "--data", str(self.data)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(self.environment),
        )
        assert process.stdout is not None
        self.schedulers[name] = process
        said = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
        assert b"at work" in said

    async def kill(self) -> None:
        """Kill one as a power cut would, and start it again after a while."""
        name = self.random.choice((*APIS, *SCHEDULERS))
        process = self.apis[name].process if name in APIS else self.schedulers[name]
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        await process.wait()
        self.killed += 1
        await asyncio.sleep(self.random.uniform(0, 0.5))
        await self.put_up(name)

    async def harass(self, seconds: float, least: int) -> None:
        """Kill one after the other for so long, and at least so many however slow the machine; all run in the end."""
        until = time.monotonic() + seconds
        while time.monotonic() < until or self.killed < least:
            await asyncio.sleep(self.random.uniform(0.1, 1.0))
            await self.kill()

    async def ask(self, ask: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]) -> dict[str, Any]:
        """Ask one of the processes that answer, and another one again until the answer is one."""
        until = time.monotonic() + RETRY_SECONDS
        trouble: object = None
        while time.monotonic() < until:
            node = self.apis[self.random.choice(APIS)]
            try:
                async with node.client() as client:
                    answer = await ask(client)
            except httpx.TransportError as error:
                trouble = error
            else:
                if answer.status_code not in TRY_AGAIN:
                    found: dict[str, Any] = answer.raise_for_status().json()
                    return found
                trouble = answer.text
            await asyncio.sleep(0.1)
        raise AssertionError(trouble)

    async def tokens(self, *codes: str) -> dict[str, dict[str, str]]:
        """Return the headers of some authorities' systems."""
        async with self.apis["api1"].client() as client:
            return {code: await token(client, code) for code in codes}

    async def stop(self) -> dict[str, tuple[int, float]]:
        """End all as an operator does; return each one's exit code and how many seconds it took."""
        began = time.monotonic()
        processes = {**{name: node.process for name, node in self.apis.items()}, **self.schedulers}

        async def ended(process: asyncio.subprocess.Process) -> tuple[int, float]:
            process.send_signal(signal.SIGTERM)
            return await asyncio.wait_for(process.wait(), STOP_SECONDS), time.monotonic() - began

        results = await asyncio.gather(*(ended(process) for process in processes.values()))
        return dict(zip(processes, results, strict=True))

    async def put_down(self) -> None:
        """Leave nothing running."""
        for process in (*(node.process for node in self.apis.values()), *self.schedulers.values()):
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
