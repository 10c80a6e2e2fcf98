"""Sessions of people: opened at sign-in, proved by every call, ended at sign-out. All times are real ones."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Final

from exchange.core.access import Actor
from exchange.core.errors import CallerUnknown
from exchange.store import sessions as store
from exchange.store.database import Connection

PERSON: Final = "person:"
"""What the name of a person who calls begins with; the login follows."""

LENGTH: Final = timedelta(hours=12)
"""How long a session holds at most: a day's work."""

IDLE: Final = timedelta(minutes=30)
"""How long a session holds while nothing is done."""

ENROLLING: Final = timedelta(minutes=15)
"""How long the session of a set-up holds, which is good for the second factor alone."""

NOTED: Final = timedelta(minutes=1)
"""How exactly it is noted when a session was used last."""


@dataclass(frozen=True, slots=True)
class Held:
    """A session that holds, whose it is, and the sandbox clock read in the same breath (None in production)."""

    id: int
    actor: Actor
    login: str
    name: str
    made_at: datetime
    shift: timedelta | None
    frozen_at: datetime | None


async def open_for(
    conn: Connection,
    actor: Actor,
    real: datetime,
    *,
    instead_of: str | None,
    agent: str = "",
    enrolling: bool = False,
) -> str:
    """Open a session of a person and return its secret (256 random bits); the browser's former one ends."""
    if instead_of is not None:
        await store.end(conn, digest(instead_of), real)
    await store.purge(conn, real)
    secret, login = token_urlsafe(32), actor.who.removeprefix(PERSON)
    expires_at = real + (ENROLLING if enrolling else LENGTH)
    await store.add(
        conn, digest(secret), actor, login, agent=agent, made_at=real, expires_at=expires_at, enrolling=enrolling
    )
    return secret


async def prove(conn: Connection, secret: str | None, real: datetime, *, enrolling: bool = False) -> Held:
    """Return the session of a secret; raise CallerUnknown for none, and for one that is expired, idle or ended.

    A session of a set-up is none for anything else, and the reverse: `enrolling` says what is asked for.
    """
    session = None if secret is None else await store.find(conn, digest(secret))
    if session is None or session.revoked_at is not None or session.enrolling is not enrolling:
        raise CallerUnknown
    if session.expires_at <= real or session.seen_at + IDLE <= real:
        raise CallerUnknown
    if session.seen_at + NOTED <= real:
        await store.touch(conn, session.id, real)
    login = session.actor.who.removeprefix(PERSON)
    return Held(session.id, session.actor, login, session.name, session.made_at, session.shift, session.frozen_at)


async def close(conn: Connection, secret: str, real: datetime) -> None:
    """End a session at once, in every process."""
    await store.end(conn, digest(secret), real)


def digest(secret: str) -> bytes:
    """Return what is stored of a session; a fast hash, since the secret is 256 random bits."""
    return sha256(secret.encode()).digest()


def form_token(secret: str) -> str:
    """Return what the forms of a session bear: nobody makes it without the session's secret, nor that from it."""
    return hmac.new(secret.encode(), b"form", sha256).hexdigest()


def is_form_token(secret: str, given: str) -> bool:
    """Tell whether a form bears the token of its session."""
    return hmac.compare_digest(form_token(secret).encode(), given.encode())
