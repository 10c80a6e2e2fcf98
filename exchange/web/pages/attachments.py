"""Files to keep: those that an act of a request carries, and those that the caller's own authority uploaded."""

from starlette.requests import Request
from starlette.responses import Response

from exchange import transfer
from exchange.core.request import AttachmentRef
from exchange.service import attachments, queries
from exchange.transfer import Download, Span
from exchange.web.house import House, Turn
from exchange.web.pages.request import id_of


async def of_request(house: House, request: Request) -> Response:
    """Give out a file that an act of a request carries; that it was taken out is kept before a byte goes."""
    async with house.reading(request) as turn, turn.conn.transaction():
        loaded = await queries.load(turn.conn, id_of(request), turn.actor)
        ref = attachments.carried(loaded.request, str(request.path_params["attachment"]))
        span = await _noted(house, turn, ref, of_request=True)
    return Download(house.runtime.files, ref, span, head_only=request.method == "HEAD")


async def own(house: House, request: Request) -> Response:
    """Give out a file that the caller's authority uploaded, for whoever looks through a draft."""
    async with house.reading(request) as turn, turn.conn.transaction():
        ref = await attachments.own(turn.conn, turn.actor, str(request.path_params["attachment"]))
        span = await _noted(house, turn, ref, of_request=False)
    return Download(house.runtime.files, ref, span, head_only=request.method == "HEAD")


async def _noted(house: House, turn: Turn, ref: AttachmentRef, *, of_request: bool) -> Span | None:
    """Write the download down, unless nothing but the head is asked for; return which part it is of."""
    request, files = turn.request, house.runtime.files
    if request.method == "HEAD":
        await attachments.prove(files, ref, whole=False)
        return None
    try:
        span = transfer.span_in(request.headers.get("range"), request.headers.get("if-range"), ref)
    except ValueError:
        span = None  # a browser that goes on with another file begins anew
    number, part = id_of(request) if of_request else None, transfer.told(span)
    await attachments.give_out(turn.conn, files, ref, turn.actor, turn.now, request=number, part=part)
    return span
