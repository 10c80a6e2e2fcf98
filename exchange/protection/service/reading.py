"""The content of an item: access is decided and written down in one transaction, before a byte is given."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from pydantic_core import from_json, to_json

from exchange.core.errors import NotThere, Refused
from exchange.core.record import stamp
from exchange.protection.content.outgoing import Opened
from exchange.protection.core.access import MayRead, may_read
from exchange.protection.core.acts import MAY, Verb
from exchange.protection.core.lawful import standings
from exchange.protection.core.objections import Refusal, object_to
from exchange.protection.core.scene import Caller, Person
from exchange.protection.module import Module
from exchange.protection.service.items import opened
from exchange.protection.service.people import grants_of
from exchange.protection.service.queries import read
from exchange.protection.service.scenes import scene_for
from exchange.protection.store import accesses, items
from exchange.protection.store.accesses import Access
from exchange.protection.store.items import NEVER
from exchange.store.database import Connection
from schemas.protection_views import AccessView
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
            missing = [reason.code for reason in refused.objections]
            await note(conn, module, item_id, caller, now, {"missing": missing}, given=False)
        raise


async def open_content(conn: Connection, module: Module, item_id: UUID, caller: Caller, now: datetime) -> Opened:
    """Decide on access in three statements, write it down, and open the content, as `give` says."""
    row = await items.load(conn, item_id)
    if row is None:
        raise NotThere
    item = opened(module, row).item
    code = person_of(caller, sandbox=module.sandbox)
    bodies = {caller.body, *(each.code for each in item.known_bodies)}
    scene = await scene_for(conn, module, bodies=bodies, now=now, people=(code,))
    own = scene.bodies.get(caller.body)
    if own is None or not standings(item, caller.body, scene) or item.content is None:
        raise NotThere
    known = scene.people.get(code)
    person = known if known is not None and known.body.code == own.code else Person(code, own)
    grants = await grants_of(conn, module, person, item_id)
    answer = may_read(item, person, caller.role, grants, scene, now)
    if isinstance(answer, Refusal):
        raise Refused(answer.objections)
    await note(conn, module, item_id, caller, now, _told(answer), given=True)
    return await module.vault.open(conn, item_id, own.code, sha256=item.content.sha256)


async def accesses_of(
    conn: Connection,
    module: Module,
    item_id: UUID,
    caller: Caller,
    now: datetime,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> tuple[AccessView, ...]:
    """Return who of the caller's body read an item or was refused, the latest first; raise NotThere, Refused.

    It is for whoever answers for secrecy there, and for its auditor: a body's people are nobody else's business.
    """
    await read(conn, module, item_id, caller, now)
    if Verb.KEEP not in MAY[caller.role] and caller.role is not Role.AUDITOR:
        raise Refused((object_to("role_may_not", rule="A-5.5"),))
    found = await accesses.of_item(conn, item_id, caller.body, before or LAST, limit)
    return tuple(_shown(module, each) for each in found)


def _shown(module: Module, access: Access) -> AccessView:
    told = from_json(module.safe.open(access.detail, bound(access)))
    return AccessView(
        id=str(access.id),
        at=access.at,
        who=told["who"],
        role=Role(told["role"]),
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


async def note(
    conn: Connection,
    module: Module,
    item_id: UUID | None,
    caller: Caller,
    now: datetime,
    told: Mapping[str, object],
    *,
    given: bool,
    proceeding: UUID | None = None,
) -> None:
    """Write down who took something of an item or a proceeding, or was kept from it; what more is told is locked."""
    number = uuid4()
    detail = to_json({"who": caller.who, "role": caller.role, **told})
    row = Access(id=number, item=item_id, body=caller.body, at=now, given=given, detail=b"", proceeding=proceeding)
    await accesses.add(conn, replace(row, detail=module.safe.lock(detail, bound(row))))


def bound(access: Access) -> str:
    """Return what a reading is locked to: all that stands beside it."""
    told = f"{access.item or ''}/{access.proceeding or ''}/{access.body}/{stamp(access.at)}"
    return f"access/{access.id}/{told}/{'given' if access.given else 'refused'}"
