"""One act on an item as a form: filled in, sent, and either it stands or the form comes back with what is wrong."""

from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exchange.core.errors import Refused, Weight
from exchange.protection.core.acts import ACTS
from exchange.protection.service import items, proceedings, queries, releases
from exchange.protection.service.queries import Read
from exchange.protection.service.scenes import scene_for
from exchange.protection.web import remarks
from exchange.protection.web.card import card_of
from exchange.protection.web.chamber import Chamber, Room
from exchange.protection.web.desk import SHAPES, SURE, Desk, desk_of
from exchange.protection.web.fields import flat
from exchange.protection.web.filling import fill
from exchange.protection.web.lookups import MOST, cleared_people
from exchange.protection.web.offers import Offers
from exchange.protection.web.once import once
from exchange.protection.web.pages.item import id_of, titles
from exchange.protection.web.proceeding import act_in
from exchange.protection.web.sheet import Again, sheet_of, status_of
from exchange.web.acts.desk import Choice
from exchange.web.acts.filling import Filling
from exchange.web.form import Form
from exchange.web.query import Query
from schemas.protection import ItemBody
from schemas.secrecy import ConsentKind, ItemAct, ReleaseState

ACT: Final[TypeAdapter[ItemBody]] = TypeAdapter(ItemBody)
MAKING: Final = frozenset({ItemAct.COPY, ItemAct.TRANSLATE, ItemAct.EXTRACT})
"""Acts that a cleared person does by hand."""

CHOSEN: Final = ("consent", "release", "breach")
"""What a link to a form can choose in it, by number."""


class _Look(Exception):
    """What was filled in is lawful and cannot be undone: it is to be looked at once more. `body` is what it says."""

    def __init__(self, body: ItemBody) -> None:
        super().__init__()
        self.body = body


async def show(chamber: Chamber, request: Request) -> Response:
    """Show the empty form of an act."""
    query, kind = Query(request), act_in(request, SHAPES)
    chosen = {name: (str(number),) for name in CHOSEN if (number := query.number(name)) is not None}
    asked = query.member("kind", ConsentKind)
    async with chamber.reading(request) as room:
        return await _page(chamber, room, request, kind, Form({**chosen, **({"kind": (asked,)} if asked else {})}))


async def send(chamber: Chamber, request: Request) -> Response:
    """Let the act stand, once however often the form is sent; what was typed is never lost."""
    return await chamber.sending(request, await chamber.house.form(request), _sent)


async def _sent(chamber: Chamber, request: Request, form: Form) -> Response:
    kind, item_id = act_in(request, SHAPES), id_of(request, "item")
    if form.get("more"):
        async with chamber.writing(request, form) as room:
            return await _page(chamber, room, request, kind, form)
    try:
        seq = await once(chamber, request, form, lambda room: _acted(chamber, room, request, kind, form))
    except (Again, _Look) as answer:
        async with chamber.reading(request) as room:
            return await _page(chamber, room, request, kind, form, answer)
    await chamber.finish()
    return RedirectResponse(f"/protection/items/{item_id}?done={seq}", 303)


async def _acted(chamber: Chamber, room: Room, request: Request, kind: ItemAct, form: Form) -> str:
    """Let the act stand and return its place in the record; raise Again with every remark, _Look before the last."""
    item_id = id_of(request, "item")
    seen = await queries.load(room.conn, room.module, item_id, room.caller, room.turn.now)
    desk = await _desk(room, seen, kind, form)
    filled, fields = _filled(room, desk, form), flat(desk.fields)
    try:
        body = ACT.validate_json(filled.raw)
    except ValidationError as trouble:
        told = remarks.of_shape(
            trouble, fields, filled, room.tell.tongue, kind, lambda name: room.tell.behind(kind, name, seen.item)
        )
        raise Again(told, 422) from None
    try:
        loaded = await items.act(
            room.conn,
            room.module,
            item_id,
            body,
            filled.raw,
            room.caller,
            room.turn.now,
            seen=(form.get("seen"),),
        )
    except Refused as refused:
        told = remarks.of_law(refused.objections, fields, filled, room.tell.tongue, kind)
        stale = any(one.weight is Weight.STALE for one in refused.objections)
        await chamber.house.tell(room.turn, refused)
        raise Again(told, status_of(refused), stale=stale, refused=refused) from None
    if kind in SURE and form.get("sure") != "yes":
        raise _Look(body)  # which undoes it, until it is said again
    return str(loaded.item.seq)


def _filled(room: Room, desk: Desk, form: Form) -> Filling:
    fixed: dict[str, Any] = {"act": desk.kind}
    if desk.kind is ItemAct.ASK_CONSENT:
        fixed["kind"] = form.get("kind")
    return fill(desk.fields, form, room.turn.zone, fixed)


async def _desk(room: Room, seen: Read, kind: ItemAct, form: Form) -> Desk:
    """Lay the form out with what the registry and the item offer."""
    asked = form.get("kind")
    scene = await scene_for(room.conn, room.module, bodies=tuple(room.bodies), now=room.turn.now)
    makers = await cleared_people(room) if kind in MAKING else ()
    approved = await _procedures(room, seen) if kind is ItemAct.AUTHORISE_RELEASE else ()
    offers = Offers(scene=scene, own=room.own, people=makers, procedures=approved)
    wanted = ConsentKind(asked) if kind is ItemAct.ASK_CONSENT and asked in set(ConsentKind) else None
    return desk_of(room.tell, seen.item, kind, offers, wanted)


async def _procedures(room: Room, seen: Read) -> tuple[Choice, ...]:
    """Return the approved release procedures of the body for an item (R-11)."""
    asked = proceedings.Asked(state=ReleaseState.APPROVED, before=None, limit=MOST)
    lines = await releases.listed(room.conn, room.module, room.caller, asked, room.turn.now)
    return tuple(
        Choice(line.id, f"{line.number}: {line.recipient}")
        for line in lines
        if line.item == seen.item.id and line.applicant == room.own.code
    )


async def _page(
    chamber: Chamber, room: Room, request: Request, kind: ItemAct, form: Form, answer: Again | _Look | None = None
) -> Response:
    """Show the form of an act; one that the caller may not do now shows why not, and what was typed."""
    now = room.turn.now
    seen = await queries.read(room.conn, room.module, id_of(request, "item"), room.caller, now)
    desk, again = await _desk(room, seen, kind, form), answer if isinstance(answer, Again) else None
    view, asked = card_of(room.tell, seen), form.get("kind") if kind is ItemAct.ASK_CONSENT else ""
    allowed = view.allows(kind)
    second = room.tell.said(answer.body) if isinstance(answer, _Look) else None
    return chamber.page(
        room,
        "act",
        status=again.status if again else 200 if allowed or form.raw else 409,
        view=view,
        desk=desk,
        sheet=sheet_of(room, desk.fields, form, again, desk.presets),
        titles=titles(room.tell),
        articles=room.tell.articles(room.tell.bound(ACTS[kind].rules, seen.item)[:2]),
        allowed=allowed,
        typed=list(form.typed()) if form.raw else [],
        second=second,
        seen=form.get("seen"),
        asked=asked if asked in set(ConsentKind) else None,
    )
