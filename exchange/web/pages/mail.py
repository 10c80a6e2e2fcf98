"""The mails that the sandbox caught, newest first; nobody need sign in, as for the call of the same use."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from exchange.service import sandbox
from exchange.service.sandbox import Mail
from exchange.web.house import House
from exchange.web.query import Query, address

PAGE: Final = 50
ZONE: Final = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mails:
    """One page of the mails; `more` and `newer` lead on and back."""

    mails: tuple[Mail, ...]
    total: int
    boxes: tuple[str, ...]
    to: str | None
    older: str | None
    newer: str | None
    zone: str


async def show(house: House, request: Request) -> Response:
    """Show the caught mails, of one mailbox if the address names it."""
    asked = Query(request)
    to, begin = asked.text("to"), asked.number("from") or 0
    async with house.looking(request) as (conn, turn):
        every = (await sandbox.mails(conn))[::-1]
    wanted = [mail for mail in every if to is None or mail.to == to]
    view = Mails(
        mails=tuple(wanted[begin : begin + PAGE]),
        total=len(wanted),
        boxes=tuple(sorted({mail.to for mail in every})),
        to=to,
        older=_at(begin + PAGE, to) if begin + PAGE < len(wanted) else None,
        newer=_at(max(0, begin - PAGE), to) if begin else None,
        zone=turn.zone if turn else ZONE,
    )
    return house.page_for(turn, "mail", view=view) if turn else house.page(request, "mail", view=view)


def _at(begin: int, to: str | None) -> str:
    return address("/mail", to=to, **({"from": str(begin)} if begin else {}))
