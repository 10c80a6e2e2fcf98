"""The contents of items, sealed: taken in and given out as streams, handed over, destroyed by destroying their keys.

The sealed bytes lie in one folder, the wrapped data keys in another, one file for each holder; the database says who
holds what. A plaintext is never on a disk. What a method does in the caller's transaction takes effect with its
commit: a key file that replaces another has a new name, and the one that it replaces is destroyed after the commit, by
`finish`. What a transaction leaves that did not commit, `sweep` finds.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID, uuid4

from exchange.core.errors import ExchangeError, ModuleSealed, NoRoom, NotHeld, Tampered, Unavailable
from exchange.files import Folder
from exchange.protection.content.datakeys import DataKey, DataKeys
from exchange.protection.content.keyfolder import KeyFolder, KeyName
from exchange.protection.content.outgoing import Opened
from exchange.protection.content.provider import KeyProvider, Owner
from exchange.protection.content.safe import Safe
from exchange.protection.content.sealing import SealedContent, sealed_into
from exchange.protection.content.stream import sealed_size
from exchange.protection.store import contents
from exchange.protection.store.contents import HANDED, HELD, Content, Holding, Ordered, Shredding
from exchange.store.database import Connection
from exchange.store.pool import Pool
from schemas.secrecy import Mark

T = TypeVar("T")

FILE_BYTES: Final = 32
"""Bytes of the random name of sealed bytes."""

FORGOTTEN_SECONDS: Final = 24 * 3600.0
"""After how long, in real time, files that no row knows are taken for left over by a crash."""


class Taken:
    """A content that was taken in and stands in no row yet; `keep` it, or it goes."""

    def __init__(self, content: SealedContent, file: bytes, owner: Owner, key: KeyName) -> None:
        """Say what arrived, under which name its sealed bytes lie, for whom, and under which key file."""
        self.content = content
        self.file = file
        self.owner = owner
        self.key = key
        self.kept = False


@dataclass(frozen=True, slots=True)
class Vault:
    """The contents over the module's database; `close` it in the end."""

    pool: Pool
    provider: KeyProvider = field(repr=False)
    folder: Folder = field(repr=False)
    keys: KeyFolder = field(repr=False)

    def close(self) -> None:
        """Let go of the folders when what is under way has ended."""
        self.folder.close()
        self.keys.close()

    # Taking in

    @asynccontextmanager
    async def taking_in(
        self, chunks: AsyncIterator[bytes], owner: Owner, *, expected: int | None = None
    ) -> AsyncIterator[Taken]:
        """Seal a stream as it comes, before and beside any transaction; what is not kept when the block is left goes.

        Raise ModuleSealed before anything is read, NoRoom, and what the stream raises.
        """
        if self.provider.sealed:
            raise ModuleSealed("the keys are sealed: give the passphrase")
        data_key, name = DataKey.new(), KeyName(uuid4(), uuid4())
        taken: Taken | None = None
        try:
            file = os.urandom(FILE_BYTES)
            async with self.folder.writer(expected, name=file.hex()) as writer:
                sealed = await sealed_into(writer, chunks, data_key, name.content, self.folder.submit)
                taken = Taken(sealed, file, owner, name)
                await self.run(self.data.put, name, owner, data_key)
                await writer.keep()
            yield taken
        finally:
            data_key.wipe()
            if taken is not None and not taken.kept:
                await asyncio.shield(self._dropped(taken))

    async def keep(self, conn: Connection, taken: Taken, *, by: str, now: datetime) -> SealedContent:
        """Write down what was taken in, in the caller's transaction: unbound until an item claims it."""
        sealed = taken.content
        locked = self._safe.lock(bytes.fromhex(sealed.sha256), _row(sealed.id))
        taken.kept = True  # from here on nobody knows whether a row stands: only the sweep may take it
        await contents.add(conn, Content(sealed.id, None, by, sealed.size, taken.file, locked), now)
        await contents.hold(conn, Holding(sealed.id, taken.owner.body, HELD, taken.key.key, None))
        return sealed

    async def seal(
        self, conn: Connection, chunks: AsyncIterator[bytes], owner: Owner, *, by: str, now: datetime
    ) -> SealedContent:
        """Take in what is small enough for the transaction to wait for it; uploads use `taking_in`."""
        async with self.taking_in(chunks, owner) as taken:
            return await self.keep(conn, taken, by=by, now=now)

    async def find(self, conn: Connection, *, by: str, sha256: str) -> SealedContent | None:
        """Return a body's own unbound content, the latest of those with this SHA-256 (hex)."""
        for row in await contents.unbound(conn, by):
            if (told := self._told(row)).sha256 == sha256:
                return told
        return None

    async def bind(self, conn: Connection, content_id: UUID, item_id: UUID) -> None:
        """Make an unbound content the item's; raise NotHeld when it was given up or bound meanwhile."""
        if not await contents.bind(conn, content_id, item_id):
            raise NotHeld("the content is not there to be bound")

    # Giving out

    async def open(self, conn: Connection, item_id: UUID, body: str, *, sha256: str | None = None) -> Opened:
        """Open an item's content for a body that holds it, in one statement; the bytes come after the transaction.

        `sha256` (hex) is that of the content that the item was registered with. Raise NotHeld, ModuleSealed, and
        Tampered where it is another's, or the key or the size shows already that it is not what it was.
        """
        held = await contents.held(conn, item_id, body)
        if held is None:
            raise NotHeld
        row, key = held
        told = self._told(row)
        if sha256 not in {None, told.sha256}:
            raise Tampered("the content is not the one that was registered")
        data_key = await self._data_key(row.id, body, key)
        opened = Opened(self.folder, row.file.hex(), data_key, told)
        await opened.prove_size()
        return opened

    # Handing on

    async def hand_over(self, conn: Connection, item_id: UUID, giver: str, recipient: str, means: str | None) -> None:
        """Wrap the data key for a recipient, by HPKE; it takes it over when it confirms receipt. Raise NotHeld.

        A recipient that holds the content keeps what it has; one that waits for it waits for this one.
        """
        row, held = await self._held(conn, item_id, giver)
        former = held.get(recipient)
        if former is not None and former.state == HELD:
            return
        giving, name = KeyName(row.id, held[giver].key), KeyName(row.id, uuid4())
        await self.run(self.data.hand_over, giving, giver, name, recipient, means)
        await self._replaced(conn, former, Holding(row.id, recipient, HANDED, name.key, means))

    async def take_over(self, conn: Connection, item_id: UUID, recipient: str, mark: Mark | None) -> None:
        """Let a recipient hold what was handed over to it, under its own key for its own mark; raise NotHeld."""
        row = await contents.lock(conn, item_id)
        former = (await contents.holdings(conn, row.id)).get(recipient) if row else None
        if row is None or former is None:
            raise NotHeld
        if former.state == HELD:
            return
        handed, name = KeyName(row.id, former.key), KeyName(row.id, uuid4())
        await self.run(self.data.take_over, handed, former.means, name, Owner(recipient, mark))
        await self._replaced(conn, former, Holding(row.id, recipient, HELD, name.key, None))

    async def rewrap(self, conn: Connection, item_id: UUID, body: str, mark: Mark | None) -> None:
        """Wrap a holder's data key under its key for another mark, its newest one; nothing for one that holds none."""
        row = await contents.lock(conn, item_id)
        former = (await contents.holdings(conn, row.id)).get(body) if row else None
        if row is None or former is None or former.state != HELD:
            return
        name = KeyName(row.id, uuid4())
        await self.run(self.data.rewrap, KeyName(row.id, former.key), name, Owner(body, mark))
        await self._replaced(conn, former, Holding(row.id, body, HELD, name.key, None))

    # Destroying

    async def shred(self, conn: Connection, item_id: UUID, body: str) -> None:
        """Order a body's key to be destroyed, also one that it has not taken over; nothing for one that holds none."""
        row = await contents.lock(conn, item_id)
        if row is not None:
            await contents.let_go(conn, row.id, body)

    async def abandoned(self, conn: Connection, before: datetime) -> tuple[UUID, ...]:
        """Give up what was taken in before a moment and never bound; return the ids of those contents."""
        return await contents.drop_unbound(conn, before)

    async def finish(self) -> bool:
        """Destroy what was ordered, each in a transaction of its own; tell whether anything was. No keys are needed.

        Raise Unavailable, and NoRoom, where a file cannot be destroyed, having destroyed all that can be.
        """
        after, did, left = contents.FIRST, False, list[ExchangeError]()
        while True:
            async with self.pool.transaction() as conn:
                found = await contents.next_ordered(conn, after)
                if found is None:
                    break
                ordered, row = found
                after = (ordered.at, ordered.key)
                try:
                    await self._finished(conn, ordered, row)
                    did = True
                except (Unavailable, NoRoom) as trouble:
                    left.append(trouble)
        if left:
            raise left[0]
        return did

    async def evidence(self, conn: Connection, item_id: UUID) -> Sequence[Shredding]:
        """Return which keys to an item's content were destroyed, and how opening was refused afterwards."""
        return await contents.shredded(conn, item_id)

    async def faults(self, conn: Connection, item_id: UUID, sha256: str | None) -> tuple[str, ...]:
        """Say what is wrong with an item's content, mostly nothing: its digest, its holders' keys, its size.

        `sha256` (hex) is that of the content it was registered with, None for an item without one. Raise ModuleSealed.
        """
        row = await contents.of_item(conn, item_id)
        if row is None:
            return ("its content is not known",) if sha256 else ()
        found = []
        try:
            if self._told(row).sha256 != sha256:
                found.append("its content is not the one that was registered")
        except Tampered as broken:
            found.append(f"the digest of its content: {broken}")
        holders = await contents.holdings(conn, row.id)
        for body, holding in sorted(holders.items()):
            name = KeyName(row.id, holding.key)
            try:
                await self.run(*((self.data.get, name, body) if holding.state == HELD else (self.keys.get, name)))
            except Tampered as broken:
                if await self._stands(row.id, holding):
                    found.append(f"the key of {body} to its content: {broken}")
        if holders and await self.folder.size_of(row.file.hex()) != sealed_size(row.size):
            found.append("the sealed bytes of its content are gone or cut off")
        return tuple(found)

    async def sweep(self, place: int) -> int:
        """Destroy key files and sealed bytes that no row knows, in one of 256 places, and what dead writers left.

        Also what comes back with an older copy of the folders: a shredded content stays shredded.
        """
        swept = await self.folder.sweep()
        names = [name for name, age in await self.run(self.keys.held, place) if age > FORGOTTEN_SECONDS]
        files = [held.sha256 for held in await self.folder.held(place) if held.age > FORGOTTEN_SECONDS]
        async with self.pool.connection() as conn:
            known_names = await contents.known_keys(conn, [name.key for name in names]) if names else frozenset()
            called = [bytes.fromhex(file) for file in files]
            known_files = await contents.known_files(conn, called) if called else frozenset()
        for name in names:
            if name.key not in known_names:
                swept += await self.run(self.keys.destroy, name)
        for file in files:
            if bytes.fromhex(file) not in known_files:
                swept += await self.folder.remove(file)
        return swept

    # Within

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """Do blocking work in a thread of the folder's: `close` waits for it."""
        return await asyncio.wrap_future(self.folder.submit(lambda: work(*arguments)))

    @property
    def _safe(self) -> Safe:
        return Safe(self.provider)

    @property
    def data(self) -> DataKeys:
        """The data keys in the folder, under the provider's keys."""
        return DataKeys(self.provider, self.keys)

    async def _held(self, conn: Connection, item_id: UUID, body: str) -> tuple[Content, dict[str, Holding]]:
        """Lock an item's content and return it with its holders; raise NotHeld unless the body is one."""
        row = await contents.lock(conn, item_id)
        held = await contents.holdings(conn, row.id) if row else {}
        if row is None or body not in held or held[body].state != HELD:
            raise NotHeld
        return row, held

    async def replaced(self, conn: Connection, former: Holding, name: KeyName) -> None:
        """Let a body hold as it did, by another key file; the former one is destroyed after the commit."""
        await self._replaced(conn, former, replace(former, key=name.key))

    async def _replaced(self, conn: Connection, former: Holding | None, now: Holding) -> None:
        """Let a body hold by another key file; the former one is destroyed after the commit."""
        await contents.hold(conn, now)
        if former is not None:
            await contents.order(conn, former)

    async def _data_key(self, content: UUID, body: str, key: UUID) -> DataKey:
        """Return a holder's data key, by the file that stands now where it was wrapped anew at this moment."""
        while True:
            try:
                return await self.run(self.data.get, KeyName(content, key), body)
            except Tampered:
                async with self.pool.connection() as conn:
                    now = (await contents.holdings(conn, content)).get(body)
                if now is None or now.state != HELD or now.key == key:
                    raise
                key = now.key

    async def _stands(self, content: UUID, holding: Holding) -> bool:
        """Tell whether a body still holds by a key file: a proof of one moment may meet one that was replaced since."""
        async with self.pool.connection() as conn:
            return (await contents.holdings(conn, content)).get(holding.body) == holding

    async def _finished(self, conn: Connection, ordered: Ordered, row: Content) -> None:
        """Destroy one key, and the sealed bytes where nobody holds them any more; write down how opening is refused."""
        name = KeyName(row.id, ordered.key)
        await self.run(self.keys.destroy, name)
        if not await contents.has_holders(conn, row.id):
            await self.run(self.keys.destroy_all, row.id)  # also what no commit ever named
            await self.folder.remove(row.file.hex())
            await contents.gone(conn, row.id)
        await contents.done(conn, ordered.key, await self.run(self.data.refusal, name, ordered.body))

    async def _dropped(self, taken: Taken) -> None:
        """Remove what was taken in and not kept."""
        await self.run(self.keys.destroy, taken.key)
        await self.folder.remove(taken.file.hex())

    def _told(self, row: Content) -> SealedContent:
        return SealedContent(row.id, self._safe.open(row.locked, _row(row.id)).hex(), row.size)


def open_vault(pool: Pool, provider: KeyProvider, *, files: Path, keys: Path) -> Vault:
    """Open the vault over two folders, made where they are missing; raise Unavailable when one cannot be used."""
    return Vault(pool, provider, Folder(files), KeyFolder(keys))


def _row(content: UUID) -> str:
    return f"content/{content}"
