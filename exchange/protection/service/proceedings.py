"""What runs beside the items: one act of a release, a visit or an entry, sealed, chained, locked and written."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from exchange.core.errors import NotThere, RecordBroken, Refused
from exchange.core.record import GENESIS
from exchange.protection.core.entries import EntryDecision
from exchange.protection.core.notices import Notice
from exchange.protection.core.objections import Refusal, object_to, refuse
from exchange.protection.core.release import Case, Owed
from exchange.protection.core.scene import Body, Caller
from exchange.protection.core.visits import Visit
from exchange.protection.module import Module
from exchange.protection.service.sealing import Said, opened, said, secure
from exchange.protection.service.standing import require
from exchange.protection.service.trail import begun
from exchange.protection.store import proceedings as store
from exchange.protection.store.proceedings import Row, Saving
from exchange.store.database import Connection
from schemas.protection_registry import ProceedingEntryView
from schemas.secrecy import ProceedingKind, Told

T = TypeVar("T", Case, Visit, EntryDecision)
D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """A kind of proceeding, and what it is kept as."""

    kind: ProceedingKind
    adapter: TypeAdapter[T]


RELEASE = Form(ProceedingKind.RELEASE, TypeAdapter(Case))
VISIT = Form(ProceedingKind.VISIT, TypeAdapter(Visit))
ENTRY = Form(ProceedingKind.ENTRY, TypeAdapter(EntryDecision))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Generic[T]):
    """A proceeding as it stands: its number, the digest of its last act, what its record tells."""

    id: UUID
    number: str
    author: str
    seq: int
    head: bytes
    opened_at: datetime
    value: T


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of proceedings is asked for; `before` is the id that the page before ended with."""

    state: str | None
    before: UUID | None
    limit: int


@dataclass(frozen=True, slots=True)
class Word:
    """Somebody to be told of an act: what, by when, by which rule."""

    to: str
    told: Told
    by: datetime | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed(Generic[T]):
    """An act to be kept: `raw` is what is signed, `value` the proceeding after it, `bodies` whose business it is."""

    act: str
    raw: bytes
    value: T
    state: str
    bodies: Iterable[str]
    words: Iterable[Word] = ()
    duties: Iterable[Owed] = ()


def subject(kind: ProceedingKind, proceeding: UUID) -> str:
    """Return what a proceeding's seals and locks are bound to."""
    return f"{kind}/{proceeding}"


def value_of(module: Module, form: Form[T], row: Row) -> Kept[T]:
    """Open a row; raise ModuleSealed, and RecordBroken for a snapshot that is none."""
    place = subject(form.kind, row.id)
    try:
        value = form.adapter.validate_json(module.safe.open(row.snapshot, f"{place}/{row.seq}"))
    except ValidationError as error:
        raise RecordBroken(f"the snapshot of {place} cannot be read") from error
    return Kept(
        id=row.id,
        number=row.number,
        author=row.author,
        seq=row.seq,
        head=row.head,
        opened_at=row.opened_at,
        value=value,
    )


async def read(conn: Connection, module: Module, form: Form[T], proceeding: UUID, caller: Caller) -> Kept[T]:
    """Return a proceeding that the caller's body takes part in; raise NotThere for any other, and Refused."""
    row = await store.find(conn, proceeding, form.kind, caller.body)
    if row is None:
        raise NotThere
    kept = value_of(module, form, row)
    require(caller)
    return kept


async def page(conn: Connection, module: Module, form: Form[T], caller: Caller, asked: Asked) -> tuple[Kept[T], ...]:
    """Return one page of the proceedings that the caller's body takes part in, the latest first; raise Refused."""
    require(caller)
    rows = await store.page(conn, caller.body, form.kind, state=asked.state, before=asked.before, limit=asked.limit)
    return tuple(value_of(module, form, row) for row in rows)


async def lock(conn: Connection, module: Module, form: Form[T], proceeding: UUID, caller: Caller) -> Kept[T]:
    """Lock a proceeding before an act; raise NotThere where the caller's body takes no part."""
    row = await store.lock(conn, proceeding, form.kind, caller.body)
    if row is None:
        raise NotThere
    return value_of(module, form, row)


