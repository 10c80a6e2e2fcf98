"""Profiles that requests pinned: found wherever they were pinned, and only as they were."""

import asyncpg
import pytest

from exchange.core.errors import NodeError
from exchange.core.scene import Reading
from exchange.profiles import protocol_source, reading_of
from exchange.service import acts
from exchange.service.readings import Readings
from exchange.store import profiles
from schemas.vocabulary import State
from tests.service.office import Office, open_office


@pytest.fixture
async def office(pool: "asyncpg.Pool[asyncpg.Record]") -> Office:
    return await open_office(pool)


def newer() -> tuple[bytes, Reading]:
    """Return a profile that is not the one the office began with."""
    source = protocol_source() + b"\n# A later edition.\n"
    return source, reading_of(source)


async def test_an_act_finds_the_profile_that_a_newer_process_pinned(office: Office) -> None:
    """A process that began before the profile came goes on working with requests that pin it."""
    source, reading = newer()
    async with office.pool.acquire() as conn:
        await profiles.keep(conn, reading.ref.digest, reading.ref.id, reading.ref.version, source)
    later = Office(office.pool, acts.Desk(office.desk.keys, reading, Readings(reading)))
    request = await later.submit()
    request = await office.act(request, "RU-MVD", "accept")
    assert (request.state, request.profile) == (State.EXECUTING, reading.ref)


async def test_a_profile_under_another_s_digest_is_not_used(office: Office, owner: asyncpg.Connection) -> None:
    request = await office.submit()
    await owner.execute("UPDATE profile SET source = $1", newer()[0])
    async with office.pool.acquire() as conn:
        with pytest.raises(NodeError, match="another one"):
            await Readings().of(conn, request.profile.digest)


async def test_a_profile_that_is_gone_is_named(office: Office) -> None:
    async with office.pool.acquire() as conn:
        with pytest.raises(NodeError, match="missing"):
            await Readings().of(conn, "0" * 64)
