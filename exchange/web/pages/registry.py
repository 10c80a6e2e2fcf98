"""The registry's pages: Parties and why, bodies and their history, agreements, notices and who acknowledged them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from exchange.core.access import Verb, may
from exchange.core.deadlines import local_day
from exchange.core.errors import KeyReused, NotThere, Refused, Weight
from exchange.core.treaty import Step
from exchange.service import idempotency, notices_of_parties, register
from exchange.store.registry_notices import LAST, Wanted
from exchange.tongues import Tongue
from exchange.web import sending
from exchange.web.acts.remarks import Remark
from exchange.web.form import Form
from exchange.web.house import House, Turn
from exchange.web.query import Query
from exchange.web.registry import sheet as sheets
from schemas.registry import AgreementView, AuthorityView, HistoryView, RegistryNoticeView
from schemas.vocabulary import AuthorityKind, Country, FactKind

SHOWN: Final = 20
"""Notices on one page."""

LATEST: Final = 5
DIGITS: Final = 18
STATUS: Final = {Weight.FORBIDDEN: 403, Weight.STALE: 412, Weight.STATE: 409, Weight.CONTENT: 422}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A state of the organisation: whether the Protocol is in force for it on the day, and why."""

    country: Country
    holds: bool
    since: date | None
    left_on: date | None
    steps: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """The registry on a day."""

    on: date
    today: date
    states: tuple[State, ...]
    bodies: tuple[tuple[str, tuple[AuthorityView, ...]], ...]
    agreements: tuple[AgreementView, ...]
    latest: tuple[RegistryNoticeView, ...]
    kinds: tuple[FactKind, ...]
    following: str | None


async def show(house: House, request: Request) -> Response:
    """Show the registry as it was on a day, today where none is named."""
    async with house.reading(request) as turn:
        asked = Query(request)
        today = local_day(turn.now, turn.zone)
        on = asked.day("on") or today
        conn, actor = turn.conn, turn.actor
        states = [(country, await register.in_force(conn, country, on)) for country in Country]
        after = asked.text("after") or ""
        bodies, following = await register.authorities_page(conn, actor, turn.now, on=on, after=after, limit=100)
        latest, _ = await notices_of_parties.notices(conn, actor, Wanted(limit=LATEST))
        view = Registry(
            on=on,
            today=today,
            states=tuple(
                State(
                    country=country,
                    holds=one.holds,
                    since=one.since,
                    left_on=one.left_on,
                    steps=tuple(_told(step, turn.tongue) for step in one.steps),
                )
                for country, one in states
            ),
            bodies=_by_state(bodies),
            agreements=await register.agreements(conn, on),
            latest=latest,
            kinds=sheets.kinds_of(turn) if may(actor, Verb.NOTIFY) else (),
            following=f"/registry?on={on}&after={following}" if following else None,
        )
    return house.page_for(turn, "registry", view=view)


async def body(house: House, request: Request) -> Response:
    """Show a body's entries over time."""
    async with house.reading(request) as turn:
        view: HistoryView = await register.history(turn.conn, turn.actor, str(request.path_params["authority"]))
        wanted = Wanted(subject=view.code, limit=SHOWN)
        told, _ = await notices_of_parties.notices(turn.conn, turn.actor, wanted)
    return house.page_for(turn, "registry_body", view=view, notices=told, now=local_day(turn.now, turn.zone))


async def listed(house: House, request: Request) -> Response:
    """List the notices, latest first."""
    async with house.reading(request) as turn:
        asked = Query(request)
        awaiting, before = asked.member("awaiting", Country), asked.number("after") or LAST
        wanted = Wanted(before=before, awaiting=awaiting, limit=SHOWN)
        told, following = await notices_of_parties.notices(turn.conn, turn.actor, wanted)
        kept = f"&awaiting={awaiting}" if awaiting else ""
        own = turn.book.by_code.get(turn.actor.authority)
    return house.page_for(
        turn,
        "registry_notices",
        notices=told,
        awaiting=awaiting,
        own=own.country if own else None,
        continued=before != LAST,
        following=f"/registry/notices?after={following}{kept}" if following else None,
    )


async def notice(house: House, request: Request) -> Response:
    """Show a notice with the acknowledgements of the Parties."""
    async with house.reading(request) as turn:
        shown = await notices_of_parties.notice(turn.conn, number_of(request), turn.actor)
        return _notice_page(house, turn, shown, done=Query(request).text("done"))


async def acknowledge(house: House, request: Request) -> Response:
    """Acknowledge a notice; doing it again changes nothing and is no mistake."""
    form, number = await house.form(request), number_of(request)
    try:
        async with house.writing(request, form) as turn:
            await notices_of_parties.acknowledge(turn.conn, number, turn.actor, turn.now)
    except Refused as refused:
        if refused.objections[0].code != "acknowledged_already":
            raise
    return RedirectResponse(f"/registry/notices/{number}?done=acknowledged", 303)


async def open_form(house: House, request: Request) -> Response:
    """Show the empty form of a notice."""
    async with house.reading(request) as turn:
        kind, chosen = kind_of(request, turn), Query(request).text("authority")
        form = Form({"authority": (chosen,)} if chosen else {})
        return house.page_for(turn, "registry_form", sheet=sheets.sheet_of(turn, kind, form))


