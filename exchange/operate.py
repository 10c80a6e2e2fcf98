"""What operators do to a node, most of it also while it serves: migrate it, prove its records."""

import sys
from collections.abc import Awaitable, Callable
from itertools import islice
from pathlib import Path
from typing import Final

from exchange import opening
from exchange.core.errors import NodeError
from exchange.opening import Place
from exchange.protection.module import Module
from exchange.protection.service.verify import proofs as items_proved
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
    """Prove every record, register, feed and file, and every protected item; return 1 when something is broken.

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

    async def both(place: Place, known: Mode, key: bytes) -> None:
        async with opening.open_runtime(place, settings, known, key, data=data) as runtime:
            await work(runtime)
        async with opening.open_protection(place, settings, known, key, data) as house:
            if house.module is not None:
                found.extend(await _of_items(house.module))

    with_place(settings, mode, data, both)
    tell(f"{len(found)} faults" if found else "everything holds")
    return FAULTS_FOUND if found else 0


async def _of_items(module: Module) -> list[str]:
    """Prove every protected item, and tell of each that does not prove itself."""
    if module.provider.sealed:
        tell("the keys of the protection module are sealed: its items were not proved")
        return []
    found, done = [], 0
    async with module.pool.transaction() as conn:
        async for item, faults_of_it in items_proved(conn, module):
            done += 1
            for fault in faults_of_it:
                tell(f"{item if isinstance(item, str) else f'item {item}'}: {fault}")
                found.append(fault)
    tell(f"{done} protected items")
    return found


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

    async def opened(place: Place, known: Mode, key: bytes) -> None:
        async with opening.open_runtime(place, settings, known, key, data=data) as runtime:
            await work(runtime)

    with_place(settings, mode, data, opened)


def with_place(
    settings: Settings, mode: Mode | None, data: Path, work: Callable[[Place, Mode, bytes], Awaitable[None]]
) -> None:
    """Do a piece of work over a node's databases, brought up to date, or those of one that is at work; with its key."""

    async def opened() -> None:
        known = await opening.mode_of(place, mode)
        if place.beside:
            await opening.require_up_to_date(place)
        else:
            await opening.bring_up_to_date(place, settings, known)
        await work(place, known, opening.wrapping_key(settings, known, data))

    with opening.database_beside(settings, data) as place:
        run(opened())


def tell(text: str) -> None:
    """Print a line of the answer."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
