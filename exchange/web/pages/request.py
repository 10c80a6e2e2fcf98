"""One request: where it stands, its clocks, its content, its record, and what the caller may do."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from exchange.core.errors import NotThere
from exchange.service import protected, queries
from exchange.web.dossier import Dossier, Step, open_dossier
from exchange.web.house import ID, House, Turn
from exchange.web.query import Query


async def show(house: House, request: Request) -> Response:
    """Show a request; after an act, say which one stands."""
    async with house.reading(request) as turn:
        loaded = await queries.read(turn.conn, id_of(request), turn.actor, turn.now, record=True)
        dossier = await open_dossier(turn, loaded)
        known = await protected.concerned(house.runtime.desk.doors, dossier.items, turn.actor)
        done = _done(turn, dossier, Query(request).number("done"))
    return house.page_for(turn, "request", view=dossier, done=done, known=known)


def id_of(request: Request) -> UUID:
    """Return the id that the address names; raise NotThere for what can be none."""
    text = str(request.path_params["id"])
    if not ID.fullmatch(text):
        raise NotThere
    return UUID(text)


def _done(turn: Turn, dossier: Dossier, seq: int | None) -> Step | None:
    """Return the caller's own act of the record that the address names: no link can make one up."""
    own = turn.actor.authority
    return next((step for step in dossier.steps if step.seq == seq and step.author.code == own), None)
