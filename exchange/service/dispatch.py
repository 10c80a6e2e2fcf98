"""Letters to print and send: what goes to authorities that are reached by courier or post, until somebody sent it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from exchange.core.access import Actor, Verb, may
from exchange.core.errors import NotThere, Refused
from exchange.core.objections import object_to
from exchange.service import audit
from exchange.store import dispatch as store
from exchange.store.database import Connection
from exchange.store.dispatch import Waiting
from schemas.vocabulary import Deed

MOST: Final = 200
"""Letters that a page names: who has more sends these first."""


def sends(actor: Actor) -> bool:
    """Tell whether a caller sends letters: those who act for the authority, and its registrar."""
    return may(actor, Verb.ACT) or may(actor, Verb.RECEIVE)


async def waiting(conn: Connection, actor: Actor) -> tuple[Waiting, ...]:
    """Return what the caller's authority still has to print and send, oldest first."""
    return await store.waiting(conn, actor.authority, MOST) if may(actor, Verb.READ) else ()


async def sent(conn: Connection, actor: Actor, request: UUID, seq: int, now: datetime) -> None:
    """Write down that a letter went out; raise NotThere for one that does not wait, Refused."""
    found = await store.find(conn, actor.authority, request, seq)
    if found is None:
        raise NotThere
    if not sends(actor):
        raise Refused((object_to("role_may_not"),))
    await store.keep(conn, found, now, sender=actor.authority, who=actor.who)
    await audit.note(conn, actor, Deed.ACTED, now, request=request, subject="dispatch", detail={"seq": seq})
