"""A draft from its first word to the signature: saved, sent, returned, signed, entered or dropped (Article 6)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from exchange.core import drafting
from exchange.core.access import Actor, Verb, may
from exchange.core.drafting import MOVES, Draft, Seen, Step
from exchange.core.errors import DraftChanged, DraftGaps, NotThere, Refused
from exchange.core.objections import Objection, object_to
from exchange.core.request import Request
from exchange.core.signing import SIGNED
from exchange.service import acts, attachments, audit, people, queries
from exchange.service.acts import Desk
from exchange.service.people import Gate, Standing
from exchange.service.trial import Gaps, gaps_of
from exchange.store import drafts as store
from exchange.store import outbox
from exchange.store.database import Connection
from exchange.store.drafts import Line, Outcome
from exchange.store.requests import NEVER
from schemas.acts import ActBody
from schemas.requests import Signatory, Submission
from schemas.vocabulary import ActKind, Deed, DraftState, DraftStep

SUBMISSION: TypeAdapter[Submission] = TypeAdapter(Submission)
ACT: TypeAdapter[ActBody] = TypeAdapter(ActBody)
LAST = UUID(int=2**128 - 1)
NOBODY = object_to("signature_needed")
"""The name under an act of who signs nothing."""

_ENDS = frozenset({DraftStep.SIGNED, DraftStep.ENTERED, DraftStep.DROPPED})
"""The steps after which a draft carries nothing any more: its act does, or nobody."""

DEEDS = {
    DraftStep.SAVED: Deed.DRAFTED,
    DraftStep.SENT: Deed.SENT_FOR_SIGNATURE,
    DraftStep.RETURNED: Deed.RETURNED,
    DraftStep.SIGNED: Deed.SIGNED,
    DraftStep.ENTERED: Deed.ACTED,
    DraftStep.DROPPED: Deed.DROPPED,
}
"""What the audit trail calls each step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list of drafts is asked for; None asks for all."""

    states: tuple[DraftState, ...] | None = None
    kind: ActKind | None = None
    request: UUID | None = None
    after: tuple[datetime, UUID] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Desktop:
    """A draft with what a caller needs to go on: its gaps, the steps that are open, and the bytes to sign."""

    draft: Draft
    gaps: Gaps
    allowed: tuple[DraftStep, ...]
    signatory: Signatory | None
    raw: bytes | None


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves again who signs, at the node's gate; `real` is the real time: a second factor counts in it."""

    gate: Gate
    password: str
    code: str
    real: datetime


