"""One effect for a call that is made twice; the answer is kept locked, in the effect's transaction, with its item."""

import hmac
import os
from datetime import datetime
from typing import Final
from uuid import UUID

from exchange.core.errors import AnswerErased, KeyInWork, KeyReused
from exchange.protection.content.safe import DIGEST_KEY_BYTES
from exchange.protection.module import Module
from exchange.protection.store import idempotency as store
from exchange.protection.store.idempotency import Kept
from exchange.store.database import Connection

DIGEST_KEY: Final = "digest_key"
"""What the key of digests is locked to."""


async def begin(conn: Connection, module: Module, body: str, key: str, call: bytes) -> bytes | None:
    """Return the answer kept for a body's key, or None for a new one, which is claimed until the transaction ends.

    Raise KeyInWork while another call holds the key, KeyReused when it was used for another call, AnswerErased when the
    answer went with the item that it told of.
    """
    name = await digest(conn, module, body, key)
    if not await store.claim(conn, name):
        raise KeyInWork
    kept = await store.replay(conn, body, name)
    if kept is None:
        return None
    if module.safe.open(kept.call, bound(body, name, "call")) != call:
        raise KeyReused
    if kept.answer is None:
        raise AnswerErased
    return module.safe.open(kept.answer, bound(body, name, "answer"))


async def finish(
    conn: Connection,
    module: Module,
    body: str,
    key: str,
    call: bytes,
    answer: bytes,
    now: datetime,
    *,
    item: UUID | None = None,
) -> None:
    """Keep the answer to a call that took effect, until the item that it tells of is gone.

    The fingerprint of the call is locked, too, since a body can be guessed; it stays when the answer goes.
    """
    name = await digest(conn, module, body, key)
    told = module.safe.lock(answer, bound(body, name, "answer"))
    kept = Kept(module.safe.lock(call, bound(body, name, "call")), told)
    await store.keep(conn, body, name, kept, item, now)


async def digest(conn: Connection, module: Module, body: str, key: str) -> bytes:
    """Return what a body's key is kept as (32 bytes): nobody reads the key off it, nor proves a guess of it.

    The key of digests outlives all rotations of the record key, under which it is locked: a call is known again.
    """
    secret = module.digests.secret or await _digest_key(conn, module)
    return hmac.digest(secret, f"{body}\n{key}".encode(), "sha256")


async def _digest_key(conn: Connection, module: Module) -> bytes:
    """Open the key of digests; one made by this very transaction is not kept in memory: it may never come to stand."""
    locked = await store.digest_key(conn)
    if locked is not None:
        module.digests.secret = module.safe.open(locked, DIGEST_KEY)
        return module.digests.secret
    await store.add_digest_key(conn, module.safe.lock(os.urandom(DIGEST_KEY_BYTES), DIGEST_KEY))
    stands = await store.digest_key(conn)
    return module.safe.open(stands or b"", DIGEST_KEY)


def bound(body: str, key: bytes, part: str) -> str:
    """Return what a kept call (`call`) or its answer (`answer`) is locked to."""
    return f"idempotency/{body}/{key.hex()}/{part}"
