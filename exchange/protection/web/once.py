"""A form that is sent twice has one effect: its key is kept, with where it led, in the effect's own transaction."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request

from exchange.core.errors import KeyReused
from exchange.protection.service import idempotency
from exchange.protection.web.chamber import Chamber, Room
from exchange.protection.web.sheet import Again
from exchange.service.idempotency import fingerprint
from exchange.web.clicks import after_the_first
from exchange.web.form import Form

LONGEST_KEY: Final = 64


async def once(chamber: Chamber, request: Request, form: Form, work: Callable[[Room], Awaitable[str]]) -> str:
    """Do what a form asks for in one transaction and return where it led; wait for the first of two clicks."""

    async def sent() -> str:
        async with chamber.writing(request, form) as room:
            return await _done(room, request, form, work)

    return await after_the_first(sent)


async def _done(room: Room, request: Request, form: Form, work: Callable[[Room], Awaitable[str]]) -> str:
    key, own, conn = "form:" + form.get("key")[:LONGEST_KEY], room.caller.body, room.conn
    call = fingerprint(request.method, request.url.path, form.raw)
    try:
        kept = await idempotency.begin(conn, room.module, own, key, call)
    except KeyReused:
        raise Again((), 409, stale=True) from None
    if kept is not None:
        return kept.decode()
    led = await work(room)
    await idempotency.finish(conn, room.module, own, key, call, led.encode(), room.turn.now)
    return led
