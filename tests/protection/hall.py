"""A node with the module in it, called as programs and people call it; every body of the sandbox is there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from exchange.main import create_app
from exchange.profiles.secrecy import calendars, orders, regimes
from exchange.protecting import samples
from exchange.protection.content.anchor import AnchorFile
from exchange.protection.content.file_provider import FileProvider
from exchange.protection.content.ledger import Ledger
from exchange.protection.content.safe import Safe
from exchange.protection.content.vault import open_vault
from exchange.protection.core.guard import guard_of
from exchange.protection.core.scene import Law
from exchange.protection.module import Module
from exchange.protection.service import seed, verify
from exchange.protection.store.schema import ROLE
from exchange.settings import Settings
from exchange.store.pool import open_pool
from schemas.vocabulary import Role
from tests.api.house import NOW, Node, open_node
from tests.protection.content.keys import made

__all__ = ["NOW", "TODAY", "Hall", "open_hall"]

ROOT = "/v1/protection"
KEEPER = Role.SECRECY_OFFICER
TODAY = date(2026, 3, 1)
PAPER = {"reference": "12/345", "date": "2026-02-27"}


@dataclass
class Hall:
    """The node with the module, its key provider, and short ways to call both."""

    node: Node
    module: Module
    provider: FileProvider
    spoilt: bool = False
    """Whether a test leaves something changed in the database: else all is proved in the end."""

    async def post(self, room: str, value: Any, by: str = "KZ-MVD", role: Role = KEEPER, **more: Any) -> httpx.Response:
        """Send something to a room of the module."""
        return await self.node.call("POST", f"{ROOT}/{room}", by, role, value=value, **more)

    async def get(self, room: str, by: str = "KZ-MVD", role: Role = KEEPER, **more: Any) -> httpx.Response:
        """Ask a room of the module."""
        return await self.node.get(f"{ROOT}/{room}", by, role, **more)

    async def made(self, room: str, value: Any, by: str = "KZ-MVD", role: Role = KEEPER, **more: Any) -> dict[str, Any]:
        """Send something that must be taken."""
        answer = await self.post(room, value, by, role, **more)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def refused(
        self, room: str, value: Any, by: str = "KZ-MVD", role: Role = KEEPER, *, status: int = 422, **more: Any
    ) -> dict[str, Any]:
        """Send something that must be refused."""
        answer = await self.post(room, value, by, role, **more)
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    async def all(self, room: str, by: str = "KZ-MVD", role: Role = KEEPER) -> list[dict[str, Any]]:
        """Return the items of a list."""
        answer = await self.get(room, by, role)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def item(self, by: str = "KZ-MVD", **changes: Any) -> dict[str, Any]:
        """Register an item."""
        plain = {"mark": "secret", "designation": "Справка о сети", "kind": "document", "purpose": "розыск"}
        return await self.made("items", {**plain, **changes}, by)

    async def notices(self, to: str) -> list[tuple[str, str, str | None]]:
        """Return what a body was told of in the module: the number, of what, by which rule."""
        async with self.module.pool.connection() as conn:
            rows = await conn.fetch("SELECT number, told, rule FROM protection.notice WHERE body = $1 ORDER BY id", to)
        return [tuple(row) for row in rows]

    async def fetch(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        """Ask the database as the module's role."""
        async with self.module.pool.connection() as conn:
            return [tuple(row) for row in await conn.fetch(sql, *args)]


@asynccontextmanager
async def open_hall(dsn: str, folder: Path) -> AsyncIterator[Hall]:
    """Open a node that serves the module over a database with both sample registries."""
    provider = made(folder / "protection.keys")
    found = {code: kept.value for code, kept in regimes().items()}
    law = Law(found, {code: kept.value for code, kept in orders().items()}, calendars())
    pool = await open_pool(dsn, size=6, role=ROLE)
    safe = Safe(provider)
    module = Module(
        pool=pool,
        law=law,
        guard=guard_of(found.values()),
        provider=provider,
        safe=safe,
        ledger=Ledger(safe, AnchorFile(folder / "protection.anchor", safe)),
        vault=open_vault(pool, provider, files=folder / "contents", keys=folder / "keys"),
        sandbox=True,
    )
    try:
        async with open_node(dsn) as node:
            for _ in range(2):  # seeding again changes nothing
                async with module.transaction() as conn:
                    await seed.seed_sandbox(conn, module, samples())
            app = create_app(node.runtime, Settings(), module=module)
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url="http://node") as http:
                node.app, node.http = app, http
                hall = Hall(node, module, provider)
                yield hall
            if not provider.sealed and not hall.spoilt:
                async with pool.transaction() as conn:
                    assert [found async for _, found in verify.proofs(conn, module) if found] == []
    finally:
        await pool.close()


def codes(problem: dict[str, Any]) -> str:
    """Return a refusal's code; what else is wrong stands in its errors."""
    return str(problem["code"])


def rules(problem: dict[str, Any]) -> set[str]:
    """Return the rules that a refusal names."""
    return {each["rule"] for each in problem["errors"]} | {problem["rule"]}
