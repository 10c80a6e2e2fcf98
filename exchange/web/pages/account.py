"""One's own account: password, second factor, sessions."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exchange.core.errors import NotProved, NotThere
from exchange.service import people, sessions
from exchange.service import sign_in as door
from exchange.store import accounts
from exchange.store import sessions as stored_sessions
from exchange.store.accounts import Account
from exchange.store.sessions import Open
from exchange.web import agents, guard
from exchange.web.acts.remarks import Remark
from exchange.web.form import Form
from exchange.web.house import House, Visit
from exchange.web.pages.door import SECOND, new_password
from exchange.web.plain import Plain, Wrong
from exchange.web.query import Query

DONE: Final = ("password", "session")


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """One's own account as its page shows it; `done` is what was just changed."""

    account: Account
    sessions: tuple[Open, ...]
    present: int
    recovery: int
    sheet: Plain
    done: str | None


async def show(house: House, request: Request) -> Response:
    """Show one's own account."""
    done = Query(request).one_of("done", *DONE)
    async with house.reading(request) as visit:
        return await _shown(house, visit, Plain(), done=done)


async def change_password(house: House, request: Request) -> Response:
    """Set another password for who proves again who it is; every other session ends, and this one is new."""
    form = await house.form(request)
    try:
        async with house.writing(request, form) as visit:
            account = await _real(visit)
            _strong(new_password(form, account.login, visit.tongue))
            await people.prove_again(
                visit.conn, house.runtime.gate, visit.actor, form.get("password"), form.get("code"), visit.real
            )
            encoded = await house.runtime.passwords.hashed(form.get("new_password"))
            await door.change_password(visit.conn, visit.actor, encoded, visit.real)
            secret = await _renewed(visit)
    except Wrong as wrong:
        async with house.reading(request) as visit:
            return await _shown(house, visit, Plain(form, wrong.remarks), status=wrong.status)
    response = RedirectResponse("/account?done=password", 303)
    guard.keep_secret(response, secret)
    return response


async def change_second(house: House, request: Request) -> Response:
    """Begin another second factor for who proves again who it is: this session is good for that alone from now on."""
    form = await house.form(request)
    async with house.writing(request, form) as visit:
        account = await _real(visit)
        if house.sandbox and not account.ready:
            raise NotProved
        await people.prove_again(
            visit.conn, house.runtime.gate, visit.actor, form.get("password"), form.get("code"), visit.real
        )
        await door.begin_enrolment(visit.conn, house.runtime.gate, account.login)
        secret = await _renewed(visit, enrolling=True)
    response = RedirectResponse(SECOND, 303)
    guard.keep_secret(response, secret)
    return response


async def end_sessions(house: House, request: Request) -> Response:
    """End one of one's sessions, or all of them."""
    form, chosen = await house.form(request), "end"
    async with house.writing(request, form) as visit:
        number, login = form.get(chosen), visit.session.login
        if number == "all":
            await stored_sessions.end_all(visit.conn, login, visit.real)
        elif not (number.isascii() and number.isdigit() and len(number) < 19) or not (  # noqa: PLR2004 - digits of an id
            await stored_sessions.end_one(visit.conn, login, int(number), visit.real)
        ):
            raise NotThere
        await door.ended(visit.conn, visit.actor, all_of_them=number == "all")
    ended = number in {"all", str(visit.session.id)}
    response = RedirectResponse("/sign-in" if ended else "/account?done=session", 303)
    if ended:
        guard.forget_secret(response)
    return response


def _strong(remarks: tuple[Remark, ...]) -> None:
    """Raise Wrong for a new password that is not taken."""
    if remarks:
        raise Wrong(remarks)


async def _real(visit: Visit) -> Account:
    """Return one's account; a sample has nothing to change. Raise NotThere."""
    account = await accounts.find(visit.conn, visit.session.login)
    if account is None or account.sample:
        raise NotThere
    return account


async def _renewed(visit: Visit, *, enrolling: bool = False) -> str:
    """Open a session instead of this one."""
    agent = agents.short(visit.request.headers.get("user-agent"))
    return await sessions.open_for(
        visit.conn, visit.actor, visit.real, instead_of=visit.secret, agent=agent, enrolling=enrolling
    )


async def _shown(house: House, visit: Visit, sheet: Plain, *, status: int = 200, done: str | None = None) -> Response:
    account = await accounts.find(visit.conn, visit.session.login)
    if account is None:
        raise NotThere
    since = visit.real - sessions.IDLE
    view = Own(
        account=account,
        sessions=await stored_sessions.of_account(visit.conn, account.login, visit.real, since),
        present=visit.session.id,
        recovery=await accounts.recovery_left(visit.conn, account.login),
        sheet=Plain(Form(), sheet.remarks),
        done=done,
    )
    return house.page_for(visit, "account", status=status, view=view, sheet=view.sheet)
