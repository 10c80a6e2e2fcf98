"""A bare endpoint that copies a body to a file and a file to an answer: what the node's files are compared with."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

FOLDER = "BENCH_COPY_FOLDER"
CHUNK = 256 * 1024


def create() -> Starlette:
    """Return the application; uvicorn calls it in its process."""
    path = Path(os.environ[FOLDER]) / "copy"

    async def put(request: Request) -> Response:
        """Write a body to the disk, to its last byte, off the loop."""
        with path.open("wb") as file:
            held = bytearray()
            async for piece in request.stream():
                held += piece
                if len(held) >= CHUNK:
                    await asyncio.to_thread(file.write, bytes(held))
                    held.clear()
            await asyncio.to_thread(file.write, bytes(held))
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        return Response(status_code=201)

    async def get(_request: Request) -> Response:
        """Answer with the file."""

        async def pieces() -> AsyncIterator[bytes]:
            with path.open("rb") as file:
                while piece := await asyncio.to_thread(file.read, CHUNK):
                    yield piece

        return StreamingResponse(pieces(), headers={"Content-Length": str(path.stat().st_size)})

    return Starlette(routes=[Route("/copy", put, methods=["POST"]), Route("/copy", get, methods=["GET"])])
