"""A state's order of releasing its secrets: proposals with their checklist, steps, terms in working days, acts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from exchange.core.errors import NotThere
from exchange.protection.core.regimes import applying
from exchange.protection.core.release import Case, Owed, checklist
from exchange.protection.service import proceedings, queries, releases
from exchange.protection.service.proceedings import RELEASE
from exchange.protection.service.scenes import scene_for
from exchange.protection.web.card import DutyRow
from exchange.protection.web.chamber import Chamber, Room
from exchange.protection.web.fields import Layout, fields_of
from exchange.protection.web.lookups import other_bodies, own_items, uuid_of
from exchange.protection.web.pages.item import id_of
from exchange.protection.web.proceeding import LIMIT, Record, act_in, act_page, asked_in, following, laid
from exchange.protection.web.sheet import Sheet
from exchange.protection.web.slips import Filled, Laid, Slip
from exchange.protection.web.steps import Step, just_done
from exchange.protection.web.teller import Said, Shown
from exchange.runtime import new_id
from exchange.web.acts.desk import Choice
from exchange.web.clocks import Due
from exchange.web.form import Form
from exchange.web.query import Query
from schemas import release as bodies
from schemas.base import Shape
from schemas.protection_registry import ReleaseLine
from schemas.release import Propose
from schemas.secrecy import DutyState, Mark, ReleaseAct, ReleaseState, TreatyElement

SHAPES: Final[Mapping[ReleaseAct, type[Shape]]] = {
    ReleaseAct.DECIDE_CLASSIFICATION_BODY: bodies.DecideClassificationBody,
    ReleaseAct.EXTEND_EXPERT: bodies.ExtendExpert,
    ReleaseAct.CONCLUDE_EXPERT: bodies.ConcludeExpert,
    ReleaseAct.DECIDE_GOVERNMENT: bodies.DecideGovernment,
}
KEPT: Final[Mapping[str, type[Shape]]] = {
    ReleaseAct.PROPOSE: Propose,
    **{str(act): shape for act, shape in SHAPES.items()},
}
CONTENTS: Final = frozenset({"recipient", "purpose", "secrets", "term", "effect", "compensation"})
"""The six contents of point 5, mandatory though the shape takes a proposal without them, to name each that lacks."""

WAY: Final = "/protection/releases"
RECORD: Final = Record(RELEASE, "release", "release_act", KEPT)


@dataclass(frozen=True, slots=True)
class Row:
    """One procedure of the list."""

    of: ReleaseLine
    item: str
    due: Due | None


@dataclass(frozen=True, slots=True)
class ElementRow:
    """One element of point 4 against the agreements with the recipient: the articles that state it, or none."""

    element: TreatyElement
    articles: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCard:
    """A procedure as its page shows it."""

    case: Case
    number: str
    item: str
    applicant: Shown
    recipient: Shown
    classifying: Shown
    expert: Shown
    proposal: tuple[Said, ...]
    checklist: tuple[ElementRow, ...]
    duties: tuple[DutyRow, ...]
    acts: tuple[ReleaseAct, ...]
    steps: tuple[Step, ...]
    earlier: int | None
    seq: int
    head: str


async def listed(chamber: Chamber, request: Request) -> Response:
    """List the procedures that the caller's body takes part in, the latest first."""
    asked = asked_in(request, "state", ReleaseState)
    async with chamber.reading(request) as room:
        lines = await releases.listed(room.conn, room.module, room.caller, asked, room.turn.now)
        rows = [await _row(room, line) for line in lines[:LIMIT]]
    return chamber.page(
        room,
        "releases",
        rows=rows,
        state=asked.state,
        states=tuple(ReleaseState),
        continued=asked.before is not None,
        following=following(WAY, "state", asked, [line.id for line in lines]),
        has_order=room.own.party in room.module.law.orders,
    )


async def show(chamber: Chamber, request: Request) -> Response:
    """Show a procedure."""
    release = id_of(request, "release")
    async with chamber.reading(request) as room:
        view = await _card(room, release)
    return chamber.page(room, "release", view=view, done=just_done(room, request, view.steps))


async def new(chamber: Chamber, request: Request) -> Response:
    """Show the empty form of a proposal, for an item where the link names one."""
    item = Query(request).text("item")
    return await PROPOSE.empty(chamber, request, Form({"item": (item,)}) if item else Form())


async def _row(room: Room, line: ReleaseLine) -> Row:
    due = None if line.due_at is None else room.tell.until(line.due_at)
    return Row(line, await _number(room, line.item), due)


async def _number(room: Room, item: str) -> str:
    """Return an item's number with the caller's body; a dash where the item is none of its business."""
    try:
        seen = await queries.load(room.conn, room.module, UUID(item), room.caller, room.turn.now)
    except (NotThere, ValueError):
        return "—"
    return queries.card(seen, room.turn.now).own_number


