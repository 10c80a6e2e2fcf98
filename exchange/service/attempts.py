"""Signing in, counted before it is tried: however many try at once, each costs one of the free failures."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from math import ceil

from exchange.core.attempts import FORGOTTEN, FREE, Counted, closed_for, counted_on
from exchange.core.errors import TooManyTries
from exchange.store import attempts as store
from exchange.store.attempts import Tried
from exchange.store.database import Connection


async def count(conn: Connection, of: Mapping[Counted, str], real: datetime) -> None:
    """Count an attempt as failed, to be taken back when it succeeds; raise TooManyTries while closed.

    Call it in a transaction of its own, before anything is proved.
    """
    tried = await store.lock(conn, of, real)
    closed = max((one.closed_until for one in tried if one.closed_until is not None), default=real)
    if closed > real:
        raise TooManyTries(seconds=ceil((closed - real).total_seconds()))
    for one in tried:
        await store.keep(conn, _failed(one, real))
    await store.forget(conn, real - 2 * FORGOTTEN)


async def succeeded(conn: Connection, of: Mapping[Counted, str], real: datetime) -> None:
    """Take an attempt back: an account's counts begin anew, an address has one less."""
    for one in await store.lock(conn, of, real):
        left = max(0, one.failures - 1) if one.kind is Counted.ADDRESS else 0
        closed = one.closed_until if left >= FREE[one.kind] else None
        await store.keep(conn, replace(one, failures=left, closed_until=closed))


async def failed(conn: Connection, login: str, real: datetime) -> None:
    """Count a failure of somebody who is signed in."""
    for one in await store.lock(conn, {Counted.AGAIN: login}, real):
        await store.keep(conn, _failed(one, real))


async def check(conn: Connection, login: str, real: datetime) -> None:
    """Raise TooManyTries while nobody proves again for an account; failures at the door close nothing here."""
    held = (await store.of_logins(conn, [login], Counted.AGAIN)).get(login)
    if held is not None and held.closed_until is not None and held.closed_until > real:
        raise TooManyTries(seconds=ceil((held.closed_until - real).total_seconds()))


def _failed(one: Tried, real: datetime) -> Tried:
    failures = counted_on(one.failures, one.last_at, real) + 1
    span = closed_for(one.kind, failures)
    return replace(one, failures=failures, last_at=real, closed_until=real + span if span else None)
