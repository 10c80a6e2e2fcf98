"""A node in a process of its own, as an operator starts it."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

ADDRESS = re.compile(rb"http://127\.0\.0\.1:\d+")
START_SECONDS = 60
STOP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Node:
    """A running node and the address that it printed."""

    process: asyncio.subprocess.Process
    address: str

    async def kill(self) -> None:
        """End it as a power cut would."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def stop(self) -> int:
        """End it as an operator does; return its exit code."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), STOP_SECONDS)

    def client(self, **options: object) -> httpx.AsyncClient:
        """Return a client of its API."""
        return httpx.AsyncClient(base_url=self.address, timeout=30, **options)  # type: ignore[arg-type]


async def start(
    data: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    mode: str = "sandbox",
    command: tuple[str, ...] = ("serve",),
) -> Node:
    """Start `serve`, or another command that serves, on a free port and wait for its address.

    Raise RuntimeError with what it said when it ends.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "exchange.cli", *command, "--port", "0", "--mode", mode, "--data", str(data)),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **(environment or {})},
    )
    assert process.stdout is not None
    said = b""
    async with asyncio.timeout(START_SECONDS):
        while line := await process.stdout.readline():
            said += line
            if match := ADDRESS.search(line):
                drain = asyncio.create_task(process.stdout.read())
                drain.add_done_callback(lambda task: task.exception())
                return Node(process, match[0].decode())
    raise RuntimeError(said.decode())


@asynccontextmanager
async def running(data: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> AsyncIterator[Node]:
    """Start a node and kill it in the end, if it still runs."""
    node = await start(data, *arguments, environment=environment)
    try:
        yield node
    finally:
        await node.kill()


async def token(client: httpx.AsyncClient, authority: str, role: str = "system") -> dict[str, str]:
    """Return the header of a sandbox token."""
    answer = await client.post("/v1/sandbox/tokens", json={"authority": authority, "role": role})
    return {"Authorization": f"Bearer {answer.raise_for_status().json()['token']}"}
