"""What is done with a draft that was written: returned with remarks, given up, signed or entered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exchange.core.drafting import Draft, digest_of
from exchange.core.errors import CallerUnknown, DraftGaps, ExchangeError, NotProved, Refused, TooManyTries
from exchange.core.request import AttachmentRef
from exchange.service import drafts
from exchange.service.drafts import Desktop, Proof
from exchange.web import guard
from exchange.web.acts import drafting, preview, remarks, unfilling
from exchange.web.acts.remarks import Remark
from exchange.web.content import Said
from exchange.web.errors import Forged
from exchange.web.form import Form
from exchange.web.house import House, Turn
from exchange.web.page import page_of
from exchange.web.pages.draft import Theme, files_of, number_of, page, status_of, theme_of
from exchange.web.pages.request import id_of
from schemas.base import Text
from schemas.requests import Signatory
from schemas.vocabulary import DraftStep

TEXT: Final[TypeAdapter[str]] = TypeAdapter(Text)
Taken = Callable[[Turn, Form, UUID], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningPage:
    """Exactly what is signed or entered: in words, and as the bytes that the digest is of."""

    theme: Theme
    draft: Draft
    signing: bool
    signatory: Signatory | None
    said: tuple[Said, ...]
    files: tuple[AttachmentRef, ...]
    text: str
    digest: str
    gaps: tuple[Remark, ...]
    refusal: tuple[Remark, ...]
    wrong: bool


async def give_back(house: House, request: Request) -> Response:
    """Return a draft with remarks."""

    async def taken(turn: Turn, form: Form, draft_id: UUID) -> str:
        said, version = _text(form.get("remarks")), number_of(form.get("version"))
        if said is None:
            return f"/drafts/{draft_id}?told=remarks"
        await drafts.give_back(turn.conn, draft_id, version, said, turn.actor, turn.now)
        return f"/drafts/{draft_id}?told=returned"

    return await _stepped(house, request, taken)


async def drop(house: House, request: Request) -> Response:
    """Give a draft up."""

    async def taken(turn: Turn, form: Form, draft_id: UUID) -> str:
        version = number_of(form.get("version"))
        await drafts.drop(turn.conn, draft_id, version, _text(form.get("remarks")), turn.actor, turn.now)
        return f"/drafts/{draft_id}?told=dropped"

    return await _stepped(house, request, taken)


async def show(house: House, request: Request) -> Response:
    """Show what would be signed or entered; a draft with neither is shown as it is."""
    async with house.reading(request) as turn:
        draft = await drafts.read(turn.conn, id_of(request), turn.actor, turn.now)
        return await _signing(house, turn, draft)


async def sign(house: House, request: Request) -> Response:
    """Sign or enter exactly the bytes that were shown; whatever is in the way, the page comes back with it."""
    form, draft_id = await house.form(request), id_of(request)
    try:
        async with house.writing(request, form) as turn:
            done = await _signed(house, turn, draft_id, form)
        return RedirectResponse(f"/requests/{done.became}?done={done.seq}", 303)
    except TooManyTries as trouble:
        return page_of(house, request, trouble)
    except (NotProved, Refused, DraftGaps) as trouble:
        async with house.reading(request) as turn:
            draft = await drafts.load(turn.conn, draft_id, turn.actor)
            return await _signing(house, turn, draft, trouble)
    except (CallerUnknown, Forged, ExchangeError) as trouble:
        return page_of(house, request, trouble)


async def _signed(house: House, turn: Turn, draft_id: UUID, form: Form) -> Draft:
    version, digest, desk = number_of(form.get("version")), form.get("digest"), house.runtime.desk
    if form.get("do") == "enter":
        return await drafts.enter(turn.conn, desk, draft_id, version, digest, turn.actor, turn.now)
    proof = Proof(house.runtime.gate, form.get("password"), form.get("code"), turn.real)
    return await drafts.sign(turn.conn, desk, draft_id, version, digest, proof, turn.actor, turn.now)


async def _signing(house: House, turn: Turn, draft: Draft, trouble: ExchangeError | None = None) -> Response:
    desktop = await drafts.laid_out(turn.conn, house.runtime.desk, draft, turn.actor, turn.now)
    refused = trouble if isinstance(trouble, Refused) else None
    if desktop.raw is None:
        return await page(house, turn, draft, refused=refused)
    status = 200 if trouble is None else _status(trouble)
    return house.page_for(turn, "draft_sign", status=status, view=await _view(turn, desktop, trouble))


async def _view(turn: Turn, desktop: Desktop, trouble: ExchangeError | None) -> SigningPage:
    draft, tongue, raw = desktop.draft, turn.tongue, desktop.raw or b""
    signing = DraftStep.SIGNED in desktop.allowed
    signatory = desktop.signatory if signing else None
    words = {**draft.words, **({"signatory": signatory.model_dump(exclude_none=True)} if signatory else {})}
    filled = drafting.fill(draft.kind, unfilling.form_of(draft.kind, draft.words, turn.zone), turn.zone, draft.words)
    refused = trouble.objections if isinstance(trouble, Refused) else ()
    return SigningPage(
        theme=theme_of(turn, draft.kind, draft.request, draft.number),
        draft=draft,
        signing=signing,
        signatory=signatory,
        said=preview.said(turn, draft.kind, words),
        files=await files_of(turn, draft),
        text=raw.decode(),
        digest=digest_of(raw),
        gaps=remarks.of_gaps(desktop.gaps, draft.kind, filled, tongue),
        refusal=remarks.of_law(refused, filled, tongue, stale=True),
        wrong=isinstance(trouble, NotProved),
    )


def _status(trouble: ExchangeError) -> int:
    if isinstance(trouble, Refused):
        return status_of(trouble)
    return 403 if isinstance(trouble, NotProved) else 422


async def _stepped(house: House, request: Request, taken: Taken) -> Response:
    """Take a step; what is in the way is said on the draft's own page."""
    form, draft_id = await house.form(request), id_of(request)
    try:
        async with house.writing(request, form) as turn:
            way = await taken(turn, form, draft_id)
        return RedirectResponse(way, 303)
    except Refused as refused:
        async with house.reading(request) as turn:
            draft = await drafts.load(turn.conn, draft_id, turn.actor)
            return await page(house, turn, draft, refused=refused)
    except (CallerUnknown, Forged, ExchangeError) as trouble:
        return page_of(house, request, trouble, form if guard.is_from_our_page(request) else None)


def _text(typed: str) -> str | None:
    """Return remarks as they are kept; None for none, and for what can be no text."""
    try:
        return TEXT.validate_python(typed)
    except ValidationError:
        return None
