"""Keys in a hardware module, reached by PKCS #11: the wrapping keys are made on the token and never leave it.

Each wrapping key is an AES-256 key on the token, not extractable, labelled with its owner; its id is `serial | random`,
so that the newest is the one with the greatest id, whichever process made it. The bodies' X25519 keys stand in a file
beside, wrapped on the token: HPKE is the library's, in memory, and holds them for one opening only.

Needs the extra `pkcs11` (python-pkcs11), which nothing else imports.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import RLock
from typing import Final, Protocol, cast

import pkcs11
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, ObjectClass, SecretKey, Session
from pkcs11.exceptions import (
    EncryptedDataInvalid,
    EncryptedDataLenRange,
    FunctionFailed,
    GeneralError,
    NoSuchToken,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
)

from exchange.core.errors import KeysMissing, ModuleSealed, NodeError, Tampered, Unavailable, WrongPassphrase
from exchange.protection.content import hpke, keyfile
from exchange.protection.content.keyset import EXCHANGE, Key, KeySet, public_of, unpacked, wipe
from exchange.protection.content.provider import ID_BYTES, NONCE_BYTES, Owner, Version, head_of, owner_of, parted

PREFIX: Final = "assistance-exchange "
"""How the labels of our keys begin; what else is on the token is nobody's business."""

EXCHANGE_KEYS: Final = Owner("*")
"""The owner of the key that wraps the bodies' X25519 keys: no body has this code."""

BOUND: Final = b"exchange keys"
SERIAL_BYTES: Final = 4

_MADE: Final = {
    Attribute.TOKEN: True,
    Attribute.PRIVATE: True,
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
}
_WRONG_PIN: Final = (PinIncorrect, PinInvalid, PinLenRange, PinLocked)
_UNREADABLE: Final = (EncryptedDataInvalid, EncryptedDataLenRange, FunctionFailed, GeneralError)
"""How tokens say that a tag does not hold."""


class TokenKey(Protocol):
    """A key on a token, as the library makes it of what the token says that it can do."""

    id: bytes
    label: str

    def encrypt(self, data: bytes, *, mechanism: Mechanism, mechanism_param: GCMParams) -> bytes:
        """Return the ciphertext with its tag."""

    def decrypt(self, data: bytes, *, mechanism: Mechanism, mechanism_param: GCMParams) -> bytes:
        """Return the plaintext; raise PKCS11Error."""

    def destroy(self) -> None:
        """Destroy it on the token."""


