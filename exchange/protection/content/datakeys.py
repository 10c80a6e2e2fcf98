"""The data keys of contents: each seals one content, and lies wrapped in key files for whoever holds that."""

import os
from dataclasses import dataclass, field
from typing import Self

from exchange.core.errors import Tampered, Unavailable
from exchange.protection.content import hpke
from exchange.protection.content.keyfolder import KeyFolder, KeyName
from exchange.protection.content.keyset import wipe
from exchange.protection.content.provider import KEY_BYTES, KeyProvider, Owner


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one content, which nothing else is ever sealed with; leaving its block overwrites it."""

    secret: bytearray = field(repr=False)

    @classmethod
    def new(cls) -> "DataKey":
        """Make one."""
        return cls(bytearray(os.urandom(KEY_BYTES)))

    def wipe(self) -> None:
        """Overwrite it."""
        wipe(self.secret)

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Overwrite it."""
        self.wipe()


@dataclass(frozen=True, slots=True)
class DataKeys:
    """Key files, and the provider under whose keys they are wrapped; every method blocks for a moment."""

    provider: KeyProvider = field(repr=False)
    folder: KeyFolder = field(repr=False)

    def put(self, name: KeyName, owner: Owner, key: DataKey) -> None:
        """Keep a data key for an owner under a new name; raise NoRoom and ModuleSealed."""
        self.folder.put(name, self.provider.wrap(owner, bytes(key.secret), _bound(name, owner.body)))

    def get(self, name: KeyName, body: str) -> DataKey:
        """Return a holder's data key; raise Tampered and ModuleSealed."""
        return DataKey(bytearray(self.provider.unwrap(self.folder.get(name), _bound(name, body))))

    def rewrap(self, former: KeyName, name: KeyName, owner: Owner) -> None:
        """Keep what an owner's body holds under a new name, wrapped under the owner's newest key."""
        with self.get(former, owner.body) as key:
            self.put(name, owner, key)

    def hand_over(self, former: KeyName, giver: str, name: KeyName, recipient: str, means: str | None) -> None:
        """Keep what a giver holds under a new name, sealed to a recipient (RFC 9180)."""
        with self.get(former, giver) as key:
            public = self.provider.public(recipient)
            self.folder.put(name, hpke.seal(public, key.secret, _handed(name, recipient, means)))

    def take_over(self, handed: KeyName, means: str | None, name: KeyName, owner: Owner) -> None:
        """Keep what was handed over to an owner's body under a new name, wrapped as its own."""
        info = _handed(handed, owner.body, means)
        secret = self.provider.open_hpke(owner.body, self.folder.get(handed), info)
        with DataKey(bytearray(secret)) as key:
            self.put(name, owner, key)

    def hand_again(self, handed: KeyName, name: KeyName, recipient: str, means: str | None) -> None:
        """Keep what was handed over to a recipient under a new name, sealed to its newest key."""
        secret = self.provider.open_hpke(recipient, self.folder.get(handed), _handed(handed, recipient, means))
        with DataKey(bytearray(secret)) as key:
            public = self.provider.public(recipient)
            self.folder.put(name, hpke.seal(public, key.secret, _handed(name, recipient, means)))

    def refusal(self, name: KeyName, body: str) -> str:
        """Prove a destroyed key unreadable: say how opening it is refused; raise Unavailable where it still opens."""
        try:
            self.get(name, body).wipe()
        except Tampered as refusal:
            return str(refusal)
        raise Unavailable("a key file that was destroyed still opens")


def _bound(name: KeyName, body: str) -> bytes:
    """Return what a holder's data key is bound to."""
    return f"content\n{name}\n{body}".encode()


def _handed(name: KeyName, recipient: str, means: str | None) -> bytes:
    """Return what a data key on its way is bound to (`info` of RFC 9180)."""
    return f"handed over\n{name}\n{recipient}\n{means or ''}".encode()
