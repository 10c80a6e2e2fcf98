"""Substitution of a signatory (Article 6): entered and revoked by the head, seen by all of the authority."""

from datetime import datetime
from uuid import UUID

from exchange.core.access import Actor, Verb, may
from exchange.core.deadlines import local_day
from exchange.core.errors import NotThere, Refused
from exchange.core.objections import object_to
from exchange.core.people import Standin, to_substitution
from exchange.core.signing import Person, Substitution
from exchange.service import audit
from exchange.store import accounts
from exchange.store import substitutions as store
from exchange.store.database import Connection
from exchange.store.substitutions import Listed
from schemas.people import SubstitutionView, SubstitutionWanted
from schemas.vocabulary import Deed


async def listed(
    conn: Connection, actor: Actor, now: datetime, *, before: UUID | None, limit: int
) -> tuple[list[SubstitutionView], UUID | None]:
    """Return a page of the substitutions of the caller's authority, the latest first, and where the next begins."""
    rows = await store.of_authority(conn, actor.authority, before=before, limit=limit + 1)
    zone, shown = await accounts.zone(conn, actor.authority), rows[:limit]
    return [_view(one, now, zone) for one in shown], shown[-1].id if len(rows) > limit else None


async def enter(
    conn: Connection, actor: Actor, number: UUID, wanted: SubstitutionWanted, now: datetime
) -> SubstitutionView:
    """Enter a substitution of the caller's authority; raise Refused with every reason."""
    _require(actor)
    zone = await accounts.zone(conn, actor.authority)
    absent, substitute = [await _person(conn, actor, login) for login in (wanted.absent, wanted.substitute)]
    standin = Standin(
        absent=absent,
        substitute=substitute,
        order_date=wanted.order_date,
        since=wanted.since,
        until=wanted.until,
        acts=wanted.acts,
    )
    objections = tuple(to_substitution(standin, local_day(now, zone)))
    if objections or absent is None or substitute is None:
        raise Refused(objections)
    entered = Substitution(
        id=number,
        absent=absent,
        substitute=substitute.login,
        order_number=wanted.order_number,
        order_date=wanted.order_date,
        since=wanted.since,
        until=wanted.until,
    )
    await store.add(conn, entered, actor.authority, wanted.acts, now, actor.who)
    await _note(conn, actor, number, now, "substitution", absent=absent.login, substitute=substitute.login)
    return await get(conn, actor, number, now)


async def revoke(conn: Connection, actor: Actor, number: UUID, now: datetime) -> SubstitutionView:
    """Revoke a substitution of the caller's authority; one that is revoked stays so. Raise NotThere, Refused."""
    await get(conn, actor, number, now)
    _require(actor)
    if await store.revoke(conn, actor.authority, number, now, actor.who):
        await _note(conn, actor, number, now, "substitution_revoked")
    return await get(conn, actor, number, now)


async def get(conn: Connection, actor: Actor, number: UUID, now: datetime) -> SubstitutionView:
    """Return a substitution of the caller's authority; raise NotThere."""
    held = await store.find(conn, actor.authority, number)
    if held is None:
        raise NotThere
    return _view(held, now, await accounts.zone(conn, actor.authority))


async def _person(conn: Connection, actor: Actor, login: str) -> Person | None:
    """Return somebody of the caller's authority whose account may be used."""
    held = await accounts.find(conn, login)
    if held is None or held.authority != actor.authority or held.disabled_at is not None:
        return None
    return held.person


def _view(of: Listed, now: datetime, zone: str) -> SubstitutionView:
    valid = of.revoked_at is None and of.since <= local_day(now, zone) <= of.until
    return SubstitutionView(
        id=of.id,
        absent=of.absent,
        absent_name=of.absent_name,
        substitute=of.substitute,
        substitute_name=of.substitute_name,
        order=f"Приказ № {of.order_number} от {of.order_date:%d.%m.%Y}",
        since=of.since,
        until=of.until,
        acts=of.acts,
        valid=valid,
        made_at=of.made_at,
        made_by=of.made_by,
        revoked_at=of.revoked_at,
        revoked_by=of.revoked_by,
    )


async def _note(conn: Connection, actor: Actor, number: UUID, now: datetime, change: str, **detail: str) -> None:
    told = {"change": change, **detail}
    await audit.note(conn, actor, Deed.ACCESS_CHANGED, now, subject=str(number), detail=told)


def _require(actor: Actor) -> None:
    if not may(actor, Verb.SUBSTITUTE):
        raise Refused((object_to("role_may_not"),))
