"""Whom a body lets near secrets: clearances and grants, taken in and ended by its secrecy officer."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from exchange.core.errors import NotThere, Refused
from exchange.protection.core.admission import decide_clearance, decide_grant, of_admitting
from exchange.protection.core.objections import Refusal
from exchange.protection.core.scene import Caller, Grant, Person
from exchange.protection.module import Module
from exchange.protection.service import registering
from exchange.protection.service.scenes import ClearanceDetail, clearance_detail, scene_for, uuid_of
from exchange.protection.service.standing import known, require
from exchange.protection.service.vouching import clearance_bound, grant_bound, require_last, said
from exchange.protection.store import people as store
from exchange.protection.store.facts import ClearanceRow
from exchange.protection.store.people import GrantRow
from exchange.store.database import Connection
from schemas.admission import ClearanceWanted, GrantWanted
from schemas.base import Shape
from schemas.protection_registry import ClearanceView, GrantView


class GrantDetail(Shape):
    """What of a grant stands locked: its purpose, the document behind it, who made it."""

    purpose: str
    document: str
    made_by: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of clearances or grants is asked for."""

    person: str | None
    item: str | None
    before: UUID | None
    limit: int


async def clear(
    conn: Connection, module: Module, new_id: UUID, body: ClearanceWanted, caller: Caller, now: datetime
) -> ClearanceView:
    """Take a person's clearance into the register of its body; somebody new becomes that body's. Raise Refused."""
    scene = await scene_for(conn, module, bodies=(caller.body,), people=(body.person,), now=now)
    known(scene, caller)
    decided = decide_clearance(body, scene.people.get(body.person), caller, scene, now)
    if isinstance(decided, Refusal):
        raise Refused(decided.objections)
    await registering.add_people(conn, module, [(body.person, caller.body)])
    detail = ClearanceDetail(mark=decided.mark, document=body.document, made_by=caller.who)
    row = ClearanceRow(
        id=new_id,
        person=body.person,
        body=caller.body,
        issuer=decided.issuer,
        since=decided.since,
        until=decided.until,
        revoked_at=None,
        detail=b"",
    )
    row = replace(row, detail=module.safe.lock(detail.model_dump_json().encode(), clearance_bound(row)))
    if await store.add_clearance(conn, row, now):
        await module.ledger.enter(conn, [said(row)])
    return _clearance(module, row, now)


async def grant(
    conn: Connection, module: Module, new_id: UUID, body: GrantWanted, caller: Caller, now: datetime
) -> GrantView:
    """Grant a person of the caller's body access to an item that this body has. Raise Refused."""
    scene = await scene_for(conn, module, bodies=(caller.body,), people=(body.person,), now=now)
    known(scene, caller)
    item = uuid_of(body.item)
    concerned = item is not None and await store.concerned(conn, caller.body, item)
    decided = decide_grant(body, scene.people.get(body.person), caller, now, concerned=concerned)
    if isinstance(decided, Refusal):
        raise Refused(decided.objections)
    detail = GrantDetail(purpose=decided.purpose, document=decided.document, made_by=caller.who)
    row = GrantRow(
        id=new_id,
        person=decided.person,
        body=caller.body,
        item=UUID(decided.item),
        since=decided.since,
        until=decided.until,
        revoked_at=None,
        detail=b"",
    )
    row = replace(row, detail=module.safe.lock(detail.model_dump_json().encode(), grant_bound(row)))
    await module.ledger.hold(conn)
    await store.add_grant(conn, row, now)
    await module.ledger.enter(conn, [said(row)])
    return _grant_view(module, row, now)


async def revoke_clearance(
    conn: Connection, module: Module, clearance: UUID, caller: Caller, now: datetime
) -> ClearanceView:
    """End a clearance at once; raise NotThere for one of another body's people, and Refused.

    What is locked of it is locked anew: nobody who writes in the database alone makes it hold again.
    """
    _require_admitting(caller)
    end = await module.ledger.hold(conn)
    row = await store.lock_clearance(conn, clearance, caller.body)
    if row is None:
        raise NotThere
    require_last(module, row, end)
    if row.revoked_at is None:
        detail, row = clearance_detail(module, row), replace(row, revoked_at=now)
        row = replace(row, detail=module.safe.lock(detail.model_dump_json().encode(), clearance_bound(row)))
        await store.end_clearance(conn, row)
        await module.ledger.enter(conn, [said(row, new=False)])
    return _clearance(module, row, now)


