"""Every address of the module, with the handlers of its methods, as an extension of the open interface."""

from collections.abc import Mapping
from typing import Final

from exchange.api.entrance import Entrance
from exchange.api.extension import Extension
from exchange.core.errors import Unavailable
from exchange.protection.api import catalogue, contents, items, papers, regimes
from exchange.protection.api.gate import Gate, GateHandler, handled
from exchange.protection.module import Module
from exchange.protection.store.schema import PROTECTION
from exchange.service.health import Part
from exchange.store import migrate

ADDRESSES: Final[Mapping[str, Mapping[str, GateHandler]]] = {
    "/v1/protection/items": {"POST": items.register, "GET": items.listed},
    "/v1/protection/items/{id}": {"GET": items.get},
    "/v1/protection/items/{id}/acts": {"POST": items.act},
    "/v1/protection/items/{id}/record": {"GET": items.record},
    "/v1/protection/items/{id}/copies": {"GET": items.copies},
    "/v1/protection/items/{id}/content": {"GET": contents.content},
    "/v1/protection/items/{id}/papers/{kind}.pdf": {"GET": papers.paper},
    "/v1/protection/contents": {"POST": contents.upload},
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
        return {"protection": await state(module)}

    return Extension(handlers=handlers, operations=catalogue.OPERATIONS, parts=parts)


async def state(module: Module) -> Part:
    """Return how the module is: out of reach, not migrated, sealed, or well."""
    try:
        async with module.pool.connection() as conn:
            pending = await migrate.pending(conn, PROTECTION)
    except Unavailable:
        return Part.DOWN
    if pending:
        return Part.DOWN
    return Part.SEALED if module.provider.sealed else Part.OK
