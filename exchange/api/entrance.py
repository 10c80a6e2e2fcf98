"""What every call goes through: who calls and with what body, then one transaction, then bytes."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from exchange.api import body
from exchange.api.body import Document, Limits
from exchange.api.limits import Doorkeeper, Recent
from exchange.api.problems import Fault
from exchange.batches import Batches
from exchange.core.access import Actor, Verb, may
from exchange.core.errors import CallerUnknown, NotThere, Refused, Unavailable
from exchange.core.objections import object_to
from exchange.protection.gateway import Watch
from exchange.runtime import Call, Runtime, identify, token_digest
from exchange.service import audit
from exchange.service.ahead import Ahead
from exchange.store.database import Connection

JSON: Final = "application/json"
ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Before = Callable[[bytes], Awaitable[bytes]]

_BEARER: Final = re.compile(r"bearer +([\x21-\x7e]{1,200}) *", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entrance:
    """What the handlers of one application share; `door` is None in a sandbox, `attachment_limit` is in bytes.

    `watch` is the mark guard; only the protection module's own doors have none.
    `mails`: there is a relay that notices go out over, or the sandbox's sink.
    """

    runtime: Runtime
    limits: Limits
    door: Doorkeeper | None
    attachment_limit: int
    watch: Watch | None
    mails: bool = True
    batches: Batches = field(default_factory=Batches)
    submissions: Ahead = field(default_factory=Ahead)
    acts: Ahead = field(default_factory=Ahead)
    familiar: Recent = field(default_factory=Recent)
    """Digests of tokens that held lately: of nobody else's call is a body looked at before it is told who calls."""

    async def known(self, request: Request) -> Call:
        """Tell who calls, on a connection of its own: for a house that keeps its own data elsewhere."""
        token, arrival = _token(request), self.runtime.clock()
        async with self.runtime.connection() as conn:
            return await self._identified(conn, request, token, arrival)

    @asynccontextmanager
    async def reading(self, request: Request, verb: Verb = Verb.READ) -> AsyncIterator[tuple[Connection, Call]]:
        """Lend a connection for a call that only reads, having told who calls and that it is entitled to."""
        token, arrival, call = _token(request), self.runtime.clock(), None
        try:
            async with self.runtime.connection() as conn:
                call = await self._identified(conn, request, token, arrival)
                require(call.actor, verb)
                yield conn, call
        except (NotThere, Refused) as trouble:
            await self._tell(request, call, trouble)
            raise

    async def arrived(self, request: Request) -> "Arrival":
        """Read a call's body, before a connection is taken, since it comes at the caller's pace."""
        token, arrival = _token(request), self.runtime.clock()
        return Arrival(request, token, arrival, await body.read(request, self.limits))

    @asynccontextmanager
    async def writing(
        self, request: Request, before: Before | None = None, arrival: "Arrival | None" = None
    ) -> AsyncIterator["Incoming"]:
        """Open the one transaction of a call with a body, having told who calls; leaving the block commits it.

        What is wrong with the body is told only to callers that are known. `before` may put other bytes in its place,
        before anything is decided. `arrival` is the call as it came, where it was read already.
        """
        came, call = arrival or await self.arrived(request), None
        try:
            raw = came.raw
            if before is not None and isinstance(raw, bytes):
                raw = await before(raw)
            async with self.runtime.transaction() as conn:
                call = await self._identified(conn, request, came.token, came.at)
                document = body.document(raw)
                await self.look(request, document)
                yield Incoming(request, conn, call, document)
        except (NotThere, Refused) as trouble:
            await self._tell(request, call, trouble)
            raise

    async def _tell(self, request: Request, call: Call | None, trouble: NotThere | Refused) -> None:
        """Write down what somebody known was kept from; nothing of it was shown, so the refusal stands without."""
        if call is not None and audit.is_denial(trouble):
            named = id_in(request)
            with suppress(Unavailable):
                await audit.deny(self.runtime, call.actor, call.now, trouble, method=request.method, request=named)

    @asynccontextmanager
    async def noting(self, request: Request, verb: Verb = Verb.READ) -> AsyncIterator[tuple[Connection, Call]]:
        """Open the one transaction of a call whose body is no document, having told who calls and what it may."""
        token, arrival, call = _token(request), self.runtime.clock(), None
        try:
            async with self.runtime.transaction() as conn:
                call = await self._identified(conn, request, token, arrival)
                require(call.actor, verb)
                await self.look(request)
                yield conn, call
        except (NotThere, Refused) as trouble:
            await self._tell(request, call, trouble)
            raise

    async def look(self, request: Request, document: Document | None = None) -> None:
        """Raise Refused for what bears a secrecy mark, before anything is decided on it or kept (Article 10)."""
        if self.watch is None:
            return
        for key in request.headers.getlist("idempotency-key"):
            self.watch.look(key)
        if document is not None:
            await self.watch.look_at(document.value, len(document.raw))

    async def _identified(self, conn: Connection, request: Request, token: str, arrival: datetime) -> Call:
        """Tell who calls; raise CallerUnknown, or Fault when calls are too many.

        Only wrong tokens are held against an address: behind a proxy it is that of callers with good ones, too.
        """
        try:
            call = await identify(conn, token, arrival, self.runtime.mode)
        except CallerUnknown:
            if self.door is not None:
                self.door.wrong_tokens.take(request.client.host if request.client else "")
            raise
        self.familiar.add(token_digest(token))
        if self.door is not None:
            self.door.calls.take(call.token)
        return call


def require(actor: Actor, verb: Verb) -> None:
    """Raise Refused unless a caller is entitled to a verb."""
    if not may(actor, verb):
        raise Refused((object_to("role_may_not"),))


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call with a body as it came: its token, the real moment, and its bytes or what is wrong with them."""

    request: Request
    token: str
    at: datetime
    raw: bytes | Fault


@dataclass(frozen=True, slots=True)
class Incoming:
    """A call with a body, inside its transaction."""

    request: Request
    conn: Connection
    call: Call
    document: Document


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is answered with, as it also can be kept for a retry."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, *, replayed: bool = False) -> Response:
        """Return it as it goes out."""
        headers = {**self.headers, "Idempotent-Replayed": "true"} if replayed else self.headers
        return Response(self.body, self.status, headers, JSON)


def id_in(request: Request) -> UUID | None:
    """Return the id that an address names, None for what is none."""
    text = str(request.path_params.get("id", ""))
    return UUID(text) if ID.fullmatch(text) else None


def _token(request: Request) -> str:
    """Return the token that a call brings; raise CallerUnknown for none."""
    given = request.headers.getlist("authorization")
    found = _BEARER.fullmatch(given[0]) if len(given) == 1 else None
    if found is None:
        raise CallerUnknown
    return found[1]
