"""`python3 dev bench`: runs everything, prints a table, and writes it as JSON where asked to."""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
import zoneinfo
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import uvloop

from bench import table
from bench.contents import contents
from bench.files import files
from bench.growth import SMALL, growth, open_filled, reopened
from bench.house import memory, starts
from bench.letters import letters
from bench.reminding import reminding
from bench.scenarios import listing, open_bench, writing
from exchange.store import localpg
from exchange.store.localpg import LocalPostgres

ACTS, LONG_ACTS = 5_000, 100_000
LARGE: Final = 1_000_000
BEGAN: Final = time.monotonic()


def main() -> int:
    """Run the benchmark; the status is 0 also where a goal is missed: the table says so."""
    asked = parser().parse_args()
    zoneinfo.reset_tzpath(to=[])
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=asked.folder))
    postgres = localpg.start(folder / "database")
    try:
        found = {"conditions": conditions(asked)} | uvloop.run(measure(asked, postgres, folder))
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(table.written(found))
    if asked.json is not None:
        asked.json.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="dev bench", description="The node's speed beside a bare endpoint and the floor."
    )
    top.add_argument("--json", type=Path, help="write the figures into this file too")
    top.add_argument("--rounds", type=int, default=5, help="rounds of each scenario; default: 5")
    top.add_argument("--number", type=int, default=600, help="calls to the node in a round; default: 600")
    top.add_argument("--workers", type=int, default=1, help="processes on each side; default: 1")
    top.add_argument("--open", type=int, default=LARGE, help="open obligations to grow to; default: 1,000,000")
    top.add_argument("--long", action="store_true", help=f"{LONG_ACTS:,} acts for the memory, not {ACTS:,}")
    top.add_argument("--folder", type=Path, help="where the databases stand meanwhile; default: the system's")
    return top


def conditions(asked: argparse.Namespace) -> dict[str, Any]:
    """Return what the figures were measured under."""
    return {
        "processors": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "rounds": asked.rounds,
        "calls_a_round": asked.number,
        "workers_on_each_side": asked.workers,
        "open_obligations": [SMALL, asked.open],
        "acts_for_memory": LONG_ACTS if asked.long else ACTS,
    }


def say(text: str) -> None:
    """Show how far the run is."""
    sys.stderr.write(f"bench {time.monotonic() - BEGAN:5.0f} s  {text}\n")
    sys.stderr.flush()


async def measure(asked: argparse.Namespace, postgres: LocalPostgres, folder: Path) -> dict[str, Any]:
    """Run the parts one after the other, so that none disturbs another."""
    found: dict[str, Any] = {}
    say("starts of the all-in-one node")
    found["start"] = await starts(folder / "alone")
    found["memory"] = await memory(folder / "alone", LONG_ACTS if asked.long else ACTS, say)
    found["files"] = await files(folder / "files", asked.rounds, say)
    say("protected contents in and out")
    found["contents"] = await contents(folder / "protected", asked.rounds)
    async with AsyncExitStack() as stack:
        bench = await open_bench(stack, postgres, folder, asked.workers)
        rates = await writing(bench, asked.rounds, asked.number, say)
        found["letter"] = await letters(bench, asked.rounds)
        small = await open_filled(stack, postgres, folder, SMALL, say)
        rates["first overdue page"] = await listing(bench, small.server, small.office, asked.rounds, asked.number)
        found["scenarios"] = {name: each.summary() for name, each in rates.items()}
    async with AsyncExitStack() as stack:
        found["reminder pass"] = await reminding(stack, postgres, folder, asked.number, say)
    async with AsyncExitStack() as stack:
        say(f"filling a database with {asked.open:,} open obligations")
        large = await open_filled(stack, postgres, folder, asked.open, say)
        again = await reopened(stack, small)
        found["growth"] = await growth(again, large, asked.rounds)
    return found


if __name__ == "__main__":
    sys.exit(main())
