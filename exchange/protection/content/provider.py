"""Who holds the keys of the protection module: one interface, behind it a file or a hardware module.

What a provider wraps is `VERSION | id of the key | nonce | AES-256-GCM`; the id is random, so that nobody can read off
it whose key it is and of which degree. What is wrapped opens only for what it is bound to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from exchange.core.errors import Tampered
from schemas.secrecy import Mark

VERSION: Final = b"\x01"
ID_BYTES: Final = 8
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
KEY_BYTES: Final = 32

_HEAD: Final = len(VERSION) + ID_BYTES


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose wrapping key: that of a body for one degree, or for contents that bear no mark yet."""

    body: str
    mark: Mark | None = None

    @property
    def name(self) -> str:
        """The owner in one word, as key sets name it."""
        return f"{self.body}/{self.mark.value if self.mark else '-'}"


RECORD: Final = Owner("")
"""The owner of the record key, under which rows are locked: no body has an empty code."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a key: whatever is wrapped under it names its id; a former one only opens.

    `exchange`: it is a body's X25519 key, under which keys are handed over; otherwise it wraps for its owner.
    """

    owner: Owner
    id: bytes
    exchange: bool
    former: bool


def owner_of(name: str) -> Owner:
    """Return the owner that a key set names."""
    body, _, mark = name.rpartition("/")
    return Owner(body, None if mark == "-" else Mark(mark))


class KeyProvider(Protocol):
    """Holds the keys. Until its passphrase is given it is sealed, and all but `sealed` and `unseal` raise ModuleSealed.

    Its methods work for a moment in the calling thread, and any thread may call them.
    """

    @property
    def sealed(self) -> bool:
        """Whether nothing can be opened yet."""

    def unseal(self, passphrase: str) -> None:
        """Open the keys; raise WrongPassphrase."""

    def forget(self) -> None:
        """Seal again: overwrite the keys in memory as far as that can be done."""

    def wrap(self, owner: Owner, secret: bytes, bound: bytes) -> bytes:
        """Wrap a secret under an owner's newest key, made now where it has none."""

    def unwrap(self, wrapped: bytes, bound: bytes) -> bytes:
        """Return a secret that `wrap` made, under whichever key; raise Tampered."""

    def owners(self) -> Sequence[Owner]:
        """Return who has a wrapping key, the record key's owner first."""

    def rotate(self, owner: Owner) -> None:
        """Give an owner a new key: it wraps from now on, the former ones still open."""

    def rotate_all(self, body: str | None = None) -> int:
        """Give every owner a new key, and every body a new X25519 key, or only those of one body.

        Return how many were made.
        """

    def versions(self) -> Sequence[Version]:
        """Return every version of every key, the former ones too."""

    def destroy(self, version: Version) -> None:
        """Destroy a former version for good: what is still wrapped under it never opens again.

        One that is not there any more is destroyed; raise NodeError for one that still wraps.
        """

    def public(self, body: str) -> bytes:
        """Return a body's newest X25519 public key (RFC 7748), made now where it has none."""

    def rotate_exchange(self, body: str) -> None:
        """Give a body a new X25519 key; the former ones still open."""

    def open_hpke(self, body: str, handed: bytes, info: bytes) -> bytes:
        """Open what was handed over to a body (`exchange.protection.content.hpke`); raise Tampered."""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """The parts of a wrapped secret; `head` is authenticated with what it is bound to."""

    head: bytes
    key_id: bytes
    nonce: bytes
    sealed: bytes


def head_of(key_id: bytes) -> bytes:
    """Return how what is wrapped under a key begins."""
    return VERSION + key_id


def parted(wrapped: bytes) -> Wrapped:
    """Take a wrapped secret apart; raise Tampered for what is none."""
    if not wrapped.startswith(VERSION) or len(wrapped) < _HEAD + NONCE_BYTES + TAG_BYTES:
        raise Tampered("this is nothing that was wrapped")
    return Wrapped(
        wrapped[:_HEAD],
        wrapped[len(VERSION) : _HEAD],
        wrapped[_HEAD : _HEAD + NONCE_BYTES],
        wrapped[_HEAD + NONCE_BYTES :],
    )
