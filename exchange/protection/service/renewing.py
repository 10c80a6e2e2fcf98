"""A round over all that is wrapped: what is under former versions of keys is wrapped anew, then those are destroyed.

A round looks at every key file and every locked column once, step by step, each step bounded, and wraps anew what it
meets under a version that was a former one when the round began. A version that a whole round did not meet is noted as
idle; one that was idle for a day, and that a further round did not meet either, is destroyed. Nothing is remembered
but that note: a process that dies leaves what it did, and the next round goes on with the rest.

Columns that only grow for the module's role are locked anew over a pool of the owner's, where there is one; otherwise
they are looked at, and their version waits.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from asyncpg import Record

from exchange.core.errors import Tampered
from exchange.protection.content import renewal
from exchange.protection.content.ledger import bound as end_bound
from exchange.protection.content.provider import ID_BYTES, RECORD, VERSION, Version
from exchange.protection.core.scene import Binding
from exchange.protection.module import Module
from exchange.protection.service import idempotency, keys, ledger, trail, vouching
from exchange.protection.service.vouching import agreement_bound, clearance_bound, grant_bound
from exchange.protection.store import former, locked
from exchange.protection.store.accesses import Access, Head
from exchange.protection.store.agreements import AgreementRow
from exchange.protection.store.facts import Belonging, ClearanceRow, Competence, body_of
from exchange.protection.store.locked import COLUMNS, Column
from exchange.protection.store.people import GrantRow
from exchange.store.pool import Pool

WINDOW: Final = 200
"""Rows that one step looks at."""

MOST: Final = 20
"""Data keys that one step wraps anew: each is a transaction and some flushes to the disk."""


def _agreement(row: Record) -> str:
    whole = AgreementRow(**_with_detail(row))
    return agreement_bound(whole, agreed=whole.agreed_at is not None)


def _with_detail(row: Record) -> dict[str, Any]:
    return {"detail" if name == "locked" else name: value for name, value in row.items()}


BOUND: Final[Mapping[str, Callable[[Record], str]]] = {
    "signing_key": lambda row: keys.bound(row["body"], row["id"]),
    "item": lambda row: f"item/{row['id']}/{row['seq']}",
    "record/jws": lambda row: f"item/{row['item']}/{row['seq']}/jws",
    "record/ruling": lambda row: f"item/{row['item']}/{row['seq']}/ruling",
    "access": lambda row: trail.bound(Access(**_with_detail(row))),
    "trail": lambda row: trail.head_bound(
        Head(subject=row["subject"], seq=row["seq"], digest=row["digest"], proof=b"")
    ),
    "digest_key": lambda _: idempotency.DIGEST_KEY,
    "call": lambda row: idempotency.bound(row["body"], row["key"], "call"),
    "answer": lambda row: idempotency.bound(row["body"], row["key"], "answer"),
    "agreement": _agreement,
    "clearance": lambda row: clearance_bound(ClearanceRow(**_with_detail(row))),
    "access_grant": lambda row: grant_bound(GrantRow(**_with_detail(row))),
    "proceeding": lambda row: f"{row['kind']}/{row['id']}/{row['seq']}",
    "proceeding_record/jws": lambda row: f"{row['kind']}/{row['proceeding']}/{row['seq']}/jws",
    "proceeding_record/ruling": lambda row: f"{row['kind']}/{row['proceeding']}/{row['seq']}/ruling",
    "content": lambda row: f"content/{row['id']}",
    "body": lambda row: vouching.bound(body_of(row)),
    "binding": lambda row: vouching.bound(
        Binding(row["regime"], row["party"], row["since"], row["left_on"], row["released_on"])
    ),
    "competent": lambda row: vouching.bound(
        Competence(
            id=row["id"],
            regime=row["regime"],
            party=row["party"],
            body=row["body"],
            since=row["since"],
            entry=row["entry"],
        )
    ),
    "ledger": lambda row: end_bound(row["seq"], row["digest"]),
    "ledger_line": lambda row: ledger.noted(row["seq"]),
    "person": lambda row: vouching.bound(Belonging(row["code"], row["body"])),
}
"""What each locked column is bound to, by the row that it stands in."""


class Round:
    """One round, `over` when everything was looked at: `renewed` was wrapped anew, `broken` did not open."""

    def __init__(self, module: Module, versions: Mapping[bytes, Version], *, owner: Pool | None = None) -> None:
        """Begin; `versions` are the former ones as they are now, `owner` is a pool of the schema's owner."""
        self.over = False
        self.renewed = 0
        self.broken = 0
        self.destroyed = 0
        self._module = module
        self._owner = owner
        self._former = versions
        self._met: set[bytes] = set()
        self._place = 0
        self._columns = list(COLUMNS)
        self._after: tuple[object, ...] = COLUMNS[0].first

    async def step(self) -> bool:
        """Do a bounded part of it; tell whether anything was wrapped anew."""
        before = self.renewed
        if self._place < renewal.PLACES:
            await self._files()
        elif self._columns:
            await self._rows(self._columns[0])
        else:
            await self._end()
        return self.renewed > before

    async def _files(self) -> None:
        looked = await renewal.renew(self._module.vault, self._place, self._former, MOST)
        self._met |= looked.met
        self.renewed += looked.renewed
        self.broken += looked.broken
        if not looked.more:
            self._place += 1
        if looked.renewed:
            await self._module.vault.finish()

    async def _rows(self, column: Column) -> None:
        """Look at the next rows of a column."""
        pool = self._owner or self._module.pool
        versions = await versions_of(self._module)
        newest = next((each.id for each in versions if each.owner == RECORD and not each.former), b"")
        async with pool.connection() as conn:
            rows = await locked.window(conn, column, newest, self._after, WINDOW)
        stale = [row for row in rows if row["locked"] is not None]
        self._met |= {row["locked"][len(VERSION) :][:ID_BYTES] for row in stale}
        if stale and (self._owner is not None or not column.grows):
            fresh = await asyncio.to_thread(self._locked_anew, column, stale)
            async with pool.transaction() as conn:
                for row, lock in fresh:
                    await locked.replace(conn, column, row, lock)
            self.renewed += len(fresh)
        if len(rows) == WINDOW:
            self._after = tuple(rows[-1][name] for name in column.key)
            return
        self._columns.pop(0)
        if self._columns:
            self._after = self._columns[0].first

    def _locked_anew(self, column: Column, rows: list[Record]) -> list[tuple[Record, bytes]]:
        """Open and lock again, each bound to what it was bound to; what does not open stays as it is."""
        safe, done = self._module.safe, []
        for row in rows:
            bound = BOUND[column.name](row)
            try:
                done.append((row, safe.lock(safe.open(row["locked"], bound), bound)))
            except Tampered:
                self.broken += 1
        return done

    async def _end(self) -> None:
        """Note what was met, and destroy what was idle for long enough."""
        module = self._module
        anchored = await asyncio.to_thread(module.ledger.file.version)
        if anchored is not None and anchored in self._former:
            await asyncio.to_thread(module.ledger.file.renew)
            self._met.add(anchored)
            self.renewed += 1
        async with module.pool.transaction() as conn:
            ripe = await former.looked(conn, self._former, self._met)
        for version in ripe:
            await asyncio.to_thread(module.provider.destroy, self._former[version])
        left = [version.id for version in await versions_of(module)]
        async with module.pool.transaction() as conn:
            await former.destroyed(conn, left)
        self.destroyed = len(ripe)
        self.over = True


async def versions_of(module: Module) -> tuple[Version, ...]:
    """Return every version of the provider's keys; raise ModuleSealed."""
    return tuple(await asyncio.to_thread(module.provider.versions))


async def begin(module: Module, *, owner: Pool | None = None) -> Round | None:
    """Begin a round, where there are former versions at all; raise ModuleSealed."""
    found = {version.id: version for version in await versions_of(module) if version.former}
    return Round(module, found, owner=owner) if found else None


async def waiting(module: Module) -> Counter[bytes]:
    """Count what is wrapped, by the version that it is wrapped under: key files and locked columns of rows."""
    found = await renewal.waiting(module.vault)
    async with module.pool.connection() as conn:
        found.update(await locked.counts(conn))
    if (anchored := await asyncio.to_thread(module.ledger.file.version)) is not None:
        found[anchored] += 1
    return found
