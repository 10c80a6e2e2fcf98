"""The trail searched and taken out: only by an auditor, only of its own authority, and proved again afterwards."""

import json
from base64 import urlsafe_b64encode
from io import BytesIO
from typing import Any

import asyncpg
import pytest

from exchange.core.access import Actor
from exchange.service import trail as service
from exchange.service.trail import faults
from exchange.store import audit as store
from schemas.vocabulary import Role
from tests.api.house import NOW, Node, problem
from tests.api.trail import deeds

AUDIT, EXPORT = "/v1/audit", "/v1/audit/export"


async def found(node: Node, query: str = "", by: str = "KZ-MVD") -> list[dict[str, Any]]:
    """Return what an auditor finds."""
    answer = await node.get(f"{AUDIT}{query}", by, Role.AUDITOR)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_an_auditor_reads_what_was_done_newest_first_with_the_numbers_of_requests(node: Node) -> None:
    made = await node.submitted()
    await node.get(f"/v1/requests/{made['id']}", role=Role.OFFICER)
    node.clock.advance(minutes=1)
    await node.get(f"/v1/requests/{made['id']}/record", role=Role.HEAD)
    record, read = [row for row in await found(node) if row["deed"].startswith("read")]
    assert (record["deed"], record["role"]) == ("read_record", "head")
    assert (read["deed"], read["role"], read["number"], read["request"]) == (
        "read",
        "officer",
        made["number"],
        made["id"],
    )
    assert read["at"] == "2026-03-01T09:00:00Z"


async def test_each_filter_finds_its_own(node: Node) -> None:
    first, second = await node.submitted(), await node.submitted()
    await node.get(f"/v1/requests/{first['id']}", role=Role.OFFICER)
    await node.get(f"/v1/requests/{second['id']}", role=Role.OFFICER)
    node.clock.advance(hours=1)
    await node.get(f"/v1/requests/{first['id']}/record", role=Role.HEAD)
    officer = (await found(node, f"?deed=read&request={first['id']}"))[0]["who"]
    assert {row["deed"] for row in await found(node, "?deed=read")} == {"read"}
    assert {row["who"] for row in await found(node, f"?who={officer}")} == {officer}
    assert [row["request"] for row in await found(node, f"?who={officer}&deed=read")] == [second["id"], first["id"]]
    reads = {"read", "read_record"}
    of_first = [row["deed"] for row in await found(node, f"?request={first['id']}") if row["deed"] in reads]
    assert of_first == ["read_record", "read"]
    assert await found(node, f"?request={first['id']}&who={officer}&deed=read_record") == []
    late = await found(node, "?since=2026-03-01T10:00:00Z&deed=read_record")
    assert len(late) == 1
    assert await found(node, "?until=2026-03-01T10:00:00Z&deed=read_record") == []
    assert len(await found(node, "?since=2026-03-01T09:00:00Z&until=2026-03-01T10:00:00Z&deed=read")) == 2


async def test_pages_of_the_trail_hold_each_deed_once_while_it_grows(node: Node) -> None:
    for _ in range(7):
        await node.get("/v1/requests")
    seen, after = [], ""
    while True:
        page = (await node.get(f"{AUDIT}?limit=3&deed=listed{after}", role=Role.AUDITOR)).json()
        seen += [row for row in page["items"] if row["subject"] == "requests"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert len(seen) == 7


async def test_a_search_is_itself_written_down_without_its_words(node: Node) -> None:
    await found(node, "?who=person:kz-mvd.head")
    newest = (await found(node))[0]
    assert (newest["deed"], newest["subject"], newest["role"]) == ("listed", "audit", "auditor")
    assert newest["detail"] == {"filters": ["who"], "shown": 0}


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.AUDITOR}))
async def test_nobody_but_an_auditor_reads_the_trail_and_who_tries_is_written_down(node: Node, role: Role) -> None:
    for path in (AUDIT, EXPORT):
        problem(await node.get(path, role=role), 403, "role_may_not")
    assert await deeds(node) == ["denied", "denied"]


async def test_an_auditor_of_another_authority_sees_nothing_of_ours(node: Node) -> None:
    made = await node.submitted()
    await node.get(f"/v1/requests/{made['id']}")
    assert await found(node, f"?request={made['id']}", by="AM-POL") == []
    assert {row["subject"] for row in await found(node, by="AM-POL")} == {"audit"}
    assert made["id"] not in (await node.get(EXPORT, "AM-POL", Role.AUDITOR)).text


async def test_a_refused_read_tells_its_auditor_the_id_but_not_the_number_of_what_is_not_theirs(node: Node) -> None:
    made = await node.submitted()
    problem(await node.get(f"/v1/requests/{made['id']}", "AM-POL"), 404)
    (denied,) = await found(node, "?deed=denied", by="AM-POL")
    assert (denied["request"], denied["number"], denied["subject"]) == (made["id"], None, "not_there")


