"""Attachments with the record they belong to: signed, proved, swept in their time, whatever races with what."""

import asyncio
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from exchange.core.access import Actor
from exchange.core.attachments import Upload
from exchange.core.errors import Refused
from exchange.core.request import AttachmentRef
from exchange.files import Folder
from exchange.service import attachments, drafts
from exchange.service.sweeping import WAIT, Sweep
from exchange.service.verify import prove
from schemas.vocabulary import ActKind, Role
from tests.service.node import Db
from tests.service.office import NOW, Office, open_office

KZ, RU = Actor("KZ-MVD", Role.SYSTEM), Actor("RU-MVD", Role.SYSTEM)
DAY = timedelta(days=1)


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Folder]:
    opened = Folder(tmp_path / "files")
    yield opened
    opened.close()


@pytest.fixture
async def office(pool: "asyncpg.Pool[asyncpg.Record]") -> Office:
    return await open_office(pool)


async def put(
    office: Office, files: Folder, data: bytes = b"text", name: str = "a.txt", by: Actor = KZ, at: datetime = NOW
) -> AttachmentRef:
    """Upload a file."""
    async with files.writer() as writer:
        await writer.write(data)
        stored = await writer.finish()
        taken = attachments.judge(Upload(name=name, media_type="application/octet-stream"), stored, by.authority)
        async with office.pool.acquire() as conn, conn.transaction():
            await attachments.keep(conn, writer, taken, by, at)
    return taken.ref


async def swept(office: Office, files: Folder, at: datetime) -> None:
    """Let the scheduler's job run until it has looked at every part of the store."""
    sweep = Sweep(Db(office.pool), files)
    await sweep.run(at)


async def faults(office: Office, files: Folder, *, whole: bool = True) -> list[str]:
    async with office.pool.acquire() as conn, conn.transaction():
        found = prove(conn, office.desk.keys, files=files, whole=whole)
        return [fault async for progress in found for fault in progress.faults]


async def there(office: Office, files: Folder, ref: AttachmentRef) -> tuple[bool, bool]:
    """Tell whether the row and the bytes of an attachment are there."""
    row = await office.pool.fetchval("SELECT EXISTS (SELECT FROM attachment WHERE id = $1)", ref.id)
    return bool(row), await files.size_of(ref.sha256) is not None


# --- the record -------------------------------------------------------------------------------------------


async def test_p_6_5_the_author_signs_what_the_act_carries(office: Office, files: Folder) -> None:
    ref = await put(office, files)
    request = await office.submit(attachments=[ref.id])
    (entry, *_) = await office.pool.fetch("SELECT jws, ruling FROM record ORDER BY seq")
    assert json.loads(office.desk.keys.prove("KZ-MVD", entry["jws"]))["body"]["attachments"] == [ref.id]
    assert json.loads(entry["ruling"])["attachments"][0]["sha256"] == ref.sha256
    assert [one.file for one in request.attachments] == [ref]
    assert await faults(office, files) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE attachment SET name = 'b.txt'", "the row says otherwise than its id"),
        ("UPDATE attachment SET authority = 'RU-MVD'", "the row says otherwise than its id"),
        ("UPDATE attachment SET size = 5", "the row says otherwise than its id"),
        ("DELETE FROM attachment_use", "the row that binds it is missing"),
        ("UPDATE attachment_use SET seq = 2", "the record tells of none"),
    ],
)
async def test_a_proof_finds_rows_that_were_changed(
    office: Office, files: Folder, owner: "asyncpg.Connection", change: str, fault: str
) -> None:
    ref = await put(office, files)
    await office.submit(attachments=[ref.id])
    await owner.execute(change)
    assert any(fault in one for one in await faults(office, files))


