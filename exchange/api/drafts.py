"""Drafts: written inside an authority, sent for signature, returned, signed, entered, dropped."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from exchange.api import query, shape
from exchange.api.entrance import Answer, Entrance, Incoming
from exchange.api.once import once
from exchange.api.problems import Fault
from exchange.api.requests import id_of
from exchange.core.access import Verb, may
from exchange.core.drafting import Draft, digest_of
from exchange.core.rules import article
from exchange.runtime import Call, new_id
from exchange.service import drafts
from exchange.service.drafts import Desktop, Proof
from exchange.store.database import Connection
from exchange.store.drafts import Line
from schemas import drafts as shapes
from schemas.base import Shape
from schemas.vocabulary import ActKind, DraftState, DraftStep

S = TypeVar("S", bound=Shape)

_VERSION: Final = re.compile(r'\s*"(\d{1,7})"\s*')

WANTED: Final = TypeAdapter(shapes.DraftWanted)
WORDS: Final = TypeAdapter(shapes.DraftWords)
SENDING: Final = TypeAdapter(shapes.DraftSending)
RETURN: Final = TypeAdapter(shapes.DraftReturn)
SIGNING: Final = TypeAdapter(shapes.DraftSigning)
ENTERING: Final = TypeAdapter(shapes.DraftEntering)
DROP: Final = TypeAdapter(shapes.DraftDrop)


async def start(entrance: Entrance, request: Request) -> Response:
    """Begin a draft; its words may be incomplete."""
    async with entrance.writing(request) as incoming:
        wanted = shape.shaped(WANTED, incoming.document)

        async def work() -> Answer:
            number, call = new_id(entrance.runtime.clock()), incoming.call
            kind, on, body = wanted.kind, wanted.request, wanted.body
            draft = await drafts.start(incoming.conn, number, kind, on, body, call.actor, call.now)
            return await _answer(entrance, incoming.conn, draft, call, 201)

        return await once(incoming, work, entitled=may(incoming.call.actor, Verb.DRAFT))


async def listed(entrance: Entrance, request: Request) -> Response:
    """List the drafts of the caller's authority, the last changed first."""
    async with entrance.reading(request) as (conn, call):
        asked = query.Query(request)
        state, kind = asked.member("state", DraftState), asked.member("kind", ActKind)
        after, limit = asked.cursor(UUID), asked.limit()
        asked.done()
        wanted = drafts.Asked(states=None if state is None else (state,), kind=kind, after=after, limit=limit)
        lines, following = await drafts.browse(conn, call.actor, wanted, call.now)
        return query.page([_line(line) for line in lines], query.cursor_of(following), limit)


async def get(entrance: Entrance, request: Request) -> Response:
    """Show a draft with its gaps, its steps, and the exact bytes that this caller could sign."""
    async with entrance.reading(request) as (conn, call):
        draft = await drafts.read(conn, id_of(request), call.actor, call.now)
        return (await _answer(entrance, conn, draft, call)).response()


async def save(entrance: Entrance, request: Request) -> Response:
    """Put new words over those of the version that If-Match names."""
    async with entrance.writing(request) as incoming:
        conn, call = incoming.conn, incoming.call
        body = (await _shaped(incoming, WORDS)).body
        version = _version(request)
        draft = await drafts.save(conn, id_of(request), body, version, call.actor, call.now)
        return (await _answer(entrance, conn, draft, call)).response()


async def send(entrance: Entrance, request: Request) -> Response:
    """Send a draft for signature."""

    async def step(incoming: Incoming, wanted: shapes.DraftSending) -> Draft:
        call, desk = incoming.call, entrance.runtime.desk
        return await drafts.send(incoming.conn, desk, id_of(request), wanted.version, call.actor, call.now)

    return await _stepped(entrance, request, SENDING, step)


async def give_back(entrance: Entrance, request: Request) -> Response:
    """Return a draft with remarks."""

    async def step(incoming: Incoming, wanted: shapes.DraftReturn) -> Draft:
        call, said = incoming.call, wanted.remarks
        return await drafts.give_back(incoming.conn, id_of(request), wanted.version, said, call.actor, call.now)

    return await _stepped(entrance, request, RETURN, step)


async def drop(entrance: Entrance, request: Request) -> Response:
    """Give a draft up."""

    async def step(incoming: Incoming, wanted: shapes.DraftDrop) -> Draft:
        call, said = incoming.call, wanted.remarks
        return await drafts.drop(incoming.conn, id_of(request), wanted.version, said, call.actor, call.now)

    return await _stepped(entrance, request, DROP, step)


