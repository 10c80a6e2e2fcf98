"""A node with the protection module behind it, and people in front of its pages."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from exchange.main import create_app
from exchange.settings import Settings
from schemas.vocabulary import Role
from tests.api.house import NOW, open_node
from tests.protection.house import PURPOSE, House, open_house
from tests.web.house import OWN, Office, Person, Reader

ITEMS = "/protection/items"
KEEPER = Role.SECRECY_OFFICER
PLAIN = "Содержание, которого никто лишний не видит.\nВторая строка."
NEW = {
    "mark": "secret",
    "designation": "Справка о сети «Заря»",
    "kind": "electronic",
    "purpose": PURPOSE,
    "copies": "2",
}
DECISION = {"decision.reference": "решение 1", "decision.date": "2026-02-27"}


@dataclass
class Chambers(Office):
    """The node, whoever stands before it, and the module itself."""

    house: House | None = None

    @property
    def module(self) -> House:
        """The module at work."""
        assert self.house is not None
        return self.house

    async def keeper(self, authority: str = "BY-MVD", role: Role = KEEPER) -> Person:
        """Return a body's secrecy officer, or somebody else of it, signed in."""
        return await self.person(authority, role)


@asynccontextmanager
async def open_chambers(dsn: str, folder: Path) -> AsyncIterator[Chambers]:
    """Open a node with the module in it, the sample registry seeded, both at the same moment."""
    async with open_node(dsn) as node, open_house(dsn, folder) as house:
        house.now = NOW
        node.app = create_app(node.runtime, Settings(), module=house.module)
        chambers = Chambers(node, house=house)
        yield chambers
        for http in chambers.people:
            await http.aclose()


def form_of(page: Reader) -> dict[str, Any]:
    """Return what the page's own form holds: the one with a key."""
    return next(one for one in page.forms() if "key" in one)


async def fill(person: Person, way: str, fields: Mapping[str, Any], *, post: str = "") -> httpx.Response:
    """Open a form, fill it in over what it holds, and send it."""
    own = form_of(await person.get(way))
    return await person.post(post or way.partition("?")[0], {**own, **fields})


async def led(person: Person, answer: httpx.Response) -> Reader:
    """Follow where a form that stood leads."""
    assert answer.status_code == 303, (answer.status_code, Reader(answer.text).text[:2000])
    return await person.get(answer.headers["location"])


async def register(person: Person, plain: bytes | None = PLAIN.encode(), /, **changes: str) -> str:
    """Register an item by its form, with content or without, and return its id."""
    own = form_of(await person.get(f"{ITEMS}/new"))
    data = {**own, **NEW, **changes}
    files = [] if plain is None else [("file", ("справка.txt", plain, "text/plain"))]
    answer = await person.http.post(f"{ITEMS}/new", data=data, files=files or None, headers=OWN)
    assert answer.status_code == 303, (answer.status_code, Reader(answer.text).text[:2000])
    return str(answer.headers["location"]).split("?")[0].rsplit("/", 1)[1]


async def act(person: Person, item: str, kind: str, **fields: Any) -> httpx.Response:
    """Open an act's form, fill it in and send it."""
    filled = {name.replace("__", "."): value for name, value in fields.items()}
    asked = f"?kind={filled.pop('of')}" if "of" in filled else ""
    return await fill(person, f"{ITEMS}/{item}/acts/{kind}{asked}", filled)
