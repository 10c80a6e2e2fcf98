"""For operators: alive, ready, and the figures."""

from collections.abc import Awaitable, Callable
from typing import Final

from prometheus_client.exposition import CONTENT_TYPE_LATEST
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from exchange.api.entrance import JSON, Entrance
from exchange.api.extension import Parts
from exchange.api.metrics import Figures
from exchange.api.problems import RETRY_SECONDS
from exchange.core.access import Verb
from exchange.core.errors import Unavailable
from exchange.service import health
from exchange.service.health import Part

VITAL: Final = ("database", "migrations")


async def healthz(_entrance: Entrance, _request: Request) -> Response:
    """Say that the process answers; it asks nothing else, so that trouble elsewhere restarts no healthy node."""
    return Response(to_json({"status": "ok"}), media_type=JSON)


def readyz(more: Parts) -> Callable[[Entrance, Request], Awaitable[Response]]:
    """Make the call that says part by part whether the node can serve: 503 for the database and its migrations only."""

    async def shown(entrance: Entrance, _request: Request) -> Response:
        try:
            async with entrance.runtime.connection() as conn:
                parts = {**await health.parts(conn, entrance.runtime.clock(), mails=entrance.mails), **await more()}
        except Unavailable:
            parts = {"database": Part.DOWN}
        vital = all(parts.get(part) is Part.OK for part in VITAL)
        whole = all(state is Part.OK for state in parts.values())
        status = "ok" if whole else "degraded" if vital else "down"
        body = to_json({"status": status, "parts": parts})
        if vital:
            return Response(body, media_type=JSON)
        return Response(body, 503, {"Retry-After": str(RETRY_SECONDS)}, JSON)

    return shown


def metrics(figures: Figures) -> Callable[[Entrance, Request], Awaitable[Response]]:
    """Make the call that shows the figures to a token whose role may measure."""

    async def shown(entrance: Entrance, request: Request) -> Response:
        async with entrance.reading(request, Verb.MEASURE) as (conn, call):
            waiting = await health.waiting(conn, call.now)
            text = figures.written(waiting, await health.last_successes(conn))
        return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return shown
