"""Papers of an item as PDF: the extract, and the acts that are done in writing; written down before they are given."""

from starlette.requests import Request
from starlette.responses import Response

from exchange.core.errors import NotThere
from exchange.protection.service import papers
from exchange.protection.web.chamber import Chamber
from exchange.protection.web.pages.item import id_of
from exchange.web.guard import HEADERS
from exchange.web.query import Query
from schemas.secrecy import PaperKind


async def give(chamber: Chamber, request: Request) -> Response:
    """Note that a paper is taken, and only then print it: no trace, no paper."""
    item, seq = id_of(request, "item"), Query(request).number("seq")
    try:
        kind = PaperKind(str(request.path_params["kind"]))
    except ValueError:
        raise NotThere from None
    async with chamber.transaction(request) as room:
        draft = await papers.paper(room.conn, room.module, item, (kind, seq), room.caller, room.visit.now)
    content = await draft.printed(chamber.house.runtime.press)
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{draft.name}"'}
    return Response(content, headers=headers, media_type="application/pdf")
