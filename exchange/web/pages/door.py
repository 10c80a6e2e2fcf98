"""The door of people: login, password and code; the set-up of an account by its one-time code; the second factor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exchange.core.errors import NotProved, TooManyTries
from exchange.core.passwords import weaknesses
from exchange.service import attempts, second, sessions
from exchange.service import sign_in as people
from exchange.service.sign_in import Given
from exchange.store.database import Connection
from exchange.tongues import Tongue
from exchange.web import agents, guard
from exchange.web.acts.remarks import Remark
from exchange.web.form import Form
from exchange.web.house import House
from exchange.web.plain import Plain, remark
from exchange.web.query import Query

ISSUER: Final = "Assistance exchange"
SECOND: Final = "/set-up/second"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """The second factor as it is enrolled: the picture for the telephone, and its secret to type instead."""

    picture: str
    secret: str
    login: str
    form_token: str


async def show(house: House, request: Request) -> Response:
    """Show the form of signing in."""
    way_back = guard.way_back(Query(request).text("next") or "/")
    return house.page(request, "door", sheet=Plain(), way_back=way_back)


async def sign_in(house: House, request: Request) -> Response:
    """Open a session for who proves to be somebody; the browser's former one ends."""
    guard.from_our_page(request)
    form, real = await house.form(request), house.runtime.clock()
    way_back = guard.way_back(form.get("next") or "/")
    try:
        opened = await people.sign_in(house.runtime, house.runtime.gate, _given(request, form, "password"), real)
    except NotProved as trouble:
        tongue = house.tongue(request)
        shown = Plain(form, (_of(trouble, "people.wrong.sign_in", tongue),))
        return _refused(house.page(request, "door", status=_status(trouble), sheet=shown, way_back=way_back), trouble)
    response = RedirectResponse(way_back, 303)
    guard.keep_secret(response, opened.secret)
    if opened.device is not None:
        guard.keep_device(response, opened.device)
    if guard.LANGUAGE not in request.cookies:
        guard.keep_language(response, opened.language)
    return response


async def show_set_up(house: House, request: Request) -> Response:
    """Show the form of setting an account up."""
    return house.page(request, "set_up", sheet=Plain())


async def set_up(house: House, request: Request) -> Response:
    """Set an account's password by its code, and go on to the second factor."""
    guard.from_our_page(request)
    form, real, tongue = await house.form(request), house.runtime.clock(), house.tongue(request)
    remarks = new_password(form, form.get("login"), tongue)
    if remarks:
        return house.page(request, "set_up", status=422, sheet=Plain(form, remarks))
    try:
        opened = await people.set_up(house.runtime, house.runtime.gate, _given(request, form, "new_password"), real)
    except NotProved as trouble:
        shown = Plain(form, (_of(trouble, "people.wrong.set_up", tongue),))
        return _refused(house.page(request, "set_up", status=_status(trouble), sheet=shown), trouble)
    response = RedirectResponse(SECOND, 303)
    guard.keep_secret(response, opened.secret)
    return response


async def show_second(house: House, request: Request) -> Response:
    """Show the second factor that is to be confirmed."""
    async with _enrolling(house, request) as (conn, held):
        view = await _enrolment(house, request, conn, held)
        return house.page(request, "second", view=view, sheet=Plain())


async def confirm_second(house: House, request: Request) -> Response:
    """Let the second factor count, open a session of its own, and show the recovery codes this once."""
    guard.from_our_page(request)
    form, real = await house.form(request), house.runtime.clock()
    try:
        async with _enrolling(house, request) as (conn, held):
            guard.from_this_session(form, guard.secret_of(request) or "")
            codes = await people.confirm(conn, house.runtime.gate, held.actor, form.get("code"), real)
            agent = agents.short(request.headers.get("user-agent"))
            secret = await sessions.open_for(conn, held.actor, real, instead_of=None, agent=agent)
            device = await people.remember(conn, held.login, guard.device_of(request), real)
    except NotProved as trouble:
        return await _second_again(house, request, trouble)
    response = house.page(request, "recovery", codes=codes)
    guard.keep_secret(response, secret)
    guard.keep_device(response, device)
    return response


async def _second_again(house: House, request: Request, trouble: NotProved) -> Response:
    """Count a wrong code, and show the second factor again."""
    if trouble.login:
        async with house.runtime.transaction() as conn:
            await attempts.failed(conn, trouble.login, house.runtime.clock())
    async with _enrolling(house, request) as (conn, held):
        view = await _enrolment(house, request, conn, held)
        shown = Plain(Form(), (_of(trouble, "people.wrong.code", house.tongue(request), "code"),))
        return _refused(house.page(request, "second", status=_status(trouble), view=view, sheet=shown), trouble)


@asynccontextmanager
async def _enrolling(house: House, request: Request) -> AsyncIterator[tuple[Connection, sessions.Held]]:
    """Open a transaction for somebody whose session is of a set-up; raise CallerUnknown."""
    async with house.runtime.transaction() as conn:
        yield conn, await sessions.prove(conn, guard.secret_of(request), house.runtime.clock(), enrolling=True)


async def _enrolment(house: House, request: Request, conn: Connection, held: sessions.Held) -> Enrolment:
    secret = await people.pending_secret(conn, house.runtime.gate, held.login)
    return Enrolment(
        picture=second.picture(secret, held.login, ISSUER),
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        login=held.login,
        form_token=sessions.form_token(guard.secret_of(request) or ""),
    )


def new_password(form: Form, login: str, tongue: Tongue) -> tuple[Remark, ...]:
    """Return what is wrong with a new password, and with its second typing."""
    password = form.get("new_password")
    found = [
        remark("new_password", tongue.t(f"people.weak.{weakness}"), tongue) for weakness in weaknesses(password, login)
    ]
    if form.get("again") != password:
        found.append(remark("again", tongue.t("people.wrong.again"), tongue))
    return tuple(found)


def _given(request: Request, form: Form, password: str) -> Given:
    return Given(
        login=form.get("login").strip().lower().replace("\0", ""),
        password=form.get(password),
        code=form.get("code"),
        address=request.client.host if request.client else "",
        agent=agents.short(request.headers.get("user-agent")),
        device=guard.device_of(request),
        former=guard.secret_of(request),
    )


def _of(trouble: NotProved, key: str, tongue: Tongue, place: str | None = None) -> Remark:
    if isinstance(trouble, TooManyTries):
        return remark(None, tongue.t("people.wrong.closed", span=tongue.span(max(60, trouble.seconds + 59))), tongue)
    return remark(place, tongue.t(key), tongue)


def _status(trouble: NotProved) -> int:
    return 429 if isinstance(trouble, TooManyTries) else 403


def _refused(response: Response, trouble: NotProved) -> Response:
    if isinstance(trouble, TooManyTries):
        response.headers["Retry-After"] = str(trouble.seconds)
    return response