async def begin(
    conn: Connection,
    module: Module,
    form: Form[T],
    new_id: UUID,
    deed: Deed[T],
    author: Body,
    caller: Caller,
    now: datetime,
) -> Kept[T]:
    """Keep the first act of a proceeding under the next number of its author; that row is the last one locked."""
    number = await store.take_number(conn, author.code, form.kind, now.astimezone(ZoneInfo(author.zone)).year)
    blank = Kept(id=new_id, number=number, author=author.code, seq=0, head=GENESIS, opened_at=now, value=deed.value)
    return await go_on(conn, module, form, blank, deed, caller, now)


async def go_on(
    conn: Connection, module: Module, form: Form[T], before: Kept[T], deed: Deed[T], caller: Caller, now: datetime
) -> Kept[T]:
    """Keep the next act: sealed in its author's name, chained to the last, what it tells of locked; told at once."""
    after = form.adapter.dump_json(deed.value)
    place, seq = subject(form.kind, before.id), before.seq + 1
    told = Said(
        subject=place,
        seq=seq,
        act=deed.act,
        author=caller.body,
        who=caller.who,
        at=now,
        recorded_at=now,
        body=deed.raw,
        ruling=after,
    )
    secured = await secure(conn, module, told, before.head)
    saving = Saving(
        id=before.id,
        kind=form.kind,
        number=before.number,
        state=deed.state,
        bodies=tuple(deed.bodies),
        sealed=secured.sealed,
        snapshot=module.safe.lock(after, f"{place}/{seq}"),
        jws=secured.jws,
        ruling=secured.ruling,
        trail=begun(module, before.id) if seq == 1 else None,
        duties=deed.duties,
        notices=[_notice(each, caller, before.number) for each in dict.fromkeys(deed.words) if each.to != caller.body],
    )
    await store.save(conn, saving)
    return Kept(
        id=before.id,
        number=before.number,
        author=before.author,
        seq=seq,
        head=secured.sealed.digest,
        opened_at=before.opened_at,
        value=deed.value,
    )


async def record(
    conn: Connection, module: Module, form: Form[T], proceeding: UUID, caller: Caller, after: int, limit: int
) -> tuple[tuple[ProceedingEntryView, ...], int | None]:
    """Return one page of the record of a proceeding in order, and after which entry the next begins.

    Raise NotThere where the caller's body takes no part in it, Refused.
    """
    kept = await read(conn, module, form, proceeding, caller)
    last = min(after + limit, kept.seq)
    return await _entries(conn, module, form, kept, range(after + 1, last + 1)), last if last < kept.seq else None


async def latest(
    conn: Connection, module: Module, form: Form[T], kept: Kept[T], before: int | None, limit: int
) -> tuple[tuple[ProceedingEntryView, ...], int | None]:
    """Return the last entries of a record, or the last before one, in order; and before which more stand."""
    end = min(before or kept.seq + 1, kept.seq + 1)
    first = max(1, end - limit)
    return await _entries(conn, module, form, kept, range(first, end)), first if first > 1 else None


async def _entries(
    conn: Connection, module: Module, form: Form[T], kept: Kept[T], only: range
) -> tuple[ProceedingEntryView, ...]:
    place = subject(form.kind, kept.id)
    sealed = [opened(module, place, each) for each in await store.record(conn, kept.id, only)]
    return tuple(
        ProceedingEntryView(
            seq=each.seq,
            act=each.act,
            author=each.author,
            at=each.at,
            recorded_at=each.recorded_at,
            digest=each.digest.hex(),
            previous=each.previous.hex() if each.seq > 1 else None,
            signature=each.jws,
            body=json.loads(said(place, each).body),
        )
        for each in sealed
    )


def decided(answer: D | Refusal, head: bytes = b"", seen: Collection[str] | None = None) -> D:
    """Return the decision, or raise the refusal; `seen` are the heads of which the caller takes one for the latest."""
    stale = [] if seen is None or head.hex() in seen else [object_to("stale")]
    if isinstance(answer, Refusal):
        raise Refused(refuse([*answer.objections, *stale]).objections)
    if stale:
        raise Refused(tuple(stale))
    return answer


def shown(body: Any) -> Mapping[str, Any]:
    """Return what an act carries as JSON, as its shape understood it; what was not said is left out."""
    return dict(body.model_dump(mode="json", exclude_none=True))


def _notice(word: Word, caller: Caller, number: str) -> Notice:
    return Notice(to=word.to, sender=caller.body, told=word.told, number=number, by=word.by, rule=word.rule)
