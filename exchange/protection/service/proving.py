"""Every release, visit and dated entry proved: its chain, its seals, whether what stands follows from its record."""

import json
from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from exchange.core.errors import ExchangeError, RecordBroken, Unavailable
from exchange.core.record import faults
from exchange.protection.core.entries import EntryDecision
from exchange.protection.module import Module
from exchange.protection.service import trail
from exchange.protection.service.proceedings import ENTRY, RELEASE, subject, value_of
from exchange.protection.service.sealing import opened, said
from exchange.protection.store import proceedings as store
from exchange.protection.store import proof
from exchange.protection.store.proceedings import Row
from exchange.store.database import Connection
from schemas.secrecy import EntryKind, ProceedingKind

AT_ONCE: Final = 100


async def proofs(conn: Connection, module: Module) -> AsyncIterator[tuple[UUID, tuple[str, ...]]]:
    """Yield each proceeding with what is wrong with it, mostly nothing; run it over one moment of the database.

    The bodies' signing keys are open.
    """
    after = UUID(int=0)
    while found := await store.following(conn, after, AT_ONCE):
        for row in found:
            followed = [fault async for fault in trail.faults(conn, module, row.id)]
            yield row.id, (*await prove(conn, module, row), *followed)
        after = found[-1].id


async def prove(conn: Connection, module: Module, row: Row) -> tuple[str, ...]:
    """Return what is wrong with a proceeding: its chain, its seals, its snapshot, its duties."""
    place = subject(row.kind, row.id)
    try:
        sealed = [opened(module, place, each) for each in await store.record(conn, row.id)]
        stands = module.safe.open(row.snapshot, f"{place}/{row.seq}")
        owed = value_of(module, RELEASE, row).value.duties if row.kind is ProceedingKind.RELEASE else ()
    except Unavailable:
        raise
    except ExchangeError as broken:
        return (f"its record does not open: {broken}",)
    found = list(faults(sealed))
    if not sealed or (sealed[-1].seq, sealed[-1].digest) != (row.seq, row.head):
        found.append(f"entry {row.seq}: it is not the last of the record")
    for each in sealed:
        try:
            ruled = said(place, each, module.seals).ruling
        except RecordBroken as broken:
            found.append(f"entry {each.seq}: {broken}")
    if not found and json.loads(ruled) != json.loads(stands):
        found.append("the snapshot is not what the record leads to")
    if not found and await store.duties(conn, row.id) != store.standing(owed):
        found.append("its duties are not those of the record")
    if not found and row.kind is ProceedingKind.ENTRY:
        found.extend(await _effect(conn, row.author, row.id, value_of(module, ENTRY, row).value))
    return tuple(found)


async def _effect(conn: Connection, author: str, entry: UUID, decided: EntryDecision) -> list[str]:
    """Return what the registry does not say that an entry brought about (A-4, KA-3, KL-5, KL-14)."""
    body, since = decided.entry, decided.since
    if since is not None and body.kind is EntryKind.COMPETENT_BODY:
        named = (body.regime, str(body.fields["body"]), since)
        if await proof.named_by(conn, entry) != [named]:
            return ["the competent body that it named is not in the registry"]
    if since is not None and body.kind is EntryKind.RELEASED:
        days = await proof.released(conn, body.regime, author, since)
        if any(day is None or day > since for day in days):
            return ["the release that it told of is not in the registry"]
    return []
