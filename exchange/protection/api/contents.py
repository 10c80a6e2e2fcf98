"""Contents: sealed as they come in, given out after access was decided and written down; none is ever cached."""

from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from exchange import transfer
from exchange.api import query
from exchange.api.entrance import JSON
from exchange.api.problems import Fault
from exchange.protection.api.gate import Gate, id_of
from exchange.protection.content.provider import Owner
from exchange.protection.core.acts import Verb
from exchange.protection.service import reading
from exchange.protection.service.standing import require
from exchange.transfer import Interrupted
from schemas.protection_views import UploadedView
from schemas.secrecy import Taken

_HANG_UP: Final = {"Connection": "close"}


async def upload(gate: Gate, request: Request) -> Response:
    """Seal a content for a later registration by the caller's body; plaintext stays in memory, a piece at a time.

    A body comes at its sender's pace: no connection is held for it.
    """
    query.Query(request).done()
    caller, now = await gate.known(request, writing=True)
    require(caller, Verb.KEEP)
    limit = gate.entrance.attachment_limit
    announced = transfer.announced_size(request.headers.get("content-length"))
    if announced is not None and announced > limit:
        raise Fault("body_too_large", headers=_HANG_UP)
    pieces = _capped(transfer.arriving(request.receive, announced), limit)
    vault = gate.module.vault
    try:
        async with (
            vault.taking_in(pieces, Owner(caller.body), expected=announced) as taken,
            gate.module.pool.transaction() as conn,
        ):
            sealed = await vault.keep(conn, taken, by=caller.body, now=now)
    except Interrupted as trouble:
        raise Fault("body_too_slow" if trouble.slowly else "body_cut_off", headers=_HANG_UP) from None
    return Response(to_json(UploadedView(sha256=sealed.sha256, size=sealed.size)), 201, media_type=JSON)


async def accesses(gate: Gate, request: Request) -> Response:
    """Show who of the caller's body took notice of an item, or was refused, the latest first."""
    async with gate.reading(request) as turn:
        asked = query.Query(request)
        before, limit, taken = asked.cursor(UUID), asked.limit(), asked.member("taken", Taken)
        asked.done()
        wanted, item_id, most = None if taken is None else (taken,), id_of(request), limit + 1
        found = await reading.accesses_of(turn.conn, gate.module, item_id, turn.caller, turn.now, before, most, wanted)
        shown = found[:limit]
        following = (shown[-1].at, shown[-1].id) if len(found) > limit else None
        return query.page(shown, query.cursor_of(following), limit)


async def _capped(pieces: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    """Yield what comes within a limit in bytes; raise Fault beyond it."""
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > limit:
            raise Fault("body_too_large", headers=_HANG_UP)
        yield piece


async def content(gate: Gate, request: Request) -> Response:
    """Give out an item's content, having decided on access and written it down (A-5.5)."""
    query.Query(request).done()
    caller, now = await gate.known(request)
    opened = await reading.give(gate.module, id_of(request), caller, now)
    headers = {
        "Content-Length": str(opened.size),
        "Content-Disposition": "attachment",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Digest": transfer.content_digest(opened.sha256),
    }
    if request.method == "HEAD":
        return Response(headers=headers, media_type="application/octet-stream")
    return StreamingResponse(aiter(opened), headers=headers, media_type="application/octet-stream")
