"""Signing in with a login, a password and a code; setting an account up with its one-time code; enrolling.

Whoever fails gets the same answer after the same work, whatever was wrong: one hash, of the account's password or of
nobody's. An attempt is counted before it is tried, in a transaction of its own, so that no number of callers at once
tries more often. Passwords are hashed outside any transaction.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from os import urandom
from secrets import token_urlsafe

from exchange.core.access import Actor
from exchange.core.attempts import DEVICE_KEPT, Counted
from exchange.core.errors import CallerUnknown, NotProved
from exchange.service import attempts, audit, second, sessions
from exchange.service.database import Database
from exchange.service.people import Gate
from exchange.service.sessions import PERSON
from exchange.store import accounts, devices, sandbox
from exchange.store import sessions as stored_sessions
from exchange.store.accounts import Proofs
from exchange.store.database import Connection
from schemas.vocabulary import Deed

LONGEST_LOGIN = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody at the door brings; `former` is the secret of the session that the browser had before.

    `device` is the secret of the browser itself, where somebody signed in there before.
    """

    login: str
    password: str = field(repr=False)
    code: str = field(repr=False)
    address: str
    agent: str
    device: str | None = field(default=None, repr=False)
    former: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened: its secret, the language of whose it is, and the browser's secret from now on."""

    secret: str = field(repr=False)
    language: str
    device: str | None = field(default=None, repr=False)


async def sign_in(db: Database, gate: Gate, given: Given, real: datetime) -> Opened:
    """Open a session; raise NotProved, or TooManyTries while nothing is tried.

    1. Count the attempt; 2. prove the password, and hash it anew where hashes cost more by now; 3. use up the code
    and open the session, if all held.
    """
    async with db.transaction() as conn:
        held, counted = await _arrived(conn, given, real)
    usable = held is not None and held.disabled_at is None and held.factor is not None
    encoded = held.password if held is not None and usable else None
    proved = await gate.passwords.holds(encoded, given.password)
    again = await gate.passwords.hashed(given.password) if proved and gate.passwords.outdated(encoded or "") else None
    async with db.transaction() as conn:
        latest = await accounts.lock(conn, held.login) if held is not None else None
        same = latest is not None and latest.password == encoded and latest.disabled_at is None
        if latest is not None and proved and same:
            opened = await second.use(conn, gate.keys, latest, given.code, real)
        else:
            opened = await accounts.use_recovery(conn, "", urandom(32), real)  # as much work as a wrong code
        if latest is not None and opened:
            if again is not None:
                await accounts.rehash(conn, latest.login, again)
            await attempts.succeeded(conn, {**counted, Counted.AGAIN: latest.login}, real)
            session = await _open(conn, latest, given, real, Deed.SIGNED_IN)
            return replace(session, device=await remember(conn, latest.login, given.device, real))
        await _failed(conn, held, given)
    raise NotProved


async def set_up(db: Database, gate: Gate, given: Given, real: datetime) -> Opened:
    """Set an account's password by its one-time code; open a session for the second factor alone.

    `given.password` is the new one, already found strong enough. Raise NotProved, TooManyTries. Nobody guesses 80 bits:
    failures are counted for the address alone, and keep no owner of the code from using it.
    """
    async with db.transaction() as conn:
        held = await _named(conn, given)
        await attempts.count(conn, {Counted.ADDRESS: given.address}, real)
    encoded = await gate.passwords.hashed(given.password)
    async with db.transaction() as conn:
        latest = await accounts.lock(conn, held.login) if held is not None else None
        if latest is not None and _opens(latest, given.code, real):
            await accounts.set_password(conn, latest.login, encoded)
            await begin_enrolment(conn, gate, latest.login)
            await stored_sessions.end_all(conn, latest.login, real)
            counted = {Counted.ADDRESS: given.address, Counted.LOGIN: latest.login, Counted.AGAIN: latest.login}
            await attempts.succeeded(conn, counted, real)
            return await _open(conn, latest, given, real, Deed.ACCESS_CHANGED, enrolling=True, change="set_up")
        await _failed(conn, held, given)
    raise NotProved


async def begin_enrolment(conn: Connection, gate: Gate, login: str) -> None:
    """Make a second factor's secret that is still to be confirmed; the present one counts until then."""
    await accounts.set_pending(conn, login, second.wrapped(gate.keys, login, second.new_secret()))


async def pending_secret(conn: Connection, gate: Gate, login: str) -> str:
    """Return the secret that is still to be confirmed; raise CallerUnknown when none is."""
    held = await accounts.lock(conn, login)
    if held is None or held.factor_pending is None or held.disabled_at is not None:
        raise CallerUnknown
    return second.opened(gate.keys, login, held.factor_pending)


