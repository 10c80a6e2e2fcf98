"""The house at work: what every service of the module stands on."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from exchange.core.errors import NoRoom, Tampered, Unavailable
from exchange.protection.content.ledger import Ledger
from exchange.protection.content.provider import KeyProvider
from exchange.protection.content.safe import DigestKey, Safe
from exchange.protection.content.vault import Vault
from exchange.protection.core.guard import Guard
from exchange.protection.core.scene import Law
from exchange.seals import Seals
from exchange.store.database import Connection
from exchange.store.pool import Pool

LOG: Final = logging.getLogger(__name__)


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
    ledger: Ledger = field(repr=False)
    sandbox: bool
    seals: Seals = field(default_factory=Seals, repr=False)
    """The bodies' signing keys that this process opened so far."""
    digests: DigestKey = field(default_factory=DigestKey, repr=False)
    """The key under which digests of calls' keys are made."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Open one transaction; where it changed the registry, the anchor follows once that stands.

        One that cannot follow just now follows later (`exchange.protection.service.work`): the change stands.
        """
        changed = False
        async with self.pool.transaction() as conn:
            try:
                yield conn
            finally:
                changed = self.ledger.forget(conn)
        if changed:
            try:
                await self.ledger.anchor(self.pool)
            except (Unavailable, NoRoom, Tampered) as trouble:
                LOG.warning("the anchor of the registry waits: %s", trouble)
