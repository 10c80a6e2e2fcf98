"""The sandbox's own calls; they need no token, and a production node does not have them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from exchange.api import body, query, shape
from exchange.api.body import Document
from exchange.api.endpoint import Handler
from exchange.api.entrance import JSON, Entrance
from exchange.api.problems import Fault
from exchange.core.access import Actor
from exchange.core.errors import Refused
from exchange.core.objections import object_to
from exchange.runtime import new_token, token_digest
from exchange.service import people, sandbox
from exchange.store import registry, tokens
from exchange.store import sandbox as store
from exchange.store.sandbox import Clock
from exchange.work import Work
from schemas.problem import ProblemItem
from schemas.sandbox import ClockMove, TokenWanted
from schemas.vocabulary import Role

WANTED: Final = TypeAdapter(TokenWanted)
MOVE: Final = TypeAdapter(ClockMove)


def handlers(works: Sequence[Work]) -> Mapping[str, Mapping[str, Handler]]:
    """Return the sandbox's addresses; `works` is all that a moved clock stops for."""
    clock = MovedClock(works)
    return {
        "/v1/sandbox/tokens": {"POST": make_token},
        "/v1/sandbox/clock": {"GET": show_clock, "POST": clock.move},
        "/v1/sandbox/mail": {"GET": show_mail},
    }


async def make_token(entrance: Entrance, request: Request) -> Response:
    """Make a token that does not expire for a role of a sample authority."""
    wanted = shape.shaped(WANTED, await _document(entrance, request))
    token = new_token(entrance.runtime.mode)
    async with entrance.runtime.transaction() as conn:
        now = await store.now(conn)
        if wanted.authority not in await registry.named(conn, [wanted.authority], now):
            raise Refused((object_to("authority_unknown", "/authority"),))
        actor = Actor(wanted.authority, wanted.role)
        if wanted.role is not Role.SYSTEM:
            actor = await people.sample(conn, wanted.authority, wanted.role, now)
        await tokens.add(conn, token_digest(token), actor, label="sandbox", made_at=now, expires_at=None)
    return Response(to_json({"token": token}), 201, media_type=JSON)


async def show_clock(entrance: Entrance, _request: Request) -> Response:
    """Tell what the clock shows."""
    async with entrance.runtime.connection() as conn:
        return _clock(await sandbox.read_clock(conn))


@dataclass(frozen=True, slots=True)
class MovedClock:
    """Moves the clock, stopping at every due moment on the way."""

    works: Sequence[Work]

    async def move(self, entrance: Entrance, request: Request) -> Response:
        """Move the clock forward; on the answer nothing due is left, claimed or in flight."""
        move = shape.shaped(MOVE, await _document(entrance, request))
        if move.now is not None and move.advance is not None:
            item = ProblemItem(pointer="/advance", detail="Укажите либо now, либо advance.", rule=None)
            raise Fault("invalid_shape", (item,))
        wish = sandbox.Wish(to=move.now, by=move.advance, frozen=move.frozen)
        return _clock(await sandbox.move_clock(entrance.runtime, self.works, wish))


async def show_mail(entrance: Entrance, request: Request) -> Response:
    """Show the messages that really went out, oldest first."""
    query.Query(request).done()
    async with entrance.runtime.connection() as conn:
        items = [_mail(mail) for mail in await sandbox.mails(conn)]
    return query.page(items, None, len(items))


async def _document(entrance: Entrance, request: Request) -> Document:
    return body.document(await body.read(request, entrance.limits))


def _clock(clock: Clock) -> Response:
    return Response(to_json({"now": clock.now, "frozen": clock.frozen}), media_type=JSON)


def _mail(mail: sandbox.Mail) -> dict[str, Any]:
    origin = mail.notice
    notice = origin and {
        "kind": origin.kind,
        "request": origin.request,
        "act": origin.act,
        "obligation": origin.obligation,
        "step": origin.step,
    }
    return {
        "message_id": mail.message_id,
        "from": mail.sender,
        "to": mail.to,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "at": mail.at,
        "notice": notice,
    }
