"""A small office for tests of the services: a seeded node's desk, tokens' owners, and requests to send."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from pydantic import TypeAdapter

from exchange.api import examples
from exchange.core.access import Actor
from exchange.core.designations import Authority
from exchange.core.request import Request
from exchange.service import acts, keys, registry
from exchange.service.readings import Readings
from exchange.service.verify import prove
from schemas.acts import ActBody
from schemas.requests import Submission
from schemas.vocabulary import AuthorityKind, Country, Reach, Role

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
WRAPPING_KEY = bytes(range(32))
ACT: TypeAdapter[ActBody] = TypeAdapter(ActBody)

SUBMISSION: dict[str, Any] = {**examples.SUBMISSION, "signatory": {"name": "Образцов И. И.", "position": "head"}}

FAR_EAST = Authority(
    code="RU-DV",
    kind=AuthorityKind.DOMESTIC,
    country=Country.RU,
    name={"ru": "Управление во Владивостоке (образец)"},
    zone="Asia/Vladivostok",
    reach=Reach.NODE,
    mailbox="ru-dv@node.example",
    head_mailbox="ru-dv.head@node.example",
    since=date(2020, 1, 1),
)
"""A domestic body seven hours east of its competent authority; a test that needs it adds it to the registry."""

URGENT: dict[str, Any] = {
    "persons": "Неустановленные лица",
    "reason": "Атака назначена на завтра",
    "channel": "защищённая видеоконференцсвязь",
    "agreement": {"kind": "standing", "id": "CSTO-CHANNEL-1"},
    "transmitted_at": "2026-03-01T08:30:00Z",
}


@dataclass(frozen=True, slots=True)
class Office:
    """The node's desk over a pool; every call is one transaction."""

    pool: "asyncpg.Pool[asyncpg.Record]"
    desk: acts.Desk

    async def submit(self, by: str = "KZ-MVD", *, at: datetime = NOW, **changes: Any) -> Request:
        """Submit a request for an authority's system."""
        raw = json.dumps(SUBMISSION | changes, ensure_ascii=False).encode()
        body = TypeAdapter(Submission).validate_json(raw)
        async with self.pool.acquire() as conn, conn.transaction():
            loaded = await acts.submit(conn, self.desk, uuid4(), body, raw, Actor(by, Role.SYSTEM), at)
        return loaded.request

    async def act(self, request: Request, by: str, act: str, *, at: datetime = NOW, **fields: Any) -> Request:
        """Let an authority's system do an act on a request."""
        raw = json.dumps({"act": act, **fields}, ensure_ascii=False).encode()
        body, actor = ACT.validate_json(raw), Actor(by, Role.SYSTEM)
        async with self.pool.acquire() as conn, conn.transaction():
            loaded = await acts.act(conn, self.desk, UUID(request.id), body, raw, actor, at)
        return loaded.request

    async def faults(self) -> list[str]:
        """Return every fault that a proof of all records finds."""
        async with self.pool.acquire() as conn, conn.transaction():
            return [fault async for progress in prove(conn, self.desk.keys) for fault in progress.faults]


async def open_office(pool: "asyncpg.Pool[asyncpg.Record]") -> Office:
    """Seed the sample registry, make the keys, and open the office."""
    async with pool.acquire() as conn, conn.transaction():
        await registry.seed_sandbox(conn)
        reading = await registry.keep_reading(conn)
        await keys.make_missing(conn, WRAPPING_KEY)
        keyring = await keys.load(conn, WRAPPING_KEY)
        return Office(pool, acts.Desk(keyring, reading, Readings(reading)))
