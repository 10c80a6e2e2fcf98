"""Releases, visits and dated entries: opened, acted on, shown, listed, with their records."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json
from starlette.requests import Request
from starlette.responses import Response

from exchange.api import query, shape, tags
from exchange.api.body import Document
from exchange.api.entrance import Answer
from exchange.api.problems import Fault
from exchange.protection.api.gate import Gate, Visit, id_of
from exchange.protection.api.once import once
from exchange.protection.core.acts import Verb
from exchange.protection.core.entries import EntryDecision
from exchange.protection.core.release import Case, rule_of_act
from exchange.protection.core.visits import Visit as Coming
from exchange.protection.service import entries, releases, visits
from exchange.protection.service.proceedings import Asked, Kept
from schemas.release import DatedEntry, Propose, ReleaseBody, RequestVisit, VisitBody
from schemas.secrecy import EntryKind, ReleaseAct, ReleaseState, VisitAct, VisitState
from schemas.views import View

PROPOSE: Final = TypeAdapter(Propose)
STEP: Final[TypeAdapter[ReleaseBody]] = TypeAdapter(ReleaseBody)
LETTER: Final = TypeAdapter(RequestVisit)
WORD: Final[TypeAdapter[VisitBody]] = TypeAdapter(VisitBody)
ENTRY: Final = TypeAdapter(DatedEntry)


async def propose(gate: Gate, request: Request) -> Response:
    """Take in a reasoned proposal to release a secret (R-4, R-5)."""
    async with gate.writing(request) as visit:
        document = _named(visit.document, ReleaseAct.PROPOSE)
        body = shape.shaped(PROPOSE, document, rule="R-5")

        async def work() -> Answer:
            new, raw = gate.new_id(), document.raw
            kept = await releases.propose(visit.conn, gate.module, new, body, raw, visit.caller, visit.now)
            return _release(gate, visit, kept, 201)

        return await once(visit, gate.module, work, Verb.DECIDE)


async def step(gate: Gate, request: Request) -> Response:
    """Let the next act of a procedure stand (R-5 to R-9)."""
    async with gate.writing(request) as visit:
        named, seen = id_of(request), tags.seen_in(request)
        try:
            body = shape.shaped(STEP, visit.document, rule=_rule_of(visit), tagged=True)
        except Fault:
            await releases.read(visit.conn, gate.module, named, visit.caller)
            raise

        async def work() -> Answer:
            raw, caller = visit.document.raw, visit.caller
            kept = await releases.act(visit.conn, gate.module, named, body, raw, caller, visit.now, seen=seen)
            return _release(gate, visit, kept, 201)

        return await once(visit, gate.module, work, Verb.DECIDE)


async def release(gate: Gate, request: Request) -> Response:
    """Show a procedure with its checklist and terms."""
    async with gate.reading(request) as visit:
        kept = await releases.read(visit.conn, gate.module, id_of(request), visit.caller)
        return _release(gate, visit, kept, 200).response()


async def releases_listed(gate: Gate, request: Request) -> Response:
    """List the procedures that the caller's body takes part in."""
    async with gate.reading(request) as visit:
        asked, limit = _asked(request, ReleaseState)
        found = await releases.listed(visit.conn, gate.module, visit.caller, asked, visit.now)
        return _page(found, [each.id for each in found], limit)


async def release_record(gate: Gate, request: Request) -> Response:
    """Show the record of a procedure."""
    async with gate.reading(request) as visit:
        found = await releases.record(visit.conn, gate.module, id_of(request), visit.caller)
        return query.page(found, None, len(found))


async def ask_visit(gate: Gate, request: Request) -> Response:
    """Take in a letter about a visit (A-6.5, KA-9, KL-9)."""
    async with gate.writing(request) as visit:
        document = _named(visit.document, VisitAct.REQUEST)
        body = shape.shaped(LETTER, document, rule="A-6.5")

        async def work() -> Answer:
            new, raw = gate.new_id(), document.raw
            kept = await visits.request(visit.conn, gate.module, new, body, raw, visit.caller, visit.now)
            return _visit(gate, visit, kept, 201)

        return await once(visit, gate.module, work, Verb.DECIDE)


async def answer_visit(gate: Gate, request: Request) -> Response:
    """Take in the host's word (A-6.5)."""
    async with gate.writing(request) as visit:
        named, seen = id_of(request), tags.seen_in(request)
        try:
            body = shape.shaped(WORD, visit.document, rule="A-6.5", tagged=True)
        except Fault:
            await visits.read(visit.conn, gate.module, named, visit.caller)
            raise

        async def work() -> Answer:
            raw, caller = visit.document.raw, visit.caller
            kept = await visits.answer(visit.conn, gate.module, named, body, raw, caller, visit.now, seen=seen)
            return _visit(gate, visit, kept, 201)

        return await once(visit, gate.module, work, Verb.DECIDE)


