"""Taking an item into the register: its mark, what that means elsewhere, its content sealed as it comes."""

from collections.abc import AsyncIterator
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exchange.core.errors import CallerUnknown, ExchangeError, ModuleSealed, Refused
from exchange.protection.content.provider import Owner
from exchange.protection.core.acts import Verb
from exchange.protection.core.objections import object_to
from exchange.protection.core.regimes import applying
from exchange.protection.service import items, queries
from exchange.protection.service.queries import Asked
from exchange.protection.service.scenes import scene_for
from exchange.protection.web import arriving, offers, remarks, stamps
from exchange.protection.web.chamber import Chamber, Room
from exchange.protection.web.fields import Field, Layout, fields_of, flat
from exchange.protection.web.filling import fill
from exchange.protection.web.offers import Offers, RecipientRow
from exchange.protection.web.once import once
from exchange.protection.web.sheet import Again, sheet_of, status_of
from exchange.protection.web.stamps import Stamp
from exchange.runtime import new_id
from exchange.web import guard
from exchange.web.acts.desk import Choice
from exchange.web.acts.filling import Filling
from exchange.web.errors import Forged, PageFault
from exchange.web.form import Form
from exchange.web.page import page_of
from schemas.protection import Register
from schemas.secrecy import ItemAct, Mark

REGISTER: Final[TypeAdapter[Register]] = TypeAdapter(Register)
SEALED: Final = ("content.sha256", "content.size")
"""What a form bears of a content that was sealed before."""

MOST: Final = 200


async def show(chamber: Chamber, request: Request) -> Response:
    """Show the empty form."""
    async with chamber.reading(request) as room:
        _require(room)
        return await _page(chamber, room, Form())


async def send(chamber: Chamber, request: Request) -> Response:
    """Take the item into the register; what was typed, and a content that came, are never lost."""
    form = Form()

    async def seal(texts: Form, chunks: AsyncIterator[bytes]) -> tuple[tuple[str, str], ...]:
        nonlocal form
        form = texts
        return await _sealed(chamber, request, texts, chunks)

    try:
        form = await arriving.read(chamber.house, request, seal)
        return await _sent(chamber, request, form)
    except ModuleSealed:
        return await chamber.sealed(request, form)
    except (CallerUnknown, Forged, PageFault, ExchangeError) as trouble:
        return page_of(chamber.house, request, trouble, form if guard.is_from_our_page(request) else None)


async def _sealed(
    chamber: Chamber, request: Request, texts: Form, chunks: AsyncIterator[bytes]
) -> tuple[tuple[str, str], ...]:
    """Seal a content as it comes, once it is known whose form it is and that its sender registers; then keep it.

    However slowly it comes, no transaction waits for it.
    """
    async with chamber.writing(request, texts) as room:
        _require(room)
    owner = Owner(room.own.code, Mark(texts.get("mark")) if texts.get("mark") in set(Mark) else None)
    vault = chamber.module.vault
    async with vault.taking_in(chunks, owner) as taken, chamber.writing(request, texts) as now:
        kept = await vault.keep(now.conn, taken, by=now.own.code, now=now.turn.now)
    return (("content.sha256", kept.sha256), ("content.size", str(kept.size)))


async def _sent(chamber: Chamber, request: Request, form: Form) -> Response:
    if form.get("more"):
        async with chamber.writing(request, form) as room:
            return await _page(chamber, room, form)
    try:
        item = await once(chamber, request, form, lambda room: _registered(chamber, room, form))
    except Again as again:
        async with chamber.reading(request) as room:
            return await _page(chamber, room, form, again)
    if form.get("content.sha256"):
        await chamber.finish()
    return RedirectResponse(f"/protection/items/{item}?done=1", 303)


async def _registered(chamber: Chamber, room: Room, form: Form) -> str:
    """Let the registration stand and return the item's id; raise Again with every remark."""
    _require(room)
    fields, tongue = _fields(room), room.tell.tongue
    filled = await _filled(room, fields, form)
    try:
        body = REGISTER.validate_json(filled.raw)
    except ValidationError as trouble:
        told = remarks.of_shape(
            trouble, flat(fields), filled, tongue, article=lambda name: room.tell.behind(ItemAct.REGISTER, name)
        )
        raise Again(told, 422) from None
    item_id, now = new_id(room.turn.real), room.turn.now
    try:
        await items.register(room.conn, room.module, item_id, body, filled.raw, room.caller, now)
    except Refused as refused:
        await chamber.house.tell(room.turn, refused)
        told = remarks.of_law(refused.objections, flat(fields), filled, tongue, ItemAct.REGISTER)
        raise Again(told, status_of(refused)) from None
    return str(item_id)


