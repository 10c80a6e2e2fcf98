"""The trail as its table holds it, for tests."""

import json
from typing import Any

from tests.api.house import Node


async def trail(node: Node, authority: str = "KZ-MVD") -> list[dict[str, Any]]:
    """Return every deed of an authority, oldest first."""
    async with node.runtime.connection() as conn:
        rows = await conn.fetch(
            "SELECT role, who, deed, request::text, subject, detail::text FROM audit WHERE authority = $1 ORDER BY id",
            authority,
        )
    return [{**row, "detail": json.loads(row["detail"])} for row in rows]


async def deeds(node: Node, authority: str = "KZ-MVD") -> list[str]:
    """Return the names of every deed of an authority, oldest first."""
    return [row["deed"] for row in await trail(node, authority)]
