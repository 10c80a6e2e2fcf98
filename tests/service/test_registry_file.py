"""The registry as a signed file: taken in whole or not at all, and every attack on it named."""

import base64
import json
from typing import Any

import asyncpg
import pytest
from joserfc.jwk import OKPKey

from exchange.core.access import Actor
from exchange.core.errors import NodeError
from exchange.service import keys, registry, registry_file
from exchange.service.acts import Desk
from exchange.service.keys import Keyring
from exchange.service.readings import Readings
from exchange.service.registry_file import Taken
from schemas.vocabulary import Role
from tests.conftest import Database
from tests.service.office import NOW, WRAPPING_KEY, Office, open_office
from tests.service.test_registry import PROSECUTOR, enter

SECRETARIAT = Actor("CSTO-SEC", Role.HEAD, "person:csto-sec.head")
TABLES = ("registry_notice", "designation", "authority", "party", "agreement", "authority_key", "audit")


@pytest.fixture
async def office(pool: "asyncpg.Pool[asyncpg.Record]") -> Office:
    return await open_office(pool)


async def exported(office: Office, by: Actor = SECRETARIAT) -> bytes:
    async with office.pool.acquire() as conn, conn.transaction():
        await office.desk.keys.refresh(conn)
        return (await registry_file.export(conn, office.desk.keys, by, NOW)).encode()


async def public(office: Office, authority: str = "CSTO-SEC") -> bytes:
    async with office.pool.acquire() as conn:
        await office.desk.keys.refresh(conn)
    return office.desk.keys.public(authority).encode()


async def signed(office: Office, facts: list[dict[str, Any]], by: str = "CSTO-SEC") -> bytes:
    async with office.pool.acquire() as conn:
        return (await registry_file.sign(conn, office.desk.keys, by, facts, NOW)).encode()


def facts_of(file: bytes) -> list[dict[str, Any]]:
    payload = file.split(b".")[1]
    return list(json.loads(base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))["facts"])


async def kept(pool: "asyncpg.Pool[asyncpg.Record]") -> list[int]:
    return [await pool.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES]  # noqa: S608 - ours


async def taken(pool: "asyncpg.Pool[asyncpg.Record]", file: bytes, trusted: bytes) -> Taken:
    async with pool.acquire() as conn, conn.transaction():
        return await registry_file.take_in(conn, Keyring(WRAPPING_KEY), file, trusted, NOW)


async def refused(office: Office, file: bytes, trusted: bytes) -> str:
    """Take a file in that must be refused, and prove that nothing was kept."""
    before = await kept(office.pool)
    with pytest.raises(NodeError) as trouble:
        await taken(office.pool, file, trusted)
    assert await kept(office.pool) == before
    return str(trouble.value)


