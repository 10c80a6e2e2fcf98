"""One draft: begun, written on by several people at once, shown with its gaps and steps."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exchange.core import drafting as law
from exchange.core.access import Verb, may
from exchange.core.acts import ACTS
from exchange.core.drafting import Draft, Step
from exchange.core.errors import (
    DraftChanged,
    DraftGaps,
    KeyReused,
    NotThere,
    Refused,
    Weight,
)
from exchange.core.objections import object_to
from exchange.core.request import AttachmentRef
from exchange.runtime import new_id
from exchange.service import drafts, idempotency, people, queries
from exchange.service.drafts import Desktop
from exchange.web import uploads
from exchange.web.acts import drafting, preview, remarks, unfilling
from exchange.web.acts.drafting import DraftSheet
from exchange.web.acts.filling import Filling
from exchange.web.acts.preview import Difference
from exchange.web.acts.remarks import Remark
from exchange.web.clicks import after_the_first
from exchange.web.content import Said
from exchange.web.errors import BadQuery
from exchange.web.form import Form
from exchange.web.house import House, Turn
from exchange.web.pages.request import id_of
from exchange.web.query import Query
from exchange.web.sending import answered
from exchange.web.uploads import Sent
from schemas.vocabulary import ActKind, DraftState, DraftStep

FIRST: Final = 1
"""The version of a draft that was just begun."""

STATUS: Final = {Weight.FORBIDDEN: 403, Weight.STALE: 412, Weight.STATE: 409, Weight.CONTENT: 422}
TOLD: Final = frozenset({"saved", "sent", "returned", "dropped", "gaps", "remarks"})
"""What a page may be opened with, to say what was just done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """What a draft is about: the act, its title and article, and the request that it is on."""

    kind: ActKind
    title: str
    article: str | None
    request: UUID | None
    number: str | None
    signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPage:
    """A draft as its page shows it; `draft` is None before the first save, `sheet` where it cannot be written on."""

    theme: Theme
    draft: Draft | None = None
    version: int = 0
    sheet: DraftSheet | None = None
    gaps: tuple[Remark, ...] = ()
    said: tuple[Said, ...] = ()
    files: tuple[AttachmentRef, ...] = ()
    allowed: tuple[DraftStep, ...] = ()
    steps: tuple[Step, ...] = ()
    authors: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    told: str | None = None
    refusal: tuple[Remark, ...] = ()
    returned: Step | None = None
    names: Mapping[str, str] = field(default_factory=dict)


async def new(house: House, request: Request) -> Response:
    """Show the empty form of a new draft."""
    async with house.reading(request) as turn:
        kind, of = await _wanted(turn, Query(request).member("kind", ActKind), Query(request).text("request"))
        return await _begun(house, turn, kind, of, Form())


async def create(house: House, request: Request) -> Response:
    """Begin a draft, once however often the form is sent; what was typed is never lost."""

    async def begun(sent: Sent) -> Response:
        return await after_the_first(lambda: _created(house, request, sent))

    return await answered(house, request, begun)


async def show(house: House, request: Request) -> Response:
    """Show a draft."""
    told = Query(request).text("told")
    async with house.reading(request) as turn:
        draft = await drafts.read(turn.conn, id_of(request), turn.actor, turn.now)
        return await page(house, turn, draft, told=told if told in TOLD else None)


async def save(house: House, request: Request) -> Response:
    """Save a draft, and send it for signature where that was asked; two who write at once see both versions."""
    draft_id = id_of(request)
    return await answered(
        house, request, lambda sent: _kept(house, request, draft_id, sent, number_of(sent.form.get("version")))
    )


async def _kept(house: House, request: Request, draft_id: UUID, sent: Sent, version: int) -> Response:
    """Save what was typed over a version, or show what is in the way beside it."""
    try:
        return await _saved(house, request, draft_id, sent, version)
    except DraftChanged as changed:
        async with house.reading(request) as turn:
            draft = await drafts.load(turn.conn, draft_id, turn.actor)
            return await _compared(house, turn, draft, sent.form, changed)
    except Refused as refused:
        async with house.reading(request) as turn:
            draft = await drafts.load(turn.conn, draft_id, turn.actor)
            return await page(house, turn, draft, form=sent.form, refused=refused)


