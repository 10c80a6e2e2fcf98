"""Files on pages: they come with the form of an act, are listed by act, and are taken out with a record of it."""

import re
from typing import Any

import pytest

from exchange.settings import Settings
from exchange.web import multipart
from schemas.vocabulary import Role
from tests.api.files import HTML, PDF, deeds, stored
from tests.api.house import open_node
from tests.unpacking.files import docx, pdf, runs
from tests.web.house import OWN, Office, Person, Reader
from tests.web.test_drafts import WORDS, sign

NOTE = {"text": "Направляем копию"}


async def sent(office: Office, *files: tuple[str, bytes, str], **typed: Any) -> tuple[Person, str, Any]:
    """Send a note with files by a person of KZ-MVD; return the person, the request and the answer."""
    request, person = (await office.node.submitted())["id"], await office.person("KZ-MVD", Role.OFFICER)
    own = await person.open_form(request, "note")
    answer = await person.send(f"/requests/{request}/acts/note", {**own, **NOTE, **typed}, files)
    return person, request, answer


async def carried(office: Office, request: str) -> list[str]:
    shown = (await office.node.get(f"/v1/requests/{request}")).json()["attachments"]
    return [one["name"] for one in shown]


async def test_files_chosen_on_a_form_go_with_the_act(office: Office) -> None:
    files = [("протокол «1».pdf", PDF, "application/pdf"), ("b.txt", b"text", "text/plain")]
    person, request, answer = await sent(office, *files)
    assert answer.status_code == 303, Reader(answer.text).text
    assert await carried(office, request) == ["протокол «1».pdf", "b.txt"]
    page = await person.get(f"/requests/{request}")
    assert "протокол «1».pdf" in page.text
    assert "Б · application/pdf" in page.text
    links = [one["href"] for one in page.all("a") if "/attachments/" in one.get("href", "")]
    assert len(links) == 2
    assert page.all("a", href="#use")
    got = await person.http.get(links[0])
    assert got.content == PDF
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert (await deeds(office.node))[-1][1] == "downloaded"


async def test_a_form_without_files_chosen_is_as_before(office: Office) -> None:
    _, request, answer = await sent(office, ("", b"", "application/octet-stream"))
    assert answer.status_code == 303
    assert await carried(office, request) == []
    assert stored(office.node) == []


async def test_what_could_run_is_marked_and_never_shown_in_place(office: Office) -> None:
    person, request, _ = await sent(office, ("page.html", HTML, "text/html"))
    page = await person.get(f"/requests/{request}")
    assert "программа, сценарий или страница" in page.text
    (link,) = [one["href"] for one in page.all("a") if "/attachments/" in one.get("href", "")]
    got = await person.http.get(link)
    assert (got.headers["content-type"], got.content) == ("application/octet-stream", HTML)


async def test_p_10_3_a_packed_file_with_a_mark_brings_the_form_back_and_nothing_of_it_stays(office: Office) -> None:
    marked = docx(runs("Ольха-77c1"), header=runs("Сек", "ретно"))
    _, _, answer = await sent(office, ("list.docx", marked, "application/octet-stream"))
    assert answer.status_code == 422
    assert "list.docx" in answer.text
    assert "Ольха" not in answer.text
    assert stored(office.node) == []


async def test_p_10_3_what_was_not_looked_at_for_marks_is_said_to_both_sides(office: Office) -> None:
    sealed = pdf("Секретно", password="p")
    person, request, _ = await sent(office, ("list.pdf", sealed, "application/pdf"), ("a.txt", b"text", "text/plain"))
    other = await office.person("RU-MVD", Role.OFFICER)
    for reader in (person, other):
        page = await reader.get(f"/requests/{request}")
        assert page.text.count("на гриф не проверено: зашифровано") == page.text.count("list.pdf")
        assert "a.txt" in page.text


async def test_a_file_that_lies_brings_the_form_back_with_the_words_and_the_other_files(office: Office) -> None:
    files = [("good.txt", b"good", "text/plain"), ("bad.pdf", b"no pdf", "application/pdf")]
    person, request, answer = await sent(office, *files)
    assert answer.status_code == 422
    page = Reader(answer.text)
    assert "bad.pdf" in page.text
    assert "application/pdf" in page.text
    assert "Направляем копию" in answer.text
    (box,) = page.all("input", type="checkbox", name="attachments")
    again = await person.post(f"/requests/{request}/acts/note", {**page.hidden(), **NOTE, "attachments": box["value"]})
    assert again.status_code == 303
    assert await carried(office, request) == ["good.txt"]


