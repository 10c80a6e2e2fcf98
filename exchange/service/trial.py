"""What does not fit yet, held against the law all the same: every gap at once, nothing locked or written."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from exchange.core.access import Actor
from exchange.core.decide import Refusal, decide, decide_submission
from exchange.core.drafting import Draft, needs_signature, outgoing
from exchange.core.growing import SHAPES, mended
from exchange.core.objections import Objection
from exchange.core.scene import Scene
from exchange.service import attachments, protected
from exchange.service.acts import Desk
from exchange.store import registry, requests
from exchange.store.database import Connection
from exchange.store.requests import Loaded
from schemas.acts import ActBody, Redirect
from schemas.requests import Signatory, Submission
from schemas.vocabulary import ActKind, Position, Role

SOMEBODY = Signatory(name="—", position=Position.HEAD)
"""Who signs is known only at the signature: until then a name stands in."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """What keeps a draft from going out: fields that do not fit their shape, and the law's objections."""

    shape: tuple[ErrorDetails, ...]
    law: tuple[Objection, ...]

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.shape or self.law)


async def gaps_of(conn: Connection, desk: Desk, draft: Draft, now: datetime) -> Gaps:
    """Return every gap: where fields are missing, the law is asked about the rest with the holes filled."""
    raw = outgoing(draft, SOMEBODY if needs_signature(draft) else None)
    adapter: TypeAdapter[Any] = TypeAdapter(SHAPES[draft.kind])
    try:
        body = adapter.validate_json(raw)
    except ValidationError as trouble:
        shape = tuple(trouble.errors(include_url=False, include_input=False))
        words, mending = mended(draft.kind, draft.words, now)
        whole = outgoing(replace(draft, body=json.dumps(words)), SOMEBODY if needs_signature(draft) else None)
        try:
            body = adapter.validate_json(whole)
        except ValidationError:
            return Gaps(shape, ())
        law = await _objections(conn, desk, draft, body, now)
        return Gaps(shape, tuple(one for one in law if not mending.touches(one.pointer)))
    return Gaps((), await _objections(conn, desk, draft, body, now))


async def besides(
    conn: Connection, desk: Desk, loaded: Loaded, kind: ActKind, words: Mapping[str, Any], actor: Actor, now: datetime
) -> tuple[Objection, ...]:
    """Return what the law objects to in an act of which some fields do not fit: to all but those."""
    whole, mending = mended(kind, words, now)
    try:
        body = TypeAdapter[Any](SHAPES[kind]).validate_json(json.dumps({**whole, "act": kind}))
    except ValidationError:
        return ()
    found = await _to_the_act(conn, desk, loaded, body, actor, now)
    return tuple(one for one in found if not mending.touches(one.pointer))


async def _objections(conn: Connection, desk: Desk, draft: Draft, body: Any, now: datetime) -> tuple[Objection, ...]:
    """Ask the law, as if the authority's own system did the act now: who signs is judged at the signature."""
    actor = Actor(draft.authority, Role.SYSTEM)
    if isinstance(body, Submission):
        scene = _numbered(await registry.scene(conn, {draft.authority, body.requested_authority}, now))
        items = frozenset(await protected.named(desk.doors, body, draft.authority))
        scene = replace(scene, attachments=await attachments.known(conn, actor, body.attachments), protected=items)
        decided = decide_submission(str(draft.id), body, actor, scene, desk.reading, now)
        return decided.objections if isinstance(decided, Refusal) else ()
    loaded = None if draft.request is None else await requests.load_for(conn, draft.request, draft.authority)
    return () if loaded is None else await _to_the_act(conn, desk, loaded, body, actor, now)


async def _to_the_act(
    conn: Connection, desk: Desk, loaded: Loaded, body: ActBody, actor: Actor, now: datetime
) -> tuple[Objection, ...]:
    """Ask the law about an act on a request."""
    codes = {body.to_authority} if isinstance(body, Redirect) and body.to_authority else set()
    scene = _numbered(Scene(authorities=await registry.named(conn, codes, now) if codes else {}))
    scene = replace(scene, attachments=await attachments.known(conn, actor, body.attachments))
    reading = await desk.readings.of(conn, loaded.request.profile.digest)
    decided = decide(loaded.request, body, actor, scene, reading, now)
    return decided.objections if isinstance(decided, Refusal) else ()


def _numbered(scene: Scene) -> Scene:
    """Return the scene with numbers that no register gave: nothing of a trial is kept."""
    numbers: defaultdict[str, str] = defaultdict(lambda: "—")
    return replace(scene, outgoing_numbers=numbers, incoming_numbers=numbers)
