"""What becomes of an item's sealed content with an act: handed over, taken over, wrapped anew, shredded."""

from collections.abc import Iterator
from uuid import UUID

from exchange.core.errors import NotHeld, Refused
from exchange.protection.core.decide import Decision
from exchange.protection.core.entry import Entry
from exchange.protection.core.giving import mark_at
from exchange.protection.core.item import Item
from exchange.protection.core.objections import object_to
from exchange.protection.module import Module
from exchange.protection.service.records import entries_of, subject
from exchange.protection.store import items
from exchange.store.database import Connection
from schemas import protection as bodies
from schemas.secrecy import Channel, CopyState, ItemState


async def follow(conn: Connection, module: Module, before: Item, decision: Decision) -> bool:
    """Do with an item's content what an act asks for; return whether the vault has something to do after the commit.

    The content goes with an electronic dispatch only: whoever got a copy by courier gets none. A body holds it as long
    as it holds a copy; the makers hold theirs until their copies, or all copies there are, are destroyed.
    """
    if before.content is None:
        return False
    after, entry, item = decision.item, decision.entry, UUID(before.id)
    body = entry.body
    if isinstance(body, bodies.Dispatch | bodies.Return) and body.channel is Channel.ELECTRONIC:
        recipient = entry.ruling.transits[0][1].recipient.code
        try:
            await module.vault.hand_over(conn, item, entry.author, recipient, body.means)
        except NotHeld:  # its own copies came without the content
            raise Refused((object_to("no_content", "/channel", rule="KA-5.7"),)) from None
    left: tuple[str, ...] = decision.shreds
    if isinstance(body, bodies.ConfirmReceipt):
        if await _came_electronically(conn, module, before, entry):
            await module.vault.take_over(conn, item, entry.author, mark_at(after, entry.author))
        left = tuple(_left(before, after, body))
    if after.state is ItemState.GONE:  # no copy is left anywhere: nor is a key
        left = tuple(each.code for each in after.known_bodies)
    remarked = tuple(_remarked(before, after))
    for code in remarked:
        await module.vault.rewrap(conn, item, code, mark_at(after, code))
    for code in left:
        await module.vault.shred(conn, item, code)
    return bool(left or remarked) or isinstance(body, bodies.ConfirmReceipt)


async def _came_electronically(conn: Connection, module: Module, before: Item, entry: Entry) -> bool:
    """Tell whether the copies that an entry receives were sent by electronic channel: the record of sending says so."""
    body = entry.body
    copies = (before.copies[number - 1] for number in getattr(body, "copies", ()))
    sent = {copy.transit.seq for copy in copies if copy.transit is not None}
    kept = await items.record(conn, UUID(before.id), through=before.seq, only=sorted(sent))
    return any(
        getattr(each.body, "channel", None) is Channel.ELECTRONIC
        for each in entries_of(module, subject(before.id), kept)
    )


def _left(before: Item, after: Item, body: bodies.ConfirmReceipt) -> Iterator[str]:
    """Yield who sent the last of its copies away and did not make the item: it holds no content any more (A-7.8)."""
    senders = {copy.transit.sender.code for number in body.copies if (copy := before.copies[number - 1]).transit}
    for code in sorted(senders):
        ways = (copy.transit.sender.code for copy in after.copies if copy.transit is not None)
        if not after.made_by(code) and not after.held_by(code) and code not in ways:
            yield code


def _remarked(before: Item, after: Item) -> Iterator[str]:
    """Yield the bodies whose copies bear another mark now."""
    for code in sorted({copy.holder.code for copy in before.copies if copy.state is CopyState.HELD}):
        if after.held_by(code) and mark_at(before, code) is not mark_at(after, code):
            yield code
