"""Items: taken into the register, acted on, shown, listed."""

import base64
import binascii
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json
from starlette.requests import Request
from starlette.responses import Response

from exchange import cursors
from exchange.api import query, shape, tags
from exchange.api.body import Document
from exchange.api.entrance import Answer
from exchange.api.problems import Fault
from exchange.core.errors import ExchangeError, Refused
from exchange.protection.api.gate import Gate, Turn, id_of
from exchange.protection.api.once import once
from exchange.protection.content.provider import Owner
from exchange.protection.core.acts import ACTS, Verb
from exchange.protection.core.bound import binding, rules_for
from exchange.protection.core.grounding import rules_behind
from exchange.protection.core.scene import Caller
from exchange.protection.module import Module
from exchange.protection.service import items, queries
from exchange.protection.service.items import Loaded
from exchange.protection.service.scenes import scene_for
from exchange.protection.store.items import FIRST
from exchange.store.database import Connection
from schemas.problem import ProblemItem
from schemas.protection import ItemBody, Register
from schemas.secrecy import ItemAct, ItemState
from schemas.views import View

REGISTER: Final[TypeAdapter[Register]] = TypeAdapter(Register)
ACT: Final[TypeAdapter[ItemBody]] = TypeAdapter(ItemBody)
BOXES: Final = ("made", "held", "awaiting", "asked", "competent")

NOT_BASE64: Final = ProblemItem(pointer="/content", detail="Ожидаются непустые байты в base64 (RFC 4648).", rule=None)


async def register(gate: Gate, request: Request) -> Response:
    """Take an item into the register of the caller's body (A-7.1, A-7.3, A-7.4), with content sealed here or before.

    Inline content is sealed beside the transaction: what does not come to stand goes with it.
    """
    unfinished = False
    async with AsyncExitStack() as stack:
        turn = await stack.enter_async_context(gate.writing(request))
        document, plain = _without_content(turn.document)
        body = await _registration(turn, gate.module, document)

        async def work() -> Answer:
            nonlocal unfinished
            taken = None
            if plain is not None:
                vault, owner = gate.module.vault, Owner(turn.caller.body, body.mark)
                taken = await stack.enter_async_context(vault.taking_in(_whole(plain), owner, expected=len(plain)))
                await vault.keep(turn.conn, taken, by=turn.caller.body, now=turn.now)
            new, raw, mark = gate.new_id(), document.raw, None if plain is None else body.mark
            try:
                loaded = await items.register(
                    turn.conn, gate.module, new, body, raw, turn.caller, turn.now, wrapped_for=mark
                )
            except Refused:
                if taken is not None:
                    taken.kept = False  # its row goes with the transaction, and so does what was sealed
                raise
            unfinished = loaded.unfinished
            return await _made(gate, turn, loaded)

        response = await once(turn, gate.module, work, Verb.KEEP)
    await _finished(gate, unfinished=unfinished)
    return response


async def act(gate: Gate, request: Request) -> Response:
    """Let an act stand on an item."""
    unfinished = False
    async with gate.writing(request) as turn:
        item_id = id_of(request)
        body = await _shaped(turn, gate.module, item_id)

        async def work() -> Answer:
            nonlocal unfinished
            seen, raw, caller = tags.seen_in(request), turn.document.raw, turn.caller
            loaded = await items.act(turn.conn, gate.module, item_id, body, raw, caller, turn.now, seen=seen)
            unfinished = loaded.unfinished
            return await _made(gate, turn, loaded)

        response = await once(turn, gate.module, work, ACTS[body.act].verb)
    await _finished(gate, unfinished=unfinished)
    return response


async def _finished(gate: Gate, *, unfinished: bool) -> None:
    """Let the vault destroy what the commit ordered; what is left undone here, its job does."""
    if unfinished:
        with suppress(ExchangeError):
            await gate.module.vault.finish()


async def get(gate: Gate, request: Request) -> Response:
    """Show an item, as the caller's body may see it."""
    async with gate.reading(request) as turn:
        seen = await queries.read(turn.conn, gate.module, id_of(request), turn.caller, turn.now)
        card = queries.card(seen, turn.now)
        return Answer(200, card.model_dump_json().encode(), {"ETag": tags.tag(seen.loaded.head)}).response()


