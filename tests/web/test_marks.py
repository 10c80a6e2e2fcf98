"""What bears a secrecy mark does not come in by a form either (Article 10)."""

import pytest

from schemas.vocabulary import Role
from tests.api.files import count, stored
from tests.api.test_marks import CANARY, MARKED, kept
from tests.web.house import Office, Reader

REFUSED = "Здесь гриф секретности"


async def test_p_10_3_a_form_with_a_mark_is_refused_with_what_was_typed_and_nothing_is_kept(office: Office) -> None:
    request, person = (await office.node.submitted())["id"], await office.person("KZ-MVD", Role.OFFICER)
    form = await person.open_form(request, "note")
    before = await kept(office.node)
    answer = await person.post(f"/requests/{request}/acts/note", {**form, "text": MARKED})
    assert answer.status_code == 422
    assert REFUSED in Reader(answer.text).text
    assert CANARY in answer.text  # so that it can be mended
    assert await kept(office.node) == before


async def test_p_10_3_a_draft_is_not_saved_with_a_mark(office: Office) -> None:
    person = await office.person("KZ-MVD", Role.OFFICER)
    page = await person.get("/drafts/new")
    answer = await person.post("/drafts/new", {**page.hidden(), "purpose": MARKED})
    assert answer.status_code == 422
    assert REFUSED in Reader(answer.text).text
    assert await count(office.node, "draft") == 0


@pytest.mark.parametrize(
    ("name", "data"), [("письмо.txt", MARKED.encode("utf-16")), ("a.csv", f"{CANARY};Секретно\n".encode())]
)
async def test_p_10_3_a_file_with_a_mark_is_not_kept_and_the_form_says_which(
    office: Office, name: str, data: bytes
) -> None:
    request, person = (await office.node.submitted())["id"], await office.person("KZ-MVD", Role.OFFICER)
    form = await person.open_form(request, "note")
    files = [(name, data, "text/plain"), ("иное.txt", b"text", "text/plain")]
    answer = await person.send(f"/requests/{request}/acts/note", {**form, "text": "Направляем"}, files)
    assert answer.status_code == 422
    assert f"{name}: " in Reader(answer.text).text
    assert "гриф секретности" in Reader(answer.text).text
    assert [path.stat().st_size for path in stored(office.node)] == [4]


async def test_p_10_3_a_files_name_is_looked_at(office: Office) -> None:
    request, person = (await office.node.submitted())["id"], await office.person("KZ-MVD", Role.OFFICER)
    form = await person.open_form(request, "note")
    files = [("Секретно.docx", b"PK\x03\x04", "application/zip")]
    answer = await person.send(f"/requests/{request}/acts/note", {**form, "text": "Направляем"}, files)
    assert answer.status_code == 422
    assert REFUSED in Reader(answer.text).text
    assert stored(office.node) == []
