"""Forms of anything but an act on an item: laid out from a shape, filled in, sent once, shown again with remarks."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exchange.core.errors import Refused, Weight
from exchange.protection.web import remarks
from exchange.protection.web.chamber import Chamber, Room
from exchange.protection.web.fields import Field, flat
from exchange.protection.web.filling import fill
from exchange.protection.web.once import once
from exchange.protection.web.sheet import Again, Sheet, sheet_of, status_of
from exchange.web.form import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A form as it is laid out: its fields, what they fill, what it does not ask, and what an empty one holds."""

    fields: tuple[Field, ...]
    adapter: TypeAdapter[Any]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    presets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was filled in: the body that it makes, its exact bytes, and the form itself."""

    body: Any
    raw: bytes
    form: Form

    @property
    def seen(self) -> str:
        """The version that the form was made from."""
        return self.form.get("seen") or "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One kind of form: how it is laid out for what was typed, what sending it does, and how it is shown.

    `do` returns the address that it leads to.
    """

    lay: Callable[[Room, Request, Form], Awaitable[Laid]]
    do: Callable[[Room, Request, Filled], Awaitable[str]]
    show: Callable[[Chamber, Room, Request, Sheet, int], Awaitable[Response]]

    async def empty(self, chamber: Chamber, request: Request, form: Form | None = None) -> Response:
        """Show the form as nobody has filled it in yet."""
        async with chamber.reading(request) as room:
            return await self._shown(chamber, room, request, form or Form(), None)

    async def send(self, chamber: Chamber, request: Request) -> Response:
        """Do what the form asks for, once however often it is sent; what was typed is never lost."""
        return await chamber.sending(request, await chamber.house.form(request), self._sent)

    async def _sent(self, chamber: Chamber, request: Request, form: Form) -> Response:
        if form.get("more"):
            async with chamber.writing(request, form) as room:
                return await self._shown(chamber, room, request, form, None)
        try:
            led = await once(chamber, request, form, lambda room: self._done(chamber, room, request, form))
        except Again as again:
            async with chamber.reading(request) as room:
                return await self._shown(chamber, room, request, form, again)
        return RedirectResponse(led, 303)

    async def _done(self, chamber: Chamber, room: Room, request: Request, form: Form) -> str:
        """Do it in the transaction of the form; raise Again with every remark."""
        laid, tongue = await self.lay(room, request, form), room.tell.tongue
        filled, fields = fill(laid.fields, form, room.turn.zone, dict(laid.fixed)), flat(laid.fields)
        try:
            body = laid.adapter.validate_json(filled.raw)
        except ValidationError as trouble:
            told = remarks.of_shape(trouble, fields, filled, tongue, laid.fixed.get("act"))
            raise Again(told, 422) from None
        try:
            return await self.do(room, request, Filled(body, filled.raw, form))
        except Refused as refused:
            await chamber.house.tell(room.turn, refused)
            stale = any(one.weight is Weight.STALE for one in refused.objections)
            told = remarks.of_law(refused.objections, fields, filled, tongue)
            raise Again(told, status_of(refused), stale=stale) from None

    async def _shown(self, chamber: Chamber, room: Room, request: Request, form: Form, again: Again | None) -> Response:
        laid = await self.lay(room, request, form)
        sheet = sheet_of(room, laid.fields, form, again, laid.presets)
        return await self.show(chamber, room, request, sheet, again.status if again else 200)
