"""Attachments that no act came to carry, and bytes that nothing needs: removed in their time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from exchange.files import Store
from exchange.service.database import Database
from exchange.store import attachments as store
from exchange.work import Outcome

WAIT: Final = timedelta(hours=24)
"""For how long an upload waits for an act to carry it, by the node's clock."""

FORGOTTEN_SECONDS: Final = 24 * 3600.0
"""After how long, in real time, bytes that no row knows are taken for left over by a crash."""

AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Sweep:
    """Removing uploads that no act came to carry, bytes that nothing needs, and what dead writers left."""

    db: Database = field(repr=False)
    files: Store = field(repr=False)
    places: "count[int]" = field(default_factory=count, repr=False)
    name: str = "files"

    async def run(self, now: datetime) -> Outcome:
        """Sweep once; bytes without a row are looked for in one of the store's 256 parts each time."""
        did = await self.files.sweep() > 0
        more = True
        while more:
            async with self.db.transaction() as conn:
                seen, freed = await store.drop_unbound(conn, now - WAIT, AT_ONCE)
            did, more = did or bool(freed), seen == AT_ONCE
            await self._removed(freed)
        held = await self.files.held(next(self.places) % 256)
        old = [one.sha256 for one in held if one.age > FORGOTTEN_SECONDS]
        return Outcome(did=await self._removed(old) > 0 or did)

    async def _removed(self, digests: Sequence[str]) -> int:
        """Remove the bytes that no row needs; whoever uploads the same at this moment goes before or after."""
        removed = 0
        for begin in range(0, len(digests), AT_ONCE):
            some = digests[begin : begin + AT_ONCE]
            async with self.db.connection() as conn:
                kept = await store.needed(conn, some)
            for digest in some:
                if digest not in kept:
                    removed += await self._removed_alone(digest)
        return removed

    async def _removed_alone(self, digest: str) -> bool:
        async with self.db.transaction() as conn:
            await store.lock(conn, digest)
            return not await store.needed(conn, (digest,)) and await self.files.remove(digest)

    async def next_at(self) -> datetime | None:
        """Return None: nobody waits for it."""
        return None
