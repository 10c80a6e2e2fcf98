"""The proof of all records: it names what was damaged, and nothing that was not."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from exchange.core.record import GENESIS, Sealed, digest
from exchange.core.request import Request
from exchange.seals import payload_of
from exchange.service.readings import Readings
from exchange.service.reminders import remind_due
from exchange.store import record
from tests.service.node import Db
from tests.service.office import NOW, URGENT, Office, open_office


@pytest.fixture
async def office(pool: "asyncpg.Pool[asyncpg.Record]") -> Office:
    return await open_office(pool)


async def passed_on(office: Office) -> Request:
    """Return a request that one authority passed to another, with a duty that runs and reminders told."""
    request = await office.submit()
    request = await office.act(request, "RU-MVD", "redirect", to_authority="RU-FSB", reason="Подследственность")
    request = await office.act(request, "RU-FSB", "accept", at=NOW + timedelta(hours=1))
    await remind_due(Db(office.pool), Readings(), NOW + timedelta(days=28))
    return request


async def test_whatever_stood_proves_itself(office: Office) -> None:
    """Redirects, paper holders, postponements, reminders and ends leave rows that the record leads to."""
    body = {"name": "Областная прокуратура", "address": "г. Тверь"}
    day, db = timedelta(days=1), Db(office.pool)
    await passed_on(office)
    paper = await office.submit(urgent=URGENT, signatory=None)
    await office.act(paper, "RU-MVD", "redirect", to_body=body, reason="Там")
    await remind_due(db, Readings(), NOW + 2 * day)
    received = {"received_at": "2026-03-03T09:00:00Z", "register_number": "исх. 7"}
    await office.act(paper, "RU-MVD", "receive", at=NOW + 3 * day, **received)
    await office.act(paper, "RU-MVD", "redirect", to_authority="RU-FSB", reason="Назад", at=NOW + 3 * day)
    put_off = await office.submit("RU-MVD", requested_authority="TJ-GKNB")
    await office.act(put_off, "TJ-GKNB", "receive", received_at="2026-03-01T09:00:00Z", at=NOW + day)
    await office.act(put_off, "TJ-GKNB", "accept", at=NOW + day)
    await office.act(put_off, "TJ-GKNB", "postpone", reason="Суд", until="2026-03-20", at=NOW + 2 * day)
    own = await office.submit("RU-MVD", requested_authority="TJ-GKNB")
    await office.act(own, "TJ-GKNB", "receive", received_at="2026-03-01T09:00:00Z", register_number="TJ-GKNB/2026/40")
    for days in (10, 19, 25):
        await remind_due(db, Readings(), NOW + days * day)
        assert await office.faults() == []
    await office.act(put_off, "TJ-GKNB", "resume", at=NOW + 26 * day)
    await office.act(put_off, "RU-MVD", "withdraw", reason="Отпала надобность", at=NOW + 27 * day)
    await remind_due(db, Readings(), NOW + 90 * day)
    assert await office.faults() == []


NO_FOREIGN_KEYS = """
DO $$ DECLARE c record; BEGIN
    FOR c IN SELECT conrelid::regclass AS of, conname FROM pg_constraint WHERE contype = 'f' LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.of, c.conname);
    END LOOP;
