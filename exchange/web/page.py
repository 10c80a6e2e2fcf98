"""One address: its methods, the choice of a language, and a page for whatever goes wrong behind it."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from exchange.core.errors import (
    CallerUnknown,
    FileBroken,
    KeyInWork,
    ModuleSealed,
    NoRoom,
    NotHeld,
    NotPrinted,
    NotProved,
    NotThere,
    Refused,
    Tampered,
    TooManyTries,
    Unavailable,
)
from exchange.protection.gateway import GUARDED
from exchange.web import guard
from exchange.web.errors import NotAllowed, PageFault
from exchange.web.form import Form
from exchange.web.house import House

Handler = Callable[[House, Request], Awaitable[Response]]

LOG: Final = logging.getLogger("exchange.web")
RETRY_SECONDS: Final = "5"
FAULTS: Final[Mapping[type[Exception], tuple[str, int]]] = {
    NotThere: ("not_there", 404),
    TooManyTries: ("too_many_tries", 429),
    NotProved: ("not_proved", 403),
    Refused: ("refused", 403),
    KeyInWork: ("in_work", 409),
    ModuleSealed: ("protection_sealed", 503),
    Unavailable: ("unavailable", 503),
    NotPrinted: ("not_printed", 422),
    NoRoom: ("no_room", 507),
    FileBroken: ("file_broken", 500),
    Tampered: ("content_broken", 500),
    NotHeld: ("content_not_held", 404),
}


class Page:
    """An ASGI application for one address; `note` tells the outer layers its pattern."""

    def __init__(self, path: str, handlers: Mapping[str, Handler], house: House, note: str) -> None:
        self.path = path
        self.handlers = {**handlers, **({"HEAD": handlers["GET"]} if "GET" in handlers else {})}
        self.house = house
        self.note = note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call."""
        scope[self.note] = self.path
        request = Request(scope, receive)
        try:
            response = language_chosen(self.house, request) or await self._answered(request)
        except Exception as trouble:  # noqa: BLE001 - a page is owed whatever happened
            response = page_of(self.house, request, trouble)
        await response(scope, receive, send)

    async def _answered(self, request: Request) -> Response:
        handler = self.handlers.get(request.method)
        if handler is None:
            raise NotAllowed(", ".join(sorted(self.handlers)))
        return await handler(self.house, request)


def language_chosen(house: House, request: Request) -> Response | None:
    """Remember the language that a link chose, and show the same page in it."""
    code = request.query_params.get("lang")
    if code is None or code not in house.tongues.by_code or request.method != "GET":
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    response = RedirectResponse(guard.way_back(request.url.path) + ("?" + urlencode(kept) if kept else ""), 303)
    guard.keep_language(response, code)
    return response


def page_of(house: House, request: Request, trouble: Exception, form: Form | None = None) -> Response:
    """Return the page that tells of what went wrong; what was typed into `form` is shown, so that nothing is lost."""
    if isinstance(trouble, CallerUnknown) and request.method in {"GET", "HEAD"}:
        return _to_sign_in(request)
    if isinstance(trouble, CallerUnknown):
        return fault(house, request, "signed_out", 401, form)
    if isinstance(trouble, PageFault):
        response = fault(house, request, trouble.code, trouble.status, form)
        if isinstance(trouble, NotAllowed):
            response.headers["Allow"] = trouble.methods
        return response
    if isinstance(trouble, Refused) and trouble.objections[0].code == GUARDED:
        return fault(house, request, GUARDED, 422, form)
    for kind, (code, status) in FAULTS.items():
        if isinstance(trouble, kind):
            response = fault(house, request, code, status, form)
            if kind is Unavailable:
                LOG.error("%s", house.outline(trouble))
                response.headers["Retry-After"] = RETRY_SECONDS
            if isinstance(trouble, TooManyTries):
                response.headers["Retry-After"] = str(trouble.seconds)
            return response
    LOG.error("%s", house.outline(trouble))
    return fault(house, request, "internal", 500, form)


def fault(house: House, request: Request, code: str, status: int, form: Form | None = None) -> Response:
    """Return a page of the kind «what happened, and what now»."""
    typed: list[Any] = list(form.typed()) if form else []
    return house.page(request, "fault", status=status, code=code, typed=typed)


def _to_sign_in(request: Request) -> Response:
    """Send somebody to the sign-in, and from there to where they wanted to go."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse("/sign-in" + ("" if asked == "/" else "?" + urlencode({"next": asked})), 303)
