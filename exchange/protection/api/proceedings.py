"""Releases, visits and dated entries: opened, acted on, shown, listed, with their records."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json
from starlette.requests import Request
from starlette.responses import Response

from exchange import cursors
from exchange.api import query, shape, tags
from exchange.api.body import Document
from exchange.api.entrance import Answer
from exchange.api.problems import Fault
from exchange.protection.api.gate import Gate, Turn, id_of
from exchange.protection.api.once import once
from exchange.protection.core.acts import Verb
from exchange.protection.core.release import rule_of_act
from exchange.protection.service import entries, proceedings, releases, visits
from exchange.protection.service.proceedings import ENTRY, RELEASE, VISIT, Asked, Form, Kept, T
from schemas.release import DatedEntry, Propose, ReleaseBody, RequestVisit, VisitBody
from schemas.secrecy import EntryKind, ReleaseAct, ReleaseState, VisitAct, VisitState
from schemas.views import View

PROPOSE: Final = TypeAdapter(Propose)
STEP: Final[TypeAdapter[ReleaseBody]] = TypeAdapter(ReleaseBody)
LETTER: Final = TypeAdapter(RequestVisit)
WORD: Final[TypeAdapter[VisitBody]] = TypeAdapter(VisitBody)
DATED: Final = TypeAdapter(DatedEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[T]):
    """A kind of proceeding: what it is kept as, where it stands, how it is shown to a caller."""

    form: Form[T]
    room: str
    view: Callable[[Gate, Turn, Kept[T]], View]

    async def show(self, gate: Gate, request: Request) -> Response:
        """Show one as it stands."""
        async with gate.reading(request) as turn:
            kept = await self.read(gate, turn)
            return self.answer(gate, turn, kept, 200).response()

    async def record(self, gate: Gate, request: Request) -> Response:
        """Show the record of one, page by page."""
        async with gate.reading(request) as turn:
            asked = query.Query(request)
            after, limit = asked.placed(cursors.number), asked.limit()
            asked.done()
            shown, following = await proceedings.record(
                turn.conn, gate.module, self.form, id_of(request), turn.caller, after or 0, limit
            )
            return query.page(shown, None if following is None else cursors.placed(str(following)), limit)

    async def read(self, gate: Gate, turn: Turn) -> Kept[T]:
        """Return the one that a call names; raise NotThere, Refused."""
        return await proceedings.read(turn.conn, gate.module, self.form, id_of(turn.request), turn.caller)

    async def done(self, gate: Gate, turn: Turn, act: Callable[[], Awaitable[Kept[T]]]) -> Response:
        """Let an act stand, once however often the call is made, and show what it left."""

        async def work() -> Answer:
            return self.answer(gate, turn, await act(), 201)

        return await once(turn, gate.module, work, Verb.DECIDE)

    def answer(self, gate: Gate, turn: Turn, kept: Kept[T], status: int) -> Answer:
        """Return one as it is shown, with its version; a new one with its address."""
        headers = {"ETag": tags.tag(kept.head)}
        if status == 201:  # noqa: PLR2004 - a status
            headers["Location"] = f"/v1/protection/{self.room}/{kept.id}"
        return Answer(status, self.view(gate, turn, kept).model_dump_json().encode(), headers)


RELEASES: Final = Kind(
    form=RELEASE,
    room="releases",
    view=lambda gate, turn, kept: releases.view(gate.module, kept, turn.caller, turn.now),
)
VISITS: Final = Kind(
    form=VISIT, room="visits", view=lambda gate, turn, kept: visits.view(gate.module, kept, turn.caller)
)
ENTRIES: Final = Kind(form=ENTRY, room="entries", view=lambda _gate, _turn, kept: entries.view(kept))

LETTER_RULES: Final = {"visitors": "A-N2", "providing_document": "A-N2"}
"""The fields of the letter on a visit with a rule of their own: who comes, and what provides for the work."""


async def propose(gate: Gate, request: Request) -> Response:
    """Take in a reasoned proposal to release a secret (R-4, R-5)."""
    async with gate.writing(request) as turn:
        document = _named(turn.document, ReleaseAct.PROPOSE)
        body, raw = shape.shaped(PROPOSE, document, rules={"treaty_draft": "R-10"}, rule="R-5"), document.raw
        return await RELEASES.done(
            gate,
            turn,
            lambda: releases.propose(turn.conn, gate.module, gate.new_id(), body, raw, turn.caller, turn.now),
        )


async def step(gate: Gate, request: Request) -> Response:
    """Let the next act of a procedure stand (R-5 to R-9)."""
    async with gate.writing(request) as turn:
        named, seen, raw = id_of(request), tags.seen_in(request), turn.document.raw
        try:
            body = shape.shaped(STEP, turn.document, rule=_rule_of(turn), tagged=True)
        except Fault:
            await RELEASES.read(gate, turn)
            raise
        return await RELEASES.done(
            gate,
            turn,
            lambda: releases.act(turn.conn, gate.module, named, body, raw, turn.caller, turn.now, seen=seen),
        )


async def releases_listed(gate: Gate, request: Request) -> Response:
    """List the procedures that the caller's body takes part in."""
    async with gate.reading(request) as turn:
        asked, limit = _asked(request, ReleaseState)
        found = await releases.listed(turn.conn, gate.module, turn.caller, asked, turn.now)
        return _page(found, [each.id for each in found], limit)


