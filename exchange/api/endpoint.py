"""One address: its methods, and how whatever goes wrong behind it becomes a problem."""

import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from exchange.api.entrance import Entrance
from exchange.api.problems import MEDIA_TYPE, Fault, answer_to
from exchange.core.errors import ExchangeError

Handler = Callable[[Entrance, Request], Awaitable[Response]]

LOG: Final = logging.getLogger("exchange.api")
ROUTE: Final = "exchange.route"
"""Where the scope keeps the address's pattern for the log and the figures: ids and queries stay out of both."""


class Endpoint:
    """An ASGI application for one address."""

    def __init__(self, path: str, handlers: Mapping[str, Handler], entrance: Entrance) -> None:
        self.path = path
        self.handlers = {**handlers, **({"HEAD": handlers["GET"]} if "GET" in handlers else {})}
        self.entrance = entrance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call."""
        scope[ROUTE] = self.path
        request = Request(scope, receive)
        try:
            response = await self.handlers.get(request.method, self.not_allowed)(self.entrance, request)
        except Exception as trouble:  # noqa: BLE001 - an answer is owed whatever happened
            response = problem(trouble)
        await response(scope, receive, send)

    async def not_allowed(self, _entrance: Entrance, _request: Request) -> Response:
        """Refuse a method that the address does not have."""
        raise Fault("method_not_allowed", headers={"Allow": ", ".join(sorted(self.handlers))})


def problem(trouble: Exception) -> Response:
    """Return the answer to what went wrong, and tell the operator of what the node itself got wrong."""
    answer = answer_to(trouble)
    if not isinstance(trouble, Fault | ExchangeError) or answer.status >= 500:  # noqa: PLR2004 - a status
        LOG.error("%s", outline(trouble))
    return Response(answer.body, answer.status, dict(answer.headers), MEDIA_TYPE)


def outline(trouble: BaseException) -> str:
    """Say what happened and where, without the words of the error: those may quote a case."""
    places = [f"{place.filename}:{place.lineno}" for place in traceback.extract_tb(trouble.__traceback__)[-4:]]
    cause = f" from {type(trouble.__cause__).__name__}" if trouble.__cause__ else ""
    return f"{type(trouble).__name__}{cause} at {' > '.join(places)}"
