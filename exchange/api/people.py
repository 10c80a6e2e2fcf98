"""Accounts of people, who signs for whom, and tokens of programs; always of the caller's own authority.

What gives out a secret (a set-up code, a token) is not kept for a retry: those calls take no Idempotency-Key.
"""

import re
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from exchange.api import query, shape
from exchange.api.entrance import Answer, Entrance, Incoming
from exchange.api.once import once
from exchange.api.problems import Fault
from exchange.core.access import Verb, may
from exchange.core.errors import NotThere
from exchange.runtime import Mode, new_id, new_token, token_digest
from exchange.service import accounts, substitutions, tokens
from schemas.people import AccountChange, AccountWanted, ProgramTokenWanted, SubstitutionWanted
from schemas.views import View

ACCOUNT: Final = TypeAdapter(AccountWanted)
CHANGE: Final[TypeAdapter[AccountChange]] = TypeAdapter(AccountChange)
SUBSTITUTION: Final = TypeAdapter(SubstitutionWanted)
TOKEN: Final = TypeAdapter(ProgramTokenWanted)

_LOGIN: Final = re.compile(r"[a-z0-9.\-]{3,64}")
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}")


async def accounts_listed(entrance: Entrance, request: Request) -> Response:
    """List the accounts by login."""
    async with entrance.reading(request, Verb.ADMINISTER) as (conn, call):
        asked = query.Query(request)
        after, limit = asked.place(), asked.limit()
        asked.done()
        real = entrance.runtime.clock()
        items, following = await accounts.listed(conn, call.actor, real, after=after, limit=limit)
        return query.page(items, query.place_of(following) if following else None, limit)


async def account_opened(entrance: Entrance, request: Request) -> Response:
    """Open an account; the answer alone bears its set-up code."""
    async with entrance.writing(request) as incoming:
        wanted, call = shape.shaped(ACCOUNT, incoming.document), incoming.call
        real, sandbox = entrance.runtime.clock(), entrance.runtime.mode is Mode.SANDBOX
        made = await accounts.open_account(incoming.conn, call.actor, wanted, call.now, real, sandbox=sandbox)
        return _answer(made, 201)


async def account(entrance: Entrance, request: Request) -> Response:
    """Show an account."""
    async with entrance.reading(request, Verb.ADMINISTER) as (conn, call):
        login, real = _named(request, "login", _LOGIN), entrance.runtime.clock()
        return _answer(await accounts.get(conn, call.actor, login, real))


async def account_changed(entrance: Entrance, request: Request) -> Response:
    """Change an account: its role, whether it may be used, its set-up, its sessions."""
    async with entrance.writing(request) as incoming:
        login, call = _named(request, "login", _LOGIN), incoming.call
        if may(call.actor, Verb.ADMINISTER):
            await accounts.own(incoming.conn, call.actor, login)
        wanted = shape.shaped(CHANGE, incoming.document, tagged=True)
        real = entrance.runtime.clock()
        sandbox = entrance.runtime.mode is Mode.SANDBOX
        made = await accounts.change(incoming.conn, call.actor, login, wanted, call.now, real, sandbox=sandbox)
        return _answer(made)


async def substitutions_listed(entrance: Entrance, request: Request) -> Response:
    """List the substitutions, the latest entered first."""
    async with entrance.reading(request) as (conn, call):
        asked = query.Query(request)
        before, limit = asked.placed(UUID), asked.limit()
        asked.done()
        items, following = await substitutions.listed(conn, call.actor, call.now, before=before, limit=limit)
        return query.page(items, query.place_of(str(following)) if following else None, limit)


async def substitution_entered(entrance: Entrance, request: Request) -> Response:
    """Enter a substitution."""
    async with entrance.writing(request) as incoming:
        wanted, call = shape.shaped(SUBSTITUTION, incoming.document), incoming.call

        async def work() -> Answer:
            number = new_id(entrance.runtime.clock())
            made = await substitutions.enter(incoming.conn, call.actor, number, wanted, call.now)
            return _kept(made, 201)

        return await once(incoming, work, entitled=may(call.actor, Verb.SUBSTITUTE))


async def substitution(entrance: Entrance, request: Request) -> Response:
    """Show a substitution."""
    async with entrance.reading(request) as (conn, call):
        number = UUID(_named(request, "substitution", _ID))
        return _answer(await substitutions.get(conn, call.actor, number, call.now))


async def substitution_revoked(entrance: Entrance, request: Request) -> Response:
    """Revoke a substitution."""
    async with entrance.writing(request) as incoming:
        call, number = incoming.call, UUID(_named(request, "substitution", _ID))
        await substitutions.get(incoming.conn, call.actor, number, call.now)
        _nothing(incoming)

        async def work() -> Answer:
            return _kept(await substitutions.revoke(incoming.conn, call.actor, number, call.now))

        return await once(incoming, work, entitled=may(call.actor, Verb.SUBSTITUTE))


async def tokens_listed(entrance: Entrance, request: Request) -> Response:
    """List the tokens, the latest first."""
    async with entrance.reading(request, Verb.ADMINISTER) as (conn, call):
        asked = query.Query(request)
        before, limit = asked.placed(int), asked.limit()
        asked.done()
        items, following = await tokens.listed(conn, call.actor, before=before, limit=limit)
        return query.page(items, query.place_of(str(following)) if following else None, limit)


async def token_made(entrance: Entrance, request: Request) -> Response:
    """Make a token; the answer alone bears it."""
    async with entrance.writing(request) as incoming:
        wanted, call = shape.shaped(TOKEN, incoming.document), incoming.call
        mode = entrance.runtime.mode
        token, sandbox = new_token(mode), mode is Mode.SANDBOX
        made = await tokens.give_out(incoming.conn, call.actor, wanted, token_digest(token), call.now, sandbox=sandbox)
        return _answer(tokens.view(made, token), 201)


async def token_revoked(entrance: Entrance, request: Request) -> Response:
    """Revoke a token."""
    async with entrance.writing(request) as incoming:
        call, number = incoming.call, int(_named(request, "number", _NUMBER))
        if may(call.actor, Verb.ADMINISTER):
            await tokens.own(incoming.conn, call.actor, number)
        _nothing(incoming)

        async def work() -> Answer:
            return _kept(tokens.view(await tokens.revoke(incoming.conn, call.actor, number, call.now)))

        return await once(incoming, work, entitled=may(call.actor, Verb.ADMINISTER))


def _named(request: Request, name: str, form: re.Pattern[str]) -> str:
    """Return what the address names; raise NotThere for what can name nothing."""
    text = str(request.path_params[name])
    if not form.fullmatch(text):
        raise NotThere
    return text


def _nothing(incoming: Incoming) -> None:
    """Raise Fault unless the body is an empty object."""
    if incoming.document.value != {}:
        raise Fault("invalid_shape", shape.NOTHING)


def _kept(view: View, status: int = 200) -> Answer:
    return Answer(status, view.model_dump_json().encode())


def _answer(view: View, status: int = 200) -> Response:
    return _kept(view, status).response()
