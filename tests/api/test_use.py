"""What may be done with what was received, as programs read it."""

from tests.api.house import Node

REPORT = {"items": [{"number": 1, "outcome": "Владелец установлен"}], "text": "Сведения", "final": False}
CONDITIONS = {"conditions": "Не раскрывать до суда", "ground": "Следствие", "consultation": "По телефону"}


async def test_p_7_7_p_10_2_a_request_and_the_results_in_its_record_say_how_they_may_be_used(node: Node) -> None:
    made = await node.submitted()
    await node.done(made, "RU-MVD", "offer_conditions", **CONDITIONS)
    await node.done(made, "KZ-MVD", "accept_conditions")
    await node.done(made, "RU-MVD", "report_results", **REPORT)
    await node.done(made, "KZ-MVD", "ask_other_use", purpose="Гражданский иск")
    await node.done(made, "RU-MVD", "grant_other_use", other_use_number=1)
    shown = await node.done(made, "KZ-MVD", "ask_other_use", purpose="Научная работа")
    use = shown["use"]
    assert [(one["purpose"], one["number"], one["seq"], one["by"]) for one in use["purposes"]] == [
        (made["purpose"], None, 1, "KZ-MVD"),
        ("Гражданский иск", 1, 7, "RU-MVD"),
    ]
    assert [(one["conditions"], one["seq"], one["by"]) for one in use["conditions"]] == [
        ("Не раскрывать до суда", 4, "KZ-MVD")
    ]
    assert [(one["purpose"], one["state"]) for one in use["not_granted"]] == [("Научная работа", "waiting")]
    for authority in ("KZ-MVD", "RU-MVD"):
        record = (await node.get(f"/v1/requests/{made['id']}/record", authority)).json()["items"]
        assert {one["act"]: one["use"] for one in record if one["use"]} == {"report_results": use}


async def test_p_10_2_a_former_holder_sees_the_use_that_stood_when_it_passed_the_request_on(node: Node) -> None:
    made = await node.submitted()
    await node.done(made, "RU-MVD", "redirect", to_authority="RU-FSB", reason="Подследственность")
    await node.done(made, "RU-FSB", "report_results", **REPORT)
    await node.done(made, "KZ-MVD", "ask_other_use", purpose="Гражданский иск")
    use = (await node.get(f"/v1/requests/{made['id']}", "RU-MVD")).json()["use"]
    assert (len(use["purposes"]), use["not_granted"]) == (1, [])
