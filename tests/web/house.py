"""A node with people in front of it: each with a browser of their own that keeps cookies."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

from exchange.runtime import Mode
from schemas.vocabulary import Role
from tests.api.house import Node, open_node

OWN = {"Sec-Fetch-Site": "same-origin", "Origin": "https://node"}
VOID = {"meta", "link", "input", "img", "br"}


class Reader(HTMLParser):
    """What a page holds: its elements with their attributes, its text, and whether every element is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.source = html
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        assert self.open == [], self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and its attributes."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Prove that the element which ends is the last one that began."""
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note words."""
        self.words.append(data)

    @property
    def text(self) -> str:
        """The words of the page with single spaces."""
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """Return the elements of a tag with these attributes."""
        return [
            found
            for name, found in self.elements
            if name == tag and all(found.get(key) == value for key, value in attributes.items())
        ]

    def hidden(self) -> dict[str, str]:
        """Return what the act's form bears for itself."""
        return {one["name"]: one["value"] for one in self.all("input", type="hidden")}


@dataclass
class Person:
    """Somebody at a browser."""

    http: httpx.AsyncClient
    last: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, status: int = 200, *, language: str = "") -> Reader:
        """Open a page."""
        answer = await self.http.get(path, headers={"Accept-Language": language})
        assert answer.status_code == status, (answer.status_code, answer.text[:400])
        return Reader(answer.text)

    async def post(self, path: str, data: dict[str, Any], **headers: str) -> httpx.Response:
        """Send a form, as one of our own pages does."""
        return await self.http.post(path, data=data, headers={**OWN, **headers})

    async def open_form(self, request: str, act: str) -> dict[str, str]:
        """Open an act's form and return what it bears for itself."""
        return (await self.get(f"/requests/{request}/acts/{act}")).hidden()

    async def act(self, request: str, act: str, **fields: Any) -> httpx.Response:
        """Open an act's form, fill it in and send it."""
        own = await self.open_form(request, act)
        filled = {name.replace("__", "."): value for name, value in fields.items()}
        return await self.post(f"/requests/{request}/acts/{act}", {**own, **filled})


@dataclass
class Office:
    """A node and whoever stands before it."""

    node: Node
    people: list[httpx.AsyncClient] = field(default_factory=list)

    def nobody(self) -> Person:
        """Return somebody who is not signed in."""
        transport = httpx.ASGITransport(app=self.node.app, raise_app_exceptions=True)
        http = httpx.AsyncClient(transport=transport, base_url="https://node", headers={"Accept": "text/html"})
        self.people.append(http)
        return Person(http)

    async def person(self, authority: str = "RU-MVD", role: Role = Role.HEAD) -> Person:
        """Return somebody who is signed in."""
        person = self.nobody()
        answer = await person.post("/sign-in", {"authority": authority, "role": role, "next": "/"})
        assert answer.status_code == 303, answer.text[:300]
        assert answer.headers["location"] == "/"
        return person


@asynccontextmanager
async def open_office(dsn: str, mode: Mode = Mode.SANDBOX) -> AsyncIterator[Office]:
    """Open a node and let people come."""
    async with open_node(dsn, mode) as node:
        office = Office(node)
        yield office
        for http in office.people:
            await http.aclose()


def keys_of(html: str) -> set[str]:
    """Return the templates' keys that a source asks for by name."""
    return set(re.findall(r"""\b(?:t|n|tongue\.t|tongue\.n)\(\s*"([a-z_0-9.]+[a-z_0-9])"\s*[,)]""", html))
