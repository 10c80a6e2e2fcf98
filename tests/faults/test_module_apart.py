"""The protection module in a process of its own, on its own database, beside a node: real processes, end to end."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest

from tests.conftest import TEMPLATE, Database, address
from tests.faults import process
from tests.faults.process import Node
from tests.service.office import SUBMISSION

ITEMS = "/v1/protection/items"
DESIGNATION = "Справка «Рябина-91b2»"
PLAIN = "Рябина-91b2: содержание, которого нет в базе узла".encode()
REGISTRATION = {
    "mark": "secret",
    "designation": DESIGNATION,
    "kind": "electronic",
    "purpose": "Установить владельца сервера",
    "content": base64.b64encode(PLAIN).decode(),
}


@pytest.fixture
async def apart(maker: "asyncpg.Connection", server_dsn: str) -> AsyncIterator[str]:
    """Give the address of the module's own database."""
    name = f"module_{uuid4().hex}"
    await maker.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    yield address(server_dsn, name)
    await maker.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def pair(database: Database, apart: str, tmp_path: Path) -> AsyncIterator[tuple[Node, Node]]:
    """Give a node and its module, each a process on its own database."""
    environment = {"DATABASE_URL": database.dsn, "PROTECTION_DATABASE_URL": apart}
    node = await process.start(tmp_path / "node", environment={**environment, "EXCHANGE_PROTECTION": "apart"})
    try:
        serve = ("protection", "serve")
        module = await process.start(tmp_path / "module", environment=environment, command=serve)
        try:
            yield node, module
        finally:
            await module.kill()
    finally:
        await node.kill()


async def test_the_module_apart_serves_its_items_and_the_node_refers_to_them(
    pair: tuple[Node, Node], database: Database, apart: str
) -> None:
    node, module = pair
    async with node.client() as open_side, module.client() as secret_side:
        program = await process.token(open_side, "KZ-MVD")
        officer = await process.token(open_side, "KZ-MVD", "secrecy_officer")
        assert (await secret_side.get("/readyz")).json() == {"status": "ok", "parts": {"protection": "ok"}}

        # An item goes straight to the module.
        made = await secret_side.post(ITEMS, json=REGISTRATION, headers=officer)
        assert made.status_code == 201, made.text
        item = made.json()
        shown = await secret_side.get(f"{ITEMS}/{item['id']}", headers=officer)
        assert shown.json()["designation"] == DESIGNATION
        assert (await secret_side.get(ITEMS, headers={"Authorization": "Bearer sx_no"})).status_code == 401
        assert (await secret_side.get("/v1/requests", headers=program)).status_code == 404

        # The node takes no content, only references to what the body registered.
        inline = {name: REGISTRATION[name] for name in ("mark", "designation", "kind", "content")}
        refused = await _submitted(open_side, program, inline, "a")
        assert (refused.status_code, refused.json()["code"]) == (422, "protected_not_here")
        answer = await _submitted(open_side, program, [item["register_number"]], "b")
        assert answer.status_code == 201, answer.text
        assert answer.json()["protected"] == [item["register_number"]]
        foreign = await _submitted(open_side, await process.token(open_side, "BY-MVD"), [item["id"]], "c")
        assert (foreign.status_code, foreign.json()["code"]) == (422, "protected_unknown")
        assert (await open_side.get(ITEMS, headers=officer)).status_code == 404

    # Nothing of the item stands in the node's database but its number, and nothing of the case in the module's.
    assert await _rows(database.dsn, "protection.item") == 0
    assert await _rows(apart, "protection.item") == 1
    assert await _rows(apart, "public.request") == 0
    assert await _rows(database.dsn, "public.protected_use") == 1
    assert await module.stop() == 0
    assert await node.stop() == 0


async def test_the_node_goes_on_while_the_module_is_gone(pair: tuple[Node, Node]) -> None:
    node, module = pair
    await module.kill()
    async with node.client() as client:
        headers = await process.token(client, "KZ-MVD")
        assert (await _submitted(client, headers, None, "d")).status_code == 201


async def _submitted(client: httpx.AsyncClient, headers: dict[str, str], protected: object, key: str) -> httpx.Response:
    body = {**SUBMISSION, **({} if protected is None else {"protected": protected})}
    return await client.post("/v1/requests", json=body, headers={**headers, "Idempotency-Key": key})


async def _rows(dsn: str, table: str) -> int:
    conn = await asyncpg.connect(dsn)
    try:
        return int(await conn.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608 - a table's name
    finally:
        await conn.close()
