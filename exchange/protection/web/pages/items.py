"""The register: items made here, held here, on their way here, or waiting for our consent; soonest due first."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from exchange.protection.core.acts import Standing, Verb
from exchange.protection.core.notices import number_for
from exchange.protection.core.seeing import Sight
from exchange.protection.service import queries
from exchange.protection.service.queries import Asked
from exchange.protection.service.views import mark_for
from exchange.protection.store.items import FIRST, NEVER
from exchange.protection.web.chamber import Chamber, Room
from exchange.protection.web.stamps import Stamp
from exchange.protection.web.teller import Teller
from exchange.web.clocks import Due
from exchange.web.query import Query
from schemas.secrecy import CopyState, ItemState

BOXES: Final = ("made", "held", "awaiting", "asked", "competent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One item of the list."""

    href: str
    number: str
    designation: str | None
    originator: str
    kind: str
    stamp: Stamp
    state: ItemState
    standing: tuple[str, ...]
    where: tuple[str, ...]
    due: Due | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """One page of the list and what it was asked for."""

    box: str | None
    state: ItemState | None
    overdue: bool
    rows: tuple[Row, ...]
    continued: bool
    following: str | None
    may_register: bool

    @property
    def filtered(self) -> bool:
        """Whether anything was asked for."""
        return bool(self.box or self.state or self.overdue)


async def listed(chamber: Chamber, request: Request) -> Response:
    """List the items asked for."""
    query = Query(request)
    after = query.cursor(UUID)
    asked = Asked(
        state=query.member("state", ItemState),
        box=query.one_of("box", *BOXES),
        overdue=query.one_of("due", "overdue") is not None,
        after=after or FIRST,
    )
    async with chamber.reading(request) as room:
        sights, following = await queries.list_sights(room.conn, room.module, room.caller, room.turn.now, asked)
        view = Items(
            box=asked.box,
            state=asked.state,
            overdue=asked.overdue,
            rows=tuple(_row(room, sight, due_at) for sight, due_at in sights),
            continued=after is not None,
            following=query.with_after("/protection/items", following),
            may_register=room.may(Verb.KEEP),
        )
    return chamber.page(room, "items", view=view, states=tuple(ItemState), boxes=BOXES)


def _row(room: Room, sight: Sight, due_at: datetime) -> Row:
    tell, item = room.tell, sight.item
    theirs = not sight.standings & _OURS
    return Row(
        href=f"/protection/items/{item.id}",
        number=number_for(item, sight.code),
        designation=item.registered.designation if sight.named else None,
        originator=item.originator.code,
        kind=tell.word("item_kind", item.kind),
        stamp=tell.stamp(item.originator.party if theirs else tell.party, mark_for(sight)),
        state=item.state,
        standing=tuple(_standing(tell, sight)),
        where=tuple(_where(sight)),
        due=None if due_at >= NEVER else tell.until(due_at),
    )


def _standing(tell: Teller, sight: Sight) -> Iterator[str]:
    """Yield what the item is to the caller's body; that it was here once, only where nothing else is left."""
    now = [each for each in Standing if each in sight.standings - {Standing.FORMER}]
    for each in now or [Standing.FORMER]:
        yield tell.word("relation", each)


def _where(sight: Sight) -> Iterator[str]:
    """Yield how many copies each body holds, or is being sent, of those that the caller sees."""
    seen = [copy for copy in sight.item.copies if sight.copy(copy)]
    for code, number in Counter(copy.holder.code for copy in seen if copy.state is CopyState.HELD).items():
        yield f"{code}: {number}"
    for code, number in Counter(copy.transit.recipient.code for copy in seen if copy.transit is not None).items():
        yield f"→ {code}: {number}"


_OURS: Final = frozenset({Standing.MAKER, Standing.HOLDER, Standing.AWAITING})
"""Standings in which the mark shown is the body's own."""
