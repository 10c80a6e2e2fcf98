"""Brings a database to this release's schema: plain .sql files, in order, forward only, each in a transaction."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from exchange.core.errors import NodeError, WrongMode
from exchange.store.database import Connection

LOCK_PATIENCE: Final = 300.0
"""Seconds to wait for another process that migrates."""

MAKE_MIGRATION_TABLE = """
CREATE TABLE IF NOT EXISTS migration (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file that changes the schema."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        """Return the digest by which an applied file is known again."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrations() -> tuple[Migration, ...]:
    """Return this release's migrations in the order in which they are applied."""
    folder = files("exchange.store").joinpath("migrations")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple(Migration(name, folder.joinpath(name).read_text(encoding="utf-8")) for name in names)


async def migrate(conn: Connection, mode: str) -> tuple[str, ...]:
    """Apply what is missing, as the owner of the database, and return the names of what was applied.

    The first run writes down the mode, `sandbox` or `production`. Raise WrongMode when the database was made for
    the other one (nothing is changed then), and NodeError when it is not one that this release made.
    """
    await lock(conn)
    try:
        await require_mode(conn, mode)
        if not await has_migration_table(conn):  # a login that owns nothing may look, and finds nothing to do
            await conn.execute(MAKE_MIGRATION_TABLE)
        missing = missing_from(await applied(conn), migrations())
        for migration in missing:
            async with conn.transaction():
                await conn.execute(migration.text)
                await note(conn, migration)
        await write_mode(conn, mode)
        await require_mode(conn, mode)
    finally:
        await unlock(conn)
    return tuple(migration.name for migration in missing)


async def pending(conn: Connection) -> tuple[str, ...]:
    """Return the names of the migrations that still have to be applied; raise NodeError as `migrate` does."""
    known = await applied(conn) if await has_migration_table(conn) else {}
    return tuple(migration.name for migration in missing_from(known, migrations()))


def missing_from(known: Mapping[str, str], ours: tuple[Migration, ...]) -> tuple[Migration, ...]:
    """Return the migrations not applied yet; raise NodeError if what was applied is not the beginning of ours."""
    strange = sorted(set(known) - {migration.name for migration in ours})
    if strange:
        raise NodeError(
            f"the database was migrated by another release ({strange[0]}): run that release, or a newer one"
        )
    for migration in ours:
        if migration.name in known and known[migration.name] != migration.checksum:
            raise NodeError(f"the migration {migration.name} was changed after it was applied: restore that file")
    missing = tuple(migration for migration in ours if migration.name not in known)
    if missing and known and missing[0].name < max(known):
        raise NodeError(f"the migration {missing[0].name} comes before one that was applied: rename it to come last")
    return missing


TAKE_LOCK = "SELECT pg_advisory_lock(hashtext('exchange.store.migrate'))"


async def lock(conn: Connection) -> None:
    """Wait until nobody else migrates this database."""
    try:
        await conn.execute(TAKE_LOCK, timeout=LOCK_PATIENCE)
    except TimeoutError:
        raise NodeError("another process has been migrating the database for too long: see what holds it") from None


RELEASE_LOCK = "SELECT pg_advisory_unlock(hashtext('exchange.store.migrate'))"


async def unlock(conn: Connection) -> None:
    """Let the next one migrate; a connection that was lost holds nothing any more."""
    if not conn.is_closed():
        await conn.execute(RELEASE_LOCK)


SELECT_HAS_TABLE = "SELECT to_regclass('migration') IS NOT NULL"


async def has_migration_table(conn: Connection) -> bool:
    """Tell whether the database was ever migrated."""
    return bool(await conn.fetchval(SELECT_HAS_TABLE))


SELECT_APPLIED = "SELECT name, checksum FROM migration ORDER BY name"


async def applied(conn: Connection) -> dict[str, str]:
    """Return the checksums of what was applied, by name."""
    return {row["name"]: row["checksum"] for row in await conn.fetch(SELECT_APPLIED)}


INSERT_APPLIED = "INSERT INTO migration (name, checksum) VALUES ($1, $2)"


async def note(conn: Connection, migration: Migration) -> None:
    """Write down that a migration was applied."""
    await conn.execute(INSERT_APPLIED, migration.name, migration.checksum)


INSERT_MODE = "INSERT INTO node (mode) VALUES ($1) ON CONFLICT DO NOTHING"


async def write_mode(conn: Connection, mode: str) -> None:
    """Write down what the database is for, unless it stands there already."""
    await conn.execute(INSERT_MODE, mode)


SELECT_HAS_NODE = "SELECT to_regclass('node') IS NOT NULL"
SELECT_MODE = "SELECT mode FROM node"


async def held_mode(conn: Connection) -> str | None:
    """Return the mode that the database was made for, or None for a new one."""
    held: str | None = await conn.fetchval(SELECT_MODE) if await conn.fetchval(SELECT_HAS_NODE) else None
    return held


async def require_mode(conn: Connection, mode: str) -> None:
    """Raise WrongMode when the database was made for the other mode."""
    held = await held_mode(conn)
    if held not in {None, mode}:
        raise WrongMode(
            f"the database was made for the mode {held!r} and the node was started with --mode {mode}: "
            f"start it with --mode {held}, or give it another database"
        )
