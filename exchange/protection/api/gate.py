"""What every call to the module goes through: the open house tells who calls, then the module opens its database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from exchange.api import body
from exchange.api.body import Document
from exchange.api.endpoint import Handler
from exchange.api.entrance import Entrance, id_in
from exchange.core.access import Actor
from exchange.core.access import Verb as OpenVerb
from exchange.core.errors import ModuleSealed, NotThere, Refused
from exchange.protection.core.objections import object_to
from exchange.protection.core.scene import Caller
from exchange.protection.module import Module
from exchange.runtime import new_id
from exchange.store.database import Connection

NO_BODY: Final = Document(b"", None)


@dataclass(frozen=True, slots=True)
class Turn:
    """A call to the module: its connection, who calls, the node's time; with its body where it has one."""

    request: Request
    conn: Connection
    caller: Caller
    now: datetime
    document: Document = NO_BODY


@dataclass(frozen=True, slots=True)
class Gate:
    """What the module's handlers share."""

    entrance: Entrance
    module: Module

    async def known(self, request: Request, *, writing: bool = False) -> tuple[Caller, datetime]:
        """Tell who calls and when; raise CallerUnknown, Refused for a token narrowed to less, ModuleSealed."""
        call = await self.entrance.known(request)
        caller = caller_of(call.actor, OpenVerb.ACT if writing else OpenVerb.READ)
        if self.module.provider.sealed:
            raise ModuleSealed
        return caller, call.now

    @asynccontextmanager
    async def reading(self, request: Request) -> AsyncIterator[Turn]:
        """Lend a connection of the module for a call that only reads."""
        caller, now = await self.known(request)
        async with self.module.pool.connection() as conn:
            yield Turn(request, conn, caller, now)

    @asynccontextmanager
    async def writing(self, request: Request) -> AsyncIterator[Turn]:
        """Open the one transaction of a call with a body; what is wrong with it is told to known callers only."""
        raw = await body.read(request, self.entrance.limits)
        caller, now = await self.known(request, writing=True)
        document = body.document(raw)
        async with self.module.transaction() as conn:
            yield Turn(request, conn, caller, now, document)

    def new_id(self) -> UUID:
        """Return an id for something new."""
        return new_id(self.entrance.runtime.clock())


GateHandler = Callable[[Gate, Request], Awaitable[Response]]


def caller_of(actor: Actor, verb: OpenVerb) -> Caller:
    """Return who calls as the module knows callers; raise Refused where a token was narrowed to other uses."""
    if actor.scopes is not None and verb not in actor.scopes:
        raise Refused((object_to("role_may_not", rule="A-5.5"),))
    return Caller(actor.authority, actor.role, actor.who)


def handled(gate: Gate, handler: GateHandler) -> Handler:
    """Make a handler of the open interface's endpoints from one of the module's."""

    async def answer(_entrance: Entrance, request: Request) -> Response:
        return await handler(gate, request)

    return answer


def id_of(request: Request) -> UUID:
    """Return the id that the address names; raise NotThere for what can be none."""
    named = id_in(request)
    if named is None:
        raise NotThere
    return named
