"""The compose file as a test runs it: each service's command with its environment, its secrets in a folder."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import yaml

from exchange.store import localpg

ROOT: Final = Path(__file__).parents[2]
SECRETS: Final = "/run/secrets"
KEPT: Final = "/var/lib/exchange"
VARIABLE: Final = re.compile(r"\$\{([A-Z_]+)(?:(:[-?+])([^}]*))?\}")
PATIENCE: Final = 30


def compose() -> dict[str, Any]:
    """Return the compose file, anchors merged, variables as they stand."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return loaded


def interpolated(value: str, given: Mapping[str, str]) -> str:
    """Put variables in as Compose does; raise KeyError for one that must be given and is not."""

    def put(found: re.Match[str]) -> str:
        name, how, rest = found.groups()
        held = given.get(name, "")
        if how == ":+":
            return str(rest) if held else ""
        if how == ":?" and not held:
            raise KeyError(name)
        return held or (str(rest) if how == ":-" else "")

    return VARIABLE.sub(put, value).replace("$$", "$")


def environment(service: Mapping[str, Any], secrets: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Return a service's environment with its secrets where the test keeps them."""
    set_up = {
        name: interpolated(str(value), given).replace(SECRETS, str(secrets)).replace(KEPT, str(secrets.parent))
        for name, value in service["environment"].items()
    }
    return {**os.environ, **set_up}


def command(service: Mapping[str, Any]) -> list[str]:
    """Return a service's whole command: the image's entry point is ours, or the service's own."""
    entry = service.get("entrypoint", [sys.executable, "-m", "exchange.cli"])
    return [*entry, *(part.replace("$$", "$") for part in service["command"])]


async def run(arguments: list[str], given: Mapping[str, str]) -> tuple[int, str]:
    """Run a command to its end; return its status and what it said."""
    path = f"{localpg.binary('psql').parent}:{os.environ['PATH']}"
    process = await asyncio.create_subprocess_exec(
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**given, "PATH": path},
        cwd=ROOT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    return process.returncode or 0, said.decode()


@asynccontextmanager
async def running(
    arguments: list[str], given: Mapping[str, str], until: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run a command until it says what is waited for; kill it in the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=given, cwd=ROOT
    )
    assert process.stdout is not None
    said = ""
    try:
        async with asyncio.timeout(PATIENCE):
            while not re.search(until, said):
                line = await process.stdout.readline()
                assert line, said
                said += line.decode()
        yield process, said
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
