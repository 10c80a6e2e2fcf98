"""Bodies: what is refused before any shape is asked, at which cost, and that nothing of them comes back."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request

from exchange.api import body
from exchange.api.body import Limits
from exchange.api.problems import Fault
from schemas.problem import ProblemItem

LIMITS = Limits(size=1000, seconds=0.2)


def request(parts: AsyncIterator[bytes], **headers: str) -> Request:
    """Make a request whose body arrives in parts."""

    async def receive() -> dict[str, Any]:
        async for part in parts:
            return {"type": "http.request", "body": part, "more_body": True}
        return {"type": "http.request", "body": b"", "more_body": False}

    fields = {"content-type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {"type": "http", "headers": [(name.encode(), value.encode()) for name, value in fields.items()]}
    return Request(scope, receive)


async def arriving(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield b" " * 600


async def stalling() -> AsyncIterator[bytes]:
    import asyncio

    yield b"{"
    await asyncio.sleep(5)


async def untouched() -> AsyncIterator[bytes]:
    raise AssertionError("the body was read")
    yield b""


def code(raw: bytes | Fault) -> str:
    """Return the code with which a body is refused."""
    with pytest.raises(Fault) as refused:
        body.document(raw)
    return refused.value.code


async def test_a_body_that_announces_too_much_is_not_read() -> None:
    assert code(await body.read(request(untouched(), content_length="104857600"), LIMITS)) == "body_too_large"


async def test_a_body_without_an_end_is_left_at_the_limit() -> None:
    assert code(await body.read(request(endless()), LIMITS)) == "body_too_large"


async def test_a_body_that_stalls_is_not_waited_for() -> None:
    assert code(await body.read(request(stalling()), LIMITS)) == "body_too_slow"


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/json; charset=cp1251", "multipart/form-data", "", "application/json; profile=x"],
)
async def test_only_json_in_utf8_is_taken(kind: str) -> None:
    assert code(await body.read(request(arriving(b"{}"), content_type=kind), LIMITS)) == "media_type"


async def test_compressed_bodies_are_not_taken() -> None:
    assert code(await body.read(request(arriving(b"{}"), content_encoding="gzip"), LIMITS)) == "media_type"


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"]
)
async def test_json_in_utf8_is_taken(kind: str) -> None:
    assert await body.read(request(arriving(b'{"a"', b":1}"), content_type=kind), LIMITS) == b'{"a":1}'


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b'{"a": NaN}', "not_json"),
        (b'{"a": -Infinity}', "not_json"),
        (b'{"a": "\xff"}', "not_json"),
        (b'{"a": "\xed\xa0\x80"}', "not_json"),
        (b'\xef\xbb\xbf{"a": 1}', "not_json"),
        (b'{"a": "line\nbreak"}', "not_json"),
        (b'{"a": 1} {"b": 2}', "not_json"),
        (b'{"a": 1, "a": 2}', "duplicate_key"),
        (b'{"a": {"b": [{"c": 1, "\\u0063": 2}]}}', "duplicate_key"),
        (b"[" * 33 + b"]" * 33, "too_deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too_deep"),
        (b"[" * 10_000, "too_deep"),
    ],
)
def test_what_is_no_unambiguous_json_is_refused(raw: bytes, expected: str) -> None:
    assert code(raw) == expected


def test_depth_counts_no_brackets_within_texts() -> None:
    assert body.depth(json.dumps({"a": "[[[[{{{{" * 50, 'b"]': '\\"[['}).encode()) == 1
    assert body.depth(b"[" * 32 + b"]" * 32) == 32


@pytest.mark.parametrize("part", [b'"', b'\\"', b"[]", b'"\\', b"\\", b'"a'])
def test_proving_a_body_costs_time_linear_in_its_size(part: bytes) -> None:
    raw = b'{"a":"' + part * (2_000_000 // len(part))
    began = time.perf_counter()
    body.depth(raw)
    assert time.perf_counter() - began < 2


def test_a_number_of_a_million_digits_costs_nothing() -> None:
    began = time.perf_counter()
    body.document(b'{"days": ' + b"9" * 1_000_000 + b"}")
    assert time.perf_counter() - began < 0.5


def test_half_a_character_is_an_objection_to_its_field() -> None:
    with pytest.raises(Fault) as refused:
        body.document(b'{"purpose": "\\ud800", "assistance": [{"text": "x\\uDFFF"}], "\\ud800": 1}')
    assert refused.value.code == "invalid_shape"
    assert {item.pointer for item in refused.value.items} == {"/purpose", "/assistance/0/text", ""}
    assert all(isinstance(item, ProblemItem) for item in refused.value.items)


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert body.document(b'{"a": "\\ud83d\\ude00"}').value == {"a": "😀"}
