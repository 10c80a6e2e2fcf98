"""What a caller may see of items: their cards, lists, records and copies; a body with no standing sees nothing."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from exchange.core.errors import NotThere
from exchange.protection.core.acts import Act
from exchange.protection.core.bound import binding, rules_for
from exchange.protection.core.item import Item
from exchange.protection.core.possible import possible_acts
from exchange.protection.core.scene import Caller, Scene
from exchange.protection.core.seeing import Sight, sight_of
from exchange.protection.module import Module
from exchange.protection.service import trail
from exchange.protection.service import views as show
from exchange.protection.service.items import Loaded, opened, scene_of
from exchange.protection.service.records import entry_of, subject
from exchange.protection.service.scenes import scene_for, scene_from
from exchange.protection.service.sealing import opened as unlocked
from exchange.protection.service.sealing import said
from exchange.protection.service.standing import known, require
from exchange.protection.service.trail import Deed
from exchange.protection.service.vouching import require_all
from exchange.protection.store import items
from exchange.protection.store.accesses import Head
from exchange.protection.store.facts import facts
from exchange.protection.store.items import FIRST, NEVER, Wanted
from exchange.seals import payload_of
from exchange.store.database import Connection
from schemas import protection_views as views
from schemas.secrecy import ItemState, Taken

LONGEST: Final = 1000
"""Entries or copies that are told of at once."""

LAST: Final = 2**31
"""After every place in a record."""


@dataclass(frozen=True, slots=True)
class Read:
    """An item as a caller may see it, with the scene in which that was told, and the head of its trail."""

    loaded: Loaded
    scene: Scene
    sight: Sight
    acts: tuple[Act, ...]
    trail: Head | None = None

    @property
    def item(self) -> Item:
        """The whole item; `sight` says what of it is for the caller's eyes."""
        return self.loaded.item


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list is asked for; None asks for all. `box` is `made`, `held`, `awaiting`, `asked` or `competent`."""

    state: ItemState | None = None
    box: str | None = None
    overdue: bool = False
    after: tuple[datetime, UUID] = FIRST
    limit: int = 50


async def read(
    conn: Connection, module: Module, item_id: UUID, caller: Caller, now: datetime, taken: Taken = Taken.CARD
) -> Read:
    """Return an item for the caller to see, having written down that it was looked at (A-N1): no trace, no card.

    Raise NotThere where it does not concern its body, Refused for its role, Tampered.
    """
    seen = await load(conn, module, item_id, caller, now)
    await trail.note(conn, module, Deed(taken=taken, item=item_id, told={}), caller, now, seen.trail)
    return seen


async def load(conn: Connection, module: Module, item_id: UUID, caller: Caller, now: datetime) -> Read:
    """Return an item as `read` does, for whoever shows nothing of it, or writes down more; in one statement."""
    found, scene = await loaded(conn, module, item_id, caller, now)
    return replace(await read_loaded(conn, module, replace(found.loaded, scene=scene), caller, now), trail=found.trail)


@dataclass(frozen=True, slots=True)
class Found:
    """An item as it stands, with the head of its trail."""

    loaded: Loaded
    trail: Head | None


async def loaded(
    conn: Connection, module: Module, item_id: UUID, caller: Caller, now: datetime, people: tuple[str, ...] = ()
) -> tuple[Found, Scene]:
    """Return an item and the registry's facts for looking at it, in one statement; raise NotThere, Tampered."""
    floor = module.ledger.seq
    found = await facts(conn, (caller.body,), people, item_id)
    if found.item is None:
        raise NotThere
    item = opened(module, found.item)
    named = {caller.body, *(each.code for each in item.item.known_bodies)}
    await require_all(conn, module, found, floor)
    if {each.row.code for each in found.bodies}.issuperset(named - {caller.body}):
        scene = await scene_from(conn, module, found, named, now)
    else:  # whom it concerns was changed beside its record: what counts is what the record says
        scene = await scene_for(conn, module, bodies=named, now=now, people=people)
    return Found(item, found.trail), scene


async def read_loaded(conn: Connection, module: Module, loaded: Loaded, caller: Caller, now: datetime) -> Read:
    """Return an item that is already open for the caller to see; nothing is written down of it."""
    scene = loaded.scene or await scene_of(conn, module, loaded.item, caller, now)
    sight = sight_of(loaded.item, caller.body, scene)
    if caller.body not in scene.bodies or not sight.standings:
        raise NotThere
    require(caller)
    return Read(loaded, scene, sight, _acts(loaded.item, caller, scene, now))


