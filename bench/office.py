"""The database that is measured on, its authorities, and the calls that they make."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any, Final

import asyncpg

from bench.load import Call, wire
from exchange.core.access import Actor
from exchange.runtime import Mode, new_token, token_digest, utc_now
from exchange.service import registry
from exchange.store import migrate, tokens
from exchange.store.localpg import LocalPostgres
from schemas.vocabulary import Role

CODES: Final = tuple(registry.SAMPLE_NAMES)
PAIRS: Final = tuple((one, other) for one, other in product(CODES, CODES) if one[:2] != other[:2])
"""Every way from one state's authority to another's: twelve authorities, 120 ways."""

ONE_PAIR: Final = (("KZ-MVD", "RU-MVD"),)

REACHED = "UPDATE authority SET reach = 'node' WHERE reach = 'courier'"
"""The twelfth sample authority too gets its requests over the node."""

SUBMISSION: Final[dict[str, Any]] = {
    "reference": "12/3-456",
    "purpose": "Установить лиц, причастных к хищению средств через поддельную страницу банка",
    "grounds": "Уголовное дело, возбуждённое 20 февраля 2026 года по признакам мошенничества в крупном размере",
    "substance": "С поддельной страницы банка похищены средства 214 граждан; страница размещена на сервере, который "
    "принадлежит провайдеру в Вашем государстве. Просим установить владельца сервера, порядок оплаты и адреса, с "
    "которых сервером управляли с 1 по 20 февраля 2026 года",
    "matters": ["information_technology"],
    "assistance": [
        {"form": "information", "subject": "persons", "text": "Сведения о владельце сервера и о порядке оплаты"},
        {"form": "other", "text": "Сохранить содержимое сервера до получения поручения о производстве выемки"},
    ],
    "execution_term": {"days": 30, "basis": "protocol"},
    "signatory": {"name": "Образцов И. И.", "position": "head"},
    "language": "ru",
}


@dataclass(frozen=True, slots=True)
class Office:
    """A database of its own on the bench's server, with a token of every authority's system."""

    dsn: str
    tokens: dict[str, str]

    def submissions(self, number: int, pairs: Sequence[tuple[str, str]], random: Random) -> list[Call]:
        """Return submissions of authorities chosen at random."""
        return [
            Call(wire("POST", "/v1/requests", self.tokens[one], body_for(other)), about=other)
            for one, other in random.choices(pairs, k=number)
        ]

    def act(self, request: str, holder: str, body: bytes) -> Call:
        """Return an act of a request's holder."""
        return Call(wire("POST", f"/v1/requests/{request}/acts", self.tokens[holder], body))


def body_for(authority: str) -> bytes:
    """Return the bytes of a submission to an authority: some 1.8 KB."""
    return json.dumps(SUBMISSION | {"requested_authority": authority}, ensure_ascii=False).encode()


async def open_office(server: LocalPostgres, name: str) -> Office:
    """Make a migrated and seeded sandbox database with a token for every authority."""
    maker = await asyncpg.connect(server.dsn)
    await maker.execute(f"CREATE DATABASE {name}")
    await maker.close()
    dsn = server.dsn_for(name)
    conn = await asyncpg.connect(dsn)
    held = {code: new_token(Mode.SANDBOX) for code in CODES}
    try:
        await migrate.migrate(conn, Mode.SANDBOX)
        async with conn.transaction():
            await registry.seed_sandbox(conn)
            await conn.execute(REACHED)
            for code, token in held.items():
                actor = Actor(code, Role.SYSTEM)
                await tokens.add(conn, token_digest(token), actor, label="bench", made_at=utc_now(), expires_at=None)
    finally:
        await conn.close()
    return Office(dsn, held)
