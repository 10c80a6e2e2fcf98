"""The house at work: what every service of the module stands on."""

from dataclasses import dataclass, field
from typing import Protocol

from exchange.protection.core.guard import Guard
from exchange.protection.core.scene import Law
from exchange.seals import Seals
from exchange.store.pool import Pool


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
    sandbox: bool
    seals: Seals = field(default_factory=Seals, repr=False)
    """The bodies' signing keys that this process opened so far."""
