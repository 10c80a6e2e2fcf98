"""The letters that were printed, by the codes that they bear."""

from dataclasses import dataclass
from uuid import UUID

from exchange.store.database import Connection

INSERT_LETTER = "INSERT INTO letter (code, request, seq) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"

SELECT_LETTER = "SELECT request, seq FROM letter WHERE code = $1"


@dataclass(frozen=True, slots=True)
class Found:
    """The entry that a code belongs to."""

    request: UUID
    seq: int


async def keep(conn: Connection, code: str, request: UUID, seq: int) -> None:
    """Keep the code of a letter that is going to be printed."""
    await conn.execute(INSERT_LETTER, code, request, seq)


async def of_code(conn: Connection, code: str) -> Found | None:
    """Return the entry that a code belongs to, None where no letter bears it."""
    row = await conn.fetchrow(SELECT_LETTER, code)
    return None if row is None else Found(**row)
