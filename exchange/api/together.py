"""Plain calls that come at the same time are decided one after the other, and written together.

Only what is plain goes to its end: a known caller, a body that fits, nothing to object, nothing that somebody else has
locked. Whatever else comes ends in None without a trace, and goes its way alone, where it is said what is wrong.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar
from uuid import UUID

from exchange.api import body, shape, tags
from exchange.api.body import Document
from exchange.api.entrance import Answer, Arrival, Entrance, id_in
from exchange.api.once import as_kept, fingerprint_of, key_of
from exchange.api.problems import Fault
from exchange.api.shown import made
from exchange.core.errors import CallerUnknown, Contended, NodeError, Refused, Unavailable
from exchange.runtime import Call, call_of, new_id, to_note, token_digest
from exchange.service import together as service
from exchange.service.ahead import Ahead, Key
from exchange.store import decisions, tokens
from exchange.store import together as store
from exchange.store.database import Connection
from exchange.store.decisions import Answered, SealedDeed
from exchange.store.registry import Counter, Facts
from exchange.store.requests import Loaded
from exchange.store.together import Asked, Read
from exchange.store.tokens import Caller
from schemas.acts import ActBody
from schemas.requests import Submission

LOG: Final = logging.getLogger(__name__)

LONG: Final = 65_536
"""Bytes above which a body goes alone, so that no batch is held up by it, or grows with it."""

Body = TypeVar("Body", Submission, ActBody)
On = TypeVar("On")


@dataclass(frozen=True, slots=True)
class Plain(Generic[Body]):
    """A call that is plain so far: what it asks, and its body in its shape."""

    entrance: Entrance
    came: Arrival
    document: Document
    body: Body
    asked: Asked


@dataclass(frozen=True, slots=True)
class Done:
    """What a call did, once it is written: the decision, its answer, and that answer as it is kept under a key."""

    call: Call
    deed: SealedDeed
    answer: Answer
    kept: Answered | None
    noting: bool
    """Whether it is time to note that the caller's token is in use."""


End = Done | Fault | None
"""What became of a call: it is done, it is one too many, or it has to go alone."""

Work = Callable[[Connection, list[End]], Awaitable[None]]
"""Reads what a batch rests on and decides on one call after the other: how each ends is added to the list."""

Decide = Callable[[Plain[Body], Call, On], Awaitable[SealedDeed | None]]
"""Decides on one call; None where it has to go alone."""


async def submitted(entrance: Entrance, came: Arrival) -> Answer | None:
    """Take a plain request in; return None where it has to go alone. Raise Fault for a call too many."""
    plain = await _plain(entrance, came, shape.submission, lambda wanted: wanted.requested_authority)
    end = None if plain is None else await entrance.batches.join(_submit, plain)
    return None if end is None else end.answer


async def acted(entrance: Entrance, came: Arrival) -> Answer | None:
    """Let a plain act stand on a request; return None where it has to go alone. Raise Fault for a call too many."""
    named = id_in(came.request)
    plain = None if named is None else await _plain(entrance, came, shape.act, lambda _wanted: named)
    end = None if plain is None else await entrance.batches.join(_act, plain)
    return None if end is None else end.answer


async def _plain(
    entrance: Entrance, came: Arrival, read: Callable[[Document], Body], names: Callable[[Body], UUID | str]
) -> Plain[Body] | None:
    """Return a call with its body in its shape, unless anything about it is not plain."""
    digest = token_digest(came.token)
    if digest not in entrance.familiar or not isinstance(came.raw, bytes) or len(came.raw) > LONG:
        return None
    try:
        document, key = body.document(came.raw), key_of(came.request)
        if isinstance(document.value, dict) and document.value.get("protected"):
            return None  # what it may hold is for nobody else to look at
        await entrance.look(came.request, document)
        wanted = read(document)
    except (Fault, Refused):
        return None
    if service.goes_alone(wanted):
        return None
    return Plain(entrance, came, document, wanted, Asked(digest, key, names(wanted)))