async def test_files_that_have_come_are_not_chosen_again_when_the_act_is_refused(office: Office) -> None:
    person, _, answer = await sent(office, ("a.txt", b"text", "text/plain"), text=" ")
    assert answer.status_code == 422
    (box,) = Reader(answer.text).all("input", type="checkbox", name="attachments")
    assert "checked" in box
    assert (await person.http.get(f"/attachments/{box['value']}")).content == b"text"


@pytest.mark.parametrize("name", ["..\\..\\a.txt", "a\u202efdp.exe", "x/../../y"])
async def test_a_bad_name_brings_the_form_back(office: Office, name: str) -> None:
    _, request, answer = await sent(office, (name, b"text", "text/plain"))
    assert answer.status_code == 422
    assert await carried(office, request) == []
    assert stored(office.node) == []


async def test_nothing_of_a_file_is_kept_before_the_form_is_known_to_be_ours(office: Office) -> None:
    request, person = (await office.node.submitted())["id"], await office.person("KZ-MVD", Role.OFFICER)
    own, path = await person.open_form(request, "note"), f"/requests/{request}/acts/note"
    file = ("a.txt", b"text", "text/plain")
    wrong = {**own, **NOTE, "token": "0" * 64}
    assert (await person.send(path, wrong, [file])).status_code == 403
    assert (await person.http.post(path, data={**own, **NOTE}, files=[("files", file)])).status_code == 403
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil"}
    answer = await person.http.post(path, data={**own, **NOTE}, files=[("files", file)], headers=elsewhere)
    assert answer.status_code == 403
    assert "Направляем" not in answer.text
    nobody = office.nobody()
    assert (await nobody.send(path, {**own, **NOTE}, [file])).status_code == 401
    assert stored(office.node) == []


async def test_a_token_that_stands_after_the_file_is_too_late(office: Office) -> None:
    request, person = (await office.node.submitted())["id"], await office.person("KZ-MVD", Role.OFFICER)
    own = await person.open_form(request, "note")
    body = part("files", "text", "a.txt") + b"".join(part(name, value) for name, value in own.items()) + b"--x--\r\n"
    assert (await raw(person, request, body)).status_code == 403
    assert stored(office.node) == []


async def test_a_role_that_prepares_no_acts_brings_no_files(office: Office) -> None:
    request, person = (await office.node.submitted())["id"], await office.person("KZ-MVD", Role.AUDITOR)
    own = (await person.get(f"/requests/{request}")).hidden()
    answer = await person.send(f"/requests/{request}/acts/note", {**own, **NOTE}, [("a.txt", b"text", "text/plain")])
    assert answer.status_code == 403
    assert stored(office.node) == []


async def test_the_same_form_twice_is_one_act(office: Office) -> None:
    request, person = (await office.node.submitted())["id"], await office.person("KZ-MVD", Role.OFFICER)
    own, path = await person.open_form(request, "note"), f"/requests/{request}/acts/note"
    files = [("a.txt", b"text", "text/plain")]
    first, second = await person.send(path, {**own, **NOTE}, files), await person.send(path, {**own, **NOTE}, files)
    assert first.headers["location"] == second.headers["location"]
    assert await carried(office, request) == ["a.txt"]


# --- broken forms -----------------------------------------------------------------------------------------


def part(name: str, value: str, filename: str | None = None) -> bytes:
    told = f'; filename="{filename}"\r\nContent-Type: text/plain' if filename is not None else ""
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{told}\r\n\r\n{value}\r\n'.encode()


async def raw(person: Person, request: str, body: bytes, kind: str = "multipart/form-data; boundary=x") -> Any:
    headers = {**OWN, "Content-Type": kind}
    return await person.http.post(f"/requests/{request}/acts/note", content=body, headers=headers)


async def test_a_form_that_is_cut_off_says_so_shows_what_was_typed_and_leaves_nothing(office: Office) -> None:
    request, person = (await office.node.submitted())["id"], await office.person("KZ-MVD", Role.OFFICER)
    own = await person.open_form(request, "note")
    fields = b"".join(part(name, value) for name, value in {**own, **NOTE}.items())
    for end in (b"", part("files", "tex", "a.txt")[:-5], part("files", "text", "a.txt")):
        answer = await raw(person, request, fields + end)
        assert answer.status_code == 400
        assert "Форма получена не целиком" in answer.text
        assert "Направляем копию" in answer.text
    assert [path for path in stored(office.node) if path.parent.name == "incoming"] == []
    assert await carried(office, request) == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", part("a", "b") + b"--x--\r\n"),
        ("multipart/form-data; boundary=", part("a", "b")),
        ("multipart/form-data; boundary=y", part("a", "b") + b"--x--\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nb\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"A: b\r\n" * 500 + b"\r\nb\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nA: " + b"b" * 9000 + b"\r\n\r\nb\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", part("a", "b").replace(b"\r\n\r\nb", b"\r\n\r\n\xff") + b"--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            part("\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "b") * 3000,
        ),
        ("multipart/form-data; boundary=" + "x" * 71, b"--x"),
        ("multipart/mixed; boundary=x", b"--x--\r\n"),
    ],
)
async def test_what_is_no_form_is_refused_on_a_page(office: Office, kind: str, body: bytes) -> None:
    request, person = (await office.node.submitted())["id"], await office.person("KZ-MVD", Role.OFFICER)
    answer = await raw(person, request, body, kind)
    assert answer.status_code in {400, 413, 415}
    assert re.search(r"<h1>[^<]+</h1>", answer.text)