async def visit_shown(gate: Gate, request: Request) -> Response:
    """Show a visit."""
    async with gate.reading(request) as visit:
        kept = await visits.read(visit.conn, gate.module, id_of(request), visit.caller)
        return _visit(gate, visit, kept, 200).response()


async def visits_listed(gate: Gate, request: Request) -> Response:
    """List the visits that the caller's body takes part in."""
    async with gate.reading(request) as visit:
        asked, limit = _asked(request, VisitState)
        found = await visits.listed(visit.conn, gate.module, visit.caller, asked)
        return _page(found, [each.id for each in found], limit)


async def visit_record(gate: Gate, request: Request) -> Response:
    """Show the record of a visit."""
    async with gate.reading(request) as visit:
        found = await visits.record(visit.conn, gate.module, id_of(request), visit.caller)
        return query.page(found, None, len(found))


async def enter(gate: Gate, request: Request) -> Response:
    """Take in a dated entry (A-4, A-8, A-N2, A-N4, KA-3, KA-7, KA-8, KL-5, KL-8, KL-14)."""
    async with gate.writing(request) as visit:
        body = shape.shaped(ENTRY, visit.document)

        async def work() -> Answer:
            raw = visit.document.raw
            kept = await entries.enter(visit.conn, gate.module, gate.new_id(), body, raw, visit.caller, visit.now)
            return _entry(kept, 201)

        return await once(visit, gate.module, work, Verb.DECIDE)


async def entry(gate: Gate, request: Request) -> Response:
    """Show a dated entry."""
    async with gate.reading(request) as visit:
        kept = await entries.read(visit.conn, gate.module, id_of(request), visit.caller)
        return _entry(kept, 200).response()


async def entries_listed(gate: Gate, request: Request) -> Response:
    """List the dated entries that concern the caller's body."""
    async with gate.reading(request) as visit:
        asked, limit = _asked(request, EntryKind, "kind")
        found = await entries.listed(visit.conn, gate.module, visit.caller, asked)
        return _page([entries.view(each) for each in found], [str(each.id) for each in found], limit)


async def entry_record(gate: Gate, request: Request) -> Response:
    """Show the record of a dated entry."""
    async with gate.reading(request) as visit:
        found = await entries.record(visit.conn, gate.module, id_of(request), visit.caller)
        return query.page(found, None, len(found))


def _named(document: Document, act: ReleaseAct | VisitAct) -> Document:
    """Return a first act that may leave out that it is one: what is signed are the bytes that say so."""
    if not isinstance(document.value, dict) or "act" in document.value:
        return document
    added = {"act": act.value}
    return Document(to_json({**added, **from_json(document.raw)}), {**added, **document.value})


def _rule_of(visit: Visit) -> str | None:
    """Return the rule of the act that a body names, so that a misshapen one cites it."""
    value = visit.document.value.get("act") if isinstance(visit.document.value, dict) else None
    return next((rule_of_act(act) for act in ReleaseAct if act == value and act is not ReleaseAct.PROPOSE), None)


def _asked(
    request: Request, states: type[ReleaseState] | type[VisitState] | type[EntryKind], name: str = "state"
) -> tuple[Asked, int]:
    """Read what a list is asked for; one more is looked for than is shown."""
    asked = query.Query(request)
    state, before, limit = asked.member(name, states), asked.placed(UUID), asked.limit()
    asked.done()
    return Asked(state, before, limit + 1), limit


def _page(found: Sequence[View], ids: Sequence[str], limit: int) -> Response:
    following = query.place_of(ids[limit - 1]) if len(found) > limit else None
    return query.page(found[:limit], following, limit)


def _release(gate: Gate, visit: Visit, kept: Kept[Case], status: int) -> Answer:
    view = releases.view(gate.module, kept, visit.caller, visit.now)
    return _answer("releases", view, kept.id, kept.head, status)


def _visit(gate: Gate, visit: Visit, kept: Kept[Coming], status: int) -> Answer:
    return _answer("visits", visits.view(gate.module, kept, visit.caller), kept.id, kept.head, status)


def _entry(kept: Kept[EntryDecision], status: int) -> Answer:
    return _answer("entries", entries.view(kept), kept.id, kept.head, status)


def _answer(room: str, view: View, proceeding: UUID, head: bytes, status: int) -> Answer:
    headers = {"ETag": tags.tag(head)}
    if status == 201:  # noqa: PLR2004 - a status
        headers["Location"] = f"/v1/protection/{room}/{proceeding}"
    return Answer(status, view.model_dump_json().encode(), headers)