END $$
"""
"""Whoever damages a database keeps to none."""

ROWS_AND_COLUMNS = [
    ("UPDATE request SET state = 'executed'", "request: column state"),
    ("UPDATE request SET holder = 'RU-MVD'", "request: column holder"),
    ("UPDATE request SET requesting = 'AM-POL'", "request: column requesting"),
    ("UPDATE request SET number = 'KZ-MVD/2026/O-00009'", "request: column number"),
    ("UPDATE request SET received_number = NULL", "request: column received_number"),
    ("UPDATE request SET reference = 'x'", "request: column reference"),
    ("UPDATE request SET words = ''", "request: column words"),
    ("UPDATE request SET head = sha256('x')", "request: column head"),
    ("UPDATE request SET seq = seq - 1", "request: column seq"),
    ('UPDATE request SET submitted = submitted || \'{"purpose": "x"}\'', "request: column submitted"),
    ("UPDATE request SET snapshot = snapshot || '{\"term_days\": 90}'", "request: column snapshot"),
    ("UPDATE obligation SET due_at = due_at + interval '1 year' WHERE place = 0", "-execution: column due_at"),
    ("UPDATE obligation SET next_step_at = NULL WHERE kind = 'execution'", "-execution: column next_step_at"),
    ("UPDATE obligation SET next_step_at = now() WHERE kind = 'redirect'", "-redirect-1: column next_step_at"),
    ("UPDATE obligation SET reminded_through = '2999-01-01'", "column reminded_through: nothing was told then"),
    ("UPDATE obligation SET state = 'met' WHERE kind = 'execution'", "-execution: column state"),
    ("UPDATE obligation SET authority = 'RU-MVD' WHERE kind = 'execution'", "-execution: column authority"),
    ("UPDATE obligation SET counterpart = 'AM-POL'", "column counterpart"),
    ("UPDATE obligation SET steward = 'AM-POL'", "column steward"),
    ("UPDATE obligation SET zone = 'UTC'", "column zone"),
    ('UPDATE obligation SET detail = detail || \'{"due_on": "2030-01-01"}\'', "column detail"),
    ("DELETE FROM obligation WHERE kind = 'execution'", "-execution: missing"),
    ("UPDATE participant SET due_at = '9999-01-01' WHERE authority = 'RU-FSB'", "participant RU-FSB: column due_at"),
    ("UPDATE participant SET box = 'out' WHERE authority = 'RU-FSB'", "participant RU-FSB: column box"),
    ("UPDATE participant SET former = NULL", "participant RU-MVD: column former"),
    ("UPDATE participant SET urgent = true", "participant KZ-MVD: column urgent"),
    ("DELETE FROM participant WHERE authority = 'RU-FSB'", "participant RU-FSB: missing"),
    ("UPDATE participant SET authority = 'AM-POL' WHERE authority = 'KZ-MVD'", "AM-POL: the record tells of none"),
]

FEEDS = [
    ("DELETE FROM event WHERE authority = 'KZ-MVD'", "event feed KZ-MVD: 0 of 5"),
    ("DELETE FROM event WHERE authority = 'KZ-MVD'", "event of KZ-MVD: the one of entry 1 is missing"),
    ("DELETE FROM event WHERE number = 2", "event feed KZ-MVD: 4 of 5"),
    ("UPDATE event SET act = 'refuse' WHERE seq = 5", "event 5 of KZ-MVD: column act"),
    ("UPDATE event SET state = 'refused' WHERE seq = 5", "event 5 of KZ-MVD: column state"),
    ("UPDATE event SET author = 'AM-POL' WHERE seq = 5", "event 5 of KZ-MVD: column author"),
    ("UPDATE event SET at = at + interval '1 day'", "event 1 of KZ-MVD: column at"),
    ("UPDATE event SET number = number % 2 + 101 WHERE number < 3", "event 101 of KZ-MVD: out of order"),
    ("UPDATE event SET authority = 'AM-POL' WHERE authority = 'RU-FSB'", "event feed AM-POL: 3 of 3"),
    ("UPDATE event SET request = gen_random_uuid() WHERE seq = 5", "it is gone, but the table event tells of it"),
]

REGISTERS = [
    ("DELETE FROM register WHERE authority = 'KZ-MVD'", "register KZ-MVD 2026 out: 0 of 1: numbers are missing"),
    ("DELETE FROM register WHERE authority = 'KZ-MVD'", "the line of KZ-MVD/2026/O-00001 is missing"),
    ("UPDATE counter SET out_number = 7 WHERE authority = 'KZ-MVD'", "register KZ-MVD 2026 out: 1 of 7"),
    ("UPDATE counter SET out_year = 0, out_number = 0", "register KZ-MVD 2026 out: 1 of 1"),
    ("UPDATE register SET number = 2 WHERE authority = 'RU-FSB'", "register RU-FSB 2026 in: 1 of 2"),
    ("UPDATE register SET number = 2 WHERE authority = 'RU-FSB'", "the record tells of no RU-FSB/2026/I-00002"),
]

RECORDS = [
    ("UPDATE record SET ruling = replace(ruling, '2026', '2027') WHERE seq = 2", "entry 2"),
    ("UPDATE record SET jws = left(jws, -4) || 'AAAA' WHERE seq = 3", "entry 3"),
    ("DELETE FROM record WHERE seq = 2", "entry 2"),
    ("DELETE FROM record WHERE seq = 5", "entry 5: missing at the end"),
    ("UPDATE record SET seq = 10 - seq WHERE seq IN (1, 2)", "entry 1"),
    ("UPDATE record SET author = 'KZ-MVD' WHERE seq = 3", "entry 3"),
    ("UPDATE record SET at = at + interval '1 day' WHERE seq = 3", "entry 3"),
    ("UPDATE profile SET source = source || '\\x0a'", "is another one in the database"),
]


@pytest.mark.parametrize(("damage", "named"), [*ROWS_AND_COLUMNS, *FEEDS, *REGISTERS, *RECORDS])
async def test_damage_is_named(office: Office, owner: asyncpg.Connection, damage: str, named: str) -> None:
    """Whatever was edited, deleted, added or reordered is named by its row and column."""
    await passed_on(office)
    assert await office.faults() == []
    await owner.execute(NO_FOREIGN_KEYS)
    assert await owner.execute(damage) != "UPDATE 0"
    faults = await office.faults()
    assert any(named in fault for fault in faults), faults


async def test_a_number_missing_within_a_register_is_named(office: Office, owner: asyncpg.Connection) -> None:
    for _ in range(3):
        await office.submit()
    await owner.execute("DELETE FROM register WHERE authority = 'KZ-MVD' AND number = 2")
    assert "register KZ-MVD 2026 out: 2 of 3: numbers are missing" in await office.faults()


async def test_a_forged_public_key_proves_nothing(office: Office, owner: asyncpg.Connection) -> None:
    """A key of one's own in the database, and the chain signed again with it, are named."""
    request = await passed_on(office)
    stranger = OKPKey.generate_key("Ed25519")
    name = await owner.fetchval(
        "UPDATE authority_key SET public = $1 WHERE authority = 'KZ-MVD' RETURNING id",
        json.dumps(stranger.as_dict(private=False)),
    )
    entries = await record.entries(owner, UUID(request.id), through=None)
    first, *_ = entries
    said = json.loads(payload_of(first.jws))
    said["body"]["reference"] = "99/9-999"
    await forge(owner, request, first, jws_of(stranger, name, said))
    faults = await office.faults()
    assert f"key {name} of KZ-MVD: column public is not its own" in faults
    assert any("entry 1: the signature does not hold" in fault for fault in faults), faults


