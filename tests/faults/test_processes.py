"""Several processes over one database, killed at random: each notice goes out, under one Message-ID; records hold."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from random import Random
from uuid import UUID

import asyncpg
import httpx
import pytest

from exchange.core.notices import next_step_at, remind
from exchange.core.request import Request
from exchange.service.readings import Readings
from exchange.service.sandbox import identifier
from exchange.store import requests
from schemas.profile import Profile
from tests.conftest import Database
from tests.faults.crew import Crew
from tests.service.office import NOW, SUBMISSION

SIDES = (("KZ-MVD", "RU-MVD"), ("AM-POL", "BY-MVD"), ("RU-FSB", "KG-MVD"))
Line = tuple[str, int, str, str, str]
"""A reminder: duty, version of its due date, step, authority, mailbox."""


@asynccontextmanager
async def crew_of(database: Database, tmp_path: Path, seed: int) -> AsyncIterator[Crew]:
    crew = Crew(tmp_path, {**os.environ, "DATABASE_URL": database.dsn}, Random(seed))  # noqa: S311 - repeatable
    try:
        await crew.begin()
        yield crew
    finally:
        await crew.put_down()


async def submit(crew: Crew, headers: dict[str, dict[str, str]], number: int) -> str:
    """Submit one request and let its holder accept every second, each act once however often it is asked for."""
    by, to = SIDES[number % len(SIDES)]

    async def sent(client: httpx.AsyncClient) -> httpx.Response:
        key = headers[by] | {"Idempotency-Key": f"submit-{number}"}
        return await client.post("/v1/requests", json=SUBMISSION | {"requested_authority": to}, headers=key)

    request = str((await crew.ask(sent))["id"])

    async def accepted(client: httpx.AsyncClient) -> httpx.Response:
        key = headers[to] | {"Idempotency-Key": f"accept-{number}"}
        return await client.post(f"/v1/requests/{request}/acts", json={"act": "accept"}, headers=key)

    if number % 2:
        await crew.ask(accepted)
    return request


async def move(crew: Crew, to: datetime) -> None:
    """Move the clock; the same move asked for again goes on where the first one was cut off."""

    async def moved(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post("/v1/sandbox/clock", json={"now": to.isoformat(), "frozen": True}, timeout=60)

    await crew.ask(moved)


def expected(request: Request, profile: Profile, now: datetime) -> Iterator[Line]:
    """Yield every step that the law has told by now, when each is told at its own moment."""
    for duty in request.obligations:
        told = replace(duty, reminded_through=None)
        while (moment := next_step_at(request, told, profile)) is not None and moment <= now:
            plan = remind(request, told, profile, moment)
            for reminding in plan.remindings:
                to = reminding.addressee
                yield duty.id, plan.due_version, reminding.step.name, to.authority, to.mailbox
            told = replace(told, reminded_through=plan.through)


async def check(database: Database, known: list[str], now: datetime) -> None:
    """Compare what was written and sent with what the law says."""
    conn = await asyncpg.connect(database.dsn)
    try:
        wanted: list[Line] = []
        readings = Readings()
        for request_id in known:
            loaded = await requests.load(conn, UUID(request_id))
            assert loaded is not None, "an acknowledged request is lost"
            profile = (await readings.of(conn, loaded.request.profile.digest)).profile
            wanted += expected(loaded.request, profile, now)
        assert await conn.fetchval("SELECT count(*) FROM request") == len(known), "a submission had two effects"
        columns = "obligation, due_version, step, authority, mailbox"
        told = [tuple(row) for row in await conn.fetch(f"SELECT {columns} FROM reminder")]  # noqa: S608
        assert Counter(told) == Counter(wanted)
        put = await conn.fetch(f"SELECT {columns}, message_id, sent_at FROM outbox WHERE kind = 'reminder'")  # noqa: S608
        assert Counter(tuple(row)[:5] for row in put) == Counter(wanted), "one message for each"
        acts = await conn.fetch(
            "SELECT request, seq, authority, count(*) FROM outbox WHERE kind = 'act' GROUP BY 1, 2, 3"
        )
        assert acts
        assert all(row["count"] == 1 for row in acts)
        every = await conn.fetch("SELECT message_id, sent_at FROM outbox")
        assert all(row["sent_at"] is not None for row in every), "nothing is left"
        mails = await conn.fetch("SELECT raw FROM sandbox_mail")
        went = {identifier(message_from_bytes(row["raw"])) for row in mails}
        assert went == {row["message_id"] for row in every}
    finally:
        await conn.close()


async def proved(database: Database, tmp_path: Path) -> None:
    """Prove the records as an operator does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "exchange.cli", "verify", "--data", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "DATABASE_URL": database.dsn},
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert said.decode().splitlines()[-1] == "everything holds"
    assert process.returncode == 0


async def story(
    database: Database, tmp_path: Path, *, seed: int, number: int, days: int, seconds: float, least: int
) -> None:
    """Submit, act and let time pass while at least so many processes are killed."""
    async with crew_of(database, tmp_path, seed) as crew:
        await move(crew, NOW + timedelta(days=365))
        headers = await crew.tokens(*{code for side in SIDES for code in side})
        killing = asyncio.create_task(crew.harass(seconds, least))
        known = await asyncio.gather(*(submit(crew, headers, place) for place in range(number)))
        begun, passed = NOW + timedelta(days=365), 0
        while passed < days or not killing.done():
            passed += crew.random.randint(1, 6)
            await move(crew, begun + timedelta(days=passed))
        await killing
        passed += 1  # whatever had to be tried again is tried by then
        await move(crew, begun + timedelta(days=passed))
        await check(database, known, begun + timedelta(days=passed))
        ended = await crew.stop()
        assert all(status == 0 for status, _ in ended.values()), ended
        await proved(database, tmp_path)
        assert crew.killed >= least


async def test_killed_processes_lose_no_notice_and_double_none(database: Database, tmp_path: Path) -> None:
    await story(database, tmp_path, seed=2014, number=6, days=45, seconds=14, least=3)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
async def test_many_killed_processes_lose_no_notice(database: Database, tmp_path: Path, seed: int) -> None:
    await story(database, tmp_path, seed=seed, number=20, days=120, seconds=60, least=10)
