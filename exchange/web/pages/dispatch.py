"""Letters to print and send: for authorities that are reached by courier or post, each until it went out."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exchange.service import dispatch
from exchange.store.dispatch import Waiting
from exchange.web.house import House
from exchange.web.pages.letters import seq_of
from exchange.web.pages.request import id_of
from exchange.web.query import Query
from schemas.vocabulary import ActKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One letter: of which act, to whom and how, and what else goes with it."""

    of: Waiting
    title: str
    name: str
    letter: str
    request_letter: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """What still has to be printed and sent; `more` where there is more than a page names."""

    lines: tuple[Line, ...]
    more: bool
    sends: bool
    done: str | None


async def show(house: House, request: Request) -> Response:
    """Show what the caller's authority still has to print and send."""
    async with house.reading(request) as turn:
        done = Query(request).one_of("done", "sent")
        found, language = await dispatch.waiting(turn.conn, turn.actor), turn.tongue.code
        lines = tuple(
            Line(
                of=one,
                title=turn.tongue.title(ActKind(one.act)),
                name=turn.book.name(one.holder, language) if one.holder in turn.book.by_code else one.holder_name,
                letter=f"/requests/{one.request}/letters/{one.seq}.pdf",
                # Whom a request is passed on to gets the request, too.
                request_letter=f"/requests/{one.request}/letters/1.pdf" if one.act == ActKind.REDIRECT else None,
            )
            for one in found
        )
        view = Dispatch(lines=lines, more=len(found) == dispatch.MOST, sends=dispatch.sends(turn.actor), done=done)
    return house.page_for(turn, "dispatch", view=view)


async def sent(house: House, request: Request) -> Response:
    """Write down that a letter went out."""
    form = await house.form(request)
    async with house.writing(request, form) as turn:
        await dispatch.sent(turn.conn, turn.actor, id_of(request), seq_of(request), turn.now)
    return RedirectResponse("/dispatch?done=sent", 303)
