"""A real browser before a real node: Debian's Chromium driven by Playwright; skipped, with the reason, without it."""

import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.api.house import open_node
from tests.browser.stage import Stage, Window, listening
from tests.conftest import Database

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    *(("--no-sandbox",) if sys.platform == "linux" and os.geteuid() == 0 else ()),
)
PATIENCE = 30_000
"""Milliseconds that a page may take."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        skip = pytest.mark.skip(reason="no Chromium here: apt-get install chromium fonts-dejavu-core")
        for item in items:
            if "tests/browser" in item.path.as_posix():
                item.add_marker(skip)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Any]:
    """Give a browser for the whole run."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield opened
        await opened.close()


@pytest.fixture
async def stage(database: Database, browser: Any) -> AsyncIterator[Stage]:
    """Give a listening node and windows before it."""
    async with AsyncExitStack() as stack:
        node = await stack.enter_async_context(open_node(database.dsn))
        address = await stack.enter_async_context(listening(node))

        async def open_window(width: int = 1280, height: int = 900, **options: Any) -> Window:
            context = await browser.new_context(
                viewport={"width": width, "height": height}, **{"locale": "ru-RU", **options}
            )
            stack.push_async_callback(context.close)
            page = await context.new_page()
            page.set_default_timeout(PATIENCE)
            window = Window(page, address)
            page.on("console", lambda message: window.trouble.append(message.text))
            page.on("pageerror", lambda error: window.trouble.append(str(error)))
            page.on("request", lambda request: window.asked.append(request.url))
            return window

        yield Stage(node, address, open_window)
