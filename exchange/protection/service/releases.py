"""A state's order of releasing its secrets, step by step: lock, decide, seal, save, tell (Rules No. 1355)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from exchange.core.errors import Refused
from exchange.protection.core.giving import mark_at
from exchange.protection.core.item import Item
from exchange.protection.core.objections import object_to
from exchange.protection.core.release import Case, ReleaseDecision, decide_proposal, decide_release
from exchange.protection.core.scene import Caller, Scene
from exchange.protection.module import Module
from exchange.protection.service import release_views as show
from exchange.protection.service.items import opened
from exchange.protection.service.proceedings import (
    RELEASE,
    Asked,
    Deed,
    Kept,
    Word,
    begin,
    decided,
    go_on,
    lock,
    page,
)
from exchange.protection.service.scenes import scene_for, uuid_of
from exchange.protection.service.standing import known
from exchange.protection.store import items
from exchange.store.database import Connection
from schemas.protection_registry import ReleaseLine, ReleaseView
from schemas.release import Propose, ReleaseBody
from schemas.secrecy import DutyState, ReleaseState, Told


async def propose(
    conn: Connection, module: Module, new_id: UUID, body: Propose, raw: bytes, caller: Caller, now: datetime
) -> Kept[Case]:
    """Let a reasoned proposal stand (R-4, R-5, R-10), of an item that the applicant made or holds; raise Refused."""
    named = {caller.body, body.classification_body, *([body.recipient] if body.recipient else [])}
    scene = await scene_for(conn, module, bodies=named, now=now)
    applicant = known(scene, caller)
    order = module.law.orders.get(applicant.party)
    expert = None if order is None else scene.experts.get(order.id)
    item = await _item(conn, module, body.item)
    if item is None or not (item.made_by(caller.body) or item.held_by(caller.body)):
        raise Refused((object_to("item_unknown", "/item", rule="R-5"),))
    mark = mark_at(item, caller.body)
    decision = decided(decide_proposal(str(new_id), body, mark, caller, expert, scene, now))
    return await begin(conn, module, RELEASE, new_id, _deed(decision, raw), applicant, caller, now)


async def act(
    conn: Connection,
    module: Module,
    release: UUID,
    body: ReleaseBody,
    raw: bytes,
    caller: Caller,
    now: datetime,
    *,
    seen: Collection[str] | None = None,
) -> Kept[Case]:
    """Let the next act of a procedure stand; raise NotThere for a body that takes no part, and Refused."""
    before = await lock(conn, module, RELEASE, release, caller)
    scene = Scene(law=module.law)
    decision = decided(decide_release(before.value, body, caller, scene, now), before.head, seen)
    return await go_on(conn, module, RELEASE, before, _deed(decision, raw), caller, now)


def view(module: Module, kept: Kept[Case], caller: Caller, now: datetime) -> ReleaseView:
    """Show a procedure to a body that takes part in it."""
    return show.release(module.law, kept, caller, now)


async def listed(
    conn: Connection, module: Module, caller: Caller, asked: Asked, now: datetime
) -> tuple[ReleaseLine, ...]:
    """Return one page of the procedures that the caller's body takes part in, the latest first; raise Refused."""
    return tuple(show.line(kept, now) for kept in await page(conn, module, RELEASE, caller, asked))


async def _item(conn: Connection, module: Module, code: str) -> Item | None:
    item = uuid_of(code)
    row = None if item is None else await items.load(conn, item)
    return None if row is None else opened(module, row).item


def _deed(decision: ReleaseDecision, raw: bytes) -> Deed[Case]:
    """Put an act into what is kept; the expert body takes part once the materials go to it (R-6)."""
    case, step = decision.case, decision.step
    bodies = {case.applicant.code, case.classification_body}
    if case.state in {ReleaseState.EXPERTISE, ReleaseState.GOVERNMENT, ReleaseState.APPROVED}:
        bodies.add(case.expert_body)
    return Deed(
        act=step.body.act.value,
        raw=raw,
        value=case,
        state=case.state.value,
        bodies=bodies,
        words=[_word(code, decision) for code in decision.told],
        duties=case.duties,
    )


def _word(code: str, decision: ReleaseDecision) -> Word:
    """Tell a body what a step asks of it: a decision within its term, or to read the one that was taken (R-5, R-8)."""
    opened_for = decision.step.opened
    running = [each for each in decision.case.duties if each.state is DutyState.RUNNING]
    if opened_for is not None and opened_for.body == code:
        return Word(code, Told.DECISION_AWAITED, opened_for.term.due_at, opened_for.term.rule)
    if decision.case.state is ReleaseState.GOVERNMENT and code == decision.case.applicant.code:
        return Word(code, Told.DECISION_AWAITED, None, "R-9")
    return Word(code, Told.DECIDED, None, running[0].term.rule if running else "R-5")
