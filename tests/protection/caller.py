"""The node with the module, called by hand of programs and people: items, their acts, what they are sent with."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from exchange.main import create_app
from exchange.settings import Settings
from schemas.vocabulary import Role
from tests.api.house import NOW, Node, open_node, problem
from tests.protection.house import PURPOSE, REGISTRATION, House, open_house

ITEMS = "/v1/protection/items"
PAPER = {"reference": "1/1", "date": "2026-02-27"}
PLAIN = "Содержание, которого никто не видит".encode()
INLINE = {**REGISTRATION, "kind": "electronic", "content": base64.b64encode(PLAIN).decode()}
KEEPER = Role.SECRECY_OFFICER


@dataclass
class Caller:
    """The node with the module mounted."""

    node: Node
    house: House

    async def post(self, path: str, value: Any, by: str = "BY-MVD", role: Role = KEEPER, **more: Any) -> httpx.Response:
        """Send as a role of a body."""
        return await self.node.call("POST", path, by, role, value=value, **more)

    async def get(self, path: str, by: str = "BY-MVD", role: Role = KEEPER, **more: Any) -> httpx.Response:
        """Read as a role of a body."""
        return await self.node.get(path, by, role, **more)

    async def registered(self, by: str = "BY-MVD", **changes: Any) -> dict[str, Any]:
        """Take an item into a register."""
        answer = await self.post(ITEMS, {**REGISTRATION, **changes}, by)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def act(self, item: dict[str, Any], by: str, act: str, role: Role = KEEPER, **fields: Any) -> httpx.Response:
        """Try an act."""
        return await self.post(f"{ITEMS}/{item['id']}/acts", {"act": act, **fields}, by, role)

    async def done(self, item: dict[str, Any], by: str, act: str, **fields: Any) -> dict[str, Any]:
        """Do an act that must stand."""
        answer = await self.act(item, by, act, **fields)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def sent(self, item: dict[str, Any], by: str, to: str, **changes: Any) -> dict[str, Any]:
        """Release an item and send its first copy."""
        fields = {"recipient": to, "purpose": PURPOSE, "copies": 1, "decision": PAPER, "basis": "договор"}
        item = await self.done(item, by, "authorise_release", **fields)
        transport = {"means": "поезд", "route": "Минск – Москва", "escort": "двое", "agreed": PAPER}
        leaving = {"channel": "diplomatic", "cover_document": PAPER, "transport": transport}
        return await self.done(item, by, "dispatch", release=1, copies=[1], **(leaving | changes))

    async def received(self, item: dict[str, Any], by: str) -> dict[str, Any]:
        """Confirm receipt of the first copy."""
        fields = {"form": "written", "reference": PAPER, "own_number": "вх-7", "own_mark": "secret"}
        return await self.done(item, by, "confirm_receipt", copies=[1], received_at="2026-03-01T09:00:00Z", **fields)


@asynccontextmanager
async def open_calls(dsn: str, folder: Path) -> AsyncIterator[Caller]:
    """Open a node that serves the module."""
    async with open_node(dsn) as node, open_house(dsn, folder) as house:
        house.now = NOW
        app = create_app(node.runtime, Settings(), module=house.module)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://node") as http:
            node.app, node.http = app, http
            yield Caller(node, house)
            assert await house.faults() == {}


async def granted(calls: Caller, item: dict[str, Any], by: str) -> None:
    """Grant a body's sample secrecy officer access to an item."""
    seen = await calls.house.read(UUID(item["id"]), by)
    await calls.house.grant(seen.item, by)


def reasons(answer: httpx.Response, status: int) -> list[tuple[str, str | None]]:
    """Return the pointers and rules of a refusal."""
    body = problem(answer, status)
    return [(each["pointer"], each["rule"]) for each in body["errors"]]
