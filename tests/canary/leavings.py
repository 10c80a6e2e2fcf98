"""What a node leaves behind: its answers, what it said, its mails, its database row by row, and every file."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from threading import Thread

import asyncpg
import httpx

from exchange.store import localpg

ADDRESS = re.compile(rb"http://127\.0\.0\.1:\d+")
START_SECONDS = 60
SERVE = ("serve", "--port", "0", "--mode", "sandbox", "--now", "2026-03-02T04:00:00Z")
MODULE = ("/v1/protection", "/protection")

SELECT_TABLES = """
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""


@dataclass
class Ear:
    """Keeps every answer that a client gets, but those that it is told to let pass: the content that a reader reads."""

    heard: list[tuple[str, bytes]] = field(default_factory=list)
    deaf: bool = False

    def listen(self, answer: httpx.Response) -> None:
        """Keep an answer with its head."""
        if self.deaf:
            return
        answer.read()
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        path = answer.request.url.raw_path.decode()
        self.heard.append((f"{answer.request.method} {path}", head.encode() + b"\n\n" + answer.content))

    def of_module(self) -> Iterator[tuple[str, bytes]]:
        """Yield the answers of the module."""
        return (each for each in self.heard if each[0].split(" ", 1)[1].startswith(MODULE))

    def of_others(self) -> Iterator[tuple[str, bytes]]:
        """Yield the answers of the open exchange."""
        return (each for each in self.heard if not each[0].split(" ", 1)[1].startswith(MODULE))


@dataclass(frozen=True)
class Node:
    """A sandbox node in a process of its own, with everything it writes below one folder."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    address: str

    def client(self, ear: Ear) -> httpx.Client:
        """Return a client whose answers are kept."""
        return httpx.Client(base_url=self.address, timeout=60, event_hooks={"response": [ear.listen]})


@contextmanager
def node(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Node]:
    """Run a node whose data, temporary files and words stand in a folder; it is ended as an operator does."""
    temporary = folder / "tmp"
    temporary.mkdir(mode=0o777)
    temporary.chmod(0o777)  # the server of the database may run under an account of its own
    process = subprocess.Popen(
        [*(sys.executable, "-m", "exchange.cli"), *SERVE, "--data", str(folder / "data")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "TMPDIR": str(temporary), **(environment or {})},
    )
    address: Future[str] = Future()
    listener = Thread(target=_listen, args=(process, folder / "node.log", address))
    listener.start()
    try:
        yield Node(folder, process, address.result(START_SECONDS))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        listener.join()


def _listen(process: "subprocess.Popen[bytes]", said: Path, address: "Future[str]") -> None:
    """Keep what a node says until it ends, and tell the address that it says; a node that ends without one, what."""
    assert process.stdout is not None
    with said.open("wb", buffering=0) as log:
        for line in process.stdout:
            log.write(line)
            match = ADDRESS.search(line)
            if match is not None and not address.done():
                address.set_result(match[0].decode())
    if not address.done():
        address.set_exception(RuntimeError(said.read_text("utf-8")))


def dump(data: Path, *, leak: str = "") -> Mapping[str, bytes]:
    """Return every row of every table of a node that is down, as its columns are: by table.

    `leak` is put into a table of the open exchange first.
    """
    server = localpg.start(data / "database")
    try:
        return asyncio.run(_dumped(server.dsn, leak))
    finally:
        server.stop()


async def _dumped(dsn: str, leak: str) -> Mapping[str, bytes]:
    conn = await asyncpg.connect(dsn)
    try:
        if leak:
            await conn.execute("UPDATE job SET last_error = $1", leak)
        found = {}
        for (table,) in await conn.fetch(SELECT_TABLES):
            held = BytesIO()
            await conn.copy_from_query(f"SELECT * FROM {table}", output=held, format="binary")  # noqa: S608
            found[table] = held.getvalue()
        return found
    finally:
        await conn.close()
