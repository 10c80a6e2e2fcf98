"""Who signs for whom: seen by all of an authority, ordered and revoked by its head (Article 6)."""

import json
from dataclasses import dataclass
from uuid import UUID

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exchange.core.access import Verb, may
from exchange.core.errors import NotThere, Refused
from exchange.core.signing import FITTING, SIGNED
from exchange.runtime import new_id
from exchange.service import idempotency, substitutions
from exchange.store import accounts
from exchange.store.accounts import Account
from exchange.web import sending
from exchange.web.errors import BadQuery
from exchange.web.form import Form
from exchange.web.house import House, Turn
from exchange.web.plain import Plain, Wrong, filled, of_refusal
from exchange.web.query import Query, address
from schemas.people import SubstitutionView, SubstitutionWanted
from schemas.vocabulary import ActKind

WANTED = TypeAdapter(SubstitutionWanted)
PAGE = 50
MOST_PEOPLE = 500
"""Accounts offered in the form's lists."""

FIELDS = ("absent", "substitute", "order_number", "order_date", "since", "until")


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitutions:
    """A page of the substitutions, and the people that the form offers."""

    substitutions: list[SubstitutionView]
    following: str | None
    continued: bool
    orders: bool
    absents: list[Account]
    people: list[Account]
    acts: tuple[ActKind, ...]
    key: str


async def listed(house: House, request: Request) -> Response:
    """List the substitutions of the caller's authority."""
    async with house.reading(request) as turn:
        return await _listed(house, turn, Plain())


async def enter(house: House, request: Request) -> Response:
    """Enter a substitution, once however often the form is sent; what was typed is never lost."""
    return await sending.done(house, request, lambda form: _entered(house, request, form))


async def _entered(house: House, request: Request, form: Form) -> Response:
    try:
        async with house.writing(request, form) as turn:
            values = {name: form.get(name).strip() for name in FIELDS}
            acts = list(form.all("acts")) if form.get("scope") == "some" else None
            wanted = filled(WANTED, values, turn.tongue)
            if acts is not None:
                wanted = filled(WANTED, {**values, "acts": acts or ["?"]}, turn.tongue)
            await _once(house, turn, request, form, wanted)
    except Wrong as wrong:
        async with house.reading(request) as turn:
            return await _listed(house, turn, Plain(form, wrong.remarks), status=wrong.status)
    return RedirectResponse("/substitutions", 303)


async def revoke(house: House, request: Request) -> Response:
    """Revoke a substitution."""
    form = await house.form(request)
    async with house.writing(request, form) as turn:
        await substitutions.revoke(turn.conn, turn.actor, _id(str(request.path_params["substitution"])), turn.now)
    return RedirectResponse("/substitutions", 303)


async def _once(house: House, turn: Turn, request: Request, form: Form, wanted: SubstitutionWanted) -> None:
    """Enter it, unless this very form did before; whoever goes back and enters other words enters another order."""
    call = idempotency.fingerprint(request.method, request.url.path, form.raw)
    authority, key = turn.actor.authority, "form:" + call.hex()
    if await idempotency.begin(turn.conn, authority, key, call) is not None:
        return
    number = new_id(house.runtime.clock())
    try:
        await substitutions.enter(turn.conn, turn.actor, number, wanted, turn.now)
    except Refused as refusal:
        raise of_refusal(refusal, turn.tongue) from None
    await idempotency.finish(turn.conn, authority, key, call, json.dumps(str(number)), turn.now)


async def _listed(house: House, turn: Turn, sheet: Plain, *, status: int = 200) -> Response:
    asked = Query(turn.request).text("before")
    try:
        before = UUID(asked) if asked else None
    except ValueError:
        raise BadQuery from None
    found, following = await substitutions.listed(turn.conn, turn.actor, turn.now, before=before, limit=PAGE)
    orders = may(turn.actor, Verb.SUBSTITUTE)
    everybody = (
        await accounts.of_authority(turn.conn, turn.actor.authority, after="", limit=MOST_PEOPLE) if orders else ()
    )
    people = [account for account in everybody if account.disabled_at is None]
    view = Substitutions(
        substitutions=found,
        following=address("/substitutions", before=str(following)) if following else None,
        continued=before is not None,
        orders=orders,
        absents=[account for account in people if account.person.position is not None],
        people=[account for account in people if account.role in FITTING],
        acts=SIGNED,
        key=str(new_id(house.runtime.clock())),
    )
    return house.page_for(turn, "substitutions", status=status, view=view, sheet=sheet)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotThere from None
