"""Every address of the JSON interface, with the handlers of its methods."""

from collections.abc import Mapping

from starlette.routing import Route

from exchange.api import lists, operations, requests
from exchange.api.endpoint import Endpoint, Handler
from exchange.api.entrance import Entrance
from exchange.api.metrics import Figures
from exchange.runtime import Mode


def handlers(figures: Figures, mode: Mode) -> Mapping[str, Mapping[str, Handler]]:
    """Return the addresses; a production node has no sandbox ones."""
    open_to_all: dict[str, dict[str, Handler]] = {
        "/v1/requests": {"POST": requests.submit, "GET": requests.listed},
        "/v1/requests/{id}": {"GET": requests.get},
        "/v1/requests/{id}/acts": {"POST": requests.act},
        "/v1/requests/{id}/record": {"GET": requests.record},
        "/v1/obligations": {"GET": lists.obligations},
        "/v1/statistics": {"GET": lists.statistics},
        "/v1/events": {"GET": lists.events},
        "/v1/authorities": {"GET": lists.authorities},
        "/v1/parties": {"GET": lists.parties},
        "/v1/agreements": {"GET": lists.agreements},
        "/healthz": {"GET": operations.healthz},
        "/readyz": {"GET": operations.readyz},
        "/metrics": {"GET": operations.metrics(figures)},
    }
    if mode is Mode.SANDBOX:
        open_to_all |= {}
    return open_to_all


def routes(entrance: Entrance, figures: Figures) -> list[Route]:
    """Return the routes of an application."""
    table = handlers(figures, entrance.runtime.mode)
    return [Route(path, Endpoint(path, methods, entrance)) for path, methods in table.items()]
