"""Signing power takes two (Article 6): an operator proposes it, the head proves who it is and confirms it."""

from datetime import datetime
from typing import Final

from pydantic import TypeAdapter

from exchange.core.access import Actor, Verb, may
from exchange.core.errors import NotThere, Refused
from exchange.core.objections import Objection, object_to
from exchange.core.people import to_account, to_confirmation
from exchange.service import accounts, audit, tokens
from exchange.service.people import Gate, person_behind, prove_again
from exchange.store import accounts as stored_accounts
from exchange.store import proposals as store
from exchange.store.database import Connection
from exchange.store.proposals import Kept
from schemas.people import AccountChange, AccountView, PlainChange, ProgramTokenView, RoleChange
from schemas.proposals import Equipping, Opening, ProposalProof, ProposalView, Proposed, Raising
from schemas.vocabulary import Deed

PROPOSED: Final[TypeAdapter[Proposed]] = TypeAdapter(Proposed)
LAST: Final = 2**63 - 1


async def propose(conn: Connection, actor: Actor, wanted: Proposed, now: datetime, *, sandbox: bool) -> ProposalView:
    """Keep a proposal for the head of the caller's authority; raise NotThere, or Refused for what cannot come true."""
    accounts.require(actor)
    objections = await _against(conn, actor, wanted, sandbox=sandbox)
    if objections:
        raise Refused(objections)
    number = await store.add(conn, actor.authority, PROPOSED.dump_json(wanted).decode(), now, actor.who)
    await _note(conn, actor, number, now, "proposed", wanted)
    return await _shown(conn, actor, number)


async def listed(
    conn: Connection, actor: Actor, *, before: int | None, limit: int
) -> tuple[list[ProposalView], int | None]:
    """Return a page of the proposals of the caller's authority, the latest first, and where the next begins."""
    _require_any(actor)
    rows = await store.of_authority(conn, actor.authority, before=before or LAST, limit=limit + 1)
    shown = rows[:limit]
    return [_view(one) for one in shown], shown[-1].id if len(rows) > limit else None


async def waiting(conn: Connection, actor: Actor) -> int:
    """Count what waits for the caller to confirm it; 0 for those who do not."""
    return await store.waiting(conn, actor.authority) if may(actor, Verb.SUBSTITUTE) else 0


async def confirm(
    conn: Connection,
    gate: Gate,
    actor: Actor,
    number: int,
    proof: ProposalProof,
    digest: bytes,
    now: datetime,
    real: datetime,
) -> ProposalView:
    """Do what was proposed, by the head who proves again that it is they; raise NotThere, Refused, NotProved.

    1. The head alone, and not the proposer; 2. password and code; 3. what the operator would do, with its own checks.
    A set-up code is in the answer alone; `digest` is of the token that the entry point made, should one be asked for.
    """
    kept, wanted = await _taken(conn, actor, number)
    await prove_again(conn, gate, actor, proof.password or "", proof.code or "", real)
    account: AccountView | None = None
    token: ProgramTokenView | None = None
    if isinstance(wanted, Opening):
        account = await accounts.open_account(conn, actor, wanted, now, real, sandbox=gate.sandbox, confirmed=True)
    elif isinstance(wanted, Equipping):
        made = await tokens.give_out(conn, actor, wanted, digest, now, sandbox=gate.sandbox, confirmed=True)
        token = tokens.view(made)
    else:
        account = await accounts.change(
            conn, actor, wanted.login, _change(wanted), now, real, sandbox=gate.sandbox, confirmed=True
        )
    await store.decide(conn, kept.id, now, actor.who, confirmed=True)
    await _note(conn, actor, number, now, "confirmed", wanted)
    return (await _shown(conn, actor, number)).model_copy(update={"account": account, "token": token})


def bearing(view: ProposalView, token: str) -> ProposalView:
    """Return what confirmed a token with the token itself; any other as it is."""
    if view.token is None:
        return view
    return view.model_copy(update={"token": view.token.model_copy(update={"token": token})})


