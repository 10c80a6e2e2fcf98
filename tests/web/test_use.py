"""The page of a request says beside all results how they may be used."""

from tests.web.house import Office, Reader

REPORT = {"items": [{"number": 1, "outcome": "Владелец установлен"}], "text": "Сведения", "final": False}
CONDITIONS = {"conditions": "Не раскрывать до суда", "ground": "Следствие", "consultation": "По телефону"}


def links(page: Reader) -> int:
    """Count the links from results to the way they may be used."""
    return len(page.all("a", href="#use"))


async def test_p_10_2_the_page_shows_beside_each_result_what_it_may_be_used_for(office: Office) -> None:
    made = await office.node.submitted()
    person = await office.person("KZ-MVD")
    before = await person.get(f"/requests/{made['id']}")
    assert (links(before), before.all("h2", id="use")) == (0, [])
    await office.node.done(made, "RU-MVD", "report_results", **REPORT)
    page = await person.get(f"/requests/{made['id']}")
    assert links(page) == 2  # at the item and in the record
    assert len(page.all("h2", id="use")) == 1
    assert "Только для целей" in page.text


async def test_p_10_2_another_use_is_shown_as_asked_then_granted_or_denied(office: Office) -> None:
    made = await office.node.submitted()
    await office.node.done(made, "RU-MVD", "report_results", **REPORT)
    for purpose in ("Гражданский иск", "Научная работа"):
        await office.node.done(made, "KZ-MVD", "ask_other_use", purpose=purpose)
    person = await office.person("KZ-MVD")
    assert (await person.get(f"/requests/{made['id']}")).text.count("ждёт согласия") == 2
    await office.node.done(made, "RU-MVD", "grant_other_use", other_use_number=1)
    await office.node.done(made, "RU-MVD", "deny_other_use", other_use_number=2, reason="Не для печати")
    page = await person.get(f"/requests/{made['id']}")
    assert "согласие RU-MVD, действие № 6" in page.text
    assert "RU-MVD отказал" in page.text
    assert "ждёт согласия" not in page.text


async def test_p_7_7_accepted_conditions_are_shown_on_the_page_with_the_act_that_accepted_them(office: Office) -> None:
    made = await office.node.submitted()
    await office.node.done(made, "RU-MVD", "offer_conditions", **CONDITIONS)
    await office.node.done(made, "KZ-MVD", "accept_conditions")
    for authority in ("KZ-MVD", "RU-MVD"):
        page = await (await office.person(authority)).get(f"/requests/{made['id']}")
        assert "Не раскрывать до суда" in page.text
        assert "приняты KZ-MVD, действие № 4" in page.text
