"""A vault of its own for each test, over a real database and real folders."""

import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

from exchange.protection.content.file_provider import FileProvider
from exchange.protection.content.provider import Owner
from exchange.protection.content.sealing import SealedContent
from exchange.protection.content.stream import CHUNK
from exchange.protection.content.vault import Vault, open_vault
from exchange.store.pool import Pool
from schemas.secrecy import Mark
from tests.protection.content.keys import made

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BODY, OTHER = "KZ-NSC", "AM-NSS"
DATA = b"".join(sha256(number.to_bytes(4, "big")).digest() for number in range(3 * CHUNK // 32)) + b"the end"
DAY = 24 * 3600

INSERT_ITEM = """
INSERT INTO protection.item (id, number, originator, state, seq, head, registered_at, snapshot)
VALUES ($1, $1::uuid::text, $2, 'registered', 1, '\\x00', now(), '\\x00')
"""


async def pieces(data: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    """Yield bytes in pieces."""
    for begin in range(0, len(data), size):
        yield data[begin : begin + size]


@dataclass(frozen=True, slots=True)
class Place:
    """A vault with its folders, and the database under it."""

    vault: Vault
    provider: FileProvider
    folder: Path
    pool: Pool

    async def upload(self, data: bytes, body: str = BODY) -> SealedContent:
        """Take bytes in as a body's."""
        async with self.vault.taking_in(pieces(data), Owner(body)) as taken, self.pool.transaction() as conn:
            return await self.vault.keep(conn, taken, by=body, now=NOW)

    async def item(self, data: bytes, body: str = BODY) -> UUID:
        """Make an item with content."""
        sealed, item = await self.upload(data, body), uuid4()
        async with self.pool.transaction() as conn:
            await conn.execute(INSERT_ITEM, item, body)
            found = await self.vault.find(conn, by=body, sha256=sha256(data).hexdigest())
            assert found == sealed
            await self.vault.bind(conn, sealed.id, item)
        return item

    async def read(self, item: UUID, body: str = BODY) -> bytes:
        """Return a content as a body reads it."""
        async with self.pool.connection() as conn:
            opened = await self.vault.open(conn, item, body)
        data = b"".join([piece async for piece in opened])
        assert len(data) == opened.size
        assert sha256(data).hexdigest() == opened.sha256
        return data

    def sealed_files(self) -> list[Path]:
        """List the files of sealed bytes, unfinished ones too."""
        return sorted(path for path in (self.folder / "contents").rglob("*") if path.is_file())

    def key_files(self) -> list[Path]:
        """List the key files."""
        return sorted(path for path in (self.folder / "data-keys").rglob("*") if path.is_file())


@contextmanager
def vault_in(folder: Path, pool: Pool) -> Iterator[Place]:
    """Open a vault in a folder, that of an earlier one too."""
    provider = made(folder / "protection.keys")
    vault = open_vault(pool, provider, files=folder / "contents", keys=folder / "data-keys")
    try:
        yield Place(vault, provider, folder, pool)
    finally:
        vault.close()


async def hand_over(place: Place, item: UUID, means: str | None = "M-AM") -> None:
    """Wrap an item's key for the other body, over agreed means."""
    async with place.pool.transaction() as conn:
        await place.vault.hand_over(conn, item, BODY, OTHER, means)


async def take_over(place: Place, item: UUID) -> None:
    """Confirm the receipt by the other body."""
    async with place.pool.transaction() as conn:
        await place.vault.take_over(conn, item, OTHER, Mark.SECRET)


def age(path: Path, seconds: float = DAY + 60) -> None:
    """Make a file older than the sweep waits."""
    then = time.time() - seconds
    os.utime(path, (then, then))


async def swept(place: Place) -> int:
    """Sweep the whole vault and return how many files went."""
    return sum([await place.vault.sweep(number) for number in range(256)])
