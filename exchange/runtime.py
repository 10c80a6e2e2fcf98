"""What entry points and jobs stand on: the pool, the clock, one transaction, and who calls."""

import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final
from uuid import UUID

from exchange.core.access import Actor
from exchange.core.errors import CallerUnknown
from exchange.files import Store
from exchange.letters.press import Press
from exchange.service.acts import Desk
from exchange.service.passwords import Passwords
from exchange.service.people import Gate
from exchange.store import sandbox, tokens
from exchange.store.database import Connection
from exchange.store.pool import Pool

ROLE: Final = "exchange_app"
"""The role that all work of the node runs in: it may add to the record and not change it."""


class Mode(StrEnum):
    """What a node is for; a database is made for one of the two and refuses the other."""

    SANDBOX = "sandbox"
    PRODUCTION = "production"


PREFIXES: Final = {Mode.SANDBOX: "sx_", Mode.PRODUCTION: "px_"}
"""What a token begins with: a sandbox's is refused in production before anybody asks for it, and the reverse."""

NOTED: Final = timedelta(minutes=1)
"""How exactly it is noted when a token was used last."""


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls, and the node's time at which the call arrived."""

    actor: Actor
    now: datetime
    token: int


def utc_now() -> datetime:
    """Return the real time; only entry points and jobs ask for it."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """One process's hold on the database, with what every act needs beside it."""

    mode: Mode
    pool: Pool = field(repr=False)
    desk: Desk = field(repr=False)
    files: Store = field(repr=False)
    clock: Callable[[], datetime] = utc_now
    passwords: Passwords = field(default_factory=Passwords, repr=False)
    press: Press = field(default_factory=Press, repr=False)

    @property
    def gate(self) -> Gate:
        """What people are proved with."""
        return Gate(self.desk.keys, self.passwords, self.mode is Mode.SANDBOX)

    def connection(self) -> AbstractAsyncContextManager[Connection]:
        """Lend a connection for reading, each statement by itself; raise Unavailable when there is none."""
        return self.pool.connection()

    def transaction(self) -> AbstractAsyncContextManager[Connection]:
        """Open one transaction, as `Pool.transaction` says."""
        return self.pool.transaction()

    async def now(self) -> datetime:
        """Read the node's clock for work that nobody called for; raise Unavailable when it cannot be read."""
        async with self.connection() as conn:
            return await sandbox.now(conn)


async def identify(conn: Connection, token: str | None, arrival: datetime, mode: Mode) -> Call:
    """Tell in one statement who calls and what the node's clock said at the arrival, which is real time.

    Raise CallerUnknown for no token, one of another mode, one that is not known, and one expired or revoked. That it
    was used is noted once a minute, by a statement of its own.
    """
    if token is None or not token.startswith(PREFIXES[mode]):
        raise CallerUnknown
    held = await tokens.identify(conn, token_digest(token))
    call = call_of(held, arrival)
    if to_note(held, call.now):
        await tokens.touch(conn, call.token, call.now)
    return call


def call_of(held: tokens.Caller | None, arrival: datetime) -> Call:
    """Return the call of a token's bearer; raise CallerUnknown for one not known, expired or revoked."""
    if held is None:
        raise CallerUnknown
    now = node_time(arrival, held.shift, held.frozen_at)
    if held.revoked_at is not None or (held.expires_at is not None and held.expires_at <= now):
        raise CallerUnknown
    return Call(held.actor, now, held.id)


def to_note(held: tokens.Caller | None, now: datetime) -> bool:
    """Tell whether it is time to note again that a token is in use."""
    return held is not None and (held.used_at is None or held.used_at + NOTED <= now)


def node_time(real: datetime, shift: timedelta | None, frozen_at: datetime | None) -> datetime:
    """Return what the node's clock says at a real moment; only a sandbox's differs from the real one."""
    return frozen_at or real + (shift or timedelta())


def new_id(real: datetime) -> UUID:
    """Return an id of version 7 (RFC 9562): in order of time, so that indexes grow at their end."""
    milliseconds = int(real.timestamp() * 1000).to_bytes(6, "big")
    noise = bytearray(os.urandom(10))
    noise[0], noise[2] = noise[0] & 0x0F | 0x70, noise[2] & 0x3F | 0x80
    return UUID(bytes=milliseconds + bytes(noise))


def new_token(mode: Mode) -> str:
    """Return a token: 256 random bits behind the mode of the nodes that take it, which the others refuse."""
    return PREFIXES[mode] + token_urlsafe(32)


def token_digest(token: str) -> bytes:
    """Return what is stored of a token; a fast hash, since a token is 256 random bits."""
    return sha256(token.encode()).digest()
