"""Passwords: hashed with Argon2id (RFC 9106) beside the loop, a few at once; a login that nobody has costs the same."""

import asyncio
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import urandom
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from exchange.core.errors import Unavailable

T = TypeVar("T")

LONGEST: Final = 256
"""Characters of a password; a longer one is none."""

HASH_BYTES: Final = 32
SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one hash costs: the second recommended option of RFC 9106, section 4; and how many are made at once."""

    passes: int = 3
    kibibytes: int = 64 * 1024
    lanes: int = 4
    at_once: int = 2
    waiting: int = 40


class Passwords:
    """Hashes and proves passwords in threads of its own, so that neither the loop nor the machine is taken up."""

    def __init__(self, cost: Cost | None = None) -> None:
        """Begin without threads: the first password starts one."""
        self.cost = cost or Cost()
        self.computed = 0
        self._hasher = PasswordHasher(self.cost.passes, self.cost.kibibytes, self.cost.lanes, HASH_BYTES, SALT_BYTES)
        self._threads = ThreadPoolExecutor(self.cost.at_once, "passwords")
        self._waiting = 0

    async def hashed(self, password: str) -> str:
        """Return a password's hash with its parameters; raise Unavailable when too many wait for theirs."""
        return await self._compute(lambda: self._hasher.hash(normal(password)))

    async def holds(self, encoded: str | None, password: str) -> bool:
        """Tell whether a hash is this password's; without a hash the answer takes as long. Raise Unavailable."""
        fits = len(password) <= LONGEST
        given, against = normal(password) if fits else "", encoded or self.nobody()
        proved = await self._compute(lambda: self._verified(against, given))
        return proved and fits and encoded is not None

    def outdated(self, encoded: str) -> bool:
        """Tell whether a hash was made at another cost than today's."""
        return self._hasher.check_needs_rehash(encoded)

    def nobody(self) -> str:
        """Return a hash of today's cost that no password has: its bytes are random ones."""
        cost = self.cost
        salt, digest = (b64encode(urandom(size)).decode().rstrip("=") for size in (SALT_BYTES, HASH_BYTES))
        return f"$argon2id$v=19$m={cost.kibibytes},t={cost.passes},p={cost.lanes}${salt}${digest}"

    def _verified(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _compute(self, work: Callable[[], T]) -> T:
        if self._waiting >= self.cost.waiting:
            raise Unavailable("too many passwords are being proved")
        self._waiting += 1
        self.computed += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def normal(password: str) -> str:
    """Return a password as it is hashed, whatever keyboard composed its letters (NFC)."""
    return unicodedata.normalize("NFC", password)
