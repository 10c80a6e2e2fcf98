"""Acts in writing: a letter to keep, and the page where a letter's code is entered."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from exchange.core.errors import NotThere
from exchange.service import letters
from exchange.web import guard
from exchange.web.house import House
from exchange.web.pages.request import id_of
from exchange.web.query import Query

PDF: Final = "application/pdf"
LONGEST_SEQ: Final = 9


async def print_act(house: House, request: Request) -> Response:
    """Return an act in writing; that it was read is kept before a byte goes."""
    runtime = house.runtime
    async with house.reading(request) as turn, turn.conn.transaction():
        draft = await letters.letter(
            turn.conn, runtime.desk.keys, runtime.press.words, id_of(request), seq_of(request), turn.actor, turn.now,
            sample=house.sandbox,
        )  # fmt: skip
    content = await draft.printed(runtime.press)
    headers = {**guard.HEADERS, "Content-Disposition": f'attachment; filename="{draft.name}"'}
    return Response(content, headers=headers, media_type=PDF)


async def verify(house: House, request: Request) -> Response:
    """Show which act the code of a letter belongs to, to a party of that request alone."""
    async with house.reading(request) as turn, turn.conn.transaction():
        typed = Query(request).text("code") or ""
        found, unknown = None, False
        if typed:
            try:
                found = await letters.verify(turn.conn, house.runtime.desk.keys, typed, turn.actor, turn.now)
            except NotThere:
                unknown = True
    status = 404 if unknown else 200
    return house.page_for(turn, "verify_letter", status=status, typed=typed, found=found, unknown=unknown)


def seq_of(request: Request) -> int:
    """Return the place in the record that the address names; raise NotThere for what can be none."""
    text = str(request.path_params["seq"])
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_SEQ):
        raise NotThere
    return int(text)
