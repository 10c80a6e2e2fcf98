"""One request: where it stands, its clocks, its content, its record, and what the caller may do."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from exchange.core.errors import NotThere
from exchange.service import protected, queries, views
from exchange.web.dossier import Chapter, Step, open_chapter, open_dossier
from exchange.web.house import ID, House, Turn
from exchange.web.query import Query
from schemas.vocabulary import Deed


async def show(house: House, request: Request) -> Response:
    """Show a request; after an act, say which one stands."""
    async with house.reading(request) as turn:
        loaded = await queries.read(turn.conn, id_of(request), turn.actor, turn.now, record=True)
        dossier = await open_dossier(turn, loaded)
        known = await protected.concerned(house.runtime.desk.doors, dossier.items, turn.actor)
        chapter = await open_chapter(turn, loaded)
        done = _done(turn, chapter, Query(request).number("done"))
    return house.page_for(turn, "request", view=dossier, chapter=chapter, done=done, known=known)


async def record(house: House, request: Request) -> Response:
    """Show the acts of a request before the one that the address names, the latest first."""
    request_id, before = id_of(request), Query(request).place()
    async with house.reading(request) as turn:
        loaded = await queries.read(turn.conn, request_id, turn.actor, turn.now, Deed.READ_RECORD)
        chapter = await open_chapter(turn, loaded, before)
        shown = views.request(loaded.request, turn.actor, turn.now)
    bound = any(step.results or step.files for step in chapter.steps)
    return house.page_for(turn, "record", request=shown, chapter=chapter, bound=bound, continued=before is not None)


def id_of(request: Request) -> UUID:
    """Return the id that the address names; raise NotThere for what can be none."""
    text = str(request.path_params["id"])
    if not ID.fullmatch(text):
        raise NotThere
    return UUID(text)


def _done(turn: Turn, chapter: Chapter, seq: int | None) -> Step | None:
    """Return the caller's own act among the latest that the address names: no link can make one up."""
    own = turn.actor.authority
    return next((step for step in chapter.steps if step.seq == seq and step.author.code == own), None)
