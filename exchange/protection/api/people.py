"""Clearances and grants of a body's people: taken in, listed, ended at once."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from exchange.api import query, shape
from exchange.api.entrance import Answer
from exchange.core.errors import Refused
from exchange.protection.api.gate import Gate, Turn, id_of
from exchange.protection.api.once import once
from exchange.protection.core.acts import Verb
from exchange.protection.core.objections import object_to
from exchange.protection.core.scene import Caller
from exchange.protection.module import Module
from exchange.protection.service import people
from exchange.protection.service.people import Wanted
from exchange.store import accounts
from exchange.store.database import Connection
from schemas.admission import ClearanceWanted, GrantWanted, Revocation
from schemas.protection_registry import ClearanceView, GrantView

CLEARANCE: Final = TypeAdapter(ClearanceWanted)
GRANT: Final = TypeAdapter(GrantWanted)
REVOCATION: Final = TypeAdapter(Revocation)
RULE: Final = "A-5.5"
RULES: Final = {"issuer": "A-5.4", "purpose": "A-5.2"}


async def clear(gate: Gate, request: Request) -> Response:
    """Take a person's clearance into the register of the caller's body (A-5.4, A-5.5)."""
    async with gate.writing(request) as turn:
        body = shape.shaped(CLEARANCE, turn.document, rules=RULES, rule=RULE)
        await _of_this_body(gate, turn, body.person)

        async def work() -> Answer:
            made = await people.clear(turn.conn, gate.module, gate.new_id(), body, turn.caller, turn.now)
            return _made("clearances", made)

        return await once(turn, gate.module, work, Verb.ADMIT)


async def grant(gate: Gate, request: Request) -> Response:
    """Grant a person of the caller's body access to an item (A-5.5)."""
    async with gate.writing(request) as turn:
        body = shape.shaped(GRANT, turn.document, rules=RULES, rule=RULE)

        async def work() -> Answer:
            made = await people.grant(turn.conn, gate.module, gate.new_id(), body, turn.caller, turn.now)
            return _made("grants", made)

        return await once(turn, gate.module, work, Verb.ADMIT)


async def revoke_clearance(gate: Gate, request: Request) -> Response:
    """End a clearance now."""
    return await _revoked(gate, request, people.revoke_clearance)


async def revoke_grant(gate: Gate, request: Request) -> Response:
    """End a grant now."""
    return await _revoked(gate, request, people.revoke_grant)


async def clearances(gate: Gate, request: Request) -> Response:
    """List the clearances of the people of the caller's body, the latest first."""
    async with gate.reading(request) as turn:
        asked = query.Query(request)
        person, before, limit = asked.text("person"), asked.placed(UUID), asked.limit()
        asked.done()
        wanted = Wanted(person, None, before, limit + 1)
        found = await people.clearances(turn.conn, gate.module, turn.caller, wanted, turn.now)
        return page(found, limit)


async def grants(gate: Gate, request: Request) -> Response:
    """List the grants of the people of the caller's body, the latest first."""
    async with gate.reading(request) as turn:
        asked = query.Query(request)
        person, item = asked.text("person"), asked.identifier("item")
        before, limit = asked.placed(UUID), asked.limit()
        asked.done()
        wanted = Wanted(person, None if item is None else str(item), before, limit + 1)
        found = await people.grants(turn.conn, gate.module, turn.caller, wanted, turn.now)
        return page(found, limit)


async def _revoked(
    gate: Gate,
    request: Request,
    end: Callable[[Connection, Module, UUID, Caller, datetime], Awaitable[ClearanceView | GrantView]],
) -> Response:
    async with gate.writing(request) as turn:
        shape.shaped(REVOCATION, turn.document)
        named = id_of(request)

        async def work() -> Answer:
            ended = await end(turn.conn, gate.module, named, turn.caller, turn.now)
            return Answer(200, ended.model_dump_json().encode())

        return await once(turn, gate.module, work, Verb.ADMIT)


def page(found: tuple[ClearanceView, ...] | tuple[GrantView, ...], limit: int) -> Response:
    """Answer with one page of which one more than shown was asked for."""
    shown = found[:limit]
    return query.page(shown, query.place_of(shown[-1].id) if len(found) > limit else None, limit)


async def _of_this_body(gate: Gate, turn: Turn, person: str) -> None:
    """Raise Refused when the person has an account of another body: nobody takes in the people of others."""
    async with gate.entrance.runtime.connection() as conn:
        held = await accounts.find(conn, person.replace("\0", ""))
    if held is not None and held.authority != turn.caller.body:
        raise Refused((object_to("person_of_another", "/person"),))


def _made(room: str, view: ClearanceView | GrantView) -> Answer:
    location = {"Location": f"/v1/protection/{room}?person={view.person}"}
    return Answer(201, view.model_dump_json().encode(), location)
