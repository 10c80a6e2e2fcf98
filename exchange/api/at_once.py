"""Calls by the short way: one statement reads who calls and what is decided on, one writes, and nothing is locked.

Only what is plain goes to its end: a known caller, a body that fits, no key, nothing to object, nothing that moved
meanwhile. Whatever else comes ends in None without a trace, and the long way, which locks first, says what is wrong.
"""

from collections.abc import Callable
from typing import TypeVar

from exchange.api import body, shape, tags
from exchange.api.body import Document
from exchange.api.entrance import Arrival, Entrance, id_in
from exchange.api.problems import Fault
from exchange.core.errors import CallerUnknown, Refused
from exchange.runtime import PREFIXES, Call, call_of, new_id, to_note, token_digest
from exchange.service import at_once as service
from exchange.store import at_once as store
from exchange.store.requests import Loaded
from exchange.store.tokens import Caller

T = TypeVar("T")

Made = tuple[Loaded, Call]
"""A request as a call left it, and the call."""


async def submitted(entrance: Entrance, came: Arrival) -> Made | None:
    """Take a plain request in; return None where the long way has to be gone."""
    plain = await _plain(entrance, came, shape.submission)
    if plain is None:
        return None
    document, wanted = plain
    runtime, digest = entrance.runtime, token_digest(came.token)
    async with entrance.lines.first(digest, wanted.requested_authority) as first:
        if not first:
            return None
        async with runtime.connection() as conn:
            read = await store.for_submission(conn, digest, wanted.requested_authority)
            call = read and _call(entrance, read[0], came)
            if read is None or call is None:
                return None
            number = new_id(runtime.clock())
            loaded = await service.submit(
                conn, runtime.desk, number, wanted, document.raw, call.actor, call.now, read[1]
            )
    return _made(entrance, loaded, call)


async def acted(entrance: Entrance, came: Arrival) -> Made | None:
    """Let a plain act stand on a request; return None where the long way has to be gone."""
    named, plain = id_in(came.request), await _plain(entrance, came, shape.act)
    if named is None or plain is None:
        return None
    document, wanted = plain
    runtime, seen = entrance.runtime, tags.seen_in(came.request)
    async with runtime.connection() as conn:
        read = await store.for_act(conn, token_digest(came.token), named)
        call = read and _call(entrance, read[0], came)
        if read is None or call is None:
            return None
        fresh = seen is None or read[1].head.hex() in seen
        loaded = await service.act(conn, runtime.desk, read[1], wanted, document.raw, call.actor, call.now, fresh=fresh)
    return _made(entrance, loaded, call)


async def _plain(entrance: Entrance, came: Arrival, read: Callable[[Document], T]) -> tuple[Document, T] | None:
    """Return the body in its shape, unless anything about the call is not plain."""
    if "idempotency-key" in came.request.headers or not came.token.startswith(PREFIXES[entrance.runtime.mode]):
        return None
    try:
        document = body.document(came.raw)
        await entrance.look(came.request, document)
        return document, read(document)
    except (Fault, Refused):
        return None


def _call(entrance: Entrance, held: Caller, came: Arrival) -> Call | None:
    """Return the call, counted; None for a token that no longer holds, and when it is time to note its use.

    Raise Fault when calls are too many.
    """
    try:
        call = call_of(held, came.at)
    except CallerUnknown:
        return None
    if to_note(held, call.now):
        return None
    if entrance.door is not None:
        entrance.door.calls.take(call.token)
    return call


def _made(entrance: Entrance, loaded: Loaded | None, call: Call) -> Made | None:
    """Return what was done; what was not is counted by the long way."""
    if loaded is not None:
        return loaded, call
    if entrance.door is not None:
        entrance.door.calls.give_back(call.token)
    return None
