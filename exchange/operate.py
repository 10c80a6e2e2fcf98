"""What operators do to a node that does not serve meanwhile: migrate it, prove its records, give out tokens."""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from exchange import opening
from exchange.core.access import Actor
from exchange.core.errors import NodeError
from exchange.runtime import Mode, Runtime, new_token, token_digest
from exchange.serve import run
from exchange.service.verify import prove
from exchange.settings import Settings
from exchange.store import registry, tokens
from schemas.vocabulary import Role

FAULTS_FOUND: Final = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token that an operator asks for; `days` None means that it does not expire."""

    authority: str
    role: Role
    label: str
    days: int | None


def migrate(settings: Settings, mode: Mode | None, data: Path) -> int:
    """Bring the database to this release's schema."""

    async def work() -> None:
        applied = await opening.bring_up_to_date(place, await opening.mode_of(place, mode))
        tell("\n".join(f"applied {name}" for name in applied) or "nothing to apply")

    with opening.database(settings, data) as place:
        run(work())
    return 0


def verify(settings: Settings, mode: Mode | None, data: Path) -> int:
    """Prove every record, register and feed; return 1 when something is broken."""
    found: list[str] = []

    async def work(runtime: Runtime) -> None:
        # One transaction: an act that is taken meanwhile is no damage.
        async with runtime.transaction() as conn:
            async for progress in prove(conn, runtime.desk.keys):
                found.extend(progress.faults)
                for fault in progress.faults:
                    tell(fault)
                tell(f"{progress.done} of {progress.total} requests, {progress.entries} entries")

    _with_runtime(settings, mode, data, work)
    tell(f"{len(found)} faults" if found else "everything holds")
    return FAULTS_FOUND if found else 0


def create_token(settings: Settings, mode: Mode | None, data: Path, wanted: Wanted) -> int:
    """Make a token and print it once; only its digest is kept."""

    async def work(runtime: Runtime) -> None:
        token, now = new_token(), await runtime.now()
        expires_at = None if wanted.days is None else now + timedelta(days=wanted.days)
        async with runtime.transaction() as conn:
            if wanted.authority not in await registry.named(conn, [wanted.authority], now):
                raise NodeError("the registry knows no such authority")
            actor = Actor(wanted.authority, wanted.role)
            digest = token_digest(token)
            await tokens.add(conn, digest, actor, label=wanted.label, made_at=now, expires_at=expires_at)
        tell(token)

    _with_runtime(settings, mode, data, work)
    return 0


def list_tokens(settings: Settings, mode: Mode | None, data: Path) -> int:
    """List the tokens' particulars."""

    async def work(runtime: Runtime) -> None:
        async with runtime.connection() as conn:
            for token in await tokens.every(conn):
                tell(
                    f"{token.id}\t{token.authority}\t{token.role}\t{token.label}\t"
                    f"expires {_day(token.expires_at)}\trevoked {_day(token.revoked_at)}"
                )

    _with_runtime(settings, mode, data, work)
    return 0


def revoke_token(settings: Settings, mode: Mode | None, data: Path, number: int) -> int:
    """Revoke a token by its number."""

    async def work(runtime: Runtime) -> None:
        now = await runtime.now()
        async with runtime.transaction() as conn:
            if not await tokens.revoke(conn, number, now):
                raise NodeError("there is no such token, or it is revoked already")

    _with_runtime(settings, mode, data, work)
    return 0


def _with_runtime(
    settings: Settings, mode: Mode | None, data: Path, work: Callable[[Runtime], Awaitable[None]]
) -> None:
    async def opened() -> None:
        known = await opening.mode_of(place, mode)
        await opening.bring_up_to_date(place, known)
        key = opening.wrapping_key(settings, known, data)
        async with opening.open_runtime(place, settings, known, key) as runtime:
            await work(runtime)

    with opening.database(settings, data) as place:
        run(opened())


def _day(instant: datetime | None) -> str:
    return "never" if instant is None else instant.date().isoformat()


def tell(text: str) -> None:
    """Print a line of the answer."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
