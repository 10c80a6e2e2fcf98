"""What the pages of releases, visits and entries do alike: a list page by page, the form of an act on one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from exchange import cursors
from exchange.core.errors import NotThere
from exchange.protection.service import proceedings
from exchange.protection.service.proceedings import Asked, Form, Kept, T
from exchange.protection.web.chamber import Chamber, Room
from exchange.protection.web.fields import fields_of
from exchange.protection.web.lookups import uuid_of
from exchange.protection.web.pages.item import id_of
from exchange.protection.web.sheet import Sheet
from exchange.protection.web.slips import Laid
from exchange.protection.web.steps import Step, steps_of
from exchange.web.query import Query, address
from schemas.base import Shape

LIMIT: Final = 50
"""Rows of one page."""

ACTS_SHOWN: Final = 20
"""Latest acts of a record that a proceeding's own page shows."""

A = TypeVar("A", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Record(Generic[T]):
    """The record of a kind of proceeding as pages show it: in which words, and what each act carries."""

    form: Form[T]
    room: str
    words: str
    shapes: Mapping[str, type[Shape]]

    async def steps(
        self, room: Room, kept: Kept[T], before: int | None = None, limit: int | None = None
    ) -> tuple[tuple[Step, ...], int | None]:
        """Return the latest acts, the last one first, and before which more stand."""
        found, earlier = await proceedings.latest(room.conn, room.module, self.form, kept, before, limit or ACTS_SHOWN)
        return steps_of(room.tell, found, self.words, self.shapes), earlier

    async def show(self, chamber: Chamber, request: Request) -> Response:
        """Show the acts before the one that the address names."""
        before, way = Query(request).place(), f"/protection/{self.room}s/{id_of(request, self.room)}"
        async with chamber.reading(request) as room:
            kept = await proceedings.read(room.conn, room.module, self.form, id_of(request, self.room), room.caller)
            steps, earlier = await self.steps(room, kept, before, LIMIT)
        return chamber.page(
            room,
            "proceeding_record",
            kept=kept,
            steps=steps,
            place=f"{self.room}s",
            way=way,
            continued=before is not None,
            following=None if earlier is None else address(f"{way}/record", after=cursors.placed(str(earlier))),
        )


def asked_in(request: Request, name: str, states: type[StrEnum]) -> Asked:
    """Read what a list is asked for, its filter under a name; one more is looked for than is shown."""
    query = Query(request)
    return Asked(state=query.member(name, states), before=uuid_of(query.text("after")), limit=LIMIT + 1)


def following(way: str, name: str, asked: Asked, found: Sequence[str]) -> str | None:
    """Return the address of the next page, or None; `found` are the ids of all that was found."""
    return address(way, after=found[LIMIT - 1], **{name: asked.state}) if len(found) > LIMIT else None


def act_in(request: Request, shapes: Mapping[A, type[Shape]]) -> A:
    """Return the act that the address names; raise NotThere for none that has a form."""
    named = request.path_params["act"]
    for act in shapes:
        if act == named:
            return act
    raise NotThere


def laid(room: Room, request: Request, shapes: Mapping[A, type[Shape]]) -> Laid:
    """Lay out the form of the act that the address names."""
    act = act_in(request, shapes)
    fields = fields_of(shapes[act], room.tell.tongue)
    return Laid(fields=fields, adapter=TypeAdapter(shapes[act]), fixed={"act": act})


def act_page(
    chamber: Chamber, room: Room, name: str, sheet: Sheet, status: int, *, view: Any, kind: StrEnum
) -> Response:
    """Show the form of an act; one that the caller may not do now shows what was typed."""
    allowed = kind in view.acts
    return chamber.page(
        room,
        name,
        status=status if allowed or sheet.form.raw else 409,
        sheet=sheet,
        view=view,
        kind=kind,
        allowed=allowed,
        typed=list(sheet.form.typed()) if sheet.form.raw else [],
    )