async def listed(gate: Gate, request: Request) -> Response:
    """List the items that concern the caller's body, soonest due first."""
    async with gate.reading(request) as turn:
        asked = query.Query(request)
        box, state = asked.one_of("box", BOXES), asked.member("state", ItemState)
        due, after, limit = asked.one_of("due", ("overdue",)), asked.cursor(UUID), asked.limit()
        asked.done()
        wanted = queries.Asked(state=state, box=box, overdue=due is not None, after=after or FIRST, limit=limit)
        lines, following = await queries.list_items(turn.conn, gate.module, turn.caller, turn.now, wanted)
        return query.page(lines, query.cursor_of(following), limit)


async def record(gate: Gate, request: Request) -> Response:
    """Show the record of an item: its acts in order."""
    return await _numbered(gate, request, queries.record_of)


async def copies(gate: Gate, request: Request) -> Response:
    """Show the numbered copies of an item."""
    return await _numbered(gate, request, queries.copies_of)


async def _numbered(
    gate: Gate,
    request: Request,
    of: Callable[[Connection, Module, UUID, Caller, datetime, int, int], Awaitable[tuple[Sequence[View], int | None]]],
) -> Response:
    """Answer with one page of what an item has by number, after the number that the call names."""
    async with gate.reading(request) as turn:
        asked = query.Query(request)
        after, limit = asked.placed(cursors.number), asked.limit()
        asked.done()
        shown, following = await of(turn.conn, gate.module, id_of(request), turn.caller, turn.now, after or 0, limit)
        return query.page(shown, None if following is None else cursors.placed(str(following)), limit)


async def _registration(turn: Turn, module: Module, document: Document) -> Register:
    """Return the registration; of a misshapen one each field's rule is named, of the caller's own treaties."""
    try:
        return shape.shaped(REGISTER, document)
    except Fault as fault:
        scene = await scene_for(turn.conn, module, bodies=(turn.caller.body,), now=turn.now)
        own = scene.bodies.get(turn.caller.body)
        raise _grounded(fault, ItemAct.REGISTER, None if own is None else own.party, module) from None


async def _shaped(turn: Turn, module: Module, item_id: UUID) -> ItemBody:
    """Return the act; of a misshapen one each field's rule is named, of the treaties that bind the item.

    On an item that the caller cannot see it tells nothing of that item.
    """
    value = turn.document.value.get("act") if isinstance(turn.document.value, dict) else None
    kind = next((kind for kind in ACTS if kind == value), None)
    try:
        return shape.shaped(ACT, turn.document, tagged=True)
    except Fault as fault:
        party, under = None, frozenset[str]()
        with suppress(Refused):  # a role that sees nothing is told of the shape first, as everybody is
            seen = await queries.load(turn.conn, module, item_id, turn.caller, turn.now)
            party = seen.scene.bodies[turn.caller.body].party
            under = binding(seen.item, party)
        raise (fault if kind is None else _grounded(fault, kind, party, module, under)) from None


def _grounded(fault: Fault, kind: ItemAct, party: str | None, module: Module, under: Collection[str] = ()) -> Fault:
    """Return what is wrong with the shape of an act, the rule behind each field named as it binds a Party."""
    found = []
    for each in fault.items:
        rules = rules_behind(kind, each.pointer.split("/")[1] if each.pointer else "")
        told = rules if party is None else rules_for(rules, party, module.law, under)
        found.append(each.model_copy(update={"rule": next(iter(told), None)}))
    return Fault(fault.code, tuple(found))


def _without_content(document: Document) -> tuple[Document, bytes | None]:
    """Take inline content out of a registration: what is signed and kept are the bytes after that, with its digest."""
    if not isinstance(document.value, dict):
        return document, None
    given, plain = document.value.get("content"), None
    added: dict[str, Any] = {} if "act" in document.value else {"act": ItemAct.REGISTER.value}
    if isinstance(given, str):
        plain = _decoded(given)
        added["content"] = items.content_of(plain).model_dump()
    if not added:
        return document, None
    try:
        value = {**from_json(document.raw), **added}
    except ValueError:  # half a character, or a number without end: the shape objects to its field
        return document, None
    return Document(to_json(value), replace(document, value={**document.value, **added}).value), plain


def _decoded(text: str) -> bytes:
    try:
        plain = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        plain = b""
    if not plain:
        raise Fault("invalid_shape", (NOT_BASE64,))
    return plain


async def _whole(plain: bytes) -> AsyncIterator[bytes]:
    yield plain


async def _made(gate: Gate, turn: Turn, loaded: Loaded) -> Answer:
    seen = await queries.read_loaded(turn.conn, gate.module, loaded, turn.caller, turn.now)
    headers = {"Location": f"/v1/protection/items/{loaded.item.id}", "ETag": tags.tag(loaded.head)}
    return Answer(201, queries.card(seen, turn.now).model_dump_json().encode(), headers)