async def test_a_new_node_is_set_up_by_the_file_alone(
    office: Office, maker: asyncpg.Connection, database: Database
) -> None:
    """Another node, empty, with other keys: from the file it knows all, and its authorities exchange at once."""
    await enter(office, "KZ-MVD", **PROSECUTOR)
    await enter(
        office, "KZ-MVD", kind="change", authority="KZ-MVD", since="2026-05-01", mailbox=None, name={"ru": "МВД"}
    )
    await enter(office, "KZ-MVD", kind="end", authority="KZ-NSC", until="2026-04-01")
    file, trusted = await exported(office), await public(office)
    name = f"{database.name}_other"
    await maker.execute(f"CREATE DATABASE {name} TEMPLATE template_sandbox")
    dsn = f"{database.dsn.rpartition('/')[0]}/{name}"
    async with asyncpg.create_pool(dsn, min_size=1, max_size=4, server_settings={"role": "exchange_app"}) as pool:
        first = await taken(pool, file, trusted)
        assert (len(first.added), first.known) == (23, 0)
        for table, order in {
            "party": "country",
            "agreement": "code",
            "entry": "code, since",
        }.items():
            columns = "*" if table != "entry" else "code, since, until, kind, name::text, zone, reach, mailbox"
            told = "WHERE kind <> 'protection'" if table == "entry" else ""  # of which no notice speaks
            asked = f"SELECT {columns} FROM {table} {told} ORDER BY {order}"  # noqa: S608 - ours
            assert await pool.fetch(asked) == await office.pool.fetch(asked)
        again = await taken(pool, file, trusted)
        assert (again.added, again.known) == ((), 23)
        async with pool.acquire() as conn, conn.transaction():
            reading = await registry.keep_reading(conn)
            keyring = await keys.load(conn, WRAPPING_KEY)
        other = Office(pool, Desk(keyring, reading, Readings(reading)))
        await other.submit("KZ-GP")
        assert await other.faults() == []
        assert not await pool.fetchval("SELECT count(*) FROM outbox WHERE kind = 'registry'")  # passed on already
    await maker.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_a_file_that_was_altered_or_cut_off_is_refused(office: Office) -> None:
    file, trusted = await exported(office), await public(office)
    head, body, seal = file.split(b".")
    altered = base64.urlsafe_b64encode(base64.urlsafe_b64decode(body + b"==").replace(b"KZ-MVD", b"KZ-XXX")).rstrip(
        b"="
    )
    assert "altered or cut off" in await refused(office, b".".join((head, altered, seal)), trusted)
    for cut in (file[:-1], file[: len(file) // 2], b"", b"x", head, head + b"." + body, b"\xff" * 50):
        assert "cut off" in await refused(office, cut, trusted)
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": json.loads(trusted).get("kid")}).encode())
    assert await refused(office, b".".join((none.rstrip(b"="), body, b"")), trusted)


async def test_a_file_of_an_unknown_signer_is_refused(office: Office) -> None:
    file = await exported(office)
    assert "not the trusted one" in await refused(office, file, await public(office, "KZ-MVD"))
    stranger = OKPKey.generate_key("Ed25519")
    assert "not the trusted one" in await refused(office, file, json.dumps(stranger.as_dict(private=False)).encode())
    for bad in (b"", b"{}", b"[]", b'{"kty": "oct", "k": "AA"}', b"\xff"):
        assert "trusted key" in await refused(office, file, bad)


async def test_every_contradiction_and_duplicate_is_named_at_once(office: Office) -> None:
    facts = facts_of(await exported(office))
    new = {**PROSECUTOR, "country": "KZ"}
    otherwise = {**facts[8], "zone": "Europe/Samara"}
    unknown = {"kind": "end", "authority": "KZ-NOBODY", "until": "2026-04-01"}
    domestic = {**new, "authority": "RU-GP", "country": "RU", "body": "domestic"}
    file = await signed(office, [*facts[:8], otherwise, new, new, unknown, domestic])
    said = (await refused(office, file, await public(office))).splitlines()
    assert said[0] == "the file is refused, nothing was changed:"
    assert [line.partition(" ")[0] for line in said[1:]] == [
        "facts/8", "facts/10", "facts/11/authority", "facts/12/authority"
    ]  # fmt: skip
    assert "Реестр говорит об этом иное" in said[1]
    assert "ст. 4 Протокола" in said[2]


async def test_a_domestic_body_comes_only_with_its_own_state_s_file(office: Office) -> None:
    own = {**PROSECUTOR, "country": "KZ", "body": "domestic"}
    assert "facts/0" in await refused(office, await signed(office, [own]), await public(office))
    assert (
        len((await taken(office.pool, await signed(office, [own], "KZ-MVD"), await public(office, "KZ-MVD"))).added)
        == 1
    )
    assert "KZ-GP" in {one.get("authority") for one in facts_of(await exported(office, Actor("KZ-NSC", Role.HEAD)))}
    assert "KZ-GP" not in {one.get("authority") for one in facts_of(await exported(office))}


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"kind": "colour"}, "facts/0"),
        ({**PROSECUTOR, "colour": 1}, "facts/0/designation/colour"),
        ({**PROSECUTOR, "zone": "Mars/Olympus"}, "facts/0/designation/zone"),
        ({**PROSECUTOR, "mailbox": "a@b\r\nBcc: c@d"}, "facts/0/designation/mailbox"),
        ({**PROSECUTOR, "since": "2026-02-30"}, "facts/0/designation/since"),
    ],
)
async def test_facts_out_of_shape_are_never_signed_nor_taken(office: Office, wrong: dict[str, Any], named: str) -> None:
    await public(office)
    with pytest.raises(NodeError, match=named):
        await signed(office, [wrong])
    whole = {"format": "assistance-exchange-registry", "version": 1, "authority": "CSTO-SEC", "made_at": "x"}
    sealed = office.desk.keys.seal("CSTO-SEC", json.dumps({**whole, "facts": [wrong]}).encode())
    assert named in await refused(office, sealed.encode(), await public(office))


async def test_a_document_that_says_a_name_twice_is_refused(office: Office) -> None:
    await public(office)
    sealed = office.desk.keys.seal("CSTO-SEC", b'{"facts": [], "facts": []}')
    assert "a name comes twice" in await refused(office, sealed.encode(), await public(office))
    deep = office.desk.keys.seal("CSTO-SEC", b"[" * 100_000)
    assert "no registry" in await refused(office, deep.encode(), await public(office))


async def test_what_was_taken_out_is_written_down(office: Office) -> None:
    await exported(office)
    rows = await office.pool.fetch("SELECT authority, who, subject FROM audit WHERE deed = 'exported'")
    assert [tuple(row) for row in rows] == [("CSTO-SEC", "person:csto-sec.head", "registry")]
