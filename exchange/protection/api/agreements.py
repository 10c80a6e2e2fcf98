"""What two sides agree on: means, ways, standing agreements; and for whom each treaty is in force."""

from functools import partial
from typing import Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from exchange.api import query, shape
from exchange.api.entrance import Answer
from exchange.protection.api.gate import Gate, GateHandler
from exchange.protection.api.once import once
from exchange.protection.core.acts import Verb
from exchange.protection.service import agreements
from schemas.admission import AgreementWanted, WayWanted
from schemas.secrecy import AgreementKind

PLAIN: Final[TypeAdapter[AgreementWanted]] = TypeAdapter(AgreementWanted)
WAY: Final[TypeAdapter[WayWanted]] = TypeAdapter(WayWanted)
ROOMS: Final = {AgreementKind.MEANS: "means", AgreementKind.WAY: "ways", AgreementKind.STANDING: "standing"}


def handlers() -> dict[str, dict[str, GateHandler]]:
    """Return the addresses of the three kinds of agreements."""
    return {
        f"/v1/protection/{room}": {"POST": partial(_say, kind), "GET": partial(_listed, kind)}
        for kind, room in ROOMS.items()
    }


async def bindings(gate: Gate, request: Request) -> Response:
    """List for which Parties each treaty is in force, and who is competent there now."""
    async with gate.reading(request) as turn:
        query.Query(request).done()
        found = await agreements.bindings(turn.conn, gate.module, turn.caller, turn.now)
        return query.page(found, None, len(found))


async def _say(kind: AgreementKind, gate: Gate, request: Request) -> Response:
    """Propose an agreement, or agree to one by naming the same."""
    async with gate.writing(request) as turn:
        is_way = kind is AgreementKind.WAY
        body = shape.shaped(WAY, turn.document) if is_way else shape.shaped(PLAIN, turn.document)

        async def work() -> Answer:
            made = await agreements.say(turn.conn, gate.module, kind, gate.new_id(), body, turn.caller, turn.now)
            return Answer(201, made.model_dump_json().encode(), {"Location": f"/v1/protection/{ROOMS[kind]}"})

        return await once(turn, gate.module, work, Verb.DECIDE)


async def _listed(kind: AgreementKind, gate: Gate, request: Request) -> Response:
    """List what concerns the caller's body, by code."""
    async with gate.reading(request) as turn:
        asked = query.Query(request)
        after, limit = asked.place(), asked.limit()
        asked.done()
        found = await agreements.listed(
            turn.conn, gate.module, kind, turn.caller, turn.now, after=after, limit=limit + 1
        )
        shown = found[:limit]
        return query.page(shown, query.place_of(shown[-1].code) if len(found) > limit else None, limit)
