"""Papers as PDF: the extract of an item, its acts in writing, the letter on a visit, the proposal of a release."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from exchange.api import query
from exchange.api.letters import PDF, headers_of
from exchange.core.errors import NotThere
from exchange.protection.api.gate import Gate, id_of
from exchange.protection.core.scene import Caller
from exchange.protection.module import Module
from exchange.protection.service import papers
from exchange.protection.service.papers import Draft
from exchange.store.database import Connection
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
    return await _printed(gate, draft)


async def visit_letter(gate: Gate, request: Request) -> Response:
    """Return the letter on a visit (A-6.5, KA-9, KL-9)."""
    return await _of(gate, request, papers.visit_letter)


async def proposal(gate: Gate, request: Request) -> Response:
    """Return the proposal of a release (R-5)."""
    return await _of(gate, request, papers.proposal)


async def _of(
    gate: Gate, request: Request, work: Callable[[Connection, Module, UUID, Caller, datetime], Awaitable[Draft]]
) -> Response:
    caller, now = await gate.known(request)
    async with gate.module.pool.transaction() as conn:
        draft = await work(conn, gate.module, id_of(request), caller, now)
    return await _printed(gate, draft)


async def _printed(gate: Gate, draft: Draft) -> Response:
    content = await draft.printed(gate.entrance.runtime.press)
    return Response(content, headers=headers_of(draft.name, content), media_type=PDF)