def test_a_body_is_read_alike_however_it_is_cut() -> None:
    body = part("token", "т") + part("files", "\r\n--\r\n--y\r\n" * 3, "a%22b.txt") + part("text", "") + b"--x--\r\n"
    whole = list(merged(multipart.Parts("x"), [body]))
    assert [one for one in whole if isinstance(one, multipart.Part)] == [
        multipart.Part("token", None, None),
        multipart.Part("files", 'a"b.txt', "text/plain"),
        multipart.Part("text", None, None),
    ]
    for length in (1, 2, 3, 7, 50):
        pieces = [body[n : n + length] for n in range(0, len(body), length)]
        assert list(merged(multipart.Parts("x"), pieces)) == whole


def merged(parts: multipart.Parts, pieces: list[bytes]) -> Any:
    """Yield what a form holds, the bytes of each part together."""
    held = b""
    for piece in pieces:
        for event in parts.fed(piece):
            if isinstance(event, multipart.Piece):
                held += event.data
            else:
                yield held
                held = b""
                if isinstance(event, multipart.Part):
                    yield event
    parts.finish()


async def test_a_file_beyond_the_limit_says_so_and_keeps_what_was_typed(database: Any) -> None:
    async with open_node(database.dsn, settings=Settings(attachment_limit=1000)) as node:
        office = Office(node)
        person, _, answer = await sent(office, ("a.txt", b"a" * 1001, "text/plain"))
        assert answer.status_code == 413
        assert "Файл слишком велик" in answer.text
        assert "Направляем копию" in answer.text
        assert stored(node) == []
        await person.http.aclose()


# --- drafts -----------------------------------------------------------------------------------------------


async def test_p_6_5_a_draft_keeps_its_files_and_who_signs_sees_them(office: Office) -> None:
    officer, head = await office.person("KZ-MVD", Role.OFFICER), await office.person("KZ-MVD", Role.HEAD)
    form = next(one for one in (await officer.get("/drafts/new")).forms() if "version" in one)
    typed = {name.replace("__", "."): value for name, value in WORDS.items()}
    answer = await officer.send("/drafts/new", {**form, **typed, "do": "send"}, [("a.txt", b"text", "text/plain")])
    assert answer.status_code == 303, Reader(answer.text).text
    way = str(answer.headers["location"]).partition("?")[0]
    page = await head.get(f"{way}/sign")
    (link,) = page.all("a", download="")
    assert (await head.http.get(link["href"])).content == b"text"
    signed = await sign(head, way)
    assert signed.status_code == 303, Reader(signed.text).text
    assert await carried(office, signed.headers["location"].rpartition("/")[2].partition("?")[0]) == ["a.txt"]


async def test_a_draft_goes_on_with_the_files_that_it_has(office: Office) -> None:
    officer = await office.person("KZ-MVD", Role.OFFICER)
    form = next(one for one in (await officer.get("/drafts/new")).forms() if "version" in one)
    first = await officer.send("/drafts/new", {**form, "purpose": "а"}, [("a.txt", b"text", "text/plain")])
    way = str(first.headers["location"]).partition("?")[0]
    page = await officer.get(way)
    (box,) = page.all("input", type="checkbox", name="attachments")
    form = next(one for one in page.forms() if "key" in one)
    bad = await officer.send(
        way, {**form, "purpose": "б", "attachments": box["value"]}, [("b.pdf", b"no", "application/pdf")]
    )
    assert bad.status_code == 422
    assert "a.txt" in bad.text
    more = {**form, "purpose": "б", "attachments": box["value"]}
    assert (await officer.send(way, more, [("b.txt", b"more", "text/plain")])).status_code == 303
    assert [one["value"] for one in (await officer.get(way)).all("input", type="checkbox", name="attachments")] != []
    assert "b.txt" in (await officer.get(way)).text
