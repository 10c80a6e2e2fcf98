"""Every item proved, and what runs beside it: chains, seals, and whether what stands follows from the records."""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final
from uuid import UUID

from exchange.core.errors import ExchangeError, RecordBroken, Tampered, Unavailable
from exchange.core.record import Sealed, faults
from exchange.protection.core.entry import Entry
from exchange.protection.core.fold import fold
from exchange.protection.module import Module
from exchange.protection.service import keys, ledger, proving, trail
from exchange.protection.service.items import ITEM, opened
from exchange.protection.service.records import proved, subject
from exchange.protection.service.sealing import opened as unlocked
from exchange.protection.store import items, proof, saving
from exchange.protection.store.items import Row
from exchange.store.database import Connection

AT_ONCE: Final = 100


async def proofs(conn: Connection, module: Module) -> AsyncIterator[tuple[UUID | str, tuple[str, ...]]]:
    """Yield each item and proceeding with what is wrong with it, mostly nothing; then whatever else was changed.

    What is wrong with the bodies' signing keys comes first.

    The caller opens a transaction and reads nothing in it before: all that is compared is of one moment.
    """
    anchor = await ledger.anchor_of(module)
    await proof.hold_still(conn)
    if found_of_keys := await keys.faults(conn, module):
        yield "signing keys", found_of_keys
    with suppress(Tampered):  # it is told of; what it sealed is not proved
        await keys.refresh(conn, module)
    after = UUID(int=0)
    while found := await items.ids(conn, after, AT_ONCE):
        for item_id in found:
            row = await items.load(conn, item_id)
            if row is not None:
                followed = [fault async for fault in trail.faults(conn, module, item_id)]
                yield item_id, (*await prove(conn, module, row), *followed)
        after = found[-1]
    async for proceeding in proving.proofs(conn, module):
        yield proceeding
    async for broken in ledger.faults(conn, module, await ledger.read(conn, module, anchor)):
        yield broken


async def prove(conn: Connection, module: Module, row: Row) -> tuple[str, ...]:
    """Return what is wrong with an item: its chain, seals, snapshot, participants, duties, and its content."""
    try:
        kept = await items.record(conn, row.id, through=2**31 - 1)
        sealed = [unlocked(module, subject(row.id), each) for each in kept]
    except Unavailable:
        raise
    except ExchangeError as broken:
        return (f"its record does not open: {broken}",)
    found = [*faults(sealed), *_end(row, sealed)]
    entries: list[Entry] = []
    for each in sealed:
        try:
            entries.append(proved(subject(row.id), each, module.seals))
        except RecordBroken as broken:
            found.append(f"entry {each.seq}: {broken}")
    return tuple(found) or await _differences(conn, module, row, entries)


def _end(row: Row, sealed: list[Sealed]) -> tuple[str, ...]:
    if not sealed or sealed[-1].seq != row.seq or sealed[-1].digest != row.head:
        return (f"entry {row.seq}: it is not the last of the record",)
    return ()


async def _differences(conn: Connection, module: Module, row: Row, entries: list[Entry]) -> tuple[str, ...]:
    """Compare what stands with what the record leads to."""
    try:
        told, stands = fold(str(row.id), entries), opened(module, row).item
    except (ExchangeError, ValueError, LookupError) as broken:
        return (f"it cannot be told again ({type(broken).__name__})",)
    found = []
    if ITEM.validate_json(ITEM.dump_json(told)) != stands:
        found.append("the snapshot is not what the record leads to")
    if await proof.participants(conn, row.id) != saving.participants(told):
        found.append("its participants are not those of the record")
    if await proof.duties(conn, row.id) != saving.standing_duties(told):
        found.append("its duties are not those of the record")
    content = None if told.content is None else told.content.sha256
    return (*found, *await module.vault.faults(conn, row.id, content))
