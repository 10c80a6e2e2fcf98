"""Papers as PDF: of an item and its acts, a visit's letter, a proposal to release; each noted before it goes."""

from starlette.requests import Request
from starlette.responses import Response

from exchange.core.errors import NotThere
from exchange.protection.service import papers
from exchange.protection.service.papers import Draft
from exchange.protection.web.chamber import Chamber
from exchange.protection.web.pages.item import id_of
from exchange.web.guard import HEADERS
from exchange.web.query import Query
from schemas.secrecy import PaperKind


async def of_item(chamber: Chamber, request: Request) -> Response:
    """Give a paper of an item."""
    item, seq = id_of(request, "item"), Query(request).number("seq")
    try:
        kind = PaperKind(str(request.path_params["kind"]))
    except ValueError:
        raise NotThere from None
    async with chamber.transaction(request) as room:
        draft = await papers.paper(room.conn, room.module, item, (kind, seq), room.caller, room.turn.now)
    return await _printed(chamber, draft)


async def letter(chamber: Chamber, request: Request) -> Response:
    """Give the letter about a visit."""
    visit = id_of(request, "visit")
    async with chamber.transaction(request) as room:
        draft = await papers.visit_letter(room.conn, room.module, visit, room.caller, room.turn.now)
    return await _printed(chamber, draft)


async def proposal(chamber: Chamber, request: Request) -> Response:
    """Give a proposal to release."""
    release = id_of(request, "release")
    async with chamber.transaction(request) as room:
        draft = await papers.proposal(room.conn, room.module, release, room.caller, room.turn.now)
    return await _printed(chamber, draft)


async def _printed(chamber: Chamber, draft: Draft) -> Response:
    """Print a paper that was noted: no trace, no paper."""
    content = await draft.printed(chamber.house.runtime.press)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{draft.name}"'}
    return Response(content, headers=headers, media_type="application/pdf")
