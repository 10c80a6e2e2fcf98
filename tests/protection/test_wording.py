"""What the module's calls say of what does not fit: each field's rule, words for names; and lists page by page."""

from typing import Any

import pytest

from exchange import cursors
from tests.api.house import problem
from tests.protection.caller import ITEMS, PAPER, Caller, reasons
from tests.protection.house import REGISTRATION


@pytest.mark.parametrize(
    ("act", "fields", "found"),
    [
        ("destroy", {"copies": [1], "method": 5, "people": []}, {"/method": "A-7.9", "/people": "A-7.9"}),
        ("destroy", {"copies": [0]}, {"/copies/0": "A-7.8", "/irrecoverable": "A-7.9"}),
        ("confirm_receipt", {"own_mark": "cosmic", "form": "x"}, {"/own_mark": "A-7.2", "/form": "A-6.3"}),
        ("authorise_release", {"purpose": "", "procedure": 4}, {"/purpose": "A-5.2", "/copies": "A-6.1"}),
        ("copy", {"made_by": 1, "count": 0}, {"/made_by": "A-N1", "/count": "A-N7"}),
        ("report_breach", {"kinds": [], "circumstances": 1}, {"/kinds": "A-10", "/circumstances": "A-N9"}),
    ],
)
async def test_a_misshapen_act_names_the_rule_of_each_field(
    calls: Caller, act: str, fields: dict[str, Any], found: dict[str, str]
) -> None:
    item = await calls.registered()
    told = dict(reasons(await calls.act(item, "BY-MVD", act, **fields), 422))
    assert {pointer: told[pointer] for pointer in found} == found


async def test_kl_3_a_lithuanian_registration_that_does_not_fit_names_its_own_treaty(calls: Caller) -> None:
    answer = await calls.post(ITEMS, {**REGISTRATION, "mark": "cosmic", "kind": "x"}, "LT-CB")
    assert reasons(answer, 422) == [("/mark", "KL-3"), ("/kind", "KL-4")]


async def test_reasons_name_marks_states_and_fields_in_words(calls: Caller) -> None:
    item = await calls.registered(mark="top_secret")
    derived = await calls.post(ITEMS, {**REGISTRATION, "derived_from": [item["id"]], "mark": "secret"})
    assert "не ниже «совершенно секретно»" in problem(derived, 422, "mark_below_source")["detail"]
    asked: dict[str, Any] = {"kind": "regrade", "scope": {"copies": [1]}, "reason": "р", "reference": PAPER}
    scope = problem(await calls.act(item, "BY-MVD", "ask_consent", **asked), 422, "scope_wrong")
    assert scope["detail"].endswith("ровно: Гриф.")
    await calls.done(item, "BY-MVD", "declassify", ground="истёк срок")
    state = problem(await calls.act(item, "BY-MVD", "regrade", mark="secret", ground="р"), 409, "not_in_this_state")
    assert "«рассекречен»" in state["detail"]


async def test_the_record_and_the_copies_are_paged_as_other_lists(calls: Caller) -> None:
    item = await calls.registered(copies=5)
    await calls.done(item, "BY-MVD", "regrade", mark="top_secret", ground="р")
    await calls.done(item, "BY-MVD", "declassify", ground="истёк срок")
    for name, key, last in (("record", "seq", 3), ("copies", "number", 5)):
        path, found, after = f"{ITEMS}/{item['id']}/{name}", list[int](), dict[str, str]()
        while True:
            page = (await calls.get(path, params={"limit": "2", **after})).json()
            assert page["limit"] == 2
            assert len(page["items"]) <= 2
            found += [each[key] for each in page["items"]]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        assert found == list(range(1, last + 1))
        for wrong in ({"after": "1"}, {"after": cursors.placed("x")}, {"limit": "0"}, {"box": "held"}):
            problem(await calls.get(path, params=wrong), 422, "invalid_query")
