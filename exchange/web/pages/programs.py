"""The operator's page about programs: tokens given out, narrowed, revoked, and when each was used last."""

from dataclasses import dataclass

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exchange.core.access import MAY, Verb
from exchange.core.errors import NotThere, Refused
from exchange.core.people import SIGNING, TOKEN_DAYS
from exchange.runtime import new_token, token_digest
from exchange.service import tokens
from exchange.web import sending
from exchange.web.form import Form
from exchange.web.house import House, Turn
from exchange.web.pages.accounts import only_the_head, proposed_instead
from exchange.web.plain import Plain, Wrong, filled
from exchange.web.query import Query, address
from schemas.people import ProgramTokenView, ProgramTokenWanted
from schemas.proposals import Equipping
from schemas.vocabulary import Role

WANTED = TypeAdapter(ProgramTokenWanted)
PAGE = 50
LONGEST_NUMBER = 19


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """A page of the tokens; `made` is the one just given out, `rights` are those of the role that was chosen."""

    tokens: list[ProgramTokenView]
    following: str | None
    continued: bool
    roles: tuple[Role, ...]
    role: Role | None
    rights: tuple[Verb, ...]
    days: int
    most_days: int
    made: ProgramTokenView | None


async def listed(house: House, request: Request) -> Response:
    """List the tokens of the operator's authority."""
    async with house.reading(request) as turn:
        return await _listed(house, turn, Plain())


async def give_out(house: House, request: Request) -> Response:
    """Give out a token and show it this once; what was typed is never lost."""
    return await sending.done(house, request, lambda form: _given(house, request, form))


async def _given(house: House, request: Request, form: Form) -> Response:
    try:
        async with house.writing(request, form) as turn:
            days = form.get("days").strip()
            given = {
                "label": form.get("label").strip(),
                "role": form.get("role"),
                "scopes": list(form.all("scopes")),
                "bearer": form.get("bearer").strip(),
                "days": int(days) if days.isascii() and days.isdigit() and len(days) < LONGEST_NUMBER else days,
            }
            wanted, token = filled(WANTED, given, turn.tongue), new_token(house.runtime.mode)
            try:
                made = await tokens.give_out(
                    turn.conn, turn.actor, wanted, token_digest(token), turn.now, sandbox=house.sandbox
                )
            except Refused as refusal:
                only_the_head(refusal, turn)
                return await proposed_instead(house, turn, Equipping(change="token", **dict(wanted)))
            return await _listed(house, turn, Plain(), made=tokens.view(made, token))
    except Wrong as wrong:
        async with house.reading(request) as turn:
            return await _listed(house, turn, Plain(form, wrong.remarks), status=wrong.status)


async def revoke(house: House, request: Request) -> Response:
    """Revoke a token."""
    form, number = await house.form(request), str(request.path_params["number"])
    async with house.writing(request, form) as turn:
        if not (number.isascii() and number.isdigit() and len(number) < LONGEST_NUMBER):
            raise NotThere
        await tokens.revoke(turn.conn, turn.actor, int(number), turn.now)
    return RedirectResponse("/tokens", 303)


async def _listed(
    house: House, turn: Turn, sheet: Plain, *, status: int = 200, made: ProgramTokenView | None = None
) -> Response:
    asked = Query(turn.request)
    before, roles = asked.number("before"), tuple(role for role in Role if house.sandbox or role not in SIGNING)
    chosen = asked.member("role", Role) or next((role for role in roles if role == sheet.form.get("role")), None)
    found, following = await tokens.listed(turn.conn, turn.actor, before=before, limit=PAGE)
    view = Programs(
        tokens=found,
        following=address("/tokens", before=str(following)) if following else None,
        continued=before is not None,
        roles=roles,
        role=chosen if chosen in roles else None,
        rights=tuple(verb for verb in Verb if chosen is not None and verb in MAY[chosen]),
        days=tokens.DAYS,
        most_days=TOKEN_DAYS,
        made=made,
    )
    return house.page_for(turn, "tokens", status=status, view=view, sheet=sheet)