async def start(
    conn: Connection,
    draft_id: UUID,
    kind: ActKind,
    request: UUID | None,
    body: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> Draft:
    """Begin a draft; raise NotThere for a request that the caller does not see, Refused for what no body could hold."""
    if not may(actor, Verb.DRAFT):
        raise Refused((object_to("role_may_not"),))
    if request is not None:
        await queries.load(conn, request, actor)
    text, found = drafting.kept(kind, body)
    _object([*drafting.to_start(kind, request), *found])
    await store.add(conn, draft_id, actor.authority, kind, request, drafting.about(kind, json.loads(text)), text, now)
    await _held(conn, draft_id, text)
    step = Step(1, DraftStep.SAVED, actor.who, actor.role, now, None)
    await store.add_step(conn, draft_id, step, text)
    await _noted(conn, actor, step, draft_id, request, now)
    return await load(conn, draft_id, actor)


async def load(conn: Connection, draft_id: UUID, actor: Actor) -> Draft:
    """Return a draft of the caller's authority; raise NotThere for any other."""
    draft = await store.load(conn, draft_id, actor.authority)
    if draft is None:
        raise NotThere
    return draft


async def read(conn: Connection, draft_id: UUID, actor: Actor, now: datetime) -> Draft:
    """Return a draft to somebody who reads it, having written that down; raise NotThere."""
    draft = await load(conn, draft_id, actor)
    detail = {"draft": draft.version}
    await audit.note(conn, actor, Deed.READ, now, request=draft.request, subject=str(draft_id), detail=detail)
    return draft


async def laid_out(conn: Connection, desk: Desk, draft: Draft, actor: Actor, now: datetime) -> Desktop:
    """Lay a draft out for a caller."""
    standing = await _standing(conn, draft, actor, now)
    signatory = standing.signatory if isinstance(standing, Standing) else None
    allowed = drafting.allowed_steps(draft, actor, _name(standing))
    raw = None
    if DraftStep.SIGNED in allowed:
        raw = drafting.outgoing(draft, signatory)
    elif DraftStep.ENTERED in allowed:
        raw = drafting.outgoing(draft, None)
    live = draft.state in MOVES[DraftStep.SAVED].states | MOVES[DraftStep.SIGNED].states
    gaps = await gaps_of(conn, desk, draft, now) if live else Gaps((), ())
    return Desktop(draft=draft, gaps=gaps, allowed=allowed, signatory=signatory, raw=raw)


async def listed(conn: Connection, actor: Actor, asked: Asked) -> tuple[tuple[Line, ...], tuple[datetime, UUID] | None]:
    """Return one page of the authority's drafts, the last changed first, and where the next one begins."""
    wanted = store.Wanted(
        states=asked.states,
        kind=asked.kind,
        request=asked.request,
        after=asked.after or (NEVER, LAST),
        limit=asked.limit + 1,
    )
    lines = await store.page(conn, actor.authority, wanted)
    shown = lines[: asked.limit]
    return shown, (shown[-1].changed_at, shown[-1].id) if len(lines) > asked.limit else None


async def browse(
    conn: Connection, actor: Actor, asked: Asked, now: datetime
) -> tuple[tuple[Line, ...], tuple[datetime, UUID] | None]:
    """Return what `listed` does to somebody who reads it, having written that down."""
    detail = audit.filters(states=asked.states, kind=asked.kind, request=asked.request, after=asked.after)
    await audit.note(conn, actor, Deed.LISTED, now, subject="drafts", detail=detail)
    return await listed(conn, actor, asked)


async def waiting(conn: Connection, actor: Actor, now: datetime) -> int:
    """Count the drafts that wait for this caller's signature; none for who may not sign them."""
    kinds = await people.signs(conn, actor, now)
    return await store.waiting(conn, actor.authority, actor.who, kinds) if kinds else 0


async def save(
    conn: Connection, draft_id: UUID, body: Mapping[str, Any], version: int, actor: Actor, now: datetime
) -> Draft:
    """Put new words over those of a version; raise DraftChanged, with both, when it is not the latest."""
    draft = await _locked(conn, draft_id, actor)
    if version != draft.version and may(actor, Verb.DRAFT):
        raise DraftChanged(version=draft.version, current=draft.body, yours=json.dumps(dict(body), ensure_ascii=False))
    _allow(draft, DraftStep.SAVED, actor, NOBODY, Seen(version))
    text, found = drafting.kept(draft.kind, body)
    _object(found)
    step = _step(draft, DraftStep.SAVED, actor, now)
    await store.set_words(conn, draft_id, drafting.about(draft.kind, json.loads(text)), text, step)
    await _held(conn, draft_id, text)
    await store.add_step(conn, draft_id, step, text)
    await _noted(conn, actor, step, draft_id, draft.request, now)
    return await load(conn, draft_id, actor)


async def send(conn: Connection, desk: Desk, draft_id: UUID, version: int, actor: Actor, now: datetime) -> Draft:
    """Send a draft for signature, which freezes it; raise DraftGaps while anything is missing or unlawful."""
    draft = await _locked(conn, draft_id, actor)
    _allow(draft, DraftStep.SENT, actor, NOBODY, Seen(version))
    _whole(draft, await gaps_of(conn, desk, draft, now))
    if draft.kind in SIGNED:
        await outbox.add_of_draft(conn, draft.authority, draft.kind, draft.number, now)
    return await _moved(conn, draft, DraftStep.SENT, actor, now)


async def give_back(conn: Connection, draft_id: UUID, version: int, remarks: str, actor: Actor, now: datetime) -> Draft:
    """Return a draft with remarks, by whoever may sign it: its authors may write on."""
    draft = await _locked(conn, draft_id, actor)
    _allow(draft, DraftStep.RETURNED, actor, _name(await _standing(conn, draft, actor, now)), Seen(version))
    return await _moved(conn, draft, DraftStep.RETURNED, actor, now, remarks)


async def drop(
    conn: Connection, draft_id: UUID, version: int, remarks: str | None, actor: Actor, now: datetime
) -> Draft:
    """Give a draft up; what it said is kept with its steps."""
    draft = await _locked(conn, draft_id, actor)
    _allow(draft, DraftStep.DROPPED, actor, NOBODY, Seen(version))
    return await _moved(conn, draft, DraftStep.DROPPED, actor, now, remarks)


async def sign(
    conn: Connection, desk: Desk, draft_id: UUID, version: int, digest: str, proof: Proof, actor: Actor, now: datetime
) -> Draft:
    """Sign exactly the bytes that were shown, and let the act stand in the same transaction (Article 6).

    1. The same signature made again answers as it did. 2. Who signs: not an author, entitled today. 3. The version and
    the digest are those that were shown. 4. Who signs is proved again. 5. The law decides; its objections undo all.
    """
    draft = await _locked(conn, draft_id, actor)
    if draft.state is DraftState.SIGNED and (draft.signed_by, draft.digest) == (actor.who, digest):
        return draft
    standing = await _standing(conn, draft, actor, now)
    if not isinstance(standing, Standing):
        raise Refused((standing,))
    raw = drafting.outgoing(draft, standing.signatory)
    _allow(draft, DraftStep.SIGNED, actor, standing.signatory, Seen(version, digest))
    if await people.bears_one(conn, actor, draft.authors):
        raise Refused((object_to("own_words"),))
    await people.prove_again(conn, proof.gate, actor, proof.password, proof.code, proof.real)
    # A substitute signs in the position of whom the order names, not in the role of an officer.
    return await _done(conn, desk, draft, DraftStep.SIGNED, raw, actor, standing.actor, now)


async def enter(
    conn: Connection, desk: Desk, draft_id: UUID, version: int, digest: str, actor: Actor, now: datetime
) -> Draft:
    """Do an act that needs no signature, with exactly the bytes that were shown."""
    draft = await _locked(conn, draft_id, actor)
    if draft.state is DraftState.ENTERED and (draft.signed_by, draft.digest) == (actor.who, digest):
        return draft
    raw = drafting.outgoing(draft, None)
    _allow(draft, DraftStep.ENTERED, actor, NOBODY, Seen(version, digest))
    return await _done(conn, desk, draft, DraftStep.ENTERED, raw, actor, actor, now)


async def _done(
    conn: Connection,
    desk: Desk,
    draft: Draft,
    kind: DraftStep,
    raw: bytes,
    actor: Actor,
    author: Actor,
    now: datetime,
) -> Draft:
    """Let the act of a draft stand; a new request bears the draft's own id, so that there can be only one."""
    try:
        body: Submission | ActBody = SUBMISSION.validate_json(raw) if draft.request is None else ACT.validate_json(raw)
    except ValidationError:
        _whole(draft, await gaps_of(conn, desk, draft, now))
        raise
    if isinstance(body, Submission):
        loaded = await acts.submit(conn, desk, draft.id, body, raw, author, now)
        seq = 1
    else:
        loaded = await acts.act(conn, desk, draft.request or draft.id, body, raw, author, now)
        seq = _seq_of(loaded.request, body.act)
    outcome = Outcome(actor.who, drafting.digest_of(raw), UUID(loaded.request.id), seq)
    return await _moved(conn, draft, kind, actor, now, None, outcome)


def _whole(draft: Draft, gaps: Gaps) -> None:
    """Raise DraftGaps or Refused, with every gap of a draft."""
    if gaps.shape:
        raise DraftGaps(kind=draft.kind, shape=gaps.shape, law=gaps.law, body=draft.body)
    if gaps.law:
        raise Refused(gaps.law)


def _seq_of(request: Request, kind: ActKind) -> int:
    """Return the place of the act in the record: a redirect to a node is followed by its receipt at once."""
    followed = kind is ActKind.REDIRECT and request.holder.on_node
    return request.seq - 1 if followed else request.seq


async def _locked(conn: Connection, draft_id: UUID, actor: Actor) -> Draft:
    draft = await store.lock(conn, draft_id, actor.authority)
    if draft is None:
        raise NotThere
    return draft


async def _standing(conn: Connection, draft: Draft, actor: Actor, now: datetime) -> Standing | Objection:
    """Return as what the caller may sign a draft now, or why it may not."""
    if not drafting.can_be_signed(draft.kind):
        return NOBODY
    return await people.standing(conn, actor, draft.kind, now)


def _name(standing: Standing | Objection) -> Signatory | Objection:
    return standing.signatory if isinstance(standing, Standing) else standing


def _allow(draft: Draft, step: DraftStep, actor: Actor, name: Signatory | Objection, seen: Seen) -> None:
    """Raise Refused with every objection to a step."""
    _object(drafting.objections(draft, step, actor, name, seen))


def _object(found: Iterable[Objection]) -> None:
    """Raise Refused when there is an objection."""
    ordered = sorted(found, key=lambda one: one.weight)
    if ordered:
        raise Refused(tuple(ordered))


def _step(draft: Draft, kind: DraftStep, actor: Actor, now: datetime, remarks: str | None = None) -> Step:
    return Step(draft.version + 1, kind, actor.who, actor.role, now, remarks)


async def _moved(
    conn: Connection,
    draft: Draft,
    kind: DraftStep,
    actor: Actor,
    now: datetime,
    remarks: str | None = None,
    outcome: Outcome | None = None,
) -> Draft:
    step = _step(draft, kind, actor, now, remarks)
    await store.add_step(conn, draft.id, step)
    await store.set_state(conn, draft.id, MOVES[kind].leads_to or draft.state, step, outcome)
    if kind in _ENDS:
        await attachments.hold(conn, draft.id, ())
    await _noted(conn, actor, step, draft.id, outcome.became if outcome else draft.request, now)
    return await load(conn, draft.id, actor)


async def _held(conn: Connection, draft_id: UUID, text: str) -> None:
    """Keep what a draft means to carry from being swept, and nothing else."""
    named = json.loads(text).get("attachments")
    ids = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    await attachments.hold(conn, draft_id, ids)


async def _noted(
    conn: Connection, actor: Actor, step: Step, draft_id: UUID, request: UUID | None, now: datetime
) -> None:
    detail = {"version": step.number}
    await audit.note(conn, actor, DEEDS[step.step], now, request=request, subject=str(draft_id), detail=detail)
