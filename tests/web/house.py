"""A node with people in front of it: each with a browser of their own that keeps cookies."""

import re
from collections.abc import AsyncIterator, Sequence
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
        self.sent: list[dict[str, Any]] = []
        self._area = self._choice = ""
        self.feed(html)
        assert self.open == [], self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and its attributes."""
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        self._fill(tag, found)
        if tag not in VOID:
            self.open.append(tag)

    def _fill(self, tag: str, found: dict[str, str]) -> None:
        """Note what a form would send."""
        if tag == "form":
            self.sent.append({})
        name = found.get("name", "")
        if tag == "textarea":
            self._area = name
            self.sent[-1][name] = ""
        elif tag == "select":
            self._choice = name
        elif tag == "option" and "selected" in found and self._choice:
            self.sent[-1][self._choice] = found["value"]
        elif tag == "input" and name and self.sent:
            if found.get("type") in {"checkbox", "radio"}:
                if "checked" in found:
                    self.sent[-1].setdefault(name, []).append(found["value"])
            else:
                self.sent[-1][name] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Prove that the element which ends is the last one that began."""
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note words."""
        self.words.append(data)
        if self._area and self.open[-1] == "textarea":
            self.sent[-1][self._area] = data.removeprefix("\n")
            self._area = ""

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

    def forms(self) -> list[dict[str, Any]]:
        """Return what each form would send as it stands: every input, area and choice by name."""
        return self.sent

    def hidden(self) -> dict[str, str]:
        """Return what the act's form bears for itself."""
        return {one["name"]: one["value"] for one in self.all("input", type="hidden")}


@dataclass
class Person:
    """Somebody at a browser."""

    http: httpx.AsyncClient
    last: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, status: int = 200, *, language: str = "") -> Reader:
        """Open a page; the form of an act that is signed is that of a draft."""
        answer = await self.http.get(path, headers={"Accept-Language": language})
        if status == 200 and answer.headers.get("location", "").startswith("/drafts/"):
            answer = await self.http.get(answer.headers["location"], headers={"Accept-Language": language})
        assert answer.status_code == status, (answer.status_code, answer.text[:400])
        return Reader(answer.text)

    async def post(self, path: str, data: dict[str, Any], **headers: str) -> httpx.Response:
        """Send a form, as one of our own pages does."""
        return await self.http.post(path, data=data, headers={**OWN, **headers})

    async def send(
        self, path: str, data: dict[str, Any], files: Sequence[tuple[str, bytes, str]], **headers: str
    ) -> httpx.Response:
        """Send a form with files: name, bytes and kind of each."""
        parts = [("files", file) for file in files]
        return await self.http.post(path, data=data, files=parts, headers={**OWN, **headers})

    async def open_form(self, request: str, act: str) -> dict[str, str]:
        """Open an act's form and return what it bears for itself."""
        return (await self.get(f"/requests/{request}/acts/{act}")).hidden()

    async def write(self, way: str, *, do: str = "save", **fields: Any) -> httpx.Response:
        """Open the form of a draft, fill it in over what it holds and save it; return the answer."""
        page = await self.get(way)
        (own,) = [one for one in page.forms() if "key" in one]
        filled = {name.replace("__", "."): value for name, value in fields.items()}
        return await self.post(way.partition("?")[0], {**own, **filled, "do": do})

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
        assert answer.headers["location"] in {"/", "/protection"}
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
