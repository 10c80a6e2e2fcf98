"""One effect for a call that is made twice: the answer is kept under the caller's key, in the effect's transaction."""

from datetime import datetime
from hashlib import sha256

from exchange.core.errors import KeyInWork, KeyReused
from exchange.store import idempotency as store
from exchange.store.database import Connection


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    """Return what must be the same in both calls (32 bytes)."""
    return sha256(b"\n".join((method.encode(), path.encode(), body))).digest()


async def begin(conn: Connection, authority: str, key: str, call: bytes) -> str | None:
    """Return the answer kept for this key, or None for a new one, which is claimed until the transaction ends.

    Raise KeyInWork while another call holds the key, KeyReused when it was used for another call.
    """
    if not await store.claim(conn, authority, key):
        raise KeyInWork
    kept = await store.replay(conn, authority, key)
    if kept is None:
        return None
    if kept.fingerprint != call:
        raise KeyReused
    return kept.answer


async def finish(conn: Connection, authority: str, key: str, call: bytes, answer: str, now: datetime) -> None:
    """Keep the answer (JSON text) to a call that took effect."""
    await store.keep(conn, authority, key, store.Kept(call, answer), now)
