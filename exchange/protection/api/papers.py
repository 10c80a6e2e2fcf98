"""Papers of items: the extract, and the acts that are done in writing, as PDF."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from exchange.api import query
from exchange.api.letters import PDF, headers_of
from exchange.core.errors import NotThere
from exchange.protection.api.gate import Gate, id_of
from exchange.protection.service import papers
from schemas.secrecy import PaperKind

_LARGEST: Final = 10**9
_NAMES: Final = {kind.value: kind for kind in PaperKind}


async def paper(gate: Gate, request: Request) -> Response:
    """Note that a paper is taken, and only then print it: no trace, no paper."""
    caller, now = await gate.known(request)
    kind = _NAMES.get(str(request.path_params["kind"]))
    asked = query.Query(request)
    seq = asked.number("seq", 0, 1, _LARGEST) or None
    asked.done()
    if kind is None:
        raise NotThere
    async with gate.module.pool.transaction() as conn:
        draft = await papers.paper(conn, gate.module, id_of(request), (kind, seq), caller, now)
    content = await draft.printed(gate.entrance.runtime.press)
    return Response(content, headers=headers_of(draft.name, content), media_type=PDF)
