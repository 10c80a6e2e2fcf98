"""Brings a database to a release's schema: plain .sql files, in order, forward only, each in a transaction.

Each house has a schema of its own, described by a `Schema`: the open exchange's is `OPEN`.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from exchange.core.errors import NodeError, WrongMode
from exchange.store.database import Connection

LOCK_PATIENCE: Final = 300.0
"""Seconds to wait for another process that migrates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """One house's schema: the package whose folder `migrations` holds its files, and the SQL of its bookkeeping.

    `table` is where it is written down what was applied, `mode_table` what the database is for; both with their schema.
    """

    package: str
    table: str
    mode_table: str
    make_table: str
    select_applied: str
    insert_applied: str
    select_mode: str
    insert_mode: str


MAKE_MIGRATION_TABLE = """
CREATE TABLE IF NOT EXISTS migration (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""
SELECT_APPLIED = "SELECT name, checksum FROM migration ORDER BY name"
INSERT_APPLIED = "INSERT INTO migration (name, checksum) VALUES ($1, $2)"
SELECT_MODE = "SELECT mode FROM node"
INSERT_MODE = "INSERT INTO node (mode) VALUES ($1) ON CONFLICT DO NOTHING"

OPEN: Final = Schema(
    package="exchange.store",
    table="public.migration",
    mode_table="public.node",
    make_table=MAKE_MIGRATION_TABLE,
    select_applied=SELECT_APPLIED,
    insert_applied=INSERT_APPLIED,
    select_mode=SELECT_MODE,
    insert_mode=INSERT_MODE,
)
"""The open exchange's schema."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file that changes the schema."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        """Return the digest by which an applied file is known again."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrations(schema: Schema = OPEN) -> tuple[Migration, ...]:
    """Return this release's migrations in the order in which they are applied."""
    folder = files(schema.package).joinpath("migrations")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple(Migration(name, folder.joinpath(name).read_text(encoding="utf-8")) for name in names)


async def migrate(conn: Connection, mode: str, schema: Schema = OPEN) -> tuple[str, ...]:
    """Apply what is missing, as the owner of the database, and return the names of what was applied.

    The first run writes down the mode, `sandbox` or `production`. Raise WrongMode when the database was made for
    the other one (nothing is changed then), and NodeError when it is not one that this release made.
    """
    await lock(conn, schema)
    try:
        await require_mode(conn, mode, schema)
        if not await has_migration_table(conn, schema):  # a login that owns nothing may look, and finds nothing to do
            await conn.execute(schema.make_table)
        missing = missing_from(await applied(conn, schema), migrations(schema))
        for migration in missing:
            async with conn.transaction():
                await conn.execute(migration.text)
                await note(conn, migration, schema)
        if await held_mode(conn, schema) is None:  # a login that owns nothing may not write it
            await write_mode(conn, mode, schema)
        await require_mode(conn, mode, schema)
    finally:
        await unlock(conn, schema)
    return tuple(migration.name for migration in missing)


async def pending(conn: Connection, schema: Schema = OPEN) -> tuple[str, ...]:
    """Return the names of the migrations that still have to be applied; raise NodeError as `migrate` does."""
    known = await applied(conn, schema) if await has_migration_table(conn, schema) else {}
    return tuple(migration.name for migration in missing_from(known, migrations(schema)))


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


TAKE_LOCK = "SELECT pg_advisory_lock(hashtext($1 || '.migrate'))"


async def lock(conn: Connection, schema: Schema = OPEN) -> None:
    """Wait until nobody else migrates this schema."""
    try:
        await conn.execute(TAKE_LOCK, schema.package, timeout=LOCK_PATIENCE)
    except TimeoutError:
        raise NodeError("another process has been migrating the database for too long: see what holds it") from None


RELEASE_LOCK = "SELECT pg_advisory_unlock(hashtext($1 || '.migrate'))"


async def unlock(conn: Connection, schema: Schema = OPEN) -> None:
    """Let the next one migrate; a connection that was lost holds nothing any more."""
    if not conn.is_closed():
        await conn.execute(RELEASE_LOCK, schema.package)


SELECT_HAS_TABLE = "SELECT to_regclass($1) IS NOT NULL"


async def has_migration_table(conn: Connection, schema: Schema = OPEN) -> bool:
    """Tell whether the database was ever migrated."""
    return bool(await conn.fetchval(SELECT_HAS_TABLE, schema.table))


async def applied(conn: Connection, schema: Schema = OPEN) -> dict[str, str]:
    """Return the checksums of what was applied, by name."""
    return {row["name"]: row["checksum"] for row in await conn.fetch(schema.select_applied)}


async def note(conn: Connection, migration: Migration, schema: Schema = OPEN) -> None:
    """Write down that a migration was applied."""
    await conn.execute(schema.insert_applied, migration.name, migration.checksum)


async def write_mode(conn: Connection, mode: str, schema: Schema = OPEN) -> None:
    """Write down what the database is for, unless it stands there already."""
    await conn.execute(schema.insert_mode, mode)


async def held_mode(conn: Connection, schema: Schema = OPEN) -> str | None:
    """Return the mode that the database was made for, or None for a new one."""
    made = await conn.fetchval(SELECT_HAS_TABLE, schema.mode_table)
    held: str | None = await conn.fetchval(schema.select_mode) if made else None
    return held


async def require_mode(conn: Connection, mode: str, schema: Schema = OPEN) -> None:
    """Raise WrongMode when the database was made for the other mode."""
    held = await held_mode(conn, schema)
    if held not in {None, mode}:
        raise WrongMode(
            f"the database was made for the mode {held!r} and the node was started with --mode {mode}: "
            f"start it with --mode {held}, or give it another database"
        )
