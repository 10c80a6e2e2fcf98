"""The short way of an act: decided on what was read without a lock, and written in one statement if nothing moved.

It ends in None, and in nothing written, wherever it cannot go to its end: the law objects, the act needs more than was
read, or something moved meanwhile. Then the long way (`exchange.service.acts`) locks first, and says what is wrong.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from exchange.core.access import Actor, Relation, relation
from exchange.core.decide import Refusal, decide, decide_submission
from exchange.core.scene import Scene
from exchange.service.acts import Desk, Numbers, SealedDeed, sealed_deed
from exchange.store import decisions
from exchange.store.database import Connection
from exchange.store.decisions import Registered, Unmoved
from exchange.store.registry import Facts
from exchange.store.requests import Loaded
from schemas.acts import ActBody, Receive, Redirect
from schemas.requests import Submission


async def submit(
    conn: Connection,
    desk: Desk,
    request_id: UUID,
    body: Submission,
    raw: bytes,
    actor: Actor,
    now: datetime,
    facts: Facts,
) -> Loaded | None:
    """Take a new request in, `raw` being its exact bytes; call it outside a transaction.

    One that carries files, or refers to protected items, goes the long way.
    """
    if body.attachments or body.protected:
        return None
    scene = facts.scene(now)
    numbers = Numbers(facts.counters, scene.authorities, now)
    decided = decide_submission(str(request_id), body, actor, numbers.given_to(scene), desk.reading, now)
    if isinstance(decided, Refusal):
        return None
    registered = numbers.taken(decided)
    last = {
        code: Registered(given.direction, *facts.counters[code].last(given.direction))
        for code, given in registered.items()
    }
    deed = await sealed_deed(conn, desk, None, decided, raw, actor)
    return await _saved(conn, deed, registered, Unmoved(registers=last))


async def act(
    conn: Connection,
    desk: Desk,
    loaded: Loaded,
    body: ActBody,
    raw: bytes,
    actor: Actor,
    now: datetime,
    *,
    fresh: bool,
) -> Loaded | None:
    """Let an act stand on a request that was read, `raw` being its exact bytes; call it outside a transaction.

    An act that takes a number of a register, or carries files, goes the long way.
    """
    request = loaded.request
    if isinstance(body, Receive | Redirect) or body.attachments or not fresh:
        return None
    if relation(request, actor.authority) is Relation.NONE:
        return None
    reading = await desk.readings.of(conn, request.profile.digest)
    decided = decide(request, body, actor, Scene(), reading, now)
    if isinstance(decided, Refusal):
        return None
    deed = await sealed_deed(conn, desk, loaded, decided, raw, actor)
    told = tuple(duty.reminded_through for duty in request.obligations)
    return await _saved(conn, deed, {}, Unmoved(head=loaded.head, told=told))


async def _saved(
    conn: Connection, deed: SealedDeed, registered: Mapping[str, Registered], unmoved: Unmoved
) -> Loaded | None:
    """Write a sealed decision unless something moved."""
    written = await decisions.save_unmoved(
        conn, deed.before, deed.decision, deed.entries, registered, deed.profile, deed.trace, unmoved
    )
    return deed.loaded if written else None
