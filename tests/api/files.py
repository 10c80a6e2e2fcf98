"""Files for tests of attachments: bytes of several kinds, and where they lie."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from exchange.files import Folder
from tests.api.house import Node

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"0 obj <<>> endobj\n" * 50


HTML = b"<!doctype html><script>alert(document.cookie)</script>"


TEXT = "Протокол осмотра".encode()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def structured(data: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


async def taken(node: Node, data: bytes = TEXT, name: str = "протокол.txt", **more: Any) -> dict[str, Any]:
    answer = await node.upload(data, name, **more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def stored(node: Node) -> list[Path]:
    """Return every file of the node's store, finished or not."""
    assert isinstance(node.runtime.files, Folder)
    root = Path(f"/proc/self/fd/{node.runtime.files._root}").resolve()
    return [path for path in root.rglob("*") if path.is_file()]


async def count(node: Node, table: str) -> int:
    async with node.runtime.connection() as conn:
        return int(await conn.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608 - a table's name


async def deeds(node: Node) -> list[tuple[str, str, str]]:
    async with node.runtime.connection() as conn:
        return [tuple(row) for row in await conn.fetch("SELECT authority, deed, subject FROM audit ORDER BY id")]
