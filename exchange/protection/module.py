"""The house at work: what every service of the module stands on."""

from dataclasses import dataclass, field

from exchange.protection.content.provider import KeyProvider
from exchange.protection.content.safe import DigestKey, Safe
from exchange.protection.content.vault import Vault
from exchange.protection.core.guard import Guard
from exchange.protection.core.scene import Law
from exchange.seals import Seals
from exchange.store.pool import Pool


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
    digests: DigestKey = field(default_factory=DigestKey, repr=False)
    """The key under which digests of calls' keys are made."""