def jws_of(key: OKPKey, name: str, said: dict[str, Any]) -> str:
    return jws.serialize_compact(
        {"alg": "Ed25519", "kid": name}, json.dumps(said).encode(), key, algorithms=["Ed25519"]
    )


async def forge(owner: asyncpg.Connection, request: Request, entry: Sealed, seal: str) -> None:
    """Put another first entry in the place of a request's own, with a digest that fits."""
    own = digest(previous=GENESIS, seq=1, jws=seal, recorded_at=entry.recorded_at, ruling=entry.ruling)
    await owner.execute(
        "UPDATE record SET jws = $2, digest = $3 WHERE request = $1 AND seq = 1", UUID(request.id), seal, own
    )


async def test_acts_taken_meanwhile_are_no_damage(office: Office) -> None:
    """All that is compared is of one moment, however much is done while it is read."""
    requests = [await office.submit() for _ in range(3)]
    done = asyncio.Event()

    async def write(request: Request) -> None:
        while not done.is_set():
            await office.act(request, "RU-MVD", "note", text="ещё")
            await office.submit()
            await asyncio.sleep(0.02)

    writing = [asyncio.create_task(write(request)) for request in requests]
    found = [fault for _ in range(3) for fault in await office.faults()]
    done.set()
    await asyncio.gather(*writing)
    assert found == []
    assert await office.faults() == []
