"""The command as an operator uses it: one clear line for what can be mended, status 2; nothing left behind."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import asyncpg
import httpx
import pytest

from exchange import admit, cli
from exchange.core.errors import NodeError
from exchange.settings import Settings
from exchange.store import migrate
from schemas.vocabulary import Role
from tests.conftest import Database
from tests.waiting import until

KEY = "0123456789abcdef" * 4
PATIENCE = 60


async def begin(*arguments: str, environment: Mapping[str, str] | None = None) -> asyncio.subprocess.Process:
    """Start the command."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "EXCHANGE", "SMTP"))}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "exchange.cli", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**kept, **(environment or {})},
    )


async def ran(*arguments: str, environment: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """Run the command to its end; return its status and what it said."""
    process = await begin(*arguments, environment=environment)
    said, complained = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode is not None
    return process.returncode, said.decode(), complained.decode()


def one_line(complained: str) -> str:
    """Return the one line in which the command says what is wrong."""
    lines = complained.splitlines()
    assert len(lines) == 1, complained
    assert lines[0].startswith("exchange: ")
    return lines[0]


async def test_production_does_not_start_without_its_key_file(tmp_path: Path) -> None:
    status, _, complained = await ran("serve", "--mode", "production", "--data", str(tmp_path / "d"))
    assert (status, "EXCHANGE_KEY_FILE" in one_line(complained)) == (2, True)


@pytest.mark.parametrize(
    ("content", "rights", "word"), [(KEY, 0o440, "mode 0400"), ("short", 0o400, "64"), ("g" * 64, 0o400, "64")]
)
async def test_a_key_file_is_checked(tmp_path: Path, content: str, rights: int, word: str) -> None:
    file = tmp_path / "key"
    file.write_text(content)
    file.chmod(rights)
    environment = {"EXCHANGE_KEY_FILE": str(file)}
    arguments = ("serve", "--mode", "production", "--data", str(tmp_path / "d"))
    status, _, complained = await ran(*arguments, environment=environment)
    assert status == 2
    assert word in one_line(complained)
    assert content not in complained


async def test_a_sandbox_stays_on_the_loopback(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "d"))
    status, _, complained = await ran("serve", "--mode", "sandbox", "--host", "198.51.100.1", *data)
    assert (status, "--expose" in one_line(complained)) == (2, True)
    assert not (tmp_path / "d").exists()


async def test_a_database_that_cannot_be_reached_is_said_without_its_address(tmp_path: Path) -> None:
    environment = {"DATABASE_URL": "postgresql://user:geheim@127.0.0.1:1/none"}
    status, _, complained = await ran("serve", "--mode", "sandbox", "--data", str(tmp_path), environment=environment)
    assert (status, "DATABASE_URL" in one_line(complained)) == (2, True)
    assert "geheim" not in complained


async def test_a_database_of_the_other_mode_is_refused(tmp_path: Path, database: Database) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    file.chmod(0o400)
    environment = {"DATABASE_URL": database.dsn, "EXCHANGE_KEY_FILE": str(file)}
    arguments = ("serve", "--mode", "production", "--data", str(tmp_path))
    status, _, complained = await ran(*arguments, environment=environment)
    assert (status, "sandbox" in one_line(complained)) == (2, True)


async def test_tokens_are_made_listed_and_revoked_and_the_records_proved(tmp_path: Path, database: Database) -> None:
    environment = {"DATABASE_URL": database.dsn}
    given = ("--data", str(tmp_path))
    wanted = ("--authority", "KZ-MVD", "--role", "system", "--days", "30", "--label", "case system")
    status, said, _ = await ran("token", "create", *given, *wanted, environment=environment)
    assert status == 0
    assert re.fullmatch(r"sx_[\w-]{43}\n", said)
    _, listed, _ = await ran("token", "list", *given, environment=environment)
    assert "KZ-MVD\tsystem\tcase system" in listed
    assert said.strip() not in listed
    assert (await ran("token", "revoke", *given, "1", environment=environment))[0] == 0
    status, _, complained = await ran("token", "revoke", *given, "1", environment=environment)
    assert (status, "revoked already" in one_line(complained)) == (2, True)
    status, said, _ = await ran("verify", *given, environment=environment)
    assert (status, said.splitlines()[-2:]) == (0, ["0 protected items", "everything holds"])


