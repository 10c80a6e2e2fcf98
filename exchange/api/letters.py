"""Acts in writing: the letter of a request, of any later act, and what a letter's code leads to."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from exchange.api.entrance import Answer, Entrance
from exchange.api.requests import id_of
from exchange.core.errors import NotThere
from exchange.runtime import Mode
from exchange.service import letters

PDF: Final = "application/pdf"
_SEQ: Final = re.compile(r"[1-9][0-9]{0,8}")


async def of_request(entrance: Entrance, request: Request) -> Response:
    """Return the request in writing (Article 6)."""
    return await _letter(entrance, request, 1)


async def of_act(entrance: Entrance, request: Request) -> Response:
    """Return an act in writing."""
    return await _letter(entrance, request, seq_of(request))


async def verify(entrance: Entrance, request: Request) -> Response:
    """Return the act that a letter's code belongs to."""
    async with entrance.reading(request) as (conn, call), conn.transaction():
        code = str(request.path_params["code"])
        view = await letters.verify(conn, entrance.runtime.desk.keys, code, call.actor, call.now)
    return Answer(200, view.model_dump_json().encode()).response()


def seq_of(request: Request) -> int:
    """Return the place in the record that the address names; raise NotThere for what can be none."""
    text = str(request.path_params["seq"])
    if not _SEQ.fullmatch(text):
        raise NotThere
    return int(text)


async def _letter(entrance: Entrance, request: Request, seq: int) -> Response:
    """Note that the letter is read, and only then print it: no trace, no letter."""
    runtime = entrance.runtime
    async with entrance.reading(request) as (conn, call), conn.transaction():
        draft = await letters.letter(
            conn, runtime.desk.keys, runtime.press.words, id_of(request), seq, call.actor, call.now,
            sample=runtime.mode is Mode.SANDBOX,
        )  # fmt: skip
    content = await draft.printed(runtime.press)
    headers = headers_of(draft.name, content)
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=PDF)


def headers_of(name: str, content: bytes) -> Mapping[str, str]:
    """Return what a letter goes out with: a file to keep, by a name of plain ASCII."""
    return {"Content-Disposition": f'attachment; filename="{name}"', "ETag": f'"{sha256(content).hexdigest()}"'}