class Pkcs11Provider:
    """The keys of a token; sealed until it is given the user's PIN."""

    def __init__(self, library: Path, token: str, exchange_keys: Path) -> None:
        """Stand on a token by its label, through the maker's library; nothing is opened yet."""
        self._library = library
        self._token = token
        self._file = exchange_keys
        self._lock = RLock()
        self._session: Session | None = None

    def __repr__(self) -> str:
        return f"Pkcs11Provider(sealed={self.sealed})"

    @property
    def sealed(self) -> bool:
        """Whether nothing can be opened yet."""
        return self._session is None

    def unseal(self, passphrase: str) -> None:
        """Log in with the user's PIN; raise WrongPassphrase (tokens lock after some), KeysMissing and Unavailable."""
        with self._lock, _told():
            self.forget()
            try:
                token = pkcs11.lib(str(self._library)).get_token(token_label=self._token)
                self._session = token.open(user_pin=passphrase, rw=True)
            except _WRONG_PIN:
                raise WrongPassphrase("the token does not open with this PIN, or is locked") from None
            except (NoSuchToken, RuntimeError) as error:
                if isinstance(error, PKCS11Error) and not isinstance(error, NoSuchToken):
                    raise
                raise KeysMissing("the token, or its library, is not there") from None

    def forget(self) -> None:
        """Log out."""
        with self._lock, _told():
            if self._session is not None:
                self._session.close()
            self._session = None

    def wrap(self, owner: Owner, secret: bytes, bound: bytes) -> bytes:
        """Wrap a secret under an owner's newest key, made now where it has none."""
        with self._lock, _told():
            key = self._newest(owner) or self._made(owner, 1)
            head, nonce = head_of(key.id), os.urandom(NONCE_BYTES)
            params = GCMParams(nonce, aad=head + bound)
            return head + nonce + key.encrypt(secret, mechanism=Mechanism.AES_GCM, mechanism_param=params)

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """Return a secret that `wrap` made, under whichever key; raise Tampered."""
        with self._lock, _told():
            session, parts = self._opened(), parted(wrapped)
            keys = _ours(session, {Attribute.ID: parts.key_id})
            if not keys:
                raise Tampered("it was wrapped under a key that is not on the token")
            params = GCMParams(parts.nonce, aad=parts.head + bound)
            try:
                return keys[0].decrypt(parts.sealed, mechanism=Mechanism.AES_GCM, mechanism_param=params)
            except _UNREADABLE:
                raise Tampered("it was changed, or is bound to something else") from None

    def owners(self) -> tuple[Owner, ...]:
        """Return who has a wrapping key, the record key's owner first."""
        with self._lock, _told():
            names = {key.label.removeprefix(PREFIX) for key in _ours(self._opened())}
            return tuple(owner for name in sorted(names) if (owner := owner_of(name)) != EXCHANGE_KEYS)

    def rotate(self, owner: Owner) -> None:
        """Give an owner a new key: it wraps from now on, the former ones still open."""
        with self._lock, _told():
            former = self._newest(owner)
            self._made(owner, 1 + (int.from_bytes(former.id[:SERIAL_BYTES], "big") if former else 0))

    def rotate_all(self, body: str | None = None) -> int:
        """Give every owner a new key, and every body a new X25519 key, or only those of one body.

        The key that wraps the X25519 keys goes with all of them, or with none.
        """
        with self._lock:
            owners = [owner for owner in self.owners() if body in {None, owner.body}]
            for owner in (*owners, EXCHANGE_KEYS) if body is None else owners:
                self.rotate(owner)
            with self._exchange_keys() as keys:
                bodies = [each for each in keys.owners(EXCHANGE) if body in {None, each}]
            for each in bodies:
                self.rotate_exchange(each)
            return len(owners) + len(bodies)

    def versions(self) -> tuple[Version, ...]:
        """Return every version of every key, the former ones too."""
        with self._lock, _told():
            held = sorted(_ours(self._opened()), key=lambda key: key.id)
            newest = {key.label: key.id for key in held}
            wrapping = tuple(
                Version(owner_of(key.label.removeprefix(PREFIX)), key.id, False, newest[key.label] != key.id)  # noqa: FBT003 - its field
                for key in held
            )
            with self._exchange_keys() as keys:
                return *wrapping, *(Version(Owner(key.owner), key.id, True, former) for key, former in keys.each())  # noqa: FBT003

    def destroy(self, version: Version) -> None:
        """Destroy a former version for good, on the token or in the file; raise NodeError for one that still wraps."""
        with self._lock, _told():
            found = next((each for each in self.versions() if each == replace(version, former=each.former)), None)
            if found is not None and not found.former:
                raise NodeError("a key that still wraps is not destroyed")
            if version.owner == EXCHANGE_KEYS or version.exchange:
                self._write_exchange(lambda keys: _without(keys, version))
            if not version.exchange:
                for key in _ours(self._opened(), {Attribute.ID: version.id}):
                    key.destroy()

    def public(self, body: str) -> bytes:
        """Return a body's newest X25519 public key, made now where it has none."""
        with self._lock, self._exchange_keys() as keys:
            if key := keys.newest(EXCHANGE, body):
                return public_of(key.secret)
        self._make_exchange(body, anew=False)
        return self.public(body)

    def rotate_exchange(self, body: str) -> None:
        """Give a body a new X25519 key; the former ones still open."""
        self._make_exchange(body, anew=True)

    def open_hpke(self, body: str, handed: bytes, info: bytes) -> bytes:
        """Open what was handed over to a body; raise Tampered."""
        with self._lock, self._exchange_keys() as keys:
            key: Key | None = keys.by_id(EXCHANGE, handed[:ID_BYTES])
            if key is None or key.owner != body:
                raise Tampered("it was handed over to another body")
            return hpke.open_sealed(key.secret, handed, info)

    def _opened(self) -> Session:
        if self._session is None:
            raise ModuleSealed("the keys are sealed: give the token's PIN")
        return self._session

    def _newest(self, owner: Owner) -> TokenKey | None:
        keys = _ours(self._opened(), {Attribute.LABEL: PREFIX + owner.name})
        return max(keys, key=lambda key: key.id, default=None)

    def _made(self, owner: Owner, serial: int) -> TokenKey:
        """Make a key on the token."""
        name = serial.to_bytes(SERIAL_BYTES, "big") + os.urandom(ID_BYTES - SERIAL_BYTES)
        label = PREFIX + owner.name
        made = self._opened().generate_key(KeyType.AES, 256, id=name, label=label, store=True, template=dict(_MADE))
        return cast("TokenKey", made)

    def _make_exchange(self, body: str, *, anew: bool) -> None:
        """Make an exchange key, unless the body has one and no new one is asked for."""
        self._write_exchange(
            lambda keys: keys if not anew and keys.newest(EXCHANGE, body) else keys.with_new(EXCHANGE, body),
            always=False,
        )

    def _write_exchange(self, change: Callable[[KeySet], KeySet], *, always: bool = True) -> None:
        """Change the bodies' keys in their file; `always` wraps them anew where nothing changes, too."""
        with self._lock:
            self._opened()
            with keyfile.writing(self._file), self._exchange_keys() as keys:
                changed = change(keys)
                if self._file.exists() if always else changed is not keys:
                    packed = changed.packed()
                    keyfile.replace(self._file, self.wrap(EXCHANGE_KEYS, bytes(packed), BOUND))
                    wipe(packed)

    @contextmanager
    def _exchange_keys(self) -> Iterator[KeySet]:
        """Open the bodies' keys for a moment."""
        self._opened()
        plain = keyfile.anew(self._file, self._unwrapped) if self._file.exists() else None
        keys = KeySet() if plain is None else unpacked(plain)
        try:
            yield keys
        finally:
            keys.wipe()
            if plain is not None:
                wipe(plain)

    def _unwrapped(self) -> bytearray:
        return bytearray(self.unwrap(self._file.read_bytes(), BOUND))


def open_token(library: Path, token: str, exchange_keys: Path, pin: str | None) -> Pkcs11Provider:
    """Return the provider of a token, open if the PIN is given; raise WrongPassphrase, KeysMissing, Unavailable."""
    provider = Pkcs11Provider(library, token, exchange_keys)
    if pin is not None:
        provider.unseal(pin)
    return provider


def _ours(session: Session, wanted: dict[Attribute, object] | None = None) -> list[TokenKey]:
    """Return our keys on the token, those that bear what is wanted."""
    found = session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY, **(wanted or {})})
    return [cast("TokenKey", key) for key in found if isinstance(key, SecretKey) and key.label.startswith(PREFIX)]


def _without(keys: KeySet, version: Version) -> KeySet:
    """Return the bodies' keys without a version, if it is theirs."""
    key = keys.by_id(EXCHANGE, version.id) if version.exchange else None
    return keys if key is None else keys.without(key)


@contextmanager
def _told() -> Iterator[None]:
    """Say Unavailable, with the kind of trouble alone, of what a token refuses."""
    try:
        yield
    except PKCS11Error as trouble:
        raise Unavailable(f"token: {type(trouble).__name__}") from None
