"""The module at work over a test's own database: keys in a real file, the sample registry, items by its services."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from pydantic import TypeAdapter

from exchange.profiles.secrecy import calendars, orders, regimes
from exchange.protection.content.anchor import AnchorFile
from exchange.protection.content.ledger import Ledger
from exchange.protection.content.provider import Owner
from exchange.protection.content.safe import Safe
from exchange.protection.content.vault import open_vault
from exchange.protection.core.guard import guard_of
from exchange.protection.core.item import Item
from exchange.protection.core.scene import Caller, Law
from exchange.protection.module import Module
from exchange.protection.service import items, people, queries, reading, seed, verify
from exchange.protection.service.items import Loaded
from exchange.protection.service.queries import Read
from exchange.protection.service.seed import SampleBody
from exchange.protection.store import items as rows
from exchange.protection.store.schema import ROLE
from exchange.runtime import new_id
from exchange.store.pool import open_pool
from schemas.admission import GrantWanted
from schemas.protection import ItemBody, Register
from schemas.vocabulary import Role
from tests.protection.content.keys import made

NOON = datetime(2026, 3, 2, 7, tzinfo=UTC)
ACT: TypeAdapter[ItemBody] = TypeAdapter(ItemBody)
REGISTER: TypeAdapter[Register] = TypeAdapter(Register)

ZONES = {
    "AM-NSS": "Asia/Yerevan",
    "AM-POL": "Asia/Yerevan",
    "BY-KGB": "Europe/Minsk",
    "BY-MVD": "Europe/Minsk",
    "CSTO-SEC": "Europe/Moscow",
    "KG-GKNB": "Asia/Bishkek",
    "KZ-MVD": "Asia/Almaty",
    "KZ-NSC": "Asia/Almaty",
    "LT-CB": "Europe/Vilnius",
    "RU-FSB": "Europe/Moscow",
    "RU-MVD": "Europe/Moscow",
    "TJ-GKNB": "Asia/Dushanbe",
}

PAPER = {"reference": "1/1", "date": "2026-03-01"}
DESIGNATION = "Справка о сети «Заря»"
PURPOSE = "розыск участников сети"
REGISTRATION: dict[str, Any] = {
    "act": "register",
    "mark": "secret",
    "designation": DESIGNATION,
    "kind": "document",
    "purpose": PURPOSE,
}


def clerk(body: str, role: Role = Role.SECRECY_OFFICER) -> Caller:
    """Return the sample person of a role."""
    return Caller(body, role, f"person:{body.lower()}.{role.replace('_', '-')}")


def samples() -> tuple[SampleBody, ...]:
    """Return the sample bodies with a cleared secrecy officer and officer each."""
    return tuple(
        SampleBody(
            code=code,
            country=code.split("-", maxsplit=1)[0] if not code.startswith("CSTO") else None,
            zone=zone,
            name={"ru": code},
            mailbox=f"{code.lower()}@node.test",
            people=(f"{code.lower()}.secrecy-officer", f"{code.lower()}.officer"),
        )
        for code, zone in ZONES.items()
    )


@dataclass
class House:
    """The module with its clock; each of its methods is one call in one transaction."""

    module: Module
    folder: Path
    now: datetime = NOON
    real: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def register(
        self, by: str = "BY-MVD", role: Role = Role.SECRECY_OFFICER, content: bytes | None = None, **changes: Any
    ) -> Loaded:
        """Take an item into a register, with its content sealed."""
        fields = {name: value for name, value in {**REGISTRATION, **changes}.items() if value is not ...}
        if content is not None:
            fields["content"] = items.content_of(content).model_dump()
        raw = json.dumps(fields, ensure_ascii=False).encode()
        async with self.module.pool.transaction() as conn:
            if content is not None:
                await self.module.vault.seal(conn, _whole(content), Owner(by), by=by, now=self.now)
            body = REGISTER.validate_json(raw)
            number = new_id(self.real)
            loaded = await items.register(conn, self.module, number, body, raw, clerk(by, role), self.now)
        if loaded.unfinished:
            await self.module.vault.finish()
        return loaded

    async def act(
        self,
        item: Item,
        by: str,
        kind: str,
        /,
        *,
        role: Role = Role.SECRECY_OFFICER,
        seen: str | None = None,
        finish: bool = True,
        **fields: Any,
    ) -> Loaded:
        """Do an act."""
        raw = json.dumps({"act": kind, **fields}, ensure_ascii=False).encode()
        wanted = None if seen is None else (seen,)
        async with self.module.pool.transaction() as conn:
            body, caller = ACT.validate_json(raw), clerk(by, role)
            loaded = await items.act(conn, self.module, UUID(item.id), body, raw, caller, self.now, seen=wanted)
        if loaded.unfinished and finish:
            await self.module.vault.finish()
        return loaded

    async def release(self, item: Item, by: str, recipient: str, **changes: Any) -> Item:
        """Decide to give the item to a body."""
        fields: dict[str, Any] = {
            "recipient": recipient,
            "purpose": item.purpose,
            "copies": 1,
            "decision": PAPER,
            "basis": "договор",
        }
        return (await self.act(item, by, "authorise_release", **(fields | changes))).item

    async def dispatch(self, item: Item, by: str, copies: tuple[int, ...] = (1,), **changes: Any) -> Item:
        """Send copies under the latest release."""
        fields: dict[str, Any] = {
            "release": len(item.releases),
            "copies": copies,
            "channel": "diplomatic",
            "cover_document": PAPER,
            "transport": {"means": "поезд", "route": "Минск – Москва", "escort": "двое", "agreed": PAPER},
        }
        return (await self.act(item, by, "dispatch", **(fields | changes))).item

    async def receive(self, item: Item, by: str, copies: tuple[int, ...] = (1,), **changes: Any) -> Item:
        """Confirm receipt in the form that is asked for."""
        transit = item.copies[copies[0] - 1].transit
        assert transit is not None
        written = "written" in transit.forms
        fields: dict[str, Any] = {
            "copies": copies,
            "form": "written" if written else "electronic",
            "own_number": f"{by}/вх-7",
            "own_mark": transit.mark,
            "received_at": self.now.isoformat().replace("+00:00", "Z"),
        }
        if written:
            fields["reference"] = PAPER
        return (await self.act(item, by, "confirm_receipt", **(fields | changes))).item

    async def give(self, item: Item, by: str, recipient: str) -> Item:
        """Release, send and receive the first copy."""
        item = await self.release(item, by, recipient)
        item = await self.dispatch(item, by)
        return await self.receive(item, recipient)

    async def ask(self, item: Item, by: str, kind: str, /, **scope: Any) -> Item:
        """Ask for a consent."""
        return (await self.act(item, by, "ask_consent", kind=kind, scope=scope, reason="нужно", reference=PAPER)).item

    async def consent(self, item: Item, by: str, number: int | None = None) -> Item:
        """Give the latest consent."""
        return (await self.act(item, by, "grant_consent", consent=number or len(item.consents), reference=PAPER)).item

    async def grant(self, item: Item, by: str, role: Role = Role.SECRECY_OFFICER) -> None:
        """Grant the sample person of a role access to an item."""
        person, document = clerk(by, role).who.removeprefix("person:"), "приказ 1"
        wanted = GrantWanted(person=person, item=item.id, purpose=item.purpose, document=document)
        async with self.module.pool.transaction() as conn:
            await people.grant(conn, self.module, uuid4(), wanted, clerk(by), self.now)

    async def content(self, item: Item, by: str, role: Role = Role.SECRECY_OFFICER) -> bytes:
        """Read an item's content."""
        opened = await reading.give(self.module, UUID(item.id), clerk(by, role), self.now)
        return b"".join([piece async for piece in opened])

    async def keys(self) -> set[str]:
        """Name the key files that are there."""
        return {path.name for path in (self.folder / "keys").rglob("*") if path.is_file() and len(path.name) > 30}

    async def evidence(self, item: Item) -> tuple[object, ...]:
        """Return how the keys to an item's content were destroyed."""
        async with self.module.pool.connection() as conn:
            return tuple(await self.module.vault.evidence(conn, UUID(item.id)))

    async def read(self, item: Item | UUID, by: str, role: Role = Role.SECRECY_OFFICER) -> Read:
        """Read an item's card."""
        async with self.module.pool.connection() as conn:
            item_id = UUID(item.id) if isinstance(item, Item) else item
            return await queries.read(conn, self.module, item_id, clerk(by, role), self.now)

    async def faults(self) -> dict[UUID | str, tuple[str, ...]]:
        """Return what does not prove itself."""
        async with self.module.pool.transaction() as conn:
            return {item: found async for item, found in verify.proofs(conn, self.module) if found}

    async def row(self, item: Item) -> rows.Row:
        """Return the item's row."""
        async with self.module.pool.connection() as conn:
            row = await rows.load(conn, UUID(item.id))
        assert row is not None
        return row

    async def fetch(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        """Ask the database as the module's role."""
        async with self.module.pool.connection() as conn:
            return [tuple(row) for row in await conn.fetch(sql, *args)]


async def _whole(plain: bytes) -> AsyncIterator[bytes]:
    yield plain


@asynccontextmanager
async def open_house(dsn: str, folder: Path, *, size: int = 4) -> AsyncIterator[House]:
    """Open the module over a database with the sample registry in it."""
    pool = await open_pool(dsn, size=size, role=ROLE)
    try:
        provider = made(folder / "protection.keys")
        found = {code: kept.value for code, kept in regimes().items()}
        law = Law(found, {code: kept.value for code, kept in orders().items()}, calendars())
        guard = guard_of(found.values())
        safe = Safe(provider)
        vault = open_vault(pool, provider, files=folder / "contents", keys=folder / "keys")
        module = Module(
            pool=pool,
            law=law,
            guard=guard,
            provider=provider,
            safe=safe,
            vault=vault,
            ledger=Ledger(safe, AnchorFile(folder / "protection.anchor", safe)),
            sandbox=True,
        )
        async with module.transaction() as conn:
            await seed.seed_sandbox(conn, module, samples())
        yield House(module, folder)
    finally:
        await pool.close()