async def test_a_body_that_the_module_did_not_enter_is_named_by_verify(
    tmp_path: Path, database: Database, owner: "asyncpg.Connection"
) -> None:
    given, environment = ("--data", str(tmp_path)), {"DATABASE_URL": database.dsn}
    assert (await ran("verify", *given, environment=environment))[0] == 0
    await owner.execute(
        "INSERT INTO protection.body (code, party, zone, name, proof) VALUES ('KZ-X', 'KZ', 'UTC', '{}', '')"
    )
    status, said, _ = await ran("verify", *given, environment=environment)
    assert (status, "body KZ-X: it was changed in the registry" in said.splitlines()) == (1, True), said


async def test_a_token_is_for_who_is_designated_on_its_own_local_day(tmp_path: Path, database: Database) -> None:
    def make(authority: str) -> int:
        wanted = admit.Wanted(authority=authority, role=Role.SYSTEM, label="test", days=None)
        return admit.create_token(Settings(database_url=database.dsn), None, tmp_path, wanted)

    await asyncio.to_thread(make, "KZ-MVD")  # makes the registry
    conn = await asyncpg.connect(database.dsn)
    await conn.execute("UPDATE sandbox_clock SET frozen_at = '2026-03-01T20:00:00Z'")  # in Almaty it is tomorrow
    await conn.execute("UPDATE authority SET since = '2026-03-02' WHERE code IN ('KZ-MVD', 'RU-MVD')")
    await conn.execute("UPDATE authority SET until = '2026-03-02' WHERE code IN ('KZ-NSC', 'RU-FSB')")
    await conn.close()
    for authority, designated in {"KZ-MVD": True, "RU-MVD": False, "KZ-NSC": False, "RU-FSB": True}.items():
        if designated:
            assert await asyncio.to_thread(make, authority) == 0
        else:
            with pytest.raises(NodeError):
                await asyncio.to_thread(make, authority)


async def test_sigterm_lets_a_call_in_work_end_and_exits_with_0(tmp_path: Path, database: Database) -> None:
    arguments = ("serve", "--mode", "sandbox", "--port", "0", "--data", str(tmp_path), "--now", "2026-03-01T09:00:00Z")
    process = await begin(*arguments, environment={"DATABASE_URL": database.dsn})
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
    found = re.search(rb"http://127\.0\.0\.1:\d+", line)
    assert found is not None
    async with httpx.AsyncClient(base_url=found[0].decode(), timeout=PATIENCE) as client:
        assert (await client.get("/v1/sandbox/clock")).json()["now"].startswith("2026-03-01T09:00:")

        async def slowly() -> AsyncIterator[bytes]:
            yield b'{"authority": "KZ-MVD",'
            await asyncio.sleep(1)
            yield b'"role": "head"}'

        headers = {"Content-Type": "application/json"}
        call = asyncio.create_task(client.post("/v1/sandbox/tokens", content=slowly(), headers=headers))
        await asyncio.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        assert (await call).status_code == 201
    assert await asyncio.wait_for(process.wait(), 15) == 0


async def test_sigterm_cuts_a_start_short(tmp_path: Path, database: Database) -> None:
    """Somebody else holds the lock for migrating: the node waits for it, and ends at once when told to."""
    holder = await asyncpg.connect(database.dsn)
    await holder.execute(migrate.TAKE_LOCK, migrate.OPEN.package)
    arguments = ("serve", "--mode", "sandbox", "--port", "0", "--data", str(tmp_path))
    process = await begin(*arguments, environment={"DATABASE_URL": database.dsn})
    waiting = """
        SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted
    """
    await until(lambda: holder.fetchval(waiting), PATIENCE)
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 15) == 0
    await holder.close()


@pytest.mark.parametrize("year", ["0001", "1991", "2200", "9999"])
def test_a_sandbox_begins_in_a_year_whose_instants_are_taken(year: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.parser().parse_args(["serve", "--mode", "sandbox", "--now", f"{year}-03-01T09:00:00Z"])
    assert "--now" in capsys.readouterr().err


def test_an_instant_without_a_zone_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.parser().parse_args(["serve", "--mode", "sandbox", "--now", "2026-03-01T09:00:00"])
    assert "--now" in capsys.readouterr().err
