"""The audit trail, written in the transaction of what it tells of: no trace, no deed."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from exchange.core.access import Actor
from exchange.store import audit as store
from exchange.store.database import Connection
from schemas.vocabulary import Deed


async def note(
    conn: Connection,
    actor: Actor,
    deed: Deed,
    now: datetime,
    *,
    request: UUID | None = None,
    subject: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write down that somebody did something; call it inside a transaction.

    `subject` is the code of what it was done to (an act, an attachment, an account) and `detail` what else an auditor
    wants to know: never case content, never a secret.
    """
    await store.add(conn, actor, deed, now, request=request, subject=subject, detail=detail or {})
