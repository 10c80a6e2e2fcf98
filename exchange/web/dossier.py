"""A request as its page shows it: heading, clocks, record; made of what the services answer, deciding nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from exchange import cursors
from exchange.core.access import Relation, relation, side
from exchange.core.acts import ACTS, Act
from exchange.core.request import Obligation, Request
from exchange.service import protected, queries, views
from exchange.service.protected import Use
from exchange.store.requests import Loaded
from exchange.web import clocks, content
from exchange.web.book import DERIVED
from exchange.web.clocks import Clocked, Due
from exchange.web.content import Said
from exchange.web.house import Turn
from exchange.web.query import address
from schemas.views import AskView, AttachmentView, ObligationView, RecordEntryView, RequestView, RevisionView
from schemas.vocabulary import ActKind, ObligationState


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """An authority on the page."""

    code: str
    name: str
    zone: str
    short: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock(Clocked):
    """A duty with its due moment and the way it was reached."""

    of: ObligationView
    debtor: Body
    revisions: tuple[RevisionView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One act of the record; `results` says that it delivers some, whose use is bound."""

    seq: int
    act: ActKind
    title: str
    article: str | None
    author: Body
    at: datetime
    said: tuple[Said, ...]
    digest: str
    request: str
    files: tuple[AttachmentView, ...]
    results: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An ask that has no answer yet, and the acts by which the caller can answer it."""

    of: AskView
    said: tuple[Said, ...]
    answers: tuple[ActKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Whose name stands under a request (Article 6): under itself, or since `confirmed_at` under its confirmation."""

    name: str
    position: str
    acting_under: str | None
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything on a request's page; `items` are those of the protection module that it refers to."""

    request: RequestView
    requesting: Body
    holder: Body
    past_holders: tuple[Body, ...]
    late_redirects: tuple[Body, ...]
    facts: tuple[str, ...]
    waiting: tuple[Waiting, ...]
    clocks: tuple[Clock, ...]
    head: str
    former: bool
    signed: Signature | None
    items: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A page of the record, the latest act first; `earlier` is where those before them are shown."""

    steps: tuple[Step, ...]
    earlier: str | None


STEPS: Final = 50
"""Most acts on one page."""

FACTS = ("overdue", "urgent", "unconfirmed", "held", "partly_refused", "question_open", "receipt_pending")
"""The facts beside the state that stand in the heading, the gravest first."""


async def open_dossier(turn: Turn, loaded: Loaded) -> Dossier:
    """Put a request's page together, without its record."""
    request, shown = loaded.request, views.request(loaded.request, turn.actor, turn.now)
    names = _names(request)
    return Dossier(
        request=shown,
        requesting=_body(turn, request.requesting.code, names),
        holder=_body(turn, request.holder.code, names),
        past_holders=tuple(_body(turn, past.code, names) for past in request.past_holders),
        late_redirects=tuple(_body(turn, code, names) for code in request.late_redirects),
        facts=tuple(fact for fact in FACTS if getattr(shown.facts, fact)),
        waiting=tuple(_waiting(turn, request, shown)),
        clocks=_clocks(turn, request, shown, names),
        head=loaded.head.hex(),
        signed=await _signed(turn, loaded, shown),
        former=relation(request, turn.actor.authority) is Relation.FORMER,
        items=await protected.of_request(turn.conn, UUID(request.id)) if shown.protected else (),
    )


async def open_chapter(turn: Turn, loaded: Loaded, before: int | None = None) -> Chapter:
    """Put a page of the record together: the latest acts, or the latest before one."""
    request, names = loaded.request, _names(loaded.request)
    shown, earlier = await queries.latest_of(turn.conn, loaded, before, STEPS)
    place = None if earlier is None else cursors.placed(str(earlier))
    return Chapter(
        steps=tuple(_step(turn, request.id, entry, names) for entry in shown),
        earlier=None if place is None else address(f"/requests/{request.id}/record", after=place),
    )


def _names(request: Request) -> dict[str, str]:
    """Return the names of those who hold a request or held it, as the request has them."""
    return {request.holder.code: request.holder.name, **{past.code: past.name for past in request.past_holders}}


