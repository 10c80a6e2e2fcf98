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

LENGTH: Final = timedelta(hours=12)
"""How long a session holds: a day's work, whether anything is done or not."""


@dataclass(frozen=True, slots=True)
class Held:
    """A session that holds, and the sandbox clock read in the same breath (None in production)."""

    actor: Actor
    shift: timedelta | None
    frozen_at: datetime | None


async def open_for(conn: Connection, actor: Actor, real: datetime, *, instead_of: str | None) -> str:
    """Open a session and return its secret (256 random bits); the one that the browser had before ends."""
    if instead_of is not None:
        await store.end(conn, digest(instead_of), real)
    await store.purge(conn, real)
    secret = token_urlsafe(32)
    await store.add(conn, digest(secret), actor, made_at=real, expires_at=real + LENGTH)
    return secret


async def prove(conn: Connection, secret: str | None, real: datetime) -> Held:
    """Return the session of a secret; raise CallerUnknown for none, and for one that is expired or ended."""
    session = None if secret is None else await store.find(conn, digest(secret))
    if session is None or session.revoked_at is not None or session.expires_at <= real:
        raise CallerUnknown
    return Held(session.actor, session.shift, session.frozen_at)


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
