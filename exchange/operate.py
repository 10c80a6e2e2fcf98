"""What operators do to a node, most of it also while it serves: migrate it, prove its records."""

import sys
from collections.abc import Awaitable, Callable
from itertools import islice
from pathlib import Path
from typing import Final

from exchange import opening
from exchange.core.errors import NodeError
from exchange.runtime import Mode, Runtime
from exchange.serve import run
from exchange.service.trail import faults
from exchange.service.verify import prove
from exchange.settings import Settings

FAULTS_FOUND: Final = 1
MOST_NAMED: Final = 1000
"""How many faults of one file are named: the rest tell nothing new."""


def migrate(settings: Settings, mode: Mode | None, data: Path) -> int:
    """Bring the database to this release's schema."""

    async def work() -> None:
        applied = await opening.bring_up_to_date(place, settings, await opening.mode_of(place, mode))
        tell("\n".join(f"applied {name}" for name in applied) or "nothing to apply")

    with opening.database(settings, data) as place:
        run(work())
    return 0


def verify(settings: Settings, mode: Mode | None, data: Path, *, whole_files: bool = False) -> int:
    """Prove every record, register, feed and file; return 1 when something is broken.

    Of files the presence and size are proved; where `whole_files` is asked for, every byte is read.
    """
    found: list[str] = []

    async def work(runtime: Runtime) -> None:
        # One transaction: an act that is taken meanwhile is no damage.
        async with runtime.transaction() as conn:
            async for progress in prove(conn, runtime.desk.keys, files=runtime.files, whole=whole_files):
                found.extend(progress.faults)
                for fault in progress.faults:
                    tell(fault)
                tell(f"{progress.done} of {progress.total} requests, {progress.entries} entries")

    with_runtime(settings, mode, data, work)
    tell(f"{len(found)} faults" if found else "everything holds")
    return FAULTS_FOUND if found else 0


def verify_export(settings: Settings, mode: Mode | None, data: Path, file: Path) -> int:
    """Prove an export of an audit trail; return 1 when something is wrong with it."""
    found: list[str] = []

    async def work(runtime: Runtime) -> None:
        with file.open("rb") as opened:
            found.extend(islice(faults(opened, runtime.desk.keys), MOST_NAMED))
        for fault in found:
            tell(fault)

    if not file.is_file():
        raise NodeError(f"there is no file {file}")
    with_runtime(settings, mode, data, work)
    tell(f"{len(found)} faults" if found else "everything holds")
    return FAULTS_FOUND if found else 0


def with_runtime(settings: Settings, mode: Mode | None, data: Path, work: Callable[[Runtime], Awaitable[None]]) -> None:
    """Do a piece of work over a node that was brought up to date and opened for it, or beside one that is at work."""

    async def opened() -> None:
        known = await opening.mode_of(place, mode)
        if place.beside:
            await opening.require_up_to_date(place)
        else:
            await opening.bring_up_to_date(place, settings, known)
        key = opening.wrapping_key(settings, known, data)
        async with opening.open_runtime(place, settings, known, key, data=data) as runtime:
            await work(runtime)

    with opening.database_beside(settings, data) as place:
        run(opened())


def tell(text: str) -> None:
    """Print a line of the answer."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
