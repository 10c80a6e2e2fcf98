"""Reading an item's content: its conditions of use first, every missing ground named, nothing given unrecorded."""

from collections.abc import AsyncIterable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from exchange.core.errors import NotHeld, NotThere, Refused
from exchange.protection.core.acts import Verb
from exchange.protection.core.consents import needed
from exchange.protection.service import queries, reading
from exchange.protection.service.queries import Read
from exchange.protection.web.card import Card, card_of
from exchange.protection.web.chamber import Chamber, Room
from exchange.protection.web.pages.item import id_of
from exchange.protection.web.remarks import ground
from exchange.web.acts.remarks import Remark
from exchange.web.form import Form
from exchange.web.guard import HEADERS
from schemas.secrecy import ConsentKind

LONGEST: Final = 256 * 1024
"""Bytes of a text that is shown on the screen."""


async def show(chamber: Chamber, request: Request) -> Response:
    """Show the conditions of use, and the ways to read."""
    async with chamber.reading(request) as room:
        return await _page(chamber, room, request)


async def read(chamber: Chamber, request: Request) -> Response:
    """Give the content out, on the screen or as a file: written down before its first byte, or refused by name."""
    return await chamber.sending(request, await chamber.house.form(request), _given)


async def _given(chamber: Chamber, request: Request, form: Form) -> Response:
    async with chamber.writing(request, form) as room:
        caller, now = room.caller, room.turn.now
    item_id = id_of(request, "item")
    try:
        given = await reading.give(chamber.module, item_id, caller, now)
    except (Refused, NotHeld) as trouble:
        async with chamber.reading(request) as room:
            return await _page(chamber, room, request, told=_named(room, trouble), status=403)
    if form.get("as") == "file":
        return StreamingResponse(aiter(given), headers={**HEADERS, **_as_file(str(item_id), given.size)})
    return await _on_screen(chamber, request, given.size, given)


async def _on_screen(chamber: Chamber, request: Request, size: int, given: AsyncIterable[bytes]) -> Response:
    """Show a text on a page that nothing keeps; what is no text, or a long one, is to be got as a file."""
    text, why = "", ""
    if size > LONGEST:
        why = "too_long"
    else:
        try:
            text = b"".join([piece async for piece in given]).decode("utf-8")
        except UnicodeDecodeError:
            why = "not_text"
    async with chamber.reading(request) as room:
        t = room.tell.tongue.t
        gaps = {"size": room.tell.tongue.size(LONGEST)} if why == "too_long" else {}
        note = (
            t(f"secret.content.{why}", **gaps) if why else t("secret.content.shown", at=room.tell.moment(room.turn.now))
        )
        return await _page(chamber, room, request, text=text, note=note)


async def _page(
    chamber: Chamber,
    room: Room,
    request: Request,
    *,
    told: tuple[Remark, ...] = (),
    status: int = 200,
    text: str = "",
    note: str = "",
) -> Response:
    """Show under which conditions the content may be used; what is missing; or the text itself."""
    seen = await queries.read(room.conn, room.module, id_of(request, "item"), room.caller, room.turn.now)
    if seen.item.content is None or not room.may(Verb.READ):
        raise NotThere
    view = card_of(room.tell, seen)
    return chamber.page(
        room,
        "content",
        status=status,
        view=view,
        told=told,
        text=text,
        note=note,
        conditions=_conditions(room, seen, view),
    )


def _conditions(room: Room, seen: Read, view: Card) -> tuple[tuple[str, str | None], ...]:
    """Return what binds whoever reads, each with its article (A-5.2, A-5.3, A-5.6, A-N7, or what answers it)."""
    tell, t, item = room.tell, room.tell.tongue.t, seen.item
    found: list[tuple[str, str | None]] = []

    def article(rule: str) -> str | None:
        return tell.tongue.article(next(iter(tell.bound((rule,), item)), None))

    if view.purpose:
        found.append((t("secret.content.purpose", purpose=view.purpose), article("A-5.2")))
    needs = needed(ConsentKind.THIRD_PARTY, item, room.own, seen.scene, tell.today)
    for need in needs:
        who = tell.bodies(need.bodies)
        found.append((t("secret.content.no_third", who=who), tell.tongue.article(need.rule)))
    if not needs:
        found.append((t("secret.content.no_third_plain"), article("A-5.3")))
    if item.requirements is not None and view.sight.requirements:
        found.append((t("secret.content.requirements", text=item.requirements.text), article("A-5.6")))
    found.append((t("secret.content.copying"), article("A-N7")))
    return tuple(dict.fromkeys(found))


def _named(room: Room, trouble: Refused | NotHeld) -> tuple[Remark, ...]:
    """Name every missing ground, the gravest first."""
    if isinstance(trouble, NotHeld):
        return (Remark(None, None, room.tell.tongue.t("fault.content_not_held.text"), None),)
    ordered = sorted(trouble.objections, key=lambda one: one.weight)
    article = room.tell.tongue.article
    return tuple(Remark(None, None, ground(one, room.tell.tongue), article(one.rule)) for one in ordered)


def _as_file(name: str, size: int) -> dict[str, str]:
    """Return the headers of a file that is named by the item's id: a name tells of nothing."""
    return {
        "Content-Type": "application/octet-stream",
        "Content-Length": str(size),
        "Content-Disposition": f'attachment; filename="{name}.bin"',
    }
