"""The ledger of the registry: each change of a row that the law reads, in order, and the end that is vouched for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asyncpg import Record

from exchange.store.database import Connection

# Whether this very transaction moved the end: what it wrote may never come to stand.
SELECT_END = """
SELECT seq, digest, proof, COALESCE(xmin = pg_current_xact_id_if_assigned()::xid, false) AS own FROM protection.ledger
"""

LOCK_END = """
SELECT seq, digest, proof, COALESCE(xmin = pg_current_xact_id_if_assigned()::xid, false) AS own FROM protection.ledger
   FOR UPDATE
"""

SELECT_LINES = """
SELECT seq, place, told, digest, detail FROM protection.ledger_line WHERE seq > $1 AND seq <= $2 ORDER BY seq
"""

INSERT_LINES = """
WITH lines AS (
    INSERT INTO protection.ledger_line (seq, place, told, digest, detail)
    SELECT made.seq, made.place, made.told, made.digest, made.detail
      FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[])
           AS made (seq, place, told, digest, detail)
)
UPDATE protection.ledger SET seq = $6, digest = $7, proof = $8
"""

SELECT_ACCEPTED = """
SELECT seq, place, told, digest, detail FROM protection.ledger_line WHERE detail IS NOT NULL ORDER BY seq
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The last change as a statement saw it; `own`: this transaction made it, and it does not stand yet."""

    seq: int
    digest: bytes
    proof: bytes
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One change: of which row, what that says since (SHA-256), the digest of this line and all before it."""

    seq: int
    place: str
    told: bytes
    digest: bytes
    detail: bytes | None = None


async def end(conn: Connection) -> End:
    """Return the end."""
    return end_of(await conn.fetchrow(SELECT_END))


async def lock(conn: Connection) -> End:
    """Return the end and let nobody else change the registry until the transaction ends."""
    return end_of(await conn.fetchrow(LOCK_END))


async def lines(conn: Connection, after: int, through: int) -> tuple[Line, ...]:
    """Return the changes after one, through another."""
    return tuple(Line(**row) for row in await conn.fetch(SELECT_LINES, after, through))


async def accepted(conn: Connection) -> tuple[Line, ...]:
    """Return the lines by which operators accepted an older registry."""
    return tuple(Line(**row) for row in await conn.fetch(SELECT_ACCEPTED))


async def append(conn: Connection, made: Sequence[Line], moved: End) -> None:
    """Write changes and move the end, which the caller locked."""
    await conn.execute(
        INSERT_LINES,
        [line.seq for line in made],
        [line.place for line in made],
        [line.told for line in made],
        [line.digest for line in made],
        [line.detail for line in made],
        moved.seq,
        moved.digest,
        moved.proof,
    )


def end_of(row: Record | Mapping[str, Any] | None) -> End:
    """Read the end; one that was taken out is that of an empty ledger, which no anchor takes for its own."""
    if row is None or row["seq"] is None:
        return End(seq=0, digest=bytes(32), proof=b"")
    return End(seq=row["seq"], digest=row["digest"], proof=row["proof"], own=row["own"])
