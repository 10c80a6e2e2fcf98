"""A call made twice under one key: one effect, and the same answer to both."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from exchange.api.entrance import Answer, Incoming
from exchange.api.problems import Fault
from exchange.service import audit, idempotency
from schemas.vocabulary import Deed

_REQUESTS: Final = "/v1/requests/"
_KEY: Final = re.compile(r"[\x20-\x7e]{1,255}")


def key_of(request: Request) -> str | None:
    """Return the call's key, verbatim, or None; raise Fault for one that cannot be kept."""
    given = request.headers.getlist("idempotency-key")
    if not given:
        return None
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise Fault("bad_idempotency_key")
    return given[0]


async def once(incoming: Incoming, work: Callable[[], Awaitable[Answer]], *, entitled: bool) -> Response:
    """Do the work, or give the answer that it had when this very call was made before.

    A caller whose role could not do it is not shown the answer either: the work itself says why. Only what took
    effect is kept: whatever is raised undoes the claim with the transaction.
    """
    key = key_of(incoming.request)
    if key is None or not entitled:
        return (await work()).response()
    conn, authority = incoming.conn, incoming.call.actor.authority
    call = fingerprint_of(incoming.request, incoming.document.raw)
    kept = await idempotency.begin(conn, authority, key, call)
    if kept is not None:
        answer = as_given(kept)
        where, now = answer.headers.get("Location", ""), incoming.call.now
        if where.startswith(_REQUESTS):  # its answer shows a request
            named = UUID(where.removeprefix(_REQUESTS))
            await audit.note(conn, incoming.call.actor, Deed.READ, now, request=named, detail={"replayed": True})
        return answer.response(replayed=True)
    answer = await work()
    await idempotency.finish(conn, authority, key, call, as_kept(answer), incoming.call.now)
    return answer.response()


def as_kept(answer: Answer) -> str:
    """Return an answer as it is kept for a call that comes again (JSON text)."""
    return json.dumps(
        {"status": answer.status, "body": answer.body.decode(), "headers": dict(answer.headers)}, ensure_ascii=False
    )


def as_given(kept: str | bytes) -> Answer:
    """Return the answer that was kept."""
    held = json.loads(kept)
    return Answer(held["status"], held["body"].encode(), held["headers"])


def fingerprint_of(request: Request, raw: bytes) -> bytes:
    """Return what must be the same in two calls under one key (32 bytes)."""
    return idempotency.fingerprint(request.method, request.url.path, raw)