async def _filled(room: Room, fields: tuple[Field, ...], form: Form) -> Filling:
    """Put the body together: sources by the numbers of the own register, the content by what was sealed."""
    fixed: dict[str, Any] = {"act": ItemAct.REGISTER}
    if form.get("content.sha256"):
        size = form.get("content.size")
        fixed["content"] = {"sha256": form.get("content.sha256"), "size": int(size) if size.isdigit() else size}
    numbers = [line.strip() for line in form.get("derived_from").split("\n") if line.strip()]
    if numbers:
        known = await _by_number(room)
        values = {**form.values, "derived_from": ("\n".join(known.get(one, one) for one in numbers),)}
        form = Form(values, form.raw)
    filled = fill(fields, form, room.turn.zone, fixed)
    return Filling(filled.raw, {**filled.places, "/content": "content"})


async def _by_number(room: Room) -> dict[str, str]:
    """Return the ids of the items that concern the body, by their numbers with it and with their makers."""
    found: dict[str, str] = {}
    asked = Asked(limit=MOST)
    while True:
        lines, following = await queries.list_items(room.conn, room.module, room.caller, room.turn.now, asked)
        for line in lines:
            found[line.register_number] = found[line.own_number] = str(line.id)
        if following is None:
            return found
        asked = Asked(limit=MOST, after=following)


def _fields(room: Room) -> tuple[Field, ...]:
    t = room.tell.tongue.t
    own = stamps.stamps_of(room.module.law, room.tell.tongue, room.own.party)
    joint = tuple(
        Choice(code, f"{code} — {room.tell.names(code)}")
        for code, listed in room.bodies.items()
        if listed.body.party != room.own.party
    )
    layout = Layout(
        choices={"mark": tuple(_named(stamp) for stamp in own), "joint_with": joint},
        hints={
            "derived_from": t("secret.new.derived_hint"),
            "joint_with": t("secret.new.joint_hint"),
            "copies": t("secret.new.copies_hint"),
            "requirements": t("secret.new.requirements_hint"),
        },
        left_out=frozenset({"content"}),
    )
    return fields_of(Register, room.tell.tongue, layout)


def _named(stamp: Stamp) -> Choice:
    return Choice(stamp.tone, stamp.words if stamp.words == stamp.name else f"{stamp.words} — {stamp.name}")


async def _page(chamber: Chamber, room: Room, form: Form, again: Again | None = None) -> Response:
    """Show the form, with what each mark of the own scheme becomes with those whom an agreement binds."""
    scene = await scene_for(room.conn, room.module, bodies=tuple(room.bodies), now=room.turn.now)
    offered = Offers(scene=scene, own=room.own)
    presets = {"copies": ("1",), "kind": ("document",)}
    return chamber.page(
        room,
        "new",
        status=again.status if again else 200,
        sheet=sheet_of(room, _fields(room), form, again, presets),
        tables=_tables(room, offered),
        sealed=_kept(room, form),
    )


def _kept(room: Room, form: Form) -> str | None:
    """Say which content came with the form before."""
    sha256, size = (form.get(name) for name in SEALED)
    if not sha256 or not size.isdigit():
        return None
    return room.tell.tongue.t(
        "secret.new.content_kept", size=room.tell.tongue.size(int(size)), sha256=sha256[:16] + "…"
    )


def _tables(room: Room, offered: Offers) -> tuple[tuple[Stamp, tuple[RecipientRow, ...]], ...]:
    """Return for each mark of the own scheme what it becomes with each body that an agreement binds."""
    bound = {
        code for code, body in offered.scene.bodies.items() if applying(offered.scene, room.own, body, room.tell.today)
    }
    found = []
    for stamp in stamps.stamps_of(room.module.law, room.tell.tongue, room.own.party):
        rows = offers.recipients(room.tell, offered, stamp.mark)
        found.append((stamp, tuple(row for row in rows if row.body.code in bound)))
    return tuple(found)


def _require(room: Room) -> None:
    """Raise Refused for a role that registers nothing."""
    if not room.may(Verb.KEEP):
        raise Refused((object_to("role_may_not", "/act", rule="A-7.1"),))
