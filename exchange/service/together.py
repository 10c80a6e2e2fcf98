"""Plain calls, decided one after the other in one transaction: what each needs was locked for all of them at once.

A decision ends in None wherever the law objects, or more is needed than was read: the call then goes its way alone
(`exchange.service.acts`), which says what is wrong.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exchange.core.access import Actor, Relation, relation
from exchange.core.decide import Refusal, decide, decide_submission
from exchange.core.scene import Scene
from exchange.service.acts import Desk, Numbers, sealed_deed
from exchange.store.database import Connection
from exchange.store.decisions import SealedDeed
from exchange.store.registry import Counter, Facts
from exchange.store.requests import Loaded
from schemas.acts import ActBody, Receive, Redirect
from schemas.requests import Submission


@dataclass(frozen=True, slots=True)
class Sides:
    """What the registry says of a submission's sides, and where the registers stand, which its batch shares."""

    facts: Facts
    counters: dict[str, Counter]


def goes_alone(body: Submission | ActBody) -> bool:
    """Tell what needs more than a batch reads: files, protected items, and acts that take a number of a register."""
    if isinstance(body, Submission):
        return bool(body.attachments or body.protected)
    return bool(body.attachments) or isinstance(body, Receive | Redirect)


async def submit(
    conn: Connection,
    desk: Desk,
    request_id: UUID,
    body: Submission,
    raw: bytes,
    actor: Actor,
    now: datetime,
    sides: Sides,
) -> SealedDeed | None:
    """Decide on a new request, `raw` being its exact bytes, and move its registers on in `sides`."""
    scene, counters = sides.facts.scene(now), sides.counters
    own = {code: counters[code] for code in (actor.authority, body.requested_authority) if code in counters}
    numbers = Numbers(own, scene.authorities, now)
    decided = decide_submission(str(request_id), body, actor, numbers.given_to(scene), desk.reading, now)
    if isinstance(decided, Refusal):
        return None
    deed = await sealed_deed(conn, desk, None, decided, raw, actor, numbers)
    for code, given in deed.registered.items():
        counters[code] = counters[code].after(given.direction, given.year, given.number)
    return deed


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
) -> SealedDeed | None:
    """Decide on an act on a locked request, `raw` being its exact bytes."""
    request = loaded.request
    if not fresh or relation(request, actor.authority) is Relation.NONE:
        return None
    reading = await desk.readings.of(conn, request.profile.digest)
    decided = decide(request, body, actor, Scene(), reading, now)
    if isinstance(decided, Refusal):
        return None
    return await sealed_deed(conn, desk, loaded, decided, raw, actor, Numbers({}, {}, now))
