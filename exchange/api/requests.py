"""Requests and the acts on them."""

from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from exchange import cursors
from exchange.api import query, shape, tags, together
from exchange.api.entrance import Answer, Entrance, Incoming, id_in
from exchange.api.inline import taken_out
from exchange.api.once import once
from exchange.api.problems import Fault
from exchange.api.shown import made, shown
from exchange.core.access import Actor, could_do
from exchange.core.acts import ACTS
from exchange.core.errors import NotThere
from exchange.runtime import new_id
from exchange.service import acts, queries
from exchange.store.database import Connection
from schemas.acts import ActBody
from schemas.vocabulary import ActKind, DueBucket, State

_NEVER_SEEN: Final = "-"
"""No digest: what a weak or foreign tag says was seen, which is never the latest version."""


async def submit(entrance: Entrance, request: Request) -> Response:
    """Take a complete request of the caller's authority in (Article 6)."""
    came = await entrance.arrived(request)
    if (answer := await together.submitted(entrance, came)) is not None:
        return answer.response()
    async with entrance.writing(request, taken_out(entrance, request), came) as incoming:
        body = shape.submission(incoming.document)
        call = incoming.call

        async def work() -> Answer:
            number = new_id(entrance.runtime.clock())
            desk, raw = entrance.runtime.desk, incoming.document.raw
            loaded = await acts.submit(incoming.conn, desk, number, body, raw, call.actor, call.now)
            return made(loaded, call)

        return await once(incoming, work, entitled=could_do(call.actor, ACTS[ActKind.SUBMIT], body))


async def act(entrance: Entrance, request: Request) -> Response:
    """Let an act stand on a request."""
    came = await entrance.arrived(request)
    if (answer := await together.acted(entrance, came)) is not None:
        return answer.response()
    async with entrance.writing(request, arrival=came) as incoming:
        request_id, call = id_of(request), incoming.call
        body = await _shaped(incoming, request_id)

        async def work() -> Answer:
            seen = await _seen(incoming.conn, request, request_id, call.actor)
            desk, raw = entrance.runtime.desk, incoming.document.raw
            loaded = await acts.act(incoming.conn, desk, request_id, body, raw, call.actor, call.now, seen=seen)
            return made(loaded, call)

        return await once(incoming, work, entitled=could_do(call.actor, ACTS[body.act], body))


async def get(entrance: Entrance, request: Request) -> Response:
    """Show a request."""
    async with entrance.reading(request) as (conn, call):
        loaded = await queries.read(conn, id_of(request), call.actor, call.now)
        return Answer(200, shown(loaded, call), {"ETag": tags.tag(loaded.head)}).response()


async def listed(entrance: Entrance, request: Request) -> Response:
    """List the caller's requests, soonest due first."""
    async with entrance.reading(request) as (conn, call):
        asked = query.Query(request)
        box, state = asked.one_of("box", ("in", "out")), asked.member("state", State)
        due, urgent, words = asked.member("due", DueBucket), asked.flag("urgent"), asked.text("q")
        after, limit = asked.cursor(UUID), asked.limit()
        asked.done()
        wanted = queries.RequestsAsked(
            box=box, state=state, due=due, urgent=urgent, words=words, after=after, limit=limit
        )
        items, following = await queries.list_requests(conn, call.actor, call.now, wanted)
        return query.page(items, query.cursor_of(following), limit)


async def record(entrance: Entrance, request: Request) -> Response:
    """Show one page of the record of a request: its acts in order."""
    async with entrance.reading(request) as (conn, call):
        request_id, asked = id_of(request), query.Query(request)
        after, limit = asked.placed(cursors.number), asked.limit()
        asked.done()
        items, following = await queries.record_of(conn, request_id, call.actor, call.now, after or 0, limit)
        return query.page(items, None if following is None else query.place_of(str(following)), limit)


def id_of(request: Request) -> UUID:
    """Return the id that the address names; raise NotThere for what can be none."""
    named = id_in(request)
    if named is None:
        raise NotThere
    return named


async def _shaped(incoming: Incoming, request_id: UUID) -> ActBody:
    """Return the act; a misshapen one on a request that the caller cannot see tells nothing of that request."""
    try:
        return shape.act(incoming.document)
    except Fault:
        await queries.load(incoming.conn, request_id, incoming.call.actor)
        raise


async def _seen(conn: Connection, request: Request, request_id: UUID, actor: Actor) -> str | None:
    """Return the digest that If-Match says was seen last, None when any version will do (RFC 9110)."""
    strong = tags.seen_in(request)
    if strong is None:
        return None
    if len(strong) > 1:
        latest = (await queries.load(conn, request_id, actor)).head.hex()
        return latest if latest in strong else _NEVER_SEEN
    return strong[0] if strong else _NEVER_SEEN
