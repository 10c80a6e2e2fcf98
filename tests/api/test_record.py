"""The record of a request page by page: by place, by bytes, as far as the caller may see, and never forged."""

from typing import Any

import pytest

from exchange import cursors
from exchange.store.record import MOST_BYTES
from tests.api.house import Node, problem

LONG = "я" * 20_000
"""The longest text that a note takes."""


async def noted(node: Node, many: int, text: str = "сообщение") -> dict[str, Any]:
    """Submit a request and let so many notes stand on it."""
    made = await node.submitted()
    for number in range(many):
        await node.done(made, "KZ-MVD", "note", text=text + str(number) if len(text) < len(LONG) else text)
    return made


async def pages(node: Node, made: dict[str, Any], by: str = "KZ-MVD", **asked: str) -> list[dict[str, Any]]:
    """Return every page of a record."""
    path, read = f"/v1/requests/{made['id']}/record", []
    while True:
        answer = await node.get(path, by, params=asked)
        assert answer.status_code == 200, answer.text
        read.append(dict(answer.json()) | {"bytes": len(answer.content)})
        if read[-1]["next"] is None:
            return read
        asked["after"] = read[-1]["next"]


async def test_pages_by_any_limit_are_the_whole_record_in_order(node: Node) -> None:
    made = await noted(node, 5)
    (whole,) = await pages(node, made)
    assert ([entry["seq"] for entry in whole["items"]], whole["limit"]) == ([1, 2, 3, 4, 5, 6, 7], 50)
    for limit in (1, 2, 3, 6, 7, 200):
        read = await pages(node, made, limit=str(limit))
        assert [entry for page in read for entry in page["items"]] == whole["items"]
        assert {page["limit"] for page in read} == {limit}
        assert len(read) == -(-7 // limit)


async def test_without_a_limit_a_page_is_as_long_as_those_of_other_lists(node: Node) -> None:
    read = await pages(node, await noted(node, 60))
    assert [len(page["items"]) for page in read] == [50, 12]


async def test_a_page_ends_where_its_bytes_do_and_never_stands_still(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await noted(node, 24, LONG)
    read = await pages(node, made, limit="200")
    assert len(read) > 1
    assert all(page["bytes"] < 2 * MOST_BYTES for page in read)
    assert [entry["seq"] for page in read for entry in page["items"]] == list(range(1, 27))
    monkeypatch.setattr("exchange.store.record.MOST_BYTES", 1)
    assert [len(page["items"]) for page in await pages(node, made)] == [1] * 26


async def test_p_7_4_a_former_holder_pages_through_what_it_saw_and_no_further(node: Node) -> None:
    made = await node.submitted()
    await node.done(made, "RU-MVD", "redirect", to_authority="RU-FSB", reason="Подследственность")
    await node.done(made, "RU-FSB", "accept")
    read = await pages(node, made, "RU-MVD", limit="2")
    assert [[entry["act"] for entry in page["items"]] for page in read] == [["submit", "receive"], ["redirect"]]
    path = f"/v1/requests/{made['id']}/record"
    beyond = (await node.get(path, "RU-MVD", params={"after": cursors.placed("3")})).json()
    assert (beyond["items"], beyond["next"]) == ([], None)
    assert len((await node.get(path)).json()["items"]) == 5


async def test_beyond_the_end_there_is_nothing_and_a_forged_place_is_refused(node: Node) -> None:
    made = await node.submitted()
    path = f"/v1/requests/{made['id']}/record"
    for place in ("2", "999999999"):
        beyond = (await node.get(path, params={"after": cursors.placed(place)})).json()
        assert (beyond["items"], beyond["next"]) == ([], None)
    for forged in ("1", "x", cursors.placed("-1"), cursors.placed("1e3"), cursors.placed("9" * 10)):
        problem(await node.get(path, params={"after": forged}), 422, "invalid_query")
    for wrong in ({"limit": "0"}, {"limit": "201"}, {"through": "1"}):
        problem(await node.get(path, params=wrong), 422, "invalid_query")
    problem(await node.get(path, "AM-POL", params={"limit": "1"}), 404, "not_there")
