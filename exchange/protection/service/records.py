"""The record of an item, read back: kept entries opened, and told as the law reads them."""

import json
from collections.abc import Iterable
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from exchange.core.errors import RecordBroken
from exchange.core.record import Sealed
from exchange.protection.core.entry import Entry, Ruling
from exchange.protection.module import Module
from exchange.protection.service.sealing import Said, opened, said
from exchange.protection.store.items import Kept
from exchange.seals import Seals
from schemas.protection import AnyItemBody, ItemBody, Register

BODY: TypeAdapter[Register | ItemBody] = TypeAdapter(AnyItemBody)
RULING = TypeAdapter(Ruling)


def subject(item_id: str | UUID) -> str:
    """Return what an item's seals and locks are bound to."""
    return f"item/{item_id}"


def entries_of(module: Module, subject: str, kept: Iterable[Kept]) -> tuple[Entry, ...]:
    """Return entries as the law reads them, their seals unproved; raise RecordBroken for what cannot be read."""
    return tuple(entry_of(said(subject, opened(module, subject, each))) for each in kept)


def proved(subject: str, sealed: Sealed, seals: Seals) -> Entry:
    """Return an entry whose seal holds; raise RecordBroken."""
    return entry_of(said(subject, sealed, seals))


def entry_of(told: Said) -> Entry:
    """Return what was said as the law reads it; a registration need not say that it is one."""
    try:
        body = {"act": told.act, **json.loads(told.body)}
        return Entry(
            seq=told.seq,
            author=told.author,
            who=told.who,
            at=told.at,
            recorded_at=told.recorded_at,
            body=BODY.validate_json(json.dumps(body)),
            ruling=RULING.validate_json(told.ruling),
        )
    except (TypeError, ValueError, ValidationError) as error:
        raise RecordBroken(f"entry {told.seq} cannot be read") from error
