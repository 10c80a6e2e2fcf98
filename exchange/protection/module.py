"""The house at work: what every service of the module stands on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from exchange.protection.core.guard import Guard
from exchange.protection.core.scene import Law
from exchange.seals import Seals
from exchange.store.database import Connection
from exchange.store.pool import Pool
from schemas.secrecy import Mark


class KeyProvider(Protocol):
    """Who holds the keys; sealed until it is given its passphrase."""

    @property
    def sealed(self) -> bool:
        """Whether nothing can be opened yet."""


class Safe(Protocol):
    """Locks what tells of a secret before it is stored; what is locked opens only for what it is bound to."""

    def lock(self, plain: bytes, bound: str) -> bytes:
        """Return bytes as they may be stored."""

    def open(self, locked: bytes, bound: str) -> bytes:
        """Return bytes that `lock` made."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose wrapping key."""

    body: str
    mark: Mark | None = None


class Sealed(Protocol):
    """A sealed content: its id, and the digest and size of its plaintext."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def sha256(self) -> str:
        """The digest of its plaintext."""

    @property
    def size(self) -> int:
        """In bytes."""


class Opened(Protocol):
    """A content being read."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def sha256(self) -> str:
        """The digest of its plaintext."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield its plaintext in pieces; raise Tampered."""


class Vault(Protocol):
    """The contents of items, sealed."""

    async def seal(
        self, conn: Connection, chunks: AsyncIterator[bytes], owner: Owner, *, by: str, now: datetime
    ) -> Sealed:
        """Seal what comes."""

    async def bind(self, conn: Connection, content_id: UUID, item_id: UUID) -> None:
        """Make a sealed content the item's."""

    async def find(self, conn: Connection, *, by: str, sha256: str) -> Sealed | None:
        """Return a body's own unbound content."""

    async def hand_over(self, conn: Connection, item: UUID, giver: str, recipient: str, means: str | None) -> None:
        """Wrap for a recipient, who takes it over."""

    async def take_over(self, conn: Connection, item: UUID, recipient: str, mark: Mark | None) -> None:
        """Take over what was handed over."""

    async def rewrap(self, conn: Connection, item: UUID, body: str, mark: Mark | None) -> None:
        """Wrap for another mark."""

    async def shred(self, conn: Connection, item: UUID, body: str) -> None:
        """Order a key to be destroyed."""

    async def open(self, conn: Connection, item: UUID, body: str) -> Opened:
        """Open a body's content; raise NotHeld, Tampered."""

    async def finish(self) -> bool:
        """Do what was ordered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """The module over its own database, with its law, the guard of open fields, its keys and its contents.

    In a sandbox a token of a human role stands for the sample person of that role; in production it has no clearance.
    """

    pool: Pool
    law: Law
    guard: Guard
    provider: KeyProvider = field(repr=False)
    safe: Safe = field(repr=False)
    vault: Vault = field(repr=False)
    sandbox: bool
    seals: Seals = field(default_factory=Seals, repr=False)
    """The bodies' signing keys that this process opened so far."""
