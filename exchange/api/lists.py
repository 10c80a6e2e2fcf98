"""Everything else that a caller may read: duties, figures, its feed, the registry."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from exchange.api import query
from exchange.api.entrance import Answer, Entrance
from exchange.service import queries
from exchange.store.database import Connection
from schemas.vocabulary import ObligationKind, ObligationState

STATES: Final = ("overdue", *ObligationState)


async def obligations(entrance: Entrance, request: Request) -> Response:
    """List the duties that the caller owes or is owed, soonest due first."""
    async with entrance.reading(request) as (conn, call):
        asked = query.Query(request)
        state, kind = asked.one_of("state", STATES), asked.member("kind", ObligationKind)
        authority, after, limit = asked.text("authority"), asked.cursor(str), asked.limit()
        asked.done()
        wanted = queries.ObligationsAsked(state=state, kind=kind, authority=authority, after=after, limit=limit)
        items, following = await queries.list_obligations(conn, call.actor, call.now, wanted)
        return query.page(items, query.cursor_of(following), limit)


async def statistics(entrance: Entrance, request: Request) -> Response:
    """Show the figures of the dashboard."""
    async with entrance.reading(request) as (conn, call):
        query.Query(request).done()
        return Answer(200, (await queries.statistics(conn, call.actor, call.now)).model_dump_json().encode()).response()


async def events(entrance: Entrance, request: Request) -> Response:
    """Show the feed of the caller's authority after a cursor; `next` stays where it is when nothing is new."""
    async with entrance.reading(request) as (conn, call):
        asked = query.Query(request)
        after, limit = asked.number("after", 0, 0, query.LARGEST_NUMBER), asked.limit()
        asked.done()
        items = await queries.list_events(conn, call.actor, after=after, limit=limit)
        following = items[-1].cursor if items else str(after) if after else None
        return query.page(items, following, limit)


def _whole(
    read: Callable[[Connection], Awaitable[Sequence[Any]]],
) -> Callable[[Entrance, Request], Awaitable[Response]]:
    """Make a call that lists a part of the registry on one page."""

    async def listed(entrance: Entrance, request: Request) -> Response:
        async with entrance.reading(request) as (conn, _call):
            query.Query(request).done()
            items = await read(conn)
            return query.page(items, None, len(items))

    return listed


authorities = _whole(queries.authorities)
parties = _whole(queries.parties)
agreements = _whole(queries.agreements)