async def _signed(turn: Turn, loaded: Loaded, shown: RequestView) -> Signature | None:
    """Return who signed a request; one that came without is signed by its confirmation (Article 6)."""
    if (own := shown.signatory) is not None:
        return Signature(name=own.name, position=own.position, acting_under=own.acting_under, confirmed_at=None)
    confirmation = await queries.confirmation_of(turn.conn, loaded)
    if confirmation is None:
        return None
    signatory: Mapping[str, str] = confirmation.body["signatory"]
    return Signature(
        name=signatory["name"],
        position=signatory["position"],
        acting_under=signatory.get("acting_under"),
        confirmed_at=shown.facts.confirmed_at,
    )


def _waiting(turn: Turn, request: Request, shown: RequestView) -> Iterator[Waiting]:
    """Yield the asks without an answer; of an ended request only those that somebody can still answer."""
    for ask in shown.facts.asks:
        kinds = {act.kind for act in ACTS.values() if act.answers is ask.kind and request.state in act.states}
        if ask.answered_at is None and kinds:
            answers = tuple(
                allowed.act
                for allowed in shown.allowed_acts
                if allowed.act in kinds and _mine_to_answer(turn, request, ACTS[allowed.act], ask)
            )
            yield Waiting(of=ask, said=content.said(turn.tongue, turn.zone, ask.asked), answers=answers)


def _mine_to_answer(turn: Turn, request: Request, act: Act, ask: AskView) -> bool:
    return not act.of_other or ask.side is not side(relation(request, turn.actor.authority))


async def steps_since(turn: Turn, loaded: Loaded, seen: str) -> tuple[Step, ...]:
    """Return the latest acts that followed the version with this digest, oldest first; none when it is not known.

    One that stands before all of the latest page is not looked for: the page is what followed it.
    """
    chapter = await open_chapter(turn, loaded)
    seqs = [step.seq for step in chapter.steps if step.digest == seen]
    known = bool(seqs) or chapter.earlier is not None
    return tuple(step for step in reversed(chapter.steps) if known and step.seq > max(seqs, default=0))


def _body(turn: Turn, code: str, names: dict[str, str]) -> Body:
    known = turn.book.name(code, turn.tongue.code)
    name = names.get(code, code) if known == code else known
    short = name if DERIVED.fullmatch(code) else code
    return Body(code=code, name=name, zone=turn.book.zone(code), short=short)


def _clocks(turn: Turn, request: Request, shown: RequestView, names: dict[str, str]) -> tuple[Clock, ...]:
    """Return the duties: those that wait first, then the closed ones."""
    pairs: Iterable[tuple[Obligation, ObligationView]] = zip(request.obligations, shown.obligations, strict=True)
    ordered = sorted(pairs, key=lambda pair: not pair[0].live)
    return tuple(
        Clock(
            of=view,
            debtor=_body(turn, view.authority, names),
            due=_due(turn, duty),
            steps=clocks.explanation(turn.tongue, duty.calculation),
            revisions=view.revisions,
        )
        for duty, view in ordered
    )


def _due(turn: Turn, duty: Obligation) -> Due | None:
    if duty.state is ObligationState.SUSPENDED:
        return clocks.suspended(turn.tongue)
    if not duty.live:
        return None
    by_hours, zone = duty.calculation.hours is not None, duty.calculation.zone
    return clocks.due(turn.tongue, turn.now, at=duty.due_at, on=duty.due_on, zone=zone, by_hours=by_hours)


def _step(turn: Turn, request: str, entry: RecordEntryView, names: dict[str, str]) -> Step:
    opening = entry.act is ActKind.SUBMIT  # the request itself stands above
    return Step(
        seq=entry.seq,
        act=entry.act,
        title=turn.tongue.title(entry.act),
        article=turn.tongue.article(ACTS[entry.act].rule),
        author=_body(turn, entry.author, names),
        at=entry.at,
        said=() if opening else content.said(turn.tongue, turn.zone, entry.body),
        digest=entry.digest,
        request=request,
        files=entry.attachments,
        results=entry.use is not None,
    )
