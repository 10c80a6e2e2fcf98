"""Clearances of the body's people, and who of them has access to what: taken in and ended by its secrecy officer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exchange.protection.core.acts import Verb
from exchange.protection.core.scene import Caller
from exchange.protection.module import Module
from exchange.protection.service import people, queries
from exchange.protection.service.people import Wanted
from exchange.protection.web.chamber import Chamber, Room
from exchange.protection.web.fields import Layout, fields_of
from exchange.protection.web.lookups import cleared_people, own_items
from exchange.protection.web.once import once
from exchange.protection.web.pages.item import id_of
from exchange.protection.web.sheet import Sheet
from exchange.protection.web.slips import Filled, Laid, Slip
from exchange.protection.web.stamps import Stamp
from exchange.runtime import new_id
from exchange.store.database import Connection
from exchange.web.acts.desk import Choice
from exchange.web.form import Form
from exchange.web.query import Query
from schemas.admission import ClearanceWanted, GrantWanted
from schemas.protection_registry import ClearanceView, GrantView

MOST: Final = 200
WAY: Final = "/protection/people"


@dataclass(frozen=True, slots=True)
class ClearanceRow:
    """A clearance with the stamp of its issuer's scheme."""

    of: ClearanceView
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant with the number of its item."""

    of: GrantView
    number: str


async def show(chamber: Chamber, request: Request) -> Response:
    """Show who is cleared, and who has access to what."""
    item = Query(request).text("item")
    async with chamber.reading(request) as room:
        now = room.turn.now
        wanted = Wanted(person=None, item=None, before=None, limit=MOST)
        cleared = await people.clearances(room.conn, room.module, room.caller, wanted, now)
        asked = Wanted(person=None, item=item, before=None, limit=MOST)
        granted = await people.grants(room.conn, room.module, room.caller, asked, now)
        numbers = {one.value: one.words for one in await own_items(room)}
    return chamber.page(
        room,
        "people",
        clearances=[ClearanceRow(one, room.tell.stamp(one.issuer, one.mark)) for one in cleared],
        grants=[GrantRow(one, numbers.get(one.item, one.item)) for one in granted],
        may_admit=room.may(Verb.ADMIT),
    )


async def end_clearance(chamber: Chamber, request: Request) -> Response:
    """End a clearance at once."""
    return await _ended(chamber, request, id_of(request, "clearance"), people.revoke_clearance)


async def end_grant(chamber: Chamber, request: Request) -> Response:
    """End a grant at once."""
    return await _ended(chamber, request, id_of(request, "grant"), people.revoke_grant)


async def _ended(
    chamber: Chamber,
    request: Request,
    number: UUID,
    end: Callable[[Connection, Module, UUID, Caller, datetime], Awaitable[object]],
) -> Response:
    async def work(room: Room) -> str:
        await end(room.conn, room.module, number, room.caller, room.turn.now)
        return WAY

    form = await chamber.house.form(request)
    return RedirectResponse(await once(chamber, request, form, work), 303)


async def new_grant(chamber: Chamber, request: Request) -> Response:
    """Show the empty form of a grant, for an item where the link names one."""
    item = Query(request).text("item")
    return await GRANT.empty(chamber, request, Form({"item": (item,)}) if item else Form())


async def _lay_clearance(room: Room, _request: Request, _form: Form) -> Laid:
    t = room.tell.tongue.t
    parties = sorted({party for regime in room.module.law.regimes.values() for party in regime.parties})
    layout = Layout(
        choices={"issuer": tuple(Choice(party, t(f"secret.party.{party}")) for party in parties)},
        hints={"person": t("secret.people.person_hint")},
    )
    return Laid(
        fields=fields_of(ClearanceWanted, room.tell.tongue, layout),
        adapter=TypeAdapter(ClearanceWanted),
        presets={"issuer": (room.own.party,)},
    )


async def _clear(room: Room, _request: Request, filled: Filled) -> str:
    await people.clear(room.conn, room.module, new_id(room.turn.real), filled.body, room.caller, room.turn.now)
    return WAY


async def _show_clearance(chamber: Chamber, room: Room, _request: Request, sheet: Sheet, status: int) -> Response:
    return chamber.page(
        room, "slip", status=status, sheet=sheet, place="people", back=WAY, action=f"{WAY}/clearances", name="clearance"
    )


async def _lay_grant(room: Room, _request: Request, form: Form) -> Laid:
    t, chosen = room.tell.tongue.t, form.get("item")
    layout = Layout(
        choices={"person": await cleared_people(room), "item": await own_items(room)},
        hints={"purpose": t("secret.people.purpose_hint")},
    )
    return Laid(
        fields=fields_of(GrantWanted, room.tell.tongue, layout),
        adapter=TypeAdapter(GrantWanted),
        presets=await _purpose(room, chosen),
    )


async def _purpose(room: Room, item: str) -> dict[str, tuple[str, ...]]:
    """Return the purpose for which the body has an item: a grant for another opens nothing (A-5.2)."""
    if not any(one.value == item for one in await own_items(room)):
        return {}
    seen = await queries.read(room.conn, room.module, UUID(item), room.caller, room.turn.now)
    purpose = queries.card(seen, room.turn.now).purpose
    return {"purpose": (purpose,)} if purpose else {}


async def _grant(room: Room, _request: Request, filled: Filled) -> str:
    await people.grant(room.conn, room.module, new_id(room.turn.real), filled.body, room.caller, room.turn.now)
    return WAY


async def _show_grant(chamber: Chamber, room: Room, _request: Request, sheet: Sheet, status: int) -> Response:
    return chamber.page(
        room, "slip", status=status, sheet=sheet, place="people", back=WAY, action=f"{WAY}/grants", name="grant"
    )


CLEARANCE: Final = Slip(lay=_lay_clearance, do=_clear, show=_show_clearance)
GRANT: Final = Slip(lay=_lay_grant, do=_grant, show=_show_grant)
