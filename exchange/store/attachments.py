"""What authorities uploaded, and which acts carry it; the bytes themselves lie in the store of files."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from asyncpg import Record

from exchange.core.request import AttachmentRef, Examination
from exchange.store.database import Connection
from exchange.store.record import WHOLE_TABLE_SECONDS
from schemas.vocabulary import Examined, Unseen

AT_ONCE: Final = 500

TAKE_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 15))"

UPSERT_ATTACHMENT = """
INSERT INTO attachment (id, authority, sha256, size, name, media_type, sniffed, active, uploaded_at, examined, unseen)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (id) DO UPDATE SET uploaded_at = greatest(attachment.uploaded_at, excluded.uploaded_at)
"""

SELECT_KNOWN = """
SELECT id, sha256, size, name, media_type, active, examined, unseen
  FROM attachment WHERE authority = $1 AND id = ANY($2::text[])
"""

# In one order for everybody, so that two acts that carry the same files wait for each other and never in a ring.
SELECT_TAKEN = """
SELECT id, sha256, size, name, media_type, active, examined, unseen
  FROM attachment WHERE authority = $1 AND id = ANY($2::text[])
 ORDER BY id FOR NO KEY UPDATE
"""

BIND = """
WITH bound AS (UPDATE attachment SET bound = true WHERE id = ANY($3::text[]) AND NOT bound)
INSERT INTO attachment_use (request, seq, place, attachment)
SELECT $1, $2, x.place, x.id FROM unnest($3::text[]) WITH ORDINALITY AS x(id, place)
"""

INSERT_HOLDS = """
INSERT INTO attachment_hold (holder, attachment)
SELECT $1, id FROM attachment WHERE id = ANY($2::text[]) ORDER BY id FOR KEY SHARE
ON CONFLICT DO NOTHING
"""

DELETE_HOLDS = "DELETE FROM attachment_hold WHERE holder = $1 AND attachment <> ALL($2::text[])"

# Locked first and looked at again when they are: whoever binds or holds one meanwhile has it.
SELECT_UNBOUND = """
SELECT id FROM attachment a
 WHERE NOT bound AND uploaded_at < $1 AND NOT EXISTS (SELECT FROM attachment_hold h WHERE h.attachment = a.id)
 ORDER BY uploaded_at LIMIT $2 FOR UPDATE SKIP LOCKED
"""

DELETE_UNBOUND = """
DELETE FROM attachment a
 WHERE id = ANY($1::text[]) AND NOT bound AND uploaded_at < $2
   AND NOT EXISTS (SELECT FROM attachment_hold h WHERE h.attachment = a.id)
RETURNING sha256
"""

SELECT_NEEDED = "SELECT DISTINCT sha256 FROM attachment WHERE sha256 = ANY($1::text[])"

SELECT_BOUND = """
SELECT id, authority, sha256, size, name, media_type, active, examined, unseen
  FROM attachment WHERE bound ORDER BY sha256, id
"""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """An uploaded file as it stands in the database."""

    authority: str
    ref: AttachmentRef


async def lock(conn: Connection, sha256: str) -> None:
    """Let nobody else keep or remove these bytes until the transaction ends."""
    await conn.execute(TAKE_LOCK, sha256)


async def add(conn: Connection, authority: str, ref: AttachmentRef, sniffed: str, at: datetime) -> None:
    """Keep what was uploaded; the same once more only lets it wait longer for its act."""
    particulars = (ref.sha256, ref.size, ref.name, ref.media_type, sniffed, ref.active)
    seen = ref.examination
    await conn.execute(UPSERT_ATTACHMENT, ref.id, authority, *particulars, at, seen.extent, list(seen.unseen))


async def known(conn: Connection, authority: str, ids: Iterable[str]) -> dict[str, AttachmentRef]:
    """Return those of the ids that an authority uploaded."""
    return {row["id"]: _ref(row) for row in await conn.fetch(SELECT_KNOWN, authority, list(ids))}


async def taken(conn: Connection, authority: str, ids: Iterable[str]) -> dict[str, AttachmentRef]:
    """Return those of the ids that an authority uploaded; nobody removes them before the transaction ends."""
    return {row["id"]: _ref(row) for row in await conn.fetch(SELECT_TAKEN, authority, list(ids))}


async def bind(conn: Connection, request: UUID, seq: int, ids: Sequence[str]) -> None:
    """Write down that an act carries what `taken` returned."""
    await conn.execute(BIND, request, seq, list(ids))


async def hold(conn: Connection, holder: UUID, ids: Sequence[str]) -> None:
    """Let something unfinished hold exactly these."""
    await conn.execute(DELETE_HOLDS, holder, list(ids))
    if ids:
        await conn.execute(INSERT_HOLDS, holder, list(ids))


async def drop_unbound(conn: Connection, before: datetime, most: int) -> tuple[int, tuple[str, ...]]:
    """Remove rows that no act carries and nothing holds; return how many were looked at, and the digests freed."""
    ids = [row["id"] for row in await conn.fetch(SELECT_UNBOUND, before, most)]
    freed = await conn.fetch(DELETE_UNBOUND, ids, before) if ids else []
    return len(ids), tuple(dict.fromkeys(row["sha256"] for row in freed))


async def needed(conn: Connection, digests: Iterable[str]) -> frozenset[str]:
    """Return those of the digests that a row still needs."""
    return frozenset(row["sha256"] for row in await conn.fetch(SELECT_NEEDED, list(digests)))


async def every_bound(conn: Connection) -> AsyncIterator[Uploaded]:
    """Yield all that acts carry, in the order of digests."""
    async for row in conn.cursor(SELECT_BOUND, prefetch=AT_ONCE, timeout=WHOLE_TABLE_SECONDS):
        yield Uploaded(row["authority"], _ref(row))


def _ref(row: Record) -> AttachmentRef:
    return AttachmentRef(
        row["id"],
        row["sha256"],
        row["size"],
        row["name"],
        row["media_type"],
        row["active"],
        Examination(Examined(row["examined"]), tuple(map(Unseen, row["unseen"]))),
    )
