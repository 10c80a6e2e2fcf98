"""Everything else that a caller may read: duties, figures, its feed, the registry."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from exchange.api import query
from exchange.api.entrance import Answer, Entrance
from exchange.service import queries, register
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
    """Show the feed of the caller's authority after a cursor; `next` is the last event's also when nothing is new."""
    async with entrance.reading(request) as (conn, call):
        asked = query.Query(request)
        after, limit = asked.number("after", 0, 0, query.LARGEST_NUMBER), asked.limit()
        asked.done()
        items, following = await queries.list_events(conn, call.actor, after=after, limit=limit)
        return query.page(items, following, limit)


async def authorities(entrance: Entrance, request: Request) -> Response:
    """List the registered bodies that the caller may see, by code; of a day, those registered then."""
    async with entrance.reading(request) as (conn, call):
        asked = query.Query(request)
        on, after, limit = asked.day("on"), asked.place(), asked.limit()
        asked.done()
        shown, following = await register.authorities_page(conn, call.actor, call.now, on=on, after=after, limit=limit)
        return query.page(shown, following and query.place_of(following), limit)


async def parties(entrance: Entrance, request: Request) -> Response:
    """List the states for which the Protocol is or was in force, by code; of a day, those for which it was then."""
    async with entrance.reading(request) as (conn, call):
        asked = query.Query(request)
        on, after, limit = asked.day("on"), asked.place(), asked.limit()
        asked.done()
        return _page(await register.parties(conn, call.now, on), lambda party: party.country, after, limit)


async def agreements(entrance: Entrance, request: Request) -> Response:
    """List the standing agreements by code; of a day, those that held then."""
    async with entrance.reading(request) as (conn, _call):
        asked = query.Query(request)
        on, after, limit = asked.day("on"), asked.place(), asked.limit()
        asked.done()
        return _page(await register.agreements(conn, on), lambda agreement: agreement.id, after, limit)


def _page(items: Sequence[T], code_of: Callable[[T], str], after: str, limit: int) -> Response:
    """Answer with the page that follows a code."""
    rest = sorted((item for item in items if code_of(item) > after), key=code_of)
    shown = rest[:limit]
    return query.page(shown, query.place_of(code_of(shown[-1])) if len(rest) > limit else None, limit)
