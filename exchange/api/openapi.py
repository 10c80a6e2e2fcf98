"""The description of the interface, OpenAPI 3.1, made from the catalogue of calls and the shapes themselves."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from exchange.api.answers import TROUBLES
from exchange.api.catalogue import OPERATIONS
from exchange.api.operation import Operation, Parameter
from exchange.api.problems import ERRORS, FAULTS, MEDIA_TYPE, Fault, answer_to
from exchange.core.errors import Refused
from exchange.core.objections import object_to
from schemas.problem import Problem
from schemas.vocabulary import ActKind, State

JSON: Final = "application/json"

TITLES: Final = {
    200: "Ответ.",
    201: "Сделано.",
    400: "Тело или заголовок не разобраны.",
    401: "Нужен действующий токен.",
    403: "Нет права на это действие.",
    404: "Нет или не открыто вызывающему.",
    408: "Тело поступает слишком медленно.",
    409: "Невозможно в этом состоянии.",
    412: "Запрос изменился.",
    413: "Тело слишком велико.",
    415: "Вид тела не принимается.",
    416: "Такой части у файла нет.",
    422: "Форма или содержание не отвечают правилам; errors называет причины.",
    428: "Не названа версия, которую видел вызывающий.",
    429: "Слишком много вызовов.",
    500: "Внутренняя ошибка узла.",
    503: "Узел временно не может ответить; Retry-After говорит, когда повторить.",
    507: "На узле нет места.",
}

HEADERS: Final = {
    "ETag": "Версия: запроса, для If-Match; письма и файла, по их байтам.",
    "Content-Disposition": "Имя файла.",
    "Content-Digest": "SHA-256 байтов ответа (RFC 9530).",
    "Location": "Адрес созданного.",
    "Idempotent-Replayed": "true, если это ответ на прежний вызов с тем же Idempotency-Key.",
    "Retry-After": "Через сколько секунд повторить.",
    "WWW-Authenticate": "Как представиться.",
}

WITH_STATUS: Final[Mapping[int, tuple[str, ...]]] = {
    401: ("WWW-Authenticate",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
"""The headers that each answer of a status bears."""


def describe(version: str, *, sandbox: bool, more: Sequence[Operation] = ()) -> dict[str, Any]:
    """Return the whole description of a node's interface, with the calls of another house that it serves."""
    operations = [operation for operation in (*OPERATIONS, *more) if sandbox or not operation.sandbox]
    shapes, definitions = _shapes(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation, shapes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Узел обмена запросами об оказании содействия",
            "version": version,
            "description": "Ошибки — application/problem+json (RFC 9457) с правилом и статьёй каждой причины.",
        },
        "paths": paths,
        "components": {
            "schemas": definitions,
            "examples": {code: {"value": example(code, operations)} for code in refusals(operations)},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def refusals(operations: Iterable[Operation]) -> list[str]:
    """Return the codes of the refusals that calls name, in the order of their statuses."""
    listed = list(operations)
    codes = {code for operation in listed for code in codes_of(operation)}
    return sorted(codes, key=lambda code: (example(code, listed)["status"], code))


def codes_of(operation: Operation) -> tuple[str, ...]:
    """Return the codes of the refusals that a call names."""
    door = ("caller_unknown", "too_many_calls") if operation.with_token else ()
    own = (*operation.problems, *operation.troubles)
    return (*own, *door, *(("unavailable",) if operation.needs_database else ()))


def example(code: str, operations: Iterable[Operation]) -> dict[str, Any]:
    """Return the body of a refusal that calls name: another house's, where one of them brings it along."""
    for operation in operations:
        if code in operation.troubles:
            return dict(json.loads(answer_to(operation.troubles[code]).body))
    return refusal(code)


@cache
def refusal(code: str) -> dict[str, Any]:
    """Return the body of a refusal, as the node itself makes it."""
    known = {name: kind for kind, (name, _answer) in ERRORS.items()}
    if code in TROUBLES:
        trouble = TROUBLES[code]
    elif code in FAULTS:
        trouble = Fault(code)
    else:
        trouble = known[code]() if code in known else Refused((object_to(code),))
    return dict(json.loads(answer_to(trouble).body))


_GAP: Final = re.compile(r"\{(\w+)\}")
_PLAIN: Final = str.maketrans({"/": "_", ".": "_", "{": None, "}": None})

IN_PATH: Final[Mapping[str, dict[str, Any]]] = {
    "id": {"type": "string", "format": "uuid"},
    "seq": {"type": "integer", "minimum": 1},
    "notice": {"type": "integer", "minimum": 1},
}
"""What may stand in the gaps of an address; any text where nothing is said."""

Shapes = dict[tuple[str, str], dict[str, Any]]


def _shapes(operations: list[Operation]) -> tuple[Shapes, dict[str, Any]]:
    """Return the schema of each call's body and answer, and all definitions that they refer to."""
    wanted: list[tuple[tuple[str, str], JsonSchemaMode, TypeAdapter[Any]]] = [
        (("", "problem"), "serialization", TypeAdapter(Problem))
    ]
    for operation in operations:
        if operation.takes is not None:
            wanted.append((_key(operation, "takes"), "validation", TypeAdapter(operation.takes)))
        if operation.answers is not None:
            wanted.append((_key(operation, "answers"), "serialization", TypeAdapter(operation.answers)))
    found, rest = TypeAdapter.json_schemas(wanted, ref_template="#/components/schemas/{model}")
    definitions = rest.get("$defs", {})
    definitions["Problem"] = _open(definitions["Problem"])
    return {key: schema for (key, _mode), schema in found.items()}, definitions


def _open(problem: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a problem with what an objection to the state adds; others may follow (RFC 9457)."""
    added = {
        "state": {"type": "string", "enum": list(State)},
        "allowed_acts": {"type": "array", "items": {"type": "string", "enum": list(ActKind)}},
        "current": {"type": "object"},
        "yours": {"type": "object"},
    }
    opened = {key: value for key, value in problem.items() if key != "additionalProperties"}
    return opened | {"properties": problem["properties"] | added}


def _key(operation: Operation, part: str) -> tuple[str, str]:
    return (f"{operation.method} {operation.path}", part)


def _described(operation: Operation, shapes: Shapes) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{operation.method.lower()}{operation.path}".translate(_PLAIN),
        "summary": operation.name,
        "description": operation.words,
        "tags": [operation.group],
        "parameters": [_parameter(parameter) for parameter in operation.parameters],
        "responses": _responses(operation, shapes),
    }
    described["parameters"] = [*map(_in_path, _GAP.findall(operation.path)), *described["parameters"]]
    if operation.takes is not None:
        examples = {name: {"value": value} for name, value in operation.bodies.items()}
        content = {operation.sends: {"schema": shapes[_key(operation, "takes")], "examples": examples}}
        described["requestBody"] = {"required": True, "content": content}
    if operation.with_token:
        described["security"] = [{"token": []}]
    return described


def _in_path(name: str) -> dict[str, Any]:
    schema = IN_PATH.get(name, {"type": "string"})
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    described = {"name": parameter.name, "in": parameter.where, "description": parameter.words, "schema": schema}
    return described | ({"example": parameter.example} if parameter.example is not None else {})


def _responses(operation: Operation, shapes: Shapes) -> dict[str, Any]:
    schema = shapes[_key(operation, "answers")]
    whole = _page(schema) if operation.paged else schema
    answers = {operation.status: _answer(operation.status, operation.media, whole, {"example": operation.example})}
    answers[operation.status] |= _headers(operation.headers)
    for code in refusals([operation]):
        status = example(code, [operation])["status"]
        told = answers.setdefault(status, _answer(status, MEDIA_TYPE, shapes["", "problem"], {"examples": {}}))
        told["content"][MEDIA_TYPE]["examples"][code] = {"$ref": f"#/components/examples/{code}"}
    if operation.unready is not None:
        answers[503] = _answer(503, operation.media, whole, {"example": operation.unready})
    return {str(status): answer for status, answer in sorted(answers.items())}


def _answer(status: int, media: str, schema: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    content = {media: {"schema": schema, **example}}
    return {"description": TITLES[status], **_headers(WITH_STATUS.get(status, ())), "content": content}


def _headers(names: Iterable[str]) -> dict[str, Any]:
    told = {name: {"description": HEADERS[name], "schema": {"type": "string"}} for name in names}
    return {"headers": told} if told else {}


def _page(item: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of one page of a list."""
    members = {
        "items": {"type": "array", "items": item},
        "next": {"type": ["string", "null"]},
        "limit": {"type": "integer"},
    }
    return {"type": "object", "properties": members, "required": list(members)}
