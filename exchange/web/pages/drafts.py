"""The drafts of an authority: what waits for the caller's signature first, then all by their last change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from exchange.core.access import Verb, may
from exchange.service import drafts, people
from exchange.store.drafts import Line
from exchange.web.house import House, Turn
from exchange.web.query import Query
from schemas.vocabulary import ActKind, DraftState

LIVE: Final = (DraftState.DRAFTING, DraftState.FOR_SIGNATURE, DraftState.RETURNED)
MOST_WAITING: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    """One draft of a list."""

    href: str
    title: str
    about: str
    official_use: bool
    number: str | None
    state: DraftState
    authors: tuple[str, ...]
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """One page of the list; `waiting` is what the caller could sign now."""

    state: DraftState | None
    waiting: tuple[DraftRow, ...]
    rows: tuple[DraftRow, ...]
    continued: bool
    following: str | None
    may_draft: bool


async def listed(house: House, request: Request) -> Response:
    """List the drafts; without a state asked for, the ones that are not done with."""
    async with house.reading(request) as turn:
        asked = Query(request)
        state, after = asked.member("state", DraftState), asked.cursor(UUID)
        waiting = await _waiting(turn) if state is None and after is None else ()
        wanted = drafts.Asked(states=LIVE if state is None else (state,), after=after)
        lines, following = await drafts.browse(turn.conn, turn.actor, wanted, turn.now)
        names = await people.names(turn.conn, turn.actor, _whom(*waiting, *lines))
        view = Drafts(
            state=state,
            waiting=tuple(_row(turn, line, names) for line in waiting),
            rows=tuple(_row(turn, line, names) for line in lines),
            continued=after is not None,
            following=asked.with_after("/drafts", following),
            may_draft=may(turn.actor, Verb.DRAFT),
        )
    return house.page_for(turn, "drafts", view=view, states=tuple(DraftState))


async def _waiting(turn: Turn) -> tuple[Line, ...]:
    """Return what waits for the caller's signature: sent, of a kind that it signs, and no words of its own."""
    kinds = await people.signs(turn.conn, turn.actor, turn.now)
    if not kinds:
        return ()
    wanted = drafts.Asked(states=(DraftState.FOR_SIGNATURE,), limit=MOST_WAITING)
    lines, _following = await drafts.listed(turn.conn, turn.actor, wanted)
    return tuple(line for line in lines if line.kind in kinds and turn.actor.who not in line.authors)


def _whom(*lines: Line) -> set[str]:
    """Return everybody who wrote one of some drafts."""
    return {who for line in lines for who in line.authors}


def _row(turn: Turn, of: Line, names: Mapping[str, str]) -> DraftRow:
    return DraftRow(
        href=f"/drafts/{of.id}",
        title=turn.tongue.t("draft.request") if of.kind == ActKind.SUBMIT else turn.tongue.title(of.kind),
        about=of.about,
        official_use=of.official_use,
        number=of.number,
        state=DraftState(of.state),
        authors=tuple(names[who] for who in of.authors),
        changed_at=of.changed_at,
    )
