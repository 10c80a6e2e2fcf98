"""The notes of readings, opened."""

import json
from typing import Any

from exchange.protection.module import Module
from exchange.protection.service.reading import bound
from exchange.protection.store import proof
from exchange.protection.store.accesses import Access


async def noted(module: Module) -> list[tuple[Access, dict[str, Any]]]:
    """Return every note of a reading with what stands locked in it, the first one first."""
    async with module.pool.transaction() as conn:
        found = [access async for access in proof.accesses(conn)]
    found.sort(key=lambda access: (access.at, access.id))
    return [(access, json.loads(module.safe.open(access.detail, bound(access)))) for access in found]