async def _card(room: Room, release: UUID) -> ReleaseCard:
    tell, now = room.tell, room.turn.now
    kept = await proceedings.read(room.conn, room.module, RELEASE, release, room.caller)
    shown = releases.view(room.module, kept, room.caller, now)
    steps, earlier = await RECORD.steps(room, kept)
    case = kept.value
    return ReleaseCard(
        case=case,
        number=kept.number,
        item=await _number(room, case.proposal.item),
        applicant=tell.body(case.applicant.code),
        recipient=tell.body(case.recipient.code),
        classifying=tell.body(case.classification_body),
        expert=tell.body(case.expert_body),
        proposal=tell.said(case.proposal, frozenset({"item", "classification_body", "recipient"})),
        checklist=tuple(ElementRow(row.element, tell.articles(row.rules)) for row in shown.checklist),
        duties=tuple(_duty(room, duty) for duty in case.duties),
        acts=tuple(ReleaseAct(one.act) for one in shown.allowed_acts),
        steps=steps,
        earlier=earlier,
        seq=kept.seq,
        head=kept.head.hex(),
    )


def _duty(room: Room, duty: Owed) -> DutyRow:
    """Show a term with each day skipped and each doubt."""
    tell, term = room.tell, duty.term
    running = duty.state is DutyState.RUNNING
    steps = list(tell.explained_working(term))
    if duty.extended_by:
        steps.append(tell.tongue.t("secret.releases.extended", number=duty.extended_by))
    return DutyRow(
        title=tell.word("release_duty", duty.kind),
        article=tell.tongue.article(term.rule),
        body=tell.body(duty.body),
        zone=term.zone,
        state=duty.state,
        closed_at=duty.closed_at,
        due=tell.due(term.due_at, term.due_on, term.zone) if running else None,
        steps=tuple(steps),
    )


async def _lay_proposal(room: Room, _request: Request, form: Form) -> Laid:
    own, tell = room.own, room.tell
    layout = Layout(
        choices={
            "item": await own_items(room),
            "recipient": other_bodies(room),
            "classification_body": other_bodies(room, own_party=True),
            "secrets.mark": tuple(Choice(mark, tell.word("mark", mark)) for mark in Mark),
        },
        required=CONTENTS,
    )
    presets: dict[str, tuple[str, ...]] = {"classification_body": (own.code,)}
    if not form.raw and (item := uuid_of(form.get("item"))) is not None:
        presets |= await _of_item(room, item)
    return Laid(
        fields=fields_of(Propose, tell.tongue, layout),
        adapter=TypeAdapter(Propose),
        fixed={"act": ReleaseAct.PROPOSE},
        presets=presets,
    )


async def _of_item(room: Room, item: UUID) -> dict[str, tuple[str, ...]]:
    """Return what of a proposal stands on the item's card already."""
    seen = await queries.read(room.conn, room.module, item, room.caller, room.turn.now)
    card = queries.card(seen, room.turn.now)
    found = {"purpose": card.purpose, "secrets.0.designation": card.designation, "secrets.0.mark": card.mark}
    return {name: (value,) for name, value in found.items() if value}


async def _propose(room: Room, _request: Request, filled: Filled) -> str:
    number, now = new_id(room.turn.real), room.turn.now
    await releases.propose(room.conn, room.module, number, filled.body, filled.raw, room.caller, now)
    return f"{WAY}/{number}?done=1"


async def _show_proposal(chamber: Chamber, room: Room, _request: Request, sheet: Sheet, status: int) -> Response:
    order = room.module.law.orders.get(room.own.party)
    rows: tuple[ElementRow, ...] = ()
    chosen = room.bodies.get(sheet.form.get("recipient"))
    if order is not None and chosen is not None:
        scene = await scene_for(room.conn, room.module, bodies=(room.own.code, chosen.body.code), now=room.turn.now)
        regimes = applying(scene, room.own, chosen.body, room.tell.today)
        rows = tuple(ElementRow(row.element, room.tell.articles(row.rules)) for row in checklist(order, regimes))
    return chamber.page(room, "release_new", status=status, sheet=sheet, checklist=rows, has_order=order is not None)


async def _lay_act(room: Room, request: Request, _form: Form) -> Laid:
    return laid(room, request, SHAPES)


async def _act(room: Room, request: Request, filled: Filled) -> str:
    release, now = id_of(request, "release"), room.turn.now
    kept = await releases.act(
        room.conn, room.module, release, filled.body, filled.raw, room.caller, now, seen=filled.seen
    )
    return f"{WAY}/{release}?done={kept.seq}"


async def _show_act(chamber: Chamber, room: Room, request: Request, sheet: Sheet, status: int) -> Response:
    view, kind = await _card(room, id_of(request, "release")), act_in(request, SHAPES)
    return act_page(chamber, room, "release_act", sheet, status, view=view, kind=kind)


PROPOSE: Final = Slip(lay=_lay_proposal, do=_propose, show=_show_proposal)
ACT: Final = Slip(lay=_lay_act, do=_act, show=_show_act)
