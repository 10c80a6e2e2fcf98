"""The lists behind an item's card, page by page: its record, the latest act first, and its numbered copies."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from exchange import cursors
from exchange.protection.service import queries
from exchange.protection.web.card import card_of, copies_seen, copy_rows, notes_of
from exchange.protection.web.chamber import Chamber
from exchange.protection.web.pages.item import id_of, papers_of
from exchange.web.query import Query, address
from schemas.secrecy import Taken

PAGE: Final = 50


async def record(chamber: Chamber, request: Request) -> Response:
    """Show the acts of an item before the one that the address names, the latest first, with their papers."""
    item_id, before = id_of(request, "item"), Query(request).place()
    async with chamber.reading(request) as room:
        seen = await queries.read(room.conn, room.module, item_id, room.caller, room.turn.now, Taken.RECORD)
        shown, earlier = await queries.latest_of(room.conn, room.module, seen, before, PAGE)
        view = card_of(room.tell, seen, shown)
    return chamber.page(
        room,
        "record",
        view=view,
        papers=papers_of(room, view.item.id, shown)[1:],
        continued=before is not None,
        following=_following(f"/protection/items/{item_id}/record", earlier),
    )


async def copies(chamber: Chamber, request: Request) -> Response:
    """Show the numbered copies of an item after the one that the address names."""
    item_id, after = id_of(request, "item"), Query(request).place()
    async with chamber.reading(request) as room:
        seen = await queries.read(room.conn, room.module, item_id, room.caller, room.turn.now, Taken.COPIES)
        found = [copy for copy in copies_seen(seen) if copy.number > (after or 0)]
        shown = found[:PAGE]
        view = card_of(room.tell, seen)
    return chamber.page(
        room,
        "copies",
        view=view,
        rows=copy_rows(room.tell, shown),
        notes=notes_of(room.tell, seen.item, shown),
        continued=after is not None,
        following=_following(
            f"/protection/items/{item_id}/copies", shown[-1].number if len(found) > len(shown) else None
        ),
    )


def _following(path: str, place: int | None) -> str | None:
    return None if place is None else address(path, after=cursors.placed(str(place)))