async def revoke_grant(conn: Connection, module: Module, held: UUID, caller: Caller, now: datetime) -> GrantView:
    """End a grant at once, as `revoke_clearance` ends a clearance; raise NotThere and Refused."""
    _require_admitting(caller)
    end = await module.ledger.hold(conn)
    row = await store.lock_grant(conn, held, caller.body)
    if row is None:
        raise NotThere
    require_last(module, row, end)
    if row.revoked_at is None:
        detail, row = _opened(module, row), replace(row, revoked_at=now)
        row = replace(row, detail=module.safe.lock(detail.model_dump_json().encode(), grant_bound(row)))
        await store.end_grant(conn, row)
        await module.ledger.enter(conn, [said(row, new=False)])
    return _grant_view(module, row, now)


async def clearances(
    conn: Connection, module: Module, caller: Caller, wanted: Wanted, now: datetime
) -> tuple[ClearanceView, ...]:
    """Return the clearances of the people of the caller's body, the latest first; raise Refused."""
    require(caller)
    rows = await store.clearances(conn, caller.body, person=wanted.person, before=wanted.before, limit=wanted.limit)
    return tuple(_clearance(module, row, now) for row in rows)


async def grants(
    conn: Connection, module: Module, caller: Caller, wanted: Wanted, now: datetime
) -> tuple[GrantView, ...]:
    """Return the grants of the people of the caller's body, the latest first; raise Refused."""
    require(caller)
    item = None if wanted.item is None else uuid_of(wanted.item)
    if wanted.item is not None and item is None:
        return ()
    rows = await store.grants(
        conn, caller.body, person=wanted.person, item=item, before=wanted.before, limit=wanted.limit
    )
    return tuple(_grant_view(module, row, now) for row in rows)


async def grants_of(conn: Connection, module: Module, person: Person, item: UUID) -> tuple[Grant, ...]:
    """Return a person's grants for an item, as the law reads them; raise ModuleSealed, Tampered.

    One that its body did not give (the person has gone to another body since) is none.
    """
    floor = module.ledger.seq
    end, rows = await store.grants_of(conn, person.code, item)
    if await module.ledger.follow(conn, end, floor):
        for row in rows:
            require_last(module, row, end)
    return tuple(_grant(module, row) for row in rows if row.body == person.body.code)


def prove(module: Module, row: ClearanceRow | GrantRow) -> None:
    """Raise Tampered for a clearance or a grant that is not what was locked; raise ModuleSealed."""
    if isinstance(row, GrantRow):
        _opened(module, row)
    else:
        clearance_detail(module, row)


def _require_admitting(caller: Caller) -> None:
    refusal = of_admitting(caller)
    if refusal is not None:
        raise Refused(refusal.objections)


def _until(row: ClearanceRow | GrantRow) -> datetime | None:
    """Return the first instant without it: its end or its revocation, whichever comes first."""
    return min((each for each in (row.until, row.revoked_at) if each is not None), default=None)


def _holds(row: ClearanceRow | GrantRow, now: datetime) -> bool:
    until = _until(row)
    return row.since <= now and (until is None or now < until)


def _grant(module: Module, row: GrantRow) -> Grant:
    detail = _opened(module, row)
    return Grant(row.person, str(row.item), detail.purpose, detail.document, row.since, _until(row))


def _opened(module: Module, row: GrantRow) -> GrantDetail:
    return GrantDetail.model_validate_json(module.safe.open(row.detail, grant_bound(row)))


def _grant_view(module: Module, row: GrantRow, now: datetime) -> GrantView:
    detail = _opened(module, row)
    return GrantView(
        id=str(row.id),
        person=row.person,
        body=row.body,
        item=str(row.item),
        purpose=detail.purpose,
        document=detail.document,
        since=row.since,
        until=row.until,
        revoked_at=row.revoked_at,
        holds=_holds(row, now),
    )


def _clearance(module: Module, row: ClearanceRow, now: datetime) -> ClearanceView:
    detail = clearance_detail(module, row)
    return ClearanceView(
        id=str(row.id),
        person=row.person,
        body=row.body,
        issuer=row.issuer,
        mark=detail.mark,
        since=row.since,
        until=row.until,
        revoked_at=row.revoked_at,
        document=detail.document,
        holds=_holds(row, now),
    )
