"""Builds the application: the only wiring place of what answers calls."""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Final

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from exchange.api.body import Limits
from exchange.api.edge import Edge
from exchange.api.endpoint import ROUTE, outline, problem
from exchange.api.entrance import Entrance
from exchange.api.limits import Doorkeeper
from exchange.api.metrics import Figures
from exchange.api.problems import Fault
from exchange.api.routes import routes
from exchange.protection.api.routes import extension, module_routes
from exchange.protection.gateway import Watch, open_watch
from exchange.protection.module import Module
from exchange.protection.web import routes as secret_pages
from exchange.runtime import Mode, Runtime
from exchange.settings import Settings
from exchange.web import routes as pages
from exchange.web.form import Limits as FormLimits
from exchange.web.house import House
from exchange.work import Work

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

NO_TELEMETRY: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""Nothing of a call leaves the node by the framework's own ways, whatever stands in the environment: see `Edge`."""


def create_app(
    runtime: Runtime,
    settings: Settings,
    *,
    works: Sequence[Work] = (),
    lifespan: Lifespan | None = None,
    loopback_only: bool = False,
    module: Module | None = None,
) -> FastAPI:
    """Return the application over a runtime; who gave the runtime also closes it, in `lifespan` or after.

    `works` is what a moved sandbox clock stops for; with a `module` its calls and pages are served, too.
    `loopback_only`: a call that names another host than this machine is refused, since it comes from a page whose name
    was made to lead here.
    """
    production = runtime.mode is Mode.PRODUCTION
    mails = not production or settings.mail is not None
    entrance = replace(_entrance(runtime, settings, open_watch()), mails=mails)
    house = _led(_house(runtime, settings), settings, here=module is not None)
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
        lifespan=lifespan or _nothing_more,
        exception_handlers={HTTPException: _of_routing(house)},
    )
    figures, more = Figures(), extension(entrance, module) if module else None
    # Addresses are tried one after the other: those that programs call come first.
    app.router.routes.extend([*routes(entrance, figures, works, more), *pages.routes(house, ROUTE)])
    if module is not None:
        app.router.routes.extend(secret_pages.routes(house, module, ROUTE))
    app.add_middleware(Edge, figures=figures, secure=production, loopback_only=loopback_only)
    return app


def create_module_app(runtime: Runtime, settings: Settings, module: Module) -> FastAPI:
    """Return the application of a module that is a process of its own: its calls and pages, and how it is.

    People sign in at the node, which stands under the same name: their sessions hold here as well.
    """
    entrance = _entrance(runtime, settings, None)
    house = replace(_house(runtime, settings), secrets=secret_pages.SEEING, node_at=settings.address or "")
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
        exception_handlers={HTTPException: _of_routing(house)},
    )
    app.router.routes.extend([*module_routes(entrance, module), *secret_pages.routes(house, module, ROUTE)])
    app.add_middleware(Edge, figures=Figures(), secure=runtime.mode is Mode.PRODUCTION, loopback_only=False)
    return app


def _entrance(runtime: Runtime, settings: Settings, watch: Watch | None) -> Entrance:
    """Open the doors of the interface, with the mark guard where they have one; production counts its calls."""
    return Entrance(
        runtime=runtime,
        limits=Limits(settings.body_limit, settings.body_seconds),
        door=Doorkeeper.of(settings.calls_per_minute) if runtime.mode is Mode.PRODUCTION else None,
        attachment_limit=settings.attachment_limit,
        watch=watch,
    )


def _house(runtime: Runtime, settings: Settings) -> House:
    """Open the house of the pages."""
    limits = FormLimits(settings.body_limit, settings.body_seconds, settings.attachment_limit)
    return pages.open_house(runtime, limits, outline)


def _led(house: House, settings: Settings, *, here: bool) -> House:
    """Show the way to the module: where it is in this node, or where its address was set; else there is none."""
    named = settings.protection
    at = "" if here else named.address if named.way == "apart" else None
    return house if at is None else replace(house, secrets=secret_pages.SEEING, module_at=at)


@asynccontextmanager
async def _nothing_more(_app: FastAPI) -> AsyncIterator[None]:
    yield


def _of_routing(house: House) -> Callable[[Request, Exception], Coroutine[None, None, Response]]:
    """Make the answer to what the framework's own routing refuses: there is no such address."""

    async def answer(request: Request, trouble: Exception) -> Response:
        if pages.is_for_people(request):
            return pages.unknown_page(house, request)
        known = isinstance(trouble, HTTPException) and trouble.status_code == 404  # noqa: PLR2004 - a status
        return problem(Fault("not_found" if known else "bad_request"))

    return answer
