"""Items that come in with an open request: registered unbound, bound when the request stands, given up otherwise."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from exchange.core.errors import ModuleSealed
from exchange.protection.content.provider import Owner
from exchange.protection.core.acts import Verb
from exchange.protection.core.scene import Caller
from exchange.protection.module import Module
from exchange.protection.service import idempotency, items
from exchange.protection.service.standing import require
from exchange.protection.store import routing as store
from exchange.protection.store.routing import Known
from exchange.store.database import Connection
from schemas.protection import Register

PATIENCE: Final = timedelta(hours=24)
"""After how long an item is given up that the open exchange does not refer to."""

Referred = Callable[[Collection[UUID]], Awaitable[Collection[UUID]]]
"""Tells which of some items the open exchange refers to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inline:
    """An item as a request brought it: `raw` is what is signed, `plain` its content; `key` and `call` are the call's.

    `call` is the digest of all that must be the same when the call is made again.
    """

    key: str
    call: bytes
    body: Register
    raw: bytes = field(repr=False)
    plain: bytes = field(repr=False)


async def take_in(conn: Connection, module: Module, new: UUID, inline: Inline, caller: Caller, now: datetime) -> Known:
    """Seal and register an item under the author's body, unbound; the same call again is the same item.

    Raise Refused by the module's own law, KeyReused, KeyInWork, ModuleSealed.
    """
    if module.provider.sealed:
        raise ModuleSealed
    require(caller, Verb.KEEP)
    key = f"inline\n{inline.key}"
    kept = await idempotency.begin(conn, module, caller.body, key, inline.call)
    if kept is not None:
        held = json.loads(kept)
        known = Known(UUID(held["item"]), held["number"])
        await store.touch(conn, known.item, now)
        return known
    owner = Owner(caller.body, inline.body.mark)
    await module.vault.seal(conn, _whole(inline.plain), owner, by=caller.body, now=now)
    loaded = await items.register(conn, module, new, inline.body, inline.raw, caller, now)
    known = Known(new, loaded.item.number)
    await store.add(conn, new, caller.body, await idempotency.digest(conn, module, caller.body, key), now)
    answer = json.dumps({"item": str(new), "number": known.number}).encode()
    await idempotency.finish(conn, module, caller.body, key, inline.call, answer, now)
    return known


async def settle(module: Module, referred: Referred, now: datetime) -> bool:
    """Bind what the open exchange refers to, and give up what it does not after a day; tell whether there was any.

    The key of what is given up is destroyed after the commit; the item stays in its author's register, without content.
    """
    async with module.pool.transaction() as conn:
        left = await store.left(conn, now - PATIENCE)
        known = frozenset(await referred([each.item for each in left])) if left else frozenset()
        await store.bind(conn, known)
        for each in left:
            if each.item not in known:
                await store.abandon(conn, each)
                await module.vault.shred(conn, each.item, each.body)
    if left:
        await module.vault.finish()
    return bool(left)


async def _whole(plain: bytes) -> AsyncIterator[bytes]:
    yield plain
