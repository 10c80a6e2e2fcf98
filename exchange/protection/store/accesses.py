"""Who took notice of an item, or was kept from it: rows that only grow, and the head of each trail."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exchange.store.database import Connection
from schemas.secrecy import Taken

# Two who read at once: the second one finds that the head moved, writes nothing, and looks again.
INSERT_ACCESS = """
WITH moved AS (
    UPDATE protection.trail SET seq = $11, digest = $12, proof = $13
     WHERE subject = $14 AND seq = $11 - 1 AND digest = $10 RETURNING seq
)
INSERT INTO protection.access (id, item, proceeding, body, at, taken, given, detail, seq, previous)
SELECT $1::uuid, $2::uuid, $3::uuid, $4, $5::timestamptz, $6, $7::bool, $8::bytea, $9::int, $10::bytea FROM moved
RETURNING true
"""

SELECT_HEAD = "SELECT subject, seq, digest, proof FROM protection.trail WHERE subject = $1"

SELECT_ACCESSES = """
SELECT id, item, proceeding, body, at, taken, given, detail, seq, previous FROM protection.access
 WHERE item = $1 AND body = $2 AND (at, id) < ($3::timestamptz, $4::uuid) AND ($5::text[] IS NULL OR taken = ANY($5))
 ORDER BY at DESC, id DESC LIMIT $6
"""

SELECT_TRAIL = """
SELECT id, item, proceeding, body, at, taken, given, detail, seq, previous FROM protection.access
 WHERE COALESCE(item, proceeding) = $1 ORDER BY seq, id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One line of a trail; `detail` (who, in which role, which copy, on which grant, or what was missing) is locked.

    `previous` is the digest of the line before it, by which it is chained; `taken` is what was taken notice of.
    """

    id: UUID
    item: UUID | None
    body: str
    at: datetime
    taken: str
    given: bool
    detail: bytes
    seq: int
    previous: bytes
    proceeding: UUID | None = None

    @property
    def subject(self) -> UUID | None:
        """The item or the proceeding that it is of."""
        return self.item or self.proceeding


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of a trail: how many lines it has, and the digest of the last."""

    subject: UUID
    seq: int
    digest: bytes
    proof: bytes


async def add(conn: Connection, access: Access, after: Head) -> bool:
    """Write a line down and move the head to it; tell whether the head still stood where this line was made for."""
    line = (access.id, access.item, access.proceeding, access.body, access.at, access.taken, access.given)
    chained = (access.detail, access.seq, access.previous)
    return bool(
        await conn.fetchval(INSERT_ACCESS, *line, *chained, after.seq, after.digest, after.proof, after.subject)
    )


async def head(conn: Connection, subject: UUID) -> Head | None:
    """Return the head of a trail as it stands; None where there is none."""
    row = await conn.fetchrow(SELECT_HEAD, subject)
    return None if row is None else Head(**row)


async def of_item(
    conn: Connection, item: UUID, body: str, taken: Collection[Taken] | None, before: tuple[datetime, UUID], limit: int
) -> tuple[Access, ...]:
    """Return what people of a body took of an item, the latest first; `taken` names what alone is asked for."""
    wanted = None if taken is None else sorted(taken)
    return tuple(Access(**row) for row in await conn.fetch(SELECT_ACCESSES, item, body, *before, wanted, limit))


async def trail(conn: Connection, subject: UUID) -> AsyncIterator[Access]:
    """Yield the trail of an item or a proceeding in its order; the caller opened a transaction."""
    async for row in conn.cursor(SELECT_TRAIL, subject):
        yield Access(**row)