async def test_a_proof_finds_an_attachment_that_was_exchanged_in_the_record(
    office: Office, files: Folder, owner: "asyncpg.Connection"
) -> None:
    ref, other = await put(office, files), await put(office, files, b"other", "b.txt")
    request = await office.submit(attachments=[ref.id])
    changed = (("id", other.id), ("sha256", other.sha256), ("name", other.name), ("size", other.size))
    for column, value in changed:
        path = "{attachments,0," + column + "}"
        sql = (
            "UPDATE record SET ruling = jsonb_set(ruling::jsonb, $1::text::text[], to_jsonb($2::text))::text "
            "WHERE seq = 1"
        )
        if isinstance(value, int):
            sql = sql.replace("to_jsonb($2::text)", "to_jsonb($2::bigint)")
        await owner.execute(sql, path, value)
    found = await faults(office, files)
    assert any(f"request {request.id}: entry 1: what it carries" in one for one in found), found


async def test_a_proof_finds_files_that_are_gone_cut_or_damaged(office: Office, files: Folder, tmp_path: Path) -> None:
    ref = await put(office, files)
    await office.submit(attachments=[ref.id])
    path = tmp_path / "files" / ref.sha256[:2] / ref.sha256[2:4] / ref.sha256
    path.write_bytes(b"tex!")
    assert await faults(office, files, whole=False) == []
    assert any("the bytes are others" in one for one in await faults(office, files))
    path.write_bytes(b"tex")
    assert any("another size" in one for one in await faults(office, files, whole=False))
    path.unlink()
    assert any("gone" in one for one in await faults(office, files, whole=False))


async def test_an_act_without_attachments_asks_nothing_more(office: Office) -> None:
    statements: list[str] = []
    request = await office.submit()
    async with office.pool.acquire() as conn:
        conn.add_query_logger(lambda record: statements.append(record.query))
    await office.act(request, "RU-MVD", "accept")
    assert [query for query in statements if "save_decision" in query]
    assert not [query for query in statements if "attachment" in query]


# --- sweeping ---------------------------------------------------------------------------------------------


async def test_what_no_act_came_to_carry_is_swept_after_a_day_of_the_nodes_clock(office: Office, files: Folder) -> None:
    ref = await put(office, files)
    await swept(office, files, NOW + DAY)
    assert await there(office, files, ref) == (True, True)
    await swept(office, files, NOW + WAIT + timedelta(seconds=1))
    assert await there(office, files, ref) == (False, False)


async def test_what_an_act_carries_is_never_swept(office: Office, files: Folder) -> None:
    ref = await put(office, files)
    await office.submit(attachments=[ref.id])
    await swept(office, files, NOW + 1000 * DAY)
    assert await there(office, files, ref) == (True, True)
    assert await faults(office, files) == []


async def test_uploading_again_lets_it_wait_again(office: Office, files: Folder) -> None:
    ref = await put(office, files)
    await put(office, files, at=NOW + DAY)
    await swept(office, files, NOW + WAIT + timedelta(hours=1))
    assert await there(office, files, ref) == (True, True)


async def test_shared_bytes_stay_while_another_attachment_needs_them(office: Office, files: Folder) -> None:
    mine, theirs = await put(office, files), await put(office, files, by=RU, at=NOW + DAY)
    await swept(office, files, NOW + WAIT + timedelta(hours=1))
    assert await there(office, files, mine) == (False, True)
    assert await there(office, files, theirs) == (True, True)


async def test_a_draft_keeps_its_files_until_it_ends(office: Office, files: Folder) -> None:
    ref, number, officer = await put(office, files), uuid4(), Actor("KZ-MVD", Role.OFFICER, "person:kz-mvd.officer")
    async with office.pool.acquire() as conn, conn.transaction():
        await drafts.start(conn, number, ActKind.SUBMIT, None, {"attachments": [ref.id]}, officer, NOW)
    await swept(office, files, NOW + 30 * DAY)
    assert await there(office, files, ref) == (True, True)
    async with office.pool.acquire() as conn, conn.transaction():
        await drafts.drop(conn, number, 1, None, officer, NOW)
    await swept(office, files, NOW + 30 * DAY)
    assert await there(office, files, ref) == (False, False)