async def _submit(calls: Sequence[Plain[Submission]]) -> Sequence[End]:
    """Take a batch of new requests in."""
    entrance, asked = calls[0].entrance, [plain.asked for plain in calls]

    async def ahead(conn: Connection, ends: list[End]) -> None:
        read, counters = await store.for_submissions(conn, asked, locked=False)
        async with entrance.submissions.deciding(counters) as moved:
            await _each(calls, read, _submitting(conn, moved), ends, entrance.submissions.keys)

    async def locked(conn: Connection, ends: list[End]) -> None:
        read, counters = await store.for_submissions(conn, asked, locked=True)
        await _each(calls, read, _submitting(conn, counters), ends, set())

    return await _ahead(calls, ahead, entrance.submissions) or await _locked(calls, locked)


def _submitting(conn: Connection, counters: dict[str, Counter]) -> Decide[Submission, Facts]:
    """Return what decides on a submission and moves the counters on."""

    async def decide(plain: Plain[Submission], call: Call, facts: Facts) -> SealedDeed | None:
        runtime, raw = plain.entrance.runtime, plain.document.raw
        number, sides = new_id(runtime.clock()), service.Sides(facts, counters)
        return await service.submit(conn, runtime.desk, number, plain.body, raw, call.actor, call.now, sides)

    return decide


async def _act(calls: Sequence[Plain[ActBody]]) -> Sequence[End]:
    """Let a batch of acts stand, each on another request: a second one on the same goes alone, behind the first."""
    entrance, asked = calls[0].entrance, [plain.asked for plain in calls]

    async def ahead(conn: Connection, ends: list[End]) -> None:
        read = await store.for_acts(conn, asked, locked=False)
        async with entrance.acts.deciding({}):
            await _each(calls, read, _acting(conn), ends, entrance.acts.keys)

    async def locked(conn: Connection, ends: list[End]) -> None:
        read = await store.for_acts(conn, asked, locked=True)
        await _each(calls, read, _acting(conn), ends, set())

    return await _ahead(calls, ahead, entrance.acts) or await _locked(calls, locked)


def _acting(conn: Connection) -> Decide[ActBody, Loaded]:
    """Return what decides on an act."""
    acted_on = set[UUID | str]()

    async def decide(plain: Plain[ActBody], call: Call, loaded: Loaded) -> SealedDeed | None:
        if plain.asked.names in acted_on:
            return None
        acted_on.add(plain.asked.names)
        desk, raw, seen = plain.entrance.runtime.desk, plain.document.raw, tags.seen_in(plain.came.request)
        fresh = seen is None or loaded.head.hex() in seen
        return await service.act(conn, desk, loaded, plain.body, raw, call.actor, call.now, fresh=fresh)

    return decide


async def _ahead(calls: Sequence[Plain[Body]], work: Work, ahead: Ahead) -> Sequence[End] | None:
    """Decide on a batch as if what this process is writing stood already, and write it in one statement.

    Return None where that may not be, or somebody else came in between.
    """
    if not ahead.may():
        return None
    ends: list[End] = []
    stands = False
    try:
        async with calls[0].entrance.runtime.connection() as conn:
            await work(conn, ends)
            async with ahead.writing():
                stands = await _written(conn, ends)
    except Exception as trouble:  # whatever it is, it is raised again where a call goes alone
        if stands:
            raise
        return _fallen_apart(calls, trouble)
    finally:
        kept = [end.kept for end in ends if isinstance(end, Done) and end.kept is not None]
        ahead.keys.difference_update((each.authority, each.key) for each in kept)
        if not stands:
            ahead.overtaken()
            _give_back(calls, ends)
    return ends if stands else None


