"""Visits with access to another Party's secrets: the letter, and the word of the host's competent body (A-6.5)."""

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from exchange.protection.core.scene import Caller, Scene
from exchange.protection.core.visits import Visit, answer_visit, decide_visit, may_answer, rule_of_visit
from exchange.protection.module import Module
from exchange.protection.service.proceedings import (
    VISIT,
    Asked,
    Deed,
    Kept,
    Word,
    begin,
    decided,
    go_on,
    lock,
    page,
    shown,
)
from exchange.protection.service.scenes import scene_for
from exchange.protection.service.standing import known
from exchange.store.database import Connection
from schemas.protection_registry import LateView, StepView, VisitLine, VisitView
from schemas.release import RequestVisit, VisitBody
from schemas.secrecy import Told, VisitAct


async def request(
    conn: Connection, module: Module, new_id: UUID, body: RequestVisit, raw: bytes, caller: Caller, now: datetime
) -> Kept[Visit]:
    """Let a letter about a visit stand (A-N2, KA-9, KL-9); a late one stands, marked late. Raise Refused."""
    people = [each.person for each in body.visitors if each.person is not None]
    scene = await scene_for(conn, module, bodies=(caller.body, body.host), people=people, now=now)
    sender = known(scene, caller)
    visit = decided(decide_visit(str(new_id), body, caller, scene, now))
    deed = Deed(
        act=body.act.value,
        raw=raw,
        value=visit,
        state=visit.state.value,
        bodies={sender.code, visit.host.code, *visit.competent, *_own_competent(visit, scene)},
        words=[
            Word(code, Told.VISIT_ASKED, None, rule_of_visit(visit, module.law)) for code in sorted(visit.competent)
        ],
    )
    return await begin(conn, module, VISIT, new_id, deed, sender, caller, now)


async def answer(
    conn: Connection,
    module: Module,
    visit_id: UUID,
    body: VisitBody,
    raw: bytes,
    caller: Caller,
    now: datetime,
    *,
    seen: Collection[str] | None = None,
) -> Kept[Visit]:
    """Let the host's word stand, once; raise NotThere for a body that takes no part, and Refused."""
    before = await lock(conn, module, VISIT, visit_id, caller)
    visit = decided(answer_visit(before.value, body, caller, Scene(law=module.law)), before.head, seen)
    told = sorted({visit.sender.code, visit.host.code})
    deed = Deed(
        act=body.act.value,
        raw=raw,
        value=visit,
        state=visit.state.value,
        bodies=(),
        words=[Word(code, Told.VISIT_ANSWERED, None, rule_of_visit(visit, module.law)) for code in told],
    )
    return await go_on(conn, module, VISIT, before, deed, caller, now)


async def listed(conn: Connection, module: Module, caller: Caller, asked: Asked) -> tuple[VisitLine, ...]:
    """Return one page of the visits that the caller's body takes part in, the latest first; raise Refused."""
    return tuple(_line(kept) for kept in await page(conn, module, VISIT, caller, asked))


def view(module: Module, kept: Kept[Visit], caller: Caller) -> VisitView:
    """Show a visit to a body that takes part in it."""
    visit = kept.value
    acts = (VisitAct.CONSENT, VisitAct.REFUSE) if may_answer(visit, caller) else ()
    return VisitView(
        id=visit.id,
        number=kept.number,
        state=visit.state,
        sender=visit.sender.code,
        host=visit.host.code,
        competent=tuple(sorted(visit.competent)),
        regimes=visit.regimes,
        request=dict(shown(visit.request)),
        requested_at=visit.requested_at,
        late=tuple(LateView(rule=each.rule, last_day=each.last_day) for each in visit.late),
        degree=visit.degree,
        answer=None if visit.answer is None else dict(shown(visit.answer)),
        allowed_acts=tuple(StepView(act=act, rule=rule_of_visit(visit, module.law)) for act in acts),
        seq=visit.seq,
    )


def _line(kept: Kept[Visit]) -> VisitLine:
    visit = kept.value
    return VisitLine(
        id=visit.id,
        number=kept.number,
        state=visit.state,
        sender=visit.sender.code,
        host=visit.host.code,
        requested_at=visit.requested_at,
        first_day=visit.request.first_day,
        late=bool(visit.late),
        seq=visit.seq,
    )


def _own_competent(visit: Visit, scene: Scene) -> Iterator[str]:
    for regime in visit.regimes:
        code = scene.competent.get((regime, visit.sender.party))
        yield from () if code is None else (code,)
