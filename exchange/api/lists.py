"""Everything else that a caller may read: duties, figures, its feed, the registry."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from exchange.api import query
from exchange.api.entrance import Answer, Entrance
from exchange.service import queries
from exchange.store.database import Connection
from schemas.vocabulary import ObligationKind, ObligationState

T = TypeVar("T")

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


def _registry(
    read: Callable[[Connection], Awaitable[Sequence[T]]], code_of: Callable[[T], str]
) -> Callable[[Entrance, Request], Awaitable[Response]]:
    """Make a call that lists a part of the registry, by code."""

    async def listed(entrance: Entrance, request: Request) -> Response:
        async with entrance.reading(request) as (conn, _call):
            asked = query.Query(request)
            after, limit = asked.place(), asked.limit()
            asked.done()
            rest = sorted((item for item in await read(conn) if code_of(item) > after), key=code_of)
            shown = rest[:limit]
            return query.page(shown, query.place_of(code_of(shown[-1])) if len(rest) > limit else None, limit)

    return listed


authorities = _registry(queries.authorities, lambda authority: authority.code)
parties = _registry(queries.parties, lambda party: party.country)
agreements = _registry(queries.agreements, lambda agreement: agreement.id)
