"""The ways between the open pages and the module's: tabs, a request's items, an item's requests, the desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from exchange.main import create_app, create_module_app
from exchange.protection.gateway import Beside, Inside
from exchange.runtime import new_id, utc_now
from exchange.settings import Protection, Settings
from exchange.store import protected
from exchange.store.pool import open_pool
from exchange.web import guard
from schemas.vocabulary import Role
from tests.api.house import SUBMISSION
from tests.conftest import Database
from tests.protection.test_visits import letter
from tests.web.chambers import ITEMS, Chambers, open_chambers, register
from tests.web.house import Person, Reader

AT = "https://secrets.example"
NODE = "https://exchange.example"
DESK = "/protection"


@pytest.fixture
async def chambers(database: Database, tmp_path: Path) -> AsyncIterator[Chambers]:
    """Give a node with the module in it, and the doors between them."""
    async with open_chambers(database.dsn, tmp_path) as opened:
        node = opened.node
        doors = Inside(opened.module.module, lambda: new_id(utc_now()))
        node.runtime = replace(node.runtime, desk=replace(node.runtime.desk, doors=doors))
        node.app = create_app(node.runtime, Settings(), module=opened.module.module)
        node.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=node.app), base_url="http://node")
        yield opened
        await node.http.aclose()


async def referring(chambers: Chambers, item: str) -> dict[str, str]:
    """Submit a request of Kazakhstan's that refers to an item."""
    value = {**SUBMISSION, "protected": [item]}
    answer = await chambers.node.call("POST", "/v1/requests", "KZ-MVD", Role.SYSTEM, value=value)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def links(page: Reader) -> set[str]:
    """Return where a page's links lead."""
    return {one["href"] for one in page.all("a")}


async def test_an_item_leads_to_the_request_that_refers_to_it_and_back(chambers: Chambers) -> None:
    keeper = await chambers.keeper("KZ-MVD")
    item = await register(keeper, None)
    request = await referring(chambers, item)
    page = await keeper.get(f"{ITEMS}/{item}")
    assert f"/requests/{request['id']}" in links(page)
    assert request["number"] in page.text
    assert f"{ITEMS}/{item}" in links(await keeper.get(f"/requests/{request['id']}"))


async def test_the_other_side_is_led_to_no_item_that_does_not_concern_it(chambers: Chambers) -> None:
    item = await register(await chambers.keeper("KZ-MVD"), None)
    request = await referring(chambers, item)
    other = await chambers.keeper(request["holder"])
    page = await other.get(f"/requests/{request['id']}")
    assert f"{ITEMS}/{item}" not in links(page)
    assert "KZ-MVD/2026/S-00001" in page.text


async def test_whoever_holds_an_item_and_sees_no_request_is_led_to_none(chambers: Chambers) -> None:
    keeper = await chambers.keeper("KZ-MVD")
    item = await register(keeper, None, joint_with="BY-MVD")
    request = await referring(chambers, item)
    assert request["holder"] != "BY-MVD"
    page = await (await chambers.keeper("BY-MVD")).get(f"{ITEMS}/{item}")
    assert not any("/requests/" in href for href in links(page))
    assert request["number"] not in page.text


async def test_the_desk_counts_visits_without_an_answer_and_each_figure_leads_to_its_list(chambers: Chambers) -> None:
    asked = await chambers.node.call("POST", "/v1/protection/visits", "KZ-NSC", Role.SECRECY_OFFICER, value=letter())
    assert asked.status_code == 201, asked.text
    host = await chambers.keeper(asked.json()["host"])
    page = await host.get(DESK)
    assert "1 Визитов без ответа" in page.text
    (way,) = [one["href"] for one in page.all("a") if "visits?" in one["href"]]
    assert asked.json()["number"] in (await host.get(way)).text
    for figure in page.elements:
        if "figure" in figure[1].get("class", "").split():
            assert (await host.http.get(figure[1]["href"])).status_code == 200


@asynccontextmanager
async def beside(chambers: Chambers, database: Database, settings: Settings) -> AsyncIterator[Person]:
    """Put the node before a module of its own process, and let a secrecy officer come."""
    pool = await open_pool(database.dsn, size=2, role="protection_gate")
    try:
        runtime = replace(chambers.node.runtime, desk=replace(chambers.node.runtime.desk, doors=Beside(pool)))
        chambers.node.app = create_app(runtime, settings)
        yield await chambers.keeper("KZ-MVD")
    finally:
        await pool.close()


async def test_without_an_address_a_module_apart_has_no_tab(chambers: Chambers, database: Database) -> None:
    for protection in (Protection(way="apart"), Protection(way="off", address=AT), Protection(address=AT)):
        async with beside(chambers, database, Settings(protection=protection)) as keeper:
            page = await keeper.get("/")
            assert not any(DESK in href for href in links(page)), protection


async def test_a_module_apart_has_its_tab_by_its_address(chambers: Chambers, database: Database) -> None:
    item = await register(await chambers.keeper("KZ-MVD"), None)
    request = await referring(chambers, item)
    async with beside(chambers, database, Settings(protection=Protection(way="apart", address=AT))) as keeper:
        answer = await keeper.http.get("/")
        assert f"{AT}{DESK}" in links(Reader(answer.text))
        assert answer.headers["content-security-policy"] == guard.HEADERS["Content-Security-Policy"]
        assert f"{AT}{ITEMS}/{item}" in links(await keeper.get(f"/requests/{request['id']}"))
        officer = await chambers.person("KZ-MVD", Role.REGISTRAR)
        assert f"{AT}{DESK}" not in links(await officer.get("/"))


@pytest.mark.parametrize(("address", "node"), [(None, ""), (NODE, NODE)])
async def test_from_a_module_apart_a_way_leads_back(
    chambers: Chambers, database: Database, address: str | None, node: str
) -> None:
    keeper = await chambers.keeper("KZ-MVD")
    item = await register(keeper, None)
    request = await referring(chambers, item)
    door = await open_pool(database.dsn, size=2, role="exchange_door")
    try:
        runtime = replace(chambers.node.runtime, pool=door)
        app = create_module_app(runtime, Settings(address=address), chambers.module.module)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="https://node", cookies=keeper.http.cookies) as http:
            page = await Person(http).get(f"{ITEMS}/{item}")
        assert {f"{node}/", f"{node}/requests?box=in", f"{node}/requests/{request['id']}"} <= links(page)
        async with door.connection() as conn:
            assert await protected.requests_of(conn, new_id(utc_now()), "KZ-MVD") == ()
    finally:
        await door.close()
