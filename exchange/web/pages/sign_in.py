"""Signing in and out: in a sandbox as the sample person of any role; with login, password and code in production."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exchange.core.errors import CallerUnknown
from exchange.service import people, register, sessions
from exchange.service import sign_in as proved
from exchange.store import registry, sandbox
from exchange.web import agents, guard
from exchange.web.errors import PageFault
from exchange.web.house import House
from exchange.web.page import fault
from exchange.web.pages import door
from exchange.web.query import Query
from schemas.registry import AuthorityView
from schemas.vocabulary import AuthorityKind, Role

ROLES: Final = tuple(role for role in Role if role is not Role.SYSTEM)
"""The roles of people; `system` is a program's."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An authority that one may sign in for."""

    code: str
    name: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The sign-in page; `chosen` is what the address named."""

    chosen: tuple[Desk, Role] | None
    groups: tuple[tuple[str, tuple[Desk, ...]], ...]
    roles: tuple[Role, ...]
    way_back: str
    over_plain_http: bool


async def show(house: House, request: Request) -> Response:
    """Show whom one may sign in as."""
    if not house.sandbox:
        return await door.show(house, request)
    asked, tongue = Query(request), house.tongue(request)
    code, role = asked.text("authority"), asked.member("role", Role)
    async with house.runtime.connection() as conn:
        now = await sandbox.now(conn)
        bodies = (*await register.authorities(conn, None, now), *await register.outside(conn, now))
    known = {body.code: _desk(body, tongue.code) for body in bodies}
    chosen = (known[code], role) if code in known and role in ROLES else None
    way_back = guard.way_back(asked.text("next") or "/")
    view = SignIn(
        chosen=chosen,
        groups=_groups(bodies, tongue.code),
        roles=ROLES,
        way_back=way_back,
        over_plain_http=_plain(request),
    )
    return house.page(request, "sign_in", view=view, status=404 if code and not chosen else 200)


async def sign_in(house: House, request: Request) -> Response:
    """Open a session; the browser's former one ends."""
    if not house.sandbox:
        return fault(house, request, "not_there", 404)
    guard.from_our_page(request)
    form, real = await house.form(request), house.runtime.clock()
    authority, role = form.get("authority"), form.get("role")
    async with house.runtime.transaction() as conn:
        known = await registry.named(conn, [authority.replace("\0", "")], await sandbox.now(conn))
        if authority not in known or role not in ROLES:
            raise PageFault("nobody", 422)
        actor = await people.sample(conn, authority, Role(role), real)
        agent = agents.short(request.headers.get("user-agent"))
        secret = await sessions.open_for(conn, actor, real, instead_of=guard.secret_of(request), agent=agent)
        await proved.entered(conn, actor, agent)
    home = "/protection" if known[authority].kind is AuthorityKind.PROTECTION else "/"
    asked = guard.way_back(form.get("next") or "/")
    response = RedirectResponse(home if asked == "/" else asked, 303)
    guard.keep_secret(response, secret)
    return response


async def sign_out(house: House, request: Request) -> Response:
    """End the session at once; one that has ended already is no mistake."""
    form = await house.form(request)
    response = RedirectResponse("/sign-in", 303)
    guard.forget_secret(response)
    try:
        async with house.writing(request, form) as turn:
            await sessions.close(turn.conn, turn.secret, house.runtime.clock())
            await proved.ended(turn.conn, turn.actor, all_of_them=False)
    except CallerUnknown:
        return response
    return response


def _plain(request: Request) -> bool:
    """Tell whether the browser may be one that keeps no secure cookie of this address."""
    host = request.url.hostname or ""
    return request.url.scheme == "http" and host != "localhost" and not host.startswith(("127.", "[::1", "::1"))


def _desk(body: AuthorityView, language: str) -> Desk:
    return Desk(body.code, body.name.get(language) or body.name["ru"], body.zone)


def _groups(bodies: Sequence[AuthorityView], language: str) -> tuple[tuple[str, tuple[Desk, ...]], ...]:
    """Return the authorities by state."""
    shown = [body for body in bodies if body.kind is not AuthorityKind.DOMESTIC]
    ordered = sorted(shown, key=lambda body: (body.country is None, body.country or "", body.code))
    return tuple(
        (country, tuple(_desk(body, language) for body in members))
        for country, members in groupby(ordered, key=lambda body: str(body.country or "none"))
    )
