"""The bodies that the module knows, for whoever names or shows them."""

from exchange.protection.module import Module
from exchange.protection.service.vouching import require
from exchange.protection.store import directory
from exchange.protection.store.directory import Listed
from exchange.store.database import Connection

__all__ = ["Listed", "bodies"]


async def bodies(conn: Connection, module: Module) -> tuple[Listed, ...]:
    """Return all bodies with their names, by code; raise ModuleSealed, and Tampered for one that was changed."""
    found = await directory.bodies(conn)
    for each in found:
        require(module.safe, each.row.body, each.proof)
    return tuple(each.row for each in found)
