"""Every address of the module, with the handlers of its methods, as an extension of the open interface."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exchange.api import operations
from exchange.api.endpoint import Endpoint, Handler
from exchange.api.entrance import JSON, Entrance
from exchange.api.extension import Extension
from exchange.core.errors import Unavailable
from exchange.protection.api import (
    agreements,
    catalogue,
    catalogue_registry,
    contents,
    items,
    papers,
    people,
    proceedings,
    regimes,
)
from exchange.protection.api.gate import Gate, GateHandler, handled
from exchange.protection.module import Module
from exchange.protection.store import outbox
from exchange.protection.store.schema import PROTECTION
from exchange.service.health import LATELY, Part
from exchange.store import migrate

ADDRESSES: Final[Mapping[str, Mapping[str, GateHandler]]] = {
    "/v1/protection/items": {"POST": items.register, "GET": items.listed},
    "/v1/protection/items/{id}": {"GET": items.get},
    "/v1/protection/items/{id}/acts": {"POST": items.act},
    "/v1/protection/items/{id}/record": {"GET": items.record},
    "/v1/protection/items/{id}/copies": {"GET": items.copies},
    "/v1/protection/items/{id}/content": {"GET": contents.content},
    "/v1/protection/items/{id}/papers/{kind}.pdf": {"GET": papers.paper},
    "/v1/protection/items/{id}/accesses": {"GET": contents.accesses},
    "/v1/protection/contents": {"POST": contents.upload},
    "/v1/protection/clearances": {"POST": people.clear, "GET": people.clearances},
    "/v1/protection/clearances/{id}/revoke": {"POST": people.revoke_clearance},
    "/v1/protection/grants": {"POST": people.grant, "GET": people.grants},
    "/v1/protection/grants/{id}/revoke": {"POST": people.revoke_grant},
    **agreements.handlers(),
    "/v1/protection/bindings": {"GET": agreements.bindings},
    "/v1/protection/releases": {"POST": proceedings.propose, "GET": proceedings.releases_listed},
    "/v1/protection/releases/{id}": {"GET": proceedings.RELEASES.show},
    "/v1/protection/releases/{id}/acts": {"POST": proceedings.step},
    "/v1/protection/releases/{id}/record": {"GET": proceedings.RELEASES.record},
    "/v1/protection/releases/{id}/proposal.pdf": {"GET": papers.proposal},
    "/v1/protection/visits": {"POST": proceedings.ask_visit, "GET": proceedings.visits_listed},
    "/v1/protection/visits/{id}": {"GET": proceedings.VISITS.show},
    "/v1/protection/visits/{id}/acts": {"POST": proceedings.answer_visit},
    "/v1/protection/visits/{id}/record": {"GET": proceedings.VISITS.record},
    "/v1/protection/visits/{id}/letter.pdf": {"GET": papers.visit_letter},
    "/v1/protection/entries": {"POST": proceedings.enter, "GET": proceedings.entries_listed},
    "/v1/protection/entries/{id}": {"GET": proceedings.ENTRIES.show},
    "/v1/protection/entries/{id}/record": {"GET": proceedings.ENTRIES.record},
    "/v1/protection/regimes": {"GET": regimes.listed},
    "/v1/protection/equivalence": {"GET": regimes.equivalence},
}


def extension(entrance: Entrance, module: Module) -> Extension:
    """Return what the module adds to the open interface."""
    gate = Gate(entrance, module)
    handlers = {
        path: {method: handled(gate, handler) for method, handler in methods.items()}
        for path, methods in ADDRESSES.items()
    }

    async def parts() -> Mapping[str, Part]:
        return {"protection": await state(module, entrance.runtime.clock())}

    return Extension(handlers=handlers, operations=(*catalogue.OPERATIONS, *catalogue_registry.OPERATIONS), parts=parts)


def module_routes(entrance: Entrance, module: Module) -> list[Route]:
    """Return the addresses of a module that is a process of its own: its calls, alive, ready."""
    added = extension(entrance, module)
    table: dict[str, Mapping[str, Handler]] = {
        "/healthz": {"GET": operations.healthz},
        "/readyz": {"GET": _readyz(module)},
        **added.handlers,
    }
    return [Route(path, Endpoint(path, methods, entrance)) for path, methods in table.items()]


def _readyz(module: Module) -> Handler:
    """Make the call that says whether the module can serve; with its keys sealed it is degraded."""

    async def shown(entrance: Entrance, _request: Request) -> Response:
        part = await state(module, entrance.runtime.clock())
        word, status = _READY.get(part, ("degraded", 200))
        return Response(to_json({"status": word, "parts": {"protection": part}}), status, media_type=JSON)

    return shown


_READY: Final = {Part.OK: ("ok", 200), Part.DOWN: ("down", 503)}


async def state(module: Module, real: datetime) -> Part:
    """Return how the module is: out of reach, not migrated, sealed, troubled by notices that reach nobody, or well."""
    try:
        async with module.pool.connection() as conn:
            if await migrate.pending(conn, PROTECTION):
                return Part.DOWN
            troubled = await outbox.troubled(conn, real - LATELY)
    except Unavailable:
        return Part.DOWN
    if module.provider.sealed:
        return Part.SEALED
    return Part.DEGRADED if troubled else Part.OK