async def _locked(calls: Sequence[Plain[Body]], work: Work) -> Sequence[End]:
    """Decide on a batch under locks in one transaction, and write what stands; return how each call ended.

    What breaks before the commit leaves nothing behind: each call then goes alone, and one that cannot be written is
    no trouble of the others. Trouble with the database is told to all, and so is a commit that broke: how it ended
    nobody can know.
    """
    ends: list[End] = []
    committing = False
    try:
        async with calls[0].entrance.runtime.transaction() as conn:
            await work(conn, ends)
            if not await _written(conn, ends):
                raise Contended("moved")  # noqa: TRY301 - which nothing can that is locked
            committing = True
    except Exception as trouble:
        _give_back(calls, ends)
        if committing:
            raise
        return _fallen_apart(calls, trouble)
    return ends


def _fallen_apart(calls: Sequence[Plain[Body]], trouble: Exception) -> Sequence[End]:
    """Send each call of a batch alone; raise what is no trouble of the batch but of the database."""
    if isinstance(trouble, Unavailable) and not isinstance(trouble, Contended):
        raise trouble
    LOG.warning("a batch of %d calls fell apart: %s", len(calls), type(trouble).__name__)
    return [None] * len(calls)


async def _written(conn: Connection, ends: Sequence[End]) -> bool:
    """Write what was decided; tell whether it stands. Nothing follows that could still break."""
    done = [end for end in ends if isinstance(end, Done)]
    kept = [each.kept for each in done if each.kept is not None]
    for call in {each.call.token: each.call for each in done if each.noting}.values():
        await tokens.touch(conn, call.token, call.now)
    return not done or await decisions.save(conn, [each.deed for each in done], kept)


async def _each(
    calls: Sequence[Plain[Body]],
    read: Sequence[Read[On] | None],
    decide: Decide[Body, On],
    ends: list[End],
    keys: set[Key],
) -> None:
    """Decide on one call after the other; one under a key of `keys` goes alone, behind the call that has it."""
    for plain, found in zip(calls, read, strict=True):
        call = _called(plain, found.caller) if found is not None and found.unused else None
        if found is None or call is None or isinstance(call, Fault):
            ends.append(call if isinstance(call, Fault) else None)
            continue
        key = None if plain.asked.key is None else (call.actor.authority, plain.asked.key)
        try:
            deed = None if key in keys else await decide(plain, call, found.on)
        except NodeError:  # of this call's authority, which is told so alone
            deed = None
        except Exception:
            _let_go(plain, call)
            raise
        if deed is None:
            _let_go(plain, call)
            ends.append(None)
            continue
        ends.append(_done(plain, call, deed, key, noting=to_note(found.caller, call.now)))
        if key is not None:
            keys.add(key)


def _called(plain: Plain[Body], caller: Caller) -> Call | Fault | None:
    """Return the call, counted, or that it is one too many; None for a token that no longer holds."""
    try:
        call = call_of(caller, plain.came.at)
        if plain.entrance.door is not None:
            plain.entrance.door.calls.take(call.token)
    except CallerUnknown:
        return None
    except Fault as too_many:
        return too_many
    return call


def _give_back(calls: Sequence[Plain[Body]], ends: Sequence[End]) -> None:
    """Count the calls of a batch that did not come to stand no more."""
    for plain, end in zip(calls, ends, strict=False):
        if isinstance(end, Done):
            _let_go(plain, end.call)


def _let_go(plain: Plain[Body], call: Call) -> None:
    """Count a call no more that goes alone: there it is counted again."""
    if plain.entrance.door is not None:
        plain.entrance.door.calls.give_back(call.token)


def _done(plain: Plain[Body], call: Call, deed: SealedDeed, key: Key | None, *, noting: bool) -> Done:
    """Return what a call did, with its answer."""
    answer, kept = made(deed.loaded, call), None
    if key is not None:
        fingerprint = fingerprint_of(plain.came.request, plain.document.raw)
        authority, name = key
        kept = Answered(
            authority=authority, key=name, fingerprint=fingerprint, answer=as_kept(answer), made_at=call.now
        )
    return Done(call, deed, answer, kept, noting)
