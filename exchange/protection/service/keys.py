"""The bodies' signing keys: each made when its body first acts, kept locked, opened once by each process."""

from exchange.protection.module import Module
from exchange.protection.store import keys as store
from exchange.protection.store.keys import StoredKey
from exchange.seals import Seals, new_key
from exchange.store.database import Connection


async def signer(conn: Connection, module: Module, body: str) -> Seals:
    """Return seals with a body's key among them; raise ModuleSealed when its key cannot be opened now.

    A key made by this very transaction is not kept in memory: it may never come to stand.
    """
    if module.seals.can_seal({body}):
        return module.seals
    await refresh(conn, module)
    if module.seals.can_seal({body}):
        return module.seals
    key = new_key()
    await store.add(conn, StoredKey(key.id, body, key.public, module.safe.lock(key.private, _bound(body, key.id))))
    fresh = Seals()
    await _take_in(conn, module, fresh)
    return fresh


async def refresh(conn: Connection, module: Module) -> None:
    """Open the keys that this process does not know yet."""
    await _take_in(conn, module, module.seals)


async def _take_in(conn: Connection, module: Module, seals: Seals) -> None:
    for stored in await store.others(conn, seals.known):
        seals.add(stored.body, stored.id, module.safe.open(stored.locked, _bound(stored.body, stored.id)))


def _bound(body: str, name: str) -> str:
    """Return what a locked key is bound to: it opens for no other body."""
    return f"signing_key/{body}/{name}"
