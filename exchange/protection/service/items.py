"""One act on an item: lock, decide, seal, save, and see to its content; all in the caller's transaction."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from exchange.core.errors import NotThere, RecordBroken, Refused
from exchange.core.record import GENESIS
from exchange.protection.core.decide import Decision, decide, decide_registration
from exchange.protection.core.entry import Ruling
from exchange.protection.core.giving import mark_at
from exchange.protection.core.item import Item
from exchange.protection.core.lawful import standings
from exchange.protection.core.objections import Refusal
from exchange.protection.core.scene import Caller, Scene, Source
from exchange.protection.module import Module
from exchange.protection.service import contents
from exchange.protection.service.records import subject
from exchange.protection.service.scenes import scene_for, uuid_of
from exchange.protection.service.sealing import Said, secure
from exchange.protection.service.standing import known
from exchange.protection.service.trail import begun
from exchange.protection.store import items, saving
from exchange.protection.store.idempotency import erase
from exchange.protection.store.items import Row
from exchange.store.database import Connection
from schemas import protection as bodies
from schemas.protection import Content, ItemBody, Register
from schemas.secrecy import ItemKind, ItemState, Mark

ITEM = TypeAdapter(Item)
RULING = TypeAdapter(Ruling)


@dataclass(frozen=True, slots=True)
class Loaded:
    """An item with the digest of its last entry; `unfinished` when the vault has something to do after the commit.

    `scene` is the one in which it was last acted on, if it was just now.
    """

    item: Item
    head: bytes
    unfinished: bool = False
    scene: Scene | None = None


def content_of(plain: bytes) -> Content:
    """Return what a registration says of a content."""
    return Content(sha256=sha256(plain).hexdigest(), size=len(plain))


def opened(module: Module, row: Row) -> Loaded:
    """Open a row; raise ModuleSealed, and RecordBroken for a snapshot that is none."""
    plain = module.safe.open(row.snapshot, f"{subject(row.id)}/{row.seq}")
    try:
        return Loaded(ITEM.validate_json(plain), row.head)
    except ValidationError as error:
        raise RecordBroken(f"the snapshot of {subject(row.id)} cannot be read") from error


async def register(
    conn: Connection,
    module: Module,
    item_id: UUID,
    body: Register,
    raw: bytes,
    caller: Caller,
    now: datetime,
    *,
    wrapped_for: Mark | None = None,
) -> Loaded:
    """Take an item into the register of the caller's body; `raw` is what is signed. Raise Refused.

    Content that it names was sealed before, by this body, and is bound to it here; `wrapped_for` says for which degree
    its key was wrapped then. The number is the last row locked.
    """
    scene = await scene_for(conn, module, bodies=(caller.body, *body.joint_with), now=now)
    author = known(scene, caller)
    scene = replace(scene, sources=await sources_of(conn, module, body.derived_from, author.code))
    named = body.content
    sealed = None if named is None else await module.vault.find(conn, by=author.code, sha256=named.sha256)
    content_here = named is None or (sealed is not None and sealed.size == named.size)
    year = now.astimezone(ZoneInfo(author.zone)).year
    scene = replace(scene, numbers={author.code: await saving.take_number(conn, author.code, year)})
    decision = _decided(decide_registration(str(item_id), body, caller, scene, now, content_here=content_here))
    loaded = replace(await _save(conn, module, None, decision, raw), scene=scene)
    if sealed is None:
        return loaded
    await module.vault.bind(conn, sealed.id, item_id)
    if wrapped_for is not body.mark:
        await module.vault.rewrap(conn, item_id, author.code, body.mark)
    return replace(loaded, unfinished=wrapped_for is not body.mark)


async def act(
    conn: Connection,
    module: Module,
    item_id: UUID,
    body: ItemBody,
    raw: bytes,
    caller: Caller,
    now: datetime,
    *,
    seen: Collection[str] | None = None,
) -> Loaded:
    """Let an act stand on an item; raise NotThere, Refused.

    `seen` are the heads, in hexadecimal, of which the caller takes one for the latest.
    """
    row = await items.lock(conn, item_id)
    if row is None:
        raise NotThere
    before = opened(module, row)
    scene = await scene_of(conn, module, before.item, caller, now, body)
    author_standing(before.item, caller, scene)
    fresh = seen is None or before.head.hex() in seen
    decision = _decided(decide(before.item, body, caller, scene, now, fresh=fresh))
    loaded = await _save(conn, module, before, decision, raw)
    if decision.item.state is ItemState.GONE:
        await erase(conn, item_id)
    return replace(loaded, unfinished=await contents.follow(conn, module, before.item, decision), scene=scene)


async def scene_of(
    conn: Connection, module: Module, item: Item, caller: Caller, now: datetime, body: ItemBody | None = None
) -> Scene:
    """Return the registry's facts for an act on an item, or for looking at it."""
    named = {caller.body, *(each.code for each in item.known_bodies)}
    people: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    if isinstance(body, bodies.AuthoriseRelease):
        named.add(body.recipient)
        outcomes = (body.procedure,) if body.procedure else ()
    elif isinstance(body, bodies.AskConsent) and body.scope.recipient:
        named.add(body.scope.recipient)
    elif isinstance(body, bodies.Copy | bodies.Translate | bodies.Extract):
        people = (body.made_by,)
    return await scene_for(conn, module, bodies=named, now=now, people=people, outcomes=outcomes)


def author_standing(item: Item, caller: Caller, scene: Scene) -> None:
    """Raise NotThere for a body that an item does not concern."""
    if caller.body not in scene.bodies or not standings(item, caller.body, scene):
        raise NotThere


async def sources_of(conn: Connection, module: Module, codes: tuple[str, ...], body: str) -> dict[str, Source]:
    """Return the items that another is derived from, as a body holds them; those that are not there are left out."""
    named = {code: item_id for code in codes if (item_id := uuid_of(code)) is not None}
    rows = await items.several(conn, list(named.values())) if named else ()
    held = {row.id: opened(module, row).item for row in rows}
    return {code: _source(held[item_id], body) for code, item_id in named.items() if item_id in held}


def _source(item: Item, body: str) -> Source:
    copies = item.held_by(body)
    passages = (*item.inherited, *(passage for copy in copies for passage in copy.path))
    there = bool(copies) or (item.kind is ItemKind.ORAL and item.made_by(body))
    return Source(item.id, there, mark_at(item, body), tuple(dict.fromkeys(passages)))


def _decided(answer: Decision | Refusal) -> Decision:
    """Return the decision, or raise the refusal."""
    if isinstance(answer, Refusal):
        raise Refused(answer.objections)
    return answer


async def _save(conn: Connection, module: Module, before: Loaded | None, decision: Decision, raw: bytes) -> Loaded:
    """Seal the entry, chain it to the last, lock what tells of it, and write it all."""
    entry, item = decision.entry, decision.item
    said = Said(
        subject=subject(item.id),
        seq=entry.seq,
        act=entry.kind.value,
        author=entry.author,
        who=entry.who,
        at=entry.at,
        recorded_at=entry.recorded_at,
        body=raw,
        ruling=RULING.dump_json(entry.ruling),
    )
    secured = await secure(conn, module, said, before.head if before else GENESIS)
    snapshot = module.safe.lock(ITEM.dump_json(item), f"{said.subject}/{said.seq}")
    locked = saving.Locked(snapshot, secured.jws, secured.ruling)
    trail = None if before else begun(module, UUID(item.id))
    await saving.save(conn, before.item if before else None, decision, secured.sealed, locked, trail)
    return Loaded(item, secured.sealed.digest)