def cursor(place: str) -> str:
    """Write a cursor as somebody might who wants to see more than is theirs."""
    return urlsafe_b64encode(place.encode()).decode()


@pytest.mark.parametrize(
    "query",
    [
        "after=x", "after=" + cursor("[]"), "after=" + cursor('["2026-03-01T09:00:00+00:00", "x"]'),
        "after=" + cursor('["2026-03-01T09:00:00+00:00", "-1"]'),
        "after=" + cursor('["2026-03-01T09:00:00+00:00", "9223372036854775808"]'),
        "after=" + cursor('["2026-03-01T09:00:00", "1"]'),
        "deed=lost", "request=x", "since=2026-03-01", "since=2026-03-01T09:00:00", "until=0001-01-01T00:00:00Z",
        "since=2026-03-01T09:00:00%2B05:00", "who=%00", "limit=0", "authority=RU-MVD",
    ],
)  # fmt: skip
async def test_what_does_not_fit_is_refused(node: Node, query: str) -> None:
    problem(await node.get(f"{AUDIT}?{query}", role=Role.AUDITOR), 422, "invalid_query")


async def test_a_forged_cursor_leads_nowhere_but_into_ones_own_trail(node: Node) -> None:
    await node.get("/v1/requests", "RU-MVD")
    await node.get("/v1/requests", "KZ-MVD")
    after = cursor('["9000-01-01T00:00:00+00:00", "9223372036854775807"]')
    rows = await found(node, f"?after={after}&deed=listed")
    assert [row["subject"] for row in rows] == ["requests"]


# --- taken out ---------------------------------------------------------------------------------------------


async def taken(node: Node, query: str = "") -> bytes:
    """Return an export."""
    answer = await node.get(f"{EXPORT}{query}", role=Role.AUDITOR)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith('attachment; filename="audit-KZ-MVD-')
    return answer.content


def wrong(node: Node, export: bytes) -> list[str]:
    """Return what a proof of an export finds."""
    return list(faults(BytesIO(export), node.runtime.desk.keys))


async def some(node: Node, number: int = 5) -> bytes:
    """Return an export of some reads."""
    for _ in range(number):
        await node.get("/v1/requests")
        node.clock.advance(seconds=1)
    return await taken(node)


async def test_an_export_holds_all_oldest_first_is_signed_and_is_itself_written_down(node: Node) -> None:
    export = await some(node)
    *lines, signed = [json.loads(line) for line in export.splitlines()]
    assert [line["line"] for line in lines] == list(range(1, 6))
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    assert set(signed) == {"signed"}
    assert wrong(node, export) == []
    assert (await found(node, "?deed=exported"))[0]["detail"] == {"since": None, "until": None}
    assert json.loads((await taken(node)).splitlines()[5])["deed"] == "exported"


async def test_an_export_of_nothing_and_of_a_span_hold_too(node: Node) -> None:
    assert len((await taken(node)).splitlines()) == 1
    await some(node)
    part = await taken(node, "?since=2026-03-01T09:00:01Z&until=2026-03-01T09:00:03Z")
    assert [json.loads(line).get("at") for line in part.splitlines()[:-1]] == [
        "2026-03-01T09:00:01Z",
        "2026-03-01T09:00:02Z",
    ]
    assert wrong(node, part) == []


async def test_an_export_that_was_tampered_with_is_named_for_what_was_done(node: Node) -> None:
    export = await some(node)
    lines = export.splitlines(keepends=True)
    other = (await node.get(EXPORT, "RU-MVD", Role.AUDITOR)).content.splitlines(keepends=True)
    cases = {
        b"".join(lines[:-1]): "after line 5: the signed line is missing, the export is cut off",
        export[:-40]: "line 6: it is cut off or is none of an export",
        export[: len(lines[0]) + 20]: "line 2: it is cut off or is none of an export",
        b"".join([lines[1], lines[0], *lines[2:]]): "line 1: it bears the number 2",
        b"".join([*lines[:2], *lines[3:]]): "line 3: it bears the number 4",
        b"".join([*lines[:4], *lines[5:]]): "the signed line: it signs 5 lines, there are 4",
        export.replace(b'"shown": 0', b'"shown": 1', 1): "the signed line: the lines are not those that were signed",
        export + lines[0]: "after line 5: something follows the signed line",
        b"".join([*lines[:-1], other[-1]]): "the signed line: it signs 0 lines, there are 5",
        b"".join([*lines[:-1], b'{"signed": "x.y.z"}\n']): "the signed line: its signature does not hold",
        b"".join([*lines[:-1], b'{"signed": {}}\n']): "the signed line: its signature does not hold",
        b"[" * 100_000 + b"\n": "line 1: it is cut off or is none of an export",
        b"": "after line 0: the signed line is missing, the export is cut off",
    }
    for tampered, name in cases.items():
        assert name in wrong(node, tampered), name
    back = export.replace(b"09:00:03Z", b"08:00:03Z")
    assert "line 4: it is earlier than the line before it" in wrong(node, back)
    without_second = b"".join([lines[0], *lines[2:]])
    assert wrong(node, without_second) == [
        "line 2: it bears the number 3",
        "the signed line: it signs 5 lines, there are 4",
        "the signed line: the lines are not those that were signed",
    ]
    (signature,) = json.loads(lines[-1]).values()
    changed = signature[:-10] + ("A" if signature[-10] != "A" else "B") + signature[-9:]
    assert wrong(node, b"".join([*lines[:-1], json.dumps({"signed": changed}).encode() + b"\n"])) == [
        "the signed line: its signature does not hold"
    ]


