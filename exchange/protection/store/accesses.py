"""Who read the content of an item, or was kept from it: rows that only grow."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exchange.store.database import Connection

INSERT_ACCESS = """
INSERT INTO protection.access (id, item, body, at, given, detail, proceeding) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""

SELECT_ACCESSES = """
SELECT id, item, body, at, given, detail FROM protection.access
 WHERE item = $1 AND body = $2 AND (at, id) < ($3::timestamptz, $4::uuid) ORDER BY at DESC, id DESC LIMIT $5
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One reading; `detail` (who, in which role, which copy, on which grant, or what was missing) is locked."""

    id: UUID
    item: UUID | None
    body: str
    at: datetime
    given: bool
    detail: bytes
    proceeding: UUID | None = None


async def add(conn: Connection, access: Access) -> None:
    """Write a reading down."""
    told = (access.id, access.item, access.body, access.at, access.given, access.detail, access.proceeding)
    await conn.execute(INSERT_ACCESS, *told)


async def of_item(
    conn: Connection, item: UUID, body: str, before: tuple[datetime, UUID], limit: int
) -> tuple[Access, ...]:
    """Return the readings of an item by people of a body, the latest first."""
    return tuple(Access(**row) for row in await conn.fetch(SELECT_ACCESSES, item, body, *before, limit))
