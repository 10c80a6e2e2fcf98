"""One effect for a call that is made twice; the answer is kept locked, in the effect's transaction."""

from datetime import datetime

from exchange.core.errors import KeyInWork, KeyReused
from exchange.protection.module import Module
from exchange.protection.store import idempotency as store
from exchange.store.database import Connection


async def begin(conn: Connection, module: Module, body: str, key: str, call: bytes) -> bytes | None:
    """Return the answer kept for a body's key, or None for a new one, which is claimed until the transaction ends.

    Raise KeyInWork while another call holds the key, KeyReused when it was used for another call.
    """
    if not await store.claim(conn, body, key):
        raise KeyInWork
    kept = await store.replay(conn, body, key)
    if kept is None:
        return None
    plain = module.safe.open(kept, bound(body, key))
    if not plain.startswith(call):
        raise KeyReused
    return plain.removeprefix(call)


async def finish(
    conn: Connection, module: Module, body: str, key: str, call: bytes, answer: bytes, now: datetime
) -> None:
    """Keep the answer to a call that took effect; the fingerprint is locked with it, since a body can be guessed."""
    await store.keep(conn, body, key, module.safe.lock(call + answer, bound(body, key)), now)


def bound(body: str, key: str) -> str:
    """Return what a kept answer is locked to."""
    return f"idempotency/{body}/{key}"
