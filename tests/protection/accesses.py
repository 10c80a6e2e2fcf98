"""The notes of readings, opened."""

import json
from typing import Any

from exchange.protection.module import Module
from exchange.protection.service.trail import bound
from exchange.protection.store.accesses import Access

TRAILS = """
SELECT id, item, proceeding, body, at, taken, given, detail, seq, previous FROM protection.access
 WHERE taken = ANY($1) ORDER BY at, seq
"""


async def noted(module: Module, *taken: str) -> list[tuple[Access, dict[str, Any]]]:
    """Return every note of a content or a paper that was taken, or of what is named, with what stands locked in it."""
    async with module.pool.transaction() as conn:
        found = [Access(**row) for row in await conn.fetch(TRAILS, list(taken or ("content", "paper")))]
    opened = [(access, json.loads(module.safe.open(access.detail, bound(access)))) for access in found]
    return [(access, {name: value for name, value in told.items() if name != "salt"}) for access, told in opened]
