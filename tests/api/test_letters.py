"""Letters over the interface: for whom, in which bytes, and never without a trace."""

import io
from dataclasses import replace
from hashlib import sha256
from uuid import uuid4

import asyncpg
import httpx
import pytest
from pypdf import PdfReader

from exchange.letters.code import code_of
from exchange.letters.press import Press
from exchange.main import create_app
from exchange.settings import Settings
from schemas.vocabulary import Role
from tests.api.house import SUBMISSION, Node, problem
from tests.conftest import Database
from tests.web.house import OWN


async def deeds(node: Node) -> list[tuple[str, str, str]]:
    """Return who read which letter."""
    async with node.runtime.connection() as conn:
        rows = await conn.fetch("SELECT authority, deed, subject FROM audit WHERE deed = 'read_letter' ORDER BY id")
    return [(row["authority"], row["deed"], row["subject"]) for row in rows]


def text_of(pdf: bytes) -> str:
    return " ".join("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


async def test_p_6_3_both_sides_read_a_request_in_writing_and_each_reading_is_kept(node: Node) -> None:
    made = await node.submitted()
    path = f"/v1/requests/{made['id']}/letter.pdf"
    for by in ("KZ-MVD", "RU-MVD"):
        answer = await node.get(path, by, Role.OFFICER)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"] == 'attachment; filename="KZ-MVD-2026-O-00001.pdf"'
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["etag"] == f'"{sha256(answer.content).hexdigest()}"'
        text = text_of(answer.content)
        assert SUBMISSION["reference"] in text
        assert "Министерство внутренних дел Республики Казахстан" in text
        assert "Образец. Песочница" in text
    assert await deeds(node) == [("KZ-MVD", "read_letter", "1"), ("RU-MVD", "read_letter", "1")]


async def test_a_letter_already_held_is_not_sent_again_but_still_noted(node: Node) -> None:
    made = await node.submitted()
    path = f"/v1/requests/{made['id']}/acts/2/letter.pdf"
    tag = (await node.get(path)).headers["etag"]
    again = await node.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert len(await deeds(node)) == 2


@pytest.mark.parametrize("seq", ["0", "3", "-1", "01", "1e1", "²", "9999999999", "x"])
async def test_an_act_that_is_not_there_has_no_letter(node: Node, seq: str) -> None:
    made = await node.submitted()
    problem(await node.get(f"/v1/requests/{made['id']}/acts/{seq}/letter.pdf"), 404, "not_there")
    assert await deeds(node) == []


async def test_nobody_else_reads_a_letter_or_learns_what_its_code_belongs_to(node: Node) -> None:
    made = await node.submitted()
    path = f"/v1/requests/{made['id']}/letter.pdf"
    problem(await node.get(path, "BY-MVD"), 404, "not_there")
    problem(await node.get(f"/v1/requests/{uuid4()}/letter.pdf"), 404, "not_there")
    problem(await node.http.get(path), 401)
    await node.get(path)
    digest = (await node.get(f"/v1/requests/{made['id']}/record")).json()["items"][0]["digest"]
    code = code_of(bytes.fromhex(digest))
    assert (await node.get(f"/v1/letters/{code}", "RU-MVD")).json()["proved"] is True
    problem(await node.get(f"/v1/letters/{code}", "BY-MVD"), 404, "not_there")


async def test_a_former_holder_reads_letters_up_to_its_redirect(node: Node) -> None:
    made = await node.submitted()
    await node.done(made, "RU-MVD", "redirect", to_authority="RU-FSB", reason="не наше")
    await node.done(made, "RU-FSB", "accept")
    path = f"/v1/requests/{made['id']}/acts"
    seen = [(await node.get(f"{path}/{seq}/letter.pdf", "RU-MVD")).status_code for seq in range(1, 6)]
    assert seen == [200, 200, 200, 404, 404]
    own = [(await node.get(f"{path}/{seq}/letter.pdf", "KZ-MVD")).status_code for seq in range(1, 6)]
    assert own == [200] * 5
    digest = (await node.get(f"/v1/requests/{made['id']}/record")).json()["items"][4]["digest"]
    problem(await node.get(f"/v1/letters/{code_of(bytes.fromhex(digest))}", "RU-MVD"), 404, "not_there")


async def test_a_code_leads_to_its_act_however_it_is_typed(node: Node) -> None:
    made = await node.submitted()
    await node.get(f"/v1/requests/{made['id']}/acts/2/letter.pdf")
    entry = (await node.get(f"/v1/requests/{made['id']}/record")).json()["items"][1]
    code = code_of(bytes.fromhex(entry["digest"]))
    for typed in (code, code.lower(), code.replace("-", ""), code.replace("-", "%20")):
        found = (await node.get(f"/v1/letters/{typed}")).json()
        assert (found["request"], found["seq"], found["act"], found["digest"]) == (
            made["id"], 2, "receive", entry["digest"],
        )  # fmt: skip


async def test_a_letter_that_nobody_printed_has_no_code(node: Node) -> None:
    made = await node.submitted()
    entry = (await node.get(f"/v1/requests/{made['id']}/record")).json()["items"][0]
    problem(await node.get(f"/v1/letters/{code_of(bytes.fromhex(entry['digest']))}"), 404, "not_there")


async def test_no_trace_no_letter(node: Node, database: Database) -> None:
    made = await node.submitted()
    owner = await asyncpg.connect(database.dsn)
    await owner.execute("REVOKE INSERT ON audit FROM exchange_app")
    await owner.close()
    answer = await node.get(f"/v1/requests/{made['id']}/letter.pdf")
    assert answer.status_code == 500
    assert b"%PDF" not in answer.content


async def test_a_letter_that_cannot_be_set_is_a_clear_problem_and_a_page_that_says_so(node: Node) -> None:
    made = await node.submitted()
    never = Press(seconds=0.0, plain_seconds=0.0)
    node.app = create_app(replace(node.runtime, press=never), Settings())
    headers = await node.headers("KZ-MVD", Role.OFFICER)
    transport = httpx.ASGITransport(app=node.app)
    async with httpx.AsyncClient(transport=transport, base_url="https://node", headers=OWN) as http:
        path = f"/v1/requests/{made['id']}/letter.pdf"
        problem(await http.get(path, headers=headers), 422, "not_printed")
        await http.post("/sign-in", data={"authority": "KZ-MVD", "role": "officer"})
        page = await http.get(f"/requests/{made['id']}/letters/1.pdf")
    assert (page.status_code, "Письмо не печатается" in page.text) == (422, True)
    never.close()
