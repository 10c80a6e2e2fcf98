"""Visits: the letter with all that its agreements make mandatory, how long before, and the host's word."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from exchange.protection.core.visits import Visit
from exchange.protection.service import proceedings, visits
from exchange.protection.service.proceedings import VISIT
from exchange.protection.web.chamber import Chamber, Room
from exchange.protection.web.fields import Layout, fields_of
from exchange.protection.web.lookups import cleared_people, other_bodies
from exchange.protection.web.pages.item import id_of
from exchange.protection.web.proceeding import LIMIT, Record, act_in, act_page, asked_in, following, laid
from exchange.protection.web.sheet import Sheet
from exchange.protection.web.slips import Filled, Laid, Slip
from exchange.protection.web.stamps import Stamp
from exchange.protection.web.steps import Step, just_done
from exchange.protection.web.teller import Said, Shown
from exchange.runtime import new_id
from exchange.web.form import Form
from schemas.base import Shape
from schemas.protection_registry import VisitView
from schemas.release import ConsentVisit, RefuseVisit, RequestVisit
from schemas.secrecy import VisitAct, VisitState

ANSWERS: Final[Mapping[VisitAct, type[Shape]]] = {VisitAct.CONSENT: ConsentVisit, VisitAct.REFUSE: RefuseVisit}
LETTERS: Final[Mapping[str, type[Shape]]] = {
    VisitAct.REQUEST: RequestVisit,
    **{str(act): shape for act, shape in ANSWERS.items()},
}
WAY: Final = "/protection/visits"
RECORD: Final = Record(VISIT, "visit", "visit_act", LETTERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitCard:
    """A visit as its page shows it."""

    visit: Visit
    number: str
    sender: Shown
    host: Shown
    stamp: Stamp | None
    competent: str
    late: tuple[tuple[str, str | None], ...]
    regimes: str
    acts: tuple[VisitAct, ...]
    letter: tuple[Said, ...]
    answer: tuple[Said, ...]
    steps: tuple[Step, ...]
    earlier: int | None
    seq: int
    head: str


async def listed(chamber: Chamber, request: Request) -> Response:
    """List the visits that the caller's body takes part in, the latest first."""
    asked = asked_in(request, "state", VisitState)
    async with chamber.reading(request) as room:
        lines = await visits.listed(room.conn, room.module, room.caller, asked)
    return chamber.page(
        room,
        "visits",
        rows=lines[:LIMIT],
        state=asked.state,
        states=tuple(VisitState),
        continued=asked.before is not None,
        following=following(WAY, "state", asked, [line.id for line in lines]),
    )


async def show(chamber: Chamber, request: Request) -> Response:
    """Show a visit."""
    async with chamber.reading(request) as room:
        view = await _card(room, request)
    return chamber.page(room, "visit", view=view, done=just_done(room, request, view.steps))


async def _card(room: Room, request: Request) -> VisitCard:
    tell = room.tell
    kept = await proceedings.read(room.conn, room.module, VISIT, id_of(request, "visit"), room.caller)
    shown: VisitView = visits.view(room.module, kept, room.caller)
    steps, earlier = await RECORD.steps(room, kept)
    visit = kept.value
    return VisitCard(
        visit=visit,
        number=kept.number,
        sender=tell.body(visit.sender.code),
        host=tell.body(visit.host.code),
        stamp=None if visit.degree is None else tell.stamp(visit.host.party, visit.degree),
        competent=tell.bodies(visit.competent),
        late=tuple((tell.tongue.day(each.last_day), tell.tongue.article(each.rule)) for each in visit.late),
        regimes=tell.regimes(visit.regimes),
        acts=tuple(VisitAct(one.act) for one in shown.allowed_acts),
        letter=tell.said(visit.request, frozenset({"host", "degree"})),
        answer=() if visit.answer is None else tell.said(visit.answer),
        steps=steps,
        earlier=earlier,
        seq=kept.seq,
        head=kept.head.hex(),
    )


async def new(chamber: Chamber, request: Request) -> Response:
    """Show the empty form of a letter."""
    return await LETTER.empty(chamber, request, Form())


async def _lay_letter(room: Room, _request: Request, _form: Form) -> Laid:
    layout = Layout(
        choices={"host": other_bodies(room), "visitors.person": await cleared_people(room)},
        hints={"host": room.tell.tongue.t("secret.visits.host_hint")},
        required=_mandatory(room),
    )
    return Laid(
        fields=fields_of(RequestVisit, room.tell.tongue, layout),
        adapter=TypeAdapter(RequestVisit),
        fixed={"act": VisitAct.REQUEST},
    )


def _mandatory(room: Room) -> frozenset[str]:
    """Return what some agreement of the caller's Party makes mandatory; which of them applies, the host decides."""
    found = {"degree"}
    for regime in room.module.law.regimes.values():
        if room.own.party in regime.parties:
            found |= {*regime.visits.visit, *(f"visitors.{name}" for name in regime.visits.visitor)}
    return frozenset(found)


async def _write(room: Room, _request: Request, filled: Filled) -> str:
    number, now = new_id(room.turn.real), room.turn.now
    await visits.request(room.conn, room.module, number, filled.body, filled.raw, room.caller, now)
    return f"{WAY}/{number}?done=1"


async def _show_letter(chamber: Chamber, room: Room, _request: Request, sheet: Sheet, status: int) -> Response:
    return chamber.page(
        room, "slip", status=status, sheet=sheet, place="visits", back=WAY, action=f"{WAY}/new", name="request_visit"
    )


async def _lay_answer(room: Room, request: Request, _form: Form) -> Laid:
    return laid(room, request, ANSWERS)


async def _answer(room: Room, request: Request, filled: Filled) -> str:
    visit, now = id_of(request, "visit"), room.turn.now
    kept = await visits.answer(
        room.conn, room.module, visit, filled.body, filled.raw, room.caller, now, seen=filled.seen
    )
    return f"{WAY}/{visit}?done={kept.seq}"


async def _show_answer(chamber: Chamber, room: Room, request: Request, sheet: Sheet, status: int) -> Response:
    view, kind = await _card(room, request), act_in(request, ANSWERS)
    return act_page(chamber, room, "visit_act", sheet, status, view=view, kind=kind)


LETTER: Final = Slip(lay=_lay_letter, do=_write, show=_show_letter)
ANSWER: Final = Slip(lay=_lay_answer, do=_answer, show=_show_answer)
