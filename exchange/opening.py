"""From the operator's settings to an open node: the database, its schema, the keys, the runtime."""

import os
import secrets
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import asyncpg

from exchange import protecting
from exchange.core.errors import KeysMissing, NodeError, Unavailable
from exchange.files import Folder
from exchange.letters.press import Press
from exchange.protecting import Protecting
from exchange.protection.gateway import CLOSED, Doors
from exchange.runtime import ROLE, Mode, Runtime
from exchange.service import keys, registry, sandbox
from exchange.service.acts import Desk
from exchange.service.readings import Readings
from exchange.settings import Settings
from exchange.store import keys as stored_keys
from exchange.store import localpg, migrate
from exchange.store.pool import CLOSING_SECONDS, CONNECT_SECONDS, open_pool, told_as_unavailable

KEY_BYTES: Final = 32
SANDBOX_KEY: Final = "sandbox.key"
FILES: Final = "files"
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Place:
    """Where the node's database is: `app` to work with, `owner` to migrate with.

    `beside`: it belongs to a node that is at work in another process, and that alone migrates it.
    """

    app: str = field(repr=False)
    owner: str = field(repr=False)
    beside: bool = False


@contextmanager
def database_beside(settings: Settings, data: Path) -> Iterator[Place]:
    """Give the database as `database` does, or the embedded one of a node at work: for a command beside it."""
    try:
        with database(settings, data) as place:
            yield place
    except localpg.DataDirectoryBusy:
        dsn = localpg.beside(data / "database")
        if dsn is None:
            raise
        yield Place(dsn, dsn, beside=True)


@contextmanager
def database(settings: Settings, data: Path) -> Iterator[Place]:
    """Give the database of the settings, or the embedded one of a directory; from the main thread, before any loop."""
    if settings.database_url is not None:
        yield Place(settings.database_url, settings.migrate_database_url or settings.database_url)
        return
    local = localpg.start(data / "database")
    try:
        yield Place(local.dsn, local.dsn)
    finally:
        local.stop()


def module_place(place: Place, settings: Settings, mode: Mode) -> Place | None:
    """Return where the protection module's database is, None where that is no part of this process.

    It is the node's own unless another is named. In production the module is asked for, since it needs its own role.
    """
    named = settings.protection
    if (named.way or ("inside" if mode is Mode.SANDBOX else "off")) != "inside":
        return None
    owner = named.migrate_database_url or named.database_url or place.owner
    return Place(named.database_url or place.app, owner)


def require_node(settings: Settings, data: Path) -> None:
    """Raise NodeError where nobody ever made an embedded node: `serve` and `migrate` make one, and nothing else."""
    try:
        missing = settings.database_url is None and not (data / "database" / "cluster").is_dir()
    except OSError:
        return  # who opens it says why it cannot be used
    if missing:
        raise NodeError(
            f"there is no node in {data}: say with --data where it is, or make one with `exchange serve --data {data}`"
        )


async def require_made(place: Place, settings: Settings, data: Path) -> None:
    """Raise NodeError for a database that holds no node, and for a sandbox's whose key is not in the directory."""
    with _plainly():
        conn = await asyncpg.connect(place.owner, timeout=CONNECT_SECONDS)
        try:
            held = await migrate.held_mode(conn)
            if held is None:
                raise NodeError("there is no node in the database: `exchange serve` or `exchange migrate` makes one")
            keyless = settings.key_file is None and held == Mode.SANDBOX and not (data / SANDBOX_KEY).exists()
            if keyless and await stored_keys.others(conn, ()):
                raise NodeError(f"the node's key is not in {data}: say with --data where it is")
        finally:
            await conn.close(timeout=CLOSING_SECONDS)


def wrapping_key(settings: Settings, mode: Mode, data: Path) -> bytes:
    """Read the key that wraps the authorities' keys; a sandbox makes one of its own. Raise KeysMissing."""
    path = settings.key_file
    if path is None:
        if mode is Mode.PRODUCTION:
            raise KeysMissing(
                "set EXCHANGE_KEY_FILE to the node's key file (64 hexadecimal digits, mode 0400): "
                "production does not start without it"
            )
        path = data / SANDBOX_KEY
        _make_key(path)
    try:
        rights, text = path.stat().st_mode, path.read_text("ascii").strip()
    except (OSError, ValueError) as error:
        raise KeysMissing(f"the key file cannot be read ({type(error).__name__}): see EXCHANGE_KEY_FILE") from None
    if rights & OTHERS:
        raise KeysMissing("the key file can be read by others than its owner: give it mode 0400")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeysMissing(f"the key file must hold {2 * KEY_BYTES} hexadecimal digits and nothing else")
    return key


