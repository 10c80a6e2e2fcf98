"""Accounts as an operator keeps them: opened, changed, closed; always of the operator's own authority."""

from datetime import datetime, timedelta
from typing import Final

from exchange.core.access import Actor, Verb, may
from exchange.core.deadlines import local_day
from exchange.core.errors import NotThere, Refused
from exchange.core.objections import Objection, object_to
from exchange.core.people import speaks, to_account, to_change, to_power
from exchange.service import audit, second
from exchange.service.people import person_behind
from exchange.store import accounts as store
from exchange.store import attempts, devices, sessions, substitutions
from exchange.store.accounts import Account, NewAccount
from exchange.store.attempts import Tried
from exchange.store.database import Connection
from schemas.people import AccountChange, AccountView, AccountWanted, RoleChange, SetUpView
from schemas.vocabulary import Deed

COMMAND: Final = "command"
"""Who the audit trail names for what is done at the command line of the node's own machine."""

SET_UP: Final = timedelta(hours=72)
"""How long a one-time code opens the set-up of an account (real time)."""


async def listed(
    conn: Connection, actor: Actor, real: datetime, *, after: str, limit: int
) -> tuple[list[AccountView], str | None]:
    """Return a page of the accounts of the caller's authority by login, and where the next begins."""
    require(actor)
    rows = await store.of_authority(conn, actor.authority, after=after, limit=limit + 1)
    shown = rows[:limit]
    tried = await attempts.of_logins(conn, [one.login for one in shown])
    return [_view(one, tried.get(one.login), real) for one in shown], shown[-1].login if len(rows) > limit else None


async def get(conn: Connection, actor: Actor, login: str, real: datetime) -> AccountView:
    """Return an account of the caller's authority; raise NotThere."""
    require(actor)
    return await _shown(conn, actor, login, real)


async def open_account(
    conn: Connection,
    actor: Actor,
    wanted: AccountWanted,
    now: datetime,
    real: datetime,
    *,
    sandbox: bool,
    confirmed: bool = False,
) -> AccountView:
    """Open an account of the caller's authority; its set-up code is in the answer alone. Raise Refused.

    `confirmed`: the caller is the head, who confirms what an operator proposed.
    """
    if not confirmed:
        require(actor)
    code, until = second.new_code(), real + SET_UP
    trusted = confirmed or entrusted(actor, sandbox=sandbox)
    objections = (
        *to_account(wanted.login, wanted.role, taken=False, sandbox=sandbox),
        *to_power(given=speaks(wanted.role), entrusted=trusted),
    )
    if objections:
        raise Refused(objections)
    account = NewAccount(
        login=wanted.login,
        name=wanted.name,
        post=wanted.post,
        role=wanted.role,
        language=wanted.language,
        authority=actor.authority,
        made_by=actor.who,
        set_up=second.digest(wanted.login, code),
        set_up_until=until,
    )
    if not await store.add(conn, account, real):
        raise Refused(tuple(to_account(wanted.login, wanted.role, taken=True, sandbox=sandbox)))
    detail = {"change": "opened", "role": wanted.role}
    await audit.note(conn, actor, Deed.ACCESS_CHANGED, now, subject=wanted.login, detail=detail)
    shown = await _shown(conn, actor, wanted.login, real)
    return shown.model_copy(update={"set_up": SetUpView(code=code, until=until)})


