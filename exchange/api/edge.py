"""The outermost layer: security headers on every answer, one line of log and the figures of each call."""

import logging
import re
import time
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exchange.api.endpoint import ROUTE, problem
from exchange.api.metrics import Figures
from exchange.api.problems import Fault

LOG: Final = logging.getLogger("exchange.access")

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""What every answer bears unless it says otherwise itself."""

OVER_TLS: Final = ("Strict-Transport-Security", "max-age=31536000")


_HOST: Final = re.compile(r"(localhost|\[[0-9a-f:.]+\]|[0-9.]+)(?::\d{1,5})?", re.IGNORECASE)


def names_loopback(scope: Scope) -> bool:
    """Tell whether a call names this machine alone as its host: `localhost`, or an address of the loopback."""
    given = [value for name, value in scope["headers"] if name == b"host"]
    return len(given) == 1 and _is_loopback(given[0])


@lru_cache(maxsize=64)
def _is_loopback(host: bytes) -> bool:
    found = _HOST.fullmatch(host.decode("latin-1"))
    if found is None:
        return False
    try:
        return found[1].lower() == "localhost" or ip_address(found[1].strip("[]")).is_loopback
    except ValueError:
        return False


async def refused(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a call to another host: it was led here."""
    await problem(Fault("wrong_host"))(scope, receive, send)


class Edge:
    """A pure ASGI middleware; `secure` says that callers reach the node over TLS only.

    `loopback_only`: only calls that name this machine as their host are passed on. A sandbox lets everybody in who
    reaches it, and a page of another name can be made to reach the loopback (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, figures: Figures, *, secure: bool, loopback_only: bool = False) -> None:
        self.app = app
        self.loopback_only = loopback_only
        self.figures = figures
        wanted = {**HEADERS, **({OVER_TLS[0]: OVER_TLS[1]} if secure else {})}
        self.headers = tuple((name.lower().encode(), value.encode()) for name, value in wanted.items())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on, and account for it when it is answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                said = {name.lower() for name, _ in message["headers"]}
                added = [header for header in self.headers if header[0] not in said]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        asked = refused if self.loopback_only and not names_loopback(scope) else self.app
        try:
            await asked(scope, receive, dressed)
        except Exception as trouble:
            if status:
                raise
            await problem(trouble)(scope, receive, dressed)
        finally:
            self.account(scope, status, time.perf_counter() - began)

    def account(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a call and write its line: no query, body, token or id of a request stands in it."""
        route, method = scope.get(ROUTE, "-"), scope["method"] if len(scope["method"]) <= len("OPTIONS") else "-"
        self.figures.observe(method, route, status, seconds)
        LOG.info("%s %s %d %.1f ms", method, route, status, seconds * 1000)
