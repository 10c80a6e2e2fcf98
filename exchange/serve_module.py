"""The protection module in a process of its own, on its own database; the node's tells it only who calls."""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from exchange import opening, protecting
from exchange.core.errors import NodeError
from exchange.delivery.smtp import Relay
from exchange.files import Folder
from exchange.main import create_module_app
from exchange.profiles import protocol_source, reading_of
from exchange.protecting_work import housekeeping
from exchange.runtime import Mode, Runtime
from exchange.serve import BACKLOG, Plan, Stop, answer, bound, posting, relay, run, say, ticking, told
from exchange.service.acts import Desk
from exchange.service.keys import Keyring
from exchange.service.readings import Readings
from exchange.settings import Settings
from exchange.store.pool import open_pool

DOOR: Final = "exchange_door"
"""The role in the node's database: it tells who calls, and reads no case."""


def serve(settings: Settings, plan: Plan, passphrase: str | None) -> None:
    """Serve the module until SIGTERM or SIGINT; call it from the main thread. Raise NodeError when it cannot start."""
    if settings.database_url is None or settings.protection.database_url is None:
        raise NodeError(
            "set DATABASE_URL (the node's database, as a login that may become exchange_door) and "
            "PROTECTION_DATABASE_URL (the module's own)"
        )
    with bound(plan.host, plan.port) as listener:
        run(_serve(settings, plan, passphrase, listener))


def migrate(settings: Settings, mode: Mode | None, _data: Path) -> int:
    """Bring the module's own database to this release's schema."""
    named = settings.protection
    owner = named.migrate_database_url or named.database_url
    if owner is None:
        raise NodeError("set PROTECTION_MIGRATE_DATABASE_URL: the module's own database, as its owner")

    async def work() -> None:
        applied = await protecting.bring_up_to_date(owner, mode or Mode.PRODUCTION)
        say("\n".join(f"applied {name}" for name in applied) or "nothing to apply")

    run(work())
    return 0


async def _serve(settings: Settings, plan: Plan, passphrase: str | None, listener: socket.socket) -> None:
    stop, named = Stop(), settings.protection
    app_url = named.database_url or ""
    await protecting.bring_up_to_date(named.migrate_database_url or app_url, plan.mode)
    if plan.mode is Mode.SANDBOX and passphrase is None:
        passphrase = opening.wrapping_key(settings, plan.mode, plan.data).hex()
    async with AsyncExitStack() as stack:
        opened = protecting.open_module(app_url, settings, plan.mode, plan.data, passphrase)
        module = await stack.enter_async_context(opened)
        runtime = await stack.enter_async_context(_at_the_door(settings, plan.mode, plan.data))
        await protecting.furnish(module, runtime)
        post = await stack.enter_async_context(posting(runtime, settings, lambda: _found(settings)))
        await stack.enter_async_context(ticking(runtime, housekeeping(runtime, module, post)))
        with told(plan.host, plan.port):
            listener.listen(BACKLOG)
        await answer(create_module_app(runtime, settings, module), listener, plan, stop, "protection module")


async def _found(settings: Settings) -> Relay:
    """Return the relay that the module's own notices go out over."""
    return relay(settings.mail)


@asynccontextmanager
async def _at_the_door(settings: Settings, mode: Mode, data: Path) -> AsyncIterator[Runtime]:
    """Open what tells who calls: the node's database in the narrow role, without its keys and its files."""
    pool = await open_pool(settings.database_url or "", size=settings.pool_size, role=DOOR)
    reading = reading_of(protocol_source())
    files = Folder(data / "files")
    try:
        yield Runtime(mode=mode, pool=pool, desk=Desk(Keyring(bytes(32)), reading, Readings(reading)), files=files)
    finally:
        files.close()
        await pool.close()
