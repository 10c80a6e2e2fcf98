"""Papers of an item for whoever may see it: made of a proved record alone, written down before they are given."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from exchange.core.errors import NotThere, RecordBroken
from exchange.core.record import Sealed, faults
from exchange.letters.press import Press
from exchange.protection.core.entry import Entry
from exchange.protection.core.fold import fold
from exchange.protection.core.scene import Caller
from exchange.protection.module import Module
from exchange.protection.papers import words
from exchange.protection.papers.compose import OF, compose
from exchange.protection.papers.source import Source
from exchange.protection.service import keys, queries, reading
from exchange.protection.service.items import subject
from exchange.protection.service.queries import Read
from exchange.protection.service.records import proved
from exchange.protection.service.sealing import opened
from exchange.protection.store import items, registry
from exchange.store.database import Connection
from schemas.protection_views import ProtectedEntryView
from schemas.secrecy import PaperKind

LANGUAGE: Final = "ru"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A paper ready for the press: whose `source` it is made of; `name` is that of its file."""

    kind: PaperKind
    source: Source
    name: str

    async def printed(self, press: Press) -> bytes:
        """Return it as PDF, dated with its entry; call it outside the transaction. Raise NotPrinted."""
        letter = compose(self.kind, self.source, words.over(press.words))
        return await press.printed(letter, self.source.entry.recorded_at)


async def paper(
    conn: Connection, module: Module, item_id: UUID, wanted: tuple[PaperKind, int | None], caller: Caller, now: datetime
) -> Draft:
    """Return a paper of an item, of one act by its place in the record or of the last such act; note that it was taken.

    Raise NotThere where the caller's body sees no such act, Refused for its role, RecordBroken for a record that does
    not prove itself.
    """
    kind, seq = wanted
    seen = await queries.read(conn, module, item_id, caller, now)
    sealed = [
        opened(module, subject(item_id), each) for each in await items.record(conn, item_id, through=seen.item.seq)
    ]
    record = await _proved(conn, module, item_id, sealed)
    entry = _entry(seen, record, kind, seq)
    own = sealed[entry.seq - 1]
    codes = [*(each.code for each in seen.item.known_bodies), *_grantors(seen), caller.body]
    source = Source(
        sight=seen.sight,
        view=queries.card(seen, now),
        reader=seen.scene.bodies[caller.body],
        record=record,
        entry=entry,
        before=fold(str(item_id), record[: entry.seq - 1]) if entry.seq > 1 else None,
        digest=own.digest,
        key=_key_of(own.jws),
        law=module.law,
        names=await registry.names(conn, codes, LANGUAGE),
        sample=module.sandbox,
    )
    await reading.note(conn, module, item_id, caller, now, given=True, paper=kind, seq=entry.seq)
    return Draft(kind=kind, source=source, name=f"{seen.item.number.replace('/', '-')}-{entry.seq}-{kind}.pdf")


def offered(record: Sequence[ProtectedEntryView]) -> tuple[tuple[PaperKind, int | None], ...]:
    """Return the papers that the reader of a record may have: the extract, and those of the acts that it sees."""
    acts = ((kind, each.seq) for each in record if each.body for kind, of in OF.items() if each.act in of)
    return ((PaperKind.EXTRACT, None), *acts)


def _entry(seen: Read, record: Sequence[Entry], kind: PaperKind, seq: int | None) -> Entry:
    """Return the act that a paper is of; raise NotThere."""
    if kind not in OF:
        if seq is not None:
            raise NotThere
        return record[-1]
    fitting = [each for each in record if each.kind in OF[kind] and seen.sight.entry(each) and seq in (None, each.seq)]
    if not fitting:
        raise NotThere
    return fitting[-1]


def _grantors(seen: Read) -> set[str]:
    return {code for consent in seen.item.consents for code in consent.grantors}


async def _proved(conn: Connection, module: Module, item_id: UUID, sealed: Sequence[Sealed]) -> tuple[Entry, ...]:
    await keys.refresh(conn, module)
    for fault in faults(sealed):
        raise RecordBroken(fault)
    return tuple(proved(subject(item_id), each, module.seals) for each in sealed)


def _key_of(jws: str) -> str:
    """Return the identifier of the key that a seal names."""
    head = jws.partition(".")[0]
    return str(json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"])
