"""The lists behind an item's card: its record and its copies, page by page."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from exchange import cursors
from exchange.protection.web.card import COPIES
from exchange.protection.web.pages.item import ACTS_SHOWN
from exchange.protection.web.pages.lists import PAGE
from tests.conftest import Database
from tests.web.chambers import ITEMS, Chambers, open_chambers, register
from tests.web.house import Reader


@pytest.fixture
async def chambers(database: Database, tmp_path: Path) -> AsyncIterator[Chambers]:
    """Give a node with the module in it."""
    async with open_chambers(database.dsn, tmp_path) as opened:
        yield opened


def numbers(page: Reader, of: str) -> list[int]:
    """Return the places in the record, or the numbers of the copies, that a page shows."""
    return [int(one["id"].removeprefix(of)) for _, one in page.elements if one.get("id", "").startswith(of)]


def links(page: Reader) -> list[str]:
    """Return where a page's links lead."""
    return [one["href"] for one in page.all("a")]


async def test_a_long_record_is_paged_the_latest_act_first(chambers: Chambers) -> None:
    keeper = await chambers.keeper()
    item = await register(keeper, None)
    house, last = chambers.module, PAGE + 3
    known = (await house.read(UUID(item), "BY-MVD")).item
    for number in range(2, last + 1):
        await house.act(known, "BY-MVD", "regrade", mark=("top_secret", "secret")[number % 2], ground="р")
    card = await keeper.get(f"{ITEMS}/{item}")
    assert numbers(card, "act-") == list(range(last, last - ACTS_SHOWN, -1))
    assert f"{ITEMS}/{item}/record" in links(card)
    first = await keeper.get(f"{ITEMS}/{item}/record")
    assert numbers(first, "act-") == list(range(last, last - PAGE, -1))
    (following,) = [href for href in links(first) if "after=" in href]
    assert numbers(await keeper.get(following), "act-") == [3, 2, 1]
    for wrong in ("after=1", f"after={cursors.placed('-1')}", "after=x&after=y"):
        assert (await keeper.http.get(f"{ITEMS}/{item}/record?{wrong}")).status_code in {400, 422}


async def test_many_copies_are_paged_in_their_order(chambers: Chambers) -> None:
    keeper = await chambers.keeper()
    item = await register(keeper, None, copies=str(PAGE + 2))
    card = await keeper.get(f"{ITEMS}/{item}")
    assert numbers(card, "copy-") == list(range(1, COPIES + 1))
    first = await keeper.get(f"{ITEMS}/{item}/copies")
    assert numbers(first, "copy-") == list(range(1, PAGE + 1))
    (following,) = [href for href in links(first) if "after=" in href]
    assert numbers(await keeper.get(following), "copy-") == [PAGE + 1, PAGE + 2]


async def test_the_lists_of_an_item_are_for_those_whom_it_concerns(chambers: Chambers) -> None:
    item = await register(await chambers.keeper(), None)
    stranger = await chambers.keeper("KZ-MVD")
    for name in ("record", "copies"):
        assert (await stranger.http.get(f"{ITEMS}/{item}/{name}")).status_code == 404


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", "изготовлены № 3, 4 (всего 2)"),
        ("en", "no. 3, 4 (2 in all)"),
        ("kk", "№ 3, 4 (барлығы 2)"),
    ],
)
async def test_a_n7_the_card_says_how_many_copies_were_made_and_for_whom(
    chambers: Chambers, language: str, words: str
) -> None:
    keeper = await chambers.keeper()
    item = await register(keeper, None)
    known = (await chambers.module.read(UUID(item), "BY-MVD")).item
    fields: dict[str, Any] = {"copy_number": 1, "to_whom": "отдел 5", "made_by": "by-mvd.officer"}
    await chambers.module.act(known, "BY-MVD", "copy", count=2, **fields)
    page = await keeper.get(f"{ITEMS}/{item}", language=language)
    assert words in page.text
    assert "отдел 5" in page.text


async def test_a_kazakh_browser_is_answered_in_kazakh_with_the_stamps_as_they_are_set(chambers: Chambers) -> None:
    """Article 13 names the working language of what the authorities send each other, not that of their pages."""
    keeper = await chambers.keeper("KZ-MVD")
    item = await register(keeper, None)
    page = await keeper.get(f"{ITEMS}/{item}", language="kk-KZ,kk;q=0.9")
    assert page.all("html")[0]["lang"] == "kk"
    assert "Құпия / Секретно" in page.text
    assert "ҰҚШҰ-ның 2004 жылғы келісімі" in (await keeper.get("/protection/agreements", language="kk")).text
    page = await keeper.get(f"{ITEMS}/{item}", language="kk;q=0.2,en;q=0.5")
    assert page.all("html")[0]["lang"] == "en"
