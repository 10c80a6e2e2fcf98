"""Keys in a file, for nodes without a hardware module: held in memory while the provider is open.

Several processes of a node share the file: each looks before it wraps whether another replaced it, and reads it anew
when it meets a key that it does not know.
"""

import os
from collections.abc import Callable
from pathlib import Path
from threading import RLock

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from exchange.core.errors import KeysMissing, ModuleSealed, NodeError, Tampered
from exchange.protection.content import hpke, keyfile
from exchange.protection.content.keyfile import Cost, Opened
from exchange.protection.content.keyset import EXCHANGE, WRAPPING, Key, KeySet, public_of, wipe
from exchange.protection.content.provider import ID_BYTES, NONCE_BYTES, Owner, Version, head_of, owner_of, parted


class FileProvider:
    """The keys of a key file; sealed until it is given the passphrase."""

    def __init__(self, path: Path) -> None:
        """Stand on a key file, without opening it."""
        self._path = path
        self._lock = RLock()
        self._master: bytearray | None = None
        self._file: Opened | None = None

    def __repr__(self) -> str:
        return f"FileProvider(sealed={self.sealed})"

    @property
    def sealed(self) -> bool:
        """Whether nothing can be opened yet."""
        return self._master is None

    def unseal(self, passphrase: str) -> None:
        """Open the keys; raise WrongPassphrase, KeysMissing and Tampered. It takes a second and 256 MiB."""
        master, opened = keyfile.opened_by_passphrase(self._path, passphrase)
        with self._lock:
            self.forget()
            self._master, self._file = master, opened

    def forget(self) -> None:
        """Seal again, and overwrite the keys."""
        with self._lock:
            if self._master is not None:
                wipe(self._master)
            if self._file is not None:
                self._file.keys.wipe()
            self._master = self._file = None

    def change_passphrase(self, passphrase: str, cost: Cost | None = None) -> None:
        """Let the file open by another passphrase from now on; the keys stay as they are."""
        with self._lock, keyfile.writing(self._path):
            master, opened = self._refreshed()
            self._write(keyfile.with_passphrase(master, passphrase, cost or Cost()), master, opened.keys)

    def wrap(self, owner: Owner, secret: bytes, bound: bytes) -> bytes:
        """Wrap a secret under an owner's newest key, made now where it has none."""
        with self._lock:
            key = self._newest(WRAPPING, owner.name)
            head, nonce = head_of(key.id), os.urandom(NONCE_BYTES)
            return head + nonce + AESGCM(key.secret).encrypt(nonce, secret, head + bound)

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """Return a secret that `wrap` made, under whichever key; raise Tampered."""
        with self._lock:
            self._opened()
            parts = parted(wrapped)
            key = self._by_id(WRAPPING, parts.key_id)
            try:
                return AESGCM(key.secret).decrypt(parts.nonce, parts.sealed, parts.head + bound)
            except InvalidTag:
                raise Tampered("it was changed, or is bound to something else") from None

    def owners(self) -> tuple[Owner, ...]:
        """Return who has a wrapping key, the record key's owner first."""
        with self._lock:
            return tuple(owner_of(name) for name in self._refreshed()[1].keys.owners(WRAPPING))

    def rotate(self, owner: Owner) -> None:
        """Give an owner a new key: it wraps from now on, the former ones still open."""
        self._change(lambda keys: keys.with_new(WRAPPING, owner.name))

    def rotate_all(self, body: str | None = None) -> int:
        """Give every owner a new key, and every body a new X25519 key, or only those of one body."""

        def rotated(keys: KeySet) -> KeySet:
            for kind, owner in keys.all_owners():
                if body in {None, _owner(kind, owner).body}:
                    keys = keys.with_new(kind, owner)
            return keys

        with self._lock:
            before = self._opened()[1].keys.serial
            self._change(rotated)
            return self._opened()[1].keys.serial - before

    def versions(self) -> tuple[Version, ...]:
        """Return every version of every key, the former ones too."""
        with self._lock:
            each = self._refreshed()[1].keys.each()
            return tuple(
                Version(_owner(key.kind, key.owner), key.id, key.kind == EXCHANGE, former) for key, former in each
            )

    def destroy(self, version: Version) -> None:
        """Destroy a former version for good, in the file and here; raise NodeError for one that still wraps."""
        kind = EXCHANGE if version.exchange else WRAPPING
        gone: list[Key] = []

        def without(keys: KeySet) -> KeySet:
            key = keys.by_id(kind, version.id)
            if key is None:
                return keys
            if keys.newest(kind, key.owner) is key:
                raise NodeError("a key that still wraps is not destroyed")
            gone.append(key)
            return keys.without(key)

        with self._lock:
            self._change(without)
            with keyfile.writing(self._path):
                keyfile.clear(self._path)  # what a crash left of it
            for key in gone:
                wipe(key.secret)

    def public(self, body: str) -> bytes:
        """Return a body's newest X25519 public key, made now where it has none."""
        with self._lock:
            return public_of(self._newest(EXCHANGE, body).secret)

    def rotate_exchange(self, body: str) -> None:
        """Give a body a new X25519 key; the former ones still open."""
        self._change(lambda keys: keys.with_new(EXCHANGE, body))

    def open_hpke(self, body: str, handed: bytes, info: bytes) -> bytes:
        """Open what was handed over to a body; raise Tampered."""
        with self._lock:
            self._opened()
            key = self._by_id(EXCHANGE, handed[:ID_BYTES])
            if key.owner != body:
                raise Tampered("it was handed over to another body")
            return hpke.open_sealed(key.secret, handed, info)

    def _newest(self, kind: int, owner: str) -> Key:
        """Return an owner's newest key; whoever makes its first one looks again when nobody else writes."""
        key = self._refreshed()[1].keys.newest(kind, owner)
        if key is None:
            self._change(lambda keys: keys if keys.newest(kind, owner) else keys.with_new(kind, owner))
            key = self._opened()[1].keys.newest(kind, owner)
        if key is None:
            raise KeysMissing("a key that was just made is not there")
        return key

    def _by_id(self, kind: int, name: bytes) -> Key:
        """Return a key by its id; one that is not known may be in a newer file. Raise Tampered."""
        key = self._opened()[1].keys.by_id(kind, name) or self._refreshed()[1].keys.by_id(kind, name)
        if key is None:
            raise Tampered("it was wrapped under a key that is not in the key file")
        return key

    def _change(self, change: Callable[[KeySet], KeySet]) -> None:
        """Change the keys as they stand in the file; every process that changes them waits for the others."""
        with self._lock, keyfile.writing(self._path):
            master, opened = self._refreshed()
            changed = change(opened.keys)
            if changed is not opened.keys:
                self._write(opened.head, master, changed)

    def _write(self, head: bytes, master: bytearray, keys: KeySet) -> None:
        self._file = Opened(head, keys, keyfile.write(self._path, head, master, keys))

    def _opened(self) -> tuple[bytearray, Opened]:
        if self._master is None or self._file is None:
            raise ModuleSealed("the keys are sealed: give the passphrase")
        return self._master, self._file

    def _refreshed(self) -> tuple[bytearray, Opened]:
        """Return what is open, read anew where another process replaced the file; raise Tampered for an older one.

        A file that was taken away leaves what is open; only new keys need it.
        """
        master, held = self._opened()
        if keyfile.seen(self._path) not in {held.seen, None}:
            newer = keyfile.opened_by_master(self._path, master)
            if newer.keys.serial < held.keys.serial:
                newer.keys.wipe()
                raise Tampered("the key file is older than the one that is open: it lacks keys that are in use")
            held.keys.wipe()
            self._file = held = newer
        return master, held


def _owner(kind: int, name: str) -> Owner:
    """Return the owner of a key as the set names it: exchange keys bear the code of their body alone."""
    return Owner(name) if kind == EXCHANGE else owner_of(name)


def open_keys(path: Path, passphrase: str | None, *, make: bool = False, cost: Cost | None = None) -> FileProvider:
    """Return the provider of a key file, open if the passphrase is given; `make` makes a file that is missing.

    Raise WrongPassphrase, KeysMissing and Tampered; takes as long as the passphrase costs, so call it in a thread.
    """
    if make and passphrase is not None and not path.exists():
        keyfile.create(path, passphrase, cost)
    provider = FileProvider(path)
    if passphrase is not None:
        provider.unseal(passphrase)
    return provider