async def sign(entrance: Entrance, request: Request) -> Response:
    """Sign the bytes that were shown; the draft's own id makes a repeated call one signature, so it takes no key."""
    async with entrance.writing(request) as incoming:
        conn, call, wanted = incoming.conn, incoming.call, await _shaped(incoming, SIGNING)
        proof = Proof(entrance.runtime.gate, wanted.password or "", wanted.code or "", entrance.runtime.clock())
        desk, version, digest = entrance.runtime.desk, wanted.version, wanted.digest
        draft = await drafts.sign(conn, desk, id_of(request), version, digest, proof, call.actor, call.now)
        return (await _answer(entrance, conn, draft, call, 201)).response()


async def enter(entrance: Entrance, request: Request) -> Response:
    """Do an act that needs no signature."""
    async with entrance.writing(request) as incoming:
        conn, call, wanted = incoming.conn, incoming.call, await _shaped(incoming, ENTERING)
        desk, version, digest = entrance.runtime.desk, wanted.version, wanted.digest
        draft = await drafts.enter(conn, desk, id_of(request), version, digest, call.actor, call.now)
        return (await _answer(entrance, conn, draft, call, 201)).response()


async def _stepped(
    entrance: Entrance, request: Request, adapter: TypeAdapter[S], step: Callable[[Incoming, S], Awaitable[Draft]]
) -> Response:
    """Take a step, once for each key."""
    async with entrance.writing(request) as incoming:
        wanted = await _shaped(incoming, adapter)

        async def work() -> Answer:
            draft = await step(incoming, wanted)
            return await _answer(entrance, incoming.conn, draft, incoming.call, 201)

        await drafts.load(incoming.conn, id_of(request), incoming.call.actor)
        return await once(incoming, work, entitled=may(incoming.call.actor, Verb.DRAFT))


async def _shaped(incoming: Incoming, adapter: TypeAdapter[S]) -> S:
    """Return the body; a misshapen one on another authority's draft tells nothing of that draft."""
    try:
        return shape.shaped(adapter, incoming.document)
    except Fault:
        await drafts.load(incoming.conn, id_of(incoming.request), incoming.call.actor)
        raise


def _version(request: Request) -> int:
    """Return the version that If-Match names; one that no draft ever had is never the latest."""
    given = request.headers.getlist("if-match")
    if not given:
        raise Fault("no_version")
    match = _VERSION.fullmatch(given[0]) if len(given) == 1 else None
    return int(match[1]) if match else 0


async def _answer(entrance: Entrance, conn: Connection, draft: Draft, call: Call, status: int = 200) -> Answer:
    desktop = await drafts.laid_out(conn, entrance.runtime.desk, draft, call.actor, call.now)
    headers = {"ETag": f'"{draft.version}"'}
    if status == 201:  # noqa: PLR2004 - a status
        headers["Location"] = f"/v1/drafts/{draft.id}"
    return Answer(status, shown(desktop).model_dump_json().encode(), headers)


def shown(of: Desktop) -> shapes.DraftView:
    """Show a draft to a caller."""
    draft, raw = of.draft, of.raw
    signed = DraftStep.SIGNED in of.allowed
    body = draft.words
    gaps = shape.gaps_of(draft.kind, of.gaps.shape, of.gaps.law, body)
    return shapes.DraftView(
        id=draft.id,
        kind=draft.kind,
        request=draft.request,
        number=draft.number,
        about=draft.about,
        state=draft.state,
        version=draft.version,
        authors=draft.authors,
        made_at=draft.made_at,
        changed_at=draft.changed_at,
        body=body,
        gaps=tuple(
            shapes.GapView(pointer=gap.pointer, detail=gap.detail, rule=gap.rule, article=article(gap.rule))
            for gap in gaps
        ),
        allowed_steps=of.allowed,
        to_sign=None
        if raw is None
        else shapes.ToSignView(signatory=of.signatory if signed else None, digest=digest_of(raw), text=raw.decode()),
        steps=tuple(
            shapes.DraftStepView(
                number=step.number, step=step.step, who=step.who, role=step.role, at=step.at, remarks=step.remarks
            )
            for step in draft.steps
        ),
        signed_by=draft.signed_by,
        digest=draft.digest,
        became=draft.became,
        seq=draft.seq,
    )


def _line(line: Line) -> dict[str, Any]:
    return shapes.DraftLine(
        id=line.id,
        kind=ActKind(line.kind),
        request=line.request,
        number=line.number,
        about=line.about,
        state=DraftState(line.state),
        version=line.version,
        authors=line.authors,
        made_at=line.made_at,
        changed_at=line.changed_at,
    ).model_dump(mode="json")
