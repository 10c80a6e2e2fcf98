"""The servers that are measured, each in a process of its own, as an operator starts them."""

import asyncio
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from bench import bare

START_SECONDS: Final = 60
STOP_SECONDS: Final = 20
ADDRESS: Final = re.compile(rb"http://127\.0\.0\.1:(\d+)")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and its port on the loopback."""

    process: asyncio.subprocess.Process
    port: int
    seconds: float
    """From the start of the process to the address that it printed."""


class NotStarted(Exception):
    """A server ended, or said nothing, instead of answering."""


@asynccontextmanager
async def node(data: Path, *arguments: str, dsn: str | None = None) -> AsyncIterator[Server]:
    """Run a node over a directory, on the database given or its own; stop it in the end."""
    command = ("-m", "exchange.cli", "serve", "--mode", "sandbox", "--port", "0", "--data", str(data), *arguments)
    async with running(command, {} if dsn is None else {"DATABASE_URL": dsn}) as server:
        yield server


@asynccontextmanager
async def bare_endpoint(dsn: str) -> AsyncIterator[Server]:
    """Run the bare endpoint with the server, loop and parser that the node uses."""
    options = ("--factory", "--port", "0", "--http", "httptools", "--loop", "uvloop", "--no-access-log")
    async with running(("-m", "uvicorn", "bench.bare:create", *options), {bare.DSN: dsn}) as server:
        yield server


@asynccontextmanager
async def running(command: tuple[str, ...], environment: Mapping[str, str]) -> AsyncIterator[Server]:
    """Run a server until the block is left; its log goes into a file, as an operator's does."""
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, stdout=log, stderr=log, env={**_environment(), **environment}
        )
        try:
            yield Server(process, await _port(process, log), time.perf_counter() - began)
        finally:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()


def _environment() -> dict[str, str]:
    """Return the environment without what would set the node up otherwise than the bench does."""
    strange = ("DATABASE_URL", "MIGRATE_DATABASE_URL", "EXCHANGE_", "SMTP_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(strange)}
    return {**kept, "PYTHONUNBUFFERED": "1"}


async def _port(process: asyncio.subprocess.Process, log: IO[bytes]) -> int:
    """Wait for the address that a server prints."""
    said, until = b"", time.perf_counter() + START_SECONDS
    while process.returncode is None and time.perf_counter() < until:
        said = os.pread(log.fileno(), 65536, 0)
        if match := ADDRESS.search(said):
            return int(match[1])
        await asyncio.sleep(0.005)
    raise NotStarted(said.decode("utf-8", "replace"))
