"""The vault: what goes in comes out for whoever holds it, and for nobody else."""

import re
import tracemalloc
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest

from exchange.core.errors import ModuleSealed, NotHeld, Unavailable
from exchange.protection.content import vault as vaults
from exchange.protection.content.provider import Owner
from exchange.protection.content.stream import CHUNK, HEAD_BYTES
from exchange.store.pool import Pool
from schemas.secrecy import Mark
from tests.conftest import Database
from tests.protection.content.store import BODY, DATA, DAY, INSERT_ITEM, NOW, OTHER, Place, vault_in


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
async def test_what_goes_in_comes_out(place: Place, size: int) -> None:
    item = await place.item(DATA[:size])
    assert await place.read(item) == DATA[:size]
    assert await place.read(item) == DATA[:size]


async def test_neither_the_plaintext_nor_its_digest_stands_anywhere(place: Place, database: Database) -> None:
    secret = b"where the trains will stop " * 20
    await place.item(secret)
    for path in [*place.sealed_files(), *place.key_files(), place.folder / "protection.keys"]:
        assert b"trains" not in path.read_bytes()
        assert BODY.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o777 == 0o600
    async with place.pool.connection() as conn:
        row = await conn.fetchval("SELECT c::text FROM protection.content c")
    assert sha256(secret).hexdigest() not in row
    sealed = place.sealed_files()[0]
    assert sealed.name in row
    assert sealed.name != sha256(sealed.read_bytes()).hexdigest(), "a name tells nothing of what is in it"
    assert database


async def test_each_upload_has_a_key_and_bytes_of_its_own(place: Place) -> None:
    await place.upload(DATA)
    await place.upload(DATA)
    first, second = (path.read_bytes() for path in place.sealed_files())
    assert len(first) == len(second)
    assert first[HEAD_BYTES : HEAD_BYTES + 64] != second[HEAD_BYTES : HEAD_BYTES + 64]


async def test_one_statement_opens_a_content(place: Place) -> None:
    item = await place.item(DATA)
    said: list[str] = []
    async with place.pool.connection() as conn:
        conn.add_query_logger(lambda record: said.append(record.query))
        await place.vault.open(conn, item, BODY)
    assert len(said) == 1


async def test_only_a_holder_opens(place: Place) -> None:
    item = await place.item(DATA)
    for other, body in ((item, OTHER), (uuid4(), BODY)):
        with pytest.raises(NotHeld):
            await place.read(other, body)


async def test_a_body_finds_its_own_unbound_uploads_alone(place: Place) -> None:
    sealed, digest = await place.upload(DATA), sha256(DATA).hexdigest()
    async with place.pool.transaction() as conn:
        assert await place.vault.find(conn, by=BODY, sha256=digest) == sealed
        assert await place.vault.find(conn, by=OTHER, sha256=digest) is None
        assert await place.vault.find(conn, by=BODY, sha256="0" * 64) is None
    await place.item(DATA[:9])
    async with place.pool.transaction() as conn:
        assert await place.vault.find(conn, by=BODY, sha256=sha256(DATA[:9]).hexdigest()) is None


async def test_what_is_bound_is_not_bound_again(place: Place) -> None:
    sealed = await place.upload(DATA)
    for item in (uuid4(), uuid4()):
        async with place.pool.transaction() as conn:
            await conn.execute(INSERT_ITEM, item, BODY)
    async with place.pool.transaction() as conn:
        await place.vault.bind(conn, sealed.id, item)
        with pytest.raises(NotHeld):
            await place.vault.bind(conn, sealed.id, item)


async def test_gigabytes_would_pass_at_constant_memory(place: Place) -> None:
    async def many(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield bytes(CHUNK)

    async def passed(count: int) -> int:
        tracemalloc.start()
        async with place.vault.taking_in(many(count), Owner(BODY)) as taken, place.pool.transaction() as conn:
            sealed, item = await place.vault.keep(conn, taken, by=BODY, now=NOW), uuid4()
            await conn.execute(INSERT_ITEM, item, BODY)
            await place.vault.bind(conn, sealed.id, item)
        async with place.pool.connection() as conn:
            async for _piece in await place.vault.open(conn, item, BODY):
                pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert await passed(4) < 8 * 1024 * 1024
    assert await passed(120) < 8 * 1024 * 1024


async def test_while_the_keys_are_sealed_nothing_is_read_nor_written(place: Place) -> None:
    item = await place.item(DATA)
    before = place.sealed_files(), place.key_files()
    place.provider.forget()
    asked = False

    async def never() -> AsyncIterator[bytes]:
        nonlocal asked
        asked = True
        yield DATA

    with pytest.raises(ModuleSealed):
        async with place.vault.taking_in(never(), Owner(BODY)):
            pass
    assert not asked
    with pytest.raises(ModuleSealed):
        await place.read(item)
    for attempt in ("hand_over", "rewrap"):
        more = (BODY, OTHER, "M-AM") if attempt == "hand_over" else (BODY, Mark.SECRET)
        with pytest.raises(ModuleSealed):
            async with place.pool.transaction() as conn:
                await getattr(place.vault, attempt)(conn, item, *more)
    assert (place.sealed_files(), place.key_files()) == before


async def test_a_folder_that_cannot_be_used_is_said(module_pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "contents").write_text("a file")
    with pytest.raises(Unavailable, match=r"FileExistsError|EEXIST"), vault_in(tmp_path, module_pool):
        pass


async def test_the_open_houses_role_sees_none_of_it(database: Database, place: Place) -> None:
    await place.item(DATA)
    import asyncpg

    conn = await asyncpg.connect(database.dsn, server_settings={"role": "exchange_app"})
    try:
        for table in ("content", "holding", "shredding"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.fetch(f"SELECT * FROM protection.{table}")  # noqa: S608 - a name of ours
    finally:
        await conn.close()


def test_nothing_shows_a_key_or_a_phrase(place: Place) -> None:
    assert re.fullmatch(r"Vault\(pool=Pool\(\)\)", repr(place.vault))
    assert vaults.FORGOTTEN_SECONDS == DAY
