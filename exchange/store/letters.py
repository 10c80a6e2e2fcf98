"""Entries of the record by the beginning of their digest, which the code of a letter is made from."""

from dataclasses import dataclass
from uuid import UUID

from exchange.store.database import Connection

SELECT_BY_CODE = """
SELECT request, seq, digest FROM record WHERE substring(digest FROM 1 FOR 12) = $1 ORDER BY request, seq LIMIT 10
"""


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that a code may belong to."""

    request: UUID
    seq: int
    digest: bytes


async def of_code(conn: Connection, prefix: bytes) -> tuple[Found, ...]:
    """Return the entries whose digest begins with 12 bytes: one, or none."""
    return tuple(Found(**row) for row in await conn.fetch(SELECT_BY_CODE, prefix))