async def decline(conn: Connection, actor: Actor, number: int, now: datetime) -> ProposalView:
    """Let a proposal come to nothing: the head does, or an operator takes it back. Raise NotThere, Refused."""
    _require_any(actor)
    kept = await store.lock(conn, actor.authority, number)
    if kept is None:
        raise NotThere
    if kept.decided_at is not None:
        raise Refused((object_to("proposal_decided"),))
    await store.decide(conn, number, now, actor.who, confirmed=False)
    await _note(conn, actor, number, now, "declined", PROPOSED.validate_json(kept.wanted))
    return await _shown(conn, actor, number)


async def _taken(conn: Connection, actor: Actor, number: int) -> tuple[Kept, Proposed]:
    """Lock a proposal for the head who confirms it, with what it asks for."""
    if not may(actor, Verb.SUBSTITUTE):
        raise Refused((object_to("role_may_not"),))
    kept = await store.lock(conn, actor.authority, number)
    if kept is None:
        raise NotThere
    proposer = await person_behind(conn, Actor(actor.authority, actor.role, kept.made_by))
    by = await person_behind(conn, actor)
    objections = tuple(to_confirmation(by, proposer, decided=kept.decided_at is not None))
    if objections:
        raise Refused(objections)
    return kept, PROPOSED.validate_json(kept.wanted)


async def _against(conn: Connection, actor: Actor, wanted: Proposed, *, sandbox: bool) -> tuple[Objection, ...]:
    """Return what would keep a proposal from coming true already now."""
    if isinstance(wanted, Opening):
        taken = await stored_accounts.find(conn, wanted.login) is not None
        return tuple(to_account(wanted.login, wanted.role, taken=taken, sandbox=sandbox))
    if isinstance(wanted, Equipping):
        return await tokens.against(conn, actor, wanted, sandbox=sandbox)
    held = await accounts.own(conn, actor, wanted.login)
    return await accounts.against_change(conn, actor, held, _change(wanted))


def _change(wanted: Proposed) -> AccountChange:
    """Return a proposed change as the operator would make it."""
    if isinstance(wanted, Raising):
        return RoleChange(change="role", role=wanted.role, post=wanted.post)
    return PlainChange.model_validate({"change": wanted.change})


async def _shown(conn: Connection, actor: Actor, number: int) -> ProposalView:
    kept = await store.lock(conn, actor.authority, number)
    if kept is None:
        raise NotThere
    return _view(kept)


def _view(of: Kept) -> ProposalView:
    wanted = PROPOSED.validate_json(of.wanted)
    decided = "confirmed" if of.confirmed else "declined"
    return ProposalView.model_validate(
        {
            "number": of.id,
            "change": wanted.change,
            **{name: getattr(wanted, name, None) for name in ("login", "name", "post", "role")},
            **{name: getattr(wanted, name, None) for name in ("label", "scopes", "days")},
            "state": "waiting" if of.decided_at is None else decided,
            "made_at": of.made_at,
            "made_by": of.made_by,
            "decided_at": of.decided_at,
            "decided_by": of.decided_by,
            "account": None,
            "token": None,
        }
    )


async def _note(conn: Connection, actor: Actor, number: int, now: datetime, change: str, wanted: Proposed) -> None:
    told = {"change": change, "wanted": wanted.change, "account": getattr(wanted, "login", None)}
    detail = {name: value for name, value in told.items() if value is not None}
    await audit.note(conn, actor, Deed.ACCESS_CHANGED, now, subject=f"proposal:{number}", detail=detail)


def _require_any(actor: Actor) -> None:
    """Raise Refused unless a caller proposes or confirms."""
    if not (may(actor, Verb.ADMINISTER) or may(actor, Verb.SUBSTITUTE)):
        raise Refused((object_to("role_may_not"),))