async def ask_visit(gate: Gate, request: Request) -> Response:
    """Take in a letter about a visit (A-6.5, KA-9, KL-9)."""
    async with gate.writing(request) as turn:
        document = _named(turn.document, VisitAct.REQUEST)
        body, raw = shape.shaped(LETTER, document, rules=LETTER_RULES, rule="A-6.5"), document.raw
        return await VISITS.done(
            gate,
            turn,
            lambda: visits.request(turn.conn, gate.module, gate.new_id(), body, raw, turn.caller, turn.now),
        )


async def answer_visit(gate: Gate, request: Request) -> Response:
    """Take in the host's word (A-6.5)."""
    async with gate.writing(request) as turn:
        named, seen, raw = id_of(request), tags.seen_in(request), turn.document.raw
        try:
            body = shape.shaped(WORD, turn.document, rule="A-6.5", tagged=True)
        except Fault:
            await VISITS.read(gate, turn)
            raise
        return await VISITS.done(
            gate,
            turn,
            lambda: visits.answer(turn.conn, gate.module, named, body, raw, turn.caller, turn.now, seen=seen),
        )


async def visits_listed(gate: Gate, request: Request) -> Response:
    """List the visits that the caller's body takes part in."""
    async with gate.reading(request) as turn:
        asked, limit = _asked(request, VisitState)
        found = await visits.listed(turn.conn, gate.module, turn.caller, asked)
        return _page(found, [each.id for each in found], limit)


async def enter(gate: Gate, request: Request) -> Response:
    """Take in a dated entry (A-4, A-8, A-N2, A-N4, KA-3, KA-7, KA-8, KL-5, KL-8, KL-14)."""
    async with gate.writing(request) as turn:
        body, raw = shape.shaped(DATED, turn.document), turn.document.raw
        return await ENTRIES.done(
            gate,
            turn,
            lambda: entries.enter(turn.conn, gate.module, gate.new_id(), body, raw, turn.caller, turn.now),
        )


async def entries_listed(gate: Gate, request: Request) -> Response:
    """List the dated entries that concern the caller's body."""
    async with gate.reading(request) as turn:
        asked, limit = _asked(request, EntryKind, "kind")
        found = await proceedings.page(turn.conn, gate.module, ENTRY, turn.caller, asked)
        return _page([entries.view(each) for each in found], [str(each.id) for each in found], limit)


def _named(document: Document, act: ReleaseAct | VisitAct) -> Document:
    """Return a first act that may leave out that it is one: what is signed are the bytes that say so."""
    if not isinstance(document.value, dict) or "act" in document.value:
        return document
    added = {"act": act.value}
    return Document(to_json({**added, **from_json(document.raw)}), {**added, **document.value})


def _rule_of(turn: Turn) -> str | None:
    """Return the rule of the act that a body names, so that a misshapen one cites it."""
    value = turn.document.value.get("act") if isinstance(turn.document.value, dict) else None
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
