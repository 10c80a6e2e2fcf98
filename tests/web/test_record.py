"""The record of a request on pages: the latest acts with the request, those before them behind a link, in order."""

from typing import Any

import pytest

from exchange import cursors
from exchange.web.dossier import STEPS
from tests.web.house import Office, Reader

NOTES = STEPS + 3


def seqs(page: Reader) -> list[int]:
    """Return the places of the acts that a page shows."""
    letters = [one["href"].split("/letters/") for one in page.all("a") if "/letters/" in one["href"]]
    return [int(parts[1].removesuffix(".pdf")) for parts in letters if "button" not in parts]


async def noted(office: Office, many: int) -> dict[str, Any]:
    """Submit a request and let notes stand on it."""
    made = await office.node.submitted()
    for number in range(many):
        await office.node.done(made, "KZ-MVD", "note", text=f"сообщение {number}")
    return made


@pytest.mark.parametrize(
    ("language", "earlier", "first", "newest"),
    [
        ("ru", "Более ранние действия", "К началу", "Журнал запроса"),
        ("en", "Earlier entries", "To the beginning", "Record"),
        ("kk", "Бұрынғы әрекеттер", "Басына", "Өтініш журналы"),
    ],
)
async def test_a_long_record_is_shown_the_latest_act_first_and_goes_on_behind_a_link(
    office: Office, language: str, earlier: str, first: str, newest: str
) -> None:
    made, last = await noted(office, NOTES), NOTES + 2
    person = await office.person("RU-MVD")
    page = await person.get(f"/requests/{made['id']}", language=language)
    assert seqs(page)[1:] == list(range(last, last - STEPS, -1))  # the first is the button of the request's own letter
    assert page.all("ol", **{"class": "record", "start": str(last)})
    assert earlier in page.text
    (way,) = [one["href"] for one in page.all("a", rel="next")]
    rest = await person.get(way, language=language)
    assert seqs(rest) == [5, 4, 3, 2, 1]
    assert newest in rest.text
    assert first in rest.text
    assert not rest.all("a", rel="next")
    whole = await person.get(f"/requests/{made['id']}/record", language=language)
    assert seqs(whole) == list(range(last, last - STEPS, -1))
    assert [one["href"] for one in whole.all("a", rel="next")] == [way]


async def test_a_short_record_has_no_further_page(office: Office) -> None:
    made = await noted(office, 1)
    person = await office.person("RU-MVD")
    page = await person.get(f"/requests/{made['id']}")
    assert seqs(page)[1:] == [3, 2, 1]
    assert not page.all("a", rel="next")
    for wrong in ("after=1", f"after={cursors.placed('-1')}", "after=x&after=y"):
        assert (await person.http.get(f"/requests/{made['id']}/record?{wrong}")).status_code == 422
    await (await office.person("AM-POL")).get(f"/requests/{made['id']}/record", 404)


async def test_p_10_2_results_on_a_page_of_the_record_say_how_they_may_be_used(office: Office) -> None:
    made = await office.node.submitted()
    person = await office.person("KZ-MVD")
    assert not (await person.get(f"/requests/{made['id']}/record")).all("h2", id="use")
    await office.node.done(made, "RU-MVD", "accept")
    items = [{"number": 1, "outcome": "Установлен"}, {"number": 2, "outcome": "Сохранено"}]
    await office.node.done(made, "RU-MVD", "report_results", items=items, text="Готово", final=True)
    page = await person.get(f"/requests/{made['id']}/record")
    assert page.all("h2", id="use")
    assert page.all("a", href="#use")


async def test_a_form_older_than_a_page_of_the_record_shows_the_latest_page(office: Office) -> None:
    made = await office.node.submitted()
    person = await office.person("RU-MVD")
    own = await person.open_form(made["id"], "note")
    for number in range(NOTES):
        await office.node.done(made, "KZ-MVD", "note", text=f"сообщение {number}.")
    answer = await person.post(f"/requests/{made['id']}/acts/note", {**own, "text": "набранное"})
    assert answer.status_code == 412
    assert [f"сообщение {number}." in answer.text for number in (2, 3, NOTES - 1)] == [False, True, True]