async def send(house: House, request: Request) -> Response:
    """Enter a notice, once however often the form is sent; what was typed is never lost."""
    return await sending.done(house, request, lambda form: _answered(house, request, form))


async def _answered(house: House, request: Request, form: Form) -> Response:
    try:
        return await _sent(house, request, form)
    except _Again as again:
        async with house.reading(request) as turn:
            shown = sheets.sheet_of(turn, again.kind, form, again.remarks)
            return house.page_for(turn, "registry_form", sheet=shown, status=again.status)


class _Again(Exception):
    """The form is to be shown again."""

    def __init__(self, kind: FactKind, remarks: Sequence[Remark], status: int) -> None:
        super().__init__(status)
        self.kind, self.remarks, self.status = kind, tuple(remarks), status


async def _sent(house: House, request: Request, form: Form) -> Response:
    """Enter the notice in one transaction with the memory of the form's key."""
    key = "form:" + form.key
    call = idempotency.fingerprint(request.method, request.url.path, form.raw)
    async with house.writing(request, form) as turn:
        kind = kind_of(request, turn)
        try:
            kept = await idempotency.begin(turn.conn, turn.actor.authority, key, call)
        except KeyReused:
            raise _Again(kind, (), 409) from None
        if kept is None:
            kept = str((await _entered(house, turn, kind, form)).number)
            await idempotency.finish(turn.conn, turn.actor.authority, key, call, kept, turn.now)
    return RedirectResponse(f"/registry/notices/{kept}?done=entered", 303)


async def _entered(house: House, turn: Turn, kind: FactKind, form: Form) -> RegistryNoticeView:
    try:
        fact = sheets.FACT.validate_json(sheets.said(kind, form))
    except ValidationError as trouble:
        raise _Again(kind, sheets.of_shape(trouble, kind, turn.tongue), 422) from None
    try:
        keys = house.runtime.desk.keys
        return await notices_of_parties.enter(turn.conn, keys, fact, turn.actor, turn.now)
    except Refused as trouble:
        status = STATUS[min(one.weight for one in trouble.objections)]
        raise _Again(kind, sheets.of_law(trouble.objections, kind, turn.tongue), status) from None


def kind_of(request: Request, turn: Turn) -> FactKind:
    """Return the notice that the address names; raise NotThere for one that the caller has no form of."""
    name = str(request.path_params["kind"])
    kinds = sheets.kinds_of(turn) if may(turn.actor, Verb.NOTIFY) else ()
    if name not in kinds:
        raise NotThere
    return FactKind(name)


def number_of(request: Request) -> int:
    """Return the number that the address names; raise NotThere for what can be none."""
    text = str(request.path_params["notice"])
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS):
        raise NotThere
    return int(text)


def _notice_page(house: House, turn: Turn, shown: RegistryNoticeView, *, done: str | None) -> Response:
    own = turn.book.by_code.get(turn.actor.authority)
    country = own.country if own and own.kind is AuthorityKind.COMPETENT else None
    waits = any(one.country == country and one.acknowledged_at is None for one in shown.relayed)
    order = [name.replace(".", "_") for name in sheets.FIELDS[shown.kind]]
    flat = sorted((pair for pair in _flat(shown.fact) if pair[0] in order), key=lambda pair: order.index(pair[0]))
    said = [(name, _written(value, turn.tongue)) for name, value in flat]
    return house.page_for(
        turn,
        "registry_notice",
        notice=shown,
        said=said,
        mine=waits and may(turn.actor, Verb.NOTIFY),
        done=done if done in {"entered", "acknowledged"} else None,
    )


def _flat(fact: dict[str, object], prefix: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, value in fact.items():
        found += _flat(value, f"{prefix}{name}_") if isinstance(value, dict) else [(prefix + name, value)]
    return found


def _written(value: object, tongue: Tongue) -> str:
    if isinstance(value, list):
        return ", ".join(tongue.words.get(f"country.{one}", str(one)) for one in value)
    text = "—" if value is None else str(value)
    for prefix in ("country", "reach", "body_kind", "mail_language"):
        if f"{prefix}.{text}" in tongue.words:
            return tongue.words[f"{prefix}.{text}"]
    try:
        return tongue.day(date.fromisoformat(text))
    except ValueError:
        return text


def _told(step: Step, tongue: Tongue) -> tuple[str, str | None]:
    """Say a step of an explanation in a language, with its article."""
    gaps = {name: tongue.day(gap) if isinstance(gap, date) else gap for name, gap in step.gaps.items()}
    return tongue.t(f"treaty.{step.code}", **gaps), tongue.article(step.rule)


def _by_state(bodies: Sequence[AuthorityView]) -> tuple[tuple[str, tuple[AuthorityView, ...]], ...]:
    """Return bodies by their state, the organisation's own last."""
    names = [*(str(country) for country in Country), "none"]
    found = {name: tuple(one for one in bodies if str(one.country or "none") == name) for name in names}
    return tuple((name, members) for name, members in found.items() if members)
