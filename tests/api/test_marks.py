"""What bears a secrecy mark does not come into the open exchange, and nothing of it stays (Article 10)."""

import asyncio
import logging
import threading
import unicodedata
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from exchange.protection.gateway import open_watch
from exchange.protection.gateway.watch import LARGE
from schemas.vocabulary import Role
from tests.api.drafts import save, start
from tests.api.files import count, stored
from tests.api.house import SUBMISSION, Node, problem
from tests.unpacking.files import docx, eml, pdf, runs, zipped

CANARY = "Ольха-77c1"
MARKED = f"Справка {CANARY}\nСовершенно секретно\nЭкз. № 1"
TABLES = ("request", "record", "event", "outbox", "idempotency", "draft", "audit", "attachment", "registry_notice")


async def kept(node: Node) -> dict[str, int]:
    """Return how many rows each table has."""
    return {table: await count(node, table) for table in TABLES}


def refused(answer: httpx.Response, *pointers: str) -> None:
    body = problem(answer, 422, "state_secret_in_open_field")
    assert [one["pointer"] for one in body["errors"]] == list(pointers)
    assert body["rule"] == "P-10.3"
    assert CANARY not in answer.text


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Prove that no line of the log tells anything."""
    caplog.set_level(logging.DEBUG)
    yield
    assert CANARY not in caplog.text


@pytest.mark.usefixtures("logged")
async def test_p_10_3_a_submission_with_a_mark_is_refused_and_nothing_of_it_stays(node: Node) -> None:
    await node.headers("KZ-MVD")
    before = await kept(node)
    body = SUBMISSION | {"substance": MARKED, "assistance": [{"form": "other", "text": MARKED}]}
    answer = await node.call("POST", "/v1/requests", value=body, headers={"Idempotency-Key": "one"})
    refused(answer, "/substance", "/assistance/0/text")
    assert await kept(node) == before
    again = await node.call("POST", "/v1/requests", value=SUBMISSION, headers={"Idempotency-Key": "one"})
    assert again.status_code == 201


@pytest.mark.parametrize(
    "hidden",
    [
        "С\u200bЕ\u200bК\u200bР\u200bЕ\u200bТ\u200bН\u200bО",
        "CEKPETHO",
        "С\nЕ\nК\nР\nЕ\nТ\nН\nО",
        unicodedata.normalize("NFD", "Өте құпия"),
        "Гриф: «Секретно», экз. № 2",
        "SLAPTAI / SECRET",
        "Հույժ գաղտնի",
        "секретно " * 20_000,
        "текст " * 40_000 + "\nСекретно",
    ],
)
async def test_p_10_3_however_the_mark_is_hidden(node: Node, hidden: str) -> None:
    refused(await node.submit(substance=hidden), "/substance")


async def test_what_only_speaks_of_secrets_is_taken(node: Node) -> None:
    words = "Следователь по делам особой важности просит секретно не сообщать об этом.\nСекретариат ОДКБ"
    await node.submitted(substance=words, purpose="Проверить, секретно ли это")


async def test_names_of_fields_and_of_keys_are_looked_at_as_well(node: Node) -> None:
    answer = await node.call("POST", "/v1/requests", value=SUBMISSION | {f"Секретно\n{CANARY}": 1})
    refused(answer, "")
    answer = await node.call("POST", "/v1/requests", value=SUBMISSION, headers={"Idempotency-Key": "TOP SECRET"})
    refused(answer, "")
    assert await count(node, "idempotency") == 0


async def test_a_stranger_learns_nothing_of_the_guard(node: Node) -> None:
    answer = await node.http.post("/v1/requests", json=SUBMISSION | {"substance": MARKED})
    problem(answer, 401, "caller_unknown")


@pytest.mark.usefixtures("logged")
async def test_p_10_3_acts_drafts_accounts_tokens_and_notices_are_looked_at(node: Node) -> None:
    request = await node.submitted()
    draft = await start(node)
    calls: list[tuple[str, str, str, Role, dict[str, Any], str]] = [
        ("RU-MVD", "POST", f"/v1/requests/{request['id']}/acts", Role.SYSTEM, {"act": "note", "text": MARKED}, "/text"),
        (
            "KZ-MVD",
            "POST",
            "/v1/drafts",
            Role.OFFICER,
            {"kind": "submit", "body": {"purpose": MARKED}},
            "/body/purpose",
        ),
        ("KZ-MVD", "POST", "/v1/accounts", Role.OPERATOR, {"name": MARKED}, "/name"),
        ("KZ-MVD", "POST", "/v1/tokens", Role.OPERATOR, {"label": MARKED}, "/label"),
        ("KZ-MVD", "POST", "/v1/substitutions", Role.HEAD, {"order": {"number": MARKED}}, "/order/number"),
        ("KZ-MVD", "POST", "/v1/registry/notices", Role.SYSTEM, {"names": {"ru": MARKED}}, "/names/ru"),
    ]
    for by, _method, _path, role, *_ in calls:
        await node.headers(by, role)
    before = await kept(node)
    for by, method, path, role, value, pointer in calls:
        refused(await node.call(method, path, by, role, value=value), pointer)
    refused(await save(node, draft, {"substance": MARKED}), "/body/substance")
    assert await kept(node) == before


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (MARKED.encode(), "письмо.txt", "text/plain"),
        (MARKED.encode("utf-16"), "письмо.txt", "text/plain"),
        (MARKED.encode("cp1251"), "письмо.txt", "application/octet-stream"),
        (f"<html><p>{CANARY}</p><p>Секретно</p></html>".encode(), "a.html", "text/html"),
        (f'{{"t": "{CANARY}", "m": "Секретно"}}'.encode(), "a.json", "application/json"),
        (f"1;Секретно;{CANARY}\n".encode(), "a.csv", "text/csv"),
        (docx(runs(CANARY), runs("Секретно")), "a.docx", "application/octet-stream"),
        (docx(runs(CANARY), header=runs("Сек", "ретно")), "a.bin", "application/octet-stream"),
        (pdf(f"{CANARY}\nСовершенно секретно\nЭкз. № 1"), "a.pdf", "application/pdf"),
        (zipped({"a.txt": MARKED}), "a.zip", "application/zip"),
        (eml(MARKED), "a.eml", "message/rfc822"),
        (("строка\n" * 100_000 + MARKED).encode(), "длинное.txt", "text/plain"),
    ],
)
@pytest.mark.usefixtures("logged")
async def test_p_10_3_a_file_with_a_mark_is_refused_and_no_byte_of_it_stays(
    node: Node, data: bytes, name: str, kind: str
) -> None:
    await node.headers("KZ-MVD")
    before = await kept(node)
    refused(await node.upload(data, name, Content_Type=kind, Idempotency_Key="file"), "")
    assert stored(node) == []
    assert await kept(node) == before


async def test_what_was_not_looked_at_is_said_to_both_sides_and_stands_in_the_record(node: Node) -> None:
    sealed = {"extent": "none", "unseen": ["encrypted"]}
    answer = await node.upload(pdf("Секретно", password="p"), "a.pdf", Content_Type="application/pdf")
    assert answer.json()["examination"] == sealed
    request = await node.submitted(attachments=[answer.json()["id"]])
    for by in ("KZ-MVD", "RU-MVD"):
        path = f"/v1/requests/{request['id']}"
        shown = (await node.get(path, by)).json()["attachments"]
        entry = (await node.get(f"{path}/record", by)).json()["items"][0]
        assert [one["examination"] for one in (*shown, *entry["attachments"])] == [sealed, sealed]


@pytest.mark.parametrize("name", ["Секретно.docx", "SECRET.tar.gz", "[Секретно]", "Секретариат ОДКБ.pdf"])
async def test_p_10_3_a_files_name_is_looked_at_before_any_byte(node: Node, name: str) -> None:
    answer = await node.upload(b"%PDF-1.7\n...", name, Content_Type="application/octet-stream")
    if name.startswith("Секретариат"):
        assert answer.status_code == 201
    else:
        refused(answer, "/name")


async def test_the_node_answers_others_while_it_looks_at_a_large_text(node: Node) -> None:
    await node.headers("KZ-MVD")

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield "секретн\n".encode() * 4096

    sent = {
        **await node.headers("KZ-MVD"),
        "Content-Type": "text/plain",
        "Content-Disposition": "attachment; filename=a",
    }
    upload = asyncio.create_task(node.http.post("/v1/attachments", content=pieces(), headers=sent))
    answered = 0
    while not upload.done():
        assert (await node.http.get("/healthz")).status_code == 200
        answered += 1
        await asyncio.sleep(0)
    assert (await upload).status_code == 201
    assert answered > 10


class Witness(dict[str, str]):
    """A body that notes in which thread it is looked at."""

    seen_in: int = 0

    def values(self) -> Any:
        """Give the texts, and note who asks."""
        self.seen_in = threading.get_ident()
        return super().values()


@pytest.mark.parametrize(("size", "beside"), [(LARGE, False), (LARGE + 1, True)])
async def test_a_large_body_is_looked_at_beside_the_loop(size: int, beside: bool) -> None:
    body = Witness(text="с\n" * 8)
    await open_watch().look_at(body, size)
    assert (body.seen_in != threading.get_ident()) is beside
