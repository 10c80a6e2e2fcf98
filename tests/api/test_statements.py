"""A read makes at most 8 statements and an act at most 16, BEGIN and COMMIT counted, however long the record is."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from exchange.api import examples
from schemas.vocabulary import ActKind, Role
from tests.api.described import BEFORE, CHANGES, author
from tests.api.house import SUBMISSION, Node
from tests.statements import Recorder, recorded

MOST_OF_A_READ, MOST_OF_AN_ACT = 8, 16
MANY = 60
"""Entries of a long record: what grows with it would show."""

PATHS = (
    "/v1/requests/{id}", "/v1/requests/{id}/record", "/v1/requests", "/v1/requests?q=банк", "/v1/requests?due=later",
    "/v1/obligations", "/v1/obligations?state=overdue", "/v1/statistics", "/v1/events", "/v1/authorities",
    "/v1/parties", "/v1/agreements",
)  # fmt: skip


@pytest.fixture
async def recorder(node: Node) -> AsyncIterator[Recorder]:
    """Note what the node asks its database."""
    async with recorded(node.runtime.pool) as found:
        yield found


async def counted(recorder: Recorder, node: Node, path: str, role: Role = Role.SYSTEM) -> list[str]:
    """Return the statements of a read; whatever a connection asks once in its life was asked before."""
    for _ in range(node.runtime.pool.raw.get_max_size()):
        assert (await node.get(path, role=role)).status_code == 200
    recorder.taken()
    assert (await node.get(path, role=role)).status_code == 200
    return recorder.taken()


async def lengthened(node: Node, made: dict[str, Any]) -> None:
    """Let the record of a request grow."""
    for number in range(MANY):
        await node.done(made, "KZ-MVD", "note", text=f"сообщение {number}")


async def test_the_recorder_counts_begin_and_commit(node: Node, recorder: Recorder) -> None:
    async with node.runtime.transaction() as conn:
        await conn.execute("SELECT 1")
    begin, one, commit = recorder.taken()
    assert (begin[:5], one, commit[:6]) == ("BEGIN", "SELECT 1", "COMMIT")


async def test_every_read_makes_few_statements_however_long_the_record(node: Node, recorder: Recorder) -> None:
    made = await node.submitted()
    few = {path: await counted(recorder, node, path.replace("{id}", made["id"])) for path in PATHS}
    audit = await counted(recorder, node, "/v1/audit", Role.AUDITOR)
    await lengthened(node, made)
    for path, statements in few.items():
        assert 0 < len(statements) <= MOST_OF_A_READ, (path, statements)
        assert await counted(recorder, node, path.replace("{id}", made["id"])) == statements, path
    assert len(audit) <= MOST_OF_A_READ
    assert await counted(recorder, node, "/v1/audit", Role.AUDITOR) == audit


async def prepared(node: Node, kind: ActKind) -> dict[str, Any]:
    """Return a request on which an act can be done."""
    made = await node.submitted(**CHANGES.get(kind, {}))
    for before in BEFORE.get(kind, ()):
        await node.done(made, author(before), **examples.act(before))
    return made


@pytest.mark.parametrize("kind", sorted(set(ActKind) - {ActKind.SUBMIT}))
async def test_every_act_makes_few_statements(node: Node, recorder: Recorder, kind: ActKind) -> None:
    made = await prepared(node, kind)
    node.clock.advance(days=2)
    by = "TJ-GKNB" if kind is ActKind.RECEIVE else author(kind)
    await node.headers(by)
    recorder.taken()
    answer = await node.act(made, by, **examples.act(kind), headers={"Idempotency-Key": "k"})
    statements = recorder.taken()
    assert answer.status_code == 201, answer.text
    assert 0 < len(statements) <= MOST_OF_AN_ACT, statements


async def test_a_submission_makes_few_statements(node: Node, recorder: Recorder) -> None:
    for _ in range(2):
        await node.submitted()
    recorder.taken()
    await node.call("POST", "/v1/requests", value=SUBMISSION, headers={"Idempotency-Key": "k"})
    assert 0 < len(statements := recorder.taken()) <= MOST_OF_AN_ACT, statements


async def test_what_is_plain_takes_one_statement_to_read_and_one_to_write(node: Node, recorder: Recorder) -> None:
    for _ in range(2):
        made = await node.submitted()
    for text in ("а", "б"):
        await node.done(made, "RU-MVD", "note", text=text)
    recorder.taken()
    made = await node.submitted()
    read, written = recorder.taken()
    assert ("for_submissions" in read, "save_decisions" in written) == (True, True)
    await node.call(
        "POST", f"/v1/requests/{made['id']}/acts", "RU-MVD", value={"act": "accept"}, headers={"Idempotency-Key": "k"}
    )
    read, written = recorder.taken()
    assert ("for_acts" in read, "save_decisions" in written) == (True, True)


async def test_an_act_makes_as_many_statements_on_a_long_record_as_on_a_short_one(
    node: Node, recorder: Recorder
) -> None:
    made = await node.submitted()
    for text in ("а", "б"):  # what a connection and a token ask once is asked by then
        await node.done(made, "RU-MVD", "note", text=text)
    recorder.taken()
    await node.done(made, "RU-MVD", "accept")
    short = recorder.taken()
    await lengthened(node, made)
    recorder.taken()
    await node.done(made, "RU-MVD", "postpone", reason="а")
    assert recorder.taken() == short