async def page(
    house: House,
    turn: Turn,
    draft: Draft,
    *,
    told: str | None = None,
    form: Form | None = None,
    refused: Refused | None = None,
) -> Response:
    """Show a draft with its gaps; `form` is what was typed and is not saved, `refused` why the last step was not."""
    desktop = await drafts.laid_out(turn.conn, house.runtime.desk, draft, turn.actor, turn.now)
    filling = drafting.fill(draft.kind, unfilling.form_of(draft.kind, draft.words, turn.zone), turn.zone, draft.words)
    gaps = remarks.of_gaps(desktop.gaps, draft.kind, filling, turn.tongue)
    view = await _view(turn, desktop, gaps, form=form, told=told, refused=refused)
    status = status_of(refused) if refused else 200
    return house.page_for(turn, "draft", status=status, view=view)


async def _view(
    turn: Turn,
    desktop: Desktop,
    gaps: tuple[Remark, ...],
    *,
    form: Form | None,
    told: str | None,
    refused: Refused | None,
) -> DraftPage:
    draft, tongue = desktop.draft, turn.tongue
    sheet = None
    if DraftStep.SAVED in desktop.allowed:
        typed = form or unfilling.form_of(draft.kind, draft.words, turn.zone)
        desk, files = await _desk(turn, draft.kind, draft.request), await uploads.known(turn, typed)
        sheet = DraftSheet(desk=desk, form=typed, remarks=gaps, files=files)
    nowhere = Filling(b"{}", {})
    returned = [step for step in draft.steps if step.step is DraftStep.RETURNED]
    names = await people.names(turn.conn, turn.actor, (*draft.authors, *(step.who for step in draft.steps)))
    return DraftPage(
        theme=theme_of(turn, draft.kind, draft.request, draft.number),
        draft=draft,
        version=draft.version,
        sheet=sheet,
        gaps=gaps,
        said=preview.said(turn, draft.kind, draft.words),
        files=await files_of(turn, draft),
        allowed=desktop.allowed,
        steps=draft.steps[::-1],
        authors=tuple(names[who] for who in draft.authors),
        told=told,
        refusal=remarks.of_law(refused.objections, nowhere, tongue, stale=True) if refused else (),
        returned=returned[-1] if returned and draft.state is DraftState.RETURNED else None,
        names=names,
    )


async def _created(house: House, request: Request, sent: Sent) -> Response:
    """Begin the draft in one transaction with the memory of its key; show the form again for more rows.

    Who goes back to the form and sends it with other words writes over the first version of the draft that it began.
    """
    form = sent.form
    async with house.writing(request, form) as turn:
        kind, of = await _wanted(turn, _member(form.get("kind")), form.get("request"))
        filled = drafting.fill(kind, form, turn.zone, {})
        if form.get("more") or sent.against:
            against = remarks.of_files(sent.against, filled, turn.tongue)
            return await _begun(house, turn, kind, of, form, against)
        body = _body(filled)
        key = "draft:" + form.key
        call = idempotency.fingerprint(request.method, request.url.path, f"{kind} {of}".encode())
        try:
            kept = await idempotency.begin(turn.conn, turn.actor.authority, key, call)
        except KeyReused:
            raise BadQuery from None
        draft_id = new_id(turn.real) if kept is None else UUID(json.loads(kept))
        if kept is None:
            await drafts.start(turn.conn, draft_id, kind, of, body, turn.actor, turn.now)
            answer = json.dumps(str(draft_id))
            await idempotency.finish(turn.conn, turn.actor.authority, key, call, answer, turn.now)
        draft = await drafts.load(turn.conn, draft_id, turn.actor)
    if draft.body == law.kept(kind, body)[0]:
        return await _onwards(house, request, draft_id, form)
    return await _kept(house, request, draft_id, sent, FIRST)


async def _saved(house: House, request: Request, draft_id: UUID, sent: Sent, version: int) -> Response:
    """Save what was typed unless nothing changed; the same words saved twice are no conflict."""
    form = sent.form
    if sent.against:
        raise Refused(tuple(one for _, one in sent.against))
    async with house.writing(request, form) as turn:
        draft = await drafts.load(turn.conn, draft_id, turn.actor)
        body = _body(drafting.fill(draft.kind, form, turn.zone, draft.words))
        if form.get("more"):
            return await page(house, turn, draft, form=form)
        same = draft.body == law.kept(draft.kind, body)[0]
        if not same or draft.state not in law.MOVES[DraftStep.SAVED].states:
            await drafts.save(turn.conn, draft_id, body, version, turn.actor, turn.now)
    return await _onwards(house, request, draft_id, form)


