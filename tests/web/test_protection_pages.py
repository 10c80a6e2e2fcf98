"""The module's pages over the real house: a secret's whole life by forms, and what the pages say on its way."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchange.protection.web import proceeding
from schemas.vocabulary import Language, Role
from tests.conftest import Database
from tests.protection.house import PURPOSE
from tests.web.chambers import ITEMS, PLAIN, Chambers, fill, led, open_chambers, register
from tests.web.house import Person, Reader

PLACES = ("", "/items", "/releases", "/visits", "/entries", "/people", "/agreements")
RELEASES = "/protection/releases"
DAY = "2026-02-27"


@pytest.fixture
async def chambers(database: Database, tmp_path: Path) -> AsyncIterator[Chambers]:
    """Give a node with the module in it."""
    async with open_chambers(database.dsn, tmp_path) as opened:
        yield opened


def paper(name: str, reference: str) -> dict[str, str]:
    """Return a paper as a form has it."""
    return {f"{name}.reference": reference, f"{name}.date": DAY}


async def approved(applicant: Person, expert: Person, item: str, recipient: str) -> str:
    """Go through the whole order of release by forms and return the procedure's id."""
    proposal = {
        "recipient": recipient,
        "secrets.0.classified_by": "МВД",
        "secrets.0.ground": "перечень, п. 7",
        "term": "2027-12-31",
        "effect": "польза",
        "compensation": "нет",
        "classification_body": "KZ-NSC",
    }
    answer = await fill(applicant, f"{RELEASES}/new?item={item}", proposal)
    page = await led(applicant, answer)
    assert "20" in page.text
    assert "Календарь: " in page.text
    release = answer.headers["location"].split("?")[0]
    for person, kind, fields in (
        (expert, "decide_classification_body", {"positive": "yes", **paper("decision", "22")}),
        (expert, "extend_expert", {"working_days": "5", "reason": "нужно"}),
        (expert, "conclude_expert", {"possible": "yes", "expedient": "yes", **paper("conclusion", "23")}),
        (applicant, "decide_government", {"positive": "yes", **paper("decision", "№ 310")}),
    ):
        await led(person, await fill(person, f"{release}/acts/{kind}", fields))
    assert (await applicant.http.get(f"{release}/proposal.pdf")).content.startswith(b"%PDF")
    return release.rsplit("/", 1)[1]


@pytest.mark.parametrize("language", Language)
async def test_every_place_opens_for_the_secrecy_officer(chambers: Chambers, language: str) -> None:
    keeper = await chambers.keeper("KZ-MVD")
    for place in (*PLACES, "/items/new", "/releases/new", "/visits/new", "/people/clearances", "/people/grants"):
        page = await keeper.get(f"/protection{place}", language=language)
        assert len(page.all("h1")) == 1, place
        assert page.all("a", href="/protection/items")
    for kind in ("means", "way", "standing"):
        await keeper.get(f"/protection/agreements/{kind}", language=language)


async def test_a_n1_each_page_that_shows_an_item_leaves_one_line(chambers: Chambers) -> None:
    keeper = await chambers.keeper()
    item = await register(keeper)
    lines = "SELECT taken FROM protection.access ORDER BY seq"
    assert await chambers.module.fetch(lines) == []
    for room in ("", "/record", "/copies", "/acts/copy", "/content"):
        await keeper.get(f"{ITEMS}/{item}{room}")
    shown = await keeper.get(f"{ITEMS}/{item}")
    assert [taken for (taken,) in await chambers.module.fetch(lines)] == [
        "card",
        "record",
        "copies",
        "card",
        "card",
        "card",
    ]
    assert not shown.all("h2", id="readings"), "who looked at the card is no reading of the content"
    await keeper.get(ITEMS)
    assert len(await chambers.module.fetch(lines)) == 6, "a list leaves none"


async def test_a_long_record_of_a_proceeding_is_paged_the_latest_act_first(
    chambers: Chambers, monkeypatch: pytest.MonkeyPatch
) -> None:
    kz, nsc = [await chambers.keeper(code) for code in ("KZ-MVD", "KZ-NSC")]
    way = f"{RELEASES}/{await approved(kz, nsc, await register(kz), 'AM-POL')}"
    whole = await kz.get(way)
    assert acts(whole) == [5, 4, 3, 2, 1]
    assert not whole.all("a", href=f"{way}/record")
    monkeypatch.setattr(proceeding, "ACTS_SHOWN", 2)
    monkeypatch.setattr(proceeding, "LIMIT", 3)
    card = await kz.get(way)
    assert acts(card) == [5, 4]
    assert card.all("a", href=f"{way}/record")
    first = await kz.get(f"{way}/record")
    assert acts(first) == [5, 4, 3]
    (following,) = [one["href"] for one in first.all("a") if "after=" in one["href"]]
    assert acts(await kz.get(following)) == [2, 1]
    stranger = await chambers.keeper("RU-FSB")
    assert (await stranger.http.get(f"{way}/record")).status_code == 404


def acts(page: Reader) -> list[int]:
    """Return the places in the record that a page shows."""
    return [int(one["id"].removeprefix("act-")) for _, one in page.elements if one.get("id", "").startswith("act-")]


