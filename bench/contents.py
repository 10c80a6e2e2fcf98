"""Protected contents: 200 MB sealed and given out by the vault, beside the bare cipher over the same chunks, in turns.

`python3 -m bench.contents` runs this part alone: `--bytes` and `--rounds` make it small.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any, Final
from uuid import uuid4

import uvloop
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.house import resident
from exchange.files import Folder
from exchange.protection.content.datakeys import DataKey
from exchange.protection.content.outgoing import Opened
from exchange.protection.content.sealing import SealedContent, sealed_into
from exchange.protection.content.stream import CHUNK

SIZE: Final = 200_000_000
NOISE: Final = os.urandom(CHUNK)
ROOT: Final = Path(__file__).resolve().parent.parent


async def contents(folder: Path, rounds: int, size: int = SIZE) -> dict[str, Any]:
    """Return the figures of `measured`, taken in a process of its own: its memory is nobody else's."""
    command = ("-m", "bench.contents", "--folder", str(folder), "--rounds", str(rounds), "--bytes", str(size))
    process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    if process.returncode:
        raise ValueError("the measurement of contents failed")
    return dict(json.loads(said))


async def measured(folder: Path, rounds: int, size: int) -> dict[str, Any]:
    """Return the median seconds of sealing, giving out and of the bare cipher, their ratios, and the growth of memory.

    `least` is the bare cipher with what cannot be left out: SHA-256 of the plaintext, which proves the whole. `written`
    is as many bytes in a file, flushed to the disk as sealed ones are before anybody hears that they are kept.
    """
    times: dict[str, list[float]] = {"seal": [], "open": [], "bare": [], "least": [], "written": []}
    store = Folder(folder / "contents")
    try:
        await _turn(folder, store, CHUNK, {name: [] for name in times})  # what a process asks for once in its life
        before = most = resident(os.getpid())
        for _ in range(rounds):
            await _turn(folder, store, size, times)
            most = max(most, resident(os.getpid()))
    finally:
        store.close()
    middle = {name: median(each) for name, each in times.items()}
    return {
        "bytes": size,
        "growth_mib": most - before,
        **{f"{name}_s": value for name, value in middle.items()},
        "seal_of_bare": _ratio(times["bare"], times["seal"]),
        "open_of_bare": _ratio(times["bare"], times["open"]),
        "seal_of_least": _ratio(times["least"], times["seal"]),
        "open_of_least": _ratio(times["least"], times["open"]),
        "seal_of_written": _ratio(times["written"], times["seal"]),
    }


def _ratio(ours: list[float], theirs: list[float]) -> float:
    return median(a / b for a, b in zip(ours, theirs, strict=True))


async def _turn(folder: Path, store: Folder, size: int, times: dict[str, list[float]]) -> None:
    """Take every time once."""
    times["written"].append(_written(folder / "plain", size))
    times["bare"].append(_ciphered(size, digest=False))
    times["least"].append(_ciphered(size, digest=True))
    began, key, file = time.perf_counter(), DataKey.new(), os.urandom(32).hex()
    async with store.writer(size, name=file) as writer:
        content = await sealed_into(writer, _pieces(size), key, uuid4(), store.submit)
        await writer.keep()
    times["seal"].append(time.perf_counter() - began)
    times["open"].append(await _given_out(store, file, key, content))
    await store.remove(file)


async def _given_out(store: Folder, file: str, key: DataKey, content: SealedContent) -> float:
    began, came = time.perf_counter(), 0
    async for piece in Opened(store, file, key, content):
        came += len(piece)
    if came != content.size:
        raise ValueError("other bytes came out than went in")
    return time.perf_counter() - began


async def _pieces(size: int) -> AsyncIterator[bytes]:
    for begin in range(0, size, CHUNK):
        yield NOISE[: size - begin]


def _ciphered(size: int, *, digest: bool) -> float:
    """Return the seconds that the library's cipher takes in memory, one chunk after the other."""
    aead, plain = AESGCM(AESGCM.generate_key(256)), sha256()
    began = time.perf_counter()
    for number, begin in enumerate(range(0, size, CHUNK)):
        chunk = NOISE[: size - begin]
        aead.encrypt(number.to_bytes(12, "big"), chunk, b"bound")
        if digest:
            plain.update(chunk)
    return time.perf_counter() - began


def _written(file: Path, size: int) -> float:
    """Return the seconds in which plain bytes reach the disk."""
    began = time.perf_counter()
    with file.open("wb", buffering=0) as target:
        for begin in range(0, size, CHUNK):
            target.write(memoryview(NOISE)[: size - begin])
        os.fsync(target.fileno())
    took = time.perf_counter() - began
    file.unlink()
    return took


def main() -> int:
    """Measure and print the figures as JSON."""
    top = argparse.ArgumentParser(prog="bench.contents")
    top.add_argument("--folder", type=Path, help="where the sealed bytes lie meanwhile; default: the system's")
    top.add_argument("--rounds", type=int, default=5)
    top.add_argument("--bytes", type=int, default=SIZE)
    asked = top.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        found = uvloop.run(measured(asked.folder or Path(scratch), asked.rounds, asked.bytes))
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
