"""The content of an item: access is decided and written down in one transaction, before a byte is given."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from pydantic_core import from_json

from exchange.core.errors import NotThere, Refused
from exchange.protection.content.outgoing import Opened
from exchange.protection.core.access import MayRead, may_read
from exchange.protection.core.acts import MAY, Verb
from exchange.protection.core.lawful import standings
from exchange.protection.core.objections import Refusal, object_to
from exchange.protection.core.scene import Caller, Person
from exchange.protection.module import Module
from exchange.protection.service import trail
from exchange.protection.service.people import grants_of
from exchange.protection.service.queries import load, loaded
from exchange.protection.service.trail import Deed
from exchange.protection.store import accesses
from exchange.protection.store.accesses import Access
from exchange.protection.store.items import NEVER
from exchange.store.database import Connection
from schemas.protection_views import AccessView
from schemas.secrecy import Taken
from schemas.vocabulary import Role

PERSON = "person:"
LAST = (NEVER, UUID(int=2**128 - 1))
"""After every reading."""

NOBODY = frozenset({Role.SYSTEM})
"""Roles without a person behind them."""


def person_of(caller: Caller, *, sandbox: bool) -> str:
    """Return the code of the person behind a caller; empty for a program, which has no clearance.

    In a sandbox a token of a human role stands for that role's sample person.
    """
    if caller.who.startswith(PERSON):
        return caller.who.removeprefix(PERSON)
    if sandbox and caller.role not in NOBODY:
        return f"{caller.body.lower()}.{caller.role.replace('_', '-')}"
    return ""


async def give(module: Module, item_id: UUID, caller: Caller, now: datetime) -> Opened:
    """Open an item's content for a caller; what was decided stands before a byte is given, a refusal, too.

    Raise NotThere where the item does not concern its body or has no content, Refused with everything that is missing,
    NotHeld where its body got no content, Tampered.
    """
    try:
        async with module.pool.transaction() as conn:
            return await open_content(conn, module, item_id, caller, now)
    except Refused as refused:
        async with module.pool.transaction() as conn:
            told = {"missing": [reason.code for reason in refused.objections]}
            kept_from = Deed(taken=Taken.CONTENT, item=item_id, told=told, given=False)
            await trail.note(conn, module, kept_from, caller, now)
        raise


async def open_content(conn: Connection, module: Module, item_id: UUID, caller: Caller, now: datetime) -> Opened:
    """Decide on access in two statements, write it down, and open the content, as `give` says."""
    code = person_of(caller, sandbox=module.sandbox)
    found, scene = await loaded(conn, module, item_id, caller, now, (code,))
    item, own = found.loaded.item, scene.bodies.get(caller.body)
    if own is None or not standings(item, caller.body, scene) or item.content is None:
        raise NotThere
    known = scene.people.get(code)
    person = known if known is not None and known.body.code == own.code else Person(code, own)
    grants = await grants_of(conn, module, person, item_id)
    answer = may_read(item, person, caller.role, grants, scene, now)
    if isinstance(answer, Refusal):
        raise Refused(answer.objections)
    deed = Deed(taken=Taken.CONTENT, item=item_id, told=_told(answer))
    await trail.note(conn, module, deed, caller, now, found.trail)
    return await module.vault.open(conn, item_id, own.code, sha256=item.content.sha256)


async def accesses_of(
    conn: Connection,
    module: Module,
    item_id: UUID,
    caller: Caller,
    now: datetime,
    before: tuple[datetime, UUID] | None,
    limit: int,
    taken: Collection[Taken] | None = None,
) -> tuple[AccessView, ...]:
    """Return who of the caller's body took notice of an item or was refused, the latest first; raise NotThere, Refused.

    It is for whoever answers for secrecy there, and for its auditor: a body's people are nobody else's business.
    """
    await load(conn, module, item_id, caller, now)
    if Verb.KEEP not in MAY[caller.role] and caller.role is not Role.AUDITOR:
        raise Refused((object_to("role_may_not", rule="A-5.5"),))
    found = await accesses.of_item(conn, item_id, caller.body, taken, before or LAST, limit)
    return tuple(_shown(module, each) for each in found)


def _shown(module: Module, access: Access) -> AccessView:
    told = from_json(module.safe.open(access.detail, trail.bound(access)))
    return AccessView(
        id=str(access.id),
        seq=access.seq,
        at=access.at,
        who=told["who"],
        role=Role(told["role"]),
        taken=Taken(access.taken),
        given=access.given,
        paper=told.get("paper"),
        copy_number=told.get("copy"),
        purpose=told.get("purpose"),
        document=told.get("document"),
        missing=tuple(told.get("missing", ())),
    )


def _told(answer: MayRead) -> dict[str, object]:
    """Return what an access rests on: the copy, and the grant with its purpose and document."""
    return {"copy": answer.copy.number, "purpose": answer.grant.purpose, "document": answer.grant.document}