async def test_a_secret_goes_its_whole_way_by_forms(chambers: Chambers) -> None:
    kz, nsc, am = [await chambers.keeper(code) for code in ("KZ-MVD", "KZ-NSC", "AM-POL")]
    item = await register(kz)
    procedure = await approved(kz, nsc, item, "AM-POL")

    page = await kz.get(f"{ITEMS}/{item}/acts/authorise_release")
    assert "Գաղտնի" in page.text  # what the recipient will set, in the table beside the form
    decided = {
        "recipient": "AM-POL",
        "copies": "1",
        "until": "2027-12-31",
        "basis": "запрос",
        "procedure": procedure,
        **paper("decision", "2"),
        **paper("own_consent", "24"),
        **paper("recipient_cleared", "А-7"),
    }
    await led(kz, await fill(kz, f"{ITEMS}/{item}/acts/authorise_release", decided))

    page = await kz.get(f"{ITEMS}/{item}/acts/dispatch")
    assert "✓ открыт: M-AM" in page.text
    sent = {"copies": "2", "channel": "electronic", "means": "M-AM", **paper("cover_document", "5")}
    await led(kz, await fill(kz, f"{ITEMS}/{item}/acts/dispatch", sent))

    assert "направлены сюда" in (await am.get("/protection/items?box=awaiting")).text
    desk = await am.get("/protection")
    assert "1 Прибытий к подтверждению" in desk.text
    received = {"own_number": "AM-POL/С-14", **paper("reference", "Е-1"), "received_at": "2026-03-01T13:10"}
    chambers.node.clock.advance(minutes=20)
    page = await led(am, await fill(am, f"{ITEMS}/{item}/acts/confirm_receipt", received))
    assert "AM-POL/С-14" in page.text
    assert "Գաղտնի" in page.text

    officer = await chambers.keeper("AM-POL", Role.OFFICER)
    own = await reads(officer, am, item)
    await destroys(am, kz, item)
    gone = await officer.post(f"{ITEMS}/{item}/content", {**own, "as": "screen"})
    assert gone.status_code == 403
    assert "не хранит ни одного экземпляра" in gone.text


async def reads(officer: Person, keeper: Person, item: str) -> dict[str, str]:
    """Read the content, refused without a grant and then granted; return what the form bears."""
    own = (await officer.get(f"{ITEMS}/{item}/content")).hidden()
    refused = await officer.post(f"{ITEMS}/{item}/content", {**own, "as": "screen"})
    assert refused.status_code == 403
    assert "Лицу не открыт доступ" in refused.text
    grant = {"person": "am-pol.officer", "document": "приказ 7"}
    await led(keeper, await fill(keeper, f"/protection/people/grants?item={item}", grant))
    shown = await officer.post(f"{ITEMS}/{item}/content", {**own, "as": "screen"})
    assert shown.status_code == 200
    assert PLAIN.replace("\n", " ")[:20] in shown.text.replace("\n", " ")
    assert PURPOSE in shown.text
    taken = await officer.post(f"{ITEMS}/{item}/content", {**own, "as": "file"})
    assert taken.content == PLAIN.encode()
    assert taken.headers["content-disposition"] == f'attachment; filename="{item}.bin"'
    assert taken.headers["cache-control"] == "no-store"
    return own


async def destroys(holder: Person, maker: Person, item: str) -> None:
    """Destroy the copy with its maker's consent, looked at twice."""
    page = await holder.get(f"{ITEMS}/{item}/acts/destroy", 409)
    assert "Запросить согласие" in page.text
    asked = {"scope.copies": "2", "reason": "использовано", **paper("reference", "Е-2")}
    await led(holder, await fill(holder, f"{ITEMS}/{item}/acts/ask_consent?kind=destroy", asked))
    assert "Ждём: KZ-MVD" in (await holder.get(f"{ITEMS}/{item}")).text
    await led(maker, await fill(maker, f"{ITEMS}/{item}/acts/grant_consent?consent=1", paper("reference", "6")))

    destroyed = {
        "consent": "1",
        "method": "сожжено",
        "people": "Аветисян, начальник отдела\nСаргсян, сотрудник",
        "date": "2026-03-01",
        "irrecoverable": "yes",
        **paper("document", "Е-3"),
    }
    second = await fill(holder, f"{ITEMS}/{item}/acts/destroy", destroyed)
    assert second.status_code == 200
    assert "это необратимо" in second.text
    assert "хранится" in (await holder.get(f"{ITEMS}/{item}")).text
    sure = next(one for one in Reader(second.text).forms() if "key" in one)
    page = await led(holder, await holder.post(f"{ITEMS}/{item}/acts/destroy", {**sure, "sure": "yes"}))
    assert "уничтожен" in page.text


@pytest.mark.parametrize("language", Language)
async def test_people_of_a_body_of_the_module_alone_see_its_pages_and_their_own(
    chambers: Chambers, language: str
) -> None:
    person = await chambers.keeper("LT-CB")
    page = await person.get("/protection", language=language)
    ways = {one["href"] for one in page.all("a")}
    assert "/protection" in ways
    assert not ways & {"/", "/requests?box=in", "/drafts", "/registry", "/mail"}
    await person.get("/account", language=language)
    assert (await person.http.get("/")).status_code == 404


async def test_people_of_a_body_of_the_module_alone_come_in_there_and_leave(chambers: Chambers) -> None:
    person = chambers.nobody()
    entered = await person.post("/sign-in", {"authority": "LT-CB", "role": "secrecy_officer", "next": "/"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/protection")
    page = await person.get("/protection")
    left = await person.post("/sign-out", page.hidden())
    assert left.headers["location"] == "/sign-in"
    assert (await person.http.get("/protection")).status_code in {303, 401}
