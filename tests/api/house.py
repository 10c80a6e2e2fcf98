"""A whole node over a test's own database, called as programs call it."""

import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from fastapi import FastAPI

from exchange.core.access import Actor
from exchange.files import Folder
from exchange.main import create_app
from exchange.runtime import ROLE, Mode, Runtime, new_token, token_digest
from exchange.service import keys, people, registry, sandbox
from exchange.service.acts import Desk
from exchange.service.readings import Readings
from exchange.settings import Settings
from exchange.store import tokens
from exchange.store.pool import open_pool
from schemas.vocabulary import Role
from tests.service.office import NOW, SUBMISSION, URGENT, WRAPPING_KEY

__all__ = ["NOW", "SUBMISSION", "URGENT", "Clock", "Node", "open_node"]

TABLES = ("request", "record", "obligation", "event", "outbox", "register", "idempotency")


@dataclass
class Clock:
    """The real time as the test says it is."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """Tell it."""
        return self.now

    def advance(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


@dataclass
class Node:
    """The application with its runtime, and a token for whoever calls."""

    app: FastAPI
    runtime: Runtime
    clock: Clock
    http: httpx.AsyncClient
    tokens: dict[Actor, str] = field(default_factory=dict)

    async def token(self, authority: str, role: Role = Role.SYSTEM, *, expires_at: datetime | None = None) -> str:
        """Make a token."""
        made = new_token(self.runtime.mode)
        async with self.runtime.transaction() as conn:
            actor = Actor(authority, role)
            if role is not Role.SYSTEM and self.runtime.mode is Mode.SANDBOX:
                actor = await people.sample(conn, authority, role, NOW)
            await tokens.add(conn, token_digest(made), actor, label="test", made_at=NOW, expires_at=expires_at)
        return made

    async def headers(self, authority: str, role: Role = Role.SYSTEM) -> dict[str, str]:
        """Return what proves a caller."""
        actor = Actor(authority, role)
        if actor not in self.tokens:
            self.tokens[actor] = await self.token(authority, role)
        return {"Authorization": f"Bearer {self.tokens[actor]}"}

    async def call(
        self,
        method: str,
        path: str,
        by: str = "KZ-MVD",
        role: Role = Role.SYSTEM,
        *,
        value: Any = None,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Call as a role of an authority."""
        content = raw if raw is not None else None if value is None else json.dumps(value).encode()
        sent = await self.headers(by, role)
        if content is not None:
            sent["Content-Type"] = "application/json"
        asked = {**sent, **(headers or {})}
        return await self.http.request(method, path, content=content, headers=asked, params=params)

    async def get(self, path: str, by: str = "KZ-MVD", role: Role = Role.SYSTEM, **more: Any) -> httpx.Response:
        """Read as a role of an authority."""
        return await self.call("GET", path, by, role, **more)

    async def submit(self, by: str = "KZ-MVD", role: Role = Role.SYSTEM, **changes: Any) -> httpx.Response:
        """Submit the sample request, with changes; a change to None leaves the field out."""
        fields = {name: value for name, value in (SUBMISSION | changes).items() if value is not None}
        return await self.call("POST", "/v1/requests", by, role, value=fields)

    async def submitted(self, by: str = "KZ-MVD", **changes: Any) -> dict[str, Any]:
        """Submit, and return the request."""
        answer = await self.submit(by, **changes)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def act(
        self,
        request: Mapping[str, Any],
        by: str,
        act: str,
        role: Role = Role.SYSTEM,
        *,
        headers: Mapping[str, str] | None = None,
        **fields: Any,
    ) -> httpx.Response:
        """Do an act on a request."""
        path = f"/v1/requests/{request['id']}/acts"
        return await self.call("POST", path, by, role, value={"act": act, **fields}, headers=headers)

    async def done(self, request: Mapping[str, Any], by: str, act: str, **fields: Any) -> dict[str, Any]:
        """Do an act that must stand."""
        answer = await self.act(request, by, act, **fields)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def upload(
        self, data: bytes, name: str = "файл.txt", by: str = "KZ-MVD", role: Role = Role.SYSTEM, **headers: str
    ) -> httpx.Response:
        """Upload a file; the names of headers are written with underscores."""
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        named = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
        asked = {**named, "Content-Type": "text/plain", **sent}
        return await self.call("POST", "/v1/attachments", by, role, raw=data, headers=asked)

    async def open_clock(self) -> None:
        """Give the sandbox its clock."""
        async with self.runtime.connection() as conn:
            await sandbox.open_clock(conn, None)

    async def kept(self) -> dict[str, int]:
        """Count what is stored: what was refused leaves it as it was."""
        async with self.runtime.connection() as conn:
            return {table: await conn.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}  # noqa: S608


@asynccontextmanager
async def open_node(dsn: str, mode: Mode = Mode.SANDBOX, settings: Settings | None = None) -> AsyncIterator[Node]:
    """Seed a database and open the application over it."""
    pool = await open_pool(dsn, size=8, role=ROLE)
    folder = Path(tempfile.mkdtemp(prefix="exchange-files-"))
    files = Folder(folder)
    try:
        async with pool.transaction() as conn:
            await registry.seed_sandbox(conn)
            reading = await registry.keep_reading(conn)
            await keys.make_missing(conn, WRAPPING_KEY)
            keyring = await keys.load(conn, WRAPPING_KEY)
            desk = Desk(keyring, reading, Readings(reading))
        clock = Clock()
        runtime = Runtime(mode=mode, pool=pool, desk=desk, files=files, clock=clock)
        app = create_app(runtime, settings or Settings())
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://node") as http:
            yield Node(app, runtime, clock, http)
    finally:
        await pool.close()
        files.close()
        shutil.rmtree(folder, ignore_errors=True)


def problem(answer: httpx.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """Return a problem's body, having proved that it is whole and echoes nothing it should not."""
    body = dict(answer.json())
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code", "rule", "article", "errors"} <= set(body)
    assert body["status"] == status
    assert code is None or body["code"] == code, answer.text
    return body
