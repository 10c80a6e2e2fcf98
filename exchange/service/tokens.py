"""Tokens of programs: given out by operators, narrowed to what the program does, revoked at once."""

from datetime import datetime, timedelta
from typing import Final

from exchange.core.access import Actor, Verb, may
from exchange.core.errors import NotThere, Refused
from exchange.core.objections import Objection, object_to
from exchange.core.people import speaks, to_power, to_token
from exchange.service import audit
from exchange.service.accounts import entrusted
from exchange.store import accounts
from exchange.store import tokens as store
from exchange.store.database import Connection
from exchange.store.tokens import Token
from schemas.people import ProgramTokenView, ProgramTokenWanted
from schemas.vocabulary import Deed

DAYS: Final = 365
"""How long a token lasts in production when nobody says."""

LAST: Final = 2**63 - 1


async def listed(
    conn: Connection, actor: Actor, *, before: int | None, limit: int
) -> tuple[list[ProgramTokenView], int | None]:
    """Return a page of the tokens of the caller's authority, the latest first, and where the next begins."""
    _require(actor)
    rows = await store.of_authority(conn, actor.authority, before=before or LAST, limit=limit + 1)
    shown = rows[:limit]
    return [view(one) for one in shown], shown[-1].id if len(rows) > limit else None


async def give_out(
    conn: Connection,
    actor: Actor,
    wanted: ProgramTokenWanted,
    digest: bytes,
    now: datetime,
    *,
    sandbox: bool,
    confirmed: bool = False,
) -> Token:
    """Keep a token of the caller's authority by its digest; raise Refused with every reason.

    `confirmed`: the caller is the head, who confirms what an operator proposed.
    """
    if not confirmed:
        _require(actor)
    days = _days(wanted, sandbox=sandbox)
    trusted = confirmed or entrusted(actor, sandbox=sandbox)
    found = (
        *await against(conn, actor, wanted, sandbox=sandbox),
        *to_power(given=speaks(wanted.role, wanted.scopes), entrusted=trusted),
    )
    if found:
        raise Refused(found)
    scopes = None if wanted.scopes is None else frozenset(Verb(scope) for scope in wanted.scopes)
    bearer = Actor(actor.authority, wanted.role, scopes=scopes)
    expires_at = None if days is None else now + timedelta(days=days)
    number = await store.add(
        conn,
        digest,
        bearer,
        label=wanted.label,
        made_at=now,
        expires_at=expires_at,
        made_by=actor.who,
        bearer=wanted.bearer,
    )
    detail = {"change": "token_made", "role": wanted.role, "scopes": sorted(scopes) if scopes else None, "days": days}
    await audit.note(conn, actor, Deed.ACCESS_CHANGED, now, subject=f"token:{number}", detail=detail)
    return await own(conn, actor, number)


async def against(
    conn: Connection, actor: Actor, wanted: ProgramTokenWanted, *, sandbox: bool
) -> tuple[Objection, ...]:
    """Return the objections to a token, whoever confirms it."""
    known = [Verb(scope) for scope in wanted.scopes or () if scope in set(Verb)]
    unknown = (
        object_to("scope_not_of_role", f"/scopes/{index}")
        for index, scope in enumerate(wanted.scopes or ())
        if scope not in set(Verb)
    )
    days, borne = _days(wanted, sandbox=sandbox), wanted.bearer is not None
    found = (*unknown, *to_token(wanted.role, known, days, borne=borne, sandbox=sandbox))
    bearer = None if wanted.bearer is None else await accounts.find(conn, wanted.bearer)
    if borne and (bearer is None or bearer.authority != actor.authority or bearer.disabled_at is not None):
        return (*found, object_to("person_unknown", "/bearer"))
    return found


async def revoke(conn: Connection, actor: Actor, number: int, now: datetime) -> Token:
    """Revoke a token of the caller's authority; one that is revoked stays so. Raise NotThere, Refused."""
    _require(actor)
    await own(conn, actor, number)
    if await store.revoke(conn, number, now):
        detail = {"change": "token_revoked"}
        await audit.note(conn, actor, Deed.ACCESS_CHANGED, now, subject=f"token:{number}", detail=detail)
    return await own(conn, actor, number)


def view(of: Token, token: str | None = None) -> ProgramTokenView:
    """Return a token as it is shown; the token itself in the answer that makes it."""
    return ProgramTokenView(
        number=of.id,
        authority=of.authority,
        role=of.role,
        label=of.label,
        scopes=of.scopes,
        made_at=of.made_at,
        made_by=of.made_by,
        expires_at=of.expires_at,
        revoked_at=of.revoked_at,
        used_at=of.used_at,
        bearer=of.bearer,
        token=token,
    )


async def own(conn: Connection, actor: Actor, number: int) -> Token:
    """Return a token of the caller's authority; raise NotThere."""
    held = await store.find(conn, number)
    if held is None or held.authority != actor.authority:
        raise NotThere
    return held


def _days(wanted: ProgramTokenWanted, *, sandbox: bool) -> int | None:
    return wanted.days if wanted.days is not None or sandbox else DAYS


def _require(actor: Actor) -> None:
    if not may(actor, Verb.ADMINISTER):
        raise Refused((object_to("role_may_not"),))
