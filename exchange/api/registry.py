"""The registry over the interface: notices of Parties, what the depositary received, agreements, the signed file."""

from typing import Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from exchange.api import query, shape
from exchange.api.endpoint import Handler
from exchange.api.entrance import Answer, Entrance
from exchange.api.once import once
from exchange.api.problems import Fault
from exchange.core.access import Verb, may
from exchange.core.deadlines import local_day
from exchange.core.errors import NotThere, Refused
from exchange.core.objections import object_to
from exchange.service import notices_of_parties, register, registry_file
from exchange.store.registry_notices import LAST, Wanted
from schemas.problem import ProblemItem
from schemas.registry import (
    Acknowledgement,
    AgreementNotice,
    AnyFact,
    PartyNotice,
    RegistryNoticeView,
    TreatyNotice,
)
from schemas.vocabulary import Country

PARTY_NOTICE: Final[TypeAdapter[AnyFact]] = TypeAdapter(PartyNotice)
TREATY_NOTICE: Final[TypeAdapter[AnyFact]] = TypeAdapter(TreatyNotice)
AGREEMENT: Final[TypeAdapter[AnyFact]] = TypeAdapter(AgreementNotice)
ACKNOWLEDGEMENT: Final[TypeAdapter[Acknowledgement]] = TypeAdapter(Acknowledgement)
SIGNED: Final = "application/jose"
DIGITS: Final = 18


def handlers() -> dict[str, dict[str, Handler]]:
    """Return the registry's addresses."""
    return {
        "/v1/registry/notices": {"POST": _entering(PARTY_NOTICE, "P-4.2"), "GET": listed},
        "/v1/registry/notices/{notice}": {"GET": get},
        "/v1/registry/notices/{notice}/acknowledgements": {"POST": acknowledge},
        "/v1/registry/treaty-notices": {"POST": _entering(TREATY_NOTICE, "P-16")},
        "/v1/registry/agreements": {"POST": _entering(AGREEMENT, "P-6.4")},
        "/v1/registry/authorities/{authority}": {"GET": history},
        "/v1/registry/in-force": {"GET": in_force},
        "/v1/registry/export": {"GET": export},
    }


def _entering(adapter: TypeAdapter[AnyFact], rule: str) -> Handler:
    """Make a call that enters a fact of the registry."""

    async def entered(entrance: Entrance, request: Request) -> Response:
        async with entrance.writing(request) as incoming:
            fact, call = shape.shaped(adapter, incoming.document, rule=rule), incoming.call

            async def work() -> Answer:
                keys = entrance.runtime.desk.keys
                shown = await notices_of_parties.enter(incoming.conn, keys, fact, call.actor, call.now)
                return _made(shown)

            return await once(incoming, work, entitled=may(call.actor, Verb.NOTIFY))

    return entered


async def acknowledge(entrance: Entrance, request: Request) -> Response:
    """Acknowledge a notice for the caller's Party (Article 4)."""
    async with entrance.writing(request) as incoming:
        number, call = number_of(request), incoming.call
        shape.shaped(ACKNOWLEDGEMENT, incoming.document, rule="P-4.3")

        async def work() -> Answer:
            return _made(await notices_of_parties.acknowledge(incoming.conn, number, call.actor, call.now))

        return await once(incoming, work, entitled=may(call.actor, Verb.NOTIFY))


async def listed(entrance: Entrance, request: Request) -> Response:
    """List the notices that the caller may see, latest first."""
    async with entrance.reading(request) as (conn, call):
        asked = query.Query(request)
        subject, awaiting = asked.text("subject"), asked.member("awaiting", Country)
        before, limit = asked.number("after", LAST, 1, query.LARGEST_NUMBER), asked.limit()
        asked.done()
        wanted = Wanted(before=before, subject=subject, awaiting=awaiting, limit=limit)
        items, following = await notices_of_parties.notices(conn, call.actor, wanted)
        return query.page(items, None if following is None else str(following), limit)


async def get(entrance: Entrance, request: Request) -> Response:
    """Show a notice with the acknowledgements of the Parties."""
    async with entrance.reading(request) as (conn, call):
        shown = await notices_of_parties.notice(conn, number_of(request), call.actor)
        return Answer(200, shown.model_dump_json().encode()).response()


async def history(entrance: Entrance, request: Request) -> Response:
    """Show a body's entries over time."""
    async with entrance.reading(request) as (conn, call):
        shown = await register.history(conn, call.actor, str(request.path_params["authority"]))
        return Answer(200, shown.model_dump_json().encode()).response()


async def in_force(entrance: Entrance, request: Request) -> Response:
    """Tell whether the Protocol is in force between two states on a day, and why (Articles 16 and 18)."""
    async with entrance.reading(request) as (conn, call):
        asked = query.Query(request)
        one, other = asked.member("country", Country), asked.member("with", Country)
        on = asked.day("on") or local_day(call.now, "UTC")
        asked.done()
        if one is None or other is None:
            words = "Нужны оба параметра: country и with."
            raise Fault("invalid_query", (ProblemItem(pointer="", detail=words, rule="P-16"),))
        shown = await register.between(conn, one, other, on)
        return Answer(200, shown.model_dump_json().encode()).response()


async def export(entrance: Entrance, request: Request) -> Response:
    """Give all facts that the caller's authority may see, signed by it."""
    query.Query(request).done()
    async with entrance.reading(request) as (conn, call), conn.transaction():
        if not may(call.actor, Verb.NOTIFY):
            raise Refused((object_to("role_may_not", rule="P-4.2"),))
        signed = await registry_file.export(conn, entrance.runtime.desk.keys, call.actor, call.now)
    headers = {"Content-Disposition": 'attachment; filename="registry.jws"'}
    return Response(signed + "\n", 200, headers, SIGNED)


def number_of(request: Request) -> int:
    """Return the number that the address names; raise NotThere for what can be none."""
    text = str(request.path_params["notice"])
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS):
        raise NotThere
    return int(text)


def _made(shown: RegistryNoticeView) -> Answer:
    return Answer(201, shown.model_dump_json().encode(), {"Location": f"/v1/registry/notices/{shown.number}"})