async def _onwards(house: House, request: Request, draft_id: UUID, form: Form) -> Response:
    """Go on after a save: to the draft, to the page where it is entered, or for signature."""
    if form.get("do") == "enter":
        return RedirectResponse(f"/drafts/{draft_id}/sign", 303)
    if form.get("do") != "send":
        return RedirectResponse(f"/drafts/{draft_id}?told=saved", 303)
    try:
        async with house.writing(request, form) as turn:
            draft = await drafts.load(turn.conn, draft_id, turn.actor)
            await drafts.send(turn.conn, house.runtime.desk, draft_id, draft.version, turn.actor, turn.now)
    except (DraftGaps, Refused):
        return RedirectResponse(f"/drafts/{draft_id}?told=gaps", 303)
    return RedirectResponse(f"/drafts/{draft_id}?told=sent", 303)


async def _compared(house: House, turn: Turn, draft: Draft, form: Form, changed: DraftChanged) -> Response:
    """Show both versions field by field, the caller's own in the form, ready to be put over the other by hand."""
    desktop = await drafts.laid_out(turn.conn, house.runtime.desk, draft, turn.actor, turn.now)
    yours: dict[str, Any] = json.loads(changed.yours)
    told = preview.differences(turn, draft.kind, draft.words, yours)
    told += await _other_files(turn, draft, form)
    view = await _view(turn, desktop, (), form=form, told=None, refused=None)
    shown = DraftPage(
        theme=view.theme,
        draft=draft,
        version=draft.version,
        sheet=view.sheet,
        allowed=view.allowed,
        steps=view.steps,
        authors=view.authors,
        differences=told,
        names=view.names,
        said=view.said,
    )
    return house.page_for(turn, "draft", status=412, view=shown)


async def _other_files(turn: Turn, draft: Draft, form: Form) -> tuple[Difference, ...]:
    """Return the difference of two versions in what they carry, by the names of the files."""
    current = [one.name for one in await files_of(turn, draft)]
    yours = [one.name for one in await uploads.known(turn, form)]
    return () if current == yours else (Difference("field.attachments", tuple(current), tuple(yours)),)


async def files_of(turn: Turn, draft: Draft) -> tuple[AttachmentRef, ...]:
    """Return the files that a draft means to carry."""
    return await uploads.known(turn, unfilling.form_of(draft.kind, draft.words, turn.zone))


async def _begun(
    house: House,
    turn: Turn,
    kind: ActKind,
    of: UUID | None,
    form: Form,
    against: tuple[Remark, ...] = (),
) -> Response:
    if not may(turn.actor, Verb.DRAFT):
        raise Refused((object_to("role_may_not"),))
    number = None if of is None else (await queries.load(turn.conn, of, turn.actor)).request.number
    files = await uploads.known(turn, form)
    sheet = DraftSheet(desk=await _desk(turn, kind, of), form=form, remarks=against, files=files)
    view = DraftPage(theme=theme_of(turn, kind, of, number), sheet=sheet, refusal=against)
    return house.page_for(turn, "draft", status=422 if against else 200, view=view)


async def _wanted(turn: Turn, kind: ActKind | None, request: str | None) -> tuple[ActKind, UUID | None]:
    """Return what is to be drafted, on which request; raise NotThere for what the caller does not see."""
    kind = kind or ActKind.SUBMIT
    if kind is ActKind.SUBMIT:
        return kind, None
    try:
        of = UUID(request or "")
    except ValueError:
        raise NotThere from None
    await queries.load(turn.conn, of, turn.actor)
    return kind, of


async def _desk(turn: Turn, kind: ActKind, of: UUID | None) -> Any:
    loaded = None if of is None else await queries.load(turn.conn, of, turn.actor)
    return await drafting.desk(turn, kind, loaded.request if loaded else None)


def theme_of(turn: Turn, kind: ActKind, of: UUID | None, number: str | None) -> Theme:
    """Say what a draft is about."""
    title = turn.tongue.t("draft.request") if kind is ActKind.SUBMIT else turn.tongue.title(kind)
    return Theme(
        kind=kind,
        title=title,
        article=turn.tongue.article(ACTS[kind].rule),
        request=of,
        number=number,
        signed=law.can_be_signed(kind),
    )


def status_of(refused: Refused) -> int:
    """Return the status of a page that says why something was refused."""
    return STATUS[min(one.weight for one in refused.objections)]


def _body(filled: Filling) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(filled.raw)
    return found


def _member(name: str) -> ActKind:
    try:
        return ActKind(name)
    except ValueError:
        raise BadQuery from None


def number_of(text: str) -> int:
    """Return a version; what can be none is no draft's latest."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0  # noqa: PLR2004 - digits
