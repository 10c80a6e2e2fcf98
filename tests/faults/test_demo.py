"""The demo is killed: neither its node nor its folder outlives it for long."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest

from exchange.demo import folder
from tests.faults.process import ADDRESS
from tests.waiting import until

START_SECONDS = 60
END_SECONDS = 15


async def test_a_killed_demo_leaves_no_node_and_the_next_one_sweeps(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "exchange.cli", "demo"),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONUTF8": "1"},
    )
    assert process.stdout is not None
    said = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
    match = ADDRESS.search(said)
    assert match is not None, said
    address = match[0].decode()
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{address}/healthz")).status_code == 200
        (left,) = folders(tmp_path)
        folder.sweep(tmp_path)
        assert left.exists()
        process.send_signal(signal.SIGKILL)
        await process.wait()
        await until(lambda: silent(client, address), END_SECONDS)
    await until(lambda: swept(tmp_path, left), END_SECONDS)


def folders(place: Path) -> list[Path]:
    return list(place.glob("exchange-demo-*"))


async def silent(client: httpx.AsyncClient, address: str) -> bool:
    try:
        await client.get(f"{address}/healthz")
    except httpx.TransportError:
        return True
    return False


def swept(place: Path, left: Path) -> bool:
    folder.sweep(place)
    return not left.exists()


def test_the_folder_of_a_living_demo_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "exchange-demo-of-somebody-else").mkdir()
    with folder.taken() as living, folder.taken() as other:
        assert living.path.exists()
        assert other.path != living.path
    assert [path.name for path in tmp_path.iterdir()] == ["exchange-demo-of-somebody-else"]
