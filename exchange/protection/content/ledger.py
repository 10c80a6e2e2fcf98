"""What this process knows of the registry's ledger: every change, chained to the one before it, as far as it read.

A row of the registry proves that the module wrote it; the ledger says that it is the last that the module wrote of it.
The end of the ledger is vouched for, so nobody adds to it; its anchor stands outside the database, so nobody cuts it
off; and what a process has seen once it takes back in no statement. The order: hold the ledger, lock and prove rows,
change them, enter the changes.
"""

import asyncio
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from exchange.core.errors import Tampered
from exchange.protection.content.anchor import RECENT, Anchor, AnchorFile
from exchange.protection.content.safe import Safe
from exchange.protection.store import ledger as store
from exchange.protection.store.ledger import End, Line
from exchange.store.database import Connection
from exchange.store.pool import Pool

EMPTY: Final = bytes(32)
"""The digest before the first change."""

NAMED: Final = 20
"""How many places a message names at most."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a row says from now on, at its place; `new`: it was not there before."""

    place: str
    told: bytes
    new: bool = True
    detail: bytes | None = None


class Ledger:
    """The ledger as this process read it so far; nothing of a transaction that does not stand yet is in it."""

    def __init__(self, safe: Safe, file: AnchorFile) -> None:
        """Know nothing yet."""
        self.file = file
        self._safe = safe
        self._digests = [EMPTY]
        self._places = [""]
        self._begun: dict[str, list[int]] = {}
        self._told: dict[str, list[tuple[int, bytes]]] = {}
        self._anchored: int | None = None
        self._touched: set[int] = set()

    @property
    def seq(self) -> int:
        """The last change that is known: a statement that begins from now on sees it, too."""
        return len(self._digests) - 1

    async def follow(self, conn: Connection, end: End, floor: int) -> bool:
        """Read on to the end that a statement saw, which began when `floor` was known; raise Tampered, ModuleSealed.

        Return False where that statement saw changes of its own transaction: of these nothing is known here yet.
        """
        if end.own:
            return False
        if end.seq < floor:
            raise Tampered(f"the registry ends at change {end.seq}; change {floor} was there before")
        if end.seq > self.seq:
            self._read_on(await store.lines(conn, self.seq, end.seq), end)
        if self._digests[end.seq] != end.digest:
            raise Tampered(f"change {end.seq} of the registry is another than it was")
        if self._anchored is None:
            await self._compare(conn, end)
        return True

    def require(self, place: str, told: bytes, seq: int) -> None:
        """Raise Tampered unless a row said so when that change was the last."""
        if self.last(place, seq)[1] != told:
            raise Tampered(f"{place} is not as the registry last said")

    def last(self, place: str, seq: int) -> tuple[int, bytes | None]:
        """Return which change up to one was the last of a row, and what it says; zero and None where there was none."""
        changes = reversed(self._told.get(place, ()))
        return next(((number, told) for number, told in changes if number <= seq), (0, None))

    def places(self, kind: str, seq: int) -> int:
        """Return how many rows of a kind there were when a change was the last."""
        return bisect_right(self._begun.get(kind, []), seq)

    async def hold(self, conn: Connection) -> End:
        """Let nobody else change the registry until the transaction ends; all that stands is known then.

        Raise Tampered, ModuleSealed. Before any row of the registry is locked.
        """
        floor, end = self.seq, await store.lock(conn)
        await self.follow(conn, end, floor)
        return end

    async def enter(self, conn: Connection, changes: Sequence[Change]) -> None:
        """Enter what was changed, in the transaction of the change; the anchor follows once that stands."""
        if not changes:
            return
        end = await self.hold(conn)
        self._prove(end)
        for each in changes:
            if each.new and each.place in self._told:
                raise Tampered(f"{each.place} was taken out of the registry behind the module")
        made = chained(end, changes)
        last = made[-1]
        proof = self._safe.vouch(bound(last.seq, last.digest))
        await store.append(conn, made, End(seq=last.seq, digest=last.digest, proof=proof))
        self._touched.add(id(conn))

    def forget(self, conn: Connection) -> bool:
        """Tell whether a transaction that ended changed the registry."""
        changed = id(conn) in self._touched
        self._touched.discard(id(conn))
        return changed

    async def anchor(self, pool: Pool) -> bool:
        """Let the anchor follow what stands; tell whether it moved. Raise Tampered, ModuleSealed, Unavailable."""
        async with pool.connection() as conn:
            floor = self.seq
            await self.follow(conn, await store.end(conn), floor)
        if self._anchored is None or self._anchored >= self.seq:
            return False
        seq = self.seq
        await asyncio.to_thread(self.file.advance, self.at(seq))
        self._anchored = max(self._anchored, seq)
        return True

    def at(self, seq: int) -> Anchor:
        """Return the anchor of a change that is known."""
        recent = {number: self._places[number] for number in range(max(1, seq - RECENT + 1), seq + 1)}
        return Anchor(seq=seq, digest=self._digests[seq].hex(), recent=recent)

    async def accept(self, pool: Pool) -> None:
        """Let the anchor stand for what the database holds, older or not: an operator says so. Raise Tampered."""
        self._anchored = 0
        async with pool.connection() as conn:
            await self.follow(conn, await store.end(conn), 0)
        await asyncio.to_thread(self.file.replace, self.at(self.seq))
        self._anchored = self.seq

    def _read_on(self, lines: Iterable[Line], end: End) -> None:
        """Take in lines that lead to a proved end; another caller may have read on meanwhile."""
        fresh = [line for line in lines if line.seq > self.seq]
        digests = [self._digests[-1]]
        for line in fresh:
            digests.append(digest(digests[-1], self.seq + len(digests), line.place, line.told))
        if end.seq > self.seq:
            if (len(digests) + self.seq - 1, digests[-1]) != (end.seq, end.digest):
                raise Tampered("the changes of the registry do not lead to its end")
            self._prove(end)
        first = self.seq
        self._digests.extend(digests[1:])
        for number, line in enumerate(fresh, first + 1):
            self._places.append(line.place)
            made = self._told.setdefault(line.place, [])
            if not made:
                self._begun.setdefault(line.place.partition("/")[0], []).append(number)
            made.append((number, line.told))

    async def _compare(self, conn: Connection, end: End) -> None:
        """Compare what was read with the anchor, once; an empty ledger gets one before its first change.

        It is looked at after the end: where it is ahead, both may have moved meanwhile, and the end is read anew.
        """
        held = await asyncio.to_thread(self.file.read)
        if held is not None and held.seq > end.seq:
            end = await store.end(conn)
            if end.seq > self.seq:
                self._read_on(await store.lines(conn, self.seq, end.seq), end)
        if (trouble := older(held, self._digests[: end.seq + 1])) is not None:
            raise Tampered(trouble)
        if held is None:
            await asyncio.to_thread(self.file.begin)
        self._anchored = 0 if held is None else held.seq

    def _prove(self, end: End) -> None:
        if end.seq:
            self._safe.prove(end.proof, bound(end.seq, end.digest))