async def test_a_record_entry_is_no_signature_of_an_export(node: Node) -> None:
    """A seal is for what it says it is: the authority's act on a request signs no trail."""
    made = await node.submitted()
    seal = (await node.get(f"/v1/requests/{made['id']}/record")).json()["items"][0]["signature"]
    lines = (await some(node)).splitlines(keepends=True)
    forged = b"".join([*lines[:-1], json.dumps({"signed": seal}).encode() + b"\n"])
    assert wrong(node, forged)


async def test_an_export_goes_in_batches_and_holds_no_connection_meanwhile(
    node: Node, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deeds of one moment that lie across two batches come each once."""
    monkeypatch.setattr(service, "BATCH", 10)
    await owner.execute(
        "INSERT INTO audit (at, authority, role, who, deed, subject, detail)"
        " SELECT $1, 'KZ-MVD', 'officer', 'token:1', 'read', n::text, '{}' FROM generate_series(1, 105) n",
        NOW,
    )
    async with node.runtime.transaction() as conn:
        actor = Actor("KZ-MVD", Role.AUDITOR)
        export = await service.begin_export(conn, actor, NOW, since=None, until=None)
    chunks = []
    async for chunk in service.lines(node.runtime, node.runtime.desk.keys, export):
        assert node.runtime.pool.raw.get_size() == node.runtime.pool.raw.get_idle_size()
        chunks.append(chunk)
    assert [chunk.count(b"\n") for chunk in chunks] == [10] * 10 + [5, 1]
    assert wrong(node, b"".join(chunks)) == []
    told = [json.loads(line)["subject"] for line in b"".join(chunks).splitlines()[:-1]]
    assert told == [str(number) for number in range(1, 106)]


async def test_no_export_goes_out_that_cannot_be_written_down(node: Node, owner: asyncpg.Connection) -> None:
    await node.get("/v1/requests")
    await owner.execute("REVOKE INSERT ON audit FROM exchange_app")
    problem(await node.get(EXPORT, role=Role.AUDITOR), 500, "internal")
    problem(await node.get(AUDIT, role=Role.AUDITOR), 500, "internal")


MANY = """
INSERT INTO audit (at, authority, role, who, deed, request, subject, detail)
SELECT $1::timestamptz + n * interval '1 second', (ARRAY['KZ-MVD', 'RU-MVD'])[1 + n % 2], 'officer',
       'token:' || n % 97, (ARRAY['read', 'listed', 'read_record', 'acted'])[1 + n % 4],
       lpad((n % 500)::text, 32, '0')::uuid, '', '{}' FROM generate_series(1, 40000) n
"""


async def test_every_search_goes_by_an_index_in_the_order_of_the_answer(owner: asyncpg.Connection) -> None:
    """Read backwards from where the last page ended, without sorting the trail, also by a plan that knows no values."""
    await owner.execute(MANY, NOW)
    await owner.execute("ANALYZE audit")
    await owner.execute("SET plan_cache_mode = force_generic_plan")
    begin = f"'KZ-MVD', '{NOW}', 100000000, '1900-01-01', 51, '{NOW}', 'auditor', 'token:1', 'listed', 'audit', '{{}}'"
    searches = {
        "audit_at": (store.SELECT_ALL, begin),
        "audit_deed": (store.SELECT_OF_DEED, f"{begin}, 'read'"),
        "audit_who": (store.SELECT_OF_WHO, f"{begin}, 'token:5', NULL"),
        "audit_request_at": (
            store.SELECT_OF_REQUEST,
            f"{begin}, '00000000-0000-0000-0000-000000000007', NULL, NULL",
        ),
    }
    for number, (index, (sql, arguments)) in enumerate(searches.items()):
        await owner.execute(f"PREPARE s{number} AS {sql}")
        plan = "\n".join(row[0] for row in await owner.fetch(f"EXPLAIN EXECUTE s{number}({arguments})"))
        assert f"Index Scan Backward using {index}" in plan, plan
        assert "Seq Scan on audit" not in plan
    await owner.execute(f"PREPARE export AS {store.SELECT_EXPORT}")
    arguments = f"'KZ-MVD', '{NOW}', 5, '9999-01-01', 100000000, 500"
    plan = "\n".join(row[0] for row in await owner.fetch(f"EXPLAIN EXECUTE export({arguments})"))
    assert "Index Scan using audit_at" in plan, plan
    assert "Sort" not in plan
