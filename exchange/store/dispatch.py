"""Letters that still have to be printed and sent: acts for a holder that is reached by courier or post."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exchange.store.database import Connection

# An act reaches the holder that the request has since its last redirect. The holder's receipt, once entered, proves
# that everything before it arrived. Few bodies are reached this way, so the way in leads through them.
SELECT_WAITING = """
SELECT e.request, e.seq, e.act, e.recorded_at, r.number, r.holder, r.snapshot -> 'holder' ->> 'name' AS holder_name,
       h.reach
  FROM authority h JOIN request r ON r.holder = h.code JOIN record e ON e.request = r.id
 WHERE h.reach IN ('courier', 'post') AND e.author = $1 AND h.code <> $1
   AND ($2::uuid IS NULL OR (e.request = $2 AND e.seq = $3))
   AND e.seq >= (SELECT coalesce(max(x.seq), 0) FROM record x WHERE x.request = r.id AND x.act = 'redirect')
   AND NOT EXISTS (SELECT FROM dispatch d WHERE d.request = e.request AND d.seq = e.seq AND d.authority = h.code)
   AND NOT EXISTS (SELECT FROM record x
                    WHERE x.request = r.id AND x.act = 'receive' AND x.author = h.code AND x.seq > e.seq)
 ORDER BY e.recorded_at, e.request, e.seq LIMIT $4
"""

INSERT_DISPATCH = """
INSERT INTO dispatch (request, seq, authority, sent_at, sender, who) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An act whose letter still has to be printed and sent, and to whom."""

    request: UUID
    seq: int
    act: str
    recorded_at: datetime
    number: str
    holder: str
    holder_name: str
    reach: str


async def waiting(conn: Connection, author: str, limit: int) -> tuple[Waiting, ...]:
    """Return what an authority still has to print and send, oldest first."""
    return tuple(Waiting(**row) for row in await conn.fetch(SELECT_WAITING, author, None, None, limit))


async def find(conn: Connection, author: str, request: UUID, seq: int) -> Waiting | None:
    """Return an act of an authority that still has to be printed and sent, or None."""
    row = await conn.fetchrow(SELECT_WAITING, author, request, seq, 1)
    return None if row is None else Waiting(**row)


async def keep(conn: Connection, of: Waiting, at: datetime, *, sender: str, who: str) -> None:
    """Write down that a letter was sent; said twice, the first stands."""
    await conn.execute(INSERT_DISPATCH, of.request, of.seq, of.holder, at, sender, who)