async def test_bytes_that_a_crash_left_without_a_row_are_swept_after_a_day(
    office: Office, files: Folder, tmp_path: Path
) -> None:
    ref, fresh = await put(office, files, b"old"), await put(office, files, b"fresh")
    await office.pool.execute("DELETE FROM attachment")
    path = tmp_path / "files" / ref.sha256[:2] / ref.sha256[2:4] / ref.sha256
    os.utime(path, (time.time() - 90_000,) * 2)
    sweep = Sweep(Db(office.pool), files)
    for _ in range(256):
        await sweep.run(NOW)
    assert await files.size_of(ref.sha256) is None
    assert await files.size_of(fresh.sha256) == 5


async def test_more_than_one_batch_is_swept(office: Office, files: Folder) -> None:
    refs = await asyncio.gather(*(put(office, files, str(n).encode()) for n in range(230)))
    await swept(office, files, NOW + 2 * DAY)
    assert await office.pool.fetchval("SELECT count(*) FROM attachment") == 0
    assert {await files.size_of(ref.sha256) for ref in refs} == {None}


@pytest.mark.parametrize("turn", range(6))
async def test_a_sweep_that_races_with_an_act_leaves_whole_what_the_act_carries(
    office: Office, files: Folder, turn: int
) -> None:
    ref, late = await put(office, files), NOW + 2 * DAY

    async def act() -> bool:
        await asyncio.sleep(turn / 1000)
        with suppress(Refused):
            await office.submit(attachments=[ref.id], at=late)
            return True
        return False

    stood, *_ = await asyncio.gather(act(), *(swept(office, files, late) for _ in range(3)))
    assert await there(office, files, ref) == (stood, stood)
    assert await faults(office, files) == []


async def test_a_sweep_waits_for_nobody_and_takes_nothing_that_an_act_is_about_to_carry(
    office: Office, files: Folder
) -> None:
    ref = await put(office, files)
    async with office.pool.acquire() as conn, conn.transaction():
        assert await attachments.taken(conn, KZ, [ref.id])
        async with asyncio.timeout(5):
            await swept(office, files, NOW + 2 * DAY)
    assert await there(office, files, ref) == (True, True)


async def test_sweeps_that_race_with_uploads_of_the_same_bytes_leave_no_row_without_bytes(
    office: Office, files: Folder
) -> None:
    async def upload(n: int) -> AttachmentRef:
        return await put(office, files, name=f"{n}.txt", at=NOW + n % 2 * 3 * DAY)

    async def sweep() -> None:
        for _ in range(10):
            await swept(office, files, NOW + 2 * DAY)

    await asyncio.gather(*(upload(n) for n in range(20)), sweep(), sweep())
    rows = await office.pool.fetch("SELECT sha256 FROM attachment")
    assert len(rows) == 10
    for row in rows:
        assert await files.size_of(row["sha256"]) == 4


# --- many -------------------------------------------------------------------------------------------------


async def test_ten_thousand_tiny_files_are_listed_in_parts(files: Folder, tmp_path: Path) -> None:
    for n in range(10_000):
        digest = f"{n % 256:02x}{n:062x}"
        folder = tmp_path / "files" / digest[:2] / digest[2:4]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / digest).touch()
    listed = [len(await files.held(place)) for place in range(256)]
    assert sum(listed) == 10_000
    assert max(listed) == 40


async def test_a_request_bears_thousands_of_attachments(office: Office, files: Folder) -> None:
    refs = await asyncio.gather(*(put(office, files, f"{n}".encode(), f"{n}.txt") for n in range(400)))
    request = await office.submit(attachments=[ref.id for ref in refs[:200]])
    request = await office.act(request, "KZ-MVD", "note", text="а", attachments=[ref.id for ref in refs[200:]])
    assert [one.file.name for one in request.attachments] == [f"{n}.txt" for n in range(400)]
    assert await faults(office, files, whole=False) == []
