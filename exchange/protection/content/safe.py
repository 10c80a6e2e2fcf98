"""Rows that tell of a secret, locked before they are stored: neither a dump nor a log of the database reads them.

What may stand in clear and must not be changed is vouched for: a proof beside it opens for these very words alone.
"""

from dataclasses import dataclass, field
from typing import Final

from exchange.core.errors import ModuleSealed
from exchange.protection.content.provider import RECORD, KeyProvider

VOUCHED: Final = b"."
"""What is locked where only the words count that it is bound to."""

DIGEST_KEY_BYTES: Final = 32

REMEMBERED: Final = 20_000
"""How many proofs that held are remembered: a key on hardware is asked once for each."""


class Safe:
    """Locks bytes under the record key of a provider; they open only for what they are bound to, `table/id`."""

    def __init__(self, provider: KeyProvider) -> None:
        """Stand on a provider, sealed or not."""
        self._provider = provider
        self._held: set[tuple[bytes, str]] = set()

    def lock(self, plain: bytes, bound: str) -> bytes:
        """Return bytes as they may be stored, 37 longer; raise ModuleSealed."""
        return self._provider.wrap(RECORD, plain, _row(bound))

    def open(self, locked: bytes, bound: str) -> bytes:
        """Return bytes that `lock` made; raise ModuleSealed, and Tampered for what is bound elsewhere or changed."""
        return self._provider.unwrap(locked, _row(bound))

    def vouch(self, bound: str) -> bytes:
        """Return the proof of a row that stands in clear, `bound` being all of it; raise ModuleSealed."""
        proof = self.lock(VOUCHED, bound)
        self._remember(proof, bound)
        return proof

    def prove(self, proof: bytes, bound: str) -> None:
        """Raise Tampered unless this is the proof that `vouch` made of this row; raise ModuleSealed."""
        if self._provider.sealed:
            raise ModuleSealed
        if (proof, bound) not in self._held:
            self.open(proof, bound)
            self._remember(proof, bound)

    def _remember(self, proof: bytes, bound: str) -> None:
        if len(self._held) >= REMEMBERED:
            self._held.clear()
        self._held.add((proof, bound))


@dataclass(slots=True)
class DigestKey:
    """The key under which digests are made of what callers name, once this process opened it."""

    secret: bytes | None = field(default=None, repr=False)


def _row(bound: str) -> bytes:
    """Return what a row is bound to: no wrapped content key opens in its place."""
    return b"row\n" + bound.encode()
