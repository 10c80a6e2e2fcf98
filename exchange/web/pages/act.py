"""One act as a form: filled in, sent, and either it stands or the form comes back with what is wrong."""

import json
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exchange.core.access import Relation, Verb, may, relation
from exchange.core.acts import ACTS
from exchange.core.drafting import can_be_signed
from exchange.core.errors import KeyReused, NotThere, Refused, Weight
from exchange.core.objections import object_to
from exchange.core.request import AttachmentRef
from exchange.service import acts, drafts, idempotency, queries, trial
from exchange.web import uploads
from exchange.web.acts import filling, remarks
from exchange.web.acts.desk import Desk, desk_of
from exchange.web.acts.filling import Filling
from exchange.web.acts.remarks import Remark
from exchange.web.clicks import after_the_first
from exchange.web.dossier import open_dossier, steps_since
from exchange.web.form import Form
from exchange.web.house import House, Turn
from exchange.web.pages.drafts import LIVE
from exchange.web.pages.request import id_of
from exchange.web.query import Query
from exchange.web.sending import answered
from exchange.web.uploads import Sent
from schemas.acts import ActBody
from schemas.vocabulary import ActKind

ACT: Final[TypeAdapter[ActBody]] = TypeAdapter(ActBody)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The form of an act as it is shown; `stale` says that the request changed since the form was made."""

    desk: Desk
    form: Form
    files: tuple[AttachmentRef, ...] = ()
    remarks: tuple[Remark, ...] = ()
    stale: bool = False

    @property
    def key(self) -> str:
        """A new key for the form: whoever sends it twice has one effect."""
        return str(uuid4())


async def show(house: House, request: Request) -> Response:
    """Show the empty form of an act."""
    request_id, kind = id_of(request), kind_of(request)
    async with house.reading(request) as turn:
        if is_drafted(turn, kind):
            await queries.load(turn.conn, request_id, turn.actor)
            return await _to_draft(turn, request_id, kind)
        answers, number = ACTS[kind].answers, Query(request).number("number")
        chosen = Form({f"{answers}_number": (str(number),)}) if answers and number else Form()
        return await _sheet(house, turn, request_id, kind, chosen)


async def send(house: House, request: Request) -> Response:
    """Let the act stand, once however often the form is sent; what was typed is never lost."""
    return await answered(house, request, lambda sent: _sent(house, request, sent))


async def _sent(house: House, request: Request, sent: Sent) -> Response:
    """Do the act, or show its form again; wait for the first of two clicks."""
    request_id, kind, form = id_of(request), kind_of(request), sent.form
    if form.get("more") or sent.against:
        async with house.writing(request, form) as turn:
            against = remarks.of_files(sent.against, filling.fill(kind, form, turn.zone), turn.tongue)
            again = _Again(against, 422) if against else None
            return await _sheet(house, turn, request_id, kind, form, again)
    try:
        return await after_the_first(lambda: _done(house, request, request_id, kind, form))
    except _Again as again:
        async with house.reading(request) as turn:
            shown = await _sheet(house, turn, request_id, kind, form, again)
        if again.refused is not None:
            await house.tell(turn, again.refused)
        return shown


class _Again(Exception):
    """The form is to be shown again; `refused` is what the law said to it."""

    def __init__(
        self, remarks: tuple[Remark, ...], status: int, *, stale: bool = False, refused: Refused | None = None
    ) -> None:
        super().__init__(status)
        self.refused = refused
        self.remarks = remarks
        self.status = status
        self.stale = stale


async def _done(house: House, request: Request, request_id: UUID, kind: ActKind, form: Form) -> Response:
    """Do the act in one transaction with the memory of its key; raise _Again with what is wrong."""
    key = "form:" + form.key
    call = idempotency.fingerprint(request.method, request.url.path, form.raw)
    async with house.writing(request, form) as turn:
        if is_drafted(turn, kind):
            raise Refused((object_to("signature_needed"),))
        filled = filling.fill(kind, form, turn.zone)
        await queries.load(turn.conn, request_id, turn.actor)
        try:
            kept = await idempotency.begin(turn.conn, turn.actor.authority, key, call)
        except KeyReused:
            raise _Again((), 409, stale=True) from None
        if kept is None:
            kept = await _acted(house, turn, request_id, kind, form, filled)
            await idempotency.finish(turn.conn, turn.actor.authority, key, call, kept, turn.now)
    return RedirectResponse(f"/requests/{request_id}?done={kept}", 303)


async def _acted(house: House, turn: Turn, request_id: UUID, kind: ActKind, form: Form, filled: Filling) -> str:
    """Let the act stand and return its place in the record; raise _Again with every remark."""
    before, desk = await queries.load(turn.conn, request_id, turn.actor), house.runtime.desk
    try:
        body = ACT.validate_json(filled.raw)
    except ValidationError as trouble:
        found = remarks.of_shape(trouble, kind, filled, turn.tongue)
        words = json.loads(filled.raw)
        law = await trial.besides(turn.conn, desk, before, kind, words, turn.actor, turn.now)
        raise _Again((*found, *remarks.of_law(law, filled, turn.tongue)), 422) from None
    seen = form.get("seen") or "-"
    try:
        await acts.act(turn.conn, desk, request_id, body, filled.raw, turn.actor, turn.now, seen=seen)
    except Refused as trouble:
        stale = any(one.weight is Weight.STALE for one in trouble.objections)
        status = _STATUS[min(one.weight for one in trouble.objections)]
        told = remarks.of_law(trouble.objections, filled, turn.tongue)
        raise _Again(told, status, stale=stale, refused=trouble) from None
    return str(before.request.seq + 1)


_STATUS: Final = {Weight.FORBIDDEN: 403, Weight.STALE: 412, Weight.STATE: 409, Weight.CONTENT: 422}


def is_drafted(turn: Turn, kind: ActKind) -> bool:
    """Tell whether a caller does an act by a draft only: whatever is signed, by people who write (Article 6).

    A registrar enters what a body without a node signed on paper.
    """
    return can_be_signed(kind) and may(turn.actor, Verb.DRAFT)


async def _to_draft(turn: Turn, request_id: UUID, kind: ActKind) -> Response:
    """Lead to the draft of this act that is being written, else to a new one."""
    wanted = drafts.Asked(states=LIVE, kind=kind, request=request_id, limit=1)
    lines, _following = await drafts.listed(turn.conn, turn.actor, wanted)
    way = f"/drafts/{lines[0].id}" if lines else f"/drafts/new?kind={kind}&request={request_id}"
    return RedirectResponse(way, 303)


def kind_of(request: Request) -> ActKind:
    """Return the act that the address names; raise NotThere for none, and for a new request."""
    try:
        kind = ActKind(str(request.path_params["act"]))
    except ValueError:
        raise NotThere from None
    if kind is ActKind.SUBMIT:
        raise NotThere
    return kind


async def _sheet(
    house: House, turn: Turn, request_id: UUID, kind: ActKind, form: Form, again: _Again | None = None
) -> Response:
    """Show the form of an act; one that the caller may not do now shows why not, and what was typed."""
    loaded = await queries.read(turn.conn, request_id, turn.actor, turn.now, form=kind)
    dossier = await open_dossier(turn, loaded)
    allowed = any(act.act is kind for act in dossier.request.allowed_acts)
    stale = again is not None and again.stale
    sheet = Sheet(
        desk=desk_of(turn, loaded.request, kind),
        form=form,
        files=await uploads.known(turn, form),
        remarks=again.remarks if again else (),
        stale=stale,
    )
    status = again.status if again else 200 if allowed or form.raw else 409
    former = relation(loaded.request, turn.actor.authority) is Relation.FORMER
    return house.page_for(
        turn,
        "act",
        status=status,
        view=dossier,
        sheet=sheet,
        act=ACTS[kind],
        allowed=allowed,
        former=former,
        since=await steps_since(turn, loaded, form.get("seen")) if stale else (),
        typed=list(form.typed()),
        people_rows=filling.people_rows(form),
    )
