"""The audit trail for those who may read it: searched, and taken out signed. Only that of their own authority."""

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from exchange.api import query
from exchange.api.entrance import Entrance
from exchange.core.access import Verb
from exchange.service import trail
from exchange.service.trail import TrailAsked
from schemas.vocabulary import Deed


async def searched(entrance: Entrance, request: Request) -> Response:
    """List the deeds of the caller's authority, newest first."""
    async with entrance.reading(request, Verb.AUDIT) as (conn, call):
        asked = query.Query(request)
        wanted = TrailAsked(
            deed=asked.member("deed", Deed),
            who=asked.text("who"),
            request=asked.identifier("request"),
            since=asked.instant("since"),
            until=asked.instant("until"),
            after=asked.cursor(query.counted),
            limit=asked.limit(),
        )
        asked.done()
        items, following = await trail.search(conn, call.actor, call.now, wanted)
        return query.page(items, query.cursor_of(following), wanted.limit)


async def exported(entrance: Entrance, request: Request) -> Response:
    """Take the trail out as JSON Lines with a signed last line; that it was taken out stands before any of it goes."""
    async with entrance.reading(request, Verb.AUDIT) as (conn, call):
        asked = query.Query(request)
        since, until = asked.instant("since"), asked.instant("until")
        asked.done()
        export = await trail.begin_export(conn, call.actor, call.now, since=since, until=until)
    runtime = entrance.runtime
    lines = trail.lines(runtime, runtime.desk.keys, export)
    return StreamingResponse(lines, headers=trail.headers(export), media_type=trail.JSON_LINES)
