"""The bodies that the module knows, for whoever names or shows them."""

from exchange.protection.store import directory
from exchange.protection.store.directory import Listed
from exchange.store.database import Connection

__all__ = ["Listed", "bodies"]


async def bodies(conn: Connection) -> tuple[Listed, ...]:
    """Return all bodies with their names, by code."""
    return await directory.bodies(conn)
