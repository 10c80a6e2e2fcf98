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
from exchange.web.house import House, Turn
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
    async with house.reading(request) as turn:
        return await _shown(house, turn, Plain(), done=done)


async def change_password(house: House, request: Request) -> Response:
    """Set another password for who proves again who it is; every other session ends, and this one is new."""
    form = await house.form(request)
    try:
        async with house.writing(request, form) as turn:
            account = await _real(turn)
            _strong(new_password(form, account.login, turn.tongue))
            await people.prove_again(
                turn.conn, house.runtime.gate, turn.actor, form.get("password"), form.get("code"), turn.real
            )
            encoded = await house.runtime.passwords.hashed(form.get("new_password"))
            await door.change_password(turn.conn, turn.actor, encoded, turn.real)
            secret = await _renewed(turn)
    except Wrong as wrong:
        async with house.reading(request) as turn:
            return await _shown(house, turn, Plain(form, wrong.remarks), status=wrong.status)
    response = RedirectResponse("/account?done=password", 303)
    guard.keep_secret(response, secret)
    return response


async def change_second(house: House, request: Request) -> Response:
    """Begin another second factor for who proves again who it is: this session is good for that alone from now on."""
    form = await house.form(request)
    async with house.writing(request, form) as turn:
        account = await _real(turn)
        if house.sandbox and not account.ready:
            raise NotProved
        await people.prove_again(
            turn.conn, house.runtime.gate, turn.actor, form.get("password"), form.get("code"), turn.real
        )
        await door.begin_enrolment(turn.conn, house.runtime.gate, account.login)
        secret = await _renewed(turn, enrolling=True)
    response = RedirectResponse(SECOND, 303)
    guard.keep_secret(response, secret)
    return response


async def end_sessions(house: House, request: Request) -> Response:
    """End one of one's sessions, or all of them."""
    form, chosen = await house.form(request), "end"
    async with house.writing(request, form) as turn:
        number, login = form.get(chosen), turn.session.login
        if number == "all":
            await stored_sessions.end_all(turn.conn, login, turn.real)
        elif not (number.isascii() and number.isdigit() and len(number) < 19) or not (  # noqa: PLR2004 - digits of an id
            await stored_sessions.end_one(turn.conn, login, int(number), turn.real)
        ):
            raise NotThere
        await door.ended(turn.conn, turn.actor, all_of_them=number == "all")
    ended = number in {"all", str(turn.session.id)}
    response = RedirectResponse("/sign-in" if ended else "/account?done=session", 303)
    if ended:
        guard.forget_secret(response)
    return response


def _strong(remarks: tuple[Remark, ...]) -> None:
    """Raise Wrong for a new password that is not taken."""
    if remarks:
        raise Wrong(remarks)


async def _real(turn: Turn) -> Account:
    """Return one's account; a sample has nothing to change. Raise NotThere."""
    account = await accounts.find(turn.conn, turn.session.login)
    if account is None or account.sample:
        raise NotThere
    return account


async def _renewed(turn: Turn, *, enrolling: bool = False) -> str:
    """Open a session instead of this one."""
    agent = agents.short(turn.request.headers.get("user-agent"))
    return await sessions.open_for(
        turn.conn, turn.actor, turn.real, instead_of=turn.secret, agent=agent, enrolling=enrolling
    )


async def _shown(house: House, turn: Turn, sheet: Plain, *, status: int = 200, done: str | None = None) -> Response:
    account = await accounts.find(turn.conn, turn.session.login)
    if account is None:
        raise NotThere
    since = turn.real - sessions.IDLE
    view = Own(
        account=account,
        sessions=await stored_sessions.of_account(turn.conn, account.login, turn.real, since),
        present=turn.session.id,
        recovery=await accounts.recovery_left(turn.conn, account.login),
        sheet=Plain(Form(), sheet.remarks),
        done=done,
    )
    return house.page_for(turn, "account", status=status, view=view, sheet=view.sheet)
