"""What forms choose from beside an item: the body's items by their numbers, its cleared people, other bodies."""

from uuid import UUID

from exchange.protection.service import people, queries
from exchange.protection.service.people import Wanted
from exchange.protection.service.queries import Asked
from exchange.protection.web.chamber import Room
from exchange.web.acts.desk import Choice

MOST = 200
"""Choices of one field; whoever needs another one comes from its page."""


async def own_items(room: Room) -> tuple[Choice, ...]:
    """Return the items that concern the caller's body, by the numbers under which it knows them."""
    asked = Asked(limit=MOST)
    lines, _ = await queries.list_items(room.conn, room.module, room.caller, room.turn.now, asked)
    return tuple(Choice(str(line.id), line.own_number) for line in lines)


async def cleared_people(room: Room) -> tuple[Choice, ...]:
    """Return the people of the caller's body who hold a clearance now."""
    wanted = Wanted(person=None, item=None, before=None, limit=MOST)
    cleared = await people.clearances(room.conn, room.module, room.caller, wanted, room.turn.now)
    return tuple(Choice(person, person) for person in dict.fromkeys(one.person for one in cleared if one.holds))


def other_bodies(room: Room, *, own_party: bool = False) -> tuple[Choice, ...]:
    """Return the bodies of other Parties, or those of the caller's own."""
    return tuple(
        Choice(code, f"{code} — {room.tell.names(code)}")
        for code, listed in room.bodies.items()
        if (listed.body.party == room.own.party) is own_party
    )


def uuid_of(text: str | None) -> UUID | None:
    """Return the id that a text is, or None."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
