"""The treaties on protecting secrets and how marks correspond: told even while the keys are sealed."""

import re
from typing import Final

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from exchange.api import query
from exchange.api.entrance import JSON
from exchange.api.problems import Fault
from exchange.protection.api.gate import Gate
from exchange.protection.service import regimes
from schemas.problem import ProblemItem
from schemas.secrecy import Mark

_PARTY: Final = re.compile(r"[A-Z]{2,8}")


async def listed(gate: Gate, request: Request) -> Response:
    """Show every regime with its Parties, as they are today."""
    call = await gate.entrance.known(request)
    query.Query(request).done()
    async with gate.module.pool.connection() as conn:
        shown = await regimes.regimes(conn, gate.module, call.now)
    return query.page(shown, None, len(shown))


async def equivalence(gate: Gate, request: Request) -> Response:
    """Say how a Party marks what another marked (A-3, KA-2, KL-3)."""
    call = await gate.entrance.known(request)
    asked = query.Query(request)
    one, other, mark = asked.text("from"), asked.text("to"), asked.member("mark", Mark)
    asked.done()
    wrong = [name for name, value in (("from", one), ("to", other)) if value is None or not _PARTY.fullmatch(value)]
    wrong += ["mark"] if mark is None else []
    if wrong or one is None or other is None or mark is None:
        raise Fault("invalid_query", tuple(_missing(name) for name in wrong))
    async with gate.module.pool.connection() as conn:
        found = await regimes.equivalence(conn, gate.module, one, other, mark, call.now)
    return Response(to_json(found), media_type=JSON)


def _missing(name: str) -> ProblemItem:
    words = "степень секретности" if name == "mark" else "код Стороны, например KZ"
    return ProblemItem(pointer="", detail=f"Параметр {name} нужен: {words}.", rule=None)
