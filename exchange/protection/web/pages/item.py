"""One item: its marks, copies, decisions, consents, terms and record, and what the caller may do."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from exchange.core.errors import NotThere
from exchange.protection.core.acts import Verb
from exchange.protection.core.regimes import order_of
from exchange.protection.core.scene import Scene
from exchange.protection.service import papers, queries, reading
from exchange.protection.service.queries import Read
from exchange.protection.service.views import mark_for
from exchange.protection.web.card import Card, act_title, card_of
from exchange.protection.web.chamber import Chamber, Room
from exchange.protection.web.steps import just_done
from exchange.protection.web.teller import Teller
from exchange.service import protected
from exchange.web.house import ID
from schemas.protection_views import AccessView, ProtectedEntryView
from schemas.secrecy import ItemAct, Taken
from schemas.vocabulary import Role

ACTS_SHOWN: Final = 20
"""Acts on the card, the latest; the rest stand in a list of their own."""

READINGS: Final = 20
"""Readings on the card."""

READ: Final = (Taken.CONTENT, Taken.PAPER)
"""What a reading on the card is of: who looked at the card itself is told by the call alone."""


async def show(chamber: Chamber, request: Request) -> Response:
    """Show an item; after an act, say which one stands."""
    item_id = id_of(request, "item")
    async with chamber.reading(request) as room:
        seen = await queries.read(room.conn, room.module, item_id, room.caller, room.turn.now)
        record, earlier = await queries.latest_of(room.conn, room.module, seen, None, ACTS_SHOWN)
        view = card_of(room.tell, seen, record)
        sources = await _sources(room, seen) if view.sight.whole else ()
        readings = await _readings(room, item_id) if room.may(Verb.KEEP) or room.caller.role is Role.AUDITOR else ()
    async with chamber.house.runtime.connection() as conn:
        requests = await protected.requests_of(conn, item_id, room.turn.actor)
    return chamber.page(
        room,
        "item",
        view=view,
        done=just_done(room, request, view.steps),
        titles=titles(room.tell),
        may_read=room.may(Verb.READ) and view.item.content is not None and view.holds,
        sources=sources,
        readings=readings,
        more=_more(room, view) if view.sight.named else (),
        papers=papers_of(room, view.item.id, record),
        earlier=earlier is not None,
        requests=requests,
    )


def id_of(request: Request, name: str) -> UUID:
    """Return the id that the address names; raise NotThere for what can be none."""
    text = str(request.path_params[name])
    if not ID.fullmatch(text):
        raise NotThere
    return UUID(text)


def titles(tell: Teller) -> Mapping[ItemAct, str]:
    """Return the names of all acts, as headings have them."""
    return {kind: act_title(tell, kind) for kind in ItemAct}


async def _sources(room: Room, seen: Read) -> Iterable[tuple[str, str | None]]:
    """Return the items that this one is derived from: their numbers, and their pages where the caller may see them."""
    found: list[tuple[str, str | None]] = []
    for code in seen.item.registered.derived_from:
        try:
            source = await queries.load(room.conn, room.module, UUID(code), room.caller, room.turn.now)
            found.append((source.item.number, f"/protection/items/{code}"))
        except (NotThere, ValueError):
            found.append((code, None))
    return tuple(found)


async def _readings(room: Room, item: UUID) -> tuple[AccessView, ...]:
    """Return who of the body's own people read the content or was refused, the latest first."""
    return await reading.accesses_of(room.conn, room.module, item, room.caller, room.turn.now, None, READINGS, READ)


def _more(room: Room, view: Card) -> tuple[tuple[str, str], ...]:
    """Return what can be done about an item elsewhere: a proposal to release it, access for somebody."""
    t, order = room.tell.tongue.t, order_of(Scene(law=room.module.law), room.own, mark_for(view.sight))
    found = []
    if order is not None and room.may(Verb.DECIDE):
        found.append((t("secret.releases.new"), f"/protection/releases/new?item={view.item.id}"))
    if room.may(Verb.ADMIT):
        found.append((t("secret.people.new_grant"), f"/protection/people/grants?item={view.item.id}"))
    return tuple(found)


def papers_of(room: Room, item: str, record: Sequence[ProtectedEntryView]) -> tuple[tuple[str, str], ...]:
    """Return the papers of an item and of the acts that are given, each with its address."""
    found = []
    for kind, seq in papers.offered(record):
        words = room.tell.word("paper_kind", kind)
        asked = "" if seq is None else f"?seq={seq}"
        found.append(
            (words if seq is None else f"{words}, № {seq}", f"/protection/items/{item}/papers/{kind}.pdf{asked}")
        )
    return tuple(found)
