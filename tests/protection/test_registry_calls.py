"""The description of the calls on people, agreements, releases, visits and entries: valid, and held against a node."""

from typing import Any

import jsonschema

from exchange.api.openapi import describe, example
from exchange.protection.api import examples_registry as examples
from exchange.protection.api.catalogue import OPERATIONS as OF_ITEMS
from exchange.protection.api.catalogue_registry import OPERATIONS
from exchange.protection.api.routes import ADDRESSES
from tests.protection.hall import Hall


def test_the_description_is_valid_and_its_examples_fit() -> None:
    whole = describe("1", sandbox=True, more=(*OF_ITEMS, *OPERATIONS))
    for operation in OPERATIONS:
        told = whole["paths"][operation.path][operation.method.lower()]["responses"][str(operation.status)]
        (content,) = told["content"].values()
        schema = {**content["schema"], "components": whole["components"]}
        jsonschema.Draft202012Validator(schema).validate(operation.example)
        for code in operation.troubles:
            assert example(code, [operation])["code"] == code.removeprefix("protection.")


def test_every_address_of_the_module_is_described() -> None:
    described = {(each.path, each.method) for each in (*OF_ITEMS, *OPERATIONS)}
    served = {(path, method) for path, methods in ADDRESSES.items() for method in methods}
    assert served <= described


def like(found: Any, given: Any) -> None:
    """Prove that an answer has the members of its example, wherever the example has any."""
    if isinstance(given, dict) and given and isinstance(found, dict):
        assert set(found) == set(given)
    if isinstance(given, list | tuple) and given and found:
        like(found[0], given[0])


async def test_what_the_examples_send_is_taken_and_answered_as_they_say(hall: Hall) -> None:
    item = await hall.item(purpose="Совместный розыск")
    like(await hall.made("clearances", examples.CLEARANCE), examples.CLEARED)
    like(await hall.made("grants", {**examples.GRANT, "item": item["id"]}), examples.GRANTED)
    like(await hall.made("means", examples.MEANS, "KZ-NSC"), examples.AGREED)
    like(await hall.made("ways", examples.WAY, "KZ-NSC"), examples.AGREED_WAY)
    like(await hall.made("standing", examples.STANDING), examples.AGREED_STANDING)
    like(await hall.all("bindings"), [examples.BINDING])
    like(await hall.made("entries", examples.ENTRY), examples.ENTERED)
    like(await hall.made("entries", examples.CHANGE, "KZ-NSC"), examples.ENTERED)
    like(await hall.all("entries"), [examples.ENTERED])
    for room in ("clearances", "grants", "means", "standing"):
        assert await hall.all(room)


async def test_the_example_of_a_release_goes_its_whole_way(hall: Hall) -> None:
    item = await hall.item(purpose="Совместный розыск")
    case = await hall.made("releases", {**examples.PROPOSAL, "item": item["id"]})
    like(case, examples.RELEASE)
    for name in ("checklist", "duties", "duties", "allowed_acts"):
        like(case[name], examples.RELEASE[name])
    like(case["duties"][0]["skipped_days"], examples.RELEASE["duties"][0]["skipped_days"])
    like(await hall.all("releases"), [examples.RELEASE_LINE])
    for act, fields in examples.STEPS.items():
        by = "KZ-MVD" if act == "decide_government" else "KZ-NSC"
        case = await hall.made(f"releases/{case['id']}/acts", {"act": act, **fields}, by)
    assert case["state"] == "approved"
    like(await hall.all(f"releases/{case['id']}/record"), [examples.RECORDED])


async def test_the_example_of_a_visit_is_consented_to_and_refused(hall: Hall) -> None:
    for act, fields in examples.WORDS.items():
        visit = await hall.made("visits", examples.LETTER, "KZ-NSC")
        like(visit, examples.VISIT)
        answered = await hall.made(f"visits/{visit['id']}/acts", {"act": act, **fields}, "AM-NSS")
        like(answered, examples.VISIT)
    like(await hall.all("visits", "AM-NSS"), [examples.VISIT_LINE])