def _acts(item: Item, caller: Caller, scene: Scene, now: datetime) -> tuple[Act, ...]:
    """Return the acts that a caller could do now, each with the rules that bind its Party on this item."""
    party = scene.bodies[caller.body].party
    found, under = possible_acts(item, caller, scene, now), binding(item, party)
    return tuple(replace(each, rules=rules_for(each.rules, party, scene.law, under)) for each in found)


def card(read: Read, now: datetime) -> views.ProtectedItemView:
    """Show an item."""
    return show.item(read.sight, read.acts, now)


async def list_items(
    conn: Connection, module: Module, caller: Caller, now: datetime, asked: Asked
) -> tuple[tuple[views.ProtectedLine, ...], tuple[datetime, UUID] | None]:
    """Return one page of the items that concern the caller's body, soonest due first, and where the next begins.

    `competent` are those that concern bodies of the Parties that it is competent for.
    """
    seen, following = await list_sights(conn, module, caller, now, asked)
    return tuple(show.line(sight, due_at, now) for sight, due_at in seen), following


async def list_sights(
    conn: Connection, module: Module, caller: Caller, now: datetime, asked: Asked
) -> tuple[tuple[tuple[Sight, datetime], ...], tuple[datetime, UUID] | None]:
    """Return what the caller's body sees of each item of a page, and when it soonest owes something; else as above."""
    require(caller)
    scene = await scene_for(conn, module, bodies=(caller.body,), now=now)
    known(scene, caller)
    wanted = Wanted(
        state=asked.state,
        box=asked.box,
        due_by=now if asked.overdue else NEVER,
        after=asked.after,
        limit=asked.limit + 1,
    )
    if asked.box == "competent":
        parties = sorted({party for (_, party), code in scene.competent.items() if code == caller.body})
        lines = await items.page_of_parties(conn, parties, wanted)
    else:
        lines = await items.page(conn, caller.body, wanted)
    shown = lines[: asked.limit]
    sights = tuple((sight_of(opened(module, each).item, caller.body, scene), each.due_at) for each in shown)
    following = (shown[-1].due_at, shown[-1].id) if len(lines) > asked.limit else None
    return sights, following


async def record_of(
    conn: Connection, module: Module, item_id: UUID, caller: Caller, now: datetime, after: int = 0, limit: int = LONGEST
) -> tuple[tuple[views.ProtectedEntryView, ...], int | None]:
    """Return one page of an item's record in order, and after which entry the next begins.

    The whole chain is there; each act's words where they concern the caller's body.
    """
    seen = await read(conn, module, item_id, caller, now, Taken.RECORD)
    last = min(after + limit, seen.item.seq)
    return await entries(conn, module, seen, range(after + 1, last + 1)), last if last < seen.item.seq else None


async def latest_of(
    conn: Connection, module: Module, seen: Read, before: int | None, limit: int
) -> tuple[tuple[views.ProtectedEntryView, ...], int | None]:
    """Return the last entries of a record, or the last before one, the latest first; and before which more stand."""
    end = min(before or LAST, seen.item.seq + 1)
    first = max(1, end - limit)
    shown = await entries(conn, module, seen, range(first, end))
    return shown[::-1], first if first > 1 else None


async def entries(conn: Connection, module: Module, seen: Read, seqs: range) -> tuple[views.ProtectedEntryView, ...]:
    """Return the entries of a record at some places, as the reader may see them."""
    item_id, shown = UUID(seen.item.id), []
    for kept in await items.record(conn, item_id, through=seen.item.seq, only=seqs):
        sealed = unlocked(module, subject(item_id), kept)
        entry = entry_of(said(subject(item_id), sealed))
        shown.append(show.entry(seen.sight, entry, sealed, json.loads(payload_of(sealed.jws))["body"]))
    return tuple(shown)


async def copies_of(
    conn: Connection, module: Module, item_id: UUID, caller: Caller, now: datetime, after: int = 0, limit: int = LONGEST
) -> tuple[tuple[views.ProtectedCopyView, ...], int | None]:
    """Return one page of the numbered copies that are for the caller's eyes, and after which number the next begins."""
    seen = await read(conn, module, item_id, caller, now, Taken.COPIES)
    found = [copy for copy in show.copies(seen.sight) if copy.number > after]
    shown = tuple(found[:limit])
    return shown, shown[-1].number if len(found) > limit else None
