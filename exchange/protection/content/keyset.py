"""A provider's keys in memory and as bytes: wrapping keys by owner, exchange keys by body, all that were ever made.

The bytes are `serial (8) | entries`, an entry `kind (1) | length of the owner (1) | owner | id (8) | key (32)`.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from exchange.core.errors import Tampered
from exchange.protection.content.hpke import exchange_id
from exchange.protection.content.provider import ID_BYTES, KEY_BYTES

WRAPPING: Final = 1
EXCHANGE: Final = 2
SERIAL_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its kind, whose it is, its id; the key itself is 32 bytes that can be overwritten."""

    kind: int
    owner: str
    id: bytes
    secret: bytearray = field(repr=False)


class KeySet:
    """Keys, oldest first; `serial` grows with every change, so that a newer set is known from an older one."""

    def __init__(self, serial: int = 0, keys: tuple[Key, ...] = ()) -> None:
        """Hold keys."""
        self.serial = serial
        self._keys = keys
        self._by_id = {(key.kind, key.id): key for key in keys}
        self._newest = {(key.kind, key.owner): key for key in keys}

    def __repr__(self) -> str:
        return f"KeySet(serial={self.serial}, keys={len(self._keys)})"

    def newest(self, kind: int, owner: str) -> Key | None:
        """Return an owner's newest key of a kind."""
        return self._newest.get((kind, owner))

    def by_id(self, kind: int, name: bytes) -> Key | None:
        """Return a key by its id."""
        return self._by_id.get((kind, name))

    def owners(self, kind: int) -> tuple[str, ...]:
        """Return who has keys of a kind, sorted."""
        return tuple(sorted(owner for held, owner in self._newest if held == kind))

    def all_owners(self) -> tuple[tuple[int, str], ...]:
        """Return who has keys, of each kind."""
        return tuple(self._newest)

    def with_new(self, kind: int, owner: str) -> "KeySet":
        """Return these keys and a new one of an owner."""
        secret = bytearray(os.urandom(KEY_BYTES))
        name = exchange_id(public_of(secret)) if kind == EXCHANGE else os.urandom(ID_BYTES)
        return KeySet(self.serial + 1, (*self._keys, Key(kind, owner, name, secret)))

    def without(self, key: Key) -> "KeySet":
        """Return these keys without one."""
        return KeySet(self.serial + 1, tuple(each for each in self._keys if each is not key))

    def each(self) -> Iterator[tuple[Key, bool]]:
        """Yield every key, and whether it is a former one."""
        for key in self._keys:
            yield key, self._newest[key.kind, key.owner] is not key

    def packed(self) -> bytearray:
        """Return them as bytes, which whoever has written them overwrites."""
        whole = bytearray(self.serial.to_bytes(SERIAL_BYTES, "big"))
        for key in self._keys:
            owner = key.owner.encode()
            whole += bytes((key.kind, len(owner))) + owner + key.id
            whole += key.secret
        return whole

    def wipe(self) -> None:
        """Overwrite the keys."""
        for key in self._keys:
            wipe(key.secret)


def unpacked(whole: bytearray) -> KeySet:
    """Read what `packed` made; raise Tampered."""
    try:
        return KeySet(int.from_bytes(whole[:SERIAL_BYTES], "big"), tuple(_entries(whole)))
    except (IndexError, ValueError):
        raise Tampered("the keys cannot be read") from None


def _entries(whole: bytearray) -> Iterator[Key]:
    at = SERIAL_BYTES
    while at < len(whole):
        kind, name = whole[at], at + 2 + whole[at + 1]
        key, end = name + ID_BYTES, name + ID_BYTES + KEY_BYTES
        if kind not in {WRAPPING, EXCHANGE} or end > len(whole):
            raise ValueError
        yield Key(kind, whole[at + 2 : name].decode(), bytes(whole[name:key]), whole[key:end])
        at = end


def public_of(secret: bytearray) -> bytes:
    """Return the public part of an exchange key."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def wipe(secret: bytearray) -> None:
    """Overwrite a secret with zeros; what the interpreter and the library copied of it is out of our reach."""
    secret[:] = bytes(len(secret))
