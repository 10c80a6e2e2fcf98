"""The bodies' signing keys: each made when its body first acts, kept locked, opened once by each process, replaced."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

from exchange.core.errors import KeysMissing, Tampered
from exchange.protection.content.safe import Safe
from exchange.protection.module import Module
from exchange.protection.store import keys as store
from exchange.protection.store.keys import StoredKey
from exchange.seals import Seals, named_by, new_key, public_jwk, public_part
from exchange.store.database import Connection


async def signer(conn: Connection, module: Module, body: str) -> Seals:
    """Return seals with the key among them that a body seals with now; raise ModuleSealed when it cannot be opened.

    A key made by this very transaction is not kept in memory: it may never come to stand.
    """
    present = await store.present(conn, body)
    if present is not None:
        if module.seals.sealing(body) != present:
            await refresh(conn, module)
        if module.seals.sealing(body) != present:
            raise KeysMissing(f"the signing key of {body} is not the one that the database names")
        return module.seals
    key = new_key()
    await store.add(conn, StoredKey(key.id, body, key.public, module.safe.lock(key.private, bound(body, key.id))))
    fresh = Seals()
    await _take_in(conn, module, fresh)
    return fresh


async def refresh(conn: Connection, module: Module) -> None:
    """Open the keys that this process does not know yet."""
    await _take_in(conn, module, module.seals)


async def rotate(conn: Connection, safe: Safe, body: str | None = None) -> int:
    """Give every body that has signed a new signing key, or one body; return how many were made.

    The former private part is gone with the commit: its public part is locked in its place, and proves old entries.
    The connection is the owner's: for the module's role keys can only be added.
    """
    held = await store.to_replace(conn, body)
    for former in held:
        place = bound(former.body, former.id)
        public, key = public_part(safe.open(former.locked, place)), new_key()
        fresh = StoredKey(key.id, former.body, key.public, safe.lock(key.private, bound(former.body, key.id)))
        await store.replace(conn, former.id, safe.lock(public, place), fresh)
    return len(held)


async def faults(conn: Connection, module: Module) -> tuple[str, ...]:
    """Name the signing keys that do not open, or whose public part is not the one that their identifier is made of."""
    found = []
    for stored in await store.others(conn, []):
        try:
            module.safe.open(stored.locked, bound(stored.body, stored.id))
        except Tampered as broken:
            found.append(f"signing key {stored.id} of {stored.body}: {broken}")
        if not named_by(stored.public, stored.id):
            found.append(f"signing key {stored.id} of {stored.body}: column public is not its own")
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A body's public key, to seal acts with or to hand over contents under; `x` are its bytes (RFC 8037)."""

    body: str
    curve: str
    x: str
    id: str | None = None
    former: bool = False

    @property
    def fingerprint(self) -> str:
        """SHA-256 of its 32 bytes in hexadecimal, by fours, as two people compare it."""
        digits = sha256(urlsafe_b64decode(self.x + "=" * (-len(self.x) % 4))).hexdigest()
        return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


async def published(conn: Connection, module: Module, body: str | None = None) -> tuple[PublicKey, ...]:
    """Return the public keys of all bodies, or of one; what the keys themselves say, not the columns in clear.

    None is made for it. Raise ModuleSealed, Tampered.
    """
    found = []
    for stored in await store.others(conn, []):
        said = public_jwk(module.safe.open(stored.locked, bound(stored.body, stored.id)))
        former = stored.former_at is not None
        found.append(PublicKey(body=stored.body, curve=said["crv"], x=said["x"], id=stored.id, former=former))
    for owner in {each.owner.body for each in module.provider.versions() if each.exchange and not each.former}:
        x = urlsafe_b64encode(module.provider.public(owner)).rstrip(b"=").decode()
        found.append(PublicKey(body=owner, curve="X25519", x=x))
    kept = (each for each in found if body in {None, each.body})
    return tuple(sorted(kept, key=lambda each: (each.body, each.curve, each.former, each.id or "")))


async def _take_in(conn: Connection, module: Module, seals: Seals) -> None:
    for stored in await store.others(conn, seals.known):
        seals.add(stored.body, stored.id, module.safe.open(stored.locked, bound(stored.body, stored.id)))


def bound(body: str, name: str) -> str:
    """Return what a locked key is bound to: it opens for no other body."""
    return f"signing_key/{body}/{name}"