def _make_key(path: Path) -> None:
    """Make a sandbox's key file, unless it is there."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        return
    except OSError as error:
        raise NodeError(f"the data directory cannot be used: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")


async def require_up_to_date(place: Place) -> None:
    """Raise NodeError where this release would migrate a database under a node that is at work."""
    with _plainly():
        conn = await asyncpg.connect(place.owner, timeout=CONNECT_SECONDS)
        try:
            if await migrate.pending(conn):
                raise NodeError("the node at work is of an earlier release: stop it before this command")
        finally:
            await conn.close(timeout=CLOSING_SECONDS)


async def bring_up_to_date(place: Place, settings: Settings, mode: Mode) -> tuple[str, ...]:
    """Apply missing migrations as the tables' owner and return their names; raise WrongMode and NodeError."""
    with _plainly():
        conn = await asyncpg.connect(place.owner, timeout=CONNECT_SECONDS, server_settings={"timezone": "UTC"})
        try:
            applied = await migrate.migrate(conn, mode)
        finally:
            await conn.close(timeout=CLOSING_SECONDS)
    module = module_place(place, settings, mode)
    return (*applied, *(await protecting.bring_up_to_date(module.owner, mode) if module else ()))


async def mode_of(place: Place, asked: Mode | None) -> Mode:
    """Return the mode that was asked for, else the one that the database was made for; raise NodeError for neither."""
    if asked is not None:
        return asked
    with _plainly():
        conn = await asyncpg.connect(place.owner, timeout=CONNECT_SECONDS)
        try:
            held = await migrate.held_mode(conn)
        finally:
            await conn.close(timeout=CLOSING_SECONDS)
    if held is None:
        raise NodeError("the database is new: say --mode sandbox or --mode production")
    return Mode(held)


@contextmanager
def _plainly() -> Iterator[None]:
    """Say in a sentence what keeps the schema from being brought up to date, and nothing of the address."""
    try:
        with told_as_unavailable():
            yield
    except Unavailable as trouble:
        raise NodeError(f"the database cannot be reached ({trouble}): see DATABASE_URL") from None
    except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidCatalogNameError, ValueError) as trouble:
        raise NodeError(
            f"the database cannot be migrated ({type(trouble).__name__}): "
            "MIGRATE_DATABASE_URL must sign in as its owner"
        ) from None


def open_protection(
    place: Place, settings: Settings, mode: Mode, key: bytes, data: Path
) -> AbstractAsyncContextManager[Protecting]:
    """Open what of the protection module belongs to this process; in a sandbox the node's key opens its keys."""
    module = module_place(place, settings, mode)
    return protecting.opened(module.app if module else None, settings, mode, key, data)


@asynccontextmanager
async def open_runtime(
    place: Place,
    settings: Settings,
    mode: Mode,
    key: bytes,
    *,
    data: Path,
    first_moment: datetime | None = None,
    doors: Doors = CLOSED,
) -> AsyncIterator[Runtime]:
    """Open the runtime over a migrated database: seeded if a sandbox, every authority with its key."""
    files = open_files(settings, data)
    try:
        await files.sweep()
        async with _opened_runtime(place, settings, mode, key, files, first_moment, doors) as runtime:
            yield runtime
    finally:
        files.close()


def open_files(settings: Settings, data: Path) -> Folder:
    """Open the folder of attachments; raise NodeError when it cannot be used."""
    try:
        return Folder(settings.files or data / FILES)
    except Unavailable as trouble:
        raise NodeError(f"the folder of attachments cannot be used ({trouble}): see EXCHANGE_FILES") from None


@asynccontextmanager
async def _opened_runtime(
    place: Place,
    settings: Settings,
    mode: Mode,
    key: bytes,
    files: Folder,
    first_moment: datetime | None,
    doors: Doors,
) -> AsyncIterator[Runtime]:
    try:
        pool = await open_pool(place.app, size=settings.pool_size, role=ROLE)
    except (Unavailable, asyncpg.PostgresError, ValueError) as trouble:
        raise NodeError(
            f"the database cannot be used ({type(trouble.__cause__ or trouble).__name__}): DATABASE_URL must sign in "
            "as a login that may become exchange_app"
        ) from None
    try:
        async with pool.transaction() as conn:
            reading = await registry.keep_reading(conn)
            if mode is Mode.SANDBOX:
                await registry.seed_sandbox(conn)
            await keys.make_missing(conn, key)
            desk = Desk(await keys.load(conn, key), reading, Readings(reading), doors)
        if mode is Mode.SANDBOX:
            async with pool.transaction() as conn:
                await sandbox.open_clock(conn, first_moment)
        press = Press()
        try:
            yield Runtime(mode=mode, pool=pool, desk=desk, files=files, press=press)
        finally:
            press.close()
    finally:
        await pool.close()
