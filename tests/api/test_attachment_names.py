"""What a file may be called, what it may be, and how its digest and size are told."""

import time
from typing import Any

import pytest

from exchange import transfer
from tests.api.files import HTML, PDF, TEXT, count, digest, stored, structured, taken
from tests.api.house import Node, problem

# --- what a file may be called, and be --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "file_name_needed"),
        ("   ", "file_name_needed"),
        ("../../etc/passwd", "file_name_path"),
        ("..\\..\\boot.ini", "file_name_path"),
        ("..", "file_name_path"),
        ("/etc/passwd", "file_name_path"),
        ("a\x00.pdf", "file_name_unseen"),
        ("a\r\nSet-Cookie: b", "file_name_unseen"),
        ("invoice\u202efdp.exe", "file_name_unseen"),
        ("a\u200bb.pdf", "file_name_unseen"),
        ("a\u2066b.pdf", "file_name_unseen"),
        ("\ufeffa.pdf", "file_name_unseen"),
        ("\u3164", "file_name_unseen"),
        ("я" * 128, "file_name_long"),
    ],
)
async def test_a_bad_name_is_refused_with_the_reason(node: Node, name: str, code: str) -> None:
    body = problem(await node.upload(TEXT, name), 422, code)
    assert "etc" not in body["detail"]
    assert stored(node) == []


@pytest.mark.parametrize(
    "name", ["CON", "nul.txt", ".htaccess", "-rf", "a" * 255, "ґ'\"<script>.txt", "Қазақша Հայերեն.txt", "%2e%2e%2f"]
)
async def test_an_odd_name_is_only_a_name(node: Node, name: str) -> None:
    made = await taken(node, name=name)
    answer = await node.get(f"/v1/attachments/{made['id']}")
    assert made["name"] == name
    assert transfer.name_in(answer.headers["content-disposition"]) == name
    assert answer.headers["content-disposition"].isascii()


async def test_a_name_is_kept_in_one_form(node: Node) -> None:
    assert (await taken(node, name="и\u0306.txt"))["name"] == "й.txt"


async def test_a_name_may_stand_in_the_address_but_not_twice(node: Node) -> None:
    headers = {"Content-Type": "text/plain"}
    made = await node.call("POST", "/v1/attachments", params={"name": "имя.txt"}, raw=TEXT, headers=headers)
    assert made.json()["name"] == "имя.txt"
    twice = {**headers, "Content-Disposition": "attachment; filename=a"}
    answer = await node.call("POST", "/v1/attachments", params={"name": "b"}, raw=TEXT, headers=twice)
    problem(answer, 400, "bad_file_name")


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("attachment; filename=a.txt", "a.txt"),
        ('attachment; filename="a b.txt"', "a b.txt"),
        ('attachment; filename="a \\"b\\".txt"', 'a "b".txt'),
        ("attachment; filename=\"e.txt\"; filename*=UTF-8''%E2%82%AC.txt", "€.txt"),
        ("attachment; filename*=utf-8'ru'%D1%8F.txt; filename=ya.txt", "я.txt"),
        ("attachment", None),
        ("attachment; notfilename=a", None),
    ],
)
def test_names_are_read_as_rfc_6266_writes_them(header: str, name: str | None) -> None:
    assert transfer.name_in(header) == name


@pytest.mark.parametrize(
    ("declared", "data"),
    [("application/pdf", HTML), ("image/png", b"MZ" + bytes(200)), ("text/plain", PDF), ("image/jpeg", b"<svg/>")],
)
async def test_a_type_that_is_a_lie_is_refused_naming_both(node: Node, declared: str, data: bytes) -> None:
    body = problem(await node.upload(data, "a.bin", Content_Type=declared), 422, "file_type_wrong")
    assert declared in body["detail"]
    assert stored(node) == []


@pytest.mark.parametrize(
    ("name", "declared", "data"),
    [
        ("page.html", "text/html", HTML),
        ("page.txt", "text/plain", HTML),
        ("a.svg", "image/svg+xml", b"<svg onload='alert(1)'/>"),
        ("run.sh", "application/x-shellscript", b"#!/bin/sh\n"),
        ("run.exe", "application/octet-stream", b"MZ" + bytes(200)),
        ("a.js", "text/javascript", b"alert(1)"),
    ],
)
async def test_what_could_run_is_kept_and_never_served_as_what_it_is(
    node: Node, name: str, declared: str, data: bytes
) -> None:
    made = await taken(node, data, name, Content_Type=declared)
    assert made["active"]
    answer = await node.get(f"/v1/attachments/{made['id']}")
    assert answer.content == data
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_bomb_is_only_stored(node: Node) -> None:
    bomb = b"%PDF-1.7\n1 0 obj<</Length 9999999999/Filter[" + b"/FlateDecode" * 60_000 + b"]>>stream\n" + b"<<" * 90_000
    began = time.process_time()
    made = await taken(node, bomb, "bomb.pdf", Content_Type="application/pdf")
    assert time.process_time() - began < 1
    assert made["sha256"] == digest(bomb)


async def test_an_empty_file_is_refused(node: Node) -> None:
    problem(await node.upload(b""), 422, "file_empty")
    assert stored(node) == []


async def test_several_things_that_are_wrong_are_all_named(node: Node) -> None:
    answer = await node.upload(b"a", "a", Content_Type="application/pdf", Content_Digest=structured(b"b"))
    assert [one["pointer"] for one in problem(answer, 422)["errors"]] == ["/media_type", "/sha256"]


# --- digests, sizes, senders ------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["Content_Digest", "Repr_Digest"])
async def test_a_digest_that_is_named_must_be_that_of_the_bytes(node: Node, header: str) -> None:
    named: dict[str, Any] = {header: "sha-512=:AAAA:, " + structured(TEXT)}
    await taken(node, **named)
    named[header] = structured(TEXT)
    problem(await node.upload(TEXT + b"!", **named), 422, "file_digest_differs")
    for bad in ("sha-256=abc", "sha-512=:AAAA:", "sha-256=:AAAA:", ""):
        named[header] = bad
        problem(await node.upload(TEXT, **named), 400, "bad_digest")
    assert len(stored(node)) == 1


@pytest.mark.parametrize("headers", [{"Content_Type": "text"}, {"Content_Type": "a/b/c"}, {"Content_Encoding": "gzip"}])
async def test_a_kind_that_is_none_is_refused(node: Node, headers: dict[str, Any]) -> None:
    problem(await node.upload(TEXT, **headers), 415, "bad_media_type")


async def test_a_key_makes_a_retry_answer_the_same_and_no_other_file(node: Node) -> None:
    first = await node.upload(TEXT, Idempotency_Key="1")
    again = await node.upload(TEXT, Idempotency_Key="1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    problem(await node.upload(b"other", Idempotency_Key="1"), 422, "key_reused")
    assert await count(node, "attachment") == 1