async def confirm(conn: Connection, gate: Gate, actor: Actor, code: str, real: datetime) -> Sequence[str]:
    """Let the pending second factor count, and return its recovery codes; raise NotProved for a wrong code."""
    login = actor.who.removeprefix(PERSON)
    await attempts.check(conn, login, real)
    step = second.step_of(await pending_secret(conn, gate, login), code, real)
    if step is None:
        raise NotProved(login=login)
    codes = second.new_recovery()
    await accounts.confirm_factor(conn, login, step, [second.digest(login, one) for one in codes])
    await stored_sessions.end_all(conn, login, real)
    await _note(conn, actor, Deed.ACCESS_CHANGED, change="second_factor")
    return codes


async def change_password(conn: Connection, actor: Actor, encoded: str, real: datetime) -> None:
    """Give the caller another password, once it has proved itself again; all its sessions end."""
    login = actor.who.removeprefix(PERSON)
    await accounts.rehash(conn, login, encoded)
    await stored_sessions.end_all(conn, login, real)
    await _note(conn, actor, Deed.ACCESS_CHANGED, change="password")


async def ended(conn: Connection, actor: Actor, *, all_of_them: bool) -> None:
    """Write down that somebody ended a session of the own account, or all of them."""
    await _note(conn, actor, Deed.SIGNED_OUT, sessions="all" if all_of_them else "one")


async def entered(conn: Connection, actor: Actor, agent: str) -> None:
    """Write down that somebody signed in without proving anything, as in a sandbox."""
    await _note(conn, actor, Deed.SIGNED_IN, agent=agent)


async def remember(conn: Connection, login: str, former: str | None, real: datetime) -> str:
    """Keep that somebody proved to be an account's owner in a browser; return the browser's new secret."""
    secret = token_urlsafe(32)
    await devices.purge(conn, real - DEVICE_KEPT)
    await devices.keep(
        conn, sessions.digest(secret), login, real, former=sessions.digest(former) if former is not None else None
    )
    return secret


async def _arrived(conn: Connection, given: Given, real: datetime) -> tuple[Proofs | None, dict[Counted, str]]:
    """Count an attempt; return the account that it is for, and what it was counted for."""
    held = await _named(conn, given)
    counted = await _counted(conn, given, held, real)
    await attempts.count(conn, counted, real)
    return held, counted


async def _named(conn: Connection, given: Given) -> Proofs | None:
    """Lock and return the account that an attempt is for; a sample has nothing to be proved with."""
    held = await accounts.lock(conn, given.login) if len(given.login) <= LONGEST_LOGIN else None
    return None if held is None or held.sample else held


async def _counted(conn: Connection, given: Given, held: Proofs | None, real: datetime) -> dict[Counted, str]:
    """Return what an attempt counts for; what was typed as a login that nobody has may be a password.

    At a browser where the owner signed in before it counts for that browser alone: whoever fails elsewhere, as often as
    they like, does not keep the owner out.
    """
    if held is not None and given.device is not None:
        device = sessions.digest(given.device)
        if await devices.known(conn, device, held.login, real - DEVICE_KEPT):
            return {Counted.DEVICE: device.hex()}
    unknown = "?" + sha256(given.login.encode("utf-8", "replace")).hexdigest()[:32]
    return {Counted.ADDRESS: given.address, Counted.LOGIN: unknown if held is None else held.login}


def _opens(held: Proofs, code: str, real: datetime) -> bool:
    """Tell whether a code opens the set-up of an account."""
    if held.set_up is None or held.set_up_until is None or held.disabled_at is not None:
        return False
    return hmac.compare_digest(held.set_up, second.digest(held.login, code)) and real < held.set_up_until


async def _open(
    conn: Connection,
    held: Proofs,
    given: Given,
    real: datetime,
    deed: Deed,
    *,
    enrolling: bool = False,
    change: str = "",
) -> Opened:
    """Open a session for an account and write it down."""
    actor = Actor(held.authority, held.role, PERSON + held.login)
    await _note(conn, actor, deed, agent=given.agent, **({"change": change} if change else {}))
    secret = await sessions.open_for(conn, actor, real, instead_of=given.former, agent=given.agent, enrolling=enrolling)
    return Opened(secret, held.language)


async def _failed(conn: Connection, held: Proofs | None, given: Given) -> None:
    """Write down that signing in failed, from where, and for whom if anybody has that login."""
    now, detail = await sandbox.now(conn), {"address": given.address, "agent": given.agent}
    if held is None:
        await audit.note_stranger(conn, Deed.SIGN_IN_FAILED, now, detail=detail)
    else:
        actor = Actor(held.authority, held.role, PERSON + held.login)
        await audit.note(conn, actor, Deed.SIGN_IN_FAILED, now, subject=held.login, detail=detail)


async def _note(conn: Connection, actor: Actor, deed: Deed, **detail: str) -> None:
    """Write down what somebody did about the own account."""
    subject = actor.who.removeprefix(PERSON)
    await audit.note(conn, actor, deed, await sandbox.now(conn), subject=subject, detail=detail)
