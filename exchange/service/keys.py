"""The authorities' keys: made at set-up, kept wrapped under the key file, used to seal acts and to prove seals."""

from collections.abc import Collection

from exchange.core.errors import KeysMissing
from exchange.seals import Seals, Wrapping, named_by, new_key
from exchange.store import keys as store
from exchange.store.database import Connection
from exchange.store.keys import StoredKey


class Keyring(Seals):
    """The unwrapped keys of this node's authorities, by identifier all that were ever used.

    Nothing proves a seal but a key that opens under the node's key file: what the database calls a public key does not.
    """

    def __init__(self, wrapping_key: bytes) -> None:
        """Begin without keys; `refresh` fetches them."""
        super().__init__()
        self._wrapping = Wrapping(wrapping_key)

    async def refresh(self, conn: Connection) -> None:
        """Unwrap the keys that are not known yet; raise KeysMissing when the key file does not open them."""
        for stored in await store.others(conn, self.known):
            self.add(stored.authority, stored.id, self._unwrapped(stored))

    async def have(self, conn: Connection, authorities: Collection[str]) -> None:
        """See that these authorities can seal, if they can at all: another process may have made a key since."""
        if not self.can_seal(authorities):
            await self.refresh(conn)

    async def make_missing(self, conn: Connection) -> None:
        """Make a key for every body that signs for itself and has none; each process learns of it when it needs it."""
        for authority in await store.keyless(conn):
            key = new_key()
            wrapped = self._wrapping.wrap(key.private, _bound(authority, key.id))
            await store.add(conn, StoredKey(key.id, authority, key.public, wrapped))

    def _unwrapped(self, stored: StoredKey) -> bytes:
        try:
            return self._wrapping.unwrap(stored.wrapped, _bound(stored.authority, stored.id))
        except KeysMissing as error:
            raise KeysMissing("the key file is not the one that this database's keys were wrapped with") from error

    def wrap(self, secret: bytes, bound: bytes) -> bytes:
        """Return another secret as the node keeps it: it opens under the key file, and for what it is bound to."""
        return self._wrapping.wrap(secret, bound)

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """Return a secret that `wrap` made; raise KeysMissing when it does not open."""
        return self._wrapping.unwrap(wrapped, bound)


async def make_missing(conn: Connection, wrapping_key: bytes) -> None:
    """Make a key for every body that signs for itself and has none."""
    await Keyring(wrapping_key).make_missing(conn)


async def load(conn: Connection, wrapping_key: bytes) -> Keyring:
    """Unwrap all keys; raise KeysMissing when the key file is not the one they were wrapped with."""
    keyring = Keyring(wrapping_key)
    await keyring.refresh(conn)
    return keyring


async def faults(conn: Connection) -> tuple[str, ...]:
    """Name the keys whose public part is not the one that their identifier was made of (RFC 7638)."""
    return tuple(
        f"key {stored.id} of {stored.authority}: column public is not its own"
        for stored in await store.others(conn, [])
        if not named_by(stored.public, stored.id)
    )


def _bound(authority: str, name: str) -> bytes:
    """Return what a wrapped key is bound to: it opens for no other authority."""
    return f"{authority}\n{name}".encode()