async def change(
    conn: Connection,
    actor: Actor,
    login: str,
    wanted: AccountChange,
    now: datetime,
    real: datetime,
    *,
    sandbox: bool,
    confirmed: bool = False,
) -> AccountView:
    """Change an account of the caller's authority; its sessions end, but with `enable` and `unlock`.

    Raise NotThere, or Refused: nobody changes the own account, nor by a program that they let in. `confirmed`: the
    caller is the head, who confirms what an operator proposed.
    """
    if not confirmed:
        require(actor)
    held = await own(conn, actor, login)
    role = wanted.role if isinstance(wanted, RoleChange) else None
    trusted = confirmed or entrusted(actor, sandbox=sandbox)
    objections = (
        *await against_change(conn, actor, held, wanted),
        *to_power(given=await _gives_power(conn, held, wanted, now), entrusted=trusted),
    )
    if objections:
        raise Refused(objections)
    await store.lock(conn, login)
    set_up = await _apply(conn, login, wanted, real)
    if wanted.change not in {"enable", "unlock"}:
        await sessions.end_all(conn, login, real)
    detail = {"change": wanted.change, **({"role": role, "former": held.role} if role else {})}
    await audit.note(conn, actor, Deed.ACCESS_CHANGED, now, subject=login, detail=detail)
    return (await _shown(conn, actor, login, real)).model_copy(update={"set_up": set_up})


async def against_change(conn: Connection, actor: Actor, held: Account, wanted: AccountChange) -> tuple[Objection, ...]:
    """Return the objections to a change, whoever confirms it."""
    role = wanted.role if isinstance(wanted, RoleChange) else None
    sets_up, by = wanted.change == "reset", await person_behind(conn, actor)
    return tuple(to_change(by, held.login, sample=held.sample, role=role, sets_up=sets_up))


def entrusted(actor: Actor, *, sandbox: bool) -> bool:
    """Tell whether a caller gives signing power without the head: a sandbox, and the command on the node's machine."""
    return sandbox or actor.who == COMMAND


async def own(conn: Connection, actor: Actor, login: str) -> Account:
    """Return an account of the caller's authority; raise NotThere."""
    held = await store.find(conn, login)
    if held is None or held.authority != actor.authority:
        raise NotThere
    return held


async def _gives_power(conn: Connection, held: Account, wanted: AccountChange, now: datetime) -> bool:
    """Tell whether a change puts a signature within somebody's reach: the account's own, or a substitute's."""
    if isinstance(wanted, RoleChange):
        return speaks(held.role) or speaks(wanted.role)
    if wanted.change not in {"enable", "reset"}:
        return False
    today = local_day(now, held.zone)
    orders = await substitutions.of_substitute(conn, held.login, held.authority)
    return speaks(held.role) or any(not one.revoked and one.until >= today for one in orders)


async def _apply(conn: Connection, login: str, wanted: AccountChange, real: datetime) -> SetUpView | None:
    if isinstance(wanted, RoleChange):
        await store.give_role(conn, login, wanted.role, wanted.post)
    elif wanted.change == "disable":
        await store.disable(conn, login, real)
    elif wanted.change == "enable":
        await store.disable(conn, login, None)
    elif wanted.change == "unlock":
        await attempts.lift(conn, login)
    elif wanted.change == "reset":
        await devices.forget(conn, login)
        code, until = second.new_code(), real + SET_UP
        await store.open_set_up(conn, login, second.digest(login, code), until)
        return SetUpView(code=code, until=until)
    return None


async def _shown(conn: Connection, actor: Actor, login: str, real: datetime) -> AccountView:
    held = await own(conn, actor, login)
    return _view(held, (await attempts.of_logins(conn, [login])).get(login), real)


def _view(of: Account, tried: Tried | None, real: datetime) -> AccountView:
    closed = tried.closed_until if tried is not None else None
    return AccountView(
        login=of.login,
        authority=of.authority,
        name=of.name,
        post=of.post,
        role=of.role,
        language=of.language,
        disabled=of.disabled_at is not None,
        sample=of.sample,
        ready=of.ready,
        made_at=of.made_at,
        made_by=of.made_by,
        failures=tried.failures if tried is not None else 0,
        closed_until=closed if closed is not None and closed > real else None,
        set_up=None,
    )


def require(actor: Actor) -> None:
    """Raise Refused unless a caller keeps accounts."""
    if not may(actor, Verb.ADMINISTER):
        raise Refused((object_to("role_may_not"),))
