"""The register: items made here, held here, on their way here, or waiting for our consent; soonest due first."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from exchange.protection.core.acts import Standing, Verb
from exchange.protection.service import queries
from exchange.protection.service.queries import Asked
from exchange.protection.store.items import FIRST
from exchange.protection.web.chamber import Chamber, Room
from exchange.protection.web.stamps import Stamp
from exchange.web.clocks import Due
from exchange.web.query import Query
from schemas.protection_views import ProtectedLine
from schemas.secrecy import ItemState

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
        lines, following = await queries.list_items(room.conn, room.module, room.caller, room.visit.now, asked)
        view = Items(
            box=asked.box,
            state=asked.state,
            overdue=asked.overdue,
            rows=tuple(_row(room, line) for line in lines),
            continued=after is not None,
            following=query.with_after("/protection/items", following),
            may_register=room.may(Verb.KEEP),
        )
    return chamber.page(room, "items", view=view, states=tuple(ItemState), boxes=BOXES)


def _row(room: Room, of: ProtectedLine) -> Row:
    tell = room.tell
    maker = room.bodies.get(of.originator)
    party = tell.party if maker is None or set(of.standing) & _OURS else maker.body.party
    return Row(
        href=f"/protection/items/{of.id}",
        number=of.own_number,
        designation=of.designation,
        originator=of.originator,
        kind=tell.word("item_kind", of.kind),
        stamp=tell.stamp(party, of.mark),
        state=of.state,
        where=tuple(tell.tongue.t(f"secret.relation.{each}") for each in of.standing),
        due=None if of.due_at is None else tell.until(of.due_at),
    )


_OURS: Final = frozenset({Standing.MAKER.value, Standing.HOLDER.value, Standing.AWAITING.value})
"""Standings in which the mark shown is the body's own."""
