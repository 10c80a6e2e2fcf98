"""The operator's pages about people: accounts listed, opened and changed."""

from dataclasses import dataclass

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exchange.core.errors import NotThere, Refused
from exchange.core.people import PEOPLE
from exchange.service import accounts, proposals
from exchange.service.proposals import PROPOSED
from exchange.web import sending
from exchange.web.form import Form
from exchange.web.house import House, Turn
from exchange.web.plain import Plain, Wrong, filled, of_refusal
from exchange.web.query import Query, address
from schemas.people import AccountChange, AccountView, AccountWanted
from schemas.proposals import Opening, Proposed
from schemas.vocabulary import Role

WANTED = TypeAdapter(AccountWanted)
CHANGE: TypeAdapter[AccountChange] = TypeAdapter(AccountChange)
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """A page of the accounts; `languages` are those of pages: code, and own name."""

    accounts: list[AccountView]
    following: str | None
    continued: bool
    roles: tuple[Role, ...]
    languages: tuple[tuple[str, str], ...]


async def listed(house: House, request: Request) -> Response:
    """List the accounts of the operator's authority."""
    async with house.reading(request) as turn:
        return await _listed(house, turn, Plain())


async def open_account(house: House, request: Request) -> Response:
    """Open an account and show its set-up code this once; what was typed is never lost."""
    return await sending.done(house, request, lambda form: _opened(house, request, form))


async def _opened(house: House, request: Request, form: Form) -> Response:
    names = ("login", "name", "post", "role", "language")
    try:
        async with house.writing(request, form) as turn:
            wanted = filled(WANTED, {name: form.get(name).strip() for name in names}, turn.tongue)
            try:
                made = await accounts.open_account(
                    turn.conn, turn.actor, wanted, turn.now, turn.real, sandbox=house.sandbox
                )
            except Refused as refusal:
                only_the_head(refusal, turn)
                return await proposed_instead(house, turn, Opening(change="open", **dict(wanted)))
            return house.page_for(turn, "account_one", view=made, roles=PEOPLE, sheet=Plain(), done=None)
    except Wrong as wrong:
        async with house.reading(request) as turn:
            return await _listed(house, turn, Plain(form, wrong.remarks), status=wrong.status)


async def show(house: House, request: Request) -> Response:
    """Show an account."""
    async with house.reading(request) as turn:
        view = await accounts.get(turn.conn, turn.actor, _login(request), turn.real)
        return house.page_for(turn, "account_one", view=view, roles=PEOPLE, sheet=Plain(), done=None)


async def change(house: House, request: Request) -> Response:
    """Change an account; a reset shows its set-up code this once."""
    form = await house.form(request)
    names = ("change", "role", "post") if form.get("change") == "role" else ("change",)
    try:
        async with house.writing(request, form) as turn:
            wanted = filled(CHANGE, {name: form.get(name).strip() for name in names}, turn.tongue)
            try:
                view = await accounts.change(
                    turn.conn, turn.actor, _login(request), wanted, turn.now, turn.real, sandbox=house.sandbox
                )
            except Refused as refusal:
                only_the_head(refusal, turn)
                asked = PROPOSED.validate_python({**wanted.model_dump(), "login": _login(request)})
                return await proposed_instead(house, turn, asked)
            return house.page_for(turn, "account_one", view=view, roles=PEOPLE, sheet=Plain(), done=wanted.change)
    except Wrong as wrong:
        async with house.reading(request) as turn:
            view = await accounts.get(turn.conn, turn.actor, _login(request), turn.real)
            sheet = Plain(form, wrong.remarks)
            return house.page_for(
                turn, "account_one", status=wrong.status, view=view, roles=PEOPLE, sheet=sheet, done=None
            )


def only_the_head(refusal: Refused, turn: Turn) -> None:
    """Raise Wrong unless the one thing in the way is that the head confirms it."""
    if {one.code for one in refusal.objections} != {"head_confirms"}:
        raise of_refusal(refusal, turn.tongue) from None


async def proposed_instead(house: House, turn: Turn, wanted: Proposed) -> Response:
    """Propose to the head what an operator may not do alone; raise Wrong for what cannot come true."""
    try:
        await proposals.propose(turn.conn, turn.actor, wanted, turn.now, sandbox=house.sandbox)
    except Refused as further:
        raise of_refusal(further, turn.tongue) from None
    return RedirectResponse("/proposals?done=proposed", 303)


async def _listed(house: House, turn: Turn, sheet: Plain, *, status: int = 200) -> Response:
    after = Query(turn.request).text("after") or ""
    found, following = await accounts.listed(turn.conn, turn.actor, turn.real, after=after, limit=PAGE)
    view = People(
        accounts=found,
        following=address("/accounts", after=following) if following else None,
        continued=bool(after),
        roles=PEOPLE,
        languages=tuple((one.code, one.t("language.name")) for one in house.tongues.by_code.values()),
    )
    return house.page_for(turn, "accounts", status=status, view=view, sheet=sheet)


def _login(request: Request) -> str:
    login = str(request.path_params["login"])
    if "\0" in login:
        raise NotThere
    return login
