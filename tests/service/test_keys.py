"""Seals: made and proved over exact bytes, however large; anybody else's are refused."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

import asyncpg
import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from exchange.core.errors import KeysMissing, RecordBroken
from exchange.service import keys
from tests.service.office import WRAPPING_KEY, Office, open_office


@pytest.fixture
async def office(pool: "asyncpg.Pool[asyncpg.Record]") -> Office:
    return await open_office(pool)


async def test_a_large_act_is_sealed_kept_and_proved(office: Office) -> None:
    """Fields at their longest are far beyond the limits that the library has by default."""
    items = [{"form": "other", "text": "ё" * 19_000} for _ in range(20)]
    request = await office.submit(purpose="ж" * 20_000, assistance=items)
    assert len(request.items) == 20
    assert await office.faults() == []


async def test_a_seal_is_its_authority_s_own(office: Office) -> None:
    seal = office.desk.keys.seal("KZ-MVD", b"{}")
    assert office.desk.keys.prove("KZ-MVD", seal) == b"{}"
    with pytest.raises(RecordBroken):
        office.desk.keys.prove("RU-MVD", seal)
    with pytest.raises(RecordBroken):
        office.desk.keys.prove("KZ-MVD", seal[:-8] + "AAAAAAAA")


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS256"}, {}])
async def test_a_seal_of_another_algorithm_is_refused(office: Office, header: dict[str, str]) -> None:
    """Which algorithm it is, is no choice of whoever signs."""
    head, payload, signature = office.desk.keys.seal("KZ-MVD", b"{}").split(".")
    name = json.loads(urlsafe_b64decode(head + "=="))["kid"]
    forged = urlsafe_b64encode(json.dumps({**header, "kid": name}).encode()).decode().rstrip("=")
    with pytest.raises(RecordBroken):
        office.desk.keys.prove("KZ-MVD", f"{forged}.{payload}.{signature}")
    with pytest.raises(RecordBroken):
        office.desk.keys.prove("KZ-MVD", f"{forged}.{payload}.")


async def test_a_key_of_somebody_else_proves_nothing(office: Office) -> None:
    stranger = OKPKey.generate_key("Ed25519")
    seal = jws.serialize_compact(
        {"alg": "Ed25519", "kid": stranger.thumbprint()}, b"{}", stranger, algorithms=["Ed25519"]
    )
    with pytest.raises(RecordBroken):
        office.desk.keys.prove("KZ-MVD", seal)


async def test_a_key_that_another_process_made_is_found(office: Office, owner: asyncpg.Connection) -> None:
    """A node that began before the key was there seals and proves with it, without beginning again."""
    await owner.execute("DELETE FROM authority_key WHERE authority = 'RU-FSB'")
    async with office.pool.acquire() as conn:
        began_before = await keys.load(conn, WRAPPING_KEY)
        await keys.make_missing(conn, WRAPPING_KEY)
    process = Office(office.pool, replace(office.desk, keys=began_before))
    request = await process.submit(requested_authority="RU-FSB")
    assert (await process.act(request, "RU-FSB", "accept")).state == "executing"


async def test_an_authority_without_a_key_seals_nothing(office: Office, owner: asyncpg.Connection) -> None:
    await owner.execute("DELETE FROM authority_key WHERE authority = 'RU-FSB'")
    async with office.pool.acquire() as conn:
        process = Office(office.pool, replace(office.desk, keys=await keys.load(conn, WRAPPING_KEY)))
    with pytest.raises(KeysMissing):
        await process.submit(requested_authority="RU-FSB")


async def test_a_public_key_of_somebody_else_proves_nothing(office: Office, owner: asyncpg.Connection) -> None:
    """What the database says a public key is cannot make a forged seal prove itself."""
    stranger = OKPKey.generate_key("Ed25519")
    name = await owner.fetchval(
        "UPDATE authority_key SET public = $1 WHERE authority = 'KZ-MVD' RETURNING id",
        json.dumps(stranger.as_dict(private=False)),
    )
    forged = jws.serialize_compact({"alg": "Ed25519", "kid": name}, b"{}", stranger, algorithms=["Ed25519"])
    async with office.pool.acquire() as conn:
        keyring = await keys.load(conn, WRAPPING_KEY)
        assert await keys.faults(conn) == (f"key {name} of KZ-MVD: column public is not its own",)
    with pytest.raises(RecordBroken):
        keyring.prove("KZ-MVD", forged)


async def test_keys_open_with_their_own_key_file_only(office: Office) -> None:
    async with office.pool.acquire() as conn:
        await keys.load(conn, WRAPPING_KEY)
        with pytest.raises(KeysMissing):
            await keys.load(conn, bytes(32))
