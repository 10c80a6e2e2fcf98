"""What tests in a browser stand on: a node that listens, and windows that note what they should not have done."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import uvicorn

from exchange.serve import Quiet
from tests.api.house import Node

FAULTS: Final = """() => {
  const found = [], say = (what, of) => found.push(what + ": " + (of.id || of.name || of.outerHTML.slice(0, 80)));
  const ids = [...document.querySelectorAll("[id]")].map(one => one.id);
  ids.filter((id, place) => ids.indexOf(id) !== place).forEach(id => found.push("id twice: " + id));
  for (const one of document.querySelectorAll("a, button, summary")) {
    if (!(one.textContent + (one.getAttribute("aria-label") || "")).trim()) say("no name", one);
  }
  for (const one of document.querySelectorAll("main input:not([type=hidden]), main select, main textarea")) {
    if (!one.labels || !one.labels.length) say("no label", one);
  }
  let level = 0;
  for (const one of document.querySelectorAll("h1, h2, h3, h4")) {
    const own = Number(one.tagName[1]);
    if (own > level + 1) say("a heading too deep", one);
    level = own;
  }
  for (const one of document.querySelectorAll(".table")) {
    if (one.scrollWidth > one.clientWidth + 1) say("a table cut off", one);
  }
  return found;
}"""
"""What is wrong with a page for whoever hears it, or sees it on a phone or on paper."""

LOOKS: Final = (("light", "ru-RU"), ("dark", "ru-RU"), ("light", "kk-KZ"))
"""How a page is looked at where it must fit: by which light, in which language; Kazakh has the longest labels."""


@dataclass
class Window:
    """A page of a browser, and everything that it should not have done."""

    page: Any
    address: str
    trouble: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def go(self, path: str) -> None:
        """Open an address of the node."""
        await self.page.goto(self.address + path)

    async def sign_in(self, authority: str, role: str = "head") -> None:
        """Sign in by the one-click address, with the keyboard: the button has the focus."""
        await self.go(f"/sign-in?authority={authority}&role={role}")
        await self.page.wait_for_function("document.activeElement?.tagName === 'BUTTON'")
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url(self.address + "/")

    async def faults(self) -> list[str]:
        """Return what is wrong with the page: names, labels, headings, tables that are cut off."""
        return list(await self.page.evaluate(FAULTS))

    async def language(self) -> str:
        """Return the language that the page says it is in."""
        return str(await self.page.evaluate("document.documentElement.lang"))

    async def width(self) -> int:
        """Return how wide the page is, in CSS pixels."""
        return int(await self.page.evaluate("document.documentElement.scrollWidth"))

    def prove_quiet(self, *, refused: int = 0) -> None:
        """Prove that nothing was complained of but so many refused forms, and nothing asked of anybody else."""
        assert len(self.trouble) == refused, self.trouble
        assert self.asked
        assert all(url.startswith(self.address + "/") for url in self.asked)


@dataclass
class Stage:
    """A node that listens, and the windows opened before it."""

    node: Node
    address: str
    open_window: Callable[..., Any]


@asynccontextmanager
async def listening(node: Node) -> AsyncIterator[str]:
    """Let a node answer on a free port of the loopback."""
    config = uvicorn.Config(node.app, port=0, log_config=None, lifespan="off", ws="none")
    server = Quiet(config)
    server.answering = asyncio.Event()
    task = asyncio.create_task(server.serve())
    await server.answering.wait()
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task
