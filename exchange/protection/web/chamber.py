"""What every page of the module stands on: the open pages' house, the module, and who asks for them on what ground."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from exchange.core.errors import CallerUnknown, ExchangeError, ModuleSealed, NotThere, Refused
from exchange.protection.core.acts import MAY, Verb
from exchange.protection.core.scene import Body, Caller
from exchange.protection.module import Module
from exchange.protection.service import directory
from exchange.protection.service.directory import Listed
from exchange.protection.web.teller import Teller
from exchange.protection.web.words import tongues_of
from exchange.store.database import Connection
from exchange.web import guard
from exchange.web.book import Book
from exchange.web.errors import Forged
from exchange.web.form import Form
from exchange.web.house import House, Turn
from exchange.web.page import RETRY_SECONDS, page_of

SEEING: Final = frozenset(role for role, verbs in MAY.items() if Verb.SEE in verbs)
"""The roles to which the open pages show the way here."""

Work = Callable[["Chamber", Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Names(Book):
    """The registered bodies, with those that the module alone knows: their names and zones."""

    listed: Mapping[str, Listed] = field(default_factory=dict)

    def name(self, code: str, language: str) -> str:
        """Return a body's name in a language, as the module knows it, else as the open registry does."""
        found = self.listed.get(code)
        return Book.name(self, code, language) if found is None else found.name(language)

    def zone(self, code: str) -> str:
        """Return a body's zone, as the module knows it, else as the open registry does."""
        found = self.listed.get(code)
        return Book.zone(self, code) if found is None else found.body.zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One call of somebody whose role may see the module, with a connection to the module's database."""

    module: Module
    turn: Turn
    conn: Connection
    caller: Caller
    tell: Teller
    own: Body
    bodies: Mapping[str, Listed]

    def may(self, verb: Verb) -> bool:
        """Tell whether the caller's role is entitled to a verb of the module."""
        return verb in MAY[self.caller.role]


@dataclass(frozen=True, slots=True)
class Chamber:
    """The pages' house with the module behind it."""

    house: House
    module: Module

    @classmethod
    def of(cls, house: House, module: Module) -> "Chamber":
        """Put up the module's pages in the open pages' house, with the words of both."""
        return cls(replace(house, tongues=tongues_of(house.tongues), watch=None, for_all=True), module)

    @asynccontextmanager
    async def reading(self, request: Request) -> AsyncIterator[Room]:
        """Lend a connection for a page that only reads; raise CallerUnknown, NotThere, ModuleSealed."""
        turn = await self._turn(request)
        try:
            async with self.module.pool.connection() as conn:
                yield await self._room(turn, conn)
        except (NotThere, Refused) as trouble:
            await self.house.tell(turn, trouble)
            raise

    @asynccontextmanager
    async def transaction(self, request: Request) -> AsyncIterator[Room]:
        """Open a transaction for a page that is written down before it is given."""
        turn = await self._turn(request)
        try:
            async with self.module.transaction() as conn:
                yield await self._room(turn, conn)
        except (NotThere, Refused) as trouble:
            await self.house.tell(turn, trouble)
            raise

    @asynccontextmanager
    async def writing(self, request: Request, form: Form) -> AsyncIterator[Room]:
        """Open the one transaction of a form in the module, having told that a caller's own page sent it."""
        guard.from_our_page(request)
        async with self.transaction(request) as room:
            guard.from_this_session(form, room.turn.secret)
            yield room

    def page(self, room: Room, template: str, *, status: int = 200, **shown: Any) -> Response:
        """Write a page of the module."""
        known = {"tell": room.tell, "decides": room.may(Verb.DECIDE)}
        return self.house.page_for(room.turn, f"protection/{template}", status=status, **known, **shown)

    def bound(self, work: Work) -> Callable[[House, Request], Awaitable[Response]]:
        """Return the handler of an address: a sealed module is told as such, with what the operator does."""

        async def answer(_house: House, request: Request) -> Response:
            try:
                return await work(self, request)
            except ModuleSealed:
                return await self.sealed(request)

        return answer

    async def sending(
        self, request: Request, form: Form, work: Callable[["Chamber", Request, Form], Awaitable[Response]]
    ) -> Response:
        """Do what a form asks for; whatever goes wrong shows what was typed, so that nothing is lost."""
        try:
            return await work(self, request, form)
        except ModuleSealed:
            return await self.sealed(request, form)
        except (CallerUnknown, Forged, ExchangeError) as trouble:
            kept = form if guard.is_from_our_page(request) else None
            return page_of(self.house, request, trouble, kept)

    async def finish(self) -> None:
        """Let the vault destroy what a commit ordered; what is left undone here, its job does."""
        with suppress(ExchangeError):
            await self.module.vault.finish()

    async def sealed(self, request: Request, form: Form | None = None) -> Response:
        """Say that the module is sealed, and what the operator does; what was typed is shown."""
        turn = await self._turn(request)
        ours = form is not None and guard.is_from_our_page(request)
        typed = list(form.typed()) if form is not None and ours else []
        response = self.house.page_for(turn, "protection/sealed", status=503, typed=typed)
        response.headers["Retry-After"] = RETRY_SECONDS
        return response

    async def _turn(self, request: Request) -> Turn:
        """Return who asks; a role that may not see the module gets to know of nothing here."""
        async with self.house.reading(request) as turn:
            if Verb.SEE not in MAY[turn.actor.role]:
                raise NotThere
        return turn

    async def _room(self, turn: Turn, conn: Connection) -> Room:
        if self.module.provider.sealed:
            raise ModuleSealed
        actor, language = turn.actor, turn.tongue.code
        bodies = {listed.body.code: listed for listed in await directory.bodies(conn, self.module)}
        own = bodies.get(actor.authority)
        if own is None:
            raise NotThere
        names = Names(turn.book.by_code, bodies)
        turn = replace(turn, book=names)
        tell = Teller(
            tongue=turn.tongue,
            law=self.module.law,
            names=lambda code: names.name(code, language),
            zone=own.body.zone,
            now=turn.now,
            own=own.body.code,
            party=own.body.party,
        )
        caller = Caller(actor.authority, actor.role, actor.who)
        return Room(module=self.module, turn=turn, conn=conn, caller=caller, tell=tell, own=own.body, bodies=bodies)
