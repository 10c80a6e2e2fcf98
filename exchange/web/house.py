"""What every page stands on: who asks, in which language, over one connection; and how a page is written."""

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from exchange.core.access import Actor, Verb, may
from exchange.core.deadlines import local_day
from exchange.core.errors import CallerUnknown, NotProved, NotThere, Refused, Unavailable
from exchange.protection.gateway import Watch
from exchange.runtime import Mode, Runtime, node_time
from exchange.service import attempts, audit, register, sessions
from exchange.store.database import Connection
from exchange.tongues import Tongue, Tongues
from exchange.web import form as forms
from exchange.web import guard
from exchange.web.book import Book
from exchange.web.form import Form, Limits
from exchange.web.static import Shelf
from schemas.vocabulary import Deed, Role

ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TEMPLATES: Final = Path(__file__).resolve().parent.parent.parent / "templates"


@dataclass(frozen=True, slots=True)
class House:
    """What the pages of one application share. `outline` says what went wrong without quoting anything.

    `module_at` and `node_at` are where the module's pages and the node's stand under, empty for the same name. `watch`
    is the mark guard; only the protection module's own forms have none. `secrets` are the roles that are shown
    the way to the module, where there is one. What is `for_all` is for people of a body of the module alone, too.
    """

    runtime: Runtime
    limits: Limits
    tongues: Tongues
    shelf: Shelf
    templates: Environment
    outline: Callable[[BaseException], str]
    watch: Watch | None
    secrets: frozenset[Role] = frozenset()
    for_all: bool = False
    module_at: str = ""
    node_at: str = ""

    @property
    def sandbox(self) -> bool:
        """Whether everybody may sign in as anybody."""
        return self.runtime.mode is Mode.SANDBOX

    def tongue(self, request: Request) -> Tongue:
        """Return the language of a call."""
        return self.tongues.of(request.cookies.get(guard.LANGUAGE), request.headers.get("accept-language", ""))

    @asynccontextmanager
    async def reading(self, request: Request) -> AsyncIterator["Turn"]:
        """Lend a connection for a page that only reads, having told who asks; raise CallerUnknown."""
        secret, real, turn = guard.secret_of(request), self.runtime.clock(), None
        try:
            async with self.runtime.connection() as conn:
                turn = await self._turn(request, conn, secret, real)
                yield turn
        except (NotThere, Refused) as trouble:
            await self.tell(turn, trouble)
            raise

    @asynccontextmanager
    async def looking(self, request: Request) -> AsyncIterator[tuple[Connection, "Turn | None"]]:
        """Lend a connection for a page that is open to everybody, with the caller if there is one."""
        secret, real = guard.secret_of(request), self.runtime.clock()
        async with self.runtime.connection() as conn:
            try:
                turn = await self._turn(request, conn, secret, real)
            except CallerUnknown:
                turn = None
            yield conn, turn

    @asynccontextmanager
    async def writing(self, request: Request, form: Form) -> AsyncIterator["Turn"]:
        """Open the one transaction of a form, having told that a caller's own page sent it."""
        guard.from_our_page(request)
        secret, real, turn = guard.secret_of(request), self.runtime.clock(), None
        try:
            async with self.runtime.connection() as conn:
                try:
                    async with conn.transaction():
                        turn = await self._turn(request, conn, secret, real)
                        guard.from_this_session(form, turn.secret)
                        await self.look(form)
                        yield turn
                except NotProved as trouble:
                    await self._count(turn, trouble, real)
                    raise
        except (NotThere, Refused) as trouble:
            await self.tell(turn, trouble)
            raise

    async def look(self, form: Form) -> None:
        """Raise Refused for a form with a text that bears a secrecy mark (Article 10)."""
        if self.watch is not None:
            texts = {name: list(values) for name, values in form.values.items() if name not in forms.SECRET}
            await self.watch.look_at(texts, sum(len(each) for values in texts.values() for each in values))

    async def tell(self, turn: "Turn | None", trouble: NotThere | Refused) -> None:
        """Write down what somebody known was kept from; nothing of it was shown, so the refusal stands without."""
        if turn is not None and audit.is_denial(trouble):
            text = str(turn.request.path_params.get("id", ""))
            named, method = UUID(text) if ID.fullmatch(text) else None, turn.request.method
            with suppress(Unavailable):
                await audit.deny(self.runtime, turn.actor, turn.now, trouble, method=method, request=named)

    async def form(self, request: Request) -> Form:
        """Read the form of a call; it comes at the caller's pace, so no connection is held meanwhile."""
        return await forms.read(request, self.limits)

    def page(self, request: Request, template: str, *, status: int = 200, **shown: Any) -> Response:
        """Write a page for somebody who is not signed in, or of whom nothing is known."""
        return self._written(request, self.tongue(request), template, status, {"turn": None, **shown})

    def page_for(self, turn: "Turn", template: str, *, status: int = 200, **shown: Any) -> Response:
        """Write a page for a caller; a template outside the open pages is named with its folder."""
        return self._written(turn.request, turn.tongue, template, status, {"turn": turn, **shown})

    async def _count(self, turn: "Turn | None", trouble: NotProved, real: datetime) -> None:
        """Count and write down a failure of somebody who is signed in, whose transaction is undone.

        The connection is the one in hand: whoever guesses many times at once and leaves no other is counted, too.
        """
        if turn is not None and trouble.login:
            async with turn.conn.transaction():
                await attempts.failed(turn.conn, trouble.login, real)
                await audit.note(
                    turn.conn,
                    turn.actor,
                    Deed.SIGN_IN_FAILED,
                    turn.now,
                    subject=trouble.login,
                    detail={"again": True},
                )

    async def _turn(self, request: Request, conn: Connection, secret: str | None, real: datetime) -> "Turn":
        held = await sessions.prove(conn, secret, real)
        if not may(held.actor, Verb.READ) and not (self.for_all and held.actor.outside):
            raise NotThere
        now = node_time(real, held.shift, held.frozen_at)
        return Turn(
            request=request,
            conn=conn,
            actor=held.actor,
            session=held,
            real=real,
            now=now,
            secret=secret or "",
            tongue=self.tongue(request),
            book=Book.of(await register.authorities(conn, held.actor, now)),
        )

    def _written(
        self, request: Request, tongue: Tongue, template: str, status: int, shown: Mapping[str, Any]
    ) -> Response:
        known = {
            "tongue": tongue,
            "t": tongue.t,
            "n": tongue.n,
            "sandbox": self.sandbox,
            "secrets": self.secrets,
            "module_at": self.module_at,
            "node_at": self.node_at,
            "shelf": self.shelf,
            "path": request.url.path,
            "languages": self._languages(request, tongue),
        }
        name = template if "/" in template else f"pages/{template}"
        html = self.templates.get_template(f"{name}.html").render({**known, **shown})
        return HTMLResponse(html, status, {**guard.HEADERS, "Content-Language": tongue.code, "Vary": "Cookie"})

    def _languages(self, request: Request, tongue: Tongue) -> list[tuple[str, str, str]]:
        """Return the other languages: code, own name, and the address of this page in it.

        A form that came back offers none: following the link would lose what was typed.
        """
        if request.method == "POST":
            return []
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
        return [
            (other.code, other.t("language.name"), "?" + urlencode([*kept, ("lang", other.code)]))
            for other in self.tongues.by_code.values()
            if other.code != tongue.code
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One call of somebody signed in; `real` is the real time, `now` the node's."""

    request: Request
    conn: Connection
    actor: Actor
    session: sessions.Held
    real: datetime
    now: datetime
    secret: str
    tongue: Tongue
    book: Book

    @property
    def zone(self) -> str:
        """The zone of the caller's authority."""
        return self.book.zone(self.actor.authority)

    @property
    def today(self) -> date:
        """The day on which the caller's authority is."""
        return local_day(self.now, self.zone)

    @property
    def name(self) -> str:
        """The name of the caller's authority."""
        return self.book.name(self.actor.authority, self.tongue.code)

    def may(self, verb: str) -> bool:
        """Whether the caller is entitled to a verb."""
        return may(self.actor, Verb(verb))

    @property
    def form_token(self) -> str:
        """What the forms of this session bear."""
        return sessions.form_token(self.secret)


def environment() -> Environment:
    """Return the templates' environment: everything is escaped, and a name that is not there is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["iso"] = lambda instant: instant.isoformat().replace("+00:00", "Z")
    return made
