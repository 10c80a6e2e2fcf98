"""Signing power that waits for the head: seen by operators and heads, confirmed by the head with password and code."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exchange.core.access import Verb, may
from exchange.core.errors import NotProved, NotThere, Refused, TooManyTries
from exchange.runtime import new_token, token_digest
from exchange.service import proposals
from exchange.web.house import House, Turn
from exchange.web.plain import Plain, Wrong, of_refusal, remark
from exchange.web.query import Query, address
from schemas.proposals import ProposalProof, ProposalView

PAGE = 50
LONGEST_NUMBER = 19
DONE = ("proposed", "declined", "confirmed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """A page of the proposals; `confirms` whether the caller is who decides."""

    proposals: list[ProposalView]
    following: str | None
    continued: bool
    confirms: bool
    done: str | None


async def listed(house: House, request: Request) -> Response:
    """List the proposals of the caller's authority."""
    async with house.reading(request) as turn:
        return await _listed(house, turn, Plain())


async def confirm(house: House, request: Request) -> Response:
    """Confirm a proposal; a set-up code or a token is shown this once."""
    form = await house.form(request)
    try:
        async with house.writing(request, form) as turn:
            token = new_token(house.runtime.mode)
            proof = ProposalProof(password=form.get("password") or None, code=form.get("code") or None)
            try:
                view = await proposals.confirm(
                    turn.conn,
                    house.runtime.gate,
                    turn.actor,
                    _number(request),
                    proof,
                    token_digest(token),
                    turn.now,
                    turn.real,
                )
            except Refused as refusal:
                raise of_refusal(refusal, turn.tongue) from None
            made = proposals.bearing(view, token)
            if made.token is None and (made.account is None or made.account.set_up is None):
                return RedirectResponse("/proposals?done=confirmed", 303)
            return house.page_for(turn, "proposal_made", view=made)
    except TooManyTries:
        raise
    except NotProved:
        async with house.reading(request) as turn:
            remarks = (remark(None, turn.tongue.t("proposals.not_proved"), turn.tongue),)
            return await _listed(house, turn, Plain(form, remarks), status=403)
    except Wrong as wrong:
        async with house.reading(request) as turn:
            return await _listed(house, turn, Plain(form, wrong.remarks), status=wrong.status)


async def decline(house: House, request: Request) -> Response:
    """Decline a proposal, or take it back."""
    form = await house.form(request)
    async with house.writing(request, form) as turn:
        await proposals.decline(turn.conn, turn.actor, _number(request), turn.now)
    return RedirectResponse("/proposals?done=declined", 303)


async def _listed(house: House, turn: Turn, sheet: Plain, *, status: int = 200) -> Response:
    asked = Query(turn.request)
    before, done = asked.number("before"), asked.one_of("done", *DONE)
    found, following = await proposals.listed(turn.conn, turn.actor, before=before, limit=PAGE)
    view = Proposals(
        proposals=found,
        following=address("/proposals", before=str(following)) if following else None,
        continued=before is not None,
        confirms=may(turn.actor, Verb.SUBSTITUTE),
        done=done,
    )
    return house.page_for(turn, "proposals", status=status, view=view, sheet=sheet)


def _number(request: Request) -> int:
    """Return the number that the address names; raise NotThere for what is none."""
    text = str(request.path_params["proposal"])
    if not (text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER):
        raise NotThere
    return int(text)
