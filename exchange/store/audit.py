"""The audit trail: who saw, took out, or changed what; it can only grow."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from exchange.core.access import Actor
from exchange.store.database import Connection
from schemas.vocabulary import Deed

INSERT_DEED = """
INSERT INTO audit (at, authority, role, who, deed, request, subject, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb)
"""


async def add(
    conn: Connection,
    actor: Actor,
    deed: Deed,
    at: datetime,
    *,
    request: UUID | None,
    subject: str,
    detail: Mapping[str, object],
) -> None:
    """Write one deed down."""
    told = json.dumps(dict(detail), ensure_ascii=False)
    await conn.execute(INSERT_DEED, at, actor.authority, actor.role, actor.who, deed, request, subject, told)