def older(anchor: Anchor | None, digests: Sequence[bytes]) -> str | None:
    """Say how a ledger is older than its anchor, or another; None where it follows it.

    `digests` are those of its lines, that of the empty ledger before them.
    """
    seq = len(digests) - 1
    if anchor is None:
        return "the registry has no anchor beside the keys" if seq else None
    if anchor.seq <= seq:
        same = digests[anchor.seq].hex() == anchor.digest
        return None if same else f"change {anchor.seq} of the registry is another than its anchor says"
    lost = [place for number, place in anchor.recent.items() if number > seq]
    places = ", ".join(lost[-NAMED:]) + (" and others" if len(lost) > NAMED else "")
    return f"the registry is older than its anchor: it ends at change {seq} of {anchor.seq} and lacks {places}"


def chained(end: End, changes: Iterable[Change]) -> tuple[Line, ...]:
    """Return changes as the lines that follow an end."""
    made, last = [], end.digest
    for seq, each in enumerate(changes, end.seq + 1):
        last = digest(last, seq, each.place, each.told)
        made.append(Line(seq=seq, place=each.place, told=each.told, digest=last, detail=each.detail))
    return tuple(made)


def digest(previous: bytes, seq: int, place: str, told: bytes) -> bytes:
    """Return the digest of a line (32 bytes): SHA-256(previous ‖ seq ‖ told ‖ place), the number as 8 bytes."""
    return sha256(previous + seq.to_bytes(8, "big") + told + place.encode()).digest()


def bound(seq: int, end: bytes) -> str:
    """Return what the proof of the end is bound to."""
    return f"ledger/{seq}/{end.hex()}"
