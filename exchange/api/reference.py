"""The description for programs, and the pages for people: made once, served from the node itself."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from exchange.api.catalogue import OPERATIONS
from exchange.api.endpoint import Handler
from exchange.api.entrance import JSON, Entrance
from exchange.api.openapi import TITLES, describe, example, refusals
from exchange.api.operation import Operation

TEMPLATES: Final = Path(__file__).resolve().parent.parent.parent / "templates" / "reference"
PAGE_POLICY: Final = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PLACES: Final = {"query": "адрес", "header": "заголовок"}


def handlers(*, sandbox: bool, more: Sequence[Operation] = ()) -> Mapping[str, Mapping[str, Handler]]:
    """Return the addresses of the description and its pages."""
    description = describe(_release(), sandbox=sandbox, more=more)
    pages = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True)
    operations = [operation for operation in (*OPERATIONS, *more) if sandbox or not operation.sandbox]
    shown = {
        "info": description["info"],
        "sandbox": sandbox,
        "places": PLACES,
        "groups": [
            (group, [_shown(operation, description) for operation in members])
            for group, members in groupby(operations, key=lambda operation: operation.group)
        ],
        "refusals": [(code, told["status"], _written(told)) for code, told in _refusals(operations)],
    }
    text = json.dumps(description, ensure_ascii=False).encode()
    return {
        "/docs": {"GET": _fixed(pages.get_template("reference.html").render(shown).encode(), "text/html")},
        "/docs/style.css": {"GET": _fixed((TEMPLATES / "style.css").read_bytes(), "text/css")},
        "/openapi.json": {"GET": _fixed(text, JSON)},
    }


def _refusals(operations: Sequence[Operation]) -> list[tuple[str, dict[str, Any]]]:
    return [(code, example(code, operations)) for code in refusals(operations)]


def _release() -> str:
    """Return the release's version; a source tree that is not installed has none."""
    try:
        return version("assistance-exchange")
    except PackageNotFoundError:
        return "0"


def _shown(operation: Operation, description: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page shows of a call."""
    described = description["paths"][operation.path][operation.method.lower()]
    answers = [(operation.status, operation.example), *([(503, operation.unready)] if operation.unready else [])]
    codes = refusals([operation])
    return {
        "id": described["operationId"],
        "method": operation.method,
        "path": operation.path,
        "name": operation.name,
        "words": operation.words,
        "with_token": operation.with_token,
        "parameters": operation.parameters,
        "bodies": [(name, _written(value)) for name, value in operation.bodies.items()],
        "answers": [(status, _written(example)) for status, example in answers],
        "refusals": [
            (status, TITLES[status], list(members))
            for status, members in groupby(codes, key=lambda code: int(example(code, [operation])["status"]))
        ],
    }


def _written(example: Any) -> str:
    """Write an example as a reader sees it."""
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=2)


def _fixed(content: bytes, kind: str) -> Callable[[Entrance, Request], Awaitable[Response]]:
    """Make a call that always answers the same."""
    headers = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-cache"}

    async def shown(_entrance: Entrance, _request: Request) -> Response:
        return Response(content, headers=headers, media_type=kind)

    return shown
