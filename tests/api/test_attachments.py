"""Files up and down: what goes in comes out with the record of it, and nothing of what is refused stays."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from exchange.core.attachments import attachment_id
from exchange.core.errors import FileBroken
from schemas.vocabulary import Role
from tests.api.files import PDF, TEXT, count, deeds, digest, stored, structured, taken
from tests.api.house import Node, problem

# --- up and down ------------------------------------------------------------------------------------------


async def test_a_file_is_told_of_and_comes_out_as_it_went_in(node: Node) -> None:
    made = await taken(node, PDF, "протокол осмотра.pdf", Content_Type="application/pdf")
    assert made == {
        "id": attachment_id("KZ-MVD", digest(PDF), len(PDF), "протокол осмотра.pdf", "application/pdf"),
        "name": "протокол осмотра.pdf",
        "size": len(PDF),
        "sha256": digest(PDF),
        "media_type": "application/pdf",
        "sniffed": "application/pdf",
        "active": False,
        "examination": {"extent": "none", "unseen": ["broken"]},
    }
    request = await node.submitted(attachments=[made["id"]])
    (shown,) = request["attachments"]
    assert shown == {**{key: made[key] for key in made if key != "sniffed"}, "seq": 1}
    answer = await node.get(f"/v1/requests/{request['id']}/attachments/{made['id']}", "RU-MVD", Role.OFFICER)
    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-length"] == str(len(PDF))
    assert answer.headers["etag"] == f'"{digest(PDF)}"'
    assert answer.headers["content-digest"] == structured(PDF)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"________ _______.pdf\"; filename*=UTF-8''"
        "%D0%BF%D1%80%D0%BE%D1%82%D0%BE%D0%BA%D0%BE%D0%BB%20%D0%BE%D1%81%D0%BC%D0%BE%D1%82%D1%80%D0%B0.pdf"
    )


async def test_the_record_tells_which_act_carries_what(node: Node) -> None:
    first, second = await taken(node, b"1", "1.txt"), await taken(node, b"2", "2.txt", by="RU-MVD")
    request = await node.submitted(attachments=[first["id"]])
    shown = await node.done(request, "RU-MVD", "accept", attachments=[second["id"]])
    assert [(one["name"], one["seq"]) for one in shown["attachments"]] == [("1.txt", 1), ("2.txt", 3)]
    record = (await node.get(f"/v1/requests/{request['id']}/record")).json()["items"]
    assert [[one["name"] for one in entry["attachments"]] for entry in record] == [["1.txt"], [], ["2.txt"]]
    assert record[2]["body"] == {"act": "accept", "attachments": [second["id"]]}


async def test_the_same_file_again_is_the_same_attachment_and_lies_there_once(node: Node) -> None:
    first, second = await taken(node), await taken(node)
    other = await taken(node, name="иначе.txt")
    assert first == second
    assert first["id"] != other["id"]
    assert len(stored(node)) == 1
    assert await count(node, "attachment") == 2


async def test_two_uploads_of_the_same_bytes_at_once_both_stand(node: Node) -> None:
    answers = await asyncio.gather(
        *(node.upload(TEXT, f"{n % 2}.txt", by) for n in range(4) for by in ("KZ-MVD", "RU-MVD"))
    )
    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.json()["id"] for answer in answers}) == 4
    assert len(stored(node)) == 1


async def test_a_file_can_go_with_several_requests(node: Node) -> None:
    made = await taken(node)
    for _ in range(2):
        request = await node.submitted(attachments=[made["id"]])
        answer = await node.get(f"/v1/requests/{request['id']}/attachments/{made['id']}", "RU-MVD")
        assert answer.content == TEXT


async def test_its_own_authority_reads_what_it_uploaded_before_any_act(node: Node) -> None:
    made = await taken(node)
    assert (await node.get(f"/v1/attachments/{made['id']}", role=Role.HEAD)).content == TEXT
    problem(await node.get(f"/v1/attachments/{made['id']}", "RU-MVD"), 404, "not_there")


# --- what is signed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other", [{"size": 2}, {"name": "b"}, {"media_type": "a/b"}, {"digest": "0"}, {"authority": "B"}]
)
def test_the_id_commits_to_everything(other: dict[str, Any]) -> None:
    same: dict[str, Any] = {"authority": "A", "digest": "d", "size": 1, "name": "a", "media_type": "t/p"}
    assert attachment_id(**same) != attachment_id(**{**same, **other})


# --- who may ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATOR, Role.SECRECY_OFFICER])
async def test_a_role_that_prepares_no_acts_uploads_nothing(node: Node, role: Role) -> None:
    problem(await node.upload(TEXT, role=role), 403, "role_may_not")
    assert stored(node) == []


async def test_nobody_unknown_is_listened_to(node: Node) -> None:
    async def endless() -> AsyncIterator[bytes]:
        raise AssertionError("the body was asked for")
        yield b""

    answer = await node.http.post("/v1/attachments?name=a", content=endless())
    problem(answer, 401, "caller_unknown")


async def test_an_act_carries_only_what_its_own_authority_uploaded(node: Node) -> None:
    made = await taken(node, by="RU-MVD")
    for number in (made["id"], "att-" + "a" * 52, "../../etc/passwd", "1"):
        body = problem(await node.submit(attachments=[number]), 422, "attachment_unknown")
        assert body["errors"][0]["pointer"] == "/attachments/0"
    assert await count(node, "attachment_use") == 0


async def test_an_act_names_each_file_once(node: Node) -> None:
    made = await taken(node)
    body = problem(await node.submit(attachments=[made["id"], made["id"]]), 422, "attachment_twice")
    assert body["errors"][0]["pointer"] == "/attachments/1"


async def test_only_those_who_see_the_act_get_the_file(node: Node) -> None:
    made = await taken(node)
    request, other = await node.submitted(attachments=[made["id"]]), await node.submitted()
    path = f"/v1/requests/{request['id']}/attachments/{made['id']}"
    assert (await node.get(path, "RU-MVD", Role.AUDITOR)).status_code == 200
    problem(await node.get(path, "BY-MVD"), 404, "not_there")
    problem(await node.get(f"/v1/requests/{other['id']}/attachments/{made['id']}"), 404, "not_there")
    problem(await node.get(f"/v1/requests/{request['id']}/attachments/..%2f..%2fetc%2fpasswd"), 404)
    problem(await node.get(f"/v1/requests/{request['id']}/attachments/{'a' * 5000}"), 404, "not_there")


async def test_p_7_4_a_former_holder_gets_what_was_carried_until_it_passed_the_request_on(node: Node) -> None:
    before, after = await taken(node, b"1", "1.txt"), await taken(node, b"2", "2.txt")
    own = await taken(node, b"3", "3.txt", by="RU-MVD")
    request = await node.submitted(attachments=[before["id"]])
    await node.done(request, "RU-MVD", "redirect", to_authority="RU-FSB", reason="а", attachments=[own["id"]])
    await node.done(request, "KZ-MVD", "note", text="а", attachments=[after["id"]])
    path = f"/v1/requests/{request['id']}"
    seen = (await node.get(path, "RU-MVD")).json()["attachments"]
    assert [one["name"] for one in seen] == ["1.txt", "3.txt"]
    assert (await node.get(f"{path}/attachments/{own['id']}", "RU-MVD")).status_code == 200
    problem(await node.get(f"{path}/attachments/{after['id']}", "RU-MVD"), 404, "not_there")
    assert (await node.get(f"{path}/attachments/{after['id']}", "RU-FSB")).content == b"2"


# --- the record of it -------------------------------------------------------------------------------------


async def test_every_upload_and_download_is_written_down(node: Node) -> None:
    made = await taken(node)
    request = await node.submitted(attachments=[made["id"]])
    before = len(await deeds(node))
    await node.get(f"/v1/requests/{request['id']}/attachments/{made['id']}", "RU-MVD")
    assert ("KZ-MVD", "uploaded", made["id"]) in await deeds(node)
    assert (await deeds(node))[before:] == [("RU-MVD", "downloaded", made["id"])]


async def test_without_the_record_there_is_no_content(node: Node, owner: Any) -> None:
    made = await taken(node)
    request = await node.submitted(attachments=[made["id"]])
    await owner.execute("REVOKE INSERT ON audit FROM exchange_app")
    answer = await node.get(f"/v1/requests/{request['id']}/attachments/{made['id']}", "RU-MVD")
    assert answer.status_code >= 500
    assert TEXT not in answer.content


async def test_only_the_head_is_no_download(node: Node) -> None:
    made = await taken(node)
    request = await node.submitted(attachments=[made["id"]])
    before = len(await deeds(node))
    answer = await node.call("HEAD", f"/v1/requests/{request['id']}/attachments/{made['id']}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(TEXT))
    assert len(await deeds(node)) == before


# --- parts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=3-", 3, 9), ("bytes=-2", 8, 9), ("bytes=2-400", 2, 9), ("bytes=-400", 0, 9)],
)
async def test_one_part_can_be_asked_for(node: Node, asked: str, first: int, last: int) -> None:
    made = await taken(node, b"0123456789")
    answer = await node.get(f"/v1/attachments/{made['id']}", headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == b"0123456789"[first : last + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/10"
    assert answer.headers["content-length"] == str(last + 1 - first)
    assert "content-digest" not in answer.headers


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=-0", "bytes=9999999999999999999-"])
async def test_a_part_that_is_not_there_is_said(node: Node, asked: str) -> None:
    made = await taken(node, b"0123456789")
    answer = await node.get(f"/v1/attachments/{made['id']}", headers={"Range": asked})
    problem(answer, 416, "no_such_range")
    assert answer.headers["content-range"] == "bytes */10"


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-1,3-4"},
        {"Range": "lines=1-2"},
        {"Range": "bytes=5-3"},
        {"Range": "bytes=-"},
        {"Range": "bytes=0-1", "If-Range": '"another"'},
    ],
)
async def test_other_wishes_get_the_whole(node: Node, headers: dict[str, str]) -> None:
    made = await taken(node, b"0123456789")
    answer = await node.get(f"/v1/attachments/{made['id']}", headers=headers)
    assert (answer.status_code, answer.content) == (200, b"0123456789")


async def test_parts_of_a_file_of_many_pieces_are_the_right_ones(node: Node) -> None:
    data = b"".join(n.to_bytes(4, "big") for n in range(200_000))
    made = await taken(node, data, "a.bin", Content_Type="application/octet-stream")
    for first, last in ((0, 5), (262_140, 262_150), (524_288, 799_999), (799_999, 799_999), (100, 600_000)):
        answer = await node.get(f"/v1/attachments/{made['id']}", headers={"Range": f"bytes={first}-{last}"})
        assert answer.content == data[first : last + 1]


# --- the same bytes or an error ---------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-0"}])
async def test_small_files_that_were_damaged_are_never_given_out(node: Node, headers: dict[str, str]) -> None:
    made = await taken(node, PDF, "a.pdf", Content_Type="application/pdf")
    (path,) = stored(node)
    path.write_bytes(PDF[:-1] + b"X")
    answer = await node.get(f"/v1/attachments/{made['id']}", headers=headers)
    problem(answer, 500, "file_broken")
    assert ("KZ-MVD", "downloaded", made["id"]) not in await deeds(node)


async def test_a_file_that_is_gone_or_cut_is_said(node: Node) -> None:
    made = await taken(node, PDF, "a.pdf", Content_Type="application/pdf")
    (path,) = stored(node)
    path.write_bytes(PDF[:-1])
    for method in ("GET", "HEAD"):
        assert (await node.call(method, f"/v1/attachments/{made['id']}")).status_code == 500
    path.unlink()
    problem(await node.get(f"/v1/attachments/{made['id']}"), 500, "file_broken")
    await taken(node, PDF, "b.pdf", Content_Type="application/pdf")
    assert (await node.get(f"/v1/attachments/{made['id']}")).content == PDF  # the same bytes mend it


async def test_a_large_damaged_file_breaks_off_before_its_end(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.service.attachments.PROVED_FIRST", 0)
    data = bytes(1_000_000)
    made = await taken(node, data, "a.bin", Content_Type="application/octet-stream")
    (path,) = stored(node)
    path.write_bytes(b"X" + data[1:])
    with pytest.raises(FileBroken):
        await node.get(f"/v1/attachments/{made['id']}")
