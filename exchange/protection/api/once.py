"""A call to the module made twice under one key: one effect, and the same answer to both."""

import json
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from starlette.responses import Response

from exchange.api.entrance import Answer
from exchange.api.once import as_given, as_kept, key_of
from exchange.protection.api.gate import Turn
from exchange.protection.core.acts import MAY, Verb
from exchange.protection.module import Module
from exchange.protection.service import idempotency
from exchange.service.idempotency import fingerprint

ITEMS: Final = "/v1/protection/items/"


async def once(turn: Turn, module: Module, work: Callable[[], Awaitable[Answer]], verb: Verb) -> Response:
    """Do the work, or give the answer that it had when this very call was made before.

    A caller whose role could not do it is not shown the answer either: the work itself says why.
    """
    key = key_of(turn.request)
    if key is None or verb not in MAY[turn.caller.role]:
        return (await work()).response()
    body = turn.caller.body
    call = fingerprint(turn.request.method, turn.request.url.path, turn.document.raw)
    kept = await idempotency.begin(turn.conn, module, body, key, call)
    if kept is not None:
        return as_given(kept).response(replayed=True)
    answer = await work()
    text, item = as_kept(answer).encode(), _item_of(answer)
    await idempotency.finish(turn.conn, module, body, key, call, text, turn.now, item=item)
    return answer.response()


def _item_of(answer: Answer) -> UUID | None:
    """Return the item that an answer tells of, by its address or its field `item`: the answer goes with it."""
    place = answer.headers.get("Location", "")
    named = place.removeprefix(ITEMS) if place.startswith(ITEMS) else json.loads(answer.body).get("item")
    return UUID(named) if isinstance(named, str) else None
