"""Attachments: 200 MB up and down through the node and through a plain copy, in turns, with the memory they take."""

import asyncio
import json
import os
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any, Final, Self

import httpx

from bench import copy
from bench.house import resident
from bench.processes import node, running

SIZE: Final = 200_000_000
PIECE: Final = 256 * 1024
WATCH_SECONDS: Final = 0.01
NOISE: Final = os.urandom(PIECE)


class Memory:
    """The most resident memory that a process took while something ran, in MiB."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.most = self.before = resident(pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no more."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(WATCH_SECONDS):
            self.most = max(self.most, resident(self.pid))


async def files(folder: Path, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Return seconds of the node and of the copy for each way, their ratio, and the growth of the node's memory."""
    options = ("--factory", "--port", "0", "--http", "httptools", "--loop", "uvloop", "--no-access-log")
    copied = folder / "copied"
    copied.mkdir(parents=True)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(node(folder / "files"))
        command = ("-m", "uvicorn", "bench.copy:create", *options)
        bare = await stack.enter_async_context(running(command, {copy.FOLDER: str(copied)}))
        here, there = Caller(server.port, await _token(server.port)), Caller(bare.port, "")
        await here.up("/v1/attachments?name=small.bin", 0, PIECE)  # what a process asks for once in its life
        times: dict[str, list[float]] = {"up": [], "up_bare": [], "down": [], "down_bare": []}
        with Memory(server.process.pid) as memory:
            for turn in range(1, rounds + 1):
                took, answer = await here.up(f"/v1/attachments?name={turn}.bin", turn, SIZE)
                made = json.loads(answer)
                times["up"].append(took)
                times["up_bare"].append((await there.up("/copy", turn, SIZE))[0])
                times["down"].append(await here.down(f"/v1/attachments/{made['id']}"))
                times["down_bare"].append(await there.down("/copy"))
                await here.down(f"/v1/attachments/{made['id']}", digest=made["sha256"])
                say(f"{SIZE // 1_000_000} MB up and down, round {turn} of {rounds}")
        return {
            "bytes": SIZE,
            "growth_mib": memory.most - memory.before,
            **{way: _summary(times[way], times[f"{way}_bare"]) for way in ("up", "down")},
        }


def _summary(node_s: list[float], copy_s: list[float]) -> dict[str, float]:
    ratio = median(a / b for a, b in zip(node_s, copy_s, strict=True))
    return {"node_s": median(node_s), "copy_s": median(copy_s), "ratio": ratio}


async def _token(port: int) -> str:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        answer = await client.post("/v1/sandbox/tokens", json={"authority": "KZ-MVD", "role": "system"})
    return str(answer.raise_for_status().json()["token"])


@dataclass(frozen=True, slots=True)
class Caller:
    """Sends and takes bytes over a socket of its own, in a thread, with as little work as can be."""

    port: int
    token: str

    async def up(self, path: str, turn: int, size: int) -> tuple[float, bytes]:
        """Send a file of which no two turns have the same; return the seconds and the answer's body."""
        return await asyncio.to_thread(self._up, path, turn, size)

    async def down(self, path: str, *, digest: str | None = None) -> float:
        """Take a file; return the seconds. Where a digest is named, prove that the bytes have it."""
        return await asyncio.to_thread(self._down, path, digest)

    def _up(self, path: str, turn: int, size: int) -> tuple[float, bytes]:
        began = time.perf_counter()
        with self._asked("POST", path, f"Content-Type: application/octet-stream\r\nContent-Length: {size}\r\n") as line:
            line.sendall(turn.to_bytes(8, "big"))
            left = size - 8
            while left:
                line.sendall(NOISE[: min(PIECE, left)])
                left -= min(PIECE, left)
            _length, body = _answered(line, b"201")
            while piece := line.recv(PIECE):
                body += piece
        return time.perf_counter() - began, body

    def _down(self, path: str, digest: str | None) -> float:
        began = time.perf_counter()
        found = sha256()
        with self._asked("GET", path, "") as line:
            length, body = _answered(line, b"200")
            found.update(body)
            left, held = length - len(body), memoryview(bytearray(PIECE))
            while left and (size := line.recv_into(held)):
                left -= size
                if digest is not None:
                    found.update(held[:size])
        if left or (digest is not None and found.hexdigest() != digest):
            raise ValueError("other bytes came out than went in")
        return time.perf_counter() - began

    def _asked(self, method: str, path: str, headers: str) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.port), timeout=120)
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        proof = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        line.sendall(f"{head}{proof}{headers}\r\n".encode())
        return line


def _answered(line: socket.socket, status: bytes) -> tuple[int, bytes]:
    """Read the head of an answer; return the length that it announces, and what came of the body with it."""
    held = b""
    while b"\r\n\r\n" not in held:
        piece = line.recv(PIECE)
        if not piece:
            raise ValueError("the server hung up")
        held += piece
    head, _, body = held.partition(b"\r\n\r\n")
    if head[9:12] != status:
        raise ValueError(f"{head[:12]!r}")
    found = re.search(rb"content-length: (\d+)", head.lower())
    return int(found[1]) if found else 0, body
