"""The all-in-one node as it lives: its memory without PostgreSQL, its start, and its memory over many acts."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, Final

import httpx

from bench.fill import location
from bench.load import Call, drive, wire
from bench.office import body_for
from bench.processes import node

STARTS: Final = 5
ACTS_A_REQUEST: Final = 50
CONNECTIONS: Final = 8
MEBIBYTE: Final = 1024 * 1024
NOTE: Final = '{"act": "note", "text": "Материалы по пункту 1 готовятся, будут направлены до конца недели"}'.encode()


def resident(pid: int) -> float:
    """Return a process' resident memory in MiB, those of its children not counted: PostgreSQL is one."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    line = next(line for line in text.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / MEBIBYTE


async def starts(data: Path) -> dict[str, float]:
    """Return the median seconds from the start of a process on a directory that is there to its first answer."""
    each = []
    for _ in range(STARTS + 1):
        began = time.perf_counter()
        async with node(data) as server, httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
            (await client.get("/readyz")).raise_for_status()
            each.append(time.perf_counter() - began)
    return {"cold_s": each[0], "warm_s": median(each[1:])}


async def memory(data: Path, acts: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Let an all-in-one node, mail and all, take so many acts; return its memory on the way, in MiB."""
    async with node(data) as server:
        port, pid = [server.port], server.process.pid
        tokens = {}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
            for code in ("KZ-MVD", "RU-MVD"):
                wanted = {"authority": code, "role": "system"}
                answer = await client.post("/v1/sandbox/tokens", json=wanted)
                tokens[code] = answer.raise_for_status().json()["token"]
        samples = [(0, resident(pid))]
        done, step = 0, max(1, acts // 10)
        while done < acts:
            made: list[str] = []

            def answered(_call: Call, head: bytes, _body: bytes, made: list[str] = made) -> None:
                made.append(location(head))

            fresh = max(1, min(step, acts - done) // ACTS_A_REQUEST)
            calls = [Call(wire("POST", "/v1/requests", tokens["KZ-MVD"], body_for("RU-MVD")))] * fresh
            await drive(port, calls, connections=CONNECTIONS, answered=answered)
            calls = [
                Call(wire("POST", f"/v1/requests/{request}/acts", tokens["RU-MVD"], NOTE))
                for _ in range(ACTS_A_REQUEST - 1)
                for request in made
            ]
            await drive(port, calls, connections=CONNECTIONS)
            done += fresh * ACTS_A_REQUEST
            samples.append((done, resident(pid)))
            say(f"{done:,} acts: {samples[-1][1]:.0f} MiB")
        return {"samples": samples, "most_mib": max(held for _, held in samples), "at_rest_mib": samples[0][1]}
