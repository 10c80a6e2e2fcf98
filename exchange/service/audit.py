"""The audit trail, written in the transaction of what it tells of: no trace, no deed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from exchange.core.access import Actor
from exchange.core.errors import ExchangeError, NotThere, Refused, Weight
from exchange.service.database import Database
from exchange.store import audit as store
from exchange.store.database import Connection
from schemas.vocabulary import Deed

DENIED_A_MINUTE: Final = 60
"""How many refusals of one person or program are written down in a minute: a flood tells no more than that."""


def is_denial(trouble: BaseException) -> bool:
    """Tell whether somebody known was kept from what is not theirs: not there for them, or forbidden to them."""
    if isinstance(trouble, Refused):
        return min(objection.weight for objection in trouble.objections) is Weight.FORBIDDEN
    return isinstance(trouble, NotThere)


async def deny(
    database: Database, actor: Actor, now: datetime, trouble: ExchangeError, *, method: str, request: UUID | None
) -> None:
    """Write down that somebody known was refused, in a transaction of its own: the refused one is undone."""
    code = min(trouble.objections, key=lambda one: one.weight).code if isinstance(trouble, Refused) else "not_there"
    trace = store.Trace(actor=actor, deed=Deed.DENIED, at=now, subject=code, detail={"method": method})
    async with database.connection() as conn:
        await store.add_denied(conn, trace, request, a_minute=DENIED_A_MINUTE)


def filters(**asked: object) -> dict[str, object]:
    """Return what a trace tells of a list that was asked for: the names of its filters, never what they were set to."""
    return {"filters": [name for name, value in asked.items() if value is not None]}


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
    trace = store.Trace(actor=actor, deed=deed, at=now, subject=subject, detail=detail or {})
    await store.add(conn, trace, request)


async def note_stranger(
    conn: Connection, deed: Deed, now: datetime, *, detail: Mapping[str, object] | None = None
) -> None:
    """Write down what somebody did of whom nothing is known: in no authority's trail, but in the node's."""
    await store.add_stranger(conn, deed, now, detail or {})
