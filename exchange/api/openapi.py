"""The description of the interface, OpenAPI 3.1, made from the catalogue of calls and the shapes themselves."""

from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from exchange.api.catalogue import OPERATIONS, Operation, Parameter
from exchange.api.problems import MEDIA_TYPE
from schemas.problem import Problem

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
    422: "Форма или содержание не отвечают правилам; errors называет все причины.",
    429: "Слишком много вызовов.",
    503: "Узел временно не может ответить; Retry-After говорит, когда повторить.",
}


def describe(version: str, *, sandbox: bool) -> dict[str, Any]:
    """Return the whole description of a node's interface."""
    operations = [operation for operation in OPERATIONS if sandbox or not operation.sandbox]
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
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


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
    return {key: schema for (key, _mode), schema in found.items()}, rest.get("$defs", {})


def _key(operation: Operation, part: str) -> tuple[str, str]:
    return (f"{operation.method} {operation.path}", part)


def _described(operation: Operation, shapes: Shapes) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{operation.method.lower()}{operation.path}".replace("/", "_").replace("{id}", "id"),
        "summary": operation.name,
        "description": operation.words,
        "tags": [operation.group],
        "parameters": [_parameter(parameter) for parameter in operation.parameters],
        "responses": _responses(operation, shapes),
    }
    if "{id}" in operation.path:
        identifier = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        described["parameters"].insert(0, identifier)
    if operation.takes is not None:
        examples = {name: {"value": value} for name, value in operation.bodies.items()}
        content = {JSON: {"schema": shapes[_key(operation, "takes")], "examples": examples}}
        described["requestBody"] = {"required": True, "content": content}
    if operation.with_token:
        described["security"] = [{"token": []}]
    return described


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if parameter.choices:
        schema["enum"] = list(parameter.choices)
    described = {"name": parameter.name, "in": parameter.where, "description": parameter.words, "schema": schema}
    return described | ({"example": parameter.example} if parameter.example is not None else {})


def _responses(operation: Operation, shapes: Shapes) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": TITLES[operation.status]}
    if operation.answers is not None:
        schema = shapes[_key(operation, "answers")]
        answer["content"] = {JSON: {"schema": _page(schema) if operation.paged else schema}}
    problems = {*operation.problems, 503} | ({401, 429} if operation.with_token else set())
    told = {MEDIA_TYPE: {"schema": shapes["", "problem"]}}
    refused = {str(status): {"description": TITLES[status], "content": told} for status in sorted(problems)}
    return {str(operation.status): answer, **refused}


def _page(item: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of one page of a list."""
    members = {
        "items": {"type": "array", "items": item},
        "next": {"type": ["string", "null"]},
        "limit": {"type": "integer"},
    }
    return {"type": "object", "properties": members, "required": list(members)}
